//! Snapshots: what they bring back, and what they take away.

use actors_test::{Chain, MockReply, FUNDS, UNIT};

mod support;
use support::{awaiting, fixture, panics, tells};

#[test]
fn a_snapshot_brings_all_back() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user("bob"));
    let counter = chain.deploy(fixture("counter")).by(&alice);
    counter.send(b"").by(&alice).expect_success();
    let early = counter.send(b"").by(&alice);
    let queued = chain.queue_length();
    let (block, time, money) = (chain.block_number(), chain.block_time(), alice.balance());
    let snapshot = chain.snapshot();
    assert_eq!(
        format!("{snapshot:?}"),
        format!("snapshot of block {block}")
    );

    for _ in 0..2 {
        early.expect_success();
        assert_eq!(counter.raw_events(), [[1, 0, 0, 0], [2, 0, 0, 0]]);
        counter.send(b"").value(UNIT).by(&bob).expect_success();
        chain.skip(20);
        assert_eq!(counter.query::<u32>(()), 3);

        chain.restore(&snapshot);
        assert_eq!((chain.block_number(), chain.block_time()), (block, time));
        assert_eq!((alice.balance(), bob.balance()), (money, FUNDS));
        assert_eq!(
            (counter.query::<u32>(()), chain.queue_length()),
            (1, queued)
        );
        assert_eq!(early.reply_so_far(), None, "it is queued again");
    }
}

#[test]
fn what_happens_again_happens_in_the_same_way() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let snapshot = chain.snapshot();
    let run = || {
        let message = sleeper.send(awaiting(sleeper.id(), 3, b"?")).by(&alice);
        let reply = message.reply();
        (
            message.id(),
            reply,
            message.cascade_gas(),
            chain.block_number(),
        )
    };
    let first = run();
    chain.restore(&snapshot);
    assert_eq!(run(), first);
}

#[test]
fn snapshots_are_taken_in_the_middle_of_a_wait() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let silent = chain.mock("silent", |_| MockReply::silence());
    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let message = sleeper.send(awaiting(silent.id(), 6, b"?")).by(&alice);
    chain.skip(3);
    let snapshot = chain.snapshot();
    message.reply();
    let end = chain.block_number();
    chain.restore(&snapshot);
    assert_eq!(message.reply_so_far(), None);
    message.reply();
    assert_eq!(chain.block_number(), end);
}

#[test]
fn what_came_after_a_snapshot_says_that_it_is_gone() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let early = chain.snapshot();
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let bob = chain.user("bob");
    let message = echo.send(b"x").by(&alice);
    message.expect_reply(b"x");
    let mock = chain.mock("mock", |_| MockReply::finish());
    let late = chain.snapshot();

    chain.restore(&early);
    assert!(!echo.exists());
    let gone = "after the snapshot that its chain went back to: there is no such";
    tells(
        &panics(|| message.reply()),
        &["was sent ", gone, "message now"],
    );
    tells(&panics(|| message.reply_so_far()), &[gone]);
    tells(&panics(|| message.cascade_gas()), &[gone]);
    tells(
        &panics(|| echo.send(b"").by(&alice)),
        &["was created ", gone, "Deploy it again"],
    );
    tells(&panics(|| echo.raw_events()), &[gone]);
    tells(&panics(|| echo.read_state(b"")), &[gone]);
    tells(&panics(|| mock.calls()), &[gone]);
    let again = chain.deploy(fixture("echo")).by(&alice);
    tells(
        &panics(|| again.send(b"").by(&bob)),
        &["bob came after the snapshot", "chain.user(\"bob\")"],
    );
    // The same address, and another program of another past.
    assert_eq!(again.account(), echo.account());
    let other = again.send(b"y").by(&chain.user("bob"));
    other.expect_reply(b"y");
    tells(&panics(|| echo.send(b"").by(&alice)), &[gone]);

    chain.restore(&late);
    message.expect_reply(b"x");
    echo.send(b"z").by(&bob).expect_reply(b"z");
    mock.send(b"").by(&bob).expect_success();
    tells(&panics(|| other.reply()), &[gone]);
}

#[test]
fn a_snapshot_is_of_one_chain() {
    let (one, two) = (Chain::new(), Chain::new());
    let snapshot = one.snapshot();
    tells(
        &panics(|| two.restore(&snapshot)),
        &["the snapshot is of another chain"],
    );
    one.clone().restore(&snapshot);
}

#[test]
fn a_mock_has_the_calls_of_then() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let mut count = 0u32;
    let mock = chain.mock("mock", move |_| {
        count += 1;
        MockReply::ok(count)
    });
    mock.send(b"").by(&alice).expect_ok(1u32);
    let snapshot = chain.snapshot();
    mock.send(b"").by(&alice).expect_ok(2u32);
    mock.expect_called(2);
    chain.restore(&snapshot);
    mock.expect_called(1);
    // What the closure has captured is the test's own.
    mock.send(b"").by(&alice).expect_ok(3u32);
    mock.expect_called(2);
}
