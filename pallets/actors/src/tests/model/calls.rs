//! What users may do, and what comes of it. A call that is refused changes nothing.

use actors_primitives::{abi::Entry, CodeHash, Gas};
use alloc::vec::Vec;

use super::{
    cast::address_of,
    chain::Chain,
    happening::Happening,
    message::{id_of_call, Kind, Message, Sender},
    program::Memory,
};
use crate::mock::AccountId;

/// What comes with a call that queues a message.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) payload: Vec<u8>,
    pub(super) value: u128,
    pub(super) gas: Gas,
    pub(super) deposit: u128,
}

impl Chain {
    /// Sends a message to a program; whether that can be.
    pub(super) fn send_message(&mut self, who: &AccountId, to: &AccountId, order: Order) -> bool {
        let Some(program) = self.programs.get(to) else {
            return false;
        };
        let start = self.start(program.code, Entry::Handle, &program.memory);
        self.order(who, to, Kind::Handle, order, start, 0)
    }

    /// Creates a program; whether that can be.
    pub(super) fn create_program(
        &mut self,
        who: &AccountId,
        code: CodeHash,
        salt: u8,
        order: Order,
    ) -> bool {
        let address = address_of(code, who, &[salt]);
        if !self.codes.contains_key(&code) || self.is_address_used(&address) {
            return false;
        }
        let start = self.start(code, Entry::Init, &Memory::default());
        let cost = self.rules.creation_deposit();
        if !self.can_order(who, &order, start, cost) {
            return false;
        }
        self.insert_program(who, &address, code);
        self.happens(Happening::Created {
            program: address.clone(),
            code,
            creator: who.clone(),
            message: id_of_call(who, self.sent),
        });
        self.order(who, &address, Kind::Init, order, start, 0)
    }

    /// Has a program go on as other code; whether that can be.
    pub(super) fn upgrade_program(
        &mut self,
        who: &AccountId,
        program: &AccountId,
        code: CodeHash,
        order: Order,
    ) -> bool {
        if !self.is_admin(who, program) || !self.codes.contains_key(&code) {
            return false;
        }
        let start = self.start(code, Entry::Migrate, &Memory::default());
        let replaced = self.programs[program].memory.stored();
        let start = start + (self.rules.replace)(replaced);
        self.order(who, program, Kind::Migrate(code), order, start, 0)
    }

    /// Names the admin of a program, or says that it has none any more; whether that can be.
    pub(super) fn set_admin(
        &mut self,
        who: &AccountId,
        account: &AccountId,
        admin: Option<AccountId>,
    ) -> bool {
        let is_admin = self.is_admin(who, account);
        if let Some(program) = self.programs.get_mut(account).filter(|_| is_admin) {
            program.admin = admin.clone();
            let program = account.clone();
            self.happens(Happening::AdminSet { program, admin });
        }
        is_admin
    }

    /// Pauses the service, or resumes it.
    pub(super) fn pause(&mut self, is_paused: bool) {
        if self.is_paused != is_paused {
            self.is_paused = is_paused;
            self.happens(match is_paused {
                true => Happening::Paused,
                false => Happening::Resumed,
            });
        }
    }

    fn is_admin(&self, who: &AccountId, program: &AccountId) -> bool {
        let program = self.programs.get(program);
        program.is_some_and(|program| program.admin.as_ref() == Some(who))
    }

    fn start(&self, code: CodeHash, entry: Entry, memory: &Memory) -> Gas {
        (self.rules.start)(code, entry, memory.wasm_pages, memory.stored())
    }

    fn can_order(&self, who: &AccountId, order: &Order, start: Gas, cost: u128) -> bool {
        let money = self.rules.gas_price.cost(order.gas) + order.deposit + order.value + cost;
        self.queue.len() < self.rules.longest_queue
            && order.gas >= start.saturating_add(self.place_price(order.gas))
            && money <= self.ledger.spendable(who)
    }

    /// Queues a message of a user's, with a purse of its own.
    fn order(
        &mut self,
        who: &AccountId,
        to: &AccountId,
        kind: Kind,
        order: Order,
        start: Gas,
        cost: u128,
    ) -> bool {
        if !self.can_order(who, &order, start, cost) {
            return false;
        }
        let id = id_of_call(who, self.sent);
        self.sent += 1;
        self.open_purse(id, who, order.gas, order.deposit);
        self.ledger.depart(who, order.value);
        self.enqueue(Message {
            id,
            kind,
            source: who.clone(),
            sender: Sender::User,
            destination: to.clone(),
            payload: order.payload,
            value: order.value,
            purse: id,
            deposit: order.deposit,
        });
        true
    }
}
