//! Who inherits: where value goes that was meant for a program that has exited.

use actors_executor::Failure;
use actors_primitives::ReplyCode;
use alloc::vec::Vec;
use codec::Encode;

use crate::{Config, Pallet, Tombstones};

/// How far an inheritance is followed. Whoever names an exited program as inheritor, whose own
/// inheritor has exited, and so on, longer than this, leaves the value to an account that nobody
/// has: a program that plays such games plays them with its own money.
const GENERATIONS: u32 = 8;

impl<T: Config> Pallet<T> {
    /// Where value for `account` goes: to itself, or to the inheritor of an exited program.
    pub(crate) fn heir(account: T::AccountId) -> T::AccountId {
        let mut account = account;
        for _ in 0..GENERATIONS {
            match Tombstones::<T>::get(&account) {
                Some(inheritor) => account = inheritor,
                None => break,
            }
        }
        account
    }

    /// What the error reply of a message to `account` says when no program stands there: the
    /// code, and the inheritor if one did.
    pub(crate) fn absence(account: &T::AccountId) -> Failure {
        let (code, payload) = match Tombstones::<T>::get(account) {
            Some(inheritor) => (ReplyCode::Exited, inheritor.encode()),
            None => (ReplyCode::NoSuchProgram, Vec::new()),
        };
        Failure { code, payload }
    }
}
