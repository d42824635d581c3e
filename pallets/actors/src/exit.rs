//! The end of a program: what it leaves behind, and to whom.

use actors_primitives::{Balance, ReplyCode};
use frame_support::traits::{
    fungible::{hold::Mutate as _, Balanced, Inspect, Mutate},
    tokens::{Fortitude, Precision, Preservation},
    OnUnbalanced,
};

use crate::{
    aborted::Aborted, deposit::Footprint, graves::Grave, record::ServiceState, report, Config,
    Event, HoldReason, Pallet, Program, Programs, Tombstones,
};

/// What a tombstone stores: two accounts.
const TOMBSTONE_BYTES: u64 = 64;

impl<T: Config> Pallet<T> {
    /// Ends a program: its balance and deposits go to the inheritor, its address keeps a
    /// tombstone, and what it stores, and who waits in it, is left to [`Self::sweep`].
    pub(crate) fn end_program(
        service: &mut ServiceState,
        account: &T::AccountId,
        program: Program<T>,
        inheritor: T::AccountId,
    ) -> Result<(), Aborted> {
        let heir = Self::heir(inheritor);
        if heir == *account {
            return Err(Aborted::Reply(ReplyCode::SyscallMisuse));
        }
        Programs::<T>::remove(account);
        Tombstones::<T>::insert(account, heir.clone());
        Self::release_code(program.code_hash);
        let reason = HoldReason::Storage.into();
        let released =
            T::Currency::release(&reason, account, program.deposit, Precision::BestEffort)?;
        if released != program.deposit {
            report!("an exited program's deposit is less than its record says");
        }
        Self::pay_for_tombstone(account);
        let value: Balance =
            T::Currency::reducible_balance(account, Preservation::Expendable, Fortitude::Polite);
        T::Currency::transfer(account, &heir, value, Preservation::Expendable)?;
        Self::bury(service, account, program.epoch, Grave::Exited);
        Self::deposit_event(Event::ProgramExited {
            program: account.clone(),
            inheritor: heir,
            value,
        });
        Ok(())
    }

    /// What a tombstone costs, in planck: the deposit for it, which is never given back.
    pub(crate) fn tombstone_price() -> Balance {
        Self::deposit_for(Footprint {
            items: 1,
            bytes: TOMBSTONE_BYTES,
        })
    }

    /// Takes what a tombstone costs out of what the program leaves: it stays for ever, so nobody
    /// could have it back.
    fn pay_for_tombstone(account: &T::AccountId) {
        let price = Self::tombstone_price();
        // No account is closed for it: the inheritor's share is at least the existential deposit.
        match T::Currency::withdraw(
            account,
            price,
            Precision::BestEffort,
            Preservation::Preserve,
            Fortitude::Force,
        ) {
            Ok(credit) => T::FeeHandler::on_unbalanced(credit),
            Err(error) => report!("a tombstone could not be paid for: {error:?}"),
        }
    }
}
