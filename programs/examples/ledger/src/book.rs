//! The entries of keyed state: what is written where.

use actors_std::{state, Error};

use crate::{scale::TEXT, Outcome};

/// The address of a user or a program.
pub(crate) type Account = [u8; 32];

/// The most bytes of metadata: two texts, each with its length, and the decimals.
pub(crate) const METADATA: usize = 2 * (1 + TEXT) + 1;

const SUPPLY: &[u8] = b"s";
const OWNER: &[u8] = b"o";
const ABOUT: &[u8] = b"m";

/// What the sender reads when an entry is not as it was written, or cannot be written.
const DAMAGED: &str = "an entry of the ledger is damaged";
const UNWRITABLE: &str = "the chain takes no entry";

pub(crate) fn balance(account: &Account) -> Outcome<u128> {
    amount(&balance_key(account))
}

pub(crate) fn set_balance(account: &Account, balance: u128) -> Outcome {
    set_amount(&balance_key(account), balance)
}

pub(crate) fn allowance(owner: &Account, spender: &Account) -> Outcome<u128> {
    amount(&allowance_key(owner, spender))
}

pub(crate) fn set_allowance(owner: &Account, spender: &Account, allowance: u128) -> Outcome {
    set_amount(&allowance_key(owner, spender), allowance)
}

pub(crate) fn supply() -> Outcome<u128> {
    amount(SUPPLY)
}

pub(crate) fn set_supply(supply: u128) -> Outcome {
    set_amount(SUPPLY, supply)
}

pub(crate) fn owner() -> Outcome<Account> {
    let mut owner = [0; 32];
    match state::get(OWNER, &mut owner) {
        Ok(32) => Ok(owner),
        _ => Err(DAMAGED),
    }
}

pub(crate) fn set_owner(owner: &Account) -> Outcome {
    state::set(OWNER, owner).map_err(|_| UNWRITABLE)
}

/// Name, symbol and decimals, as they were set.
pub(crate) fn metadata(buffer: &mut [u8; METADATA]) -> Outcome<&[u8]> {
    let length = state::get(ABOUT, buffer).map_err(|_| DAMAGED)?;
    buffer.get(..length).ok_or(DAMAGED)
}

pub(crate) fn set_metadata(metadata: &[u8]) -> Outcome {
    state::set(ABOUT, metadata).map_err(|_| UNWRITABLE)
}

/// The amount under a key; 0 where there is none.
fn amount(key: &[u8]) -> Outcome<u128> {
    let mut amount = [0; 16];
    match state::get(key, &mut amount) {
        Ok(16) => Ok(u128::from_le_bytes(amount)),
        Err(Error::NOT_FOUND) => Ok(0),
        _ => Err(DAMAGED),
    }
}

/// Writes an amount; removes it when it is 0, so that an entry is paid for only while it says
/// something.
fn set_amount(key: &[u8], amount: u128) -> Outcome {
    if amount != 0 {
        return state::set(key, &amount.to_le_bytes()).map_err(|_| UNWRITABLE);
    }
    match state::remove(key) {
        Ok(()) | Err(Error::NOT_FOUND) => Ok(()),
        Err(_) => Err(UNWRITABLE),
    }
}

fn balance_key(account: &Account) -> [u8; 33] {
    let mut key = [b'b'; 33];
    let (_, rest) = key.split_at_mut(1);
    rest.copy_from_slice(account);
    key
}

fn allowance_key(owner: &Account, spender: &Account) -> [u8; 65] {
    let mut key = [b'a'; 65];
    let (_, rest) = key.split_at_mut(1);
    let (first, second) = rest.split_at_mut(32);
    first.copy_from_slice(owner);
    second.copy_from_slice(spender);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_a_letter_and_the_accounts() {
        let (one, two) = ([1; 32], [2; 32]);
        assert_eq!(balance_key(&one)[..], [&b"b"[..], &one].concat());
        assert_eq!(
            allowance_key(&one, &two)[..],
            [&b"a"[..], &one, &two].concat()
        );
    }
}
