//! Locks that are held while messages wait.

use actors_test::{Chain, Message, Program, ReplyCode, User};
use codec::Encode;

use crate::built::built;

#[derive(Clone, Copy, Debug, Encode)]
enum Then {
    End,
    Fail,
    Panic,
    Burn,
}

/// Longer than anybody waits here.
const LONG: u32 = 1_000;

struct Setup {
    chain: Chain,
    locks: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let locks = chain.deploy(built("sdk-locks")).by(&alice);
        Self {
            chain,
            locks,
            alice,
        }
    }

    fn hold(&self, name: &str, wait: u32, blocks: u32, then: Then) -> Message {
        let call = self.locks.call("hold").arg(name).arg(wait).arg(blocks);
        let message = call.arg(then).gas(40_000_000_000).by(&self.alice);
        self.chain.settle();
        message
    }

    fn read(&self, name: &str, wait: u32, blocks: u32) -> Message {
        let call = self.locks.call("read").arg(name).arg(wait).arg(blocks);
        let message = call.by(&self.alice);
        self.chain.settle();
        message
    }

    fn write(&self, name: &str, wait: u32, blocks: u32, then: Then) -> Message {
        let call = self.locks.call("write").arg(name).arg(wait).arg(blocks);
        let message = call.arg(then).gas(40_000_000_000).by(&self.alice);
        self.chain.settle();
        message
    }

    #[track_caller]
    fn told(&self, expected: &[&str]) {
        let told: Vec<String> = self.locks.ask("told").answer();
        assert_eq!(told, expected);
    }
}

#[test]
fn who_comes_first_is_served_first() {
    let stage = Setup::new();
    let messages = ["a", "b", "c", "d"].map(|name| stage.hold(name, LONG, 2, Then::End));
    for (count, message) in (1u32..).zip(&messages) {
        message.expect_ok(count);
    }
    stage.told(&[
        "a has it", "a leaves", "b has it", "b leaves", "c has it", "c leaves", "d has it",
        "d leaves",
    ]);
}

#[test]
fn a_lock_is_free_when_its_holder_has_failed() {
    for (then, code) in [
        (Then::Fail, ReplyCode::Reverted),
        (Then::Panic, ReplyCode::Panicked),
        (Then::Burn, ReplyCode::OutOfGas),
    ] {
        let stage = Setup::new();
        let first = stage.hold("a", LONG, 3, then);
        let second = stage.hold("b", LONG, 1, Then::End);
        first.expect_code(code);
        // What the turn that failed did to the value is undone.
        second.expect_ok(1u32);
        stage.told(&["a has it", "b has it", "b leaves"]);
        stage.hold("c", LONG, 1, Then::End).expect_ok(2u32);
    }
}

#[test]
fn who_waits_too_long_is_told_and_passed_over() {
    let stage = Setup::new();
    let first = stage.hold("a", LONG, 10, Then::End);
    let second = stage.hold("b", 4, 1, Then::End);
    let third = stage.hold("c", LONG, 1, Then::End);
    let asked = stage.chain.block_number();
    second.expect_revert(());
    assert!(stage.chain.block_number() <= asked + 4);
    third.expect_ok(2u32);
    first.expect_ok(1u32);
    stage.told(&["a has it", "a leaves", "c has it", "c leaves"]);
}

#[test]
fn without_a_word_one_waits_a_hundred_blocks() {
    let stage = Setup::new();
    stage.hold("a", LONG, 300, Then::End);
    let asked = stage.chain.block_number();
    let waits = stage.locks.call("wait").arg("b").by(&stage.alice);
    waits.expect_revert(());
    let waited = stage.chain.block_number() - asked;
    assert!((100..=101).contains(&waited), "{waited}");
}

#[test]
fn who_fails_while_it_waits_is_passed_over() {
    let stage = Setup::new();
    let first = stage.hold("a", LONG, 6, Then::End);
    let failing = stage.locks.call("fail_waiting").arg(3u32).by(&stage.alice);
    stage.chain.settle();
    let third = stage.hold("c", LONG, 1, Then::End);
    failing.expect_code(ReplyCode::Panicked);
    first.expect_ok(1u32);
    third.expect_ok(2u32);
}

#[test]
fn who_fails_when_it_is_given_the_lock_gives_it_on() {
    let stage = Setup::new();
    let first = stage.hold("a", LONG, 4, Then::End);
    let start = stage.chain.snapshot();
    let wait = |gas: u64| {
        let call = stage.locks.call("wait").arg("b").gas(gas);
        let message = call.by(&stage.alice);
        stage.chain.settle();
        message
    };
    // The least with which it waits: nothing is left for what comes then.
    let (mut least, mut most) = (0, 40_000_000_000);
    while most - least > 1_000_000 {
        let middle = (least + most) / 2;
        stage.chain.restore(&start);
        let call = stage.locks.call("wait").arg("b").gas(middle);
        let waits = call.try_by(&stage.alice).is_ok_and(|message| {
            stage.chain.settle();
            message.reply_so_far().is_none()
        });
        *(if waits { &mut most } else { &mut least }) = middle;
    }
    stage.chain.restore(&start);
    let second = wait(most);
    let third = stage.hold("c", LONG, 1, Then::End);
    second.expect_code(ReplyCode::OutOfGas);
    first.expect_ok(1u32);
    third.expect_ok(2u32);
    stage.told(&["a has it", "a leaves", "c has it", "c leaves"]);
}

#[test]
fn a_lock_is_selected_with_a_sleep() {
    let stage = Setup::new();
    let impatient = |name: &str, blocks: u32, more: u32| {
        let call = stage.locks.call("impatient").arg(name).arg(blocks);
        let message = call.arg(more).by(&stage.alice);
        stage.chain.settle();
        message
    };
    // It goes away, and lives on: the lock is not given to it.
    let first = stage.hold("a", LONG, 6, Then::End);
    let gone = impatient("b", 3, 10);
    let third = stage.hold("c", LONG, 1, Then::End);
    first.expect_ok(1u32);
    third.expect_ok(2u32);
    gone.expect_ok(false);
    // It has it in time.
    let first = stage.hold("d", LONG, 2, Then::End);
    let had = impatient("e", 5, 1);
    first.expect_ok(3u32);
    had.expect_ok(true);
    stage.told(&[
        "a has it",
        "b goes away",
        "a leaves",
        "c has it",
        "c leaves",
        "d has it",
        "d leaves",
        "e had it",
    ]);
    stage.hold("f", 1, 0, Then::End).expect_ok(4u32);
}

#[test]
fn who_wants_it_twice_waits_for_itself() {
    let stage = Setup::new();
    let twice = stage.locks.call("twice").arg(5u32).by(&stage.alice);
    stage.chain.settle();
    let next = stage.hold("a", LONG, 1, Then::End);
    twice.expect_revert(());
    next.expect_ok(1u32);
}

#[test]
fn who_lets_go_and_comes_back_stands_behind_others() {
    let stage = Setup::new();
    let again = |times: u32| {
        let message = stage.locks.call("again").arg(times).by(&stage.alice);
        stage.chain.settle();
        message
    };
    again(5).expect_ok(5u32);
    // Two of them, behind one who holds it: they take turns.
    stage.hold("a", LONG, 3, Then::End);
    let (first, second) = (again(3), again(2));
    first.expect_ok(3u32);
    second.expect_ok(2u32);
    stage.told(&[
        "had it 5 times",
        "a has it",
        "a leaves",
        "had it 2 times",
        "had it 3 times",
    ]);
    stage.hold("b", 1, 0, Then::End).expect_ok(2u32);
}

#[test]
fn many_read_and_one_writes() {
    let stage = Setup::new();
    let readers = ["a", "b"].map(|name| stage.read(name, LONG, 5));
    let writer = stage.write("c", LONG, 4, Then::End);
    // Who comes after the writer waits behind it.
    let after = ["d", "e"].map(|name| stage.read(name, LONG, 2));
    stage.told(&["a reads 0", "b reads 0"]);
    for reader in &readers {
        reader.expect_ok(0u32);
    }
    writer.expect_ok(1u32);
    for reader in &after {
        reader.expect_ok(1u32);
    }
    stage.told(&[
        "a reads 0",
        "b reads 0",
        "c writes",
        "d reads 1",
        "e reads 1",
    ]);
}

#[test]
fn readers_go_on_when_the_writer_before_them_gives_up_or_fails() {
    let stage = Setup::new();
    let reader = stage.read("a", LONG, 8);
    let writer = stage.write("b", 3, 1, Then::End);
    let after = stage.read("c", LONG, 1);
    writer.expect_revert(());
    // It does not have to wait for the first reader.
    after.expect_ok(0u32);
    assert_eq!(reader.reply_so_far(), None);
    reader.expect_ok(0u32);

    let failing = stage.write("d", LONG, 3, Then::Panic);
    let after = stage.read("e", LONG, 1);
    failing.expect_code(ReplyCode::Panicked);
    // The write was in a turn that stands: the lock is let go, and what it guards is as it was left.
    after.expect_ok(1u32);
    stage.told(&["a reads 0", "c reads 0", "d writes", "e reads 1"]);
}

#[test]
fn however_many_wait_letting_go_costs_the_same() {
    let stage = Setup::new();
    // With as many behind it as it could not wake on the gas of a signal.
    let failing = stage.write("a", LONG, 3, Then::Panic);
    let names: Vec<_> = (0..8).map(|number| number.to_string()).collect();
    let readers: Vec<_> = names.iter().map(|name| stage.read(name, LONG, 2)).collect();
    let last = stage.write("z", LONG, 1, Then::End);
    failing.expect_code(ReplyCode::Panicked);
    for reader in &readers {
        reader.expect_ok(1u32);
    }
    last.expect_ok(2u32);
    let reads = names.iter().map(|name| format!("{name} reads 1"));
    let told: Vec<_> = ["a writes".to_string()]
        .into_iter()
        .chain(reads)
        .chain(["z writes".to_string()])
        .collect();
    stage.told(&told.iter().map(String::as_str).collect::<Vec<_>>());
    // Nor does it where it ends well.
    let alone = stage.write("b", LONG, 3, Then::End);
    alone.expect_ok(3u32);
    let watched = stage.write("c", LONG, 3, Then::End);
    let readers: Vec<_> = names.iter().map(|name| stage.read(name, LONG, 2)).collect();
    watched.expect_ok(4u32);
    for reader in &readers {
        reader.expect_ok(4u32);
    }
    let (alone, watched) = (alone.reply().gas_burned, watched.reply().gas_burned);
    assert!(watched < alone + 3_000_000_000, "{watched} {alone}");
}

#[test]
fn a_hook_that_sends_leaves_gas_for_the_next_to_be_woken() {
    let stage = Setup::new();
    let call = stage.locks.call("hold_and_pay").arg(3u32);
    let failing = call.by(&stage.alice);
    stage.chain.settle();
    let next = stage.hold("a", LONG, 1, Then::End);
    failing.expect_code(ReplyCode::Panicked);
    next.expect_ok(1u32);
    assert_eq!(stage.alice.inbox().len(), 1);
}
