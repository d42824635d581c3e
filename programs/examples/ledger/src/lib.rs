//! A fungible token: who has how much, and who may spend how much of whose.
//!
//! What it teaches: **keyed state** for what grows. Each balance is an entry of a [`Map`]: a turn reads and writes the entries
//! that it needs, and costs the same with ten holders and with ten million; whoever opens an entry pays its
//! deposit, and an entry that says nothing is gone. Errors undo all that the turn did, so there are no checks beforehand.
//!
//! Methods take `&self`: what the struct has stays as it was founded, and is not written again.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// The longest name and the longest symbol, in bytes.
const TEXT: usize = 63;

/// What each account has.
const BALANCES: Map<ActorId, u128> = Map::new(b"b");
/// What a spender may still spend of an owner's: by owner and spender.
const ALLOWANCES: Map<(ActorId, ActorId), u128> = Map::new(b"a");
/// All there is.
const SUPPLY: Value<u128> = Value::new(b"s");

/// A token.
#[actors_std::data]
pub struct Ledger {
    owner: ActorId,
    metadata: Metadata,
}

/// How a token is shown.
#[actors_std::data]
#[derive(Clone)]
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// An amount of so many zeroes and a one is shown as 1.
    pub decimals: u8,
}

/// What the ledger tells.
#[actors_std::event]
pub enum Told {
    /// An amount moved.
    Transfer {
        /// From nobody: it was minted.
        from: Option<ActorId>,
        /// To nobody: it was burned.
        to: Option<ActorId>,
        /// How much.
        amount: u128,
    },
    /// A spender may spend that amount of the owner's, instead of what it could before.
    Approval {
        /// Whose.
        owner: ActorId,
        /// Who may.
        spender: ActorId,
        /// How much.
        amount: u128,
    },
}

/// Why the ledger refuses.
#[actors_std::error]
pub enum LedgerError {
    /// The account has less.
    BalanceTooSmall,
    /// The spender may spend less.
    AllowanceTooSmall,
    /// The supply would be larger than a `u128`.
    SupplyTooLarge,
    /// Only the owner mints.
    NotOwner,
    /// Name and symbol have 63 bytes at most.
    TextTooLong,
}

#[actors_std::program(events = Told, state_version = 1)]
impl Ledger {
    /// Founds a ledger. Its creator is the owner, and gets the supply.
    #[constructor]
    pub fn new(
        name: String,
        symbol: String,
        decimals: u8,
        supply: u128,
    ) -> Result<Self, LedgerError> {
        if name.len().max(symbol.len()) > TEXT {
            return Err(LedgerError::TextTooLong);
        }
        let owner = sender();
        create(owner, supply)?;
        let metadata = Metadata {
            name,
            symbol,
            decimals,
        };
        Ok(Self { owner, metadata })
    }

    /// Moves an amount from the sender.
    #[method]
    pub fn transfer(&self, to: ActorId, amount: u128) -> Result<(), LedgerError> {
        shift(sender(), to, amount)
    }

    /// Lets somebody spend an amount of the sender's, instead of what it was let before.
    #[method]
    pub fn approve(&self, spender: ActorId, amount: u128) -> Result<(), LedgerError> {
        let owner = sender();
        ALLOWANCES.update(&(owner, spender), |allowed| *allowed = amount);
        Told::Approval {
            owner,
            spender,
            amount,
        }
        .emit();
        Ok(())
    }

    /// Moves an amount from an account that lets the sender.
    #[method]
    pub fn transfer_from(
        &self,
        from: ActorId,
        to: ActorId,
        amount: u128,
    ) -> Result<(), LedgerError> {
        ALLOWANCES.update(&(from, sender()), |allowed| {
            take(allowed, amount).ok_or(LedgerError::AllowanceTooSmall)
        })?;
        shift(from, to, amount)
    }

    /// Makes more; for the owner alone.
    #[method]
    pub fn mint(&self, to: ActorId, amount: u128) -> Result<(), LedgerError> {
        if sender() != self.owner {
            return Err(LedgerError::NotOwner);
        }
        create(to, amount)
    }

    /// Destroys an amount of the sender's.
    #[method]
    pub fn burn(&self, amount: u128) -> Result<(), LedgerError> {
        let from = sender();
        debit(from, amount)?;
        SUPPLY.update(|supply| *supply -= amount);
        tell(Some(from), None, amount);
        Ok(())
    }

    /// How the token is shown.
    #[query]
    pub fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    /// All there is.
    #[query]
    pub fn total_supply(&self) -> u128 {
        SUPPLY.get().unwrap_or_default()
    }

    /// What an account has. Programs can ask it, too.
    #[method]
    #[query]
    pub fn balance_of(&self, account: ActorId) -> u128 {
        BALANCES.get(&account).unwrap_or_default()
    }

    /// What a spender may still spend of an owner's.
    #[query]
    pub fn allowance(&self, owner: ActorId, spender: ActorId) -> u128 {
        ALLOWANCES.get(&(owner, spender)).unwrap_or_default()
    }

    /// Who may mint.
    #[query]
    pub fn owner(&self) -> ActorId {
        self.owner
    }
}

fn sender() -> ActorId {
    message::source().into()
}

fn create(to: ActorId, amount: u128) -> Result<(), LedgerError> {
    SUPPLY.update(|supply| {
        *supply = supply
            .checked_add(amount)
            .ok_or(LedgerError::SupplyTooLarge)?;
        Ok(())
    })?;
    credit(to, amount);
    tell(None, Some(to), amount);
    Ok(())
}

fn shift(from: ActorId, to: ActorId, amount: u128) -> Result<(), LedgerError> {
    debit(from, amount)?;
    credit(to, amount);
    tell(Some(from), Some(to), amount);
    Ok(())
}

fn debit(account: ActorId, amount: u128) -> Result<(), LedgerError> {
    let taken = BALANCES.update(&account, |balance| take(balance, amount));
    taken.ok_or(LedgerError::BalanceTooSmall)
}

/// The supply bounds each balance: this does not overflow.
fn credit(account: ActorId, amount: u128) {
    BALANCES.update(&account, |balance| *balance += amount);
}

fn tell(from: Option<ActorId>, to: Option<ActorId>, amount: u128) {
    Told::Transfer { from, to, amount }.emit();
}

/// Takes an amount off, if there is so much.
fn take(from: &mut u128, amount: u128) -> Option<()> {
    *from = from.checked_sub(amount)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_taken_than_there_is() {
        let mut amount = 5;
        assert_eq!((take(&mut amount, 6), amount), (None, 5));
        assert_eq!((take(&mut amount, 5), amount), (Some(()), 0));
    }
}
