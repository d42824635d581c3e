//! What is still to be swept of programs that have ended, or gone on as others: messages that waited
//! in them, and what they stored. Each in a row of its own, the oldest first.

use actors_primitives::Balance;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{record::ServiceState, Config, Graves, Pallet, Program, Remains, Waiting};

/// Why messages wait in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Parting {
    /// The program has exited.
    Exited,
    /// The program has been upgraded; what waited before is void.
    Upgraded,
}

/// Messages that wait in vain, to be answered.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Grave<AccountId> {
    /// The program that they wait in.
    pub program: AccountId,
    /// How often it had been upgraded when they began to wait.
    pub epoch: u32,
    /// What has become of it.
    pub parting: Parting,
}

/// What an exited program still stores.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Remnant<AccountId> {
    /// The program.
    pub program: AccountId,
    /// How many pages and keys are left.
    pub items: u32,
    /// What is still held for them on the program's account, in planck.
    pub deposit: Balance,
}

impl<T: Config> Pallet<T> {
    /// Leaves the messages that wait in this epoch of a program to be answered, if there are any.
    pub(crate) fn bury(
        service: &mut ServiceState,
        account: &T::AccountId,
        epoch: u32,
        parting: Parting,
    ) {
        let mut waiting = Waiting::<T>::iter_key_prefix((account, epoch));
        if waiting.next().is_some() {
            let grave = Grave {
                program: account.clone(),
                epoch,
                parting,
            };
            Graves::<T>::insert(service.graves.push(), grave);
        }
    }

    /// Leaves what an exited program stores to be freed, and so much of its deposit on hold until
    /// then.
    pub(crate) fn leave_remnant(
        service: &mut ServiceState,
        account: &T::AccountId,
        program: &Program<T>,
        deposit: Balance,
    ) {
        let remnant = Remnant {
            program: account.clone(),
            items: program.footprint.items,
            deposit,
        };
        Remains::<T>::insert(service.remains.push(), remnant);
    }
}
