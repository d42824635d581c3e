//! Keeps value for accounts: what comes with a deposit is its sender's, who can have it back or give it to others.
//!
//! It teaches value. A method with a parameter of the type `Funds` takes what comes with the message; one without refuses
//! it. A call that fails gives it back, all of it, and nobody has to write a line for that. Value leaves with a message. What
//! the vault owes stands in keyed state, an entry for each account, so that a turn costs the same with a million of them.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// What the vault owes, by account.
const BALANCES: Map<ActorId, u128> = Map::new(b"balance");

/// A program whose state is all in entries.
#[derive(Default)]
pub struct Vault;

/// What happens in the vault.
#[actors_std::event]
pub enum Moved {
    /// Value came in.
    Deposited {
        /// Whose it is now.
        account: ActorId,
        /// How much, in planck.
        amount: u128,
    },
    /// Value went out.
    Withdrawn {
        /// To whom.
        account: ActorId,
        /// How much, in planck.
        amount: u128,
    },
    /// Value stayed, and is somebody else's now.
    Given {
        /// Whose it was.
        from: ActorId,
        /// Whose it is.
        to: ActorId,
        /// How much, in planck.
        amount: u128,
    },
}

/// Why the vault refuses.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum VaultError {
    /// No value came.
    Nothing,
    /// The account has less.
    NotEnough {
        /// What it has, in planck.
        balance: u128,
    },
    /// The account cannot take so little: it does not exist, and would not with that.
    TooLittle,
}

#[actors_std::program(events = Moved)]
impl Vault {
    /// Keeps what comes along. Answers the sender's balance.
    #[method]
    pub fn deposit(&mut self, funds: Funds) -> Result<u128, VaultError> {
        let Funds(amount) = funds;
        if amount == 0 {
            return Err(VaultError::Nothing);
        }
        let account = message::source().into();
        let balance = add(account, amount);
        Moved::Deposited { account, amount }.emit();
        Ok(balance)
    }

    /// Sends so much to whoever asks. Answers what stays.
    #[method]
    pub fn withdraw(&mut self, amount: u128) -> Result<u128, VaultError> {
        let account = message::source().into();
        let balance = take(account, amount)?;
        // It leaves when the turn commits; if it cannot arrive that is known now, and the error undoes the rest.
        Request::<()>::raw(account, Vec::new())
            .value(Funds(amount))
            .send()
            .map_err(|_| VaultError::TooLittle)?;
        Moved::Withdrawn { account, amount }.emit();
        Ok(balance)
    }

    /// Makes so much of what the sender has somebody else's. Answers what stays.
    #[method]
    pub fn give(&mut self, to: ActorId, amount: u128) -> Result<u128, VaultError> {
        let from = message::source().into();
        take(from, amount)?;
        add(to, amount);
        Moved::Given { from, to, amount }.emit();
        Ok(balance(from))
    }

    /// What an account has.
    #[method]
    #[query]
    pub fn balance(&self, account: ActorId) -> u128 {
        balance(account)
    }
}

fn balance(account: ActorId) -> u128 {
    BALANCES.get(&account).unwrap_or(0)
}

/// Returns the balance since. All value there is fits a `u128`, so this does not overflow.
fn add(account: ActorId, amount: u128) -> u128 {
    BALANCES.update(&account, |balance| {
        *balance += amount;
        *balance
    })
}

/// Returns the balance since. Of an account that has nothing left, no entry stays.
fn take(account: ActorId, amount: u128) -> Result<u128, VaultError> {
    BALANCES.update(&account, |balance| match balance.checked_sub(amount) {
        Some(rest) => {
            *balance = rest;
            Ok(rest)
        }
        None => Err(VaultError::NotEnough { balance: *balance }),
    })
}
