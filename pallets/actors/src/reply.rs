//! The one answer to a message, and where it goes.

use actors_executor::Failure;
use actors_primitives::{abi::Entry, Balance, MessageId, ReplyCode};
use alloc::vec::Vec;
use frame_support::pallet_prelude::BoundedVec;

use crate::{
    queue::{Kind, Message},
    turn::Aborted,
    Config, Event, Pallet, PayloadBound, Programs, Purse, ReplyTo,
};

/// How a message ended well.
pub(crate) struct Ending {
    pub(crate) code: ReplyCode,
    pub(crate) payload: Vec<u8>,
    pub(crate) value: Balance,
}

/// Who is told how a message ended.
enum Party {
    /// A program that handles replies: a turn of it is queued.
    Handler,
    /// Another program, or the account that an exited one named: gets the value, and nothing
    /// else.
    Account,
    /// A user: gets an event as well.
    User,
}

impl<T: Config> Pallet<T> {
    /// Whoever sent the message, and what it wants.
    fn party(message: &Message<T>) -> Party {
        if !message.is_from_program {
            return Party::User;
        }
        match Programs::<T>::get(&message.source) {
            Some(program) if program.info.exports.contains(Entry::HandleReply) => Party::Handler,
            _ => Party::Account,
        }
    }

    /// Gives the reply of a turn that commits. Its value leaves the program.
    pub(crate) fn give_reply(
        message: &Message<T>,
        ending: Ending,
        purse: &mut Purse<T>,
    ) -> Result<(), Aborted> {
        let program = &message.destination;
        match Self::party(message) {
            Party::Handler => {
                Self::value_departs(program, ending.value)?;
                let payload = Self::reply_payload(ending.payload);
                Self::enqueue_reply(message, ending.code, payload, ending.value, purse);
            }
            Party::Account => {
                // What cannot arrive there stays with the program, which owes its sender nothing.
                let heir = Self::heir(message.source.clone());
                if Self::can_receive(&heir, ending.value) {
                    Self::transfer_from_program(program, &heir, ending.value)?;
                }
            }
            Party::User => {
                Self::transfer_from_program(program, &message.source, ending.value)?;
                Self::tell_user(message, ending.code, ending.payload, ending.value);
            }
        }
        Ok(())
    }

    /// Gives the error reply to a message that failed. Its value goes back with it.
    pub(crate) fn give_failure(
        message: &Message<T>,
        failure: Failure,
        purse: Option<&mut Purse<T>>,
    ) {
        match (Self::party(message), purse) {
            (Party::Handler, Some(purse)) => {
                // The value stays in escrow, and is the reply's from now on.
                let payload = Self::reply_payload(failure.payload);
                Self::enqueue_reply(message, failure.code, payload, message.value, purse);
            }
            (Party::User, _) => {
                let returned = Self::value_returns(&message.source, message.value);
                Self::tell_user(message, failure.code, failure.payload, returned);
            }
            (Party::Handler | Party::Account, _) => {
                Self::value_returns(&message.source, message.value);
            }
        }
    }

    fn enqueue_reply(
        message: &Message<T>,
        code: ReplyCode,
        payload: BoundedVec<u8, PayloadBound<T>>,
        value: Balance,
        purse: &mut Purse<T>,
    ) {
        purse.share();
        Self::enqueue(Message {
            id: Self::reply_id(&message.id),
            kind: Kind::Reply {
                to: message.id,
                code,
            },
            source: message.destination.clone(),
            is_from_program: true,
            destination: message.source.clone(),
            payload,
            value,
            purse: message.purse,
        });
    }

    fn tell_user(message: &Message<T>, code: ReplyCode, payload: Vec<u8>, value: Balance) {
        Self::deposit_event(Event::UserMessage {
            message_id: Self::reply_id(&message.id),
            source: message.destination.clone(),
            destination: message.source.clone(),
            payload,
            value,
            reply: Some(ReplyTo {
                to: message.id,
                code,
            }),
        });
    }

    /// The executor has bounded the payload already; what is too long is cut rather than lost.
    fn reply_payload(payload: Vec<u8>) -> BoundedVec<u8, PayloadBound<T>> {
        BoundedVec::truncate_from(payload)
    }

    /// A message has one reply, so its id follows from the message's.
    fn reply_id(message: &MessageId) -> MessageId {
        let preimage = MessageId::child_preimage(message, 0, u32::MAX);
        MessageId(sp_io::hashing::blake2_256(&preimage))
    }
}
