//! Methods that wait: what they are told, in which order, and when.

use actors_test::{Chain, Message, Mock, MockReply, Program, ReplyCode, User, UNIT};
use codec::{Decode, Encode};

use crate::{
    built::built,
    support::{call, panicked},
};

/// A question: to whom, what, and for how many blocks.
#[derive(Clone, Debug, Encode, Decode)]
struct Ask {
    to: [u8; 32],
    payload: Vec<u8>,
    blocks: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum End {
    Answer(u32, u128),
    Program(u8),
    Refused,
    Failed(i32, Option<String>),
    Deadline,
    NotSent(i32),
    Undecodable(Vec<u8>),
    Slept,
}

/// Enough for many turns.
const GAS: u64 = 1_000_000_000_000;

struct Setup {
    chain: Chain,
    waits: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        // No constructor: it begins as its default.
        let waits = chain.deploy(built("sdk-waits")).value(UNIT).by(&alice);
        Self {
            chain,
            waits,
            alice,
        }
    }

    /// A program that answers that, so many blocks later.
    fn mock(&self, name: &str, reply: MockReply) -> Mock {
        self.chain.mock(name, move |_| reply.clone())
    }

    fn asks(&self, to: &Program, blocks: u32) -> Message {
        self.send("ask", ask(to, blocks))
    }

    fn send(&self, name: &str, argument: impl Encode) -> Message {
        self.waits.call(name).arg(argument).by(&self.alice)
    }

    /// How many blocks pass until a message is answered that has just been sent.
    fn blocks(&self, message: &Message) -> u32 {
        let before = self.chain.block_number();
        message.reply();
        self.chain.block_number() - before
    }

    /// Has the program keep something, and with it a page of memory: else the deposit of that is the program's as soon as nothing
    /// waits any more.
    fn keep_a_page(&self) {
        self.send("sleep", vec![0u32]).expect_success();
    }

    fn log(&self) -> Vec<String> {
        self.waits.ask("read").answer()
    }
}

fn ask(to: &Program, blocks: u32) -> Ask {
    Ask {
        to: to.id(),
        payload: b"?".to_vec(),
        blocks,
    }
}

#[test]
fn an_answer_comes_with_its_value() {
    let stage = Setup::new();
    stage.keep_a_page();
    let mock = stage.mock("answers", MockReply::ok(7u32).value(5));
    let before = stage.waits.balance();
    stage.asks(&mock, 0).expect_ok(End::Answer(7, 5));
    assert_eq!(stage.waits.balance(), before + 5);
    assert_eq!(mock.expect_called(1)[0].payload, b"?");
    // Later, too.
    let late = stage.mock("answers later", MockReply::ok(8u32).after(50));
    stage.asks(&late, 0).expect_ok(End::Answer(8, 0));
}

#[test]
fn each_failure_is_told_apart() {
    let stage = Setup::new();
    let reverted = |bytes: &[u8]| MockReply::revert_bytes(bytes);
    let cases = [
        (MockReply::revert(9u8), End::Program(9)),
        (reverted(&[0, 9]), End::Program(9)),
        (reverted(&[2]), End::Refused),
        (reverted(&[3, 0]), End::Refused),
        // Neither a refusal nor an error of that type.
        (reverted(&[0, 9, 9]), End::Undecodable(vec![0, 9, 9])),
        (reverted(&[99]), End::Undecodable(vec![99])),
        (reverted(&[]), End::Undecodable(vec![])),
        (MockReply::panic("oh no"), failed(0x101, Some("oh no"))),
        (MockReply::bytes([1, 2]), End::Undecodable(vec![1, 2])),
        (MockReply::bytes([0; 5]), End::Undecodable(vec![0; 5])),
        // It ended without an answer, where a number was expected.
        (MockReply::finish(), End::Undecodable(vec![])),
    ];
    for (place, (reply, end)) in cases.into_iter().enumerate() {
        let mock = stage.mock(&place.to_string(), reply);
        stage.asks(&mock, 0).expect_ok(end);
    }
}

fn failed(code: i32, text: Option<&str>) -> End {
    End::Failed(code, text.map(str::to_string))
}

#[test]
fn who_is_gone_has_said_so() {
    let stage = Setup::new();
    let gone = stage.chain.deploy(built("sdk-waits")).by(&stage.alice);
    let leave = gone.call("leave").arg(stage.alice.id()).by(&stage.alice);
    leave.expect_success();
    stage.asks(&gone, 0).expect_ok(failed(0x202, None));
}

#[test]
fn who_leaves_while_it_is_awaited_has_said_so() {
    let stage = Setup::new();
    let other = stage.chain.deploy(built("sdk-waits")).by(&stage.alice);
    // The other sleeps; then it leaves.
    let asked = Ask {
        to: other.id(),
        payload: call(5, vec![50u32]),
        blocks: 0,
    };
    let message = stage.send("ask", asked);
    stage.chain.settle();
    let leave = other.call("leave").arg(stage.alice.id()).by(&stage.alice);
    leave.expect_success();
    message.expect_ok(failed(0x202, None));
}

#[test]
fn nobody_waits_for_ever() {
    let stage = Setup::new();
    stage.keep_a_page();
    let silent = stage.mock("silent", MockReply::silence());
    let message = stage.asks(&silent, 7);
    assert_eq!(stage.blocks(&message), 7);
    message.expect_ok(End::Deadline);
    // Where nothing is said it is a hundred blocks.
    let message = stage.asks(&silent, 0);
    assert_eq!(stage.blocks(&message), 100);
    message.expect_ok(End::Deadline);
    // An answer that comes in the last block is in time, and one block later it is not.
    let before = stage.waits.balance();
    let punctual = stage.mock("punctual", MockReply::ok(1u32).value(3).after(6));
    stage.asks(&punctual, 7).expect_ok(End::Answer(1, 3));
    let late = stage.mock("late", MockReply::ok(1u32).value(3).after(9));
    stage.asks(&late, 7).expect_ok(End::Deadline);
    stage.chain.skip(10);
    assert_eq!(stage.waits.balance(), before + 6, "what it brings is kept");
}

#[test]
fn what_cannot_be_sent_says_so() {
    let stage = Setup::new();
    let bob = stage.chain.user("bob");
    let to_bob = |blocks| Ask {
        to: bob.id(),
        payload: b"?".to_vec(),
        blocks,
    };
    // No letter stands so long.
    let message = stage.send("ask", to_bob(20_000));
    message.expect_ok(End::NotSent(-3));
    let message = stage.send("ask", to_bob(20_000_000));
    message.expect_ok(End::NotSent(-3));
    // A program's answer cannot be awaited so long either.
    let silent = stage.mock("silent", MockReply::silence());
    let text = "the chain lets no message wait so long";
    stage.asks(&silent, 20_000).expect_panic(text);
    assert_eq!(silent.calls().len(), 0, "the turn is undone");
    let poor = stage.waits.call("ask").arg(ask(&silent, 5_000));
    let poor = poor.gas(12_000_000_000).by(&stage.alice).reply();
    assert!(!poor.code.is_success());
}

#[test]
fn people_answer_too() {
    let stage = Setup::new();
    let bob = stage.chain.user("bob");
    let question = Ask {
        to: bob.id(),
        payload: b"How many?".to_vec(),
        blocks: 30,
    };
    let message = stage.send("ask", question);
    stage.chain.settle();
    let letter = bob.mailbox().pop().expect("it has come");
    assert_eq!(letter.payload(), b"How many?");
    letter.reply(12u32.encode()).value(4).by(&bob);
    message.expect_ok(End::Answer(12, 4));
}

#[test]
fn both_are_asked_at_once() {
    let stage = Setup::new();
    let slow = stage.mock("slow", MockReply::ok(1u32).after(6));
    let fast = stage.mock("fast", MockReply::ok(2u32).after(4));
    let call = stage
        .waits
        .call("both")
        .arg(ask(&slow, 0))
        .arg(ask(&fast, 0));
    let message = call.by(&stage.alice);
    assert_eq!(stage.blocks(&message), 6, "not ten");
    message.expect_ok((End::Answer(1, 0), End::Answer(2, 0)));
    // One that fails does not end the other.
    let silent = stage.mock("silent", MockReply::silence());
    let call = stage
        .waits
        .call("both")
        .arg(ask(&silent, 2))
        .arg(ask(&slow, 0));
    let message = call.by(&stage.alice);
    message.expect_ok((End::Deadline, End::Answer(1, 0)));
}

#[test]
fn many_are_asked_at_once() {
    let stage = Setup::new();
    // Their answers come in another order.
    let mocks: Vec<_> = (0..20u32)
        .map(|number| {
            let reply = MockReply::ok(number).after(1 + number * 7 % 10);
            stage.mock(&number.to_string(), reply)
        })
        .collect();
    let asks: Vec<_> = mocks.iter().map(|mock| ask(mock, 0)).collect();
    let call = stage.waits.call("all").arg(asks).gas(GAS);
    let message = call.by(&stage.alice);
    let answers: Vec<End> = message.expect();
    let expected: Vec<_> = (0..20).map(|number| End::Answer(number, 0)).collect();
    assert_eq!(answers, expected);
    stage
        .send("all", Vec::<Ask>::new())
        .expect_ok(Vec::<End>::new());
}

#[test]
fn the_first_answer_counts_and_the_other_is_not_seen() {
    let stage = Setup::new();
    stage.keep_a_page();
    let slow = stage.mock("slow", MockReply::ok(1u32).value(9).after(5));
    let fast = stage.mock("fast", MockReply::ok(2u32).after(2));
    let last = stage.mock("last", MockReply::ok(3u32).after(8));
    let before = stage.waits.balance();
    let call = stage
        .waits
        .call("either")
        .arg(ask(&slow, 0))
        .arg(ask(&fast, 0));
    // The slow answer comes while the third is awaited.
    let message = call.arg(Some(ask(&last, 0))).by(&stage.alice);
    message.expect_ok((false, End::Answer(2, 0), Some(End::Answer(3, 0))));
    assert_eq!(stage.waits.balance(), before + 9);
    // Of two that come in the same block, that which came first.
    let other = stage.mock("other", MockReply::ok(4u32).after(2));
    let call = stage
        .waits
        .call("either")
        .arg(ask(&other, 0))
        .arg(ask(&fast, 0));
    let message = call.arg(None::<Ask>).by(&stage.alice);
    message.expect_ok((true, End::Answer(4, 0), None::<End>));
    // It comes when the message is over: nobody is confused.
    let call = stage
        .waits
        .call("either")
        .arg(ask(&slow, 0))
        .arg(ask(&fast, 0));
    let message = call.arg(None::<Ask>).by(&stage.alice);
    message.expect_ok((false, End::Answer(2, 0), None::<End>));
    stage.chain.skip(10);
    assert_eq!(stage.waits.balance(), before + 18);
}

#[test]
fn a_sleep_bounds_what_it_is_selected_with() {
    let stage = Setup::new();
    let silent = stage.mock("silent", MockReply::silence());
    let fast = stage.mock("fast", MockReply::ok(2u32).after(2));
    let at_most = |mock: &Mock, blocks: u32| {
        let call = stage.waits.call("at_most").arg(ask(mock, 0)).arg(blocks);
        call.by(&stage.alice)
    };
    let message = at_most(&silent, 5);
    assert_eq!(stage.blocks(&message), 5);
    message.expect_ok(End::Slept);
    at_most(&fast, 5).expect_ok(End::Answer(2, 0));
    // A sleep of no blocks is over at once, and the question was sent.
    let called = fast.calls().len();
    at_most(&fast, 0).expect_ok(End::Slept);
    stage.chain.skip(5);
    assert_eq!(fast.calls().len(), called + 1);
}

#[test]
fn sleeps_follow_each_other() {
    let stage = Setup::new();
    let message = stage.send("sleep", vec![3u32, 0, 4, 1]);
    assert_eq!(stage.blocks(&message), 8);
    assert_eq!(stage.waits.ask("turns").answer::<u32>(), 4);
    stage.send("sleep", Vec::<u32>::new()).expect_success();
}

#[test]
fn messages_wait_beside_each_other() {
    let stage = Setup::new();
    let log = |name: &str, blocks: u32| {
        let call = stage.waits.call("log").arg(name).arg(blocks);
        call.by(&stage.alice)
    };
    let (first, second) = (log("one", 5), log("two", 2));
    second.expect_ok(3u32);
    first.expect_ok(4u32);
    let expected = ["one begins", "two begins", "two goes on", "one goes on"];
    assert_eq!(stage.log(), expected);
}

#[test]
fn the_state_is_lent_once_at_a_time() {
    let stage = Setup::new();
    let message = stage.waits.call("nest").by(&stage.alice);
    message.expect_panic("the state is borrowed: `with` inside of `with`");
    // The turn is undone, and nothing is locked since.
    assert_eq!(stage.waits.ask("turns").answer::<u32>(), 0);
    stage.send("sleep", vec![1u32]).expect_success();
}

#[test]
fn what_nothing_brings_about_is_not_awaited() {
    let stage = Setup::new();
    let message = stage.waits.call("never").by(&stage.alice);
    message.expect_panic("a method waits for ever");
}

#[test]
fn who_cannot_pay_for_waiting_is_told() {
    let stage = Setup::new();
    let enough = stage.send("sleep", vec![10u32]).expect_success().gas_burned;
    let mut told = false;
    for part in 2..20 {
        let call = stage.waits.call("sleep").arg(vec![10u32]);
        let Ok(message) = call.gas(enough * part / 10).try_by(&stage.alice) else {
            continue;
        };
        let reply = message.reply();
        match reply.code {
            ReplyCode::Replied | ReplyCode::OutOfGas => {}
            _ => {
                assert_eq!(panicked(&message), "not enough gas to wait");
                told = true;
            }
        }
    }
    assert!(told);
}

#[test]
fn a_program_asks_itself() {
    let stage = Setup::new();
    let numbers: Vec<u32> = (0..30).collect();
    let call = stage.waits.call("ask_itself").arg(numbers.clone());
    call.gas(GAS).by(&stage.alice).expect_ok(numbers);
}

#[test]
fn two_hundred_wait_at_once_and_leave_nothing_behind() {
    let stage = Setup::new();
    let mock = stage.mock("slow", MockReply::ok(1u32).after(3));
    let mut pages = Vec::new();
    for _ in 0..3 {
        // With less gas than by default: what all may burn is what others would wait for.
        let asks = || {
            stage
                .waits
                .call("ask")
                .arg(ask(&mock, 0))
                .gas(50_000_000_000)
        };
        let messages: Vec<_> = (0..200).map(|_| asks().by(&stage.alice)).collect();
        for message in &messages {
            message.expect_ok(End::Answer(1, 0));
        }
        let info = stage.waits.info().expect("it is there");
        pages.push((info.stored_pages, stage.waits.storage_deposit()));
    }
    assert_eq!(pages[1], pages[0], "memory is used again");
    assert_eq!(pages[2], pages[0]);
}

#[test]
fn what_fails_at_once_gives_back_what_came() {
    let stage = Setup::new();
    let call = stage.waits.call("fail_at_once").value(77);
    let message = call.by(&stage.alice);
    assert_eq!(message.expect_revert(77u32).value, 77);
    assert_eq!(stage.waits.ask("turns").answer::<u32>(), 0);
}

#[test]
fn a_program_is_created_and_its_end_is_awaited() {
    let stage = Setup::new();
    stage.keep_a_page();
    let code = stage.chain.upload(built("sdk-state-2")).by(&stage.alice);
    let create = |payload: Vec<u8>, value: u128| {
        let call = stage.waits.call("create").arg(code.hash()).arg(payload);
        call.arg(value).by(&stage.alice)
    };
    let address: [u8; 32] = create(call(0, 5u64), 0).expect();
    let program = stage.chain.program(address);
    assert_eq!(program.query::<(u64, u32, u16)>([0u8]), (5, 0, 0));
    // The same address again: it is not sent.
    create(call(0, 5u64), 0).expect_revert(1_000u32);
    let before = stage.waits.balance();
    // `init` refuses what it cannot read, and everything comes back.
    let other = stage.chain.upload(built("sdk-state-1")).by(&stage.alice);
    let call = stage.waits.call("create").arg(other.hash()).arg(vec![9u8]);
    let message = call.arg(UNIT / 4).by(&stage.alice);
    message.expect_revert(1_000u32);
    stage.chain.settle();
    assert_eq!(stage.waits.balance(), before);
}
