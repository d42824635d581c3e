//! Calls that are made to see what they do, and undone.

use actors_primitives::{Balance, CodeHash, Gas, MessageId, PAGE_SIZE};
use actors_runtime_api::ReadError;
use alloc::{string::ToString, vec::Vec};
use frame_support::{
    pallet_prelude::DispatchError,
    storage::{with_transaction_unchecked, TransactionOutcome},
    traits::{
        fungible::{Inspect, Unbalanced},
        tokens::Precision,
        EnsureOrigin, Get,
    },
};
use frame_system::RawOrigin;
use sp_runtime::traits::{One, Saturating};

use crate::{deposit::Footprint, place::Rate, Codes, Config, Kind, Pallet, Queue, Service};

/// Turns of the longest length that a rehearsal's gas covers when it is not told how much.
const DEFAULT_TURNS: u64 = 4;

/// Who pays for a call, and with what.
pub(super) struct Means<T: Config> {
    /// Whose money it is.
    pub(super) payer: T::AccountId,
    /// What the call takes besides gas and deposit money, in planck.
    pub(super) outlay: Balance,
    /// The gas; if it is not told, what the payer's money is enough for. If neither limit is
    /// told, the payer is lent what it has too little.
    pub(super) gas_limit: Option<Gas>,
    /// The deposit money; if it is not told, half of the payer's.
    pub(super) deposit_limit: Option<Balance>,
}

/// A call that was made: its message is all that stands in the queue.
pub(super) struct Made<T: Config> {
    /// The message.
    pub(super) message_id: MessageId,
    /// The program it goes to.
    pub(super) program: T::AccountId,
    /// The gas that it was given.
    pub(super) gas: Gas,
    /// What a place in the queue cost.
    pub(super) rate: Rate,
    /// What the call takes besides both.
    pub(super) outlay: Balance,
    /// What the payer could spend.
    pub(super) spendable: Balance,
}

impl<T: Config> Pallet<T> {
    /// Does `call` and lets `watch` see what it causes, as if in a block of its own with nothing
    /// queued before it, but at the price that places have now, and undoes everything. Time and
    /// randomness are those of the last block.
    pub(super) fn rehearse<R>(
        means: Means<T>,
        call: impl FnOnce(Gas, Balance) -> Result<(MessageId, T::AccountId), DispatchError>,
        watch: impl FnOnce(Made<T>) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        Self::undone(|| {
            Self::begin_block();
            let before = Service::<T>::get();
            let most = Self::most_gas(Self::place_rate(&before));
            let spendable = Self::spendable(&means.payer);
            if means.gas_limit.is_none() && means.deposit_limit.is_none() {
                Self::lend(&means.payer, means.outlay, most);
            }
            // Unless told otherwise, the payer's money is shared between gas and deposits.
            let free = Self::spendable(&means.payer).saturating_sub(means.outlay);
            let deposit = means.deposit_limit.unwrap_or(free / 2);
            let money = free.saturating_sub(deposit);
            let gas = means
                .gas_limit
                .unwrap_or_else(|| Self::affordable_gas(money, most));
            let (message_id, program) = call(gas, deposit).map_err(Self::refused)?;
            // Nothing that was queued before is served, and all of it still makes places as dear.
            let mut service = Service::<T>::get();
            service.queue.head = service.queue.tail.saturating_sub(1);
            service.booked.head = service.booked.tail;
            let own = Queue::<T>::get(service.queue.head);
            let kind = own.map_or(Kind::Handle, |message| message.kind);
            Service::<T>::put(service);
            let rate = Self::place_rate_of(&before, kind);
            watch(Made {
                message_id,
                program,
                gas,
                rate,
                outlay: means.outlay,
                spendable,
            })
        })
    }

    /// Makes the payer's money enough for the call's `outlay`, the most gas of a rehearsal, and
    /// deposits of a whole memory: who asks what a call takes need not have it.
    fn lend(payer: &T::AccountId, outlay: Balance, most: Gas) {
        let gas = T::GasPrice::get().cost(most);
        let pages = T::Limits::get()
            .memory
            .saturating_mul(crate::program::PAGES_PER_WASM_PAGE);
        let memory = Footprint {
            items: pages,
            bytes: u64::from(pages).saturating_mul(PAGE_SIZE.into()),
        };
        let share = gas.max(Self::deposit_for(memory));
        let wanted = outlay.saturating_add(share.saturating_mul(2));
        // The first loan may be taken up by what is frozen.
        for _ in 0..2 {
            let missing = wanted.saturating_sub(Self::spendable(payer));
            if missing > 0 {
                let all = missing.saturating_add(T::Currency::minimum_balance());
                // Undone with the rest. What cannot be lent the call misses, and says so.
                let _ = T::Currency::increase_balance(payer, all, Precision::BestEffort);
            }
        }
    }

    /// The gas that a rehearsal has if it is not told how much, where places have that price.
    fn most_gas(rate: Rate) -> Gas {
        let gas = T::MaxTurnGas::get().saturating_mul(DEFAULT_TURNS);
        // Each of these turns pays for its place.
        gas.saturating_add(rate.price(gas.max(Self::largest_turn())))
    }

    pub(super) fn rehearse_message<R>(
        source: T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
        watch: impl FnOnce(Made<T>) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        let means = Means {
            payer: source.clone(),
            outlay: value,
            gas_limit,
            deposit_limit,
        };
        let call = |gas, deposit| {
            let program = destination.clone();
            Self::do_send_message(&source, destination, payload, value, gas, deposit)
                .map(|message_id| (message_id, program))
        };
        Self::rehearse(means, call, watch)
    }

    /// Rehearses an upgrade that who pays for it orders, after `upload` where its code is not
    /// stored yet.
    pub(super) fn rehearse_upgrade<R>(
        means: Means<T>,
        program: T::AccountId,
        code_hash: CodeHash,
        payload: Vec<u8>,
        upload: impl FnOnce() -> Result<(), DispatchError>,
        watch: impl FnOnce(Made<T>) -> Result<R, ReadError>,
    ) -> Result<R, ReadError> {
        let admin = means.payer.clone();
        let call = |gas, deposit| {
            upload()?;
            let upgraded = program.clone();
            Self::do_upgrade_program(&admin, program, code_hash, payload, gas, deposit)
                .map(|message_id| (message_id, upgraded))
        };
        Self::rehearse(means, call, watch)
    }

    /// What storing code takes from who uploads it, unless it is stored already; its name.
    pub(super) fn upload_outlay(wasm: &[u8]) -> Result<(CodeHash, Balance), ReadError> {
        let judged = Self::judge(wasm);
        let (_, blob) = judged.map_err(|invalid| ReadError::Invalid(invalid.to_string()))?;
        let code_hash = Self::code_hash(wasm);
        Ok(match Codes::<T>::contains_key(code_hash) {
            true => (code_hash, 0),
            false => {
                let deposit = Self::code_deposit(blob.code.len(), blob.section.len());
                (code_hash, deposit)
            }
        })
    }

    /// Whether the account may upload code.
    pub(super) fn ensure_uploader(who: &T::AccountId) -> Result<(), DispatchError> {
        T::UploadOrigin::ensure_origin(RawOrigin::Signed(who.clone()).into())?;
        Ok(())
    }

    /// Does something and undoes it.
    pub(super) fn undone<R>(act: impl FnOnce() -> R) -> R {
        with_transaction_unchecked(|| TransactionOutcome::Rollback(act()))
    }

    /// Begins the block after the one that the state is of, or after the last that was begun.
    pub(super) fn begin_block() {
        let next = frame_system::Pallet::<T>::block_number().saturating_add(One::one());
        let parent = frame_system::Pallet::<T>::parent_hash();
        frame_system::Pallet::<T>::initialize(&next, &parent, &Default::default());
        // No block may have begun yet.
        Self::endow_escrow();
        frame_system::Pallet::<T>::reset_events();
    }

    fn affordable_gas(money: Balance, most: Gas) -> Gas {
        let price = T::GasPrice::get();
        if money == 0 {
            // Nothing is affordable: let the call say what cannot be paid.
            return T::MaxTurnGas::get();
        }
        let affordable = money
            .saturating_mul(price.per_gas.max(1).into())
            .checked_div(price.planck.into())
            .and_then(|gas| Gas::try_from(gas).ok());
        affordable.map_or(most, |gas| gas.min(most))
    }

    pub(super) fn refused(error: DispatchError) -> ReadError {
        ReadError::Refused(match error {
            DispatchError::Module(error) => error.message.unwrap_or("unknown error").to_string(),
            other => <&'static str>::from(other).to_string(),
        })
    }
}
