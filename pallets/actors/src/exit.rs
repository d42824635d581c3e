//! The end of a program: what it leaves behind, and to whom.

use actors_executor::Failure;
use actors_primitives::{Balance, CodeHash, ReplyCode};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::traits::{
    fungible::{hold::Mutate as _, Balanced, Inspect, Mutate},
    tokens::{Fortitude, Precision, Preservation},
    OnUnbalanced,
};

use crate::{
    deposit::Footprint, queue::ServiceState, report, sweep::Grave, turn::Aborted, Codes, Config,
    Event, HoldReason, Pallet, Program, Programs, Tombstones,
};

/// What a tombstone stores: two accounts.
const TOMBSTONE_BYTES: u64 = 64;

/// How far an inheritance is followed. Whoever names an exited program as inheritor, whose own
/// inheritor has exited, and so on, longer than this, leaves the value to an account that nobody
/// has: a program that plays such games plays them with its own money.
const GENERATIONS: u32 = 8;

impl<T: Config> Pallet<T> {
    /// Where value for `account` goes: to itself, or to the inheritor of an exited program.
    pub(crate) fn heir(account: T::AccountId) -> T::AccountId {
        let mut account = account;
        for _ in 0..GENERATIONS {
            match Tombstones::<T>::get(&account) {
                Some(inheritor) => account = inheritor,
                None => break,
            }
        }
        account
    }

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

    /// Gives up a program's reference to its code.
    pub(crate) fn release_code(code_hash: CodeHash) {
        Codes::<T>::mutate(code_hash, |code| match code {
            Some(code) => code.references = code.references.saturating_sub(1),
            None => report!("a program's code has no record"),
        });
    }

    /// What the error reply of a message to `account` says when no program stands there: the
    /// code, and the inheritor if one did.
    pub(crate) fn absence(account: &T::AccountId) -> Failure {
        let (code, payload) = match Tombstones::<T>::get(account) {
            Some(inheritor) => (ReplyCode::Exited, inheritor.encode()),
            None => (ReplyCode::NoSuchProgram, Vec::new()),
        };
        Failure { code, payload }
    }
}
