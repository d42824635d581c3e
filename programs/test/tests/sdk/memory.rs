//! What a program has in memory when nothing waits in it: nothing, whatever it has had.

use actors_test::{
    Chain, Message, Mock, MockReply, NamedSend, Program, Refusal, ReplyCode, User, UNIT,
};
use codec::Encode;

use crate::built::built;

#[derive(Clone, Copy, Debug, Encode)]
enum Then {
    End,
    Fail,
    FailTwice,
}

/// Enough for many turns.
const GAS: u64 = 1_200_000_000_000;
/// Longer than anybody waits here.
const LONG: u32 = 1_000;
/// Wasm pages that a program has at most.
const MOST: u32 = 64;

struct Setup {
    chain: Chain,
    soak: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let soak = chain.deploy(built("sdk-soak")).init("new").by(&alice);
        let stage = Self { chain, soak, alice };
        stage.has_nothing();
        stage
    }

    fn mock(&self, name: &str, reply: MockReply) -> Mock {
        self.chain.mock(name, move |_| reply.clone())
    }

    fn send(&self, call: NamedSend) -> Message {
        let message = call.gas(GAS).deposit(10 * UNIT).by(&self.alice);
        self.chain.settle();
        message
    }

    fn peak(&self, size: u32, count: u32) -> Message {
        self.send(self.soak.call("peak").arg(size).arg(count))
    }

    fn sleep(&self, bytes: usize, blocks: u32, then: Then) -> Message {
        let call = self.soak.call("sleep").arg(vec![1u8; bytes]);
        self.send(call.arg(blocks).arg(then))
    }

    fn ask(&self, whom: &Program, times: u32, blocks: u32, most: u32) -> Message {
        let call = self.soak.call("ask").arg(whom.id()).arg(times);
        self.send(call.arg(blocks).arg(most))
    }

    fn hold(&self, wait: u32, blocks: u32, then: Then) -> Message {
        let call = self.soak.call("hold").arg(wait).arg(blocks);
        self.send(call.arg(then))
    }

    /// Sends a message with that gas which wants the lock for a block, and waits three for it.
    fn hold_with(&self, gas: u64) -> Message {
        let call = self.soak.call("hold").arg(3u32).arg(1u32).arg(Then::End);
        let message = call.gas(gas).deposit(10 * UNIT).by(&self.alice);
        self.chain.settle();
        message
    }

    fn hold_later(&self, after: u32, wait: u32) -> Message {
        self.send(self.soak.call("hold_later").arg(after).arg(wait))
    }

    /// Messages fail, and fail to clean up: so many bytes of each are left.
    #[track_caller]
    fn leave(&self, messages: u32, bytes: usize) {
        for _ in 0..messages {
            let message = self.sleep(bytes, 1, Then::FailTwice);
            message.expect_code(ReplyCode::Reverted);
        }
        self.chain.settle();
    }

    fn pages(&self) -> (u32, u32) {
        let info = self.soak.info().expect("it is there");
        (info.wasm_pages, info.stored_pages)
    }

    #[track_caller]
    fn has_nothing(&self) {
        assert_eq!(self.pages().1, 0, "a page of memory is stored");
    }

    /// Hooks that ran.
    fn hooks(&self) -> u32 {
        self.soak
            .ask("told")
            .answer::<(u32, u32, u32, u32, u32)>()
            .4
    }
}

#[test]
fn whatever_size_a_program_has_had_it_can_have_any_other() {
    let stage = Setup::new();
    // Almost all that there is of each size, or as many blocks as one turn can pay for. The rest has
    // stack and data, and a list of the blocks.
    let peaks = [
        64,
        1 << 10,
        5_000,
        1 << 14,
        40_000,
        1 << 16,
        100_000,
        1 << 20,
    ]
    .map(|size: u32| (size, (((MOST - 4) << 16) / (size + 100)).min(9_000)));
    for (size, count) in peaks.iter().chain(peaks.iter().rev()).skip(1) {
        stage.peak(*size, *count).expect_success();
        stage.has_nothing();
    }
    stage.peak(3 << 20, 1).expect_success();
    assert!(stage.pages().0 <= MOST);
}

#[test]
fn many_who_wait_with_much_leave_room_for_others() {
    let stage = Setup::new();
    let wait = || {
        let messages: Vec<_> = (0..60)
            .map(|_| stage.sleep(65_000, 70, Then::End))
            .collect();
        assert!(stage.pages().1 > 60 * 3, "they have it all at once");
        for message in messages {
            message.expect_ok(65_000u32);
        }
        stage.has_nothing();
    };
    wait();
    for (size, count) in [(100, 10_000), (3 << 19, 2), (70_000, 50)] {
        stage.peak(size, count).expect_success();
        stage.has_nothing();
        wait();
    }
}

#[test]
fn every_alignment_is_honoured() {
    let stage = Setup::new();
    stage.send(stage.soak.call("align")).expect_ok(true);
    stage.has_nothing();
}

#[test]
fn answers_that_come_late_are_not_kept() {
    let stage = Setup::new();
    let late = stage.mock("late", MockReply::bytes([7; 60_000]).after(3));
    let message = stage.ask(&late, 40, 2, 65_536);
    while message.reply_so_far().is_none() {
        stage.chain.next_block();
        assert!(stage.pages().1 <= 4, "{:?}", stage.pages());
    }
    message.expect_ok(0u32);
    stage.chain.skip(3);
    stage.has_nothing();
}

#[test]
fn an_answer_that_nobody_is_interested_in_is_not_kept() {
    let stage = Setup::new();
    let late = stage.mock("late", MockReply::bytes([7; 60_000]).after(6));
    let call = stage.soak.call("lose_interest").arg(late.id());
    let message = stage.send(call.arg(4u32));
    stage.chain.skip(6);
    // The answer has arrived, and the message sleeps for another block.
    assert_eq!(message.reply_so_far(), None);
    assert!(stage.pages().1 <= 1, "{:?}", stage.pages());
    message.expect_success();
    stage.has_nothing();
}

#[test]
fn an_answer_that_is_too_long_takes_no_memory() {
    let stage = Setup::new();
    let mocks: Vec<_> = (0..3)
        .map(|place| stage.mock(&place.to_string(), MockReply::bytes([7; 60_000])))
        .collect();
    let before = stage.pages().0;
    for mock in &mocks {
        stage.ask(mock, 3, 5, 59_999).expect_ok(0u32);
    }
    assert_eq!(stage.pages(), (before, 0));
    stage.ask(&mocks[0], 3, 5, 60_000).expect_ok(3u32);
    stage.has_nothing();
}

#[test]
fn a_lock_that_many_wanted_keeps_nothing() {
    let stage = Setup::new();
    let messages: Vec<_> = (0..40).map(|_| stage.hold(LONG, 1, Then::End)).collect();
    for message in messages {
        message.expect_ok(true);
    }
    stage.has_nothing();
    let share = |writes: bool| {
        let call = stage.soak.call("share").arg(writes).arg(LONG);
        stage.send(call.arg(2u32).arg(Then::End))
    };
    let messages: Vec<_> = (0..40).map(|place| share(place % 5 == 0)).collect();
    for message in messages {
        message.expect_ok(true);
    }
    stage.has_nothing();
}

#[test]
fn a_message_that_fails_leaves_nothing() {
    let stage = Setup::new();
    stage
        .sleep(10_000, 2, Then::Fail)
        .expect_code(ReplyCode::Reverted);
    stage
        .hold(LONG, 2, Then::Fail)
        .expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    assert_eq!(stage.hooks(), 2);
    stage.has_nothing();
}

/// Its signal fails as well, so it is others that find what it has left.
#[test]
fn a_message_that_could_not_clean_up_leaves_nothing_for_ever() {
    let stage = Setup::new();
    stage.leave(3, 60_000);
    assert!(stage.pages().1 > 3 * 3, "{:?}", stage.pages());
    // Who leaves a question without an answer leaves its gas to that.
    let silent = stage.mock("silent", MockReply::silence());
    let left = stage.pages().1;
    for _ in 0..3 {
        stage.ask(&silent, 1, 2, 100).expect_ok(0u32);
    }
    assert_eq!(stage.pages().1, left);
    let prompt = stage.mock("prompt", MockReply::ok(()));
    for _ in 0..6 {
        stage.ask(&prompt, 2, 5, 100).expect_ok(2u32);
    }
    stage.has_nothing();
    assert_eq!(stage.hooks(), 0);
}

#[test]
fn a_lock_is_taken_over_from_a_message_that_could_not_clean_up() {
    let stage = Setup::new();
    let lost = stage.hold(LONG, 3, Then::FailTwice);
    // Those who wait already, in their order; and one who comes when nobody can release it any more.
    let first = stage.hold(LONG, 2, Then::End);
    let second = stage.hold(LONG, 2, Then::End);
    lost.expect_code(ReplyCode::Reverted);
    stage.chain.skip(20);
    assert!(first.reply_so_far().is_none() && second.reply_so_far().is_none());
    let asked = stage.chain.block_number();
    let third = stage.hold(LONG, 1, Then::End);
    third.expect_ok(true);
    assert!(first.reply_so_far().is_some() && second.reply_so_far().is_some());
    assert!(stage.chain.block_number() <= asked + 8);
    stage.has_nothing();
    // Also by somebody who comes alone, and by one whose time is up.
    for wait in [LONG, 1] {
        let lost = stage.hold(LONG, 1, Then::FailTwice);
        lost.expect_code(ReplyCode::Reverted);
        stage.chain.settle();
        stage.hold(wait, 1, Then::End).expect_ok(true);
        stage.has_nothing();
    }
    let lost = stage.hold(LONG, 3, Then::FailTwice);
    let waiting = stage.hold(6, 1, Then::End);
    lost.expect_code(ReplyCode::Reverted);
    waiting.expect_ok(true);
    stage.has_nothing();
}

#[test]
fn many_who_read_and_could_not_clean_up_do_not_keep_a_writer_out() {
    let stage = Setup::new();
    let share = |writes: bool, wait: u32, then: Then| {
        let call = stage.soak.call("share").arg(writes).arg(wait);
        stage.send(call.arg(2u32).arg(then))
    };
    let thens = [Then::FailTwice, Then::End, Then::FailTwice, Then::FailTwice];
    let readers = thens.map(|then| share(false, LONG, then));
    for reader in &readers {
        reader.reply();
    }
    stage.chain.settle();
    share(true, 20, Then::End).expect_ok(true);
    stage.has_nothing();
}

/// A message that has failed does not wait any more, but its signal is still to come: until then the lock is its own.
#[test]
fn a_hook_runs_before_anybody_takes_the_lock() {
    let stage = Setup::new();
    // One of these has its turn after the one that fails, and before the signal.
    for (count, after) in (1..).zip(3..7) {
        let failing = stage.hold(LONG, 5, Then::Fail);
        let next = stage.hold_later(after, LONG);
        failing.expect_code(ReplyCode::Reverted);
        next.expect_ok(true);
        assert_eq!(stage.hooks(), count, "after {after} blocks");
        stage.has_nothing();
    }
}

/// Likewise for one who is answered in between: a question from before says nothing of that signal.
#[test]
fn an_answer_to_an_earlier_question_gives_nobody_the_lock() {
    let stage = Setup::new();
    // All in one block: the mock answers, the holder fails, the lock is found lost, the answer comes, and the signal.
    let late = stage.mock("late", MockReply::ok(()).after(5));
    let call = stage.soak.call("ask_and_hold_later").arg(late.id());
    let next = stage.send(call.arg((2u32, 3u32)).arg(LONG));
    let failing = stage.hold(LONG, 4, Then::Fail);
    failing.expect_code(ReplyCode::Reverted);
    next.expect_ok(true);
    assert_eq!(stage.hooks(), 1);
    stage.has_nothing();
}

/// To find out that nobody waits there any more takes less than to wake one, and a signal cannot pay for many.
#[test]
fn many_who_wanted_a_lock_and_failed_keep_no_hook_from_running() {
    let stage = Setup::new();
    let failing = stage.hold(LONG, 12, Then::Fail);
    let lost: Vec<_> = (0..8).map(|_| stage.hold(3, 1, Then::FailTwice)).collect();
    let waiting = stage.hold(LONG, 1, Then::End);
    for message in lost {
        message.expect_code(ReplyCode::Reverted);
    }
    failing.expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    assert_eq!(stage.hooks(), 1);
    // Those who come next pass the rest of them.
    stage.chain.skip(3);
    while waiting.reply_so_far().is_none() {
        stage.hold(2, 1, Then::End);
        assert!(stage.chain.block_number() < 200, "it is never let in");
    }
    waiting.expect_ok(true);
}

#[test]
fn those_who_only_sleep_leave_nothing_for_ever() {
    let stage = Setup::new();
    stage.leave(3, 60_000);
    assert!(stage.pages().1 > 3 * 3, "{:?}", stage.pages());
    for _ in 0..6 {
        stage.sleep(1, 2, Then::End).expect_ok(1u32);
    }
    stage.has_nothing();
}

/// Who tidies up after others pays for it, and is not to fail for that.
#[test]
fn what_others_have_left_is_dropped_only_by_who_can_pay_for_it() {
    let stage = Setup::new();
    let message = stage.soak.call("hoard").arg(20_000u32).arg(1u32);
    stage.send(message).expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    let left = stage.pages().1;
    assert!(left > 50, "{left}");
    let poor = |gas: u64| {
        let call = stage.soak.call("sleep").arg(vec![1u8]).arg(2u32);
        let call = call.arg(Then::End).gas(gas).deposit(10 * UNIT);
        let message = call.by(&stage.alice);
        stage.chain.settle();
        message
    };
    for _ in 0..3 {
        poor(60_000_000_000).expect_ok(1u32);
        assert_eq!(stage.pages().1, left);
    }
    // One finds it, and another does it.
    poor(GAS).expect_ok(1u32);
    poor(GAS).expect_ok(1u32);
    stage.has_nothing();
}

/// Also where a message came by that did not wait.
#[test]
fn a_signal_that_is_the_last_leaves_nothing() {
    let stage = Setup::new();
    let failing = stage.sleep(60_000, 6, Then::Fail);
    stage.send(stage.soak.call("align")).expect_ok(true);
    failing.expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    assert_eq!(stage.hooks(), 1);
    stage.has_nothing();
}

/// However much it is, and whatever built it: arguments are there before the method is.
#[test]
fn what_others_have_left_fails_nobody() {
    let stage = Setup::new();
    let even = |count: usize| vec![vec![7u8; 1]; count];
    let uneven =
        |count: usize| -> Vec<_> { (0..count).map(|place| vec![7u8; place * 7 % 90]).collect() };
    for things in [
        even(10),
        even(300),
        even(3_000),
        uneven(1_000),
        even(20_000),
    ] {
        let count = things.len();
        let lost = stage.send(stage.soak.call("hold_given").arg(things).arg(1u32));
        lost.expect_code(ReplyCode::Reverted);
        stage.chain.settle();
        let left = stage.pages().1;
        assert!(left > 0);
        // Each page that is there is loaded in each turn.
        let mut gas = 45_000_000_000 + u64::from(left) * 400_000_000;
        while stage.pages().1 > 0 {
            let has_it = stage.hold_with(gas).expect_success().payload == [1];
            // Who cannot pay while it waits may be able to when it ends.
            assert!(!has_it || stage.pages().1 == 0, "{count} things: {gas} gas");
            gas += 4_000_000_000;
            assert!(gas < 250_000_000_000, "{left} pages stay");
        }
    }
}

/// A stage on which others have left something that was found once, or nothing.
fn stage_of(others: u32) -> Setup {
    let stage = Setup::new();
    for _ in 0..others {
        stage.leave(1, 200);
        stage.sleep(1, 1, Then::End).expect_ok(1u32);
    }
    stage
}

/// The least gas that a message succeeds with.
fn needed(stage: &Setup, does: impl Fn(u64) -> bool) -> u64 {
    let before = stage.chain.snapshot();
    let mut gas = (20..250).map(|milliseconds| milliseconds * 1_000_000_000);
    let needed = gas.find(|gas| {
        stage.chain.restore(&before);
        does(*gas)
    });
    needed.expect("it is never enough")
}

/// Who waits needs its gas itself: only from who ends something is taken for what others have left.
#[test]
fn who_waits_needs_no_more_gas_for_what_others_have_left() {
    let [alone, not] = [0, 1].map(|others| {
        let stage = stage_of(others);
        needed(&stage, |gas| {
            let call = stage.soak.call("nap").arg(8u32).gas(gas);
            let message = call.deposit(10 * UNIT).by(&stage.alice);
            message.reply().code.is_success()
        })
    });
    // A page more is loaded in each of nine turns.
    assert!(not <= alone + 7_000_000_000, "{alone} {not}");
}

/// Likewise who has ended, while what it has sent still runs on its gas.
#[test]
fn what_was_sent_needs_no_more_gas_for_what_others_have_left() {
    let [alone, not] = [0, 1].map(|others| {
        let stage = stage_of(others);
        let other = stage.chain.deploy(built("sdk-soak")).init("new");
        let other = other.by(&stage.alice);
        needed(&stage, |gas| {
            let call = stage.soak.call("have_held").arg(other.id()).gas(gas);
            let message = call.deposit(10 * UNIT).by(&stage.alice);
            message.reply();
            stage.chain.skip(9);
            let told = other.ask("told").answer::<(u32, u32, u32, u32, u32)>();
            told.2 == 3
        })
    });
    assert!(not <= alone + 5_000_000_000, "{alone} {not}");
}

/// How much there is to drop is known from the first, so it is done by the first message that is sent for it.
#[test]
fn what_others_have_left_is_dropped_at_once() {
    let stage = Setup::new();
    let [few, many] = [10, 3_000].map(|count| {
        let things = vec![vec![7u8]; count];
        let lost = stage.send(stage.soak.call("hold_given").arg(things).arg(1u32));
        lost.expect_code(ReplyCode::Reverted);
        stage.chain.settle();
        let message = stage.hold(9, 1, Then::End);
        message.expect_ok(true);
        stage.has_nothing();
        message.cascade_gas()
    });
    // Each block takes 7 us, and its page is loaded in each turn.
    assert!(many - few < 3_000 * 14_000_000, "{few} {many}");
}

/// An empty message from a stranger is refused, and takes nothing from anybody.
#[test]
fn a_message_of_nothing_cleans_up_nothing() {
    let stage = Setup::new();
    let waiting = stage.sleep(60_000, 9, Then::End);
    stage.leave(1, 60_000);
    let nothing = stage.soak.send([]).gas(GAS).by(&stage.alice);
    nothing.expect_refusal(Refusal::NoRoute);
    waiting.expect_ok(60_000u32);
}

/// Things to be freed in an order that is not that of their addresses, which takes longer than can be known.
fn in_disorder(count: u32) -> Vec<Vec<u8>> {
    // A prime above, so that no two are the same.
    let things = (0..count).map(|place| place * 7_919 % 12_007);
    things
        .map(|thing| thing.to_be_bytes()[1..].to_vec())
        .collect()
}

#[test]
fn what_takes_longer_to_drop_than_was_thought_fails_nobody() {
    let stage = Setup::new();
    let things = in_disorder(3_000);
    let lost = stage.send(stage.soak.call("hold_sorted").arg(things).arg(1u32));
    lost.expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    for step in 0..52 {
        let message = stage.hold_with(40_000_000_000 + step * 5_000_000_000);
        let has_it = message.expect_success().payload == [1];
        assert!(!has_it || stage.pages().1 == 0, "message {step}");
    }
    stage.has_nothing();
}

/// What no turn can drop fails nobody either. It is left where it is in the end, and has its locks no more.
#[test]
fn what_cannot_be_dropped_fails_nobody_and_loses_its_locks() {
    let stage = Setup::new();
    let lost = stage.send(stage.soak.call("hold_endless").arg(1u32));
    lost.expect_code(ReplyCode::OutOfGas);
    stage.chain.settle();
    let left = stage.pages().1;
    assert!(left > 0);
    let asks = || stage.hold(2, 1, Then::End).expect_success().payload == [1];
    // Three messages are sent for it, the next ones when those before must have run.
    for gap in [0, 8, 64] {
        stage.chain.skip(gap);
        assert!(!asks(), "it is given up before all was tried");
        assert!(!asks(), "it is given up at once");
    }
    stage.chain.skip(512);
    for _ in 0..3 {
        assert!(asks(), "the lock is not free");
    }
    assert_eq!(stage.pages().1, left, "it stays");
}

/// Nor does a lock stay shut for ever because nobody could pay for it.
#[test]
fn what_nobody_can_pay_for_loses_its_locks_in_the_end() {
    let stage = Setup::new();
    let things = vec![vec![7u8]; 10_000];
    let lost = stage.send(stage.soak.call("hold_given").arg(things).arg(1u32));
    lost.expect_code(ReplyCode::Reverted);
    stage.chain.settle();
    let left = stage.pages().1;
    let asks = || stage.hold_with(110_000_000_000).expect_success().payload == [1];
    assert!(!asks());
    stage.chain.skip(3_580);
    assert!(!asks(), "it is given up too early");
    stage.chain.skip(20);
    assert!(asks(), "the lock is not free");
    // Others may have what it would borrow.
    for _ in 0..3 {
        stage.hold(3, 1, Then::End).expect_ok(true);
    }
    assert_eq!(stage.pages().1, left, "it stays");
}

/// A signal cannot wake one for each: they go on all the same. Likewise where another cleans up.
#[test]
fn a_signal_can_release_many_locks() {
    let stage = Setup::new();
    for then in [Then::Fail, Then::FailTwice] {
        let failing = stage.send(stage.soak.call("hold_many").arg(40u32).arg(then));
        let waiting: Vec<_> = (0..24u8)
            .map(|which| {
                let call = stage.soak.call("hold_one").arg(which);
                stage.send(call.arg(60u32))
            })
            .collect();
        failing.expect_code(ReplyCode::Reverted);
        stage.chain.settle();
        assert_eq!(
            stage.hooks(),
            1,
            "the signal has failed, or ran when it should not"
        );
        for message in waiting {
            message.expect_ok(true);
        }
        stage.has_nothing();
    }
}

#[test]
fn who_cannot_be_woken_in_one_turn_keeps_its_place() {
    let stage = Setup::new();
    let holder = stage.send(stage.soak.call("hold_to_the_limit").arg(3u32));
    let first = stage.hold(LONG, 2, Then::End);
    let second = stage.hold(LONG, 2, Then::End);
    holder.expect_success();
    stage.chain.skip(20);
    assert!(first.reply_so_far().is_none(), "nobody could wake it");
    // Whoever comes next does, and stands behind both.
    let third = stage.hold(LONG, 1, Then::End);
    third.expect_ok(true);
    assert!(first.reply_so_far().is_some() && second.reply_so_far().is_some());
    // One who is not woken has it when its time is up.
    let holder = stage.send(stage.soak.call("hold_to_the_limit").arg(3u32));
    let late = stage.hold(10, 1, Then::End);
    holder.expect_success();
    late.expect_ok(true);
    stage.has_nothing();
}

/// Who cleans up after others fails for reasons of its own as anybody does: that says nothing of what it was to drop.
#[test]
fn who_fails_for_reasons_of_its_own_gives_nothing_up() {
    let stage = Setup::new();
    stage.leave(3, 60_000);
    for _ in 0..3 {
        let message = stage.sleep(1, 2, Then::Fail);
        message.expect_code(ReplyCode::Reverted);
    }
    stage.chain.settle();
    for _ in 0..6 {
        stage.sleep(1, 2, Then::End).expect_ok(1u32);
    }
    stage.has_nothing();
}
