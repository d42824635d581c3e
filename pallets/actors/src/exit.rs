//! The end of a program: what it leaves behind, and to whom.

use actors_primitives::{Balance, ReplyCode};
use frame_support::{
    pallet_prelude::DispatchError,
    traits::{
        fungible::{hold::Unbalanced as _, Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
    },
};

use crate::{
    aborted::Aborted,
    deposit::{part, Footprint},
    graves::Parting,
    record::ServiceState,
    report,
    till::Till,
    Config, Event, HoldReason, Pallet, Program, Programs, Tombstones,
};

/// What a tombstone stores: two accounts.
const TOMBSTONE_BYTES: u64 = 64;

impl<T: Config> Pallet<T> {
    /// Ends a program that exits, unless it would inherit from itself.
    pub(crate) fn exit_program(
        service: &mut ServiceState,
        account: &T::AccountId,
        program: Program<T>,
        inheritor: T::AccountId,
    ) -> Result<(), Aborted> {
        let heir = Self::heir(inheritor);
        if heir == *account {
            return Err(Aborted::Reply(ReplyCode::SyscallMisuse));
        }
        Self::end_program(service, account, program, heir, false)
    }

    /// Ends a program: its balance and deposits go to the heir, its address keeps a tombstone, and what it
    /// stores, and who waits in it, is left to [`Self::sweep`]. Where the existential deposit was raised so
    /// far that some of it cannot go there, that is an error; if it `must` end, it is dust.
    pub(crate) fn end_program(
        service: &mut ServiceState,
        account: &T::AccountId,
        program: Program<T>,
        heir: T::AccountId,
        must: bool,
    ) -> Result<(), Aborted> {
        Programs::<T>::remove(account);
        Tombstones::<T>::insert(account, heir.clone());
        Self::release_code(program.code_hash);
        // What is held for pages and keys stays until they are freed.
        let all = Self::program_deposit(program.footprint);
        let kept = part(program.deposit, Self::deposit_for(program.footprint), all);
        let first = program.deposit.saturating_sub(kept);
        if must {
            Self::release_rest(&mut service.till, account, &heir, first);
        } else if Self::release_storage(account, first) != first {
            return Err(Aborted::Reply(ReplyCode::LimitExceeded));
        }
        Self::pay_for_tombstone(&mut service.till, account);
        let value = match Self::inherit(account, &heir) {
            Ok(value) => value,
            // Too little for an account that does not exist: it goes with what is freed.
            Err(_) if kept > 0 => 0,
            Err(_) if must => {
                Self::give_up(&mut service.till, account);
                0
            }
            Err(error) => return Err(error.into()),
        };
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

    /// Makes all that is left of what is held for a program's storage free. Where the account would
    /// then have less than it must, gives it to the heir, or to the fee handler as dust.
    pub(crate) fn release_rest(
        till: &mut Till,
        account: &T::AccountId,
        heir: &T::AccountId,
        amount: Balance,
    ) {
        let left = amount.saturating_sub(Self::release_storage(account, amount));
        if left == 0 {
            return;
        }
        let (reason, precision) = (HoldReason::Storage.into(), Precision::BestEffort);
        let taken = T::Currency::decrease_balance_on_hold(&reason, account, left, precision);
        let taken = taken.unwrap_or_default();
        till.cash = till.cash.saturating_add(taken);
        Self::give_back(till, heir, taken);
    }

    /// Gives all that is free on an account to the fee handler: too little for an account that does not
    /// exist.
    fn give_up(till: &mut Till, account: &T::AccountId) {
        let dust: Balance =
            T::Currency::reducible_balance(account, Preservation::Expendable, Fortitude::Polite);
        if let Err(error) = Self::take_fee(till, account, dust, Preservation::Expendable) {
            report!("what a program leaves stays on its account: {error:?}");
        }
    }

    /// Moves all that is free on an exited program's account to its heir: all but the existential
    /// deposit, as long as something is held there. Says how much that was.
    pub(crate) fn inherit(
        account: &T::AccountId,
        heir: &T::AccountId,
    ) -> Result<Balance, DispatchError> {
        // Who has exited in favour of others who had, and in the end of itself, keeps it.
        if heir == account {
            return Ok(0);
        }
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
    fn pay_for_tombstone(till: &mut Till, account: &T::AccountId) {
        let price = Self::tombstone_price();
        // No account is closed for it: the inheritor's share is at least the existential deposit.
        if let Err(error) = Self::take_fee(till, account, price, Preservation::Preserve) {
            report!("a tombstone could not be paid for: {error:?}");
        }
    }
}
