use actors_test::{
    Chain, Letter, Message, Program, ReadError, Refusal, ReplyCode, User, MICRO_UNIT, MILLI_UNIT,
    UNIT,
};
use codec::{Decode, Encode};

use crate::built::built;

/// For how many blocks a question stands.
const STANDS: u32 = 20;

/// The deposit for the page of memory that keeps what waits: whoever asks first pays it, and with the last question it is the
/// oracle's.
const PAGE: u128 = MILLI_UNIT + 16_384 * MICRO_UNIT;

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Answer {
    Said(Vec<u8>),
    Declined,
    TooLate,
}

#[derive(Debug, Encode)]
#[allow(dead_code, reason = "its place counts")]
enum OracleError {
    QuestionTooLong,
    AnswerTooLong,
    NotAsked,
}

fn said(answer: impl AsRef<[u8]>) -> Answer {
    Answer::Said(answer.as_ref().to_vec())
}

/// An oracle of Alice's that asks Bob.
struct Setup {
    chain: Chain,
    oracle: Program,
    alice: User,
    bob: User,
    carol: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| chain.user(name));
        let oracle = chain.deploy(built("oracle")).init("new");
        let oracle = oracle.arg(bob.id()).arg(STANDS).by(&alice);
        Self {
            chain,
            oracle,
            alice,
            bob,
            carol,
        }
    }

    fn ask(&self, question: &[u8], pay: u128) -> Message {
        let call = self.oracle.call("ask").arg(question).value(pay);
        call.by(&self.carol)
    }

    /// Carol asks, and the question has come to Bob.
    fn asks(&self, question: &[u8], pay: u128) -> (Message, Letter) {
        let message = self.ask(question, pay);
        self.chain.settle();
        assert_eq!(message.reply_so_far(), None, "it waits");
        let letter = self.bob.mailbox().pop().expect("the question has come");
        assert_eq!((letter.payload(), letter.value()), (question, pay));
        assert_eq!(letter.from(), self.oracle.account());
        (message, letter)
    }

    fn open(&self) -> u32 {
        self.oracle.ask("open").answer()
    }

    /// Besides gas and the deposit for a page, the question has cost Carol so much. A letter that stood, and a message
    /// that waited, for so many blocks, paid rent for them and their bytes.
    #[track_caller]
    fn costs(&self, message: &Message, before: u128, lost: u128, (question, blocks): (&[u8], u32)) {
        // The message says besides which method it calls, and how long the question is.
        let bytes = 2 * question.len() as u128 + 2;
        let rent = u128::from(blocks) * (2 * 1_000_000 + bytes * 1_000);
        let gas = (u128::from(message.cascade_gas()) + rent) / 100;
        assert_eq!(before - self.carol.balance(), lost + PAGE + gas);
        assert_eq!(self.carol.in_purses(), 0);
    }
}

#[test]
fn a_question_waits_for_its_answer() {
    let stage = Setup::new();
    let (before, kept) = (stage.carol.balance(), stage.oracle.balance());
    let stored = stage.oracle.storage_deposit();
    let (message, letter) = stage.asks(b"what is six times seven?", UNIT);
    assert_eq!(stage.open(), 1);
    let rich = stage.bob.balance();
    let stranger = letter.reply(b"41").try_by(&stage.carol);
    assert_eq!(stranger.expect_err("it is Bob's").name(), "NoSuchLetter");
    letter.reply(b"42").value(UNIT / 4).by(&stage.bob);
    assert_eq!(message.expect_ok(said(b"42")).value, UNIT / 4);
    assert_eq!(stage.bob.balance(), rich + UNIT - UNIT / 4);
    assert_eq!(stage.oracle.balance(), kept + PAGE);
    assert_eq!(stage.oracle.storage_deposit(), stored);
    stage.costs(
        &message,
        before,
        UNIT - UNIT / 4,
        (b"what is six times seven?", 1),
    );
    assert_eq!(stage.open(), 0);
    assert!(stage.bob.mailbox().is_empty());
    let again = letter.reply(b"43").try_by(&stage.bob);
    assert_eq!(again.expect_err("it is answered").name(), "NoSuchLetter");
}

#[test]
fn a_question_that_nobody_answers_ends_in_time() {
    let stage = Setup::new();
    let before = stage.carol.balance();
    let (message, letter) = stage.asks(b"anybody?", UNIT);
    let asked = stage.chain.block_number();
    assert_eq!(message.expect_ok(Answer::TooLate).value, UNIT);
    // One block had passed when the question was seen.
    assert_eq!(stage.chain.block_number(), asked + STANDS - 1);
    stage.costs(&message, before, 0, (b"anybody?", STANDS));
    let late = letter.claim().try_by(&stage.bob);
    assert_eq!(late.expect_err("it has expired").name(), "NoSuchLetter");
    assert_eq!(stage.open(), 0);
}

#[test]
fn who_takes_the_pay_and_says_nothing_is_told_of() {
    let stage = Setup::new();
    let (message, letter) = stage.asks(b"well?", UNIT);
    let rich = stage.bob.balance();
    letter.claim().by(&stage.bob);
    assert_eq!(message.expect_ok(Answer::Declined).value, 0);
    assert_eq!(stage.bob.balance(), rich + UNIT);
}

#[test]
fn questions_wait_beside_each_other() {
    let stage = Setup::new();
    let asked: Vec<_> = (0..5u8).map(|index| stage.asks(&[index], 0)).collect();
    assert_eq!((stage.open(), stage.bob.mailbox().len()), (5, 5));
    for (message, letter) in asked.iter().rev() {
        letter.reply(letter.payload()).by(&stage.bob);
        message.expect_ok(said(letter.payload()));
    }
    assert_eq!(stage.open(), 0);
}

#[test]
fn a_question_that_fails_is_cleaned_up_after() {
    let stage = Setup::new();
    let (message, letter) = stage.asks(b"in a word?", 0);
    letter.reply([b'x'; 257]).by(&stage.bob);
    message.expect_revert(OracleError::AnswerTooLong);
    stage.chain.settle();
    assert_eq!(stage.open(), 0, "the hook has closed it");
    let (message, letter) = stage.asks(b"in a word?", 0);
    letter.reply([b'x'; 256]).by(&stage.bob);
    message.expect_ok(said([b'x'; 256]));
    let long = stage.ask(&[b'x'; 257], 0);
    long.expect_revert(OracleError::QuestionTooLong);
    assert_eq!(stage.open(), 0);
}

#[test]
fn an_upgrade_keeps_whom_to_ask_and_ends_what_waits() {
    let stage = Setup::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    let (message, letter) = stage.asks(b"still there?", UNIT);
    let (balance, address) = (stage.oracle.balance(), stage.oracle.account().clone());

    let stranger = stage.oracle.upgrade(&next).try_by(&stage.carol);
    assert_eq!(stranger.expect_err("not hers").name(), "NotAdmin");
    let failed = stage.oracle.upgrade(&next).payload([1]).by(&stage.alice);
    failed.expect_refusal(Refusal::Arguments { argument: 0 });
    assert_eq!(stage.open(), 1, "the old code goes on");

    let upgrade = stage.oracle.upgrade(&next).payload(Some(7u32).encode());
    upgrade.by(&stage.alice).expect_success();
    let info = stage.oracle.info().expect("it is there");
    assert_eq!((info.epoch, info.code_hash), (1, next.hash()));
    assert_eq!(stage.oracle.account(), &address);
    assert_eq!(message.expect_code(ReplyCode::Upgraded).value, 0);
    // The page is gone, and the state is four bytes longer.
    let balance = balance + PAGE - 4 * MICRO_UNIT;
    assert_eq!(stage.oracle.balance(), balance);
    let state = (2u16, stage.bob.id(), 7u32, 0u32, 0u32);
    assert_eq!(stage.oracle.state_entry(":state"), Some(state.encode()));
    assert_eq!(stage.open(), 0);
    // Bob may still be paid, for an answer that nobody waits for.
    letter.reply(b"yes").value(3).by(&stage.bob);
    stage.chain.settle();
    assert_eq!(stage.oracle.balance(), balance + 3);
}

#[test]
fn the_oracle_that_remembers_asks_nothing_twice() {
    let stage = Setup::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    let upgrade = stage.oracle.upgrade(&next).payload(None::<u32>.encode());
    upgrade.by(&stage.alice).expect_success();
    let known = || -> Option<Vec<u8>> { stage.oracle.ask("answer").arg(&b"who?"[..]).answer() };
    let saved = || -> u32 { stage.oracle.ask("saved").answer() };
    assert_eq!((known(), saved()), (None, 0));
    let (message, letter) = stage.asks(b"who?", UNIT);
    letter.reply(b"me").by(&stage.bob);
    message.expect_ok(said(b"me"));
    assert_eq!((known(), saved()), (Some(b"me".to_vec()), 0));
    let again = stage.ask(b"who?", UNIT);
    assert_eq!(again.expect_ok(said(b"me")).value, UNIT);
    assert_eq!(saved(), 1);
    assert!(stage.bob.mailbox().is_empty());
    // What nobody said is not remembered.
    let (message, letter) = stage.asks(b"when?", 0);
    letter.claim().by(&stage.bob);
    message.expect_ok(Answer::Declined);
    stage.asks(b"when?", 0).0.expect_ok(Answer::TooLate);
    stage.asks(b"when?", 0);
}

#[test]
fn without_an_admin_it_stays_as_it_is() {
    let stage = Setup::new();
    let next = stage.chain.upload(built("oracle-2")).by(&stage.alice);
    stage.oracle.set_admin(Some(&stage.bob)).by(&stage.alice);
    let refused = stage.oracle.set_admin(None).try_by(&stage.alice);
    assert_eq!(refused.expect_err("it is Bob's").name(), "NotAdmin");
    stage.oracle.set_admin(None).by(&stage.bob);
    for user in [&stage.alice, &stage.bob] {
        let refused = stage.oracle.upgrade(&next).try_by(user);
        assert_eq!(refused.expect_err("it is nobody's").name(), "NotAdmin");
    }
    assert_eq!(stage.open(), 0);
    let newer: Result<Vec<u8>, ReadError> = stage.oracle.try_read_state([2]);
    assert!(newer.is_err(), "`saved` is not there");
}

#[test]
fn what_it_cannot_work_by_is_refused() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    for (length, refusal) in [
        (0, Refusal::Arguments { argument: 0 }),
        (35, Refusal::Arguments { argument: 1 }),
        (37, Refusal::TrailingBytes { bytes: 1 }),
    ] {
        let payload = [&[0], &vec![1; length][..]].concat();
        let failure = chain
            .deploy(built("oracle"))
            .payload(payload)
            .try_by(&alice)
            .expect_err("it needs an account and a number");
        let reply = failure.reply().expect("it came to init");
        assert_eq!(reply.code, ReplyCode::Reverted);
        assert_eq!(reply.payload, refusal.encode());
    }
    // What was never an oracle does not become one.
    let ping = chain.deploy(built("ping")).by(&alice);
    let next = chain.upload(built("oracle-2")).by(&alice);
    let upgrade = ping.upgrade(&next).allow_breaking();
    let upgrade = upgrade.payload(None::<u32>.encode()).by(&alice);
    upgrade.expect_refusal(Refusal::StateVersion { found: None });
}
