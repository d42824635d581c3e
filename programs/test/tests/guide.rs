//! What `docs/testing.md` shows: each of its examples stands here, word for word, and runs.

use actors_test::*;

#[path = "support/adder.rs"]
mod adder;
mod support;
use adder::{Error, Event};

#[cfg(feature = "build")]
#[allow(dead_code, reason = "it takes a compiler; other tests build programs")]
mod from_source {
    use super::*;

    fn program() -> Wasm {
        Wasm::from_crate("../adder")
    }
}

fn program() -> Wasm {
    adder::adder()
}

#[test]
fn a_first_test() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(program()).init("new").arg(1u32).by(&alice);

    adder.call("add").arg(5u32).by(&alice).expect_ok(5u32);
    adder.expect_event(Event::Added { by: 5 });
    adder.call("fail").by(&alice).expect_revert(Error::Full);
    adder.ask("total").expect(5u32);
}

#[test]
fn payloads_by_hand() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(program()).by(&alice);

    let message = adder
        .send([0, 5, 0, 0, 0])
        .value(UNIT)
        .gas(10_000_000_000)
        .by(&alice);
    let reply = message.expect_reply([5, 0, 0, 0]);
    assert!(reply.gas_burned < 2_000_000_000);

    adder
        .send([9])
        .by(&alice)
        .expect_refusal(Refusal::UnknownRoute { route: 9 });
}

#[test]
fn time() {
    use std::time::Duration;

    let chain = Chain::new();
    let start = chain.block_number();

    chain.skip(100);
    chain.skip_time(Duration::from_secs(3_600));
    assert_eq!(chain.block_number(), start + 700);

    chain.stall(Duration::from_secs(365 * 86_400));
    chain.next_block();
    assert_eq!(chain.block_number(), start + 701);
}

#[test]
fn snapshots() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(program()).by(&alice);

    let ready = chain.snapshot();
    for by in [1u32, 2, 3] {
        chain.restore(&ready);
        adder.call("add").arg(by).by(&alice).expect_ok(by);
        assert_eq!(adder.events::<Event>(), [Event::Added { by }]);
    }
}

#[test]
fn mocks() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(program()).by(&alice);

    let bank = chain.mock("bank", |call| match call.route() {
        Some(0) => MockReply::ok(2 * call.args::<u32>()),
        _ => MockReply::panic("no such call"),
    });
    let payload = [&[0][..], &21u32.to_le_bytes()].concat();
    adder
        .call("pass")
        .arg(bank.id())
        .arg(payload)
        .by(&alice)
        .expect_ok(42u32);

    let calls = bank.expect_called(1);
    assert_eq!(&calls[0].source, adder.account());
}

#[test]
fn reports() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let wasm = program();
    let adder = chain.deploy(&wasm).by(&alice);

    let mut report = Report::new("tests/report/adder.txt");
    report.gas("add", &adder.call("add").arg(5u32).by(&alice));
    report.size("adder.wasm", &wasm);
    report.check();
}

#[test]
fn upgrades() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let adder = chain.deploy(program()).by(&alice);
    let next = adder::other();

    let code = chain.upload(next).by(&alice);
    adder
        .upgrade(&code)
        .allow_breaking()
        .by(&alice)
        .expect_success();
    adder.call("put").arg(5u32).by(&alice).expect_ok(5u32);
}

#[test]
fn the_guide_shows_what_is_tested_here() {
    let guide = include_str!("../../../docs/testing.md");
    let here: Vec<_> = include_str!("guide.rs").lines().map(str::trim).collect();
    let mut shown = 0;
    for block in guide.split("```rust\n").skip(1) {
        let (block, _) = block.split_once("```").expect("a block ends");
        let lines: Vec<_> = block.lines().map(str::trim).collect();
        let is_here = here.windows(lines.len()).any(|window| window == lines);
        assert!(
            is_here,
            "guide.rs does not have this example of the guide:\n{block}"
        );
        shown += 1;
    }
    assert!(shown >= 8, "{shown} examples");
    let fences = guide.matches("```").count();
    assert_eq!(fences % 2, 0, "each block ends");
}
