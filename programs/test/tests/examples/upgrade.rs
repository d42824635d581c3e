use actors_test::{Chain, Code, Program, Refusal, ReplyCode, User};
use codec::{Decode, Encode};

use crate::built::built;

type Account = [u8; 32];

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum BookError {
    NoTitle,
}

#[derive(Debug, PartialEq, Eq, Decode)]
struct Guest {
    account: Account,
    line: Option<String>,
}

struct Setup {
    chain: Chain,
    book: Program,
    first: Code,
    second: Code,
    alice: User,
    bob: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob] = ["alice", "bob"].map(|name| chain.user(name));
        let first = chain.upload(built("upgrade-1")).by(&alice);
        let book = chain.create(&first).init("new").by(&alice);
        let second = chain.upload(built("upgrade-2")).by(&alice);
        book.call("sign").by(&alice).expect_ok(1u32);
        book.call("sign").by(&bob).expect_ok(2u32);
        Self {
            chain,
            book,
            first,
            second,
            alice,
            bob,
        }
    }

    fn upgrade(&self, payload: impl AsRef<[u8]>) -> actors_test::Message {
        // `sign` has an argument now.
        let upgrade = self.book.upgrade(&self.second).allow_breaking();
        upgrade.payload(payload).by(&self.alice)
    }
}

#[test]
fn the_second_version_takes_over_what_the_first_has_kept() {
    let stage = Setup::new();
    let Setup {
        book, alice, bob, ..
    } = &stage;
    stage.upgrade("Guests".encode()).expect_success();
    assert_eq!(
        book.info().map(|info| info.code_hash),
        Some(stage.second.hash())
    );
    let cover = ("Guests".to_string(), 2);
    assert_eq!(book.ask("cover").answer::<(String, u32)>(), cover);
    book.call("sign").arg("Hello").by(bob).expect_ok(3u32);
    let guest = |number: u32| book.ask("guest").arg(number).answer::<Option<Guest>>();
    let hello = Some("Hello".to_string());
    for (number, user, line) in [(1, alice, None), (2, bob, None), (3, bob, hello)] {
        let account = user.id();
        assert_eq!(guest(number), Some(Guest { account, line }));
    }
    assert_eq!(guest(4), None);
    // The version stands before the state.
    let state = book.state_entry(":state").expect("the state is stored");
    assert_eq!(state, (2u16, alice.id(), "Guests", 3u32).encode());
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let stage = Setup::new();
    let Setup { book, alice, .. } = &stage;
    let before = (book.info(), book.state_entry(":state"), book.balance());
    let empty = stage.upgrade("".encode());
    empty.expect_revert(BookError::NoTitle);
    let missing = stage.upgrade([]);
    missing.expect_refusal(Refusal::Arguments { argument: 0 });
    let long = stage.upgrade(("Guests", 7u8).encode());
    long.expect_refusal(Refusal::TrailingBytes { bytes: 1 });
    let now = (book.info(), book.state_entry(":state"), book.balance());
    assert_eq!(now, before);
    // The first version goes on.
    book.call("sign").by(alice).expect_ok(3u32);
    assert_eq!(book.ask("guests").answer::<u32>(), 3);
}

#[test]
fn what_waits_is_told_that_the_program_was_upgraded() {
    let stage = Setup::new();
    let later = stage.book.call("later").arg(20u32).by(&stage.bob);
    stage.chain.settle();
    // A failed upgrade ends nothing.
    stage.upgrade("".encode()).expect_code(ReplyCode::Reverted);
    stage.chain.next_block();
    assert_eq!(later.reply_so_far(), None);
    stage.upgrade("Guests".encode()).expect_success();
    later.expect_code(ReplyCode::Upgraded);
}

#[test]
fn it_waits_as_it_says_where_nobody_upgrades() {
    let stage = Setup::new();
    let later = stage.book.call("later").arg(20u32).by(&stage.bob);
    stage.chain.settle();
    stage.book.call("sign").by(&stage.alice).expect_ok(3u32);
    later.expect_ok(3u32);
}

#[test]
fn there_is_no_way_back() {
    let stage = Setup::new();
    stage.upgrade("Guests".encode()).expect_success();
    let back = stage.book.upgrade(&stage.first).allow_breaking();
    let message = back.by(&stage.alice);
    message.expect_refusal(Refusal::StateVersion { found: Some(2) });
    // The second version goes on, and takes itself over as it is.
    let again = stage.book.upgrade(&stage.second).by(&stage.alice);
    again.expect_success();
    let cover = ("Guests".to_string(), 2);
    assert_eq!(stage.book.ask("cover").answer::<(String, u32)>(), cover);
}
