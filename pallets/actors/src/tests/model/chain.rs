//! The chain as the model knows it: plain records, and nothing of the pallet's.

use actors_primitives::{CodeHash, Gas, MessageId};
use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use super::{
    agenda::Agenda,
    happening::Happening,
    ledger::Ledger,
    mailbox::Letter,
    message::{Message, Waiter},
    program::{CodeFacts, Program},
    purse::Purse,
    rules::Rules,
    waiting::Waiting,
};
use crate::mock::AccountId;

/// Everything that the protocol speaks of.
#[derive(Clone)]
pub(super) struct Chain {
    pub(super) rules: Rules,
    pub(super) codes: BTreeMap<CodeHash, CodeFacts>,
    pub(super) ledger: Ledger,
    pub(super) programs: BTreeMap<AccountId, Program>,
    /// The heirs of exited programs.
    pub(super) tombstones: BTreeMap<AccountId, AccountId>,
    /// The epochs in which they exited.
    pub(super) last_epochs: BTreeMap<AccountId, u32>,
    pub(super) purses: BTreeMap<MessageId, Purse>,
    pub(super) queue: VecDeque<Message>,
    /// What was booked and has come.
    pub(super) booked: VecDeque<Message>,
    /// What waits, by the program and the waiter.
    pub(super) waiting: BTreeMap<(AccountId, Waiter), Waiting>,
    pub(super) agenda: Agenda,
    pub(super) delayed: BTreeMap<MessageId, Message>,
    /// Letters, by the user and the message.
    pub(super) mailbox: BTreeMap<(AccountId, MessageId), Letter>,
    /// How many messages calls have sent.
    pub(super) sent: u64,
    pub(super) is_paused: bool,
    /// What has happened and was not compared yet.
    pub(super) happenings: Vec<Happening>,
}

impl Chain {
    pub(super) fn happens(&mut self, happening: Happening) {
        self.happenings.push(happening);
    }

    /// Whether a program stands at the address, or did.
    pub(super) fn is_address_used(&self, who: &AccountId) -> bool {
        self.programs.contains_key(who) || self.tombstones.contains_key(who)
    }

    /// Where value for somebody goes: to themselves, or to the heir of an exited program.
    pub(super) fn heir(&self, who: &AccountId) -> AccountId {
        let mut who = who;
        for _ in 0..8 {
            match self.tombstones.get(who) {
                Some(heir) => who = heir,
                None => break,
            }
        }
        who.clone()
    }

    /// What the next call's place in the queue costs.
    pub(super) fn place_price(&self, gas: Gas) -> Gas {
        let (whole, rate) = (65_536, u128::from(self.rules.rate));
        let (gas, longest) = (u128::from(gas), u128::from(self.rules.longest_turn));
        // The turn has what its place leaves, which costs its part of that.
        let rest = gas * whole / (whole + rate);
        let price = if rest < longest {
            gas - rest
        } else {
            (longest * rate).div_ceil(whole)
        };
        price.try_into().unwrap_or(Gas::MAX)
    }

    /// How many messages are to be served.
    pub(super) fn queued(&self) -> usize {
        self.queue.len() + self.booked.len()
    }

    /// Puts a message at the end of the queue.
    pub(super) fn enqueue(&mut self, message: Message) {
        self.put(message, false);
    }

    /// Puts one that was booked to the others of that kind.
    pub(super) fn enqueue_booked(&mut self, message: Message) {
        self.put(message, true);
    }

    fn put(&mut self, message: Message, is_booked: bool) {
        self.happens(Happening::Queued {
            message: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        });
        match is_booked {
            true => self.booked.push_back(message),
            false => self.queue.push_back(message),
        }
    }

    /// Value in flight goes back to who sent it, or to the heir; says how much arrived.
    pub(super) fn value_returns(&mut self, to: &AccountId, value: u128) -> u128 {
        let heir = self.heir(to);
        self.ledger.arrive(&heir, value)
    }
}
