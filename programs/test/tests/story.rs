//! What is told of a message whose expectation was not met: what really happened.

use actors_test::{Chain, MockReply};

mod support;
use support::{awaiting, fixture, panics, plain, relayed, tells};

#[test]
fn a_story_is_of_what_happened_and_not_of_what_might_have() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user("bob"));
    let sleeper = chain.deploy(fixture("sleeper")).named("sleeper").by(&alice);
    // A letter that is answered in a later block, by a call that no trace could foresee.
    let letter = [
        &b"a"[..],
        &9u32.to_le_bytes(),
        &(1u32 | 5 << 8).to_le_bytes(),
        &bob.id(),
        b"?",
    ];
    let message = sleeper.send(letter.concat()).by(&alice);
    chain.skip(3);
    bob.mailbox()[0].reply(b"yes").by(&bob);
    message.expect_reply(b"yes");
    let text = panics(|| message.expect_reply(b"no"));
    assert_eq!(
        plain(&text),
        "expected the reply \"no\",\n     got Replied (0x0): \"yes\"\n\
         what message 0x… caused:\n  \
         0x… handle sleeper from alice 0x610900000001050000837400f27c0e5b… (42 bytes): G gas, \
         waits 9 blocks\n  \
         ├─ says \"asks\"\n  \
         ├─ sends 0x… to bob \"?\", with the rest of the deposit money, awaited, in the mailbox for 5 blocks\n  \
         └─ writes 1 key\n  \
         0x… handle sleeper, reply to 0x… \"yes\": G gas, replied, block +3\n  \
         └─ replies \"yes\"\n  \
         over after 3 blocks\n\
         and besides:\n  \
         block 5: LetterClosed 0x… of bob, Replied, 0 planck"
    );
}

#[test]
fn a_mocks_turns_are_told_too() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bank = chain.mock("bank", |_| MockReply::panic("closed").after(2));
    let relay = chain.deploy(fixture("relay")).named("relay").by(&alice);
    let message = relay.send(relayed(bank.id(), -1, 0, b"open?")).by(&alice);
    chain.skip(4);
    let text = panics(|| message.expect_reply(b""));
    tells(
        &text,
        &[
            "handle relay from alice",
            "to bank \"open?\"",
            "handle bank \"open?\"",
            "waits 2 blocks",
            "handle bank, deadline: ",
            "failed (Panicked) \"closed\", block +2",
        ],
    );
    bank.expect_called(1);
}

#[test]
fn each_block_of_a_long_cascade_is_told() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let sleeper = chain.deploy(fixture("sleeper")).named("sleeper").by(&alice);
    let silent = chain.mock("silent", |_| MockReply::silence());
    let message = sleeper.send(awaiting(silent.id(), 3, b"?")).by(&alice);
    chain.skip(1);
    let text = panics(|| message.expect_panic("no").code);
    tells(
        &text,
        &[
            "waits 3 blocks",
            "handle silent \"?\": ",
            "waits ",
            "deadline: ",
            "block +3",
            "not over after",
        ],
    );
}

#[test]
fn a_message_that_was_not_served_yet_has_caused_nothing() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let silent = chain.mock("silent", |_| MockReply::silence());
    let message = silent.send(b"?").gas(30_000_000_000).by(&alice);
    let text = panics(|| message.reply());
    tells(
        &text,
        &[
            "has no reply by block",
            "what message ",
            "caused:\n  0x",
            "handle silent",
        ],
    );
}

#[test]
fn after_a_restore_the_story_is_of_the_new_past() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let echo = chain.deploy(fixture("echo")).named("echo").by(&alice);
    let snapshot = chain.snapshot();
    echo.send(b"one").by(&alice).expect_reply(b"one");
    chain.restore(&snapshot);
    chain.skip(2);
    let message = echo.send(b"two").by(&alice);
    let text = panics(|| message.expect_reply(b"one"));
    tells(
        &text,
        &["handle echo from alice \"two\"", "replies \"two\"", "over"],
    );
    assert!(!text.contains("replies \"one\""), "{text}");
}

#[test]
fn programs_of_one_name_are_told_apart() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    for name in ["echo", "echo 2", "echo 3"] {
        let echo = chain.deploy(fixture("echo")).named("echo").by(&alice);
        let text = panics(|| echo.send(b"x").by(&alice).expect_reply(b""));
        tells(&text, &[&format!("handle {name} from alice")]);
    }
}

#[test]
fn what_came_before_and_after_a_long_time_is_told() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let echo = chain.deploy(fixture("echo")).named("echo").by(&alice);
    let silent = chain.mock("silent", |_| MockReply::silence());
    let sleeper = chain.deploy(fixture("sleeper")).named("sleeper").by(&alice);
    let early = sleeper.send(awaiting(silent.id(), 700, b"?")).by(&alice);
    chain.skip(600);
    let between = echo.send(b"one").by(&alice);
    chain.skip(600);
    let late = echo.send(b"two").by(&alice);
    let text = panics(|| early.expect_reply(b""));
    tells(&text, &["waits 700 blocks", "deadline: ", "block +700"]);
    let text = panics(|| between.expect_reply(b""));
    tells(&text, &["handle echo from alice \"one\"", "over"]);
    let text = panics(|| late.expect_reply(b""));
    tells(&text, &["handle echo from alice \"two\"", "over"]);
    silent.expect_called(1);
}
