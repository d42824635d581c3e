//! Messages that wait, what resumes them, and what waiting costs.

use actors_primitives::{abi::Entry, Gas, MessageId};

use super::{
    agenda::{self, Due},
    chain::Chain,
    happening::Happening,
    message::{Kind, Message, Waiter},
    service::Seen,
    turn::{Cause, Turn, Wait},
};
use crate::mock::AccountId;

/// A message that waits. It holds a reference of its purse.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) message: Message,
    /// The number of the turn that resumes it.
    pub(super) turn: u32,
    pub(super) has_replied: bool,
    /// When this wait began.
    pub(super) since: u64,
    pub(super) blocks: u32,
    /// Gas set aside for waiting so long, for the start of the next turn, for a signal.
    pub(super) rent: Gas,
    pub(super) resume: Gas,
    pub(super) signal: Gas,
    /// Causes that are queued.
    pub(super) pending: u32,
    /// Its deadline, while no cause is queued.
    pub(super) deadline: Option<agenda::Entry>,
    /// How many of its blocks had passed when the first cause was queued.
    pub(super) waited: Option<u32>,
}

impl Chain {
    fn epoch(&self, program: &AccountId) -> Option<u32> {
        self.programs.get(program).map(|program| program.epoch)
    }

    /// Whether the waiter still waits: its program has neither exited nor been upgraded since.
    pub(super) fn waits(&self, program: &AccountId, waiter: Waiter) -> bool {
        self.epoch(program) == Some(waiter.epoch)
            && self.waiting.contains_key(&(program.clone(), waiter))
    }

    /// Whether a message of the program waits.
    pub(super) fn is_waiting(&self, program: &AccountId, message: &MessageId) -> bool {
        self.waiter(program, message)
            .is_some_and(|waiter| self.waits(program, waiter))
    }

    /// How the program's message is named while it waits.
    pub(super) fn waiter(&self, program: &AccountId, message: &MessageId) -> Option<Waiter> {
        let message = *message;
        self.epoch(program).map(|epoch| Waiter { epoch, message })
    }

    /// Parks a message whose turn has committed with a wait.
    pub(super) fn park(
        &mut self,
        turn: &Turn,
        wait: Wait,
        has_replied: bool,
        deposit: u128,
        burned: Gas,
    ) {
        let message = Message {
            deposit,
            ..turn.message.clone()
        };
        let program = message.destination.clone();
        let waiter = self.waiter(&program, &message.id);
        let waiter = waiter.expect("a program that exits does not wait");
        let now = self.agenda.now;
        let aside = wait.rent + wait.resume + wait.signal;
        let purse = self.purse(&message.purse);
        purse.gas = purse.gas + turn.signal - aside;
        self.happens(Happening::Waiting {
            message: message.id,
            program: program.clone(),
            blocks: wait.blocks,
            burned,
        });
        let mut waiting = Waiting {
            message,
            turn: turn.number + 1,
            has_replied,
            since: now,
            blocks: wait.blocks,
            rent: wait.rent,
            resume: wait.resume,
            signal: wait.signal,
            pending: turn.pending,
            deadline: None,
            waited: None,
        };
        if waiting.pending == 0 {
            let due = Due::Deadline {
                program: program.clone(),
                waiter,
            };
            waiting.deadline = Some(self.agenda.write(wait.blocks, due));
        } else {
            // It does not wait for anything but its turn.
            let rent = core::mem::take(&mut waiting.rent);
            self.purse(&waiting.message.purse).gas += rent;
        }
        self.waiting.insert((program, waiter), waiting);
    }

    /// A cause to resume a message is queued: the first one ends its deadline, and its rent.
    pub(super) fn cause_is_queued(&mut self, program: &AccountId, waiter: Waiter) {
        let key = (program.clone(), waiter);
        let waiting = self.waiting.get_mut(&key).expect("it waits");
        waiting.pending += 1;
        let passed = self.agenda.since(waiting.since).min(waiting.blocks);
        waiting.waited.get_or_insert(passed);
        if let Some(deadline) = waiting.deadline.take() {
            self.agenda.cancel(deadline);
        }
    }

    /// Ends a wait: pays for its blocks, and gives back what was set aside for more of them and
    /// for the start of the next turn.
    pub(super) fn end_wait(&mut self, program: &AccountId, waiter: Waiter) -> Waiting {
        let key = (program.clone(), waiter);
        let waiting = self.waiting.remove(&key).expect("it waits");
        if let Some(deadline) = waiting.deadline {
            self.agenda.cancel(deadline);
        }
        let passed = self.agenda.since(waiting.since).min(waiting.blocks);
        let waited = waiting.waited.unwrap_or(passed);
        let purse = waiting.message.purse;
        self.pay_rent(&purse, waiting.rent, waited, waiting.blocks);
        self.purse(&purse).gas += waiting.resume;
        waiting
    }

    /// Burns what so many of its blocks cost of a rent, and puts the rest back into the purse.
    pub(super) fn pay_rent(&mut self, purse: &MessageId, rent: Gas, passed: u32, blocks: u32) {
        if rent > 0 {
            // Each of them costs the same.
            let used = rent / u64::from(blocks) * u64::from(passed);
            let purse = self.purse(purse);
            purse.gas += rent;
            purse.burn(used);
        }
    }

    /// Wakes another message of the program.
    pub(super) fn wake(&mut self, program: &AccountId, message: MessageId, id: MessageId) {
        let Some(waiter) = self.waiter(program, &message) else {
            return;
        };
        self.queue_cause(program, waiter, Kind::Wake(waiter), id);
    }

    /// A deadline is due.
    pub(super) fn deadline_passes(&mut self, program: &AccountId, waiter: Waiter) {
        let key = (program.clone(), waiter);
        self.waiting.get_mut(&key).expect("it waits").deadline = None;
        self.queue_cause(program, waiter, Kind::Deadline(waiter), waiter.message);
    }

    fn queue_cause(&mut self, program: &AccountId, waiter: Waiter, kind: Kind, id: MessageId) {
        let waiting = &self.waiting[&(program.clone(), waiter)];
        let message = Message {
            id,
            kind,
            ..waiting.message.clone()
        };
        self.cause_is_queued(program, waiter);
        let is_booked = matches!(kind, Kind::Deadline(_));
        match self.is_cause_booked(program, waiter, is_booked) {
            true => self.booked.push_back(message),
            false => self.queue.push_back(message),
        }
    }

    /// Whether a cause to resume a message stands with what was booked: behind others of it, or as it comes.
    pub(super) fn is_cause_booked(
        &self,
        program: &AccountId,
        waiter: Waiter,
        is_booked: bool,
    ) -> bool {
        let resumes = |message: &Message| {
            message.destination == *program && message.kind.waiter() == Some(waiter)
        };
        match (
            self.queue.iter().any(resumes),
            self.booked.iter().any(resumes),
        ) {
            (false, false) => is_booked,
            (is_queued, is_booked) => {
                assert!(
                    !is_queued || !is_booked,
                    "causes of one message keep their order"
                );
                is_booked
            }
        }
    }

    /// Runs the next turn of a message that waits; to which a reply `came`, with deposit money of
    /// its purse.
    pub(super) fn resume(
        &mut self,
        program: &AccountId,
        waiter: Waiter,
        cause: Cause,
        came: Option<(MessageId, u128)>,
        seen: &mut Seen,
    ) {
        let mut waiting = self.end_wait(program, waiter);
        if let Some((purse, deposit)) = came {
            let message = &mut waiting.message;
            message.deposit += deposit;
            self.return_deposit(&purse, &message.purse, deposit);
        }
        let turn = Turn {
            entry: match waiting.message.kind {
                Kind::Init => Entry::Init,
                _ => Entry::Handle,
            },
            number: waiting.turn,
            cause,
            has_replied: waiting.has_replied,
            signal: waiting.signal,
            pending: waiting.pending - 1,
            message: waiting.message,
        };
        self.take_turn(turn, seen);
    }
}
