//! Mocks: whom they answer, how, and what is known of it.

use actors_test::{Chain, MockReply, ReplyCode, MILLI_UNIT, UNIT};
use std::{cell::Cell, rc::Rc};

mod support;
use support::{awaiting, fixture, panics, relayed, tells};

#[test]
fn a_mock_answers_users_in_the_block_in_which_a_program_would() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |call| {
        MockReply::bytes([&call.payload[..], b"!"].concat())
    });
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let block = chain.block_number();
    bank.send(b"hello").by(&alice).expect_reply(b"hello!");
    let took = chain.block_number() - block;
    echo.send(b"hello").by(&alice).expect_reply(b"hello");
    assert_eq!(chain.block_number(), block + 2 * took);

    let calls = bank.expect_called(1);
    let call = &calls[0];
    assert_eq!((&call.source, call.value), (alice.account(), 0));
    assert_eq!((&call.payload[..], call.block), (&b"hello"[..], block));
    assert_eq!((bank.name(), call.route()), ("bank", Some(b'h')));
    assert_eq!(format!("{bank:?}"), "mock bank");
    assert_eq!(bank.info().expect("it is there").stored_pages, 0);
    assert_eq!(bank.info().expect("it is there").state_bytes, 0);
}

#[test]
fn a_mock_answers_programs_in_the_same_block_as_a_program_would() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |_| MockReply::ok(7u32));
    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let block = chain.block_number();
    let asked = sleeper
        .send(awaiting(bank.id(), 5, b"how much?"))
        .by(&alice);
    asked.expect_ok(7u32);
    assert_eq!(chain.block_number(), block + 1);
    let calls = bank.expect_called(1);
    assert_eq!(&calls[0].source, sleeper.account());
    assert_eq!(calls[0].payload, b"how much?");
}

#[test]
fn a_mock_keeps_what_it_captures_and_sees_each_message_once() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let mut count = 0u32;
    let counter = chain.mock("counter", move |_| {
        count += 1;
        MockReply::ok(count)
    });
    let messages: Vec<_> = (0..3).map(|_| counter.send(b"").by(&alice)).collect();
    counter.expect_called(0);
    for (message, count) in messages.iter().zip(1u32..) {
        message.expect_ok(count);
    }
    // Telling what happened plays it again, without the mock.
    panics(|| messages[0].expect_ok(9u32));
    counter.send(b"").by(&alice).expect_ok(4u32);
    counter.expect_called(4);
}

#[test]
fn a_mock_fails_as_programs_do() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |call| match &call.payload[..] {
        b"panic" => MockReply::panic("closed"),
        b"revert" => MockReply::revert(3u8),
        b"bytes" => MockReply::revert_bytes(b"raw"),
        _ => MockReply::finish(),
    });
    let before = bank.balance();
    let message = bank.send(b"panic").value(UNIT).by(&alice);
    assert_eq!(message.expect_panic("closed").value, UNIT, "it came back");
    let message = bank.send(b"revert").value(UNIT).by(&alice);
    assert_eq!(message.expect_revert(3u8).value, UNIT);
    assert_eq!(message.expect_error::<u8>(), 3);
    let reply = bank
        .send(b"bytes")
        .by(&alice)
        .expect_code(ReplyCode::Reverted);
    assert_eq!(reply.payload, b"raw");
    let reply = bank
        .send(b"")
        .value(5)
        .by(&alice)
        .expect_code(ReplyCode::Finished);
    assert_eq!((reply.value, reply.payload.len()), (0, 0));
    assert_eq!(bank.balance(), before + 5);
}

#[test]
fn a_mock_has_what_it_gives() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |call| {
        MockReply::ok(()).value(call.value + 2 * UNIT)
    });
    for _ in 0..2 {
        let before = bank.balance();
        let reply = bank.send(b"").value(7).by(&alice).expect_success();
        assert_eq!(reply.value, 2 * UNIT + 7);
        assert_eq!(bank.balance(), before);
    }
    assert_eq!(bank.balance(), MILLI_UNIT);
    let generous = chain.mock("generous", |_| MockReply::ok(()).value(1));
    let nobody = [9; 32];
    let relay = chain.deploy(fixture("relay")).by(&alice);
    relay
        .send(relayed(generous.id(), -1, 0, &nobody))
        .by(&alice)
        .expect_success();
    assert_eq!(relay.balance(), MILLI_UNIT + 1);
}

#[test]
fn a_mock_says_much_and_nothing() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    for length in [0, 1, 16_363, 16_364, 32_768, 65_536] {
        let name = format!("{length} bytes");
        let long = chain.mock(&name, move |_| MockReply::bytes(vec![7; length]));
        long.send(b"").by(&alice).expect_reply(vec![7; length]);
    }
    let longer = chain.mock("longer", |_| MockReply::bytes(vec![7; 65_537]));
    let text = "the mock cannot reply that: it is too long, or worth less than an account needs";
    longer.send(b"").by(&alice).expect_panic(text);
}

#[test]
fn a_mock_takes_its_time() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let slow = chain.mock("slow", |_| MockReply::ok(1u8).after(4));
    let start = chain.block_number();
    slow.send(b"").by(&alice).expect_ok(1u8);
    assert_eq!(chain.block_number(), start + 4);
    slow.expect_called(1);

    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let patient = sleeper.send(awaiting(slow.id(), 9, b"")).by(&alice);
    patient.expect_ok(1u8);
    let hasty = sleeper.send(awaiting(slow.id(), 2, b"")).by(&alice);
    let late = hasty.reply();
    assert_eq!(late.code, ReplyCode::Panicked, "its deadline passed");
    chain.skip(5);
    slow.expect_called(3);
}

#[test]
fn mocks_act_in_their_own_turns_while_both_rows_are_served() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let slow = chain.mock("slow", |_| MockReply::ok(1u8).after(2));
    let quick = chain.mock("quick", |call| MockReply::ok(call.block));
    let start = chain.block_number();
    let late: Vec<_> = (0..5).map(|_| slow.send(b"").by(&alice)).collect();
    // More than the next blocks serve, so that the queue is served beside what was late.
    let many: Vec<_> = (0..1_500).map(|_| quick.send(b"").by(&alice)).collect();
    chain.settle();
    assert!(chain.block_number() > start + 2, "some had to wait");
    for message in &late {
        message.expect_ok(1u8);
    }
    for message in &many {
        message.expect_success();
    }
    slow.expect_called(5);
    quick.expect_called(1_500);
}

#[test]
fn a_mock_may_stay_silent() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let silent = chain.mock("silent", |_| MockReply::silence());
    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let message = sleeper.send(awaiting(silent.id(), 6, b"?")).by(&alice);
    let start = chain.block_number();
    assert_eq!(message.reply().code, ReplyCode::Panicked);
    assert_eq!(chain.block_number(), start + 6);
    let direct = silent.send(b"?").by(&alice);
    chain.skip(100);
    assert_eq!(direct.reply_so_far(), None);
    silent.expect_called(2);
}

#[test]
fn a_panic_in_a_mock_fails_the_test_with_its_own_words() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let broken = chain.mock("broken", |call| {
        let asked: u32 = call.decode();
        assert_eq!(asked, 1, "only one is known");
        MockReply::ok(())
    });
    let message = broken.send(2u32.to_le_bytes()).by(&alice);
    tells(&panics(|| message.reply()), &["only one is known"]);
    let message = broken.send(b"?").by(&alice);
    tells(
        &panics(|| message.reply()),
        &["\"?\" is not the SCALE encoding of a u32"],
    );
    // The chain goes on: it is the test that has failed.
    broken.send(1u32.to_le_bytes()).by(&alice).expect_ok(());
}

#[test]
fn a_mock_cannot_use_its_chain_and_says_so() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let (same, other) = (chain.clone(), Chain::new());
    let bob = other.user("bob");
    let echo = other.deploy(fixture("echo")).by(&bob);
    let curious = chain.mock("curious", move |call| match call.payload.is_empty() {
        true => MockReply::ok(same.block_number()),
        false => MockReply::bytes(echo.send(&call.payload).by(&bob).reply().payload),
    });
    let message = curious.send(b"").by(&alice);
    tells(
        &panics(|| message.reply()),
        &["a mock's closure cannot use the chain", "MockCall"],
    );
    curious.send(b"another").by(&alice).expect_reply(b"another");
}

#[test]
fn calls_that_did_not_come_are_told() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |_| MockReply::finish());
    bank.send(b"one").value(3).by(&alice).reply();
    bank.send(b"two").by(&alice);
    let text = panics(|| bank.expect_called(2));
    tells(
        &text,
        &[
            "expected 2 calls of the mock bank,\n     got 1\n  block 2: \"one\" from ",
            ", with 3 planck\n1 messages are queued: `chain.settle()` serves them",
        ],
    );
    tells(
        &panics(|| chain.mock("bank", |_| MockReply::finish())),
        &["there is a mock bank already"],
    );
}

#[test]
fn a_closure_runs_when_its_message_is_served_and_not_before() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let price = Rc::new(Cell::new(1u32));
    let shared = price.clone();
    let oracle = chain.mock("oracle", move |_| MockReply::ok(shared.get()));
    let first = oracle.send(b"a").by(&alice);
    // Both are as long: the weight of the second call is asked for while the first is queued.
    let second = oracle.send(b"b").by(&alice);
    price.set(2);
    first.expect_ok(2u32);
    second.expect_ok(2u32);
}
