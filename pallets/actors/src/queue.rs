//! The one queue: first in, first out, at a constant number of storage accesses a message.

use actors_primitives::{abi::Entry, Balance, CodeHash, Gas, MessageId, ReplyCode};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::BoundedVec, traits::Get};
use scale_info::TypeInfo;

use crate::{Config, Event, Pallet, PayloadBound, Queue, Service};

/// A message that waits, among those of one program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Waiter {
    /// How often the program had been upgraded when it began to wait: an upgrade makes all that
    /// waited before it void at once.
    pub epoch: u32,
    /// The message.
    pub message: MessageId,
}

/// Who sent a message, and how its reply reaches them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Sender {
    /// A user, with a call: who answers need not look for a program.
    User,
    /// A program that does not wait for the reply.
    Program,
    /// A program, in a message that the reply resumes.
    Awaiting(Waiter),
}

/// What a message in the queue makes happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Kind {
    /// Runs `init`: the message that creates the program.
    Init,
    /// Runs `handle`: every later one.
    Handle,
    /// The reply to a message that the program sent: resumes the waiter, or runs `handle_reply`.
    Reply {
        /// The message that it answers.
        to: MessageId,
        /// How that message ended.
        code: ReplyCode,
        /// The message that awaited it when it was given.
        waiter: Option<Waiter>,
    },
    /// Resumes a message that another of the same program has woken.
    Wake(Waiter),
    /// Resumes a message whose deadline has passed.
    Deadline(Waiter),
    /// Runs `handle_signal`.
    Signal {
        /// The message that failed.
        of: MessageId,
        /// How it failed.
        code: ReplyCode,
    },
    /// Runs `migrate` of that code, which the program has from then on.
    Migrate(CodeHash),
}

impl Kind {
    /// The entry that it runs, where it does not resume another message.
    #[must_use]
    pub fn entry(self) -> Entry {
        match self {
            Self::Init => Entry::Init,
            Self::Handle | Self::Wake(_) | Self::Deadline(_) => Entry::Handle,
            Self::Reply { .. } => Entry::HandleReply,
            Self::Signal { .. } => Entry::HandleSignal,
            Self::Migrate(_) => Entry::Migrate,
        }
    }

    /// The message that it resumes, if that still waits.
    #[must_use]
    pub fn waiter(self) -> Option<Waiter> {
        match self {
            Self::Reply { waiter, .. } => waiter,
            Self::Wake(waiter) | Self::Deadline(waiter) => Some(waiter),
            _ => None,
        }
    }

    /// Whether it is a message of somebody's, which has one reply. The others are news of one.
    #[must_use]
    pub fn has_reply(self) -> bool {
        matches!(self, Self::Init | Self::Handle | Self::Migrate(_))
    }

    /// Whether it holds a reference to its purse. What only resumes burns from its waiter's.
    #[must_use]
    pub fn has_purse(self) -> bool {
        !matches!(self, Self::Wake(_) | Self::Deadline(_))
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
    /// What it makes happen.
    pub kind: Kind,
    /// Who sent it, and gets the reply.
    pub source: T::AccountId,
    /// How the reply reaches them.
    pub sender: Sender,
    /// The program it goes to.
    pub destination: T::AccountId,
    /// What it says.
    pub payload: BoundedVec<u8, PayloadBound>,
    /// What it carries, in planck; in escrow until its first turn commits.
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
    /// How many ended programs, or ended epochs of programs, are still to be swept.
    pub graves: u32,
    /// Whether the service is paused.
    pub is_paused: bool,
    /// The clock: blocks in which the queue was served and something was scheduled.
    pub clock: u64,
    /// How many entries the agenda has.
    pub scheduled: u64,
    /// The tick whose entries are due next.
    pub due_tick: u64,
    /// The place of the next one among them.
    pub due_index: u32,
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

    /// Whether something is scheduled for now or before.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.scheduled > 0 && self.due_tick <= self.clock
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
    pub(crate) fn enqueue(service: &mut ServiceState, message: Message<T>) {
        let event = message.kind.has_purse().then(|| Event::MessageQueued {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        });
        Queue::<T>::insert(service.tail, message);
        service.tail = service.tail.saturating_add(1);
        if let Some(event) = event {
            Self::deposit_event(event);
        }
    }
}
