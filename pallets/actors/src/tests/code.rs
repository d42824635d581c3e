//! Storing and removing code.

use codec::MaxEncodedLen;
use frame_support::{assert_noop, assert_ok, traits::fungible::hold::Inspect};
use sp_runtime::{DispatchError, TokenError};

use crate::{mock::*, Codes, Error, HoldReason, Idls, Pallet, Wasm};

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
    // With the record of who keeps it: how much is held.
    let records = crate::Code::max_encoded_len() as u128 + 16;
    assert_eq!(held, 3 * 1_000_000 + (bytes + records) * 1_000);
    assert_eq!(total(&ALICE), before);
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(BOB), fixture("echo")),
        Error::<Test>::CodeAlreadyStored
    );
    assert_noop!(
        Actors::remove_code(RuntimeOrigin::signed(BOB), hash),
        Error::<Test>::NotKeeper
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

/// A fixture with an IDL behind it.
fn described(name: &str, idl: &[u8]) -> Vec<u8> {
    let name_of_section = b"\x0aactors:idl";
    let length = name_of_section.len() + idl.len();
    let length = [
        length as u8 | 0x80,
        (length >> 7) as u8 | 0x80,
        (length >> 14) as u8,
    ];
    [&fixture(name)[..], &[0], &length, name_of_section, idl].concat()
}

fn an_idl_lies_beside_the_code() {
    let idl = &b"\xff\0 whatever";
    let wasm = described("echo", &idl[..]);
    let section = wasm.len() - fixture("echo").len();
    let foretold = Pallet::<Test>::dry_run_upload(ALICE, wasm.clone()).expect("it is accepted");
    assert_ok!(Actors::upload_code(
        RuntimeOrigin::signed(ALICE),
        wasm.clone()
    ));
    let hash = Pallet::<Test>::code_hash(&wasm);
    assert_eq!(foretold.code_hash, hash);

    // What was uploaded is there to be compared with its name, and apart.
    assert_eq!(Pallet::<Test>::wasm(hash), Some(wasm.clone()));
    assert_eq!(Pallet::<Test>::idl(hash), Some(idl.to_vec()));
    assert_eq!(
        Wasm::<Test>::get(hash).map(|runs| runs.into_inner()),
        Some(fixture("echo"))
    );
    let details = Pallet::<Test>::code(hash).expect("it is stored");
    assert_eq!(
        (details.bytes as usize, details.idl_bytes as usize),
        (fixture("echo").len(), section)
    );

    // Its uploader pays for all of it, and has all of it back.
    let held = || Balances::balance_on_hold(&HoldReason::Code.into(), &ALICE);
    let records = crate::Code::max_encoded_len() + 16;
    assert_eq!(
        held(),
        4 * 1_000_000 + (wasm.len() + records) as u128 * 1_000
    );
    assert_eq!((held(), held()), (details.deposit, foretold.deposit));
    assert_ok!(Actors::remove_code(RuntimeOrigin::signed(ALICE), hash));
    assert_eq!(
        (
            held(),
            Wasm::<Test>::iter().count(),
            Idls::<Test>::iter().count()
        ),
        (0, 0, 0)
    );
    assert_eq!(
        (Pallet::<Test>::wasm(hash), Pallet::<Test>::idl(hash)),
        (None, None)
    );

    // Without one there is none; an empty one is one.
    let hash = upload("echo");
    assert_eq!(Pallet::<Test>::idl(hash), None);
    assert_eq!(
        Pallet::<Test>::code(hash).map(|code| code.idl_bytes),
        Some(0)
    );
    let empty = described("echo", b"");
    assert_ok!(Actors::upload_code(
        RuntimeOrigin::signed(ALICE),
        empty.clone()
    ));
    assert_eq!(
        Pallet::<Test>::idl(Pallet::<Test>::code_hash(&empty)),
        Some(vec![])
    );
}

fn an_idl_costs_no_turn_anything() {
    let plain = create("counter");
    let wasm = described("counter", &[7; 60_000]);
    let hash = Pallet::<Test>::code_hash(&wasm);
    assert_ok!(Actors::upload_code(RuntimeOrigin::signed(ALICE), wasm));
    let signed = RuntimeOrigin::signed(ALICE);
    assert_ok!(Actors::create_program(
        signed,
        hash,
        vec![],
        vec![],
        0,
        GAS,
        DEPOSIT
    ));
    idle();
    let program = Pallet::<Test>::program_address(hash, &ALICE, &[]);
    for _ in 0..2 {
        let (described, plain) = (ask(&program, b""), ask(&plain, b""));
        assert_eq!(described.payload, plain.payload);
        assert_eq!(described.gas_burned, plain.gas_burned);
    }
    let kind = crate::Kind::Handle;
    let start = |program| Pallet::<Test>::start_price(program, kind);
    assert_eq!(start(&program), start(&plain));
}

fn an_idl_that_is_misplaced_or_too_long_is_refused() {
    let once = described("echo", b"x");
    let section = &once[fixture("echo").len()..];
    refused(
        [&once[..], section].concat(),
        Error::<Test>::CodeIdlMisplaced,
    );
    refused(
        [&once[..], &[0, 2, 1, b'x']].concat(),
        Error::<Test>::CodeIdlMisplaced,
    );
    refused(
        once[..once.len() - 1].to_vec(),
        Error::<Test>::CodeMalformed,
    );
    let limit = ActorsLimits::get().idl as usize;
    refused(
        described("echo", &vec![0; limit + 1]),
        Error::<Test>::CodeIdlTooLarge,
    );
    // What bounds the code does not count it.
    ActorsLimits::mutate(|limits| limits.code = fixture("echo").len() as u32);
    let longest = described("echo", &vec![0; limit]);
    assert_ok!(Actors::upload_code(RuntimeOrigin::signed(ALICE), longest));
    ActorsLimits::mutate(|limits| limits.code -= 1);
    refused(once, Error::<Test>::CodeTooLarge);
    ActorsLimits::mutate(|limits| limits.code += 1);
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

/// What is held on an account for code.
fn held_for_code(who: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Code.into(), who)
}

fn code_stays_as_long_as_somebody_keeps_it() {
    let hash = upload("echo");
    let deposit = held_for_code(&ALICE);
    let keep = |who: &AccountId| Actors::keep_code(RuntimeOrigin::signed(who.clone()), hash);
    let remove = |who: &AccountId| Actors::remove_code(RuntimeOrigin::signed(who.clone()), hash);
    assert_noop!(keep(&ALICE), Error::<Test>::AlreadyKeeper);
    assert_noop!(keep(&PAUPER), Error::<Test>::CodeDepositNotPayable);
    // Who keeps it pays what an upload would cost today, and gets back what they have paid.
    PerItem::mutate(|price| *price += 1_000);
    assert_ok!(keep(&BOB));
    assert_noop!(keep(&BOB), Error::<Test>::AlreadyKeeper);
    assert_eq!(held_for_code(&BOB), deposit + 3 * 1_000);
    assert_eq!(
        Pallet::<Test>::code(hash).map(|code| code.deposit),
        Some(held_for_code(&BOB))
    );
    PerItem::mutate(|price| *price -= 1_000);

    // Its uploader goes, though no program uses it, and it is there for those who need it.
    assert_ok!(remove(&ALICE));
    assert_eq!(Codes::<Test>::get(hash).map(|code| code.keepers), Some(1));
    assert!(Wasm::<Test>::contains_key(hash));
    assert_ok!(keep(&ALICE));
    // And whoever uses it.
    let program = create("echo");
    assert_ok!(remove(&ALICE));
    assert_eq!((held_for_code(&ALICE), total(&BOB)), (0, 1_000 * UNIT));
    assert_noop!(remove(&ALICE), Error::<Test>::NotKeeper);
    let code = Codes::<Test>::get(hash).expect("Bob keeps it");
    assert_eq!((code.keepers, code.references), (1, 1));
    assert_eq!(ask(&program, b"x").payload, b"x");
    // The last one stays while programs use it, unless another comes.
    assert_noop!(remove(&BOB), Error::<Test>::CodeInUse);
    assert_eq!(held_for_code(&BOB), deposit + 3 * 1_000);
    assert_ok!(keep(&ALICE));
    assert_ok!(remove(&BOB));
    assert_eq!((held_for_code(&ALICE), held_for_code(&BOB)), (deposit, 0));
    let told =
        |wanted: fn(&crate::Event<Test>) -> bool| events().iter().filter(|e| wanted(e)).count();
    assert_eq!(
        told(|event| matches!(event, crate::Event::CodeKept { .. })),
        3
    );
    assert_eq!(
        told(|event| matches!(event, crate::Event::CodeReleased { .. })),
        3
    );
    assert_eq!(
        told(|event| matches!(event, crate::Event::CodeRemoved { .. })),
        0
    );
    // The existential deposit is more now than the account would have: it has to be funded first.
    assert_ok!(keep(&BOB));
    let deposit = ExistentialDeposit::get();
    ExistentialDeposit::set(total(&ALICE) + 1);
    assert_noop!(remove(&ALICE), TokenError::CannotCreate);
    ExistentialDeposit::set(deposit);
    assert_ok!(remove(&ALICE));
    assert_noop!(
        Actors::keep_code(RuntimeOrigin::root(), hash),
        DispatchError::BadOrigin
    );
    assert_noop!(
        Actors::keep_code(RuntimeOrigin::signed(BOB), Default::default()),
        Error::<Test>::CodeNotFound
    );
}

fn code_that_nobody_can_pay_for_is_refused() {
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(PAUPER), fixture("echo")),
        Error::<Test>::CodeDepositNotPayable
    );
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::none(), fixture("echo")),
        DispatchError::BadOrigin
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
    an_idl_lies_beside_the_code,
    an_idl_costs_no_turn_anything,
    an_idl_that_is_misplaced_or_too_long_is_refused,
    code_in_use_stays,
    code_stays_as_long_as_somebody_keeps_it,
    code_that_nobody_can_pay_for_is_refused,
    every_kind_of_bad_code_has_its_own_error,
];
