use actors_test::{Chain, Message, Program, Refusal, User, MICRO_UNIT, MILLI_UNIT, UNIT};
use codec::{Decode, Encode};

use crate::built::built;

#[derive(Debug, Encode, Decode, PartialEq, Eq)]
enum FactoryError {
    HasOne,
    NoSuchCode,
    TooLittle,
    NotCreated,
    Refused,
    Failed(i32),
    NotOwner,
}

/// A factory of Alice's.
struct Setup {
    chain: Chain,
    factory: Program,
    alice: User,
    bob: User,
}

impl Setup {
    /// A factory of programs of that code, which is rich.
    fn of(name: &str) -> Self {
        let chain = Chain::new();
        let [alice, bob] = ["alice", "bob"].map(|name| chain.user(name));
        let code = chain.upload(built(name)).by(&alice).hash().0;
        let factory = chain.deploy(built("factory")).init("new").arg(code);
        Self {
            factory: factory.value(UNIT).by(&alice),
            chain,
            alice,
            bob,
        }
    }

    /// Asks for a program, and waits for all that comes of it.
    fn asks(&self, who: &User, count: u32, value: u128) -> Message {
        let call = self.factory.call("create").arg(count).value(value);
        let message = call.by(who);
        message.reply();
        self.chain.settle();
        message
    }
}

#[test]
fn whoever_asks_gets_a_program_when_it_is_ready() {
    let stage = Setup::of("counter");
    let (chain, bob) = (&stage.chain, &stage.bob);
    let kept = stage.factory.balance();
    let foretold = stage.factory.ask("program_of").arg(bob.id());
    let foretold: [u8; 32] = foretold.answer();
    let message = stage.asks(bob, 7, UNIT);
    message.expect_ok(foretold);
    let counter = chain.program(foretold);
    assert_eq!(counter.ask("count").answer::<u32>(), 7);
    let add = counter.call("add").arg(1u32).by(&stage.alice);
    add.expect_ok(8u32);

    assert!(bob.inbox().is_empty(), "the reply says it all");
    // The change came back with it: of the value nothing is left here.
    assert_eq!(counter.balance(), MILLI_UNIT);
    assert_eq!(stage.factory.balance(), kept);
    assert!(message.reply().value > UNIT / 2);
    // Creating burned more than asking did.
    assert!(message.cascade_gas() > message.reply().gas_burned);

    let again = stage.asks(bob, 0, UNIT);
    assert_eq!(again.expect_revert(FactoryError::HasOne).value, UNIT);
}

#[test]
fn a_program_that_fails_is_told_and_paid_back() {
    // What makes an oracle is more than a number.
    let stage = Setup::of("oracle");
    let (bob, factory) = (&stage.bob, &stage.factory);
    let (before, kept) = (bob.balance(), factory.balance());
    let stored = factory.storage_deposit();
    let message = stage.asks(bob, 7, UNIT);
    message.expect_revert(FactoryError::Refused);
    let inbox = bob.inbox();
    let [mail] = &inbox[..] else {
        panic!("one message, not {inbox:?}")
    };
    assert_eq!((&mail.payload[..], mail.value), (&b""[..], UNIT));
    assert_eq!(&mail.from, factory.account());
    assert_eq!(factory.balance(), kept);
    let gas = u128::from(message.cascade_gas()) / 100;
    assert_eq!(bob.balance(), before - gas);
    assert_eq!(factory.storage_deposit(), stored);
    // The address is free: the next try fails as the first did, and not because there is a program.
    let message = stage.asks(bob, 7, UNIT);
    message.expect_revert(FactoryError::Refused);
    assert_eq!(factory.balance(), kept);
}

#[test]
fn a_program_is_not_created_on_anothers_money() {
    let stage = Setup::of("counter");
    let too_little = |who, value| {
        let message = stage.asks(who, 0, value);
        let reply = message.expect_revert(FactoryError::TooLittle);
        assert_eq!(reply.value, value);
    };
    // The factory itself could pay.
    assert!(stage.factory.balance() > UNIT);
    too_little(&stage.bob, 1_000);
    let change = stage.asks(&stage.alice, 0, UNIT).expect_success().value;
    too_little(&stage.bob, UNIT - change - 1);
    let exact = stage.asks(&stage.bob, 0, UNIT - change);
    assert_eq!(exact.expect_success().value, 0);
}

#[test]
fn a_factory_of_code_that_is_not_stored_says_so() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let factory = chain.deploy(built("factory")).init("new").arg([7u8; 32]);
    let create = factory.by(&alice).call("create").arg(0u32).value(UNIT);
    let reply = create.by(&alice).expect_revert(FactoryError::NoSuchCode);
    assert_eq!(reply.value, UNIT);
}

#[test]
fn the_owner_closes_it_and_inherits() {
    let stage = Setup::of("counter");
    let (alice, factory) = (&stage.alice, &stage.factory);
    let close = || factory.call("close");
    close().by(&stage.bob).expect_revert(FactoryError::NotOwner);
    for (wrong, refusal) in [
        (&b""[..], Refusal::NoRoute),
        (&[1, 1], Refusal::TrailingBytes { bytes: 1 }),
        (&[2], Refusal::UnknownRoute { route: 2 }),
    ] {
        factory.send(wrong).by(alice).expect_refusal(refusal);
    }
    let before = alice.balance();
    let estate = factory.balance() + factory.storage_deposit();
    let reply = close().by(alice).expect_success();
    let gas = u128::from(reply.gas_burned) / 100;
    // The tombstone stays for ever, so its deposit is not given back.
    let tombstone = MILLI_UNIT + 64 * MICRO_UNIT;
    assert_eq!(alice.balance(), before - gas + estate - tombstone);
    assert!(!factory.exists());
    let refused = factory.send([1]).try_by(alice).expect_err("it is gone");
    assert_eq!(refused.name(), "NotAProgram");
}
