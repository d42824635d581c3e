use actors_test::{Chain, Program, Refusal, ReplyCode, User, MICRO_UNIT, MILLI_UNIT, UNIT};
use codec::{Decode, Encode};

use crate::built::built;

type Account = [u8; 32];

/// What the chain charges for a unit of gas: one planck for so many.
const GAS_A_PLANCK: u128 = 100;
/// What an entry of keyed state is charged besides its bytes.
const ENTRY: u128 = MILLI_UNIT;

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum VaultError {
    Nothing,
    NotEnough { balance: u128 },
    TooLittle,
}

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Moved {
    Deposited {
        account: Account,
        amount: u128,
    },
    Withdrawn {
        account: Account,
        amount: u128,
    },
    Given {
        from: Account,
        to: Account,
        amount: u128,
    },
}

struct Setup {
    chain: Chain,
    vault: Program,
    alice: User,
    bob: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob] = ["alice", "bob"].map(|name| chain.user(name));
        let vault = chain.deploy(built("vault")).by(&alice);
        Self {
            chain,
            vault,
            alice,
            bob,
        }
    }

    fn has(&self, user: &User) -> u128 {
        self.vault.ask("balance").arg(user.id()).answer()
    }
}

#[test]
fn what_comes_in_is_its_senders_and_goes_out_again() {
    let stage = Setup::new();
    let Setup {
        vault, alice, bob, ..
    } = &stage;
    let (account, empty) = (alice.id(), vault.balance());
    let first = vault.call("deposit").value(3 * UNIT).by(alice);
    first.expect_ok(3 * UNIT);
    let second = vault.call("deposit").value(UNIT).by(alice);
    second.expect_ok(4 * UNIT);
    vault.call("deposit").value(UNIT).by(bob).expect_ok(UNIT);
    assert_eq!((stage.has(alice), stage.has(bob)), (4 * UNIT, UNIT));
    assert_eq!(vault.balance(), empty + 5 * UNIT);

    let before = alice.balance();
    let out = vault.call("withdraw").arg(3 * UNIT).by(alice);
    let gas = u128::from(out.expect_ok(UNIT).gas_burned);
    assert_eq!(alice.balance(), before + 3 * UNIT - gas / GAS_A_PLANCK);
    assert_eq!(vault.balance(), empty + 2 * UNIT);

    let amount = 3 * UNIT;
    vault.expect_event(Moved::Deposited { account, amount });
    vault.expect_event(Moved::Withdrawn { account, amount });
    let mail = alice.inbox().pop().expect("the value came with it");
    assert_eq!((mail.value, mail.payload), (amount, vec![]));
}

#[test]
fn an_entry_is_paid_for_while_there_is_something_in_it() {
    let stage = Setup::new();
    let Setup {
        vault, alice, bob, ..
    } = &stage;
    let (bytes, empty) = (b"balance".len() + 32 + 16, vault.storage_deposit());
    let entry = ENTRY + bytes as u128 * MICRO_UNIT;
    let before = bob.balance();
    let message = vault.call("deposit").value(UNIT).by(bob);
    let gas = u128::from(message.expect_ok(UNIT).gas_burned);
    assert_eq!(vault.storage_deposit(), empty + entry);
    assert_eq!(
        bob.balance(),
        before - UNIT - entry - gas / GAS_A_PLANCK,
        "the sender pays for it"
    );
    vault.call("withdraw").arg(UNIT).by(bob).expect_ok(0u128);
    let key = [&b"balance"[..], &bob.id()].concat();
    assert_eq!(vault.state_entry(key), None);
    assert_eq!(vault.storage_deposit(), empty);
    assert_eq!(stage.has(alice), 0);
}

#[test]
fn what_fails_gives_back_what_came() {
    let stage = Setup::new();
    let Setup { vault, alice, .. } = &stage;
    vault.call("deposit").value(UNIT).by(alice).expect_ok(UNIT);
    let _ = vault.raw_events();
    let held = vault.balance();

    let nothing = vault.call("deposit").by(alice);
    nothing.expect_revert(VaultError::Nothing);
    let much = vault.call("withdraw").arg(UNIT + 1).by(alice);
    much.expect_revert(VaultError::NotEnough { balance: UNIT });
    // No method but `deposit` takes value.
    for call in [
        vault.call("withdraw").arg(1u128),
        vault.call("give").arg([7u8; 32]).arg(1u128),
        vault.call("balance").arg(alice.id()),
    ] {
        let reply = call
            .value(UNIT)
            .by(alice)
            .expect_refusal(Refusal::NotPayable);
        assert_eq!(reply.value, UNIT);
    }
    // Nor does one that runs out of gas.
    let good = vault.call("deposit").value(UNIT).by(alice);
    let gas = good.expect_ok(2 * UNIT).gas_burned;
    let before = alice.balance();
    let short = vault.call("deposit").value(UNIT).gas(gas - 1_000).by(alice);
    let reply = short.expect_code(ReplyCode::OutOfGas);
    assert_eq!(reply.value, UNIT);
    let burned = u128::from(reply.gas_burned) / GAS_A_PLANCK;
    assert_eq!(alice.balance(), before - burned);

    assert_eq!(stage.has(alice), 2 * UNIT);
    assert_eq!(vault.balance(), held + UNIT);
    assert_eq!(vault.raw_events().len(), 1, "that of the deposit");
}

#[test]
fn what_cannot_arrive_stays() {
    let stage = Setup::new();
    let Setup {
        chain, vault, bob, ..
    } = &stage;
    let keeper = chain.user_with("keeper", 2 * UNIT);
    vault.call("deposit").value(UNIT).by(bob).expect_ok(UNIT);
    let given = vault.call("give").arg(keeper.id()).arg(10u128).by(bob);
    given.expect_ok(UNIT - 10);
    // An account that is there takes any amount.
    let out = vault.call("withdraw").arg(4u128).by(&keeper);
    out.expect_ok(6u128);
    assert_eq!(stage.has(&keeper), 6);
    let (from, to) = (bob.id(), keeper.id());
    vault.expect_event(Moved::Given {
        from,
        to,
        amount: 10,
    });
}
