//! Dry runs and reads.

use actors_primitives::{MessageId, ReplyCode};
use actors_runtime_api::{DryRun, DryRunWait, LetterInfo, ProgramStatus, ReadError, WaitingInfo};
use frame_support::{
    assert_ok,
    traits::fungible::{Inspect, Mutate},
};

use super::player::{panics, reply, reverts, trap};
use crate::{mock::*, Pallet, Service, Waiting};

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

fn a_dry_run_tells_what_an_account_without_money_lacks() {
    let program = create("store");
    let rich = Pallet::<Test>::dry_run_message(ALICE, program.clone(), vec![1; 100], 7, None, None)
        .expect("the call is accepted");
    assert_eq!(
        (rich.missing, rich.deposit_used),
        (0, 1_000_000 + 101 * 1_000)
    );
    let nobody = AccountId::new([99; 32]);
    let before = Balances::total_issuance();
    let dry = |who: AccountId, gas, deposit| {
        Pallet::<Test>::dry_run_message(who, program.clone(), vec![1; 100], 7, gas, deposit)
    };
    let poor = dry(nobody.clone(), None, None).expect("it is lent what it lacks");
    assert_eq!(
        (poor.gas_needed, poor.deposit_used, poor.reply),
        (rich.gas_needed, rich.deposit_used, rich.reply)
    );
    let needed = Price::get().cost(poor.gas_needed) + poor.deposit_used + 7;
    assert_eq!(poor.missing, needed);
    assert_eq!(Balances::total_issuance(), before);
    assert_eq!(total(&nobody), 0);
    // With exactly that, and what keeps it alive, the call is made.
    let all = needed + Balances::minimum_balance();
    Balances::set_balance(&nobody, all - 1);
    assert_eq!(
        dry(nobody.clone(), None, None).map(|dry| dry.missing),
        Ok(1)
    );
    Balances::set_balance(&nobody, all);
    let able = dry(
        nobody.clone(),
        Some(poor.gas_needed),
        Some(poor.deposit_used),
    );
    assert_eq!(
        able.map(|dry| (dry.missing, dry.gas_needed)),
        Ok((0, poor.gas_needed))
    );
    // Limits that are told are meant.
    Balances::set_balance(&nobody, all - 1);
    let told = dry(nobody, Some(poor.gas_needed), Some(poor.deposit_used));
    assert_eq!(told, Err(ReadError::Refused("GasNotPayable".into())));
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

/// A message that makes `sleeper` ask `to` and wait; `flags` are those of its send.
fn asks(to: &AccountId, blocks: u32, flags: u32) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    let (blocks, flags) = (blocks.to_le_bytes(), flags.to_le_bytes());
    [b"a", &blocks[..], &flags, to, b"well?"].concat()
}

/// The pallet's dry run of a message of Alice's.
fn dry_run(to: &AccountId, payload: Vec<u8>) -> DryRun<AccountId> {
    let (gas, deposit) = (Some(4 * GAS), Some(DEPOSIT));
    Pallet::<Test>::dry_run_message(ALICE, to.clone(), payload, 0, gas, deposit)
        .expect("the call is accepted")
}

fn the_gas_a_dry_run_needs_is_enough_for_programs_that_wait() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    // No rent to speak of comes back to make up for what is missing.
    let payload = asks(&echo, 1, 1);
    let run = dry_run(&sleeper, payload.clone());
    assert!(run.is_complete && run.waiting.is_empty());
    let codes: Vec<_> = run.turns.iter().map(|turn| turn.code).collect();
    let replied = Some(ReplyCode::Replied);
    assert_eq!(codes, [None, replied, replied]);
    assert_eq!(
        run.reply.map(|reply| reply.payload),
        Some(b"well?".to_vec())
    );
    // The rent of all blocks has to be there, and none of it is burned.
    let rent = 1_000 * ActorsSchedule::get().rent;
    assert!(run.gas_needed > run.gas_burned - run.turns[2].gas_burned + rent);
    assert!(run.gas_burned < run.gas_needed);

    // The state has a key from then on, and the same message does the same.
    let first = ask_with(&sleeper, &payload, 0, run.gas_needed, DEPOSIT);
    assert_eq!(first.code, ReplyCode::Replied);
    let run = dry_run(&sleeper, payload.clone());
    let enough = ask_with(&sleeper, &payload, 0, run.gas_needed, DEPOSIT);
    assert_eq!(enough.code, ReplyCode::Replied);
    // What fails then is `echo`, and the sleeper is told so.
    let less = ask_with(&sleeper, &payload, 0, run.gas_needed - 1_000, DEPOSIT);
    let said = (enough.payload, less.payload);
    assert_eq!(said, (b"well?".to_vec(), Vec::new()));
}

fn state_says_how_it_failed() {
    let program = create("script");
    let read = |act| Pallet::<Test>::read_state(program.clone(), act);
    assert_eq!(read(reply(b"\xff", 0)), Ok(b"\xff".to_vec()));
    let failed = |code, text: &str, payload: &[u8]| {
        Err(ReadError::Failed {
            code,
            text: text.into(),
            payload: payload.to_vec(),
        })
    };
    let reverted = failed(ReplyCode::Reverted, "", b"\0\xff");
    assert_eq!(read(reverts(b"\0\xff")), reverted);
    assert_eq!(read(panics(b"no")), failed(ReplyCode::Panicked, "no", b""));
    assert_eq!(read(trap()), failed(ReplyCode::Trapped, "", b""));
}

fn a_dry_run_says_what_is_not_over() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    let payload = asks(&BOB, 10, 1 | 5 << 8);
    let run = dry_run(&sleeper, payload.clone());
    assert!(!run.is_complete && run.reply.is_none());
    let waits = DryRunWait {
        message_id: run.message_id,
        program: sleeper.clone(),
        blocks: 10,
    };
    assert_eq!(run.waiting, [waits]);
    assert_eq!(run.user_messages[0].expires, Some(5));
    let burned = run.turns[0].gas_burned;
    assert_eq!((run.turns[0].code, run.gas_burned), (None, burned));

    // What waits and what stands in a mailbox is set aside, and has to be there.
    let rent = 15 * ActorsSchedule::get().rent;
    assert!(run.gas_needed > run.gas_burned + rent);
    let send = |gas| {
        let seen = Waiting::<Test>::iter().count();
        let id = send_as(&ALICE, sleeper.clone(), payload.clone(), 0, gas, DEPOSIT);
        idle();
        assert_eq!(reply_to(id.expect("the message is accepted")), None);
        assert_eq!(Waiting::<Test>::iter().count(), seen + 1);
    };
    send(run.gas_needed);
    let run = dry_run(&sleeper, payload.clone());
    send(run.gas_needed);
    let less = ask_with(&sleeper, &payload, 0, run.gas_needed - 1_000, DEPOSIT);
    assert!(!less.code.is_success());

    // Nobody waits for what is delayed, and it is not over either.
    let to: &[u8; 32] = echo.as_ref();
    let payload = [b"d", &3u32.to_le_bytes()[..], &GAS.to_le_bytes(), to].concat();
    let run = dry_run(&sleeper, payload);
    assert!(!run.is_complete && run.waiting.is_empty());
    assert_eq!(run.reply.map(|reply| reply.code), Some(ReplyCode::Finished));
}

fn a_dry_run_of_an_upgrade_foretells_it() {
    let store = create("store");
    ask(&store, &[0; 64]);
    let old = Pallet::<Test>::program(store.clone()).expect("it exists");
    let (gas, deposit) = (Some(GAS), Some(DEPOSIT));
    let with_code = |admin, code| {
        let payload = b"on".to_vec();
        Pallet::<Test>::dry_run_upgrade_code(admin, store.clone(), code, payload, gas, deposit)
    };
    let not_admin = Err(ReadError::Refused("NotAdmin".into()));
    assert_eq!(with_code(BOB, fixture("sleeper")), not_admin);
    let Err(ReadError::Invalid(reason)) = with_code(ALICE, offence("float_operator")) else {
        panic!("floats are refused");
    };
    assert!(reason.contains("f32"), "{reason}");
    let foretold = with_code(ALICE, fixture("sleeper")).expect("the call is accepted");
    assert_eq!(foretold.program, store);
    assert_eq!(foretold.events[0].data, b"on");
    assert_eq!(
        foretold.reply.as_ref().map(|reply| reply.code),
        Some(ReplyCode::Finished)
    );
    assert!(foretold.is_complete);

    let code = upload("sleeper");
    let upgrade = |admin, payload: &[u8]| {
        let payload = payload.to_vec();
        Pallet::<Test>::dry_run_upgrade(admin, store.clone(), code, payload, gas, deposit)
    };
    assert_eq!(upgrade(BOB, b"on"), not_admin);
    // Whether the code is stored already changes nothing else.
    assert_eq!(upgrade(ALICE, b"on"), with_code(ALICE, fixture("sleeper")));
    let run = upgrade(ALICE, b"on").expect("the call is accepted");
    assert_eq!(run.gas_needed, foretold.gas_needed);
    let failed = upgrade(ALICE, b"").expect("the call is accepted").reply;
    assert_eq!(failed.map(|reply| reply.code), Some(ReplyCode::Trapped));
    assert_eq!(Pallet::<Test>::program(store.clone()), Some(old));

    let go = |gas| {
        let payload = b"on".to_vec();
        let id = Pallet::<Test>::do_upgrade_program(&ALICE, store.clone(), code, payload, gas, 0);
        idle();
        reply_to(id.expect("the call is accepted")).expect("it ends")
    };
    undone(|| {
        let less = go(run.gas_needed - 1_000);
        assert_eq!(less.code, ReplyCode::OutOfGas);
    });
    let done = go(run.gas_needed);
    assert_eq!(
        (done.code, done.gas_burned),
        (ReplyCode::Finished, run.gas_burned)
    );
    let new = Pallet::<Test>::program(store).expect("it exists");
    assert_eq!((new.code_hash, new.epoch), (code, 1));
}

fn what_waits_is_shown() {
    let sleeper = create("sleeper");
    assert!(!Pallet::<Test>::has_schedule());
    let payload = asks(&BOB, 10, 1 | 5 << 8);
    let id = send_as(
        &ALICE,
        sleeper.clone(),
        payload.clone(),
        0,
        4 * GAS,
        DEPOSIT,
    );
    let id = id.expect("the message is accepted");
    idle();
    assert!(Pallet::<Test>::has_schedule() && !Pallet::<Test>::has_work());
    next_block();
    next_block();
    let mut waits = WaitingInfo {
        message_id: id,
        source: ALICE,
        turn: 1,
        has_replied: false,
        blocks: 10,
        waited: 2,
        deadline: Some(8),
        causes: 0,
        payload_bytes: payload.len() as u32,
    };
    assert_eq!(
        Pallet::<Test>::waiting(sleeper.clone(), None),
        [waits.clone()]
    );
    let mail = Pallet::<Test>::mailbox(BOB, None);
    let letter = LetterInfo {
        message_id: mail[0].message_id,
        program: sleeper.clone(),
        payload: b"well?".to_vec(),
        value: 0,
        expires: 3,
    };
    assert_eq!(mail, [letter]);
    let queue = Pallet::<Test>::queue();
    assert_eq!((queue.clock, queue.scheduled, queue.queued), (2, 2, 0));

    assert_ok!(Pallet::<Test>::do_set_service_paused(true));
    assert!(!Pallet::<Test>::has_schedule());
    Pallet::<Test>::do_claim_value(&BOB, mail[0].message_id).expect("it stands");
    (waits.deadline, waits.causes) = (None, 1);
    assert_eq!(Pallet::<Test>::waiting(sleeper.clone(), None), [waits]);
    assert_eq!(Pallet::<Test>::mailbox(BOB, None), []);
    assert_eq!(Pallet::<Test>::waiting(BOB, None), []);
    assert_ok!(Pallet::<Test>::do_set_service_paused(false));

    // However many there are.
    for _ in 0..70 {
        let gas = 4 * GAS;
        send_as(&ALICE, sleeper.clone(), payload.clone(), 0, gas, DEPOSIT)
            .expect("the message is accepted");
        idle();
    }
    let waiting = |start| Pallet::<Test>::waiting(sleeper.clone(), start);
    let mailbox = |start| Pallet::<Test>::mailbox(BOB, start);
    let (first, mail) = (waiting(None), mailbox(None));
    assert_eq!((first.len(), mail.len()), (64, 64));
    // The rest follows the last of them, and nothing comes twice.
    let (rest, more) = (
        waiting(Some(first[63].message_id)),
        mailbox(Some(mail[63].message_id)),
    );
    let ids = |all: Vec<MessageId>| all.into_iter().collect::<alloc::collections::BTreeSet<_>>();
    let waits = first.iter().chain(&rest).map(|waits| waits.message_id);
    let stands = mail.iter().chain(&more).map(|letter| letter.message_id);
    assert_eq!((rest.len(), more.len()), (6, 6));
    assert_eq!(ids(waits.collect()).len(), 70);
    assert_eq!(ids(stands.collect()).len(), 70);
    // What a page began with may have gone since: the next one begins behind it all the same.
    let gone = mail[63].message_id;
    Pallet::<Test>::do_claim_value(&BOB, gone).expect("it stands");
    assert_eq!(mailbox(Some(gone)), more);
    assert_eq!(mailbox(Some(MessageId([255; 32]))), []);
}

cases![
    state_says_how_it_failed,
    the_gas_a_dry_run_needs_is_enough_for_programs_that_wait,
    a_dry_run_says_what_is_not_over,
    a_dry_run_of_an_upgrade_foretells_it,
    what_waits_is_shown,
    a_dry_run_foretells_and_changes_nothing,
    the_gas_a_dry_run_needs_is_enough_and_not_too_much,
    a_dry_run_tells_what_an_account_without_money_lacks,
    a_dry_run_of_a_creation_tells_the_address_and_the_failure,
    a_dry_run_does_not_wait_for_the_backlog,
    state_is_read_and_not_changed,
    refused_code_is_explained,
    the_gas_a_dry_run_needs_is_what_the_call_asks_for,
];
