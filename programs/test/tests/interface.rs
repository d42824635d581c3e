//! Programs with an interface: calls by name, and words instead of bytes.

use actors_test::{Chain, Program, Refusal, ReplyCode, User};
use codec::Encode;

#[path = "support/adder.rs"]
mod adder;
mod support;
use adder::{adder, newer, other, with_section, Error, Event};
use support::{fixture, panics, plain, tells};

fn stage() -> (Chain, User, Program) {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(adder()).init("new").arg(1u32).by(&alice);
    (chain, alice, adder)
}

#[test]
fn calls_are_made_by_name() {
    let (_, alice, adder) = stage();
    let message = adder.call("add").arg(5u32).by(&alice);
    message.expect_ok(5u32);
    adder.send([0, 5, 0, 0, 0]).by(&alice).expect_ok(5u32);
    assert_eq!(adder.ask("total").answer::<u32>(), 5);
    adder.ask("total").expect(5u32);
    assert_eq!(
        panics(|| adder.ask("total").expect(6u32)),
        "expected the answer 6 to total,\n     got 5"
    );
    tells(
        &panics(|| adder.ask("total").answer::<u64>()),
        &["is not the SCALE encoding of a u64"],
    );
    let refused = adder.call("add").arg(5u32).gas(1).try_by(&alice);
    assert_eq!(refused.expect_err("too little").name(), "GasLimitTooLow");
    let dear = adder.call("add").arg(5u32).value(7).deposit(0).by(&alice);
    dear.expect_ok(5u32);
}

#[test]
fn what_has_no_such_name_says_which_there_are() {
    let (chain, alice, adder) = stage();
    let text = panics(|| adder.call("ad").arg(5u32).by(&alice));
    assert_eq!(
        text,
        "adder has no `ad` in `handle`. It has:\n  \
         fn add(by: u32) -> Result<u32, Error>\n  \
         fn fail() -> Result<(), Error>\n  \
         fn pass(to: [u8; 32], payload: Vec<u8>) -> Result<[u8; 4], Error>"
    );
    let text = panics(|| adder.call("add").by(&alice));
    assert_eq!(
        text,
        "`add` takes 1 arguments, and has been given 0: fn add(by: u32) -> Result<u32, Error>"
    );
    let text = panics(|| adder.call("add").arg(5u8).by(&alice));
    tells(
        &text,
        &["what is given for `by` is another type", "fn add(by: u32)"],
    );
    let text = panics(|| adder.ask("sum").answer::<u32>());
    tells(
        &text,
        &["adder has no `sum` in `state`. It has:\n  fn total()"],
    );
    let text = panics(|| chain.deploy(self::adder()).init("old").by(&alice));
    tells(&text, &["adder has no `old` in `init`", "fn new(by: u32)"]);
    tells(
        &panics(|| chain.deploy(self::adder()).arg(1)),
        &["name the constructor first"],
    );
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let text = panics(|| echo.call("add").by(&alice));
    tells(
        &text,
        &["`add` cannot be found", "no interface", "actors-build"],
    );
    let broken = chain.deploy(with_section(b"\xffbroken")).by(&alice);
    tells(
        &panics(|| broken.call("add").by(&alice)),
        &["none that can be read"],
    );
}

#[test]
fn errors_and_refusals_are_expected_as_values() {
    let (_, alice, adder) = stage();
    let failed = adder.call("fail").by(&alice);
    failed.expect_revert(Error::Full);
    assert_eq!(failed.expect_error::<Error>(), Error::Full);
    let text = panics(|| failed.expect_revert(Error::Empty));
    tells(
        &text,
        &["expected the error Empty of fail(),\n     got Reverted (0x108): Full"],
    );
    let unknown = adder.send([9]).by(&alice);
    unknown.expect_refusal(Refusal::UnknownRoute { route: 9 });
    let text = panics(|| unknown.expect_refusal(Refusal::NoRoute));
    tells(
        &text,
        &[
            "expected the refusal NoRoute,\n     got Reverted",
            "UnknownRoute { route: 9 }",
        ],
    );
    tells(
        &panics(|| unknown.expect_revert(Error::Full)),
        &["the error Full"],
    );
    tells(
        &panics(|| unknown.expect_error::<Error>()),
        &["an error of the program's own"],
    );
    let text = panics(|| failed.expect_ok(1u32));
    tells(&text, &["expected the reply 1 of fail()", "got Reverted"]);
    tells(
        &panics(|| failed.expect_error::<u64>()),
        &["is not the SCALE encoding of a u64"],
    );
}

#[test]
fn every_refusal_has_its_number() {
    let all = [
        Refusal::UnknownRoute { route: 7 },
        Refusal::NoRoute,
        Refusal::Arguments { argument: 2 },
        Refusal::TrailingBytes { bytes: 3 },
        Refusal::NotPayable,
        Refusal::StateVersion { found: Some(4) },
        Refusal::StateVersion { found: None },
    ];
    let encoded = all.map(|refusal| refusal.encode());
    assert_eq!(
        encoded,
        [
            &[1, 7][..],
            &[2],
            &[3, 2],
            &[4, 3, 0, 0, 0],
            &[5],
            &[6, 1, 4, 0],
            &[6, 0],
        ]
        .map(<[u8]>::to_vec)
    );
    let texts = all.map(|refusal| refusal.to_string());
    assert_eq!(texts[0], "it has no call of route 7");
    assert_eq!(texts[4], "the call takes no value");
}

#[test]
fn events_are_expected_as_values() {
    let (chain, alice, adder) = stage();
    for by in 1..=4u32 {
        adder.call("add").arg(by).by(&alice).expect_ok(by);
    }
    adder.expect_event(Event::Added { by: 2 });
    let text = panics(|| adder.expect_event(Event::Added { by: 1 }));
    assert_eq!(
        text,
        "expected the event Added { by: 1 },\n     \
         got Added { by: 3 }\n         Added { by: 4 }"
    );
    assert_eq!(
        adder.events::<Event>(),
        [Event::Added { by: 3 }, Event::Added { by: 4 }]
    );
    adder.call("add").arg(5u32).by(&alice);
    let text = panics(|| adder.expect_event(Event::Added { by: 5 }));
    tells(&text, &["got none\n1 messages are queued"]);
    chain.settle();
    adder.expect_event(Event::Added { by: 5 });
    assert!(adder.raw_events().is_empty());
}

#[test]
fn a_story_is_told_in_the_programs_words() {
    let (chain, alice, first) = stage();
    let second = chain.deploy(adder()).by(&alice);
    let payload = [&[0][..], &7u32.to_le_bytes()].concat();
    let message = first.call("pass").arg(second.id()).arg(&payload).by(&alice);
    message.expect_reply(7u32.to_le_bytes());
    let text = panics(|| message.expect_ok(8u32));
    let call = "pass(to: adder 2, payload: 0x0007000000)";
    assert_eq!(
        plain(&text),
        plain(&format!(
            "expected the reply 8 of {call},\n     \
             got Replied (0x0): 0x07000000\n\
             what message 0x… caused:\n  \
             0x… handle adder from alice {call}: G gas, waits 10 blocks\n  \
             └─ sends 0x… to adder 2 add(by: 7), awaited\n     \
             └─ handle adder 2 add(by: 7): G gas, replied\n        \
             ├─ says \"adding\"\n        \
             ├─ emits Added {{ by: 7 }}\n        \
             └─ replies 7\n  \
             0x… handle adder, reply to 0x… 7: G gas, replied\n  \
             └─ replies 0x07000000\n  \
             over"
        ))
    );
    let failed = first.call("fail").by(&alice);
    let text = panics(|| failed.expect_ok(()));
    tells(
        &text,
        &[
            "handle adder from alice fail(): ",
            "failed (Reverted) Full\n",
        ],
    );
}

#[test]
fn an_upgrade_that_breaks_callers_has_to_be_meant() {
    let (chain, alice, adder) = stage();
    let same = chain.upload(newer()).by(&alice);
    adder.upgrade(&same).by(&alice).expect_success();
    let code = chain.upload(other()).by(&alice);
    let text = panics(|| adder.upgrade(&code).by(&alice));
    tells(
        &text,
        &[
            "the new code breaks whoever relies on the old one:\n  ",
            "add",
            "\nIf that is meant, say `.allow_breaking()`.",
        ],
    );
    let message = adder.upgrade(&code).allow_breaking().by(&alice);
    message.expect_success();
    adder.call("put").arg(1u32).by(&alice).expect_ok(1u32);
    // Nothing is known of code without an interface.
    let bare = chain.upload(fixture("echo")).by(&alice);
    let upgraded = adder.upgrade(&bare).by(&alice);
    assert_ne!(upgraded.reply().code, ReplyCode::Reverted);
}
