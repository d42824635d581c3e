//! The one queue: first in, first out, at a constant number of storage accesses a message.

use actors_primitives::{abi::Entry, Balance, MessageId, ReplyCode, PAGE_SIZE};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchError, Weight},
    traits::Get,
    weights::WeightMeter,
};
use scale_info::TypeInfo;

use crate::{
    turn::Log, Codes, Config, Ends, Error, Event, Pallet, PayloadBound, Programs, Queue, WeightInfo,
};

/// Which entry a message runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Kind {
    /// `init`: the message that creates the program.
    Init,
    /// `handle`: every later one.
    Handle,
}

impl Kind {
    /// The entry that it runs.
    #[must_use]
    pub fn entry(self) -> Entry {
        match self {
            Self::Init => Entry::Init,
            Self::Handle => Entry::Handle,
        }
    }
}

/// A message to a program, on its way.
#[derive(
    frame_support::CloneNoBound,
    frame_support::DebugNoBound,
    frame_support::PartialEqNoBound,
    frame_support::EqNoBound,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Message<T: Config> {
    /// Its id.
    pub id: MessageId,
    /// Which entry it runs.
    pub kind: Kind,
    /// Who sent it, and gets the reply.
    pub source: T::AccountId,
    /// The program it goes to.
    pub destination: T::AccountId,
    /// What it says.
    pub payload: BoundedVec<u8, PayloadBound<T>>,
    /// What it carries, in planck; in escrow while it is here.
    pub value: Balance,
    /// The purse that pays for it, of which it holds one reference.
    pub purse: MessageId,
}

/// Where the queue begins and ends: the next place to serve, and the next to fill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct QueueEnds {
    /// The place of the message that is served next.
    pub head: u64,
    /// The place that the next message takes.
    pub tail: u64,
}

impl QueueEnds {
    /// How many messages stand in the queue.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.tail.saturating_sub(self.head)
    }
}

impl<T: Config> Pallet<T> {
    /// How many messages stand in the queue.
    #[must_use]
    pub fn queue_length() -> u64 {
        Ends::<T>::get().length()
    }

    /// Refuses a call when the queue is full. What programs send is never refused.
    pub(crate) fn ensure_queue_has_room() -> Result<(), DispatchError> {
        let room = Self::queue_length() < u64::from(T::MaxQueueLength::get());
        ensure!(room, Error::<T>::QueueFull);
        Ok(())
    }

    /// Puts a message at the end of the queue. Its value is in escrow and its purse holds a
    /// reference for it already.
    pub(crate) fn enqueue(message: Message<T>) {
        let event = Event::MessageQueued {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        };
        Ends::<T>::mutate(|ends| {
            Queue::<T>::insert(ends.tail, message);
            ends.tail = ends.tail.saturating_add(1);
        });
        Self::deposit_event(event);
    }

    /// The share of a block that the queue has before transactions.
    pub(crate) fn min_service_weight() -> Weight {
        let share = T::MinServiceWeight::get();
        let block = T::BlockWeights::get().max_block;
        Weight::from_parts(
            share.mul_floor(block.ref_time()),
            share.mul_floor(block.proof_size()),
        )
    }

    /// Serves the queue with at most `limit` and says what that took.
    pub(crate) fn serve_within(limit: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        Self::serve(&mut meter, &mut Log::default());
        meter.consumed()
    }

    /// Serves the queue until it is empty or the next turn might not fit.
    ///
    /// A turn starts only when the most it may burn fits what remains: nothing runs twice.
    pub(crate) fn serve(meter: &mut WeightMeter, log: &mut Log) {
        if meter.try_consume(T::WeightInfo::peek_queue()).is_err() {
            return;
        }
        let mut ends = Ends::<T>::get();
        let step = T::WeightInfo::serve_message();
        while ends.head < ends.tail && meter.can_consume(step) {
            let Some(message) = Queue::<T>::get(ends.head) else {
                // Only damaged storage brings us here. Step over it, so that the rest is served.
                log::error!(target: crate::LOG_TARGET, "no message at {} in the queue", ends.head);
                meter.consume(step);
                ends.head = ends.head.saturating_add(1);
                Self::advance(ends.head);
                continue;
            };
            let gas_limit = Self::turn_gas_limit(&message.purse);
            let proof = Self::turn_proof_bound(&message.destination);
            let most = step.saturating_add(Weight::from_parts(gas_limit, proof));
            if !most.all_lte(T::BlockWeights::get().max_block) {
                // It fitted when it was sent, and the block has shrunk since.
                Queue::<T>::remove(ends.head);
                Self::advance(ends.head.saturating_add(1));
                Self::refuse(message, ReplyCode::LimitExceeded);
                meter.consume(step);
                ends = Ends::<T>::get();
                continue;
            }
            if !meter.can_consume(most) {
                // The head, its purse, its program and its code were read to find out.
                meter.consume(T::WeightInfo::peek_queue());
                return;
            }
            Queue::<T>::remove(ends.head);
            Self::advance(ends.head.saturating_add(1));
            let burned = Self::run(message, gas_limit, log);
            meter.consume(step.saturating_add(Weight::from_parts(burned, proof)));
            // The turn may have sent messages.
            ends = Ends::<T>::get();
        }
    }

    /// Bytes of proof that loading a program takes at most: its code and its stored pages.
    fn turn_proof_bound(program: &T::AccountId) -> u64 {
        let Some(program) = Programs::<T>::get(program) else {
            return 0;
        };
        let Some(code) = Codes::<T>::get(program.code_hash) else {
            return 0;
        };
        let pages = (program.pages.len() as u64).saturating_mul(PAGE_SIZE.into());
        pages.saturating_add(code.info.code_len.into())
    }

    fn advance(head: u64) {
        Ends::<T>::mutate(|ends| ends.head = head);
    }
}
