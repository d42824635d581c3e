//! Dry runs and reads.

use actors_primitives::ReplyCode;
use actors_runtime_api::{ProgramStatus, ReadError};

use crate::{mock::*, Pallet, Service};

fn a_dry_run_foretells_and_changes_nothing() {
    let program = create("counter");
    ask(&program, b"");
    let (before, nonce, seen) = (total(&ALICE), Service::<Test>::get().sent, events().len());
    let run = Pallet::<Test>::dry_run_message(
        ALICE,
        program.clone(),
        vec![],
        0,
        Some(GAS),
        Some(DEPOSIT),
    )
    .expect("the call is accepted");
    assert_eq!(
        (total(&ALICE), Service::<Test>::get().sent),
        (before, nonce)
    );
    assert_eq!((events().len(), System::block_number()), (seen, 1));

    let reply = ask(&program, b"");
    let foretold = run.reply.expect("it ends");
    assert_eq!(
        (foretold.code, foretold.payload),
        (reply.code, reply.payload)
    );
    assert_eq!(run.gas_burned, reply.gas_burned);
    // Reading state reserves the longest proof and pays the real one, so that it may need more.
    assert!(run.gas_needed >= reply.gas_burned);
    assert_eq!(
        ask_with(&program, b"", 0, run.gas_needed, 0).code,
        ReplyCode::Replied
    );
    assert_eq!(
        ask_with(&program, b"", 0, run.gas_needed - 1_000, 0).code,
        ReplyCode::OutOfGas
    );
    assert_eq!(run.deposit_used, 0);
    assert_eq!(run.events.len(), 1);
}

fn the_gas_a_dry_run_needs_is_enough_and_not_too_much() {
    let (relay, echo) = (create("relay"), create("echo"));
    let to: &[u8; 32] = echo.as_ref();
    let payload = [&to[..], &(-1i64).to_le_bytes(), &[0; 16], b"x"].concat();
    let run = Pallet::<Test>::dry_run_message(ALICE, relay.clone(), payload.clone(), 0, None, None)
        .expect("the call is accepted");
    assert!(run.gas_burned > 0 && run.gas_burned == run.gas_needed);
    let failures = |gas| {
        let seen = events().len();
        let id = send_as(&ALICE, relay.clone(), payload.clone(), 0, gas, 0)
            .expect("the call is accepted");
        idle();
        assert!(reply_to(id).is_some());
        let failed = |event: &crate::Event<Test>| {
            matches!(event, crate::Event::MessageProcessed { reply_code, .. }
                if !reply_code.is_success())
        };
        events()[seen..]
            .iter()
            .filter(|event| failed(event))
            .count()
    };
    assert_eq!(failures(run.gas_needed), 0);
    assert_eq!(failures(run.gas_needed - 1_000), 1);
}

fn a_dry_run_of_a_creation_tells_the_address_and_the_failure() {
    let (good, bad) = (upload("echo"), upload("panic"));
    let run = Pallet::<Test>::dry_run_creation(ALICE, good, vec![1], vec![], 0, None, None)
        .expect("the call is accepted");
    assert_eq!(
        run.program,
        Pallet::<Test>::program_address(good, &ALICE, &[1])
    );
    assert_eq!(run.reply.map(|reply| reply.code), Some(ReplyCode::Finished));
    let run = Pallet::<Test>::dry_run_creation(ALICE, bad, vec![1], vec![], 0, None, None)
        .expect("the call is accepted");
    let reply = run.reply.expect("it ends");
    assert_eq!(
        (reply.code, reply.payload),
        (ReplyCode::Panicked, b"not today".to_vec())
    );
    let refused =
        Pallet::<Test>::dry_run_creation(PAUPER, good, vec![1], vec![], 0, Some(GAS), Some(0));
    let reason = "ProgramDepositNotPayable".into();
    assert_eq!(refused, Err(ReadError::Refused(reason)));
    let program = create("echo");
    let refused = Pallet::<Test>::dry_run_message(ALICE, program, vec![], u128::MAX, None, None);
    assert_eq!(refused, Err(ReadError::Refused("ValueNotPayable".into())));
}

fn a_dry_run_does_not_wait_for_the_backlog() {
    let (echo, spin) = (create("echo"), create("spin"));
    for _ in 0..20 {
        let gas = MaxTurnGas::get();
        send_as(&ALICE, spin.clone(), vec![], 0, gas, 0).expect("the message is accepted");
    }
    let run = Pallet::<Test>::dry_run_message(ALICE, echo, b"hi".to_vec(), 0, None, None)
        .expect("the call is accepted");
    assert_eq!(run.reply.map(|reply| reply.payload), Some(b"hi".to_vec()));
    assert_eq!(Pallet::<Test>::queue_length(), 20);
}

fn state_is_read_and_not_changed() {
    let (counter, echo) = (create("counter"), create("echo"));
    ask(&counter, b"");
    ask(&counter, b"");
    for _ in 0..2 {
        let read = Pallet::<Test>::read_state(counter.clone(), vec![]);
        assert_eq!(read, Ok(2u32.to_le_bytes().to_vec()));
    }
    let entry = Pallet::<Test>::state_entry(counter.clone(), b"count".to_vec());
    assert_eq!(entry, Ok(Some(2u32.to_le_bytes().to_vec())));
    let none = Pallet::<Test>::state_entry(counter.clone(), b"other".to_vec());
    assert_eq!(none, Ok(None));
    assert_eq!(
        Pallet::<Test>::read_state(echo, vec![]),
        Err(ReadError::NoStateEntry)
    );
    assert_eq!(
        Pallet::<Test>::read_state(BOB, vec![]),
        Err(ReadError::NotAProgram)
    );

    let nowhere = Pallet::<Test>::state_entry(BOB, b"count".to_vec());
    assert_eq!(nowhere, Err(ReadError::NotAProgram));

    let info = Pallet::<Test>::program(counter).expect("it exists");
    assert_eq!(info.status, ProgramStatus::Active);
    assert_eq!(
        (info.wasm_pages, info.stored_pages, info.state_bytes),
        (1, 1, 9)
    );
    let code = Pallet::<Test>::code(info.code_hash).expect("it is stored");
    assert_eq!(code.exports, ["init", "handle", "state"]);
    assert_eq!(code.references, 1);
}

fn refused_code_is_explained() {
    let reason =
        Pallet::<Test>::check_code(offence("float_operator")).expect_err("floats are refused");
    for part in ["mean", "f32"] {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(Pallet::<Test>::check_code(fixture("echo")), Ok(()));
}

fn the_gas_a_dry_run_needs_is_what_the_call_asks_for() {
    // No `init`: creation costs the base of loading alone, in the dry run and in the call.
    let bare = fixture("bare");
    let hash = Pallet::<Test>::code_hash(&bare);
    Pallet::<Test>::do_upload_code(&ALICE, bare).expect("it is valid");
    let run = Pallet::<Test>::dry_run_creation(ALICE, hash, vec![], vec![], 0, None, None)
        .expect("the call is accepted");
    assert!(run.gas_needed > 0);
    let create = |gas| {
        let signed = RuntimeOrigin::signed(ALICE);
        Actors::create_program(signed, hash, vec![], vec![], 0, gas, 0)
    };
    let refused = create(run.gas_needed - 1);
    assert_eq!(refused, Err(crate::Error::<Test>::GasLimitTooLow.into()));
    assert_eq!(create(run.gas_needed), Ok(()));
    idle();

    // Gas split off for a user is not used, but it has to be there.
    let relay = crate::mock::create("relay");
    let to: &[u8; 32] = BOB.as_ref();
    let payload = [&to[..], &9_000_000_000i64.to_le_bytes(), &[0; 16], b"x"].concat();
    let dry = Pallet::<Test>::dry_run_message(
        ALICE,
        relay.clone(),
        payload.clone(),
        0,
        Some(GAS),
        Some(0),
    )
    .expect("the call is accepted");
    assert!(dry.gas_needed >= dry.gas_burned + 9_000_000_000);
    let reply = ask_with(&relay, &payload, 0, dry.gas_needed, 0);
    assert_eq!(
        (reply.code, reply.payload),
        (ReplyCode::Replied, vec![0; 4])
    );
    let reply = ask_with(&relay, &payload, 0, dry.gas_needed - 1_000, 0);
    assert_ne!(
        (reply.code, reply.payload),
        (ReplyCode::Replied, vec![0; 4])
    );
}

cases![
    a_dry_run_foretells_and_changes_nothing,
    the_gas_a_dry_run_needs_is_enough_and_not_too_much,
    a_dry_run_of_a_creation_tells_the_address_and_the_failure,
    a_dry_run_does_not_wait_for_the_backlog,
    state_is_read_and_not_changed,
    refused_code_is_explained,
    the_gas_a_dry_run_needs_is_what_the_call_asks_for,
];
