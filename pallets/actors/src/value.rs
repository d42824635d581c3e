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

    /// Gives value that was on its way back to its source, or to whom that has left everything; says how
    /// much arrived there.
    pub(crate) fn value_returns(till: &mut Till, source: &T::AccountId, value: Balance) -> Balance {
        match value {
            0 => 0,
            _ => Self::give_back(till, &Self::heir(source.clone()), value),
        }
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
