//! Value on its way: the escrow account holds what is in flight, above the existential deposit
//! that keeps the account alive. It holds more only if somebody sends it money.

use actors_primitives::{Balance, ReplyCode};
use frame_support::{
    pallet_prelude::{DispatchError, Weight},
    traits::{
        fungible::{Balanced, Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation, Provenance},
        Get, OnUnbalanced,
    },
};
use sp_runtime::traits::AccountIdConversion;

use crate::{aborted::Aborted, report, Config, Error, Pallet, ValueInFlight};

impl<T: Config> Pallet<T> {
    /// The account that holds value in flight.
    #[must_use]
    pub fn escrow() -> T::AccountId {
        T::PalletId::get().into_account_truncating()
    }

    /// Mints the escrow account its existential deposit, once in the life of a chain: in its first
    /// block, or with the upgrade that brings the pallet. An upgrade that raises the existential deposit
    /// adds the difference.
    pub(crate) fn endow_escrow() {
        let escrow = Self::escrow();
        let minimum = T::Currency::minimum_balance();
        let own = T::Currency::balance(&escrow).checked_sub(ValueInFlight::<T>::get());
        if own.is_none() {
            report!("the escrow account holds less than is in flight");
        }
        let missing = minimum.saturating_sub(own.unwrap_or(minimum));
        if missing != 0 && T::Currency::mint_into(&escrow, missing).is_err() {
            report!("the escrow account could not be endowed");
        }
    }

    /// What that takes: the account, the sum in flight, and the issuance.
    pub(crate) fn endowing_weight() -> Weight {
        T::DbWeight::get().reads_writes(3, 2)
    }

    /// What an account can send away and stay alive.
    pub(crate) fn spendable(who: &T::AccountId) -> Balance {
        T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite)
    }

    /// Whether `value` can arrive at an account, which it creates if need be.
    pub(crate) fn can_receive(who: &T::AccountId, value: Balance) -> bool {
        value == 0
            || T::Currency::can_deposit(who, value, Provenance::Extant)
                .into_result()
                .is_ok()
    }

    /// Moves value from its source into escrow.
    pub(crate) fn value_departs(
        source: &T::AccountId,
        value: Balance,
    ) -> Result<(), DispatchError> {
        if value == 0 {
            return Ok(());
        }
        T::Currency::transfer(source, &Self::escrow(), value, Preservation::Preserve)
            .map_err(|_| Error::<T>::ValueNotPayable)?;
        ValueInFlight::<T>::mutate(|sum| *sum = sum.saturating_add(value));
        Ok(())
    }

    /// Moves value out of escrow to where it goes.
    pub(crate) fn value_arrives(
        destination: &T::AccountId,
        value: Balance,
    ) -> Result<(), DispatchError> {
        if value == 0 {
            return Ok(());
        }
        T::Currency::transfer(&Self::escrow(), destination, value, Preservation::Preserve)?;
        ValueInFlight::<T>::mutate(|sum| *sum = sum.saturating_sub(value));
        Ok(())
    }

    /// Moves value out of escrow to its source, or to whom that has left everything; says how
    /// much arrived there.
    ///
    /// A source that could not take it back, because its account has gone meanwhile and the value
    /// is below the existential deposit, leaves it to [`Config::FeeHandler`], as dust is left.
    pub(crate) fn value_returns(source: &T::AccountId, value: Balance) -> Balance {
        if value == 0 || Self::value_arrives(&Self::heir(source.clone()), value).is_ok() {
            return value;
        }
        match T::Currency::withdraw(
            &Self::escrow(),
            value,
            Precision::Exact,
            Preservation::Preserve,
            Fortitude::Force,
        ) {
            Ok(credit) => {
                ValueInFlight::<T>::mutate(|sum| *sum = sum.saturating_sub(value));
                T::FeeHandler::on_unbalanced(credit);
            }
            Err(_) => {
                report!("the escrow account holds less than is in flight");
            }
        }
        0
    }

    /// Moves value from a program to where it is at once, and refuses what could not arrive.
    pub(crate) fn transfer_from_program(
        program: &T::AccountId,
        destination: &T::AccountId,
        value: Balance,
    ) -> Result<(), Aborted> {
        if value == 0 {
            return Ok(());
        }
        if !Self::can_receive(destination, value) {
            return Err(Aborted::Reply(ReplyCode::LimitExceeded));
        }
        T::Currency::transfer(program, destination, value, Preservation::Preserve)?;
        Ok(())
    }
}
