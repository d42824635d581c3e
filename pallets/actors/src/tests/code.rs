//! Storing and removing code.

use codec::MaxEncodedLen;
use frame_support::{assert_noop, assert_ok, traits::fungible::hold::Inspect};

use crate::{mock::*, Codes, Error, HoldReason, Wasm};

fn refused(wasm: Vec<u8>, error: Error<Test>) {
    on_chain(|| {
        assert_noop!(
            Actors::upload_code(RuntimeOrigin::signed(ALICE), wasm),
            error
        );
    });
}

fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the text is well-formed")
}

#[test]
fn code_is_stored_once_and_its_deposit_comes_back() {
    on_chain(|| {
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
    });
}

#[test]
fn code_in_use_stays() {
    on_chain(|| {
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
    });
}

#[test]
fn code_that_nobody_can_pay_for_is_refused() {
    on_chain(|| {
        assert_noop!(
            Actors::upload_code(RuntimeOrigin::signed(PAUPER), fixture("echo")),
            Error::<Test>::CodeDepositNotPayable
        );
        assert_noop!(
            Actors::upload_code(RuntimeOrigin::none(), fixture("echo")),
            sp_runtime::DispatchError::BadOrigin
        );
    });
}

#[test]
fn every_kind_of_bad_code_has_its_own_error() {
    refused(vec![], Error::<Test>::CodeMalformed);
    refused(b"\0asm".to_vec(), Error::<Test>::CodeMalformed);
    refused(b"#!/bin/sh".to_vec(), Error::<Test>::CodeMalformed);
    let mut truncated = fixture("echo");
    truncated.truncate(truncated.len() - 3);
    refused(truncated, Error::<Test>::CodeMalformed);
    refused(vec![0; 512 * 1024 + 1], Error::<Test>::CodeTooLarge);
    let float = "(module (memory (export \"memory\") 1) (func (export \"handle\") \
                 (drop (f64.add (f64.const 1) (f64.const 2)))))";
    refused(assemble(float), Error::<Test>::CodeUsesFloat);
    let start = "(module (memory (export \"memory\") 1) (func $f) (start $f) \
                 (func (export \"handle\")))";
    refused(assemble(start), Error::<Test>::CodeHasStartFunction);
    let simd = "(module (memory (export \"memory\") 1) (func (export \"handle\") \
                (drop (v128.const i32x4 0 0 0 0))))";
    refused(assemble(simd), Error::<Test>::CodeUsesForbiddenFeature);
    let unknown = "(module (import \"env\" \"puts\" (func)) (memory (export \"memory\") 1) \
                   (func (export \"handle\")))";
    refused(assemble(unknown), Error::<Test>::CodeImportUnknown);
    let planned = "(module (import \"actors_v1\" \"wait\" (func (param i32) (result i32))) \
                   (memory (export \"memory\") 1) (func (export \"handle\")))";
    refused(assemble(planned), Error::<Test>::CodeImportNotServed);
    let mistyped = "(module (import \"actors_v1\" \"reply\" (func (param i32))) \
                    (memory (export \"memory\") 1) (func (export \"handle\")))";
    refused(assemble(mistyped), Error::<Test>::CodeImportMistyped);
    let export = "(module (memory (export \"memory\") 1) (func (export \"handle\")) \
                  (func (export \"main\")))";
    refused(assemble(export), Error::<Test>::CodeExportInvalid);
    let migrate = "(module (memory (export \"memory\") 1) (func (export \"handle\")) \
                   (func (export \"migrate\")))";
    refused(assemble(migrate), Error::<Test>::CodeEntryNotServed);
    let nothing = "(module (memory (export \"memory\") 1))";
    refused(assemble(nothing), Error::<Test>::CodeHasNoEntry);
    refused(
        assemble("(module (func (export \"handle\")))"),
        Error::<Test>::CodeMemoryInvalid,
    );
    let large = "(module (memory (export \"memory\") 65) (func (export \"handle\")))";
    refused(assemble(large), Error::<Test>::CodeMemoryInvalid);
    let globals = "(module (memory (export \"memory\") 1) (global (mut i32) (i32.const 0)) \
                   (global (mut i32) (i32.const 0)) (func (export \"handle\")))";
    refused(assemble(globals), Error::<Test>::CodeGlobalInvalid);
}
