use actors_test::{Chain, Program, User, MICRO_UNIT, MILLI_UNIT, UNIT};

use crate::built::built;

/// The deposit for the entry of a request: whoever asks pays it, and once the entry is gone it is
/// the factory's.
const REQUEST: u128 = MILLI_UNIT + (32 + 48) * MICRO_UNIT;

/// A factory of counters, of Alice's.
struct Stage {
    chain: Chain,
    factory: Program,
    alice: User,
    bob: User,
}

impl Stage {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob] = ["alice", "bob"].map(|name| chain.user(name));
        let counter = chain.upload(built("counter")).by(&alice);
        let factory = chain.deploy(built("factory")).payload(counter.hash().0);
        Self {
            factory: factory.by(&alice),
            chain,
            alice,
            bob,
        }
    }

    /// Asks for a program, and waits for all that comes of it.
    fn asks(&self, who: &User, payload: &[u8], value: u128) -> actors_test::Message {
        let message = self
            .factory
            .send([&[0], payload].concat())
            .value(value)
            .by(who);
        message.reply();
        self.chain.settle();
        message
    }
}

#[test]
fn whoever_asks_gets_a_program_and_is_told_when_it_is_ready() {
    let stage = Stage::new();
    let (chain, bob) = (&stage.chain, &stage.bob);
    let kept = stage.factory.balance();
    let foretold: [u8; 32] = stage.factory.query(bob.id());
    let message = stage.asks(bob, &7u32.to_le_bytes(), UNIT);
    assert_eq!(message.expect::<[u8; 32]>(), foretold);
    let counter = chain.program(foretold);
    assert_eq!(counter.query::<u32>(()), 7);
    assert_eq!(counter.send(b"").by(&stage.alice).expect::<u32>(), 8);

    let inbox = bob.inbox();
    let [mail] = &inbox[..] else {
        panic!("one message, not {inbox:?}")
    };
    assert_eq!((&mail.payload[..], mail.value), (&b"ready"[..], 0));
    assert_eq!(&mail.from, stage.factory.account());
    // The change came back: of the value nothing is left here.
    assert_eq!(counter.balance(), MILLI_UNIT);
    assert_eq!(stage.factory.balance(), kept + REQUEST);
    assert!(message.reply().value > UNIT / 2);
    // Creating and the reply burned more than asking did.
    assert!(message.cascade_gas() > message.reply().gas_burned);

    let again = stage.asks(bob, b"", UNIT);
    assert_eq!(
        again.expect_panic("this account has its program").value,
        UNIT
    );
}

#[test]
fn a_program_that_fails_is_told_and_paid_back() {
    let stage = Stage::new();
    let (bob, before) = (&stage.bob, stage.bob.balance());
    let message = stage.asks(bob, b"no number", UNIT);
    let inbox = bob.inbox();
    let [mail] = &inbox[..] else {
        panic!("one message, not {inbox:?}")
    };
    assert_eq!(mail.payload, b"expected a u32, or nothing");
    assert_eq!(message.reply().value + mail.value, UNIT);
    let gas = u128::from(message.cascade_gas()) / 100;
    assert_eq!(bob.balance(), before - gas - REQUEST);
    assert_eq!(stage.factory.balance(), MILLI_UNIT + REQUEST);
    // The address is free: the next try succeeds.
    let message = stage.asks(bob, b"", UNIT);
    let address = message.expect::<[u8; 32]>();
    assert_eq!(stage.chain.program(address).query::<u32>(()), 0);
}

#[test]
fn a_program_is_not_created_on_anothers_money() {
    let stage = Stage::new();
    let text = "the value does not cover the deposits of the program";
    let rich = stage.factory.balance();
    assert_eq!(
        stage.asks(&stage.bob, b"", 1_000).expect_panic(text).value,
        1_000
    );
    // Also where the factory itself could pay.
    let spare = stage.asks(&stage.bob, b"no number", UNIT);
    spare.expect_success();
    assert!(stage.factory.balance() > rich);
    stage.asks(&stage.alice, b"", 1_000).expect_panic(text);
}

#[test]
fn the_owner_closes_it_and_inherits() {
    let stage = Stage::new();
    let (alice, factory) = (&stage.alice, &stage.factory);
    factory
        .send([1])
        .by(&stage.bob)
        .expect_panic("only the owner closes");
    let usage = "expected 0 and a payload, or 1";
    for wrong in [&b""[..], &[1, 1], &[2]] {
        factory.send(wrong).by(alice).expect_panic(usage);
    }
    let before = alice.balance();
    let estate = factory.balance() + factory.storage_deposit();
    let reply = factory.send([1]).by(alice).expect_success();
    let gas = u128::from(reply.gas_burned) / 100;
    // The tombstone stays for ever, so its deposit is not given back.
    let tombstone = MILLI_UNIT + 64 * MICRO_UNIT;
    assert_eq!(alice.balance(), before - gas + estate - tombstone);
    assert!(!factory.exists());
    let refused = factory.send([1]).try_by(alice).expect_err("it is gone");
    assert_eq!(refused.name(), "NotAProgram");
    stage.chain.next_block();
    assert_eq!(factory.state_entry("owner"), None);
}
