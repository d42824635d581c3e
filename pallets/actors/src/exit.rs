//! The end of a program: what it leaves behind, to whom, and how its storage is freed.

use actors_executor::Failure;
use actors_primitives::{Balance, CodeHash, ReplyCode};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
    storage::{generator::StorageDoubleMap as _, unhashed},
    traits::{
        fungible::{hold::Mutate as _, Balanced, Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        OnUnbalanced,
    },
    weights::WeightMeter,
};

use crate::{
    deposit::Footprint, report, turn::Aborted, Codes, Config, Event, Graves, HoldReason, Pages,
    Pallet, Program, Programs, Service, State, Tombstones, WeightInfo,
};

/// Keys that one step of freeing an exited program's storage removes.
pub(crate) const SWEEP_KEYS: u32 = 32;

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
    /// tombstone, and what it stores is left to [`Self::sweep`].
    pub(crate) fn end_program(
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
        if program.footprint.items > 0 {
            Graves::<T>::insert(account, ());
            Service::<T>::mutate(|service| service.graves = service.graves.saturating_add(1));
        }
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

    /// Frees storage of exited programs, a bounded number of keys a step, as long as the meter
    /// lasts. What remains is found again in the next block.
    pub(crate) fn sweep(meter: &mut WeightMeter) {
        loop {
            let service = Service::<T>::get();
            if service.is_paused || service.graves == 0 {
                return;
            }
            if meter.try_consume(T::WeightInfo::sweep(SWEEP_KEYS)).is_err() {
                return;
            }
            let Some(account) = Graves::<T>::iter_keys().next() else {
                report!("fewer exited programs have storage to free than were counted");
                Service::<T>::mutate(|service| service.graves = 0);
                return;
            };
            let pages = Pages::<T>::storage_double_map_final_key1(&account);
            let state = State::<T>::storage_double_map_final_key1(&account);
            if !Self::free(meter, pages) || !Self::free(meter, state) {
                return;
            }
            Graves::<T>::remove(&account);
            Service::<T>::mutate(|service| service.graves = service.graves.saturating_sub(1));
        }
    }

    /// Removes all keys under a prefix, step by step; whether all are gone. Raw keys: also those
    /// that nothing decodes any more. Going on from the last one, what is removed already costs
    /// nothing again.
    fn free(meter: &mut WeightMeter, prefix: Vec<u8>) -> bool {
        let mut last = prefix.clone();
        while meter.try_consume(T::WeightInfo::sweep(SWEEP_KEYS)).is_ok() {
            for _ in 0..SWEEP_KEYS {
                match sp_io::storage::next_key(&last).filter(|key| key.starts_with(&prefix)) {
                    Some(key) => {
                        unhashed::kill(&key);
                        last = key;
                    }
                    None => return true,
                }
            }
        }
        false
    }
}
