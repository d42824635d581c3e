//! The one answer to a message, and where it goes.

use actors_executor::Failure;
use actors_primitives::{abi::Entry, Balance, MessageId, ReplyCode};
use alloc::{boxed::Box, string::String, vec::Vec};
use frame_support::pallet_prelude::BoundedVec;

use crate::{
    aborted::Aborted,
    message::{Kind, Message, Sender, Waiter},
    place::Place,
    queue::Lane,
    record::ServiceState,
    waiting::WaitingMessage,
    Config, Event, Pallet, PayloadBound, Programs, Purse, ReplyTo,
};

/// How a message ended well.
pub(crate) struct Ending {
    pub(crate) code: ReplyCode,
    pub(crate) payload: Vec<u8>,
    pub(crate) value: Balance,
}

impl Ending {
    /// Without anything to say.
    pub(crate) fn empty() -> Self {
        Self {
            code: ReplyCode::Finished,
            payload: Vec::new(),
            value: 0,
        }
    }
}

/// What goes back to a program.
struct Answer {
    code: ReplyCode,
    payload: BoundedVec<u8, PayloadBound>,
    value: Balance,
    /// Deposit money that the answered message has left.
    deposit: Balance,
}

/// What a program said when it failed: a panic's text, and the bytes that it reverted with.
pub(crate) fn last_words(failure: &Failure) -> (String, Vec<u8>) {
    let payload = &failure.payload;
    match failure.code {
        ReplyCode::Panicked => (String::from_utf8_lossy(payload).into(), Vec::new()),
        ReplyCode::Reverted => (String::new(), payload.clone()),
        _ => Default::default(),
    }
}

/// Who is told how a message ended.
enum Party<T: Config> {
    /// A program's message that awaits the reply: a turn of it is queued.
    Waiter(Waiter, Box<WaitingMessage<T>>),
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
    fn party(message: &Message<T>) -> Party<T> {
        if message.sender == Sender::User {
            return Party::User;
        }
        let Some(program) = Programs::<T>::get(&message.source) else {
            return Party::Account;
        };
        if let Sender::Awaiting(waiter) = message.sender {
            let waiting = match program.epoch == waiter.epoch {
                true => Self::find_waiting(&message.source, &waiter),
                false => None,
            };
            if let Some(waiting) = waiting {
                return Party::Waiter(waiter, Box::new(waiting));
            }
        }
        match program.info.exports.contains(Entry::HandleReply) {
            true => Party::Handler,
            false => Party::Account,
        }
    }

    /// Whether a message awaits the reply to this one.
    pub(crate) fn is_awaited(message: &Message<T>) -> bool {
        matches!(Self::party(message), Party::Waiter(..))
    }

    /// Gives the reply of a turn that commits. Its value leaves the program; `deposit` is what the
    /// message may still use, which goes back with the reply.
    pub(crate) fn give_reply(
        service: &mut ServiceState,
        message: &Message<T>,
        ending: Ending,
        purse: &mut Purse<T>,
        deposit: Balance,
    ) -> Result<(), Aborted> {
        let program = &message.destination;
        match Self::party(message) {
            party @ (Party::Waiter(..) | Party::Handler) => {
                Self::value_departs(&mut service.till, program, ending.value)?;
                let payload = Self::reply_payload(ending.payload);
                purse.share();
                let reply = Answer {
                    code: ending.code,
                    payload,
                    value: ending.value,
                    deposit,
                };
                Self::enqueue_reply(service, Lane::Queue, message, party, reply);
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

    /// Gives the error reply to a message that failed, in that row. What it carries goes back with it: `value`,
    /// which is in escrow; and `deposit`, which it may still use.
    pub(crate) fn give_failure(
        service: &mut ServiceState,
        lane: Lane,
        message: &Message<T>,
        failure: Failure,
        (value, deposit): (Balance, Balance),
        purse: Option<&mut Purse<T>>,
    ) {
        match Self::party(message) {
            party @ (Party::Waiter(..) | Party::Handler) => {
                // The value stays in escrow, and is the reply's from now on.
                if let Some(purse) = purse {
                    purse.share();
                }
                let reply = Answer {
                    code: failure.code,
                    payload: Self::reply_payload(failure.payload),
                    value,
                    deposit,
                };
                Self::enqueue_reply(service, lane, message, party, reply);
            }
            Party::User => {
                let returned = Self::value_returns(&mut service.till, &message.source, value);
                Self::tell_user(message, failure.code, failure.payload, returned);
            }
            Party::Account => {
                Self::value_returns(&mut service.till, &message.source, value);
            }
        }
    }

    /// Gives a user's reply to a letter that has been taken out of the mailbox. Its value is in
    /// escrow; the reference to the letter's purse becomes the reply's.
    pub(crate) fn reply_of_user(
        service: &mut ServiceState,
        message: Message<T>,
        code: ReplyCode,
        payload: BoundedVec<u8, PayloadBound>,
        value: Balance,
    ) {
        match Self::party(&message) {
            party @ (Party::Waiter(..) | Party::Handler) => {
                let reply = Answer {
                    code,
                    payload,
                    value,
                    deposit: message.deposit,
                };
                Self::enqueue_reply(service, Lane::Queue, &message, party, reply);
            }
            Party::User | Party::Account => {
                Self::value_returns(&mut service.till, &message.source, value);
                Self::release_purse(&mut service.till, &message.purse);
            }
        }
    }

    /// Puts a reply into a row. It has a reference to the `purse` of the message that it
    /// answers, and its value is in escrow.
    fn enqueue_reply(
        service: &mut ServiceState,
        lane: Lane,
        message: &Message<T>,
        party: Party<T>,
        answer: Answer,
    ) {
        let (lane, waiter) = match party {
            Party::Waiter(waiter, waiting) => {
                let program = &message.source;
                let lane = Self::call_waiter(service, lane, program, &waiter, *waiting);
                (lane, Some(waiter))
            }
            Party::Handler | Party::Account | Party::User => (lane, None),
        };
        let Answer {
            code,
            payload,
            value,
            deposit,
        } = answer;
        let reply = Message {
            id: Self::reply_id(&message.id),
            kind: Kind::Reply {
                to: message.id,
                code,
                waiter,
            },
            source: message.destination.clone(),
            sender: Sender::Program,
            destination: message.source.clone(),
            payload,
            value,
            purse: message.purse,
            deposit,
            place: Place::default(),
        };
        Self::enqueue(service, lane, reply);
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
            expires: None,
        });
    }

    /// The executor has bounded the payload already; what is too long is cut rather than lost.
    fn reply_payload(payload: Vec<u8>) -> BoundedVec<u8, PayloadBound> {
        BoundedVec::truncate_from(payload)
    }

    /// A message has one reply, so its id follows from the message's.
    fn reply_id(message: &MessageId) -> MessageId {
        let preimage = MessageId::child_preimage(message, 0, u32::MAX);
        MessageId(sp_io::hashing::blake2_256(&preimage))
    }
}
