//! Storing and removing code.

use codec::MaxEncodedLen;
use frame_support::{assert_noop, assert_ok, traits::fungible::hold::Inspect};

use crate::{mock::*, Codes, Error, HoldReason, Wasm};

fn refused(wasm: Vec<u8>, error: Error<Test>) {
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(ALICE), wasm),
        error
    );
}

fn code_is_stored_once_and_its_deposit_comes_back() {
    let before = total(&ALICE);
    let hash = upload("echo");
    let held = Balances::balance_on_hold(&HoldReason::Code.into(), &ALICE);
    let bytes = fixture("echo").len() as u128;
    let record = crate::Code::<Test>::max_encoded_len() as u128;
    assert_eq!(held, 2 * 1_000_000 + (bytes + record) * 1_000);
    assert_eq!(total(&ALICE), before);
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(BOB), fixture("echo")),
        Error::<Test>::CodeAlreadyStored
    );
    assert_noop!(
        Actors::remove_code(RuntimeOrigin::signed(BOB), hash),
        Error::<Test>::NotUploader
    );
    assert_ok!(Actors::remove_code(RuntimeOrigin::signed(ALICE), hash));
    assert_eq!(
        Balances::balance_on_hold(&HoldReason::Code.into(), &ALICE),
        0
    );
    assert!(!Codes::<Test>::contains_key(hash) && !Wasm::<Test>::contains_key(hash));
    assert_noop!(
        Actors::remove_code(RuntimeOrigin::signed(ALICE), hash),
        Error::<Test>::CodeNotFound
    );
}

fn code_in_use_stays() {
    create("echo");
    let hash = crate::Pallet::<Test>::code_hash(&fixture("echo"));
    assert_eq!(
        Codes::<Test>::get(hash).map(|code| code.references),
        Some(1)
    );
    assert_noop!(
        Actors::remove_code(RuntimeOrigin::signed(ALICE), hash),
        Error::<Test>::CodeInUse
    );
}

fn code_that_nobody_can_pay_for_is_refused() {
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(PAUPER), fixture("echo")),
        Error::<Test>::CodeDepositNotPayable
    );
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::none(), fixture("echo")),
        sp_runtime::DispatchError::BadOrigin
    );
}

fn every_kind_of_bad_code_has_its_own_error() {
    refused(vec![], Error::<Test>::CodeMalformed);
    refused(b"\0asm".to_vec(), Error::<Test>::CodeMalformed);
    refused(b"#!/bin/sh".to_vec(), Error::<Test>::CodeMalformed);
    let mut truncated = fixture("echo");
    truncated.truncate(truncated.len() - 3);
    refused(truncated, Error::<Test>::CodeMalformed);
    refused(vec![0; 512 * 1024 + 1], Error::<Test>::CodeTooLarge);
    for (name, error) in [
        ("float_operator", Error::<Test>::CodeUsesFloat),
        ("start", Error::<Test>::CodeHasStartFunction),
        ("simd", Error::<Test>::CodeUsesForbiddenFeature),
        ("unknown_module", Error::<Test>::CodeImportUnknown),
        ("import_type", Error::<Test>::CodeImportMistyped),
        ("unknown_export", Error::<Test>::CodeExportInvalid),
        ("no_entry", Error::<Test>::CodeHasNoEntry),
        ("no_memory", Error::<Test>::CodeMemoryInvalid),
        ("memory_too_large", Error::<Test>::CodeMemoryInvalid),
        ("second_global", Error::<Test>::CodeGlobalInvalid),
    ] {
        refused(offence(name), error);
    }
}

cases![
    code_is_stored_once_and_its_deposit_comes_back,
    code_in_use_stays,
    code_that_nobody_can_pay_for_is_refused,
    every_kind_of_bad_code_has_its_own_error,
];
