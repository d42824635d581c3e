//! What is still to be swept of programs that have ended, or gone on as others.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{record::ServiceState, Config, Graves, Pages, Pallet, State, Waiting};

/// Why there is something to sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Grave {
    /// The program has exited.
    Exited,
    /// The program has been upgraded; what waited before is void.
    Upgraded,
}

impl<T: Config> Pallet<T> {
    /// Leaves what a program has in this epoch to be swept, if there is anything.
    pub(crate) fn bury(
        service: &mut ServiceState,
        account: &T::AccountId,
        epoch: u32,
        grave: Grave,
    ) {
        let waits = Waiting::<T>::iter_key_prefix((account, epoch)).next();
        let stores = || {
            grave == Grave::Exited
                && (Pages::<T>::iter_key_prefix(account).next().is_some()
                    || State::<T>::iter_key_prefix(account).next().is_some())
        };
        if waits.is_some() || stores() {
            Graves::<T>::insert(account, epoch, grave);
            service.graves = service.graves.saturating_add(1);
        }
    }
}
