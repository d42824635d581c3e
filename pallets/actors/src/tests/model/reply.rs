//! The one answer to a message, and where it goes.

use actors_primitives::{abi::Entry, ReplyCode};
use alloc::vec::Vec;

use super::{
    chain::Chain,
    happening::Happening,
    message::{id_of_reply, Kind, Message, Sender, Waiter},
    turn::Failure,
};
use crate::mock::AccountId;

/// What a reply says and carries.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) code: ReplyCode,
    pub(super) payload: Vec<u8>,
    pub(super) value: u128,
    /// Deposit money that goes back with it.
    pub(super) deposit: u128,
}

impl Reply {
    pub(super) fn replied(payload: Vec<u8>, value: u128) -> Self {
        Self {
            code: ReplyCode::Replied,
            payload,
            value,
            deposit: 0,
        }
    }

    pub(super) fn finished() -> Self {
        Self {
            code: ReplyCode::Finished,
            payload: Vec::new(),
            value: 0,
            deposit: 0,
        }
    }
}

/// Who is told how a message ended.
enum Party {
    /// A message that waits, which is resumed.
    Waiter(Waiter),
    /// A program that handles replies.
    Handler,
    /// An account that gets the value, and nothing else.
    Account(AccountId),
    /// A user.
    User,
}

impl Chain {
    fn party(&self, message: &Message) -> Party {
        match message.sender {
            Sender::User => return Party::User,
            Sender::Awaiting(waiter) if self.waits(&message.source, waiter) => {
                return Party::Waiter(waiter)
            }
            _ => {}
        }
        match self.handles(&message.source, Entry::HandleReply) {
            true => Party::Handler,
            false => Party::Account(self.heir(&message.source)),
        }
    }

    /// Whether a program stands there that exports the entry.
    pub(super) fn handles(&self, program: &AccountId, entry: Entry) -> bool {
        let program = self.programs.get(program);
        program.is_some_and(|program| self.codes[&program.code].exports(entry))
    }

    /// Gives the reply to a message that ended well. Its value leaves who gives it: the program
    /// that the message went to, or the user who had the letter.
    pub(super) fn give_reply(&mut self, message: &Message, reply: Reply) {
        let giver = message.destination.clone();
        match self.party(message) {
            Party::User => {
                let value = reply.value;
                self.ledger.transfer(&giver, &message.source, value);
                self.tell_user(message, reply);
            }
            Party::Account(heir) => {
                // What cannot arrive there stays.
                if self.ledger.can_receive(&heir, reply.value) {
                    self.ledger.transfer(&giver, &heir, reply.value);
                }
            }
            party => {
                self.ledger.depart(&giver, reply.value);
                self.enqueue_reply(message, reply, party, false);
            }
        }
    }

    /// Gives the error reply to a message that failed. What came with it goes back with it, if its
    /// first turn has not committed.
    pub(super) fn give_failure(
        &mut self,
        message: &Message,
        failure: Failure,
        value: u128,
        deposit: u128,
    ) {
        self.give_failure_in(message, failure, (value, deposit), false);
    }

    /// Gives the error reply to a message that has waited in a program which has ended.
    pub(super) fn give_end(&mut self, message: &Message, failure: Failure) {
        self.give_failure_in(message, failure, (0, message.deposit), true);
    }

    fn give_failure_in(
        &mut self,
        message: &Message,
        failure: Failure,
        (value, deposit): (u128, u128),
        is_booked: bool,
    ) {
        let mut reply = Reply {
            code: failure.code,
            payload: failure.payload,
            value,
            deposit,
        };
        match self.party(message) {
            Party::User => {
                reply.value = self.value_returns(&message.source, value);
                self.tell_user(message, reply);
            }
            Party::Account(_) => {
                self.value_returns(&message.source, value);
            }
            // The value is in flight already.
            party => self.enqueue_reply(message, reply, party, is_booked),
        }
    }

    fn enqueue_reply(&mut self, message: &Message, reply: Reply, party: Party, is_booked: bool) {
        let waiter = match party {
            Party::Waiter(waiter) => Some(waiter),
            _ => None,
        };
        // It takes over the reference to the purse of the message that it answers.
        self.purse(&message.purse).references += 1;
        let reply = Message {
            id: id_of_reply(&message.id),
            kind: Kind::Reply {
                to: message.id,
                code: reply.code,
                waiter,
            },
            source: message.destination.clone(),
            sender: Sender::Program,
            destination: message.source.clone(),
            payload: reply.payload,
            value: reply.value,
            purse: message.purse,
            deposit: reply.deposit,
        };
        let is_booked = match waiter {
            Some(waiter) => self.is_cause_booked(&message.source, waiter, is_booked),
            None => is_booked,
        };
        match is_booked {
            true => self.enqueue_booked(reply),
            false => self.enqueue(reply),
        }
        if let Some(waiter) = waiter {
            self.cause_is_queued(&message.source, waiter);
        }
    }

    fn tell_user(&mut self, message: &Message, reply: Reply) {
        self.happens(Happening::Told {
            message: id_of_reply(&message.id),
            source: message.destination.clone(),
            user: message.source.clone(),
            payload: reply.payload,
            value: reply.value,
            reply: Some((message.id, reply.code)),
            expires: None,
        });
    }
}
