//! The record of the service: where the queue and the agenda stand. It is read and written once a
//! message, and found again from what is stored if it is damaged or lost.

use actors_primitives::{Gas, MessageId};
use alloc::boxed::Box;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    pallet_prelude::{DispatchError, Weight},
    traits::Get,
    weights::WeightMeter,
};
use scale_info::TypeInfo;
use sp_runtime::traits::SaturatedConversion;

use crate::{
    place::remember, queue::Lane, report, till::Till, Booked, Config, Error, Graves, Pallet, Queue,
    Remains, Service, Ticks, WeightInfo,
};

/// Messages, and exited programs, that are looked for when the record of the service is lost. Only
/// damage leads there.
const MENDED_KEYS: u32 = 128;
/// Places that are looked at right behind a gap in the queue, and messages anywhere if there is none:
/// together as many as serving a message has reads for.
const GAP_KEYS: u32 = 8;
/// Places that a queue gets at its end, which no message has, so that service comes to a gap there
/// and finds what it has not seen.
const UNSEEN: u64 = 1 << 32;

/// The state of the service: one record, so that a message costs one access for all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct ServiceState {
    /// The queue: the message that is served next has its first place.
    pub queue: Row,
    /// What was booked before and has come: served in turns with the queue.
    pub booked: Row,
    /// How much more gas the queue has been served than what was booked has had for each of its parts. While
    /// it is negative, it is the queue's turn.
    pub ahead: i64,
    /// Whether the queue begins the next hook: its head did not fit behind what was booked.
    pub queue_begins: bool,
    /// What all messages in the queue count as there, in gas.
    pub volume: Gas,
    /// What is remembered of backlogs, in parts of a doubling of the price of places.
    pub memory: u32,
    /// The place that the next message took when the last block began.
    pub mark: u64,
    /// How many messages calls have sent: part of their ids.
    pub sent: u64,
    /// Programs, and epochs of programs, that have ended while messages waited in them.
    pub graves: Row,
    /// Exited programs that still store something.
    pub remains: Row,
    /// Money between accounts.
    pub till: Till,
    /// Whether the service is paused.
    pub is_paused: bool,
    /// The clock: blocks of service that began while something was scheduled or queued.
    pub clock: u64,
    /// How many entries the agenda has.
    pub scheduled: u64,
    /// The tick whose entries are due next.
    pub due_tick: u64,
    /// The place of the next one among them.
    pub due_index: u32,
}

/// The ends of a row of places. Each place is used once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Row {
    /// The first place that may be taken.
    pub head: u64,
    /// The first place behind that is free.
    pub tail: u64,
}

impl Row {
    /// How many places there are at most.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.tail.saturating_sub(self.head)
    }

    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.head >= self.tail
    }

    /// Takes the next place.
    pub(crate) fn push(&mut self) -> u64 {
        let place = self.tail;
        self.tail = place.saturating_add(1);
        place
    }

    /// Gives the first place up.
    pub(crate) fn pop(&mut self) {
        self.head = self.head.saturating_add(1);
    }

    /// Finds the ends again, by the places that are taken. If there are too many to look at all of
    /// them the end is set far beyond, where none is overwritten: what was not seen is found when the
    /// row comes to the gap there.
    fn find(places: impl Iterator<Item = u64>) -> Self {
        let (count, first, last) = sample(places, MENDED_KEYS);
        let unseen = if count < MENDED_KEYS { 1 } else { UNSEEN };
        match count {
            0 => Self::default(),
            _ => Self {
                head: first,
                tail: last.saturating_add(unseen),
            },
        }
    }

    /// Steps over a gap, which only damage leaves: to the first of some places that are taken, which
    /// may lie before it, or to the end.
    pub(crate) fn step_over_gap(&mut self, places: impl Iterator<Item = u64>) {
        let (count, first, last) = sample(places, GAP_KEYS);
        if count == 0 {
            self.head = self.tail;
        } else {
            self.head = first;
            self.tail = self.tail.max(last.saturating_add(1));
        }
    }
}

/// How many places there are, `most` at most; and of those the first and the last.
fn sample(places: impl Iterator<Item = u64>, most: u32) -> (u32, u64, u64) {
    let places = places.take(most as usize);
    places.fold((0, u64::MAX, 0), |(count, first, last), place| {
        (count.saturating_add(1), first.min(place), last.max(place))
    })
}

impl ServiceState {
    /// Whether each row begins before it ends, as nothing but damage changes.
    pub(crate) fn is_sound(&self) -> bool {
        self.queue.head <= self.queue.tail
            && self.booked.head <= self.booked.tail
            && self.graves.head <= self.graves.tail
            && self.remains.head <= self.remains.tail
    }

    /// How many messages stand in both rows.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.queue.length().saturating_add(self.booked.length())
    }

    /// Where a row stands.
    #[must_use]
    pub fn row(&self, lane: Lane) -> Row {
        match lane {
            Lane::Queue => self.queue,
            Lane::Booked => self.booked,
        }
    }

    pub(crate) fn row_mut(&mut self, lane: Lane) -> &mut Row {
        match lane {
            Lane::Queue => &mut self.queue,
            Lane::Booked => &mut self.booked,
        }
    }

    /// Lets one block of service pass: for what waits for time to pass, and for the price of places.
    pub(crate) fn tick(&mut self) {
        self.begin_block();
        // Also while messages are queued, however many deadlines their answers have called off.
        if self.scheduled > 0 || self.length() > 0 {
            self.clock = self.clock.saturating_add(1);
        }
    }

    /// Notes that a block begins, and whether anything is in the queue that was there when the
    /// last one began: the time that others wait is what places are priced by.
    fn begin_block(&mut self) {
        let is_behind = !self.queue.is_empty() && self.queue.head < self.mark;
        self.memory = remember(self.memory, is_behind);
        // An empty queue has nothing to mark, and the record stays as it is.
        match self.queue.is_empty() {
            false => self.mark = self.queue.tail,
            // Whatever damage has left of it.
            true => self.volume = 0,
        }
    }

    /// Whether something is left to be swept.
    #[must_use]
    pub fn is_sweeping(&self) -> bool {
        !self.graves.is_empty() || !self.remains.is_empty()
    }

    /// Whether something is scheduled for now or before.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.scheduled > 0 && self.due_tick <= self.clock
    }
}

impl<T: Config> Pallet<T> {
    /// The state of the service; a call must not write over a record that waits to be mended.
    pub(crate) fn service_of_calls() -> Result<ServiceState, DispatchError> {
        Self::read_service().map_err(|_| Error::<T>::QueueFull.into())
    }

    pub(crate) fn next_message_id(service: &mut ServiceState, account: &T::AccountId) -> MessageId {
        let preimage = MessageId::extrinsic_preimage(&account.clone().into(), service.sent);
        service.sent = service.sent.saturating_add(1);
        MessageId(sp_io::hashing::blake2_256(&preimage))
    }

    /// The state of the service; of a damaged record what can be read of it, if anything.
    pub(crate) fn read_service() -> Result<ServiceState, Option<Box<ServiceState>>> {
        match Service::<T>::try_get() {
            Ok(service) if service.is_sound() => Ok(service),
            Ok(service) => Err(Some(Box::new(service))),
            Err(()) if !Service::<T>::exists() && !Self::has_traces() => {
                Ok(ServiceState::default())
            }
            Err(()) => Err(None),
        }
    }

    /// The state of the service. If its record is damaged the queue is found again, as soon as
    /// there is room for that.
    pub(crate) fn sound_service(meter: &mut WeightMeter) -> Option<ServiceState> {
        let damaged = match Self::read_service() {
            Ok(service) => return Some(service),
            Err(damaged) => damaged,
        };
        report!("the record of the service is damaged");
        meter.try_consume(Self::mending_weight()).ok()?;
        let mut service = damaged
            .map(|service| *service)
            .unwrap_or_else(|| ServiceState {
                // Ids must not repeat: no block has sent that many messages.
                sent: frame_system::Pallet::<T>::block_number()
                    .saturated_into::<u64>()
                    .saturating_mul(1 << 32),
                ..ServiceState::default()
            });
        // Of what nobody can tell any more, places are as cheap as they can be.
        (service.volume, service.memory) = (0, 0);
        (service.ahead, service.queue_begins) = (0, false);
        service.queue = Row::find(Queue::<T>::iter_keys());
        service.booked = Row::find(Booked::<T>::iter_keys());
        Self::find_agenda(&mut service);
        service.graves = Row::find(Graves::<T>::iter_keys());
        service.remains = Row::find(Remains::<T>::iter_keys());
        Service::<T>::put(service);
        Some(service)
    }

    /// What mending takes.
    pub(crate) fn mending_weight() -> Weight {
        T::WeightInfo::sweep(MENDED_KEYS.saturating_mul(5).saturating_add(1))
    }

    /// Whether there is anything that only service brings about, and would have to be found again.
    fn has_traces() -> bool {
        Queue::<T>::iter_keys().next().is_some()
            || Booked::<T>::iter_keys().next().is_some()
            || Ticks::<T>::iter_keys().next().is_some()
            || Graves::<T>::iter_keys().next().is_some()
            || Remains::<T>::iter_keys().next().is_some()
    }

    /// Goes on with what is due at the first tick. If there are more ticks than are looked at, that is
    /// within the longest wait before those; and how much is scheduled is not known any more: the
    /// clock advances from then on even if nothing is.
    fn find_agenda(service: &mut ServiceState) {
        let (mut count, mut first, mut live) = (0u32, u64::MAX, 0u64);
        for (tick, entries) in Ticks::<T>::iter().take(MENDED_KEYS as usize) {
            count = count.saturating_add(1);
            first = first.min(tick);
            live = live.saturating_add(entries.live.into());
        }
        service.scheduled = live;
        if count > 0 {
            (service.due_tick, service.due_index) = (first, 0);
            service.clock = service.clock.max(first.saturating_sub(1));
        }
        if count == MENDED_KEYS {
            service.due_tick = first.saturating_sub(T::Limits::get().wait.into());
            service.scheduled = u64::MAX / 2;
        }
    }

    /// Steps over a gap in a row of messages: to the next one if it is near, or to the first of some,
    /// or to the end. Messages that are left out then are found behind the others.
    pub(crate) fn step_over_gap(service: &mut ServiceState, lane: Lane) {
        let row = service.row_mut(lane);
        let near = (1..=GAP_KEYS).find_map(|step| {
            let place = row.head.checked_add(step.into())?;
            lane.has_message::<T>(place).then_some(place)
        });
        if let Some(place) = near {
            row.head = place;
            return;
        }
        let (count, first, _) = match lane {
            Lane::Queue => sample(Queue::<T>::iter_keys(), GAP_KEYS),
            Lane::Booked => sample(Booked::<T>::iter_keys(), GAP_KEYS),
        };
        match count {
            0 => *row = Row::default(),
            GAP_KEYS => (row.head, row.tail) = (first, row.tail.saturating_add(UNSEEN)),
            _ => row.head = first,
        }
        if service.queue.is_empty() {
            service.volume = 0;
        }
    }
}
