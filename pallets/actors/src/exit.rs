//! The end of a program: what it leaves behind, and to whom.

use actors_primitives::{Balance, ReplyCode};
use frame_support::{
    pallet_prelude::DispatchError,
    traits::{
        fungible::{hold::Mutate as _, Balanced, Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        OnUnbalanced,
    },
};

use crate::{
    aborted::Aborted,
    deposit::{part, Footprint},
    graves::Parting,
    record::ServiceState,
    report, Config, Event, HoldReason, Pallet, Program, Programs, Tombstones,
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
        // What is held for pages and keys stays until they are freed.
        let all = Self::program_deposit(program.footprint);
        let kept = match program.footprint.items {
            0 => 0,
            _ => part(program.deposit, Self::deposit_for(program.footprint), all),
        };
        Self::release_storage(account, program.deposit.saturating_sub(kept));
        Self::pay_for_tombstone(account);
        let value = Self::inherit(account, &heir)?;
        Self::bury(service, account, program.epoch, Parting::Exited);
        if program.footprint.items > 0 {
            Self::leave_remnant(service, account, &program, kept);
        }
        Self::deposit_event(Event::ProgramExited {
            program: account.clone(),
            inheritor: heir,
            value,
        });
        Ok(())
    }

    /// Makes so much of what is held for an exited program's storage free.
    pub(crate) fn release_storage(account: &T::AccountId, amount: Balance) {
        let reason = HoldReason::Storage.into();
        let released = T::Currency::release(&reason, account, amount, Precision::BestEffort);
        if released != Ok(amount) {
            report!("an exited program's deposit is less than its record says");
        }
    }

    /// Moves all that is free on an exited program's account to its heir: all but the existential
    /// deposit, as long as something is held there. Says how much that was.
    pub(crate) fn inherit(
        account: &T::AccountId,
        heir: &T::AccountId,
    ) -> Result<Balance, DispatchError> {
        let value: Balance =
            T::Currency::reducible_balance(account, Preservation::Expendable, Fortitude::Polite);
        if value > 0 {
            T::Currency::transfer(account, heir, value, Preservation::Expendable)?;
        }
        Ok(value)
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
