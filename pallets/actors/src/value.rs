//! Value: what a message brings to where it goes.

use actors_primitives::{Balance, ReplyCode};
use frame_support::{
    pallet_prelude::DispatchError,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Preservation, Provenance},
    },
};

use crate::{aborted::Aborted, till::Till, Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// Whether `value` can arrive at an account, which it creates if need be.
    pub(crate) fn can_receive(who: &T::AccountId, value: Balance) -> bool {
        value == 0
            || T::Currency::can_deposit(who, value, Provenance::Extant)
                .into_result()
                .is_ok()
    }

    /// Takes value on its way from its source.
    pub(crate) fn value_departs(
        till: &mut Till,
        source: &T::AccountId,
        value: Balance,
    ) -> Result<(), DispatchError> {
        Self::take_in(till, source, value).map_err(|_| Error::<T>::ValueNotPayable.into())
    }

    /// Pays value that was on its way out to where it goes.
    pub(crate) fn value_arrives(
        till: &mut Till,
        destination: &T::AccountId,
        value: Balance,
    ) -> Result<(), DispatchError> {
        Self::pay_out(till, destination, value)
    }

    /// Pays value that was on its way out to its source, or to whom that has left everything; says how
    /// much arrived there.
    ///
    /// A source that could not take it back, because its account has gone meanwhile and the value
    /// is below the existential deposit, leaves it to [`Config::FeeHandler`], as dust is left.
    pub(crate) fn value_returns(till: &mut Till, source: &T::AccountId, value: Balance) -> Balance {
        if value == 0 || Self::pay_out(till, &Self::heir(source.clone()), value).is_ok() {
            return value;
        }
        till.fees = till.fees.saturating_add(value);
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
