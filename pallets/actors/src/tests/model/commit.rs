//! What a successful turn asks for, applied: all of it or nothing.

use actors_primitives::{abi::Entry, CodeHash, Gas, ReplyCode};

use super::{
    chain::Chain,
    happening::Happening,
    message::{Kind, Message, Sender},
    reply::Reply,
    turn::{Departing, Done, Effect, Failure, Turn, Wait},
};
use crate::mock::AccountId;

/// How a message goes on after a turn that committed.
pub(super) enum Outcome {
    /// It waits; whether it has its reply, and what deposit money it may still use.
    Waits(Wait, bool, u128),
    /// It has ended.
    Ended(ReplyCode),
}

impl Chain {
    /// Applies everything, or fails.
    pub(super) fn commit(&mut self, turn: &Turn, done: Done) -> Result<Outcome, Failure> {
        let message = &turn.message;
        let account = message.destination.clone();
        self.ledger.arrive(&account, turn.arriving());
        let mut left = message.deposit;
        if done.exit.is_none() {
            left -= self.store(turn, &done)?;
        }
        for effect in done.effects {
            match effect {
                Effect::Emit(data) => self.happens(Happening::Emitted {
                    program: account.clone(),
                    message: message.id,
                    data,
                }),
                Effect::Send(send) => self.send(turn, send, &mut left),
                Effect::Create(create, code) => self.create(turn, create, code, &mut left),
                Effect::Wake(sleeper) => self.wake(&account, sleeper, message.id),
            }
        }
        let replies = matches!(turn.entry, Entry::Init | Entry::Handle | Entry::Migrate);
        let has_replied = turn.has_replied || done.reply.is_some();
        let reply = match done.reply {
            Some((payload, value)) => Some(Reply::replied(payload, value)),
            None if done.wait.is_none() && replies && !turn.has_replied => Some(Reply::finished()),
            None => None,
        };
        if let Some(mut reply) = reply {
            // A message that goes on keeps its deposit money; else it goes back.
            reply.deposit = if done.wait.is_none() { left } else { 0 };
            self.give_reply(message, reply);
        }
        if let Some(inheritor) = done.exit {
            self.exit(&account, &inheritor)?;
        }
        Ok(match (done.wait, has_replied) {
            (Some(wait), has_replied) => Outcome::Waits(wait, has_replied, left),
            (None, true) => Outcome::Ended(ReplyCode::Replied),
            (None, false) => Outcome::Ended(ReplyCode::Finished),
        })
    }

    /// Keeps the program as the turn leaves it; who pays for the turn pays for its growth: says how
    /// much.
    fn store(&mut self, turn: &Turn, done: &Done) -> Result<u128, Failure> {
        let account = &turn.message.destination;
        let mut program = done.program.clone();
        let (items, bytes) = program.footprint();
        let before = self.programs[account].footprint();
        let mut growth = 0;
        if (items, bytes) != before {
            let due = self.rules.deposit(items, bytes);
            let held = self.ledger.of(account).storage;
            growth = due.saturating_sub(held);
            if growth > turn.message.deposit {
                return Err(ReplyCode::DepositShortfall.into());
            }
            self.purse(&turn.message.purse).deposit -= growth;
            self.ledger.store(account, due);
        }
        if turn.entry == Entry::Init && done.wait.is_none() {
            program.is_active = true;
            self.happens(Happening::Initialised {
                program: account.clone(),
            });
        }
        if let Kind::Migrate(code) = turn.message.kind {
            program.epoch += 1;
            self.happens(Happening::Upgraded {
                program: account.clone(),
                code,
                epoch: program.epoch,
            });
        }
        self.programs.insert(account.clone(), program);
        Ok(growth)
    }

    /// Takes deposit money of what the turn's message may use, as much as there is.
    fn goes_along(left: &mut u128, deposit: &mut u128) {
        *deposit = (*deposit).min(*left);
        *left -= *deposit;
    }

    /// A message leaves: to a program through the queue, to a user at once or into the mailbox.
    fn send(&mut self, turn: &Turn, mut send: Departing, left: &mut u128) {
        let source = turn.message.destination.clone();
        let is_user = !self.is_address_used(&send.to);
        if is_user && send.letter.is_none() && send.delay == 0 {
            self.ledger.transfer(&source, &send.to, send.value);
            self.happens(Happening::Told {
                message: send.id,
                source,
                user: send.to,
                payload: send.payload,
                value: send.value,
                reply: None,
                expires: None,
            });
            return;
        }
        Self::goes_along(left, &mut send.deposit);
        self.ledger.depart(&source, send.value);
        let (delay, letter) = (send.delay, send.letter);
        let rent = self.rules.rent_for(send.payload.len(), letter.unwrap_or(0));
        let message = self.departs(turn, send, Kind::Handle, rent);
        if let Some(blocks) = letter {
            self.happens(Happening::Told {
                message: message.id,
                source,
                user: message.destination.clone(),
                payload: message.payload.clone(),
                value: message.value,
                reply: None,
                expires: Some(blocks),
            });
            self.post(message, blocks, rent);
        } else if delay > 0 {
            self.happens(Happening::Delayed {
                message: message.id,
                source,
                destination: message.destination.clone(),
                value: message.value,
                blocks: delay,
            });
            // What a signal delays ends with the call, as anything does.
            self.purse(&message.purse).is_last = false;
            self.delay(message, delay);
        } else {
            self.enqueue(message);
        }
    }

    /// A program is created, and its `init` queued.
    fn create(&mut self, turn: &Turn, mut create: Departing, code: CodeHash, left: &mut u128) {
        Self::goes_along(left, &mut create.deposit);
        let creator = turn.message.destination.clone();
        self.insert_program(&creator, &create.to, code);
        self.ledger.depart(&creator, create.value);
        self.happens(Happening::Created {
            program: create.to.clone(),
            code,
            creator,
            message: create.id,
        });
        let message = self.departs(turn, create, Kind::Init, 0);
        self.enqueue(message);
    }

    /// The message that a turn sends, with the purse that pays for it, and has its rent set aside.
    fn departs(&mut self, turn: &Turn, send: Departing, kind: Kind, rent: Gas) -> Message {
        let parent = &turn.message;
        let program: &AccountId = &parent.destination;
        let purse = match send.gas {
            Some(gas) => {
                self.split_purse(&parent.purse, send.id, gas + rent, send.deposit);
                send.id
            }
            None => {
                self.purse(&parent.purse).references += 1;
                parent.purse
            }
        };
        self.purse(&purse).gas -= rent;
        let waiter = self.waiter(program, &parent.id);
        Message {
            id: send.id,
            kind,
            source: program.clone(),
            sender: match waiter {
                Some(waiter) if send.is_awaited => Sender::Awaiting(waiter),
                _ => Sender::Program,
            },
            destination: send.to,
            payload: send.payload,
            value: send.value,
            purse,
            deposit: send.deposit,
        }
    }
}
