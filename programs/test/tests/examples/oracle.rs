use actors_test::{
    Chain, Letter, Message, Program, ReadError, ReplyCode, User, MICRO_UNIT, MILLI_UNIT, UNIT,
};

use crate::built::built;

/// For how many blocks a question stands.
const STANDS: u32 = 20;

/// The deposit for the page that counts open questions: whoever opens the first pays it, and with
/// the last it is the oracle's.
const PAGE: u128 = MILLI_UNIT + 16_384 * MICRO_UNIT;

/// An oracle of Alice's that asks Bob.
struct Stage {
    chain: Chain,
    oracle: Program,
    alice: User,
    bob: User,
    carol: User,
}

impl Stage {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| chain.user(name));
        let oracle = chain
            .deploy(built("oracle"))
            .payload([&bob.id()[..], &STANDS.to_le_bytes()].concat())
            .by(&alice);
        Self {
            chain,
            oracle,
            alice,
            bob,
            carol,
        }
    }

    /// Carol asks, and the question has come to Bob.
    fn asks(&self, question: &[u8], pay: u128) -> (Message, Letter) {
        let message = self.oracle.send(question).value(pay).by(&self.carol);
        self.chain.settle();
        assert_eq!(message.reply_so_far(), None, "it waits");
        let letter = self.bob.mailbox().pop().expect("the question has come");
        assert_eq!((letter.payload(), letter.value()), (question, pay));
        assert_eq!(letter.from(), self.oracle.account());
        (message, letter)
    }

    fn open(&self) -> u32 {
        self.oracle.query(())
    }
}

/// Besides gas and the deposit for a page, the question has cost Carol so much. A letter that stood,
/// and a message that waited, for so many blocks, paid rent for them.
#[track_caller]
fn costs(stage: &Stage, message: &Message, before: u128, lost: u128, blocks: u32) {
    let rent = 2 * u128::from(blocks) * 1_000_000;
    let gas = (u128::from(message.cascade_gas()) + rent) / 100;
    assert_eq!(before - stage.carol.balance(), lost + PAGE + gas);
    assert_eq!(stage.carol.held(), 0);
}

#[test]
fn a_question_waits_for_its_answer() {
    let stage = Stage::new();
    let (before, kept) = (stage.carol.balance(), stage.oracle.balance());
    let (message, letter) = stage.asks(b"what is six times seven?", UNIT);
    assert_eq!(stage.open(), 1);
    let rich = stage.bob.balance();
    let stranger = letter.reply(b"41").try_by(&stage.carol);
    assert_eq!(stranger.expect_err("it is Bob's").name(), "NoSuchLetter");
    letter.reply(b"42").value(UNIT / 4).by(&stage.bob);
    message.expect_reply(b"\x0042");
    assert_eq!(message.reply().value, UNIT / 4);
    assert_eq!(stage.bob.balance(), rich + UNIT - UNIT / 4);
    assert_eq!(stage.oracle.balance(), kept + PAGE);
    costs(&stage, &message, before, UNIT - UNIT / 4, 1);
    assert_eq!(stage.open(), 0);
    assert!(stage.bob.mailbox().is_empty());
    let again = letter.reply(b"43").try_by(&stage.bob);
    assert_eq!(again.expect_err("it is answered").name(), "NoSuchLetter");
}

#[test]
fn a_question_that_nobody_answers_ends_in_time() {
    let stage = Stage::new();
    let before = stage.carol.balance();
    let (message, letter) = stage.asks(b"anybody?", UNIT);
    let asked = stage.chain.block_number();
    let reply = message.expect_reply(b"\x02");
    assert_eq!(reply.value, UNIT);
    // One block had passed when the question was seen.
    assert_eq!(stage.chain.block_number(), asked + STANDS - 1);
    costs(&stage, &message, before, 0, STANDS);
    let late = letter.claim().try_by(&stage.bob);
    assert_eq!(late.expect_err("it has expired").name(), "NoSuchLetter");
    assert_eq!(stage.open(), 0);
}

#[test]
fn who_takes_the_pay_and_says_nothing_is_told_of() {
    let stage = Stage::new();
    let (message, letter) = stage.asks(b"well?", UNIT);
    let rich = stage.bob.balance();
    letter.claim().by(&stage.bob);
    assert_eq!(message.expect_reply(b"\x01").value, 0);
    assert_eq!(stage.bob.balance(), rich + UNIT);
}

#[test]
fn questions_wait_beside_each_other() {
    let stage = Stage::new();
    let asked: Vec<_> = (0..5u8).map(|index| stage.asks(&[index], 0)).collect();
    assert_eq!((stage.open(), stage.bob.mailbox().len()), (5, 5));
    for (message, letter) in asked.iter().rev() {
        letter.reply(letter.payload()).by(&stage.bob);
        message.expect_reply([&[0], letter.payload()].concat());
    }
    assert_eq!(stage.open(), 0);
}

#[test]
fn a_question_that_fails_is_cleaned_up_after() {
    let stage = Stage::new();
    let (message, letter) = stage.asks(b"in a word?", 0);
    letter.reply([b'x'; 257]).by(&stage.bob);
    message.expect_panic("the answer is too long");
    assert_eq!(stage.open(), 0, "`handle_signal` has closed it");
    let (message, letter) = stage.asks(b"in a word?", 0);
    letter.reply([b'x'; 256]).by(&stage.bob);
    assert_eq!(message.expect_success().payload.len(), 257);
    let long = stage.oracle.send([b'x'; 258]).by(&stage.carol);
    long.expect_panic("the question is too long");
    assert_eq!(stage.open(), 0);
}

#[test]
fn an_upgrade_keeps_whom_to_ask_and_ends_what_waits() {
    let stage = Stage::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    let (message, letter) = stage.asks(b"still there?", UNIT);
    let (balance, address) = (stage.oracle.balance(), stage.oracle.account().clone());

    let stranger = stage.oracle.upgrade(&next).try_by(&stage.carol);
    assert_eq!(stranger.expect_err("not hers").name(), "NotAdmin");
    let failed = stage.oracle.upgrade(&next).payload([1]).by(&stage.alice);
    failed.expect_panic("expected a number of blocks, or nothing");
    assert_eq!(stage.open(), 1, "the old code goes on");

    let upgrade = stage.oracle.upgrade(&next).payload(7u32.to_le_bytes());
    upgrade.by(&stage.alice).expect_success();
    let info = stage.oracle.info().expect("it is there");
    assert_eq!((info.epoch, info.code_hash), (1, next.hash()));
    assert_eq!(stage.oracle.account(), &address);
    assert_eq!(message.expect_code(ReplyCode::Upgraded).value, 0);
    assert_eq!(stage.oracle.balance(), balance);
    assert_eq!(
        stage.oracle.state_entry("user"),
        Some(stage.bob.id().into())
    );
    assert_eq!(stage.oracle.state_entry("blocks"), Some(vec![7, 0, 0, 0]));
    // Bob may still be paid, for an answer that nobody waits for.
    letter.reply(b"yes").value(3).by(&stage.bob);
    stage.chain.settle();
    assert_eq!(stage.oracle.balance(), balance + PAGE + 3);
}

#[test]
fn the_oracle_that_remembers_asks_nothing_twice() {
    let stage = Stage::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    stage
        .oracle
        .upgrade(&next)
        .by(&stage.alice)
        .expect_success();
    assert_eq!(stage.oracle.read_state(b"who?"), b"");
    let (message, letter) = stage.asks(b"who?", UNIT);
    letter.reply(b"me").by(&stage.bob);
    message.expect_reply(b"\0me");
    assert_eq!(stage.oracle.read_state(b"who?"), b"\0me");
    let again = stage.oracle.send(b"who?").value(UNIT).by(&stage.carol);
    assert_eq!(again.expect_reply(b"\0me").value, UNIT);
    assert!(stage.bob.mailbox().is_empty());
    // What nobody said is not remembered.
    let (message, letter) = stage.asks(b"when?", 0);
    letter.claim().by(&stage.bob);
    message.expect_reply(b"\x01");
    stage.asks(b"when?", 0).0.expect_reply(b"\x02");
    stage.asks(b"when?", 0);
}

#[test]
fn without_an_admin_it_stays_as_it_is() {
    let stage = Stage::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    stage.oracle.set_admin(Some(&stage.bob)).by(&stage.alice);
    let refused = stage.oracle.set_admin(None).try_by(&stage.alice);
    assert_eq!(refused.expect_err("it is Bob's").name(), "NotAdmin");
    stage.oracle.set_admin(None).by(&stage.bob);
    for user in [&stage.alice, &stage.bob] {
        let refused = stage.oracle.upgrade(&next).try_by(user);
        assert_eq!(refused.expect_err("it is nobody's").name(), "NotAdmin");
    }
    let answer = stage.oracle.try_read_state(b"");
    assert_eq!(answer.map_err(|_: ReadError| ()), Ok(vec![0; 4]));
}

#[test]
fn what_it_cannot_work_by_is_refused() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    for payload in [&[][..], &[1; 35], &[1; 37]] {
        let failure = chain
            .deploy(built("oracle"))
            .payload(payload)
            .try_by(&alice)
            .expect_err("it needs an account and a number");
        let reply = failure.reply().expect("it came to init");
        assert_eq!(reply.text(), "expected an account and a number of blocks");
    }
    // There is no way to the second but an upgrade.
    let second = chain.deploy(built("oracle-2")).by(&alice);
    second
        .send(b"?")
        .by(&alice)
        .expect_panic("the settings are missing");
}
