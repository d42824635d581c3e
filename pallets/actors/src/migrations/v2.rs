//! From 1 to 2: the money of purses leaves the holds on their payers' accounts, and is the escrow account's.
//!
//! In version 1 a call's gas and deposit money stayed on the payer's account, on hold ([`HoldReason::Purse`]), and the
//! record of the service said nothing of money. The first step brings that record into its new form; each further
//! one moves the money of one purse, so that a step is short however many there are. Where a hold has less than its
//! purse says, as only damage brings about, the purse has what there is.
//!
//! The cursor is the message whose purse was moved last.

use actors_primitives::{Gas, MessageId};
use codec::Decode;
use frame_support::{
    migrations::{MigrationId, SteppedMigration, SteppedMigrationError},
    storage::{storage_prefix, unhashed},
    traits::{
        fungible::{hold::Unbalanced as _, Inspect, Unbalanced},
        tokens::Precision,
        Get, GetStorageVersion, PalletInfoAccess, StorageVersion,
    },
    weights::{Weight, WeightMeter},
};

use crate::{
    record::{Row, ServiceState},
    report,
    till::Till,
    weights::PROOF_PER_ACCESS,
    Config, Endowment, HoldReason, Pallet, Purse, Purses, Service,
};

/// The record of the service in version 1.
#[derive(Decode)]
struct OldService {
    queue: Row,
    booked: Row,
    ahead: i64,
    queue_begins: bool,
    volume: Gas,
    memory: u32,
    mark: u64,
    sent: u64,
    graves: Row,
    remains: Row,
    is_paused: bool,
    clock: u64,
    scheduled: u64,
    due_tick: u64,
    due_index: u32,
}

impl From<OldService> for ServiceState {
    fn from(old: OldService) -> Self {
        Self {
            queue: old.queue,
            booked: old.booked,
            ahead: old.ahead,
            queue_begins: old.queue_begins,
            volume: old.volume,
            memory: old.memory,
            mark: old.mark,
            sent: old.sent,
            graves: old.graves,
            remains: old.remains,
            till: Till::default(),
            is_paused: old.is_paused,
            clock: old.clock,
            scheduled: old.scheduled,
            due_tick: old.due_tick,
            due_index: old.due_index,
        }
    }
}

/// Moves the money of purses from their payers' holds to the escrow account.
pub struct TakeHolds<T>(core::marker::PhantomData<T>);

impl<T: Config> SteppedMigration for TakeHolds<T> {
    type Cursor = MessageId;
    type Identifier = MigrationId<13>;

    fn id() -> Self::Identifier {
        MigrationId {
            pallet_id: *b"pallet-actors",
            version_from: 1,
            version_to: 2,
        }
    }

    fn step(
        mut cursor: Option<MessageId>,
        meter: &mut WeightMeter,
    ) -> Result<Option<MessageId>, SteppedMigrationError> {
        if Pallet::<T>::on_chain_storage_version() != StorageVersion::new(1) {
            return Ok(None);
        }
        let required = step_weight::<T>();
        if meter.try_consume(required).is_err() {
            return Err(SteppedMigrationError::InsufficientWeight { required });
        }
        if cursor.is_none() {
            begin::<T>();
        }
        // One purse is in what was consumed.
        loop {
            let mut purses = match cursor {
                Some(last) => Purses::<T>::iter_from(Purses::<T>::hashed_key_for(last)),
                None => Purses::<T>::iter(),
            };
            let Some((id, purse)) = purses.next() else {
                StorageVersion::new(2).put::<Pallet<T>>();
                return Ok(None);
            };
            move_money(&id, purse);
            cursor = Some(id);
            if meter.try_consume(required).is_err() {
                return Ok(cursor);
            }
        }
    }
}

/// The record of the service, and what is known of the escrow account: as much as the pallet has endowed it with,
/// beside the value in flight, whose sum is no item of its own any more.
fn begin<T: Config>() {
    let prefix = Pallet::<T>::name().as_bytes();
    let key = storage_prefix(prefix, b"Service");
    if let Some(old) = unhashed::get::<OldService>(&key) {
        Service::<T>::put(ServiceState::from(old));
    }
    unhashed::kill(&storage_prefix(prefix, b"ValueInFlight"));
    Endowment::<T>::put(T::Currency::minimum_balance());
}

/// The money of one purse.
fn move_money<T: Config>(id: &MessageId, mut purse: Purse<T>) {
    let (reason, precision) = (HoldReason::Purse.into(), Precision::BestEffort);
    let all = purse.money();
    let taken = T::Currency::decrease_balance_on_hold(&reason, &purse.payer, all, precision);
    let taken = taken.unwrap_or_default();
    if taken < all {
        report!("the hold of a purse has {taken} planck of {all}");
        purse.held = purse.held.min(taken);
        purse.deposit = taken.saturating_sub(purse.held);
        Purses::<T>::insert(id, &purse);
    }
    let escrow = Pallet::<T>::escrow();
    if let Err(error) = T::Currency::increase_balance(&escrow, taken, Precision::Exact) {
        report!("the escrow account could not take {taken} planck: {error:?}");
    }
}

/// A purse, the payer's account and its holds, the escrow account; besides, in the first step and the last, the record
/// of the service, the value in flight, the endowment and the version.
pub(crate) fn step_weight<T: Config>() -> Weight {
    let proof = PROOF_PER_ACCESS.saturating_mul(12);
    let time = T::DbWeight::get().reads_writes(12, 9);
    time.saturating_add(Weight::from_parts(0, proof))
}
