//! Purses: gas and deposit money of one call, until the last message that draws on it ends.

use actors_primitives::{Gas, MessageId};

use super::{chain::Chain, happening::Happening};
use crate::mock::AccountId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Purse {
    pub(super) payer: AccountId,
    /// Gas that may still be burned.
    pub(super) gas: Gas,
    /// Gas that was burned.
    pub(super) burned: Gas,
    /// Gas money.
    pub(super) held: u128,
    /// Deposit money.
    pub(super) deposit: u128,
    /// How many messages and purses draw on it.
    pub(super) references: u32,
    /// The purse of the call, if this one was split off it.
    pub(super) root: Option<MessageId>,
    /// From when on nothing new begins on it.
    pub(super) end: u64,
    /// Whether its payer has closed it.
    pub(super) is_closed: bool,
    /// Whether it is what a signal cleans up with.
    pub(super) is_last: bool,
    /// Whether it is a signal's that has not run.
    pub(super) is_signal: bool,
}

impl Purse {
    pub(super) fn burn(&mut self, gas: Gas) {
        assert!(gas <= self.gas, "{gas} is burned of {}", self.gas);
        self.gas -= gas;
        self.burned += gas;
    }
}

impl Chain {
    pub(super) fn purse(&mut self, id: &MessageId) -> &mut Purse {
        self.purses.get_mut(id).expect("the purse is open")
    }

    /// Opens the purse of a call, and burns what its place in the queue costs.
    pub(super) fn open_purse(&mut self, id: MessageId, payer: &AccountId, gas: Gas, deposit: u128) {
        let held = self.rules.gas_price.cost(gas);
        self.ledger.fill_purse(payer, held + deposit);
        let mut purse = Purse {
            payer: payer.clone(),
            gas,
            burned: 0,
            held,
            deposit,
            references: 1,
            root: None,
            end: self.agenda.now + u64::from(self.rules.longest_life),
            is_closed: false,
            is_last: false,
            is_signal: false,
        };
        purse.burn(self.place_price(gas));
        self.purses.insert(id, purse);
    }

    /// Splits gas and deposit money off a purse into a new one, which keeps the call's purse open.
    pub(super) fn split_purse(
        &mut self,
        id: &MessageId,
        child: MessageId,
        gas: Gas,
        deposit: u128,
    ) {
        let price = self.rules.gas_price;
        let purse = self.purse(id);
        assert!(gas <= purse.gas, "{gas} is split off {}", purse.gas);
        let held = price.cost(gas);
        purse.gas -= gas;
        purse.held -= held;
        purse.deposit -= deposit;
        let (payer, end, is_last) = (purse.payer.clone(), purse.end, purse.is_last);
        let root = purse.root.unwrap_or(*id);
        self.purse(&root).references += 1;
        self.purses.insert(
            child,
            Purse {
                payer,
                gas,
                burned: 0,
                held,
                deposit,
                references: 1,
                root: Some(root),
                end,
                is_closed: false,
                is_last,
                is_signal: false,
            },
        );
    }

    /// Gives up a reference. With the last one what was split off gives all back to the call's purse; and that pays
    /// for the gas that was burned, the floor of the sum, and gives the rest back.
    pub(super) fn release_purse(&mut self, id: &MessageId) {
        let purse = self.purse(id);
        purse.references -= 1;
        if purse.references > 0 {
            return;
        }
        let purse = self.purses.remove(id).expect("it was open");
        if let Some(id) = purse.root {
            let root = self.purse(&id);
            root.burned += purse.burned;
            root.held += purse.held;
            root.deposit += purse.deposit;
            self.release_purse(&id);
            return;
        }
        let due = self.rules.gas_price.cost(purse.burned);
        let held = purse.held + purse.deposit;
        self.ledger.settle_purse(&purse.payer, held, due);
    }

    /// Whether nothing new begins on a purse: its time is over, or the call's was closed.
    pub(super) fn is_over(&self, id: &MessageId) -> bool {
        let purse = &self.purses[id];
        let opened = purse.root.map_or(purse, |root| &self.purses[&root]);
        self.agenda.now >= purse.end || opened.is_closed
    }

    /// A user closes what one of their calls has opened; whether that can be.
    pub(super) fn close_purse(&mut self, who: &AccountId, id: MessageId) -> bool {
        let Some(purse) = self.purses.get_mut(&id) else {
            return false;
        };
        if purse.payer != *who || purse.root.is_some() {
            return false;
        }
        if !core::mem::replace(&mut purse.is_closed, true) {
            let payer = who.clone();
            self.happens(Happening::PurseClosed { message: id, payer });
        }
        true
    }

    /// Deposit money comes back with a reply.
    pub(super) fn return_deposit(&mut self, from: &MessageId, to: &MessageId, deposit: u128) {
        self.purse(from).deposit -= deposit;
        self.purse(to).deposit += deposit;
    }
}
