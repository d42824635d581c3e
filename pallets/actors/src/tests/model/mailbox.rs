//! Letters: messages to users that wait for an answer.

use actors_primitives::{Gas, MessageId};
use alloc::vec::Vec;

use super::{
    agenda::{Due, Entry},
    chain::Chain,
    happening::{Closed, Happening},
    message::{Message, Sender},
    reply::Reply,
};
use crate::mock::AccountId;

/// A message that stands in a user's mailbox, its value in escrow. It holds a reference of its
/// purse.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) message: Message,
    pub(super) since: u64,
    pub(super) blocks: u32,
    /// Gas set aside for standing so long.
    pub(super) rent: Gas,
    /// When it expires.
    pub(super) expiry: Entry,
}

impl Chain {
    /// Puts a message into a user's mailbox.
    pub(super) fn post(&mut self, message: Message, blocks: u32, rent: Gas) {
        let (user, id) = (message.destination.clone(), message.id);
        let due = Due::Letter {
            user: user.clone(),
            message: id,
        };
        let letter = Letter {
            message,
            since: self.agenda.now,
            blocks,
            rent,
            expiry: self.agenda.write(blocks, due),
        };
        self.mailbox.insert((user, id), letter);
    }

    /// Takes a letter out of its mailbox and settles its rent.
    fn close(&mut self, user: &AccountId, id: MessageId) -> Option<Message> {
        let letter = self.mailbox.remove(&(user.clone(), id))?;
        let stood = self.agenda.since(letter.since).min(letter.blocks);
        self.pay_rent(&letter.message.purse, letter.rent, stood, letter.blocks);
        Some(letter.message)
    }

    /// A letter that can still be answered: one whose time is over cannot, though it stands there
    /// until the service has room to take it out.
    fn standing(&self, user: &AccountId, id: MessageId) -> Option<&Letter> {
        let letter = self.mailbox.get(&(user.clone(), id));
        letter.filter(|letter| self.agenda.since(letter.since) < letter.blocks)
    }

    /// A user answers a letter: has its value, and sends a reply. Whether that can be.
    pub(super) fn send_reply(
        &mut self,
        user: &AccountId,
        id: MessageId,
        payload: Vec<u8>,
        value: u128,
        only_if_awaited: bool,
    ) -> bool {
        let Some(letter) = self.standing(user, id) else {
            return false;
        };
        let message = &letter.message;
        let is_awaited = match message.sender {
            Sender::Awaiting(waiter) => self.waits(&message.source, waiter),
            _ => false,
        };
        if only_if_awaited && !is_awaited {
            return false;
        }
        let carried = letter.message.value;
        let mut after = self.ledger.clone();
        if !after.can_receive(user, carried) {
            return false;
        }
        after.arrive(user, carried);
        let is_payable = value == 0 || value <= after.spendable(user);
        if is_payable {
            let reply = Reply::replied(payload, value);
            self.open(user, id, Closed::Replied, reply);
        }
        is_payable
    }

    /// A user takes a letter's value and says nothing. Whether that can be.
    pub(super) fn claim_value(&mut self, user: &AccountId, id: MessageId) -> bool {
        let letter = self.standing(user, id);
        let can_be =
            letter.is_some_and(|letter| self.ledger.can_receive(user, letter.message.value));
        if can_be {
            self.open(user, id, Closed::Claimed, Reply::finished());
        }
        can_be
    }

    fn open(&mut self, user: &AccountId, id: MessageId, how: Closed, reply: Reply) {
        self.agenda.cancel(self.mailbox[&(user.clone(), id)].expiry);
        let message = self.close(user, id).expect("it is there");
        self.ledger.arrive(user, message.value);
        self.happens(Happening::LetterClosed {
            user: user.clone(),
            message: id,
            how,
            value: message.value,
        });
        let deposit = message.deposit;
        self.give_reply(&message, Reply { deposit, ..reply });
        self.release_purse(&message.purse);
    }

    /// A letter has stood for as long as it could: its value goes back.
    pub(super) fn letter_expires(&mut self, user: &AccountId, id: MessageId) {
        let message = self.close(user, id).expect("it is there");
        let value = self.value_returns(&message.source, message.value);
        self.happens(Happening::LetterClosed {
            user: user.clone(),
            message: id,
            how: Closed::Expired,
            value,
        });
        self.release_purse(&message.purse);
    }
}
