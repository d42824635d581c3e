//! Purses: the gas and deposit money that one call brought.
//!
//! A purse holds its money on the payer's account from the moment of the call. Burned gas is
//! taken out of the hold cumulatively (the floor of all gas burned so far at the purse's price,
//! less what was paid before), so that rounding neither creates nor destroys a unit; what
//! remains is released with the last reference.

use actors_primitives::{Balance, Gas, GasPrice, MessageId};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    defensive,
    pallet_prelude::DispatchError,
    traits::{
        fungible::{hold::Balanced as _, hold::Mutate as _},
        tokens::Precision,
        Get, OnUnbalanced,
    },
};
use scale_info::TypeInfo;

use crate::{Config, CreditOf, Error, HoldReason, Pallet, Purses};

/// Gas and deposit money of one call.
#[derive(
    frame_support::CloneNoBound,
    frame_support::DebugNoBound,
    frame_support::PartialEqNoBound,
    frame_support::EqNoBound,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Purse<T: Config> {
    /// Whose money it holds, and who gets the rest back.
    pub payer: T::AccountId,
    /// What gas costs in it, fixed when it was opened.
    pub price: GasPrice,
    /// Gas that may still be burned.
    pub gas: Gas,
    /// Gas that was burned so far.
    pub burned: Gas,
    /// What was paid for it so far, in planck.
    pub paid: Balance,
    /// Gas money still on hold, in planck.
    pub held: Balance,
    /// Deposit money still on hold, in planck.
    pub deposit: Balance,
    /// How many messages and purses draw on it.
    pub references: u32,
    /// The purse that this one was split from, whose deposit money it shares.
    pub parent: Option<MessageId>,
}

impl<T: Config> Pallet<T> {
    /// Opens a purse for a call, with one reference for its message.
    pub(crate) fn open_purse(
        id: MessageId,
        payer: &T::AccountId,
        gas: Gas,
        deposit: Balance,
    ) -> Result<(), DispatchError> {
        let price = T::GasPrice::get();
        let held = price.cost(gas);
        let total = held.checked_add(deposit).ok_or(Error::<T>::GasNotPayable)?;
        T::Currency::hold(&HoldReason::Purse.into(), payer, total)
            .map_err(|_| Error::<T>::GasNotPayable)?;
        Purses::<T>::insert(
            id,
            Purse {
                payer: payer.clone(),
                price,
                gas,
                burned: 0,
                paid: 0,
                held,
                deposit,
                references: 1,
                parent: None,
            },
        );
        Ok(())
    }

    /// The most that one turn may burn from the purse.
    pub(crate) fn turn_gas_limit(id: &MessageId) -> Gas {
        Purses::<T>::get(id).map_or(0, |purse| purse.gas.min(T::MaxTurnGas::get()))
    }

    /// Burns gas and pays for it.
    pub(crate) fn burn_gas(id: &MessageId, gas: Gas) {
        let credit = Purses::<T>::mutate(id, |purse| {
            let Some(purse) = purse else {
                defensive!("gas burned without a purse");
                return None;
            };
            purse.gas = purse.gas.saturating_sub(gas);
            purse.burned = purse.burned.saturating_add(gas);
            let due = purse
                .price
                .cost(purse.burned)
                .saturating_sub(purse.paid)
                .min(purse.held);
            purse.paid = purse.paid.saturating_add(due);
            purse.held = purse.held.saturating_sub(due);
            Some(Self::take_from_purse(&purse.payer, due))
        });
        if let Some(credit) = credit {
            T::FeeHandler::on_unbalanced(credit);
        }
    }

    /// Takes money out of a purse's hold. By force: a lock or vesting on the payer's account
    /// must not make gas or storage free.
    fn take_from_purse(payer: &T::AccountId, amount: Balance) -> CreditOf<T> {
        let (credit, missing) = T::Currency::slash(&HoldReason::Purse.into(), payer, amount);
        if missing != 0 {
            defensive!("a purse held less than its record says");
        }
        credit
    }

    /// Adds a reference, for a message that shares the purse.
    pub(crate) fn share_purse(id: &MessageId) {
        Purses::<T>::mutate(id, |purse| match purse {
            Some(purse) => purse.references = purse.references.saturating_add(1),
            None => {
                defensive!("a purse to share does not exist");
            }
        });
    }

    /// Splits `gas` off a purse into a new one with the same payer, price and deposit money.
    pub(crate) fn split_purse(id: &MessageId, child: MessageId, gas: Gas) {
        let Some(mut purse) = Purses::<T>::get(id) else {
            defensive!("a purse to split does not exist");
            return;
        };
        let gas = gas.min(purse.gas);
        // The floors of two parts are at most the floor of the whole, so what stays covers what
        // the parent may still burn.
        let held = purse.price.cost(gas).min(purse.held);
        purse.gas = purse.gas.saturating_sub(gas);
        purse.held = purse.held.saturating_sub(held);
        let root = purse.parent.unwrap_or(*id);
        Purses::<T>::insert(
            child,
            Purse {
                payer: purse.payer.clone(),
                price: purse.price,
                gas,
                burned: 0,
                paid: 0,
                held,
                deposit: 0,
                references: 1,
                parent: Some(root),
            },
        );
        Purses::<T>::insert(id, purse);
        Self::share_purse(&root);
    }

    /// Gives up one reference; with the last one the rest of the money goes back to the payer.
    pub(crate) fn release_purse(id: &MessageId) {
        let Some(mut purse) = Purses::<T>::get(id) else {
            defensive!("a purse to release does not exist");
            return;
        };
        purse.references = purse.references.saturating_sub(1);
        if purse.references > 0 {
            Purses::<T>::insert(id, purse);
            return;
        }
        Purses::<T>::remove(id);
        let rest = purse.held.saturating_add(purse.deposit);
        let reason = HoldReason::Purse.into();
        if T::Currency::release(&reason, &purse.payer, rest, Precision::BestEffort) != Ok(rest) {
            defensive!("a purse held less than its record says");
        }
        // A parent has no parent of its own: this goes no deeper.
        if let Some(parent) = purse.parent {
            Self::release_purse(&parent);
        }
    }

    /// Deposit money that messages on this purse may still use.
    pub(crate) fn deposit_left(id: &MessageId) -> Balance {
        let Some(purse) = Purses::<T>::get(id) else {
            return 0;
        };
        match purse.parent {
            Some(root) => Purses::<T>::get(root).map_or(0, |root| root.deposit),
            None => purse.deposit,
        }
    }

    /// Takes deposit money out of the purse; `None` if there is not enough.
    pub(crate) fn take_deposit(id: &MessageId, amount: Balance) -> Option<CreditOf<T>> {
        let purse = Purses::<T>::get(id)?;
        let (root_id, mut root) = match purse.parent {
            Some(root) => (root, Purses::<T>::get(root)?),
            None => (*id, purse),
        };
        root.deposit = root.deposit.checked_sub(amount)?;
        let credit = Self::take_from_purse(&root.payer, amount);
        Purses::<T>::insert(root_id, root);
        Some(credit)
    }
}
