//! What happens at a given time: deadlines, delayed messages, letters that expire.
//!
//! Time is counted in **ticks**: the clock advances by one in each block in which the queue is
//! served before transactions and something is scheduled or queued. So a pause, or a migration of the chain
//! in several blocks, stops the clock, and nothing expires in them that could not be answered.
//!
//! Each tick has its entries by index. Whoever schedules keeps the [`Slot`] and cancels by it, at
//! a constant number of accesses however much is scheduled. What is due is done in order, under
//! the meter of the service; what does not fit stays where it is, for the next hook.

use actors_primitives::MessageId;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{message::Waiter, record::ServiceState, Agenda, Config, Pallet, Ticks};

/// What happens when its time has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub enum Due<AccountId> {
    /// A message has waited long enough.
    Deadline {
        /// The program that it waits in.
        program: AccountId,
        /// The message.
        waiter: Waiter,
    },
    /// A delayed message is delivered.
    Delivery(MessageId),
    /// A letter expires.
    Letter {
        /// In whose mailbox it stands.
        user: AccountId,
        /// The message.
        message: MessageId,
    },
}

/// The place of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Slot {
    /// When it is due.
    pub tick: u64,
    /// Its place among what is due then.
    pub index: u32,
}

/// What is known of a tick that has entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Tick {
    /// The place that the next entry takes.
    pub next: u32,
    /// How many entries stand.
    pub live: u32,
}

impl<T: Config> Pallet<T> {
    /// Schedules something for the `blocks`-th tick from now; at once is the next.
    pub(crate) fn schedule(
        service: &mut ServiceState,
        due: Due<T::AccountId>,
        blocks: u32,
    ) -> Slot {
        let tick = service.clock.saturating_add(blocks.max(1).into());
        if service.scheduled == 0 {
            (service.due_tick, service.due_index) = (service.clock.saturating_add(1), 0);
        }
        service.scheduled = service.scheduled.saturating_add(1);
        let index = Ticks::<T>::mutate(tick, |entries| {
            let index = entries.next;
            entries.next = index.saturating_add(1);
            entries.live = entries.live.saturating_add(1);
            index
        });
        Agenda::<T>::insert(tick, index, due);
        Slot { tick, index }
    }

    /// Takes an entry off the agenda before it is due.
    pub(crate) fn cancel(service: &mut ServiceState, slot: Slot) {
        if Agenda::<T>::take(slot.tick, slot.index).is_some() {
            Self::strike(slot.tick);
            service.scheduled = service.scheduled.saturating_sub(1);
        }
    }

    /// One entry of a tick less.
    pub(crate) fn strike(tick: u64) {
        Ticks::<T>::mutate_exists(tick, |entries| {
            if let Some(known) = entries {
                known.live = known.live.saturating_sub(1);
                if known.live == 0 {
                    *entries = None;
                }
            }
        });
    }
}
