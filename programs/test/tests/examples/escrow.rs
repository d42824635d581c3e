use actors_test::{
    Chain, Message, MockCall, MockReply, Program, Refusal, ReplyCode, Snapshot, User, UNIT,
};
use codec::{Decode, Encode};
use std::cell::Cell;

use crate::built::built;

type Account = [u8; 32];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
struct Move {
    to: Account,
    paid: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
enum Phase {
    Open,
    Moving(Move),
    Unclear(Move),
    Closed,
}

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum DeedError {
    NoSuchDeed,
    NotYours,
}

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum EscrowError {
    Price { price: u128 },
    NotOpen,
    NotYours,
    Register(DeedError),
    RegisterFailed,
    Clear,
}

#[derive(Debug, PartialEq, Eq, Encode, Decode)]
enum Sale {
    Done,
    Undone,
    Unclear,
}

/// What the deed costs: more than anything else here.
const PRICE: u128 = 1_000 * UNIT;
/// What the chain charges for a unit of gas: one planck for so many.
const GAS_A_PLANCK: u128 = 100;
/// What waiting for a block burns.
const RENT: u128 = 1_000_000;
/// For how many blocks the escrow waits.
const PATIENCE: u32 = 10;

/// A sale: Alice sells, Bob buys, Carol looks on.
struct Setup {
    chain: Chain,
    deeds: Program,
    escrow: Program,
    alice: User,
    bob: User,
    carol: User,
    /// Planck that is there in all, before anybody buys.
    money: u128,
    paid: Cell<u128>,
}

impl Setup {
    fn with(chain: Chain, deeds: Program) -> Self {
        let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| chain.user(name));
        let deploy = chain.deploy(built("escrow")).init("new");
        let escrow = deploy.arg(deeds.id()).arg(0u32).arg(PRICE).by(&alice);
        let mut stage = Self {
            chain,
            deeds,
            escrow,
            alice,
            bob,
            carol,
            money: 0,
            paid: Cell::new(0),
        };
        stage.money = stage.all();
        stage
    }

    /// With the register itself, and the deed in escrow.
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let deeds = chain.deploy(built("deeds")).by(&alice);
        deeds.call("register").by(&alice).expect_ok(0u32);
        let mut stage = Self::with(chain, deeds);
        let transfer = stage.deeds.call("transfer").arg(0u32);
        transfer.arg(stage.escrow.id()).by(&alice).expect_success();
        stage.money = stage.all();
        stage
    }

    /// With a register that does something else.
    fn against(act: impl FnMut(&MockCall) -> MockReply + 'static) -> Self {
        let chain = Chain::new();
        let mock = chain.mock("deeds", act);
        Self::with(chain, mock.program().clone())
    }

    /// All that anybody has.
    fn all(&self) -> u128 {
        let users = [&self.alice, &self.bob, &self.carol];
        let programs = [&self.deeds, &self.escrow];
        let users = users.map(|user| user.balance() + user.in_purses());
        let programs = programs.map(|program| program.balance() + program.storage_deposit());
        users.iter().chain(&programs).sum()
    }

    fn phase(&self) -> Phase {
        self.escrow.ask("phase").answer()
    }

    fn owner(&self) -> Account {
        let owner: Option<Account> = self.deeds.ask("owner").arg(0u32).answer();
        owner.expect("there is the deed")
    }

    fn buy(&self) -> Message {
        self.escrow.call("buy").value(PRICE).by(&self.bob)
    }

    fn settle(&self) -> Message {
        self.escrow.call("settle").by(&self.carol)
    }

    /// That message is over, and has waited for so many blocks: nothing is gone but what gas has cost.
    #[track_caller]
    fn balances(&self, message: &Message, blocks: u32) {
        message.reply();
        self.chain.settle();
        let gas = u128::from(message.cascade_gas()) + RENT * u128::from(blocks);
        self.paid.set(self.paid.get() + gas / GAS_A_PLANCK);
        let there = self.all() + self.paid.get();
        assert_eq!(there, self.money, "planck are lost or found");
    }

    /// What Bob and Alice have more or less than before, without gas and deposits, which are small.
    fn gained(&self, before: [u128; 2]) -> [i128; 2] {
        let now = self.purses();
        [0, 1].map(|user| {
            let gained = now[user] as i128 - before[user] as i128;
            let small = UNIT as i128;
            (gained + small / 2).div_euclid(small) * small
        })
    }

    fn purses(&self) -> [u128; 2] {
        [&self.bob, &self.alice].map(|user| user.balance() + user.in_purses())
    }
}

const PAID: i128 = PRICE as i128;

#[test]
fn who_pays_has_the_deed_and_who_sells_the_money() {
    let stage = Setup::new();
    let (before, alice) = (stage.purses(), stage.alice.balance());
    let message = stage.buy();
    message.expect_ok(Sale::Done);
    stage.balances(&message, 0);
    assert_eq!(stage.owner(), stage.bob.id());
    assert_eq!(stage.alice.balance(), alice + PRICE);
    assert_eq!(stage.gained(before), [-PAID, PAID]);
    assert_eq!(stage.phase(), Phase::Closed);
    // It is over.
    let again = stage.buy();
    again.expect_revert(EscrowError::NotOpen);
    stage.balances(&again, 0);
    assert_eq!(stage.gained(before), [-PAID, PAID]);
    stage.settle().expect_revert(EscrowError::Clear);
}

#[test]
fn another_price_is_refused_and_goes_back() {
    let stage = Setup::new();
    for value in [0, 1, PRICE - 1, PRICE + 1] {
        let message = stage.escrow.call("buy").value(value).by(&stage.bob);
        let reply = message.expect_revert(EscrowError::Price { price: PRICE });
        assert_eq!(reply.value, value);
        stage.balances(&message, 0);
    }
    let message = stage.escrow.call("cancel").value(1).by(&stage.alice);
    assert_eq!(message.expect_refusal(Refusal::NotPayable).value, 1);
    assert_eq!(stage.phase(), Phase::Open);
}

#[test]
fn one_of_two_who_buy_at_once_has_it() {
    let stage = Setup::new();
    let before = stage.purses();
    let first = stage.buy();
    let second = stage.escrow.call("buy").value(PRICE).by(&stage.carol);
    let carol = stage.carol.balance() + stage.carol.in_purses();
    second.expect_revert(EscrowError::NotOpen);
    first.expect_ok(Sale::Done);
    let gas = u128::from(second.reply().gas_burned);
    stage.paid.set(gas / GAS_A_PLANCK);
    stage.balances(&first, 0);
    assert_eq!(stage.owner(), stage.bob.id());
    assert_eq!(stage.gained(before), [-PAID, PAID]);
    assert!(stage.carol.balance() > carol - UNIT);
}

#[test]
fn the_seller_calls_it_off() {
    let stage = Setup::new();
    let stranger = stage.escrow.call("cancel").by(&stage.bob);
    stranger.expect_revert(EscrowError::NotYours);
    stage.balances(&stranger, 0);
    let message = stage.escrow.call("cancel").by(&stage.alice);
    message.expect_ok(Sale::Done);
    stage.balances(&message, 0);
    assert_eq!(stage.owner(), stage.alice.id());
    assert_eq!(stage.phase(), Phase::Closed);
}

#[test]
fn a_deed_that_is_not_there_is_not_sold() {
    let stage = Setup::new();
    let before = stage.purses();
    // Another sale of the same deed, which does not have it.
    let deploy = stage.chain.deploy(built("escrow")).init("new");
    let deploy = deploy.arg(stage.deeds.id()).arg(0u32).arg(PRICE);
    let other = deploy.by(&stage.alice);
    let message = other.call("buy").value(PRICE).by(&stage.bob);
    let error = EscrowError::Register(DeedError::NotYours);
    assert_eq!(message.expect_revert(error).value, 0, "it comes by itself");
    stage.chain.settle();
    assert_eq!(stage.gained(before), [0, 0]);
    assert_eq!(other.ask("phase").answer::<Phase>(), Phase::Open);
}

/// The register does that with a transfer: Bob's money comes back, and the sale is open.
#[track_caller]
fn comes_back(act: fn() -> MockReply, error: EscrowError) {
    let stage = Setup::against(move |_| act());
    let before = stage.purses();
    let message = stage.buy();
    message.expect_revert(error);
    stage.chain.settle();
    assert_eq!(stage.phase(), Phase::Open);
    assert_eq!(stage.gained(before), [0, 0]);
    let mail = stage.bob.inbox().pop().expect("the money has come back");
    assert_eq!(mail.value, PRICE, "to the planck");
    stage.balances(&message, 0);
}

#[test]
fn if_the_register_says_no_the_money_comes_back() {
    comes_back(
        || MockReply::revert(DeedError::NoSuchDeed),
        EscrowError::Register(DeedError::NoSuchDeed),
    );
}

#[test]
fn if_the_register_fails_the_money_comes_back() {
    comes_back(|| MockReply::panic("oh"), EscrowError::RegisterFailed);
    comes_back(|| MockReply::revert_bytes([2]), EscrowError::RegisterFailed);
}

#[test]
fn if_there_is_no_register_the_money_comes_back() {
    let stage = Setup::new();
    let before = stage.purses();
    let nobody = stage.chain.user("nobody");
    let deploy = stage.chain.deploy(built("escrow")).init("new");
    let deploy = deploy.arg(nobody.id()).arg(0u32).arg(PRICE);
    let other = deploy.by(&stage.alice);
    let message = other.call("buy").value(PRICE).by(&stage.bob);
    // What is sent to a user stands in the mailbox; nobody answers it.
    message.expect_ok(Sale::Unclear);
    let settle = other.call("settle").by(&stage.carol);
    stage.chain.settle();
    let letter = nobody.mailbox().pop().expect("it has come");
    // The register is whoever the seller says it is.
    letter.reply(Some(other.id()).encode()).by(&nobody);
    settle.expect_ok(Sale::Undone);
    assert_eq!(stage.gained(before), [0, 0]);
}

#[test]
fn if_the_register_is_silent_it_is_asked_what_it_has_done() {
    for moves in [false, true] {
        // It answers no transfer. Then it is asked who owns the deed, and does not answer at first.
        let (mut asked, mut buyer) = (0, [0; 32]);
        let escrow = std::rc::Rc::new(Cell::new([0; 32]));
        let here = escrow.clone();
        let stage = Setup::against(move |call| match call.route() {
            Some(1) => {
                buyer = call.args::<(u32, Account)>().1;
                MockReply::silence()
            }
            _ => {
                asked += 1;
                match asked {
                    1 => MockReply::silence(),
                    _ => MockReply::ok(Some(if moves { buyer } else { here.get() })),
                }
            }
        });
        escrow.set(stage.escrow.id());
        let before = stage.purses();
        let message = stage.buy();
        message.expect_ok(Sale::Unclear);
        let moved = Move {
            to: stage.bob.id(),
            paid: PRICE,
        };
        assert_eq!(stage.phase(), Phase::Unclear(moved));
        assert_eq!(stage.gained(before), [-PAID, 0], "nobody has it");
        // Nobody buys it meanwhile, or calls it off.
        stage.buy().expect_revert(EscrowError::NotOpen);
        let cancel = stage.escrow.call("cancel").by(&stage.alice);
        cancel.expect_revert(EscrowError::NotOpen);

        stage.settle().expect_ok(Sale::Unclear);
        assert_eq!(stage.phase(), Phase::Unclear(moved));
        match moves {
            true => {
                stage.settle().expect_ok(Sale::Done);
                assert_eq!(stage.phase(), Phase::Closed);
                assert_eq!(stage.gained(before), [-PAID, PAID]);
            }
            false => {
                stage.settle().expect_ok(Sale::Undone);
                assert_eq!(stage.phase(), Phase::Open);
                assert_eq!(stage.gained(before), [0, 0]);
            }
        }
        stage.settle().expect_revert(EscrowError::Clear);
    }
}

#[test]
fn an_answer_that_comes_late_changes_nothing() {
    let stage = Setup::against(|call| match call.route() {
        Some(1) => MockReply::ok(()).after(PATIENCE + 5),
        _ => MockReply::ok(Some([9u8; 32])),
    });
    let before = stage.purses();
    stage.buy().expect_ok(Sale::Unclear);
    stage.chain.skip(10);
    assert!(matches!(stage.phase(), Phase::Unclear(_)));
    assert_eq!(stage.gained(before), [-PAID, 0]);
    stage.settle().expect_ok(Sale::Done);
    assert_eq!(stage.gained(before), [-PAID, PAID]);
}

#[test]
fn two_who_settle_at_once_pay_once() {
    let stage = Setup::against(|call| match call.route() {
        Some(1) => MockReply::silence(),
        _ => MockReply::ok(Some([9u8; 32])),
    });
    let before = stage.purses();
    stage.buy().expect_ok(Sale::Unclear);
    let first = stage.settle();
    let second = stage.escrow.call("settle").by(&stage.alice);
    first.expect_ok(Sale::Done);
    second.expect_revert(EscrowError::Clear);
    assert_eq!(stage.gained(before), [-PAID, PAID]);
}

/// However much gas Bob gives, the deed and the money are never on the same side.
#[test]
fn no_amount_of_gas_gives_anybody_both() {
    let stage = Setup::new();
    let start: Snapshot = stage.chain.snapshot();
    let good = stage.buy();
    good.expect_ok(Sale::Done);
    let needed = good.cascade_gas();
    let (mut unclear, mut undone) = (0, 0);
    // What a wait sets aside for a signal comes on top of what is burned.
    let most = needed * 2 + 40_000_000_000;
    for part in (0..=96u64).rev() {
        let gas = most * part / 96;
        stage.chain.restore(&start);
        stage.paid.set(0);
        let before = stage.purses();
        let call = stage.escrow.call("buy").value(PRICE).gas(gas);
        // Too little to be queued at all.
        let Ok(message) = call.try_by(&stage.bob) else {
            continue;
        };
        let code = message.reply().code;
        stage.balances(&message, 0);
        if let Phase::Unclear(_) = stage.phase() {
            unclear += 1;
            assert_eq!(code, ReplyCode::OutOfGas);
            assert_eq!(stage.gained(before), [-PAID, 0]);
            let settle = stage.settle();
            let sale: Sale = settle.expect();
            assert_ne!(sale, Sale::Unclear);
            stage.balances(&settle, 0);
        }
        let is_bobs = stage.owner() == stage.bob.id();
        let gained = stage.gained(before);
        match is_bobs {
            true => assert_eq!(gained, [-PAID, PAID], "with {gas} gas"),
            false => {
                undone += 1;
                assert_eq!(gained, [0, 0], "with {gas} gas");
                assert_eq!(stage.owner(), stage.escrow.id());
            }
        }
    }
    assert!(unclear > 0 && undone > 0, "{unclear} {undone}");
}
