//! Messages: what stands in the queue, and their ids.

use actors_primitives::{CodeHash, MessageId, ReplyCode};
use alloc::vec::Vec;
use sp_io::hashing::blake2_256;

use crate::mock::AccountId;

/// With its program's address it names a message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiter {
    pub(super) epoch: u32,
    pub(super) message: MessageId,
}

/// Who sent a message, and so what its reply is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    User,
    Program,
    Awaiting(Waiter),
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Init,
    Handle,
    Reply {
        to: MessageId,
        code: ReplyCode,
        waiter: Option<Waiter>,
    },
    Wake(Waiter),
    Deadline(Waiter),
    Signal {
        of: MessageId,
        code: ReplyCode,
    },
    Migrate(CodeHash),
}

impl Kind {
    /// The message that it resumes.
    pub(super) fn waiter(self) -> Option<Waiter> {
        match self {
            Self::Reply { waiter, .. } => waiter,
            Self::Wake(waiter) | Self::Deadline(waiter) => Some(waiter),
            _ => None,
        }
    }
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) kind: Kind,
    pub(super) source: AccountId,
    pub(super) sender: Sender,
    pub(super) destination: AccountId,
    pub(super) payload: Vec<u8>,
    pub(super) value: u128,
    /// The purse that pays for it.
    pub(super) purse: MessageId,
    /// Deposit money of that purse which it may use.
    pub(super) deposit: u128,
}

/// The id of the `nonce`-th message that a call sends.
pub(super) fn id_of_call(account: &AccountId, nonce: u64) -> MessageId {
    let preimage = MessageId::extrinsic_preimage(account.as_ref(), nonce);
    MessageId(blake2_256(&preimage))
}

/// The id of the `index`-th message that a turn sends.
pub(super) fn id_of_send(parent: &MessageId, turn: u32, index: u32) -> MessageId {
    MessageId(blake2_256(&MessageId::child_preimage(parent, turn, index)))
}

/// The id of the reply to a message.
pub(super) fn id_of_reply(message: &MessageId) -> MessageId {
    id_of_send(message, 0, u32::MAX)
}

/// The id of the signal that a message of a program failed.
pub(super) fn id_of_signal(program: &AccountId, message: &MessageId) -> MessageId {
    let preimage = MessageId::child_preimage(message, 0, u32::MAX - 1);
    let bytes: &[u8] = program.as_ref();
    MessageId(blake2_256(&[&preimage[..], bytes].concat()))
}
