//! State in keyed state, version by version.

use actors_test::{Chain, Code, Program, Refusal, ReplyCode, User};
use codec::Encode;

use crate::{built::built, support::call};

struct Setup {
    chain: Chain,
    program: Program,
    first: Code,
    second: Code,
    alice: User,
}

impl Setup {
    /// With so many bytes of ballast.
    fn new(bytes: u32) -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let first = chain.upload(built("sdk-state-1")).by(&alice);
        let deploy = chain.create(&first);
        let program = deploy.payload(call(0, (5u32, bytes))).by(&alice);
        let second = chain.upload(built("sdk-state-2")).by(&alice);
        Self {
            chain,
            program,
            first,
            second,
            alice,
        }
    }

    fn stored(&self) -> Vec<u8> {
        self.program.state_entry(":state").expect("it is stored")
    }

    fn upgrade(&self, code: &Code, payload: impl Encode) -> actors_test::Message {
        let upgrade = self.program.upgrade(code).allow_breaking();
        upgrade.payload(payload.encode()).by(&self.alice)
    }

    fn number(&self) -> u32 {
        self.program.ask("number").answer()
    }

    fn gas(&self, name: &str) -> u64 {
        let message = self.program.call(name).by(&self.alice);
        message.expect_success().gas_burned
    }
}

#[test]
fn the_state_is_an_entry_with_its_version() {
    let stage = Setup::new(3);
    assert_eq!(stage.stored(), (1u16, 5u32, vec![7u8; 3]).encode());
    stage
        .program
        .call("add")
        .arg(2u32)
        .by(&stage.alice)
        .expect_ok(7u32);
    assert_eq!(stage.stored(), (1u16, 7u32, vec![7u8; 3]).encode());
    assert_eq!(stage.number(), 7);
    let failed = stage.program.call("add").arg(100u32).by(&stage.alice);
    failed.expect_revert(());
    assert_eq!(stage.number(), 7);
}

#[test]
fn who_reads_does_not_write() {
    let stage = Setup::new(10_000);
    let read = stage.gas("get");
    let add = stage.program.call("add").arg(0u32).by(&stage.alice);
    let write = add.expect_success().gas_burned;
    // An entry costs 130 million gas to write, and 5,000 a byte.
    assert!(write > read + 130_000_000 + 50_000_000, "{write} {read}");
}

#[test]
fn who_does_not_look_does_not_read() {
    let stage = Setup::new(10_000);
    let sleep = || {
        let message = stage.program.call("sleep").arg(2u32).by(&stage.alice);
        message.expect_success().gas_burned
    };
    sleep();
    let large = sleep();
    let shrink = stage.program.call("grow").arg(0u32).by(&stage.alice);
    shrink.expect_success();
    sleep();
    assert_eq!(sleep(), large);
}

#[test]
fn a_method_that_waits_sees_what_others_have_changed() {
    let stage = Setup::new(0);
    let call = stage.program.call("add_later").arg(10u32).arg(5u32);
    let later = call.by(&stage.alice);
    stage.chain.settle();
    stage
        .program
        .call("add")
        .arg(2u32)
        .by(&stage.alice)
        .expect_ok(7u32);
    later.expect_ok(12u32);
    assert_eq!(stage.number(), 17);
}

#[test]
fn a_hook_changes_the_state_too() {
    let stage = Setup::new(0);
    let call = stage.program.call("fail_later").arg(10u32).arg(3u32);
    let failing = call.by(&stage.alice);
    stage.chain.settle();
    assert_eq!(stage.number(), 15);
    failing.expect_revert(());
    stage.chain.settle();
    assert_eq!(stage.number(), 5);
}

#[test]
fn state_that_has_outgrown_an_entry_is_told() {
    let stage = Setup::new(0);
    let grow = |bytes: u32| stage.program.call("grow").arg(bytes).by(&stage.alice);
    grow(16_000).expect_success();
    grow(20_000).expect_panic("the state is too long: keep what grows in a `Map` or a `List`");
    assert_eq!(stage.stored().len(), 2 + 4 + 2 + 16_000);
    assert_eq!(stage.number(), 5);
}

#[test]
fn the_next_version_takes_it_over() {
    let stage = Setup::new(9);
    stage.upgrade(&stage.second, 0u8).expect_success();
    assert_eq!(stage.stored(), (2u16, 5u64, 9u32, 1u16).encode());
    let all = || stage.program.ask("all").answer::<(u64, u32, u16)>();
    assert_eq!(all(), (5, 9, 1));
    stage
        .program
        .call("add")
        .arg(1u64)
        .by(&stage.alice)
        .expect_ok(6u64);
    // From the same version there is a migration too.
    stage.upgrade(&stage.second, 100u64).expect_success();
    assert_eq!(all(), (106, 9, 2));
}

#[test]
fn a_migration_that_fails_leaves_it_as_it_was() {
    let stage = Setup::new(9);
    let before = (stage.stored(), stage.program.info());
    stage.upgrade(&stage.second, 1u8).expect_revert(());
    stage
        .upgrade(&stage.second, 2u8)
        .expect_code(ReplyCode::Panicked);
    let odd = stage.upgrade(&stage.second, 3u8);
    odd.expect_refusal(Refusal::Arguments { argument: 0 });
    let none = stage.upgrade(&stage.second, ());
    none.expect_refusal(Refusal::Arguments { argument: 0 });
    let poor = stage.program.upgrade(&stage.second).allow_breaking();
    let twin = Setup::new(9);
    let enough = twin.upgrade(&twin.second, 0u8).expect_success().gas_burned;
    let poor = poor.payload([0]).gas(enough - 1_000_000).by(&stage.alice);
    poor.expect_code(ReplyCode::OutOfGas);
    assert_eq!((stage.stored(), stage.program.info()), before);
    assert_eq!(stage.number(), 5);
}

#[test]
fn what_is_not_known_is_refused_by_its_version() {
    let stage = Setup::new(0);
    stage.upgrade(&stage.second, 0u8).expect_success();
    let back = stage.upgrade(&stage.first, ());
    back.expect_refusal(Refusal::StateVersion { found: Some(2) });
    let add = stage.program.call("add").arg(1u64).by(&stage.alice);
    add.expect_ok(6u64);
}

#[test]
fn the_same_version_goes_on_as_it_is() {
    let stage = Setup::new(7);
    let before = stage.stored();
    stage.upgrade(&stage.first, ()).expect_success();
    assert_eq!(stage.stored(), before);
    let odd = stage.upgrade(&stage.first, 7u16);
    odd.expect_refusal(Refusal::TrailingBytes { bytes: 2 });
    assert_eq!(stage.number(), 5);
}

#[test]
fn without_state_there_is_nothing_to_take_over() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    // A program that keeps its state in memory.
    let memory = chain.deploy(built("sdk-waits")).by(&alice);
    let second = chain.upload(built("sdk-state-2")).by(&alice);
    let upgrade = memory.upgrade(&second).allow_breaking().payload([0]);
    let message = upgrade.by(&alice);
    message.expect_refusal(Refusal::StateVersion { found: None });
    memory
        .call("sleep")
        .arg(vec![1u32])
        .by(&alice)
        .expect_success();
}

#[test]
fn code_that_needs_a_constructor_and_had_none_says_so() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let memory = chain.deploy(built("sdk-waits")).by(&alice);
    // It has a constructor, and no migration.
    let counter = chain.upload(built("counter")).by(&alice);
    let upgrade = memory.upgrade(&counter).allow_breaking();
    upgrade.by(&alice).expect_success();
    let message = memory.call("add").arg(1u32).by(&alice);
    message.expect_panic("the program has no state: an upgrade without `#[migrate]`");
}
