//! The one queue: first in, first out, at a constant number of storage accesses a message.

use actors_primitives::{abi::Entry, Balance, Gas, MessageId, ReplyCode};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::BoundedVec, traits::Get};
use scale_info::TypeInfo;

use crate::{Config, Event, Pallet, PayloadBound, Queue, Service};

/// Which entry a message runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Kind {
    /// `init`: the message that creates the program.
    Init,
    /// `handle`: every later one.
    Handle,
    /// `handle_reply`: the reply to a message that the program sent.
    Reply {
        /// The message that it answers.
        to: MessageId,
        /// How that message ended.
        code: ReplyCode,
    },
}

impl Kind {
    /// Whether it is a reply, which has none itself and whose value has arrived before its turn.
    #[must_use]
    pub fn is_reply(self) -> bool {
        matches!(self, Self::Reply { .. })
    }

    /// The entry that it runs.
    #[must_use]
    pub fn entry(self) -> Entry {
        match self {
            Self::Init => Entry::Init,
            Self::Handle => Entry::Handle,
            Self::Reply { .. } => Entry::HandleReply,
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
    /// Whether that was a program: who answers a user need not look for one.
    pub is_from_program: bool,
    /// The program it goes to.
    pub destination: T::AccountId,
    /// What it says.
    pub payload: BoundedVec<u8, PayloadBound<T>>,
    /// What it carries, in planck; in escrow while it is here.
    pub value: Balance,
    /// The purse that pays for it, of which it holds one reference. A reply has taken over that
    /// of the message which it answers.
    pub purse: MessageId,
}

/// The state of the service: one record, so that a message costs one access for all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct ServiceState {
    /// The place of the message that is served next.
    pub head: u64,
    /// The place that the next message takes.
    pub tail: u64,
    /// How many messages calls have sent: part of their ids.
    pub sent: u64,
    /// How many exited programs still have storage to free.
    pub graves: u32,
    /// Whether the service is paused.
    pub is_paused: bool,
}

impl ServiceState {
    /// Whether the queue begins before it ends, as nothing but damage changes.
    pub(crate) fn is_sound(&self) -> bool {
        self.head <= self.tail
    }

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
        Service::<T>::get().length()
    }

    /// What a place behind that many messages costs a call, in gas.
    pub(crate) fn place_price(length: u64) -> Gas {
        T::BacklogPrice::get().saturating_mul(length)
    }

    /// Puts a message at the end of the queue. Its value is in escrow and its purse holds a
    /// reference for it already.
    pub(crate) fn enqueue(message: Message<T>) {
        Service::<T>::mutate(|service| Self::enqueue_at(service, message));
    }

    /// The same, where the state of the service is at hand.
    pub(crate) fn enqueue_at(service: &mut ServiceState, message: Message<T>) {
        let event = Event::MessageQueued {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        };
        Queue::<T>::insert(service.tail, message);
        service.tail = service.tail.saturating_add(1);
        Self::deposit_event(event);
    }
}
