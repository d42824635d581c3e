//! Serving the queue: each message in its order, each turn as the engine says that it went.

use actors_primitives::{abi::Entry, Gas, MessageId, ReplyCode};
use alloc::collections::VecDeque;

use super::{
    agenda::Due,
    chain::Chain,
    commit::Outcome,
    happening::{Happening, TurnSeen},
    message::{id_of_signal, Kind, Message, Sender},
    observe::Done,
    turn::{Answer, Cause, Failure, Turn},
};
use crate::mock::AccountId;

/// How turns ended, in their order.
pub(super) struct Seen {
    turns: VecDeque<TurnSeen>,
    /// The exited programs whose storage was freed, and how many turns were still to come then.
    freed: VecDeque<(AccountId, usize)>,
}

impl Seen {
    pub(super) fn new(happenings: &[Happening]) -> Self {
        let freed = happenings
            .iter()
            .enumerate()
            .filter_map(|(place, happening)| {
                let Happening::Freed { program, .. } = happening else {
                    return None;
                };
                let later = happenings.get(place..).unwrap_or_default();
                Some((program.clone(), TurnSeen::all(later).len()))
            });
        Self {
            turns: TurnSeen::all(happenings).into(),
            freed: freed.collect(),
        }
    }

    /// A program whose storage is freed now.
    pub(super) fn freed(&mut self) -> Option<AccountId> {
        let left = self.turns.len();
        self.freed
            .pop_front_if(|(_, later)| *later == left)
            .map(|(program, _)| program)
    }

    /// How the next turn ended, which is one of that message.
    fn next(&mut self, message: &MessageId) -> TurnSeen {
        let next = self.turns.pop_front().expect("a turn was seen to end");
        assert_eq!(next.message, *message, "the turns have another order");
        next
    }

    /// The message whose end is told of next.
    pub(super) fn peek(&self) -> Option<MessageId> {
        self.turns.front().map(|next| next.message)
    }

    pub(super) fn skip(&mut self) {
        self.turns.pop_front();
    }
}

impl Chain {
    /// Serves in these steps so much of what is due, and so many messages of the queue and of what was booked;
    /// what is to be swept, between these and after all.
    pub(super) fn serve(&mut self, steps: &[Done], seen: &mut Seen) {
        for step in steps {
            self.serve_step(step, seen);
        }
        self.sweep(seen);
        assert_eq!(seen.peek(), None, "no other turn was seen");
    }

    fn serve_step(&mut self, step: &Done, seen: &mut Seen) {
        for due in self.agenda.take(step.due) {
            match due {
                Due::Deadline { program, waiter } => self.deadline_passes(&program, waiter),
                Due::Delayed(id) => self.deliver(id),
                Due::Letter { user, message } => self.letter_expires(&user, message),
            }
        }
        self.sweep(seen);
        for _ in 0..step.queued {
            let message = self.queue.pop_front().expect("so many are queued");
            self.serve_message(message, seen);
        }
        for _ in 0..step.booked {
            let message = self.booked.pop_front().expect("so many were booked");
            self.serve_message(message, seen);
        }
    }

    fn serve_message(&mut self, message: Message, seen: &mut Seen) {
        let program = message.destination.clone();
        let still = |waiter| self.waits(&program, waiter).then_some(waiter);
        match message.kind {
            Kind::Wake(waiter) => {
                if let Some(waiter) = still(waiter) {
                    self.resume(&program, waiter, Cause::Woken, None, seen);
                }
            }
            Kind::Deadline(waiter) => {
                if let Some(waiter) = still(waiter) {
                    self.resume(&program, waiter, Cause::Deadline, None, seen);
                }
            }
            Kind::Reply { to, code, waiter } => {
                let waiter = waiter.and_then(still);
                self.value_returns(&program, message.value);
                let cause = Cause::Reply(Answer {
                    to,
                    code,
                    payload: message.payload.clone(),
                    value: message.value,
                });
                match waiter {
                    Some(waiter) => {
                        let came = Some((message.purse, message.deposit));
                        self.resume(&program, waiter, cause, came, seen);
                        self.release_purse(&message.purse);
                    }
                    None => self.take_turn(Turn::first(message, Entry::HandleReply, cause), seen),
                }
            }
            Kind::Init => self.take_fresh(message, Entry::Init, seen),
            Kind::Handle => self.take_fresh(message, Entry::Handle, seen),
            Kind::Signal { .. } => self.take_fresh(message, Entry::HandleSignal, seen),
            Kind::Migrate(_) => self.take_fresh(message, Entry::Migrate, seen),
        }
    }

    fn take_fresh(&mut self, message: Message, entry: Entry, seen: &mut Seen) {
        self.take_turn(Turn::first(message, entry, Cause::Fresh), seen);
    }

    /// Runs a turn and ends its message, unless it waits.
    pub(super) fn take_turn(&mut self, turn: Turn, seen: &mut Seen) {
        let seen = seen.next(&turn.message.id);
        self.purse(&turn.message.purse).is_signal = false;
        let gas = self.purse(&turn.message.purse).gas;
        let limit = gas.min(self.rules.longest_turn);
        // What the last wait has kept for a signal comes back if the message waits again.
        let reserve = gas - limit + turn.signal;
        let outcome = self.outcome(&turn, limit, reserve, &seen);
        match outcome {
            Ok(Outcome::Waits(wait, has_replied, deposit)) => {
                self.park(&turn, wait, has_replied, deposit, seen.burned);
            }
            Ok(Outcome::Ended(code)) => {
                self.purse(&turn.message.purse).gas += turn.signal;
                self.finish(&turn.message, code, seen.burned);
            }
            Err(failure) => {
                let code = failure.code;
                self.fail(&turn, failure);
                self.finish(&turn.message, code, seen.burned);
            }
        }
    }

    fn outcome(
        &mut self,
        turn: &Turn,
        limit: Gas,
        reserve: Gas,
        seen: &TurnSeen,
    ) -> Result<Outcome, Failure> {
        self.purse(&turn.message.purse).burn(seen.burned);
        let account = &turn.message.destination;
        let Some(program) = self.programs.get(account) else {
            return Err(self.absence(account));
        };
        let begins =
            turn.number == 0 && matches!(turn.entry, Entry::Init | Entry::Handle | Entry::Migrate);
        let is_last = self.purses[&turn.message.purse].is_last;
        let mut program = program.clone();
        if !program.is_active && matches!(turn.entry, Entry::Handle | Entry::Migrate) {
            return Err(ReplyCode::NotInitialised.into());
        }
        if begins && !is_last && self.is_over(&turn.message.purse) {
            return Err(ReplyCode::PurseClosed.into());
        }
        if let Kind::Migrate(code) = turn.message.kind {
            if program.admin.as_ref() != Some(&turn.message.source) {
                // Given away, or made immutable, since it was queued.
                return Err(ReplyCode::LimitExceeded.into());
            }
            program.code = code;
            program.memory = Default::default();
        }
        // What does not run needs no room.
        if !self.fits(limit, seen) {
            return Err(ReplyCode::LimitExceeded.into());
        }
        let done = self.run(program, turn, limit, reserve, seen)?;
        let before = self.clone();
        self.commit(turn, done).inspect_err(|_| *self = before)
    }

    /// Whether a turn of that much gas can ever be served. Besides its turn a message takes weights
    /// that the model does not know: close to the bound, both may be.
    fn fits(&self, limit: Gas, seen: &TurnSeen) -> bool {
        let share = self.rules.share;
        match limit {
            limit if limit > share => false,
            limit if limit > share / 100 * 90 => {
                seen.burned > 0 || seen.code != Some(ReplyCode::LimitExceeded)
            }
            _ => true,
        }
    }

    /// What the error reply of a message to an address without a program says.
    pub(super) fn absence(&self, account: &AccountId) -> Failure {
        match self.tombstones.get(account) {
            Some(heir) => Failure {
                code: ReplyCode::Exited,
                payload: <[u8; 32]>::from(heir.clone()).to_vec(),
            },
            None => ReplyCode::NoSuchProgram.into(),
        }
    }

    /// A message has ended.
    pub(super) fn finish(&mut self, message: &Message, code: ReplyCode, burned: Gas) {
        self.release_purse(&message.purse);
        self.happens(Happening::Processed {
            message: message.id,
            destination: message.destination.clone(),
            code,
            burned,
        });
    }

    /// A turn has failed: who sent the message is told, if they were not, and if it had waited,
    /// the program has a chance to clean up.
    fn fail(&mut self, turn: &Turn, failure: Failure) {
        let message = &turn.message;
        let code = failure.code;
        let mut rest = message.deposit;
        let cleans_up = turn.number > 0
            && turn.entry == Entry::Handle
            && self.handles(&message.destination, Entry::HandleSignal);
        if matches!(turn.entry, Entry::Init | Entry::Handle | Entry::Migrate) && !turn.has_replied {
            // To a program its deposit money goes back; a user's is there for cleaning up.
            let deposit = match message.sender {
                Sender::User => 0,
                _ => core::mem::take(&mut rest),
            };
            self.give_failure(message, failure, turn.arriving(), deposit);
        }
        if turn.entry == Entry::Init && self.programs.contains_key(&message.destination) {
            let payer = self.purse(&message.purse).payer.clone();
            let program = message.destination.clone();
            match turn.number {
                0 => self.remove_program(&program, &payer),
                _ => self.end_failed_program(&program, &payer),
            }
            self.happens(Happening::Removed { program, code });
        }
        self.purse(&message.purse).gas += turn.signal;
        if cleans_up {
            let id = id_of_signal(&message.destination, &message.id);
            self.split_purse(&message.purse, id, turn.signal, rest);
            self.purse(&id).is_last = true;
            self.purse(&id).is_signal = true;
            let signal = Message {
                id,
                kind: Kind::Signal {
                    of: message.id,
                    code,
                },
                sender: Sender::Program,
                value: 0,
                purse: id,
                deposit: rest,
                ..message.clone()
            };
            self.enqueue_booked(signal);
        }
    }
}

impl Turn {
    /// The first turn of a message.
    fn first(message: Message, entry: Entry, cause: Cause) -> Self {
        Self {
            message,
            entry,
            number: 0,
            cause,
            has_replied: false,
            signal: 0,
            pending: 0,
        }
    }
}
