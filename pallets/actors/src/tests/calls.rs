//! Creating programs and sending to them: what is refused, and that nothing else changes.

use actors_primitives::{CodeHash, Gas, ReplyCode};
use frame_support::{assert_noop, assert_ok};

use crate::{mock::*, Error, Event, Pallet, Programs};

fn a_program_is_uploaded_created_and_answers() {
    let origin = RuntimeOrigin::signed(ALICE);
    let code = fixture("echo");
    let hash = Pallet::<Test>::code_hash(&code);
    let program = Pallet::<Test>::program_address(hash, &ALICE, b"salt");
    assert_ok!(Actors::upload_program(
        origin.clone(),
        code.clone(),
        b"salt".to_vec(),
        vec![],
        0,
        GAS,
        0
    ));
    idle();
    assert!(events().contains(&Event::ProgramInitialised {
        program: program.clone()
    }));
    let reply = ask(&program, b"hello");
    assert_eq!(
        (reply.code, reply.payload),
        (ReplyCode::Replied, b"hello".to_vec())
    );
    // The same code again makes another program; the same salt does not.
    assert_noop!(
        Actors::upload_program(
            origin.clone(),
            code.clone(),
            b"salt".to_vec(),
            vec![],
            0,
            GAS,
            0
        ),
        Error::<Test>::ProgramAlreadyExists
    );
    assert_ok!(Actors::upload_program(
        origin,
        code,
        b"pepper".to_vec(),
        vec![],
        0,
        GAS,
        0
    ));
}

fn the_address_is_the_documented_hash() {
    let (hash, salt) = (CodeHash([7; 32]), vec![1u8, 2, 3]);
    let mut preimage = b"actors/program".to_vec();
    preimage.extend([7; 32]);
    preimage.extend([1; 32]);
    preimage.extend([12, 1, 2, 3]);
    let expected: AccountId = sp_io::hashing::blake2_256(&preimage).into();
    assert_eq!(
        Pallet::<Test>::program_address(hash, &ALICE, &salt),
        expected
    );
}

fn bad_creations_are_refused_and_change_nothing() {
    let hash = upload("echo");
    let create = |who, hash, salt: usize, payload: usize, value, gas, deposit| {
        let (salt, payload) = (vec![0; salt], vec![0; payload]);
        Actors::create_program(
            RuntimeOrigin::signed(who),
            hash,
            salt,
            payload,
            value,
            gas,
            deposit,
        )
    };
    let unknown = CodeHash([9; 32]);
    assert_noop!(
        create(ALICE, unknown, 0, 0, 0, GAS, 0),
        Error::<Test>::CodeNotFound
    );
    assert_noop!(
        create(ALICE, hash, 65, 0, 0, GAS, 0),
        Error::<Test>::SaltTooLong
    );
    assert_noop!(
        create(ALICE, hash, 0, 65_537, 0, GAS, 0),
        Error::<Test>::PayloadTooLong
    );
    assert_noop!(
        create(ALICE, hash, 0, 0, 0, 0, 0),
        Error::<Test>::GasLimitTooLow
    );
    assert_noop!(
        create(ALICE, hash, 0, 0, u128::MAX, GAS, 0),
        Error::<Test>::ValueNotPayable
    );
    assert_noop!(
        create(ALICE, hash, 0, 0, 0, GAS, u128::MAX),
        Error::<Test>::GasNotPayable
    );
    assert_noop!(
        create(BOB, hash, 0, 0, 0, Gas::MAX, 0),
        Error::<Test>::GasNotPayable
    );
    assert_noop!(
        create(PAUPER, hash, 0, 0, 0, GAS, 0),
        Error::<Test>::ProgramDepositNotPayable
    );
}

fn bad_messages_are_refused_and_change_nothing() {
    let program = create("echo");
    let send = |who, to: &AccountId, payload: usize, value, gas, deposit| {
        let (origin, to) = (RuntimeOrigin::signed(who), to.clone());
        Actors::send_message(origin, to, vec![0; payload], value, gas, deposit)
    };
    assert_noop!(send(ALICE, &BOB, 0, 0, GAS, 0), Error::<Test>::NotAProgram);
    assert_noop!(
        send(ALICE, &program, 65_537, 0, GAS, 0),
        Error::<Test>::PayloadTooLong
    );
    assert_noop!(
        send(ALICE, &program, 0, 0, 0, 0),
        Error::<Test>::GasLimitTooLow
    );
    assert_noop!(
        send(ALICE, &program, 0, 0, 1_000, 0),
        Error::<Test>::GasLimitTooLow
    );
    assert_noop!(
        send(ALICE, &program, 0, u128::MAX, GAS, 0),
        Error::<Test>::ValueNotPayable
    );
    assert_noop!(
        send(BOB, &program, 0, 0, Gas::MAX, 0),
        Error::<Test>::GasNotPayable
    );
    assert_noop!(
        send(ALICE, &program, 0, 0, GAS, u128::MAX),
        Error::<Test>::GasNotPayable
    );
    assert_noop!(
        send(PAUPER, &program, 0, 0, GAS, 0),
        Error::<Test>::GasNotPayable
    );
    assert_ok!(send(ALICE, &program, 65_536, 0, GAS, 0));
    idle();
}

fn a_failed_init_removes_the_program_and_returns_everything() {
    let hash = upload("panic");
    let before = total(&ALICE);
    let program = Pallet::<Test>::program_address(hash, &ALICE, b"");
    assert_ok!(Actors::create_program(
        RuntimeOrigin::signed(ALICE),
        hash,
        vec![],
        vec![],
        3 * UNIT,
        GAS,
        DEPOSIT
    ));
    assert!(total(&ALICE) < before - 3 * UNIT);
    idle();
    assert!(!Programs::<Test>::contains_key(&program));
    assert_eq!(total(&program), 0);
    assert!(events().contains(&Event::ProgramRemoved {
        program: program.clone(),
        code: ReplyCode::Panicked
    }));
    assert_eq!(total(&ALICE), before - Fees::get());
    assert_ok!(Actors::remove_code(RuntimeOrigin::signed(ALICE), hash));
}

fn messages_to_a_program_whose_init_fails_are_answered() {
    let hash = upload("panic");
    let program = Pallet::<Test>::program_address(hash, &ALICE, b"");
    let signed = RuntimeOrigin::signed(ALICE);
    let created = Actors::create_program(signed, hash, vec![], vec![], 0, GAS, 0);
    assert_ok!(created);
    let before = total(&BOB);
    let id = send_as(&BOB, program, vec![], UNIT, GAS, 0)
        .expect("the program exists until its init fails");
    idle();
    assert_eq!(
        reply_to(id).map(|reply| reply.code),
        Some(ReplyCode::NoSuchProgram)
    );
    assert_eq!(total(&BOB), before, "it never ran");
}

fn an_account_that_stands_at_the_address_does_not_matter() {
    let hash = upload("echo");
    let program = Pallet::<Test>::program_address(hash, &ALICE, b"");
    assert_ok!(Balances::transfer_allow_death(
        RuntimeOrigin::signed(BOB),
        program.clone(),
        UNIT
    ));
    assert_ok!(Actors::create_program(
        RuntimeOrigin::signed(ALICE),
        hash,
        vec![],
        vec![],
        0,
        GAS,
        0
    ));
    idle();
    assert_eq!(ask(&program, b"still here").payload, b"still here");
}

cases![
    a_program_is_uploaded_created_and_answers,
    the_address_is_the_documented_hash,
    bad_creations_are_refused_and_change_nothing,
    bad_messages_are_refused_and_change_nothing,
    a_failed_init_removes_the_program_and_returns_everything,
    messages_to_a_program_whose_init_fails_are_answered,
    an_account_that_stands_at_the_address_does_not_matter,
];
