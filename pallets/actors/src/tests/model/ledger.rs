//! Who owns what.

use alloc::collections::BTreeMap;

use crate::mock::AccountId;

/// What one account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) free: u128,
    /// On hold for what a program stores.
    pub(super) storage: u128,
}

/// All accounts, what is in flight between them, and what was taken from them.
#[derive(Clone, Debug)]
pub(super) struct Ledger {
    pub(super) accounts: BTreeMap<AccountId, Account>,
    existential_deposit: u128,
    /// Value on its way.
    pub(super) in_flight: u128,
    /// What all purses have.
    pub(super) purses: u128,
    /// What the fee handler has received, or will.
    pub(super) fees: u128,
}

impl Ledger {
    pub(super) fn new(existential_deposit: u128) -> Self {
        Self {
            accounts: BTreeMap::new(),
            existential_deposit,
            in_flight: 0,
            purses: 0,
            fees: 0,
        }
    }

    pub(super) fn of(&self, who: &AccountId) -> Account {
        self.accounts.get(who).copied().unwrap_or_default()
    }

    fn exists(&self, who: &AccountId) -> bool {
        self.accounts.contains_key(who)
    }

    fn account(&mut self, who: &AccountId) -> &mut Account {
        self.accounts.entry(who.clone()).or_default()
    }

    /// What the account can send away and stay alive.
    pub(super) fn spendable(&self, who: &AccountId) -> u128 {
        self.of(who).free.saturating_sub(self.existential_deposit)
    }

    /// Whether the value can arrive at the account, which it creates if need be.
    pub(super) fn can_receive(&self, who: &AccountId, value: u128) -> bool {
        value == 0 || self.exists(who) || value >= self.existential_deposit
    }

    fn take(&mut self, from: &AccountId, value: u128) {
        if value > 0 {
            assert!(self.spendable(from) >= value, "{from:?} has not {value}");
            self.account(from).free -= value;
        }
    }

    pub(super) fn give(&mut self, to: &AccountId, value: u128) {
        if value > 0 {
            assert!(self.can_receive(to, value), "{to:?} cannot have {value}");
            self.account(to).free += value;
        }
    }

    pub(super) fn transfer(&mut self, from: &AccountId, to: &AccountId, value: u128) {
        self.take(from, value);
        self.give(to, value);
    }

    /// Value leaves an account.
    pub(super) fn depart(&mut self, from: &AccountId, value: u128) {
        self.take(from, value);
        self.in_flight += value;
    }

    /// Value that is in flight arrives, or goes to the fee handler as dust where it cannot; says
    /// how much arrived.
    pub(super) fn arrive(&mut self, to: &AccountId, value: u128) -> u128 {
        self.in_flight -= value;
        if self.can_receive(to, value) {
            self.give(to, value);
            return value;
        }
        self.fees += value;
        0
    }

    /// Everything of an account goes to another; as long as something is on hold there, all but what
    /// the account needs to live.
    pub(super) fn bequeath(&mut self, from: &AccountId, to: &AccountId) -> u128 {
        let all = self.of(from);
        let value = match all.storage {
            0 => {
                self.accounts.remove(from);
                all.free
            }
            _ => {
                let value = self.spendable(from);
                self.account(from).free -= value;
                value
            }
        };
        self.give(to, value);
        value
    }

    pub(super) fn fill_purse(&mut self, who: &AccountId, amount: u128) {
        self.take(who, amount);
        self.purses += amount;
    }

    /// A purse closes: so much of what it has is due, the rest comes back, or is dust.
    pub(super) fn settle_purse(&mut self, who: &AccountId, held: u128, due: u128) {
        self.purses -= held;
        self.fees += due;
        let rest = held - due;
        if self.can_receive(who, rest) {
            self.give(who, rest);
        } else {
            self.fees += rest;
        }
    }

    /// What a program stores has grown or shrunk: growth is paid out of a purse, what is freed is the
    /// program's.
    pub(super) fn store(&mut self, program: &AccountId, due: u128) {
        let before = self.of(program).storage;
        if due > before {
            self.purses -= due - before;
        } else {
            self.account(program).free += before - due;
        }
        self.account(program).storage = due;
    }

    /// A creator pays a new program's existential deposit and the deposit for its record.
    pub(super) fn found(&mut self, creator: &AccountId, program: &AccountId, deposit: u128) {
        let minimum = self.existential_deposit;
        self.take(creator, minimum + deposit);
        self.give(program, minimum);
        self.account(program).storage += deposit;
    }

    /// All that is on hold for storage becomes free, but so much.
    pub(super) fn release_storage(&mut self, program: &AccountId, kept: u128) -> u128 {
        let account = self.account(program);
        let released = account.storage - kept;
        account.storage = kept;
        account.free += released;
        released
    }

    /// What a program leaves pays for its tombstone, as far as its account can stand without.
    pub(super) fn bury(&mut self, program: &AccountId, price: u128) {
        let paid = price.min(self.spendable(program));
        self.take(program, paid);
        self.fees += paid;
    }

    /// What a removed program's creator has paid goes back. An account that stood there before
    /// keeps its own.
    pub(super) fn unfound(&mut self, program: &AccountId, heir: &AccountId, total: u128) {
        let account = self.account(program);
        let returned = total.min(account.free);
        account.free -= returned;
        if *account == Account::default() {
            self.accounts.remove(program);
        }
        self.give(heir, returned);
    }
}
