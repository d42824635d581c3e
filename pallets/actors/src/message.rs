//! Messages: what they make happen, who sent them, and who is told how they ended.

use actors_primitives::{abi::Entry, Balance, CodeHash, MessageId, ReplyCode};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::pallet_prelude::BoundedVec;
use scale_info::TypeInfo;

use crate::{place::Place, queue::Lane, Booked, Config, PayloadBound, Queue};

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
    /// What it carries, in planck; in escrow until its first turn commits.
    pub value: Balance,
    /// The purse that pays for it, of which it holds one reference. A reply has taken over that
    /// of the message which it answers.
    pub purse: MessageId,
    /// How much of the purse's deposit money it may use, in planck.
    pub deposit: Balance,
    /// What it has of the queue.
    pub place: Place,
    /// What it says. Last, so that the rest can be read without it.
    pub payload: BoundedVec<u8, PayloadBound>,
}

/// The id of the signal that tells a program of a message which has failed, and of its purse.
pub(crate) fn signal_id(program: &impl Encode, message: &MessageId) -> MessageId {
    let index = u32::MAX.saturating_sub(1);
    let preimage = MessageId::child_preimage(message, 0, index);
    MessageId((preimage, program).using_encoded(sp_io::hashing::blake2_256))
}

/// All of a message but its payload, in the order in which it is stored.
type Head<T> = (
    MessageId,
    Kind,
    <T as frame_system::Config>::AccountId,
    Sender,
    <T as frame_system::Config>::AccountId,
    Balance,
    MessageId,
    Balance,
    Place,
);

impl<T: Config> Message<T> {
    /// The message at that place of a row, without its payload, which is not read.
    pub(crate) fn head(lane: Lane, place: u64) -> Option<Self> {
        let key = match lane {
            Lane::Queue => Queue::<T>::hashed_key_for(place),
            Lane::Booked => Booked::<T>::hashed_key_for(place),
        };
        let mut bytes = alloc::vec![0; Head::<T>::max_encoded_len()];
        sp_io::storage::read(&key, &mut bytes, 0)?;
        let (id, kind, source, sender, destination, value, purse, deposit, of_queue) =
            Head::<T>::decode(&mut &bytes[..]).ok()?;
        Some(Self {
            id,
            kind,
            source,
            sender,
            destination,
            value,
            purse,
            deposit,
            place: of_queue,
            payload: BoundedVec::new(),
        })
    }
}
