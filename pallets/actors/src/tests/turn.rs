//! Turns: effects applied whole or not at all.

use actors_primitives::{abi::error, ReplyCode};

use super::player::{reply, reverts, script, set, Post};
use crate::{mock::*, Event, Pages, Pallet, Programs, State};

fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

fn memory_globals_and_keyed_state_are_kept_from_turn_to_turn() {
    let program = create("counter");
    for round in 1..=20u32 {
        let reply = ask(&program, b"");
        assert_eq!(reply.code, ReplyCode::Replied);
        assert_eq!(number(&reply.payload[..4]), round, "linear memory");
        assert_eq!(number(&reply.payload[4..8]), round, "kept global");
        assert_eq!(number(&reply.payload[8..]), round, "keyed state");
    }
    let emitted = events().into_iter().filter_map(|event| match event {
        Event::ProgramEvent {
            program: source,
            data,
            ..
        } => {
            assert_eq!(source, program);
            Some(number(&data))
        }
        _ => None,
    });
    assert_eq!(emitted.collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 1);
}

fn two_programs_of_the_same_code_share_nothing() {
    let (first, second) = (create("counter"), create("counter"));
    ask(&first, b"");
    ask(&first, b"");
    assert_eq!(number(&ask(&second, b"").payload[..4]), 1);
    assert_eq!(number(&ask(&first, b"").payload[..4]), 3);
}

fn a_trap_leaves_no_trace_but_its_gas_and_its_reply() {
    let program = create("trap");
    let (alice, held) = (total(&ALICE), total(&program));
    let record = Programs::<Test>::get(&program);
    Fees::set(0);
    let reply = ask_with(&program, b"", 5 * UNIT, GAS, DEPOSIT);
    assert_eq!((reply.code, reply.payload), (ReplyCode::Trapped, vec![]));
    assert_eq!(reply.value, 5 * UNIT, "the reply says what came back");
    assert!(reply.gas_burned > 0 && reply.gas_burned < GAS);
    assert_eq!(Fees::get(), u128::from(reply.gas_burned) * 7 / 1_000);
    assert_eq!(total(&ALICE), alice - Fees::get());
    assert_eq!(total(&program), held);
    assert_eq!(Programs::<Test>::get(&program), record);
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 0);
    let sent = events()
        .into_iter()
        .filter(|event| matches!(event, Event::UserMessage { reply: None, .. }));
    assert_eq!(sent.count(), 0);
    assert!(!events()
        .iter()
        .any(|event| matches!(event, Event::ProgramEvent { .. })));
}

fn a_panic_says_why() {
    let hash = upload("panic");
    let signed = RuntimeOrigin::signed(ALICE);
    Actors::create_program(signed, hash, vec![], vec![], 0, GAS, 0).expect("Alice can pay");
    idle();
    let told = events().into_iter().find_map(|event| match event {
        Event::UserMessage {
            payload,
            reply: Some(reply),
            ..
        } => Some((reply.code, payload)),
        _ => None,
    });
    assert_eq!(told, Some((ReplyCode::Panicked, b"not today".to_vec())));
}

/// Bytes that are no text, and would not outlive being made one.
const NO_TEXT: &[u8] = b"\0\xff\xfe no \x80";

fn a_revert_leaves_no_trace_but_its_gas_and_its_bytes() {
    let program = create("script");
    let (alice, bob, held) = (total(&ALICE), total(&BOB), total(&program));
    let (record, seen) = (Programs::<Test>::get(&program), events().len());
    let mail = Post::new(&BOB, b"hi".to_vec()).value(UNIT).act();
    let acts = [set(1, b"x"), mail, reply(b"done", UNIT), reverts(NO_TEXT)];
    Fees::set(0);
    let reply = ask_with(&program, &script([&acts]), 5 * UNIT, GAS, DEPOSIT);
    let told = (reply.code, &reply.payload[..], reply.value);
    assert_eq!(told, (ReplyCode::Reverted, NO_TEXT, 5 * UNIT));
    assert!(reply.gas_burned > 0 && reply.gas_burned < GAS);
    assert_eq!(total(&ALICE), alice - Fees::get());
    assert_eq!((total(&BOB), total(&program)), (bob, held));
    assert_eq!(Programs::<Test>::get(&program), record);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 0);
    let other = |event: &Event<Test>| {
        matches!(
            event,
            Event::UserMessage { reply: None, .. } | Event::ProgramEvent { .. }
        )
    };
    assert!(!events()[seen..].iter().any(other));
}

fn running_out_of_gas_burns_the_whole_limit() {
    let program = create("spin");
    let before = total(&ALICE);
    Fees::set(0);
    let reply = ask_with(&program, b"", UNIT, 1_234_567_891, 0);
    assert_eq!(
        (reply.code, reply.gas_burned),
        (ReplyCode::OutOfGas, 1_234_567_891)
    );
    assert_eq!(Fees::get(), 1_234_567_891 * 7 / 1_000);
    assert_eq!(total(&ALICE), before - Fees::get());
}

fn a_turn_burns_no_more_than_the_longest_turn() {
    let program = create("spin");
    let reply = ask_with(&program, b"", 0, 600_000_000_000, 0);
    assert_eq!(reply.code, ReplyCode::OutOfGas);
    assert_eq!(reply.gas_burned, MaxTurnGas::get());
}

fn gas_is_the_same_each_time() {
    let program = create("echo");
    let first = ask(&program, b"same").gas_burned;
    for _ in 0..3 {
        assert_eq!(ask(&program, b"same").gas_burned, first);
    }
    assert!(ask(&program, &[0; 4_096]).gas_burned > first);
}

/// The payload that makes `relay` send `payload` on.
fn relayed(to: &AccountId, gas: i64, value: u128, payload: &[u8]) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    [&to[..], &gas.to_le_bytes(), &value.to_le_bytes(), payload].concat()
}

fn a_program_sends_to_a_program_and_to_a_user() {
    let (relay, counter) = (create("relay"), create("counter"));
    let reply = ask(&relay, &relayed(&counter, -1, 0, b"x"));
    assert_eq!(
        (reply.code, number(&reply.payload)),
        (ReplyCode::Replied, 0)
    );
    assert_eq!(
        number(&ask(&counter, b"").payload[..4]),
        2,
        "the relayed one and ours"
    );

    let before = total(&BOB);
    let reply = ask_with(
        &relay,
        &relayed(&BOB, -1, UNIT, b"for Bob"),
        2 * UNIT,
        GAS,
        0,
    );
    assert_eq!(number(&reply.payload), 0);
    assert_eq!(total(&BOB), before + UNIT);
    let told = events().into_iter().any(|event| {
        matches!(
            event,
            Event::UserMessage { destination, payload, value, reply: None, .. }
                if destination == BOB && payload == b"for Bob" && value == UNIT
        )
    });
    assert!(told);
}

fn a_program_cannot_send_more_than_it_has() {
    let relay = create("relay");
    let reply = ask_with(&relay, &relayed(&BOB, -1, 2 * UNIT, b""), UNIT, GAS, 0);
    assert_eq!(number(&reply.payload) as i32, error::NOT_ENOUGH_VALUE);
}

fn value_that_could_not_arrive_is_refused_when_sent() {
    let relay = create("relay");
    let before = total(&ALICE);
    Fees::set(0);
    // Below the existential deposit of an account that does not exist.
    let reply = ask_with(&relay, &relayed(&PAUPER, -1, 10, b""), UNIT, GAS, 0);
    assert_eq!(reply.code, ReplyCode::Replied);
    assert_eq!(number(&reply.payload) as i32, error::NOT_ENOUGH_VALUE);
    assert_eq!(total(&PAUPER), 0);
    assert_eq!(
        total(&ALICE),
        before - UNIT - Fees::get(),
        "the relay has it"
    );
}

fn program_to_program_value_arrives_or_comes_back() {
    let (relay, counter, trap) = (create("relay"), create("counter"), create("trap"));
    let (base, empty) = (total(&relay), total(&counter));
    ask_with(
        &relay,
        &relayed(&counter, -1, UNIT, b""),
        UNIT,
        GAS,
        DEPOSIT,
    );
    assert_eq!(total(&relay), base);
    // What the counter stored is paid by Alice and held on its account besides.
    let deposit = Programs::<Test>::get(&counter).expect("it exists").deposit;
    let record = Pallet::<Test>::record_deposit();
    assert_eq!(total(&counter), empty + UNIT + deposit - record);
    ask_with(&relay, &relayed(&trap, -1, UNIT, b""), UNIT, GAS, 0);
    assert_eq!(
        total(&relay),
        base + UNIT,
        "the trapped message's value came back"
    );
}

/// Sums of pointers and lengths that wrap where `usize` has 32 bits, as it has in a runtime.
fn what_wraps_in_32_bits_reaches_nothing() {
    const HIGH: [u32; 4] = [131_071, i32::MIN as u32, u32::MAX - 15, u32::MAX];
    const LONG: [u32; 3] = [i32::MAX as u32, i32::MIN as u32 + 16, u32::MAX];
    let program = create("reach");
    let ends = |call: &str, [a, b, c, d]: [u32; 4]| {
        let calls = [
            "message_read",
            "state_get",
            "state_set",
            "state_remove",
            "emit",
            "reply",
            "send",
            "random",
            "debug",
            "panic",
            "memory.fill",
            "memory.grow",
        ];
        let place = calls.iter().position(|name| *name == call);
        let place = place.expect("the fixture has the call") as u32;
        let payload = [place, a, b, c, d].map(u32::to_le_bytes).concat();
        let reply = ask(&program, &payload);
        match reply.code {
            ReplyCode::Replied => Ok(number(&reply.payload) as i32),
            code => Err(code),
        }
    };
    let misuse = Err(ReplyCode::SyscallMisuse);
    for pointer in HIGH {
        // 32 bytes from there end beyond memory, and in 32 bits some of them at its beginning.
        let at = [pointer, 32, 2048, 8];
        for call in [
            "state_get",
            "state_set",
            "state_remove",
            "emit",
            "reply",
            "send",
            "random",
            "debug",
            "panic",
        ] {
            assert_eq!(ends(call, at), misuse, "{call} at {pointer}");
        }
        assert_eq!(ends("message_read", at), Ok(error::OUT_OF_RANGE));
        assert_eq!(ends("memory.fill", at), Err(ReplyCode::Trapped));
        for (call, arguments) in [
            ("message_read", [0, 20, pointer, 0]),
            ("state_set", [2048, 8, pointer, 32]),
            ("reply", [0, 0, pointer, 0]),
            ("send", [0, 0, pointer, 0]),
            ("random", [0, 0, pointer, 0]),
        ] {
            assert_eq!(
                ends(call, arguments),
                misuse,
                "{call}, second pointer {pointer}"
            );
        }
        for len in LONG {
            let at = [pointer, len, 2048, 8];
            for call in [
                "state_get",
                "state_set",
                "state_remove",
                "emit",
                "reply",
                "send",
            ] {
                assert_eq!(ends(call, at), Ok(error::OVER_LIMIT), "{call} of {len}");
            }
            assert_eq!(ends("message_read", at), Ok(error::OUT_OF_RANGE));
            assert_eq!(ends("random", at), misuse);
            assert_eq!(ends("panic", at), misuse);
            assert_eq!(ends("debug", at), Err(ReplyCode::OutOfGas));
            assert_eq!(ends("memory.grow", at), Ok(-1));
        }
    }
    assert_eq!(ends("state_set", [2048, 8, 0, 4]), Ok(0));
    let whole = ends("state_get", [2048, 8, 4096, u32::MAX]);
    assert_eq!(
        whole,
        Ok(4),
        "a buffer said to be longer than memory takes what there is"
    );
    assert_eq!(ends("state_get", [2048, 8, u32::MAX, u32::MAX]), misuse);
}

fn memory_that_no_turn_could_load_is_refused() {
    let program = create("family");
    let record = Programs::<Test>::get(&program).expect("it exists");
    let schedule = ActorsSchedule::get();
    let after = schedule.load_code(&record.info, record.wasm_pages) + schedule.load_pages(1);
    // The turn itself fits, but with a page more to load the next one would not have its quarter.
    MaxTurnGas::set(after / 3 * 4 - 1_000_000);
    assert_eq!(ask(&program, &[4, 1]).code, ReplyCode::LimitExceeded);
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(ask(&program, &[3]).code, ReplyCode::Replied, "it goes on");
    MaxTurnGas::set(after / 3 * 4 + 1_000_000);
    assert_eq!(ask(&program, &[4, 1]).code, ReplyCode::Finished);
}

cases![
    memory_globals_and_keyed_state_are_kept_from_turn_to_turn,
    two_programs_of_the_same_code_share_nothing,
    a_trap_leaves_no_trace_but_its_gas_and_its_reply,
    a_panic_says_why,
    a_revert_leaves_no_trace_but_its_gas_and_its_bytes,
    running_out_of_gas_burns_the_whole_limit,
    a_turn_burns_no_more_than_the_longest_turn,
    gas_is_the_same_each_time,
    a_program_sends_to_a_program_and_to_a_user,
    a_program_cannot_send_more_than_it_has,
    value_that_could_not_arrive_is_refused_when_sent,
    memory_that_no_turn_could_load_is_refused,
    program_to_program_value_arrives_or_comes_back,
    what_wraps_in_32_bits_reaches_nothing,
];
