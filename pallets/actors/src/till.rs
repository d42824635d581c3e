//! The till: money between accounts.
//!
//! What a call brings leaves its account at once, as a transaction's fee does, and what comes of it reaches other
//! accounts when it is theirs. In between it belongs to purses and messages, whose records say how much. While a
//! block lasts it is a number in the record of the service; what is left of it at the end of the block goes to
//! the escrow account, beside an existential deposit that keeps that alive. So a message touches the accounts of
//! those who pay and are paid, and no other.

use actors_primitives::Balance;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    pallet_prelude::{DispatchResult, Weight},
    traits::{
        fungible::{Balanced, Inspect, Mutate, Unbalanced},
        tokens::{Fortitude, Precision, Preservation},
        Get, OnUnbalanced,
    },
};
use scale_info::TypeInfo;
use sp_runtime::{traits::AccountIdConversion, TokenError};

use crate::{report, Config, CreditOf, Endowment, Pallet, Service};

/// Money that was taken from accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Till {
    /// What is neither on an account nor paid out yet, in planck. None at the end of a block.
    pub cash: Balance,
    /// What of all that is owed is due to [`Config::FeeHandler`], in planck.
    pub fees: Balance,
}

impl<T: Config> Pallet<T> {
    /// The account that holds what is on its way from one block to another.
    #[must_use]
    pub fn escrow() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    /// Mints the escrow account its existential deposit, once in the life of a chain: in its first
    /// block, or with the upgrade that brings the pallet. An upgrade that raises the existential deposit
    /// adds the difference.
    pub(crate) fn endow_escrow() {
        let minimum: Balance = T::Currency::minimum_balance();
        let missing = minimum.saturating_sub(Endowment::<T>::get());
        if missing == 0 {
            return;
        }
        match T::Currency::mint_into(&Self::escrow(), missing) {
            Ok(_) => Endowment::<T>::put(minimum),
            Err(error) => report!("the escrow account could not be endowed: {error:?}"),
        }
    }

    /// What that takes: the account, what it was endowed with, the issuance, and the version of what is stored.
    pub(crate) fn endowing_weight() -> Weight {
        T::DbWeight::get().reads_writes(4, 3)
    }

    /// What an account can send away and stay alive.
    pub(crate) fn spendable(who: &T::AccountId) -> Balance {
        T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite)
    }

    /// Takes money from an account, which must be able to send it away and stay alive.
    pub(crate) fn take_in(till: &mut Till, who: &T::AccountId, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        let (exact, keep, polite) = (Precision::Exact, Preservation::Preserve, Fortitude::Polite);
        T::Currency::decrease_balance(who, amount, exact, keep, polite)?;
        T::Currency::done_withdraw(who, amount);
        till.cash = till.cash.saturating_add(amount);
        Ok(())
    }

    /// Pays money out to an account, which it creates if need be.
    pub(crate) fn pay_out(till: &mut Till, who: &T::AccountId, amount: Balance) -> DispatchResult {
        if amount == 0 {
            return Ok(());
        }
        Self::provide(till, amount)?;
        T::Currency::increase_balance(who, amount, Precision::Exact)?;
        T::Currency::done_deposit(who, amount);
        till.cash = till.cash.saturating_sub(amount);
        Ok(())
    }

    /// Gives money back to whom it belongs; says how much arrived there. What cannot, because the account has gone
    /// and it is below the existential deposit, is left to [`Config::FeeHandler`], as dust is.
    pub(crate) fn give_back(till: &mut Till, who: &T::AccountId, amount: Balance) -> Balance {
        if Self::pay_out(till, who, amount).is_ok() {
            return amount;
        }
        till.fees = till.fees.saturating_add(amount);
        0
    }

    /// Takes a fee from an account: what there is of it at most, by force.
    pub(crate) fn take_fee(
        till: &mut Till,
        who: &T::AccountId,
        amount: Balance,
        keep: Preservation,
    ) -> DispatchResult {
        let (precision, force) = (Precision::BestEffort, Fortitude::Force);
        let taken = T::Currency::decrease_balance(who, amount, precision, keep, force)?;
        if taken > 0 {
            T::Currency::done_withdraw(who, taken);
        }
        till.cash = till.cash.saturating_add(taken);
        till.fees = till.fees.saturating_add(taken);
        Ok(())
    }

    /// Hands the fees over to whom the chain has chosen for them.
    pub(crate) fn hand_over_fees(till: &mut Till) {
        let fees = core::mem::take(&mut till.fees);
        if fees == 0 {
            return;
        }
        if Self::provide(till, fees).is_err() {
            report!("the fees are not there");
            return;
        }
        // A credit that was stored as a number, as `pallet-transaction-payment` stores one: issuance counts it
        // until its handler has it.
        match fees.using_encoded(|bytes| CreditOf::<T>::decode(&mut &*bytes)) {
            Ok(credit) => {
                till.cash = till.cash.saturating_sub(fees);
                T::FeeHandler::on_unbalanced(credit);
            }
            Err(error) => report!("fees are no credit: {error}"),
        }
    }

    /// Makes so much of what is owed cash: all of it, which leaves the escrow account for the rest of the block.
    fn provide(till: &mut Till, amount: Balance) -> DispatchResult {
        if till.cash >= amount {
            return Ok(());
        }
        let escrow = Self::escrow();
        let (exact, keep, force) = (Precision::Exact, Preservation::Preserve, Fortitude::Force);
        let all = T::Currency::reducible_balance(&escrow, keep, force);
        ensure!(
            till.cash.saturating_add(all) >= amount,
            TokenError::FundsUnavailable
        );
        T::Currency::decrease_balance(&escrow, all, exact, keep, force)?;
        till.cash = till.cash.saturating_add(all);
        Ok(())
    }

    /// Puts the cash of a block on the escrow account: from then on the balances are the issuance again.
    pub(crate) fn close_till() {
        let Ok(mut service) = Service::<T>::try_get() else {
            return;
        };
        let cash = core::mem::take(&mut service.till.cash);
        if cash == 0 {
            return;
        }
        match T::Currency::increase_balance(&Self::escrow(), cash, Precision::Exact) {
            Ok(_) => Service::<T>::put(service),
            Err(error) => report!("the escrow account could not take {cash} planck: {error:?}"),
        }
    }
}
