//! Messages that wait: parked between two turns, until a reply, another message of the same
//! program, or the deadline resumes them.
//!
//! A message that waits has a deadline, or causes to go on that are to be served already: one of
//! the two, always. The first cause takes the deadline off the agenda, however long the queue is;
//! further ones wait their turn behind it, and each runs one turn.

use actors_executor::Wait;
use actors_primitives::{Gas, MessageId};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::SaturatedConversion;

use crate::{
    agenda::{Due, Slot},
    ledger::Ledger,
    message::{Kind, Message, Sender, Waiter},
    place::Place,
    queue::Lane,
    record::ServiceState,
    task::Past,
    Config, Pallet, Purse, Waiting, WaitingPayloads,
};

/// Where a message that waits stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum WaitState {
    /// Nothing has come yet; its deadline has that place on the agenda.
    Parked(Slot),
    /// Something has come.
    Called {
        /// How many causes to go on are to be served.
        causes: u32,
        /// In which row all of them stand, so that they keep their order: where the first came.
        lane: Lane,
        /// How many blocks it had waited when the first came.
        waited: u32,
    },
}

/// A message that waits.
#[derive(
    frame_support::CloneNoBound,
    frame_support::DebugNoBound,
    frame_support::PartialEqNoBound,
    frame_support::EqNoBound,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct WaitingMessage<T: Config> {
    /// The message, its value arrived, without its payload.
    pub message: Message<T>,
    /// Bytes of its payload, which is in `WaitingPayloads`.
    pub bytes: u32,
    /// The number of its next turn.
    pub turn: u32,
    /// Whether it has its reply already.
    pub has_replied: bool,
    /// When it began to wait this time, in ticks.
    pub since: u64,
    /// For how many blocks it waits at most.
    pub blocks: u32,
    /// Gas set aside for the rent of all these blocks.
    pub rent: Gas,
    /// Gas set aside for its resume to start.
    pub resume: Gas,
    /// Gas set aside for `handle_signal`, should a later turn fail.
    pub signal: Gas,
    /// Where it stands.
    pub state: WaitState,
}

impl<T: Config> WaitingMessage<T> {
    /// Rent for the blocks that it has waited: the rest of what was set aside comes back.
    pub(crate) fn rent_due(&self, clock: u64) -> Gas {
        rent_for(self.rent, self.waited_by(clock), self.blocks)
    }

    /// How many of its blocks had passed when the first cause to go on came, or have by now.
    pub(crate) fn waited_by(&self, clock: u64) -> u32 {
        match self.state {
            WaitState::Parked(_) => self.waited(clock),
            WaitState::Called { waited, .. } => waited,
        }
    }

    /// How many of its blocks have passed.
    fn waited(&self, clock: u64) -> u32 {
        let passed = clock.saturating_sub(self.since);
        passed.min(self.blocks.into()).saturated_into()
    }

    /// Takes one more cause to go on, which comes by that row; says in which it is to stand, and the place of its
    /// deadline, which is void with the first.
    fn call(&mut self, clock: u64, lane: Lane) -> (Lane, Option<Slot>) {
        let (causes, waited, lane, slot) = match self.state {
            WaitState::Parked(slot) => (1, self.waited(clock), lane, Some(slot)),
            WaitState::Called {
                causes,
                waited,
                lane,
            } => (causes.saturating_add(1), waited, lane, None),
        };
        self.state = WaitState::Called {
            causes,
            waited,
            lane,
        };
        (lane, slot)
    }

    /// Settles what was set aside in the message's purse, all but the part for a signal.
    pub(crate) fn settle(&self, purse: &mut Purse<T>, clock: u64) {
        let due = self.rent_due(clock);
        purse.burn_aside(due);
        purse.restore(self.rent.saturating_sub(due).saturating_add(self.resume));
    }
}

/// The part of `rent`, set aside for `blocks`, that `passed` of them cost.
pub(crate) fn rent_for(rent: Gas, passed: u32, blocks: u32) -> Gas {
    let sum = u128::from(rent).saturating_mul(passed.into());
    let due = sum.checked_div(blocks.into()).unwrap_or_default();
    due.saturated_into::<Gas>().min(rent)
}

impl<T: Config> Pallet<T> {
    /// A message that waits, if it still does. One that waited before an upgrade stands there until
    /// it is swept: whoever would resume it looks at the epoch first.
    pub(crate) fn find_waiting(
        program: &T::AccountId,
        waiter: &Waiter,
    ) -> Option<WaitingMessage<T>> {
        Waiting::<T>::get((program, waiter.epoch, waiter.message))
    }

    /// Parks a message until something resumes it, in a program of that epoch. Its turn has committed, and the
    /// gas that the wait sets aside is there.
    pub(crate) fn park(
        ledger: &mut Ledger<'_, T>,
        message: &Message<T>,
        past: Past,
        epoch: u32,
        wait: Wait,
    ) {
        let clock = ledger.service.clock;
        let waiter = Waiter {
            epoch,
            message: message.id,
        };
        let (state, rent) = match past.causes {
            0 => {
                let due = Due::Deadline {
                    program: message.destination.clone(),
                    waiter,
                };
                let slot = Self::schedule(ledger.service, due, wait.blocks);
                (WaitState::Parked(slot), wait.rent)
            }
            // It goes on as soon as its turn in the queue has come.
            causes => {
                let lane = past.lane;
                let state = WaitState::Called {
                    causes,
                    waited: 0,
                    lane,
                };
                (state, 0)
            }
        };
        let aside = rent.saturating_add(wait.resume).saturating_add(wait.signal);
        ledger.purse.set_aside(aside);
        let key = (&message.destination, epoch, message.id);
        if !message.payload.is_empty() {
            WaitingPayloads::<T>::insert(key, &message.payload);
        }
        Waiting::<T>::insert(
            key,
            WaitingMessage {
                message: Message {
                    payload: Default::default(),
                    deposit: ledger.deposit,
                    place: Place::default(),
                    ..message.clone()
                },
                bytes: message.payload.len() as u32,
                turn: past.turns.saturating_add(1),
                has_replied: past.has_replied,
                since: clock,
                blocks: wait.blocks,
                rent,
                resume: wait.resume,
                signal: wait.signal,
                state,
            },
        );
    }

    /// Takes a message that goes on, and waited in that epoch of its program, out of those that wait.
    pub(crate) fn unpark(message: &mut Message<T>, epoch: u32) {
        let key = (&message.destination, epoch, message.id);
        Waiting::<T>::remove(key);
        message.payload = WaitingPayloads::<T>::get(key).unwrap_or_default();
        // Also what nothing decodes.
        WaitingPayloads::<T>::remove(key);
    }

    /// Notes that a cause to go on comes by that row for a message that waits; says in which it is to stand.
    pub(crate) fn call_waiter(
        service: &mut ServiceState,
        lane: Lane,
        program: &T::AccountId,
        waiter: &Waiter,
        mut waiting: WaitingMessage<T>,
    ) -> Lane {
        let (lane, slot) = waiting.call(service.clock, lane);
        if let Some(slot) = slot {
            Self::cancel(service, slot);
        }
        Waiting::<T>::insert((program, waiter.epoch, waiter.message), waiting);
        lane
    }

    /// Resumes a message of the same program.
    pub(crate) fn wake(service: &mut ServiceState, program: &T::AccountId, waiter: Waiter) {
        Self::resume(service, program, waiter, Kind::Wake(waiter));
    }

    /// The deadline of a message has passed: it goes on, and finds that out.
    pub(crate) fn deadline_passes(
        service: &mut ServiceState,
        program: T::AccountId,
        waiter: Waiter,
    ) {
        Self::resume(service, &program, waiter, Kind::Deadline(waiter));
    }

    /// Has a message go on for that reason, if it still waits.
    fn resume(service: &mut ServiceState, program: &T::AccountId, waiter: Waiter, kind: Kind) {
        let Some(waiting) = Self::find_waiting(program, &waiter) else {
            return;
        };
        let lane = match kind {
            Kind::Deadline(_) => Lane::Booked,
            _ => Lane::Queue,
        };
        let lane = Self::call_waiter(service, lane, program, &waiter, waiting);
        Self::enqueue(service, lane, Self::cause(program, kind));
    }

    /// What stands in a row so that a message of that program goes on.
    pub(crate) fn cause(program: &T::AccountId, kind: Kind) -> Message<T> {
        Message {
            id: MessageId::default(),
            kind,
            source: program.clone(),
            sender: Sender::Program,
            destination: program.clone(),
            payload: Default::default(),
            value: 0,
            purse: MessageId::default(),
            deposit: 0,
            place: Place::default(),
        }
    }
}
