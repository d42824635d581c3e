//! Storage deposits: whoever makes a program grow pays for it, and what is freed is the
//! program's.

use actors_primitives::{Balance, ReplyCode};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::{
    fungible::{hold::Mutate as _, Inspect},
    tokens::Precision,
    Get,
};
use scale_info::TypeInfo;
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

use crate::{aborted::Aborted, ledger::Ledger, report, Config, HoldReason, Pallet, Program};

/// What a program stores besides its record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Footprint {
    /// Pages and keys.
    pub items: u32,
    /// Bytes of pages, keys and values.
    pub bytes: u64,
}

impl Footprint {
    /// One more item of that many bytes.
    pub(crate) fn add(&mut self, bytes: usize) {
        self.items = self.items.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes as u64);
    }

    /// One item of that many bytes less.
    pub(crate) fn remove(&mut self, bytes: usize) {
        self.items = self.items.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}

/// The part of `deposit` that `some` is of `all`, rounded down.
pub(crate) fn part(deposit: Balance, some: Balance, all: Balance) -> Balance {
    multiply_by_rational_with_rounding(deposit, some, all, Rounding::Down).unwrap_or_default()
}

impl<T: Config> Pallet<T> {
    /// The deposit for that much storage, in planck.
    pub(crate) fn deposit_for(footprint: Footprint) -> Balance {
        let items = T::DepositPerItem::get().saturating_mul(footprint.items.into());
        let bytes = T::DepositPerByte::get().saturating_mul(footprint.bytes.into());
        items.saturating_add(bytes)
    }

    /// The deposit for a program's record, in planck.
    pub(crate) fn record_deposit() -> Balance {
        Self::deposit_for(Footprint {
            items: 1,
            bytes: Program::<T>::max_encoded_len() as u64,
        })
    }

    /// What a new program costs its creator at once, besides its value: the existential deposit
    /// of its account, and the deposit for its record.
    pub(crate) fn creation_deposit() -> Balance {
        T::Currency::minimum_balance().saturating_add(Self::record_deposit())
    }

    /// What a program of that footprint would have on hold, had it stored all of it today.
    pub(crate) fn program_deposit(footprint: Footprint) -> Balance {
        Self::record_deposit().saturating_add(Self::deposit_for(footprint))
    }

    /// Notes that `program` now stores what `footprint` says: growth is paid from what the message may use of its purse, at
    /// today's prices, and what is freed becomes the program's free balance: the part of its deposit
    /// that it is of all it stores.
    ///
    /// A change of the chain's prices affects nobody: the sender who adds a byte pays for that byte alone.
    pub(crate) fn settle_deposit(
        account: &T::AccountId,
        program: &mut Program<T>,
        footprint: Footprint,
        ledger: &mut Ledger<'_, T>,
    ) -> Result<(), Aborted> {
        if footprint == program.footprint {
            return Ok(());
        }
        let reason = HoldReason::Storage.into();
        let before = Self::program_deposit(program.footprint);
        let after = Self::program_deposit(footprint);
        if let Some(growth) = after.checked_sub(before).filter(|growth| *growth > 0) {
            // What the account lacks to live, should the existential deposit have been raised since.
            let minimum = T::Currency::minimum_balance();
            let lacking = minimum.saturating_sub(T::Currency::balance(account));
            let due = growth.saturating_add(lacking);
            ledger.take_deposit(due)?;
            if Self::pay_out(&mut ledger.service.till, account, due).is_err() {
                return Err(Aborted::Reply(ReplyCode::DepositShortfall));
            }
            T::Currency::hold(&reason, account, growth)?;
            program.deposit = program.deposit.saturating_add(growth);
        } else {
            let freed = part(program.deposit, before.saturating_sub(after), before);
            let released = Self::release_storage(account, freed);
            program.deposit = program.deposit.saturating_sub(released);
        }
        program.footprint = footprint;
        Ok(())
    }

    /// Makes so much of what is held for a program's storage free, and says how much that was: less
    /// if there is less, and nothing if the account would then have less than it must, since the
    /// existential deposit has been raised.
    pub(crate) fn release_storage(account: &T::AccountId, amount: Balance) -> Balance {
        if amount == 0 {
            return 0;
        }
        let reason = HoldReason::Storage.into();
        let released = T::Currency::release(&reason, account, amount, Precision::BestEffort);
        if released != Ok(amount) {
            report!("of {amount} planck of a program's deposit was released: {released:?}");
        }
        released.unwrap_or_default()
    }
}
