//! Traces: every turn that a message causes, told as a tree.

use actors_primitives::{Gas, MessageId, ReplyCode};
use actors_runtime_api::{ReadError, Trace, TraceCause, TraceEnd, TraceTurn};
use frame_support::assert_ok;

use super::player::{reverts, script};
use crate::{mock::*, Delayed, Event, Pallet, Service};

/// A message that asks `to` and waits; `flags` are those of its send.
fn asks(to: &AccountId, blocks: u32, flags: u32, payload: &[u8]) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    let (blocks, flags) = (blocks.to_le_bytes(), flags.to_le_bytes());
    [b"a", &blocks[..], &flags, to, payload].concat()
}

/// A message that sends another after some blocks.
fn delays(to: &AccountId, delay: u32, gas: Gas, payload: &[u8]) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    [
        b"d",
        &delay.to_le_bytes()[..],
        &gas.to_le_bytes(),
        to,
        payload,
    ]
    .concat()
}

/// A message that sends itself to its program so many times, one in the other.
fn nests(times: u32) -> Vec<u8> {
    [b"n", &times.to_le_bytes()[..]].concat()
}

fn trace(to: &AccountId, payload: Vec<u8>, blocks: u32) -> Trace<AccountId> {
    let (gas, deposit) = (Some(20 * GAS), Some(DEPOSIT));
    Pallet::<Test>::trace_message(ALICE, to.clone(), payload, 0, gas, deposit, blocks)
        .expect("the call is accepted")
}

fn trace_queued(id: MessageId, blocks: u32) -> Trace<AccountId> {
    Pallet::<Test>::trace_queued(id, blocks).expect("there is such a message")
}

fn queue(to: &AccountId, payload: Vec<u8>) -> MessageId {
    let gas = 20 * GAS;
    send_as(&ALICE, to.clone(), payload, 0, gas, DEPOSIT).expect("the message is accepted")
}

/// Compares the whole tree but for gas, whose prices are no matter of traces.
#[track_caller]
fn shows(trace: &Trace<AccountId>, programs: &[(&AccountId, &str)], lines: &[&str]) {
    let mut trace = trace.clone();
    for turn in &mut trace.turns {
        turn.gas_burned = 0;
    }
    let tree = trace.tree(|account| match *account {
        ALICE => "alice".into(),
        BOB => "bob".into(),
        _ => {
            let known = programs.iter().find(|(program, _)| *program == account);
            known.map_or("?", |(_, name)| name).into()
        }
    });
    let told: Vec<_> = tree.lines().collect();
    assert_eq!(told, lines, "\n{tree}");
}

/// What a turn of a trace and the event that tells its end have in common.
type End = (MessageId, Option<ReplyCode>, Gas);

fn told(turn: &TraceTurn<AccountId>) -> End {
    let code = match turn.end {
        TraceEnd::Ended { code, .. } => Some(code),
        TraceEnd::Waits { .. } => None,
    };
    (turn.message_id, code, turn.gas_burned)
}

fn happened(events: &[Event<Test>]) -> Vec<End> {
    let ends = events.iter().filter_map(|event| match *event {
        Event::MessageProcessed {
            message_id,
            reply_code,
            gas_burned,
            ..
        } => Some((message_id, Some(reply_code), gas_burned)),
        Event::MessageWaiting {
            message_id,
            gas_burned,
            ..
        } => Some((message_id, None, gas_burned)),
        _ => None,
    });
    ends.collect()
}

fn a_trace_tells_what_a_message_causes() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    let before = (
        total(&ALICE),
        events().len(),
        System::block_number(),
        Service::<Test>::get(),
    );
    let trace = trace(&sleeper, asks(&echo, 10, 1, b"hi"), 0);
    let after = (
        total(&ALICE),
        events().len(),
        System::block_number(),
        Service::<Test>::get(),
    );
    assert_eq!(before, after, "a trace changes nothing");
    let programs = [(&sleeper, "sleeper"), (&echo, "echo")];
    shows(&trace, &programs, &[
            "0x73a890f5 handle sleeper from alice 0x610a00000001000000c466bab5b98667… (43 bytes): 0 gas, waits 10 blocks",
            r#"├─ says "asks""#,
            r#"├─ sends 0x7b59cbf9 to echo "hi", with the rest of the deposit money, awaited"#,
            r#"│  └─ handle echo "hi": 0 gas, replied"#,
            r#"│     └─ replies "hi""#,
            "└─ writes 1 key",
            r#"0x73a890f5 handle sleeper, reply to 0x7b59cbf9 "hi": 0 gas, replied"#,
            r#"└─ replies "hi""#,
            "over",
        ]);
    let [asking, asked, answered] = &trace.turns[..] else {
        panic!("{trace:?}");
    };
    assert_eq!((asking.number, answered.number), (0, 1));
    assert_eq!(asking.message_id, trace.message_id);
    assert_eq!((asking.parent, answered.parent), (None, None));
    assert_eq!(asked.parent, Some(trace.message_id));
    assert_eq!((&asked.source, &asked.program), (&sleeper, &echo));
    assert!(asked.gas_burned > 0 && asked.gas_burned < asked.gas_limit);
    assert!(asking.gas_burned > asked.gas_burned);
    let text = alloc::string::ToString::to_string(&trace);
    let first = text.lines().next().expect("there are turns");
    let digits: alloc::string::String = first.chars().filter(char::is_ascii_digit).collect();
    assert!(
        digits.contains(&alloc::format!("{}10", asking.gas_burned)),
        "{first}"
    );
}

fn a_turn_that_is_not_applied_has_done_nothing() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    // It asks for all that it did before, and cannot pay for the key.
    let payload = asks(&echo, 10, 1, b"hi");
    let (gas, deposit) = (Some(2 * GAS), Some(0));
    let trace = Pallet::<Test>::trace_message(ALICE, sleeper, payload, 0, gas, deposit, 0)
        .expect("the call is accepted");
    let [turn] = &trace.turns[..] else {
        panic!("{trace:?}");
    };
    assert_eq!(told(turn).1, Some(ReplyCode::DepositShortfall));
    assert!(turn.effects.is_empty() && trace.is_complete);
    assert_eq!(turn.debug, ["asks"]);
}

fn a_trace_shows_what_was_reverted_with() {
    let program = create("script");
    let bytes = b"\0\xff";
    let trace = trace(&program, script([&[reverts(bytes)]]), 0);
    let [turn] = &trace.turns[..] else {
        panic!("{trace:?}");
    };
    let end = TraceEnd::Ended {
        code: ReplyCode::Reverted,
        text: "".into(),
        payload: bytes.to_vec(),
    };
    assert_eq!(turn.end, end);
    let text = alloc::string::ToString::to_string(&trace);
    assert!(text.contains("failed (Reverted) 0x00ff"), "{text}");
}

fn a_trace_lets_time_pass() {
    let sleeper = create("sleeper");
    let programs = [(&sleeper, "sleeper")];
    let letter = 1 | 5 << 8;
    let payload = asks(&BOB, 10, letter, b"well?");
    let waits = trace(&sleeper, payload.clone(), 9);
    shows(&waits, &programs, &[
            "0x364e7559 handle sleeper from alice 0x610a0000000105000002020202020202… (46 bytes): 0 gas, waits 10 blocks",
            r#"├─ says "asks""#,
            r#"├─ sends 0x80711d8c to bob "well?", with the rest of the deposit money, awaited, in the mailbox for 5 blocks"#,
            "└─ writes 1 key",
            "not over after 9 blocks",
        ]);
    let fails = trace(&sleeper, payload.clone(), 100);
    shows(&fails, &programs, &[
            "0x364e7559 handle sleeper from alice 0x610a0000000105000002020202020202… (46 bytes): 0 gas, waits 10 blocks",
            r#"├─ says "asks""#,
            r#"├─ sends 0x80711d8c to bob "well?", with the rest of the deposit money, awaited, in the mailbox for 5 blocks"#,
            "└─ writes 1 key",
            r#"0x364e7559 handle sleeper, deadline: 0 gas, failed (Panicked) "too late", block +10"#,
            "0x891eed00 handle_signal sleeper, 0x364e7559 failed (Panicked): 0 gas, finished, block +10",
            r#"└─ emits "tidy""#,
            "over after 10 blocks",
        ]);
    // The letter stands although the message that awaits its answer has ended.
    let payload = asks(&BOB, 2, 1 | 20 << 8, b"well?");
    let fails = trace(&sleeper, payload.clone(), 19);
    assert_eq!((fails.turns.len(), fails.is_complete), (3, false));
    let fails = trace(&sleeper, payload, 100);
    assert_eq!((fails.turns.len(), fails.is_complete), (3, true));
    assert_eq!(fails.blocks, 20);
    // And a pause does not matter.
    assert_ok!(Pallet::<Test>::do_set_service_paused(true));
    assert_eq!(trace(&sleeper, nests(1), 0).turns.len(), 2);
}

fn a_trace_follows_what_is_delayed() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    let programs = [(&sleeper, "sleeper"), (&echo, "echo")];
    let trace = trace(&sleeper, delays(&echo, 3, GAS, b"later"), 10);
    shows(&trace, &programs, &[
            "0x73a890f5 handle sleeper from alice 0x640300000000743ba40b000000c466ba… (50 bytes): 0 gas, finished",
            r#"└─ sends 0x7b59cbf9 to echo "later", with the rest of the deposit money, with 50,000,000,000 gas, after 3 blocks"#,
            r#"   └─ handle echo "later": 0 gas, replied, block +3"#,
            r#"      └─ replies "later""#,
            "over after 3 blocks",
        ]);

    queue(&sleeper, delays(&echo, 3, GAS, b"later"));
    idle();
    let (id, _) = Delayed::<Test>::iter().next().expect("one is delayed");
    let far = trace_queued(id, 1);
    assert_eq!((far.turns.len(), far.is_complete), (0, false));
    let near = trace_queued(id, 2);
    shows(
        &near,
        &programs,
        &[
            r#"0x7b59cbf9 handle echo from sleeper "later": 0 gas, replied, block +2"#,
            r#"└─ replies "later""#,
            "over after 2 blocks",
        ],
    );
    // To a user there is no turn, and it is over all the same.
    let trace = self::trace(&sleeper, delays(&BOB, 3, GAS, b"later"), 10);
    assert_eq!((trace.turns.len(), trace.blocks), (1, 3));
    assert!(trace.is_complete);
}

fn what_a_queued_message_does_is_what_blocks_then_do() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    // Others, before and behind.
    queue(&sleeper, asks(&echo, 3, 0, b"no answer is awaited"));
    let id = queue(&sleeper, asks(&BOB, 4, 1 | 2 << 8, b"well?"));
    queue(&echo, b"behind".to_vec());
    let trace = trace_queued(id, 100);
    assert!(trace.is_complete);
    let first = System::block_number();
    let mut blocks = Vec::new();
    for _ in 0..=trace.blocks {
        next_block();
        idle();
        blocks.push(happened(&events()).len());
    }
    let turns: Vec<_> = trace.turns.iter().map(told).collect();
    let happened = happened(&events());
    let of_it = happened.iter().filter(|end| turns.contains(end));
    assert_eq!(of_it.copied().collect::<Vec<_>>(), turns);
    assert_eq!(turns.len(), 3);
    // In the blocks that the trace says.
    for turn in &trace.turns {
        let place = happened.iter().position(|end| *end == told(turn));
        let place = place.expect("it happened");
        let block = blocks.iter().position(|seen| place < *seen);
        assert_eq!(block, Some(turn.block as usize));
    }
    assert_eq!(System::block_number(), first + 1 + u64::from(trace.blocks));
    assert_eq!(Service::<Test>::get().scheduled, 0);
}

fn a_trace_is_told_turn_by_turn_as_events_tell() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    let family = create("family");
    queue(&echo, b"before".to_vec());
    let to: &[u8; 32] = echo.as_ref();
    let payload = [b"\x01", &to[..], &(-1i64).to_le_bytes(), &[0; 16], b"!x"].concat();
    let id = queue(&family, payload);
    let other = queue(&sleeper, asks(&echo, 10, 1, b"hi"));
    let traces = [trace_queued(id, 0), trace_queued(other, 0)];
    let programs = [(&sleeper, "sleeper"), (&echo, "echo"), (&family, "family")];
    shows(&traces[0], &programs, &[
            "0xf487a899 handle family from alice 0x01c466bab5b9866728fe8fbc92e3cbc9… (59 bytes): 0 gas, replied",
            r#"├─ sends 0x805d1505 to echo "!x", with 10,000,000,000,000 planck of deposit money"#,
            r#"│  ├─ handle echo "!x": 0 gas, replied"#,
            r#"│  │  └─ replies "!x""#,
            r#"│  └─ handle_reply family, reply to 0x805d1505 "!x": 0 gas, finished"#,
            "│     └─ writes 2 keys",
            "└─ replies 0x00000000805d1505a84c362cd4505bef… (36 bytes)",
            "over",
        ]);
    let seen = happened(&events()).len();
    next_block();
    idle();
    let happened = happened(&events()).split_off(seen);
    for trace in &traces {
        let told: Vec<_> = trace.turns.iter().map(told).collect();
        let of_it: Vec<_> = happened
            .iter()
            .filter(|end| told.iter().any(|told| told.0 == end.0))
            .copied()
            .collect();
        assert_eq!(told, of_it);
        assert!(trace.is_complete);
    }
    // All but the first echo.
    let sum: usize = traces.iter().map(|trace| trace.turns.len()).sum();
    assert_eq!(sum + 1, happened.len());
}

fn a_wake_belongs_to_whoever_woke() {
    let (sleeper, echo) = (create("sleeper"), create("echo"));
    let programs = [(&sleeper, "sleeper"), (&echo, "echo")];
    let woken = queue(&sleeper, asks(&echo, 10, 0, b"hi"));
    idle();
    let waker = queue(&sleeper, b"w".to_vec());
    shows(
        &trace_queued(waker, 0),
        &programs,
        &[
            r#"0x7a833dd1 handle sleeper from alice "w": 0 gas, finished"#,
            "└─ wakes 0x73a890f5",
            "0x73a890f5 handle sleeper, woken: 0 gas, replied",
            r#"└─ replies "woken""#,
            "over",
        ],
    );
    // Of what woke it, its own trace says nothing.
    let own = trace_queued(woken, 0);
    shows(
        &own,
        &programs,
        &[
            "0x73a890f5 handle sleeper, woken: 0 gas, replied",
            r#"└─ replies "woken""#,
            "over",
        ],
    );
    assert_eq!(own.turns[0].cause, TraceCause::Woken);
    // What has been sent before the trace began belongs to it, as far as it is known.
    let asking = queue(&sleeper, asks(&BOB, 20, 1 | 5 << 8, b"one"));
    idle();
    let (letter, _) = crate::Mailboxes::<Test>::iter_prefix(BOB)
        .next()
        .expect("it stands");
    Pallet::<Test>::do_send_reply(&BOB, letter, b"yes".to_vec(), 7, false).expect("it stands");
    shows(
        &trace_queued(asking, 0),
        &programs,
        &[
            r#"0xf487a899 handle sleeper, reply to 0x805d1505 "yes" + 7 planck: 0 gas, replied"#,
            r#"└─ replies "yes""#,
            "over",
        ],
    );
}

fn an_upgrade_is_rehearsed() {
    let sleeper = create("sleeper");
    let programs = [(&sleeper, "sleeper")];
    let (store, next) = (upload("store"), crate::Programs::<Test>::get(&sleeper));
    let next = next.expect("it exists").code_hash;
    let (gas, deposit) = (Some(20 * GAS), Some(DEPOSIT));
    let waiting = queue(&sleeper, asks(&BOB, 10, 1, b"?"));
    idle();
    let upgrade = |payload: &[u8]| {
        Pallet::<Test>::trace_upgrade(
            ALICE,
            sleeper.clone(),
            next,
            payload.to_vec(),
            gas,
            deposit,
            9,
        )
        .expect("the call is accepted")
    };
    shows(
        &upgrade(b"on"),
        &programs,
        &[
            r#"0x73a890f5 migrate sleeper from alice "on": 0 gas, finished"#,
            r#"└─ emits "on""#,
            "over",
        ],
    );
    shows(
        &upgrade(b""),
        &programs,
        &[
            "0x73a890f5 migrate sleeper from alice: 0 gas, failed (Trapped)",
            "over",
        ],
    );
    let refused =
        Pallet::<Test>::trace_upgrade(BOB, sleeper.clone(), store, vec![], gas, deposit, 0);
    assert_eq!(refused, Err(ReadError::Refused("NotAdmin".into())));

    // What waits is told how it ends although it has no turn.
    undone(|| {
        queue(&sleeper, b"x".to_vec());
        let swept = "0x364e7559 handle sleeper, swept: failed (Exited)";
        shows(&trace_queued(waiting, 0), &programs, &[swept, "not over"]);
        // The letter has 99 blocks left.
        let over = "over after 99 blocks";
        shows(&trace_queued(waiting, 1_000), &programs, &[swept, over]);
    });
    let go_on = b"on".to_vec();
    Pallet::<Test>::do_upgrade_program(&ALICE, sleeper.clone(), next, go_on, 20 * GAS, DEPOSIT)
        .expect("Alice is the admin");
    let swept = trace_queued(waiting, 0);
    shows(
        &swept,
        &programs,
        &[
            "0x364e7559 handle sleeper, swept: failed (Upgraded)",
            "not over",
        ],
    );
}

fn a_creation_is_told_and_so_is_an_exit() {
    let family = create("family");
    let code = upload("echo");
    let signed = RuntimeOrigin::signed(ALICE);
    Balances::transfer_keep_alive(signed, family.clone(), UNIT).expect("Alice can pay");
    let payload = [
        b"\0",
        &code.0[..],
        &(-1i64).to_le_bytes(),
        &[0; 16],
        &[1],
        b"s",
        b"hello",
    ]
    .concat();
    let programs = [(&family, "family")];
    shows(&trace(&family, payload, 0), &programs, &[
            "0x364e7559 handle family from alice 0x00b9927cc85918a526915d2ec6398fe9… (64 bytes): 0 gas, replied",
            r#"├─ creates ? from 0xb9927cc8 with 0x80711d8c "hello", with 10,000,000,000,000 planck of deposit money"#,
            r#"│  ├─ init ? "hello": 0 gas, finished"#,
            "│  └─ handle_reply family, reply to 0x80711d8c: 0 gas, finished",
            "│     └─ writes 2 keys",
            "└─ replies 0x0000000030e089d097ca90486e90eb85… (68 bytes)",
            "over",
        ]);
    let bob: &[u8; 32] = BOB.as_ref();
    let payload = [b"\x02", &bob[..], b"goodbye"].concat();
    shows(&trace(&family, payload, 0), &programs, &[
            "0x364e7559 handle family from alice 0x02020202020202020202020202020202… (40 bytes): 0 gas, finished",
            r#"├─ emits "bye""#,
            r#"├─ sends 0x80711d8c to bob "goodbye""#,
            "└─ exits, inherited by bob",
            "over",
        ]);
}

fn nothing_is_told_of_a_message_that_is_not_there() {
    let echo = create("echo");
    let missing = Pallet::<Test>::trace_queued(MessageId([7; 32]), 0);
    assert_eq!(missing, Err(ReadError::NoSuchMessage));
    let id = queue(&echo, vec![]);
    idle();
    let ended = Pallet::<Test>::trace_queued(id, 0);
    assert_eq!(ended, Err(ReadError::NoSuchMessage));
    let refused = Pallet::<Test>::trace_message(ALICE, BOB, vec![], 0, None, None, 0);
    assert_eq!(refused, Err(ReadError::Refused("NotAProgram".into())));
}

/// A chain on which a block has room for many turns.
fn with_cheap_sends() {
    ActorsSchedule::mutate(|schedule| {
        schedule.send = 1_000_000;
        schedule.proof_byte = 0;
    });
}

fn a_trace_is_cut_at_its_bounds() {
    with_cheap_sends();
    let sleeper = create("sleeper");
    let long = trace(&sleeper, nests(1_003), 4);
    assert_eq!((long.turns.len(), long.omitted), (1_000, 4));
    assert!(long.is_complete);
    let text = long.tree(|_| "sleeper".into());
    assert!(text.contains("and 4 more turns that are not told\nover"));
    assert_eq!(text.matches("handle sleeper").count(), 1_000);
}

fn a_trace_serves_no_more_than_four_blocks() {
    let sleeper = create("sleeper");
    let gas = 100_000 * GAS;
    let trace =
        Pallet::<Test>::trace_message(ALICE, sleeper, nests(1_000_000), 0, Some(gas), Some(0), 100)
            .expect("Alice can pay");
    assert_eq!((trace.blocks, trace.is_complete), (3, false));
    assert!(trace.turns.iter().any(|turn| turn.block == 3));
}

fn a_trace_takes_a_mebibyte() {
    with_cheap_sends();
    let sleeper = create("sleeper");
    let mut payload = nests(40);
    payload.resize(30_000, 0);
    let trace = trace(&sleeper, payload, 0);
    assert_eq!(trace.turns.len() + trace.omitted as usize, 41);
    assert!(trace.omitted > 0 && trace.is_complete);
    let bytes = codec::Encode::encoded_size(&trace);
    assert!((950_000..1_048_576 + 100).contains(&bytes), "{bytes}");
}

cases![
    a_trace_tells_what_a_message_causes,
    a_turn_that_is_not_applied_has_done_nothing,
    a_trace_shows_what_was_reverted_with,
    a_trace_lets_time_pass,
    a_trace_follows_what_is_delayed,
    what_a_queued_message_does_is_what_blocks_then_do,
    a_trace_is_told_turn_by_turn_as_events_tell,
    a_wake_belongs_to_whoever_woke,
    an_upgrade_is_rehearsed,
    a_creation_is_told_and_so_is_an_exit,
    nothing_is_told_of_a_message_that_is_not_there,
    a_trace_is_cut_at_its_bounds,
    a_trace_serves_no_more_than_four_blocks,
    a_trace_takes_a_mebibyte,
];
