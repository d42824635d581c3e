//! The order in which a hook serves both rows: the queue, and what was booked before and has come.
//!
//! They are served in turns, by the gas that they really take, [`QUEUE_PARTS`] to one. Where the head of one does
//! not fit the room that the hook has left, the other has the rest. So that neither waits for ever:
//! - a head of the queue that what was booked has kept out begins the next hook;
//! - what was booked keeps what it is owed meanwhile, and when that has become nearly all that it may be owed, the
//!   hook is its own;
//! - what the queue cannot use is for nothing.

use actors_primitives::Gas;
use frame_support::weights::Weight;

use crate::{queue::Lane, record::ServiceState};

/// How much more gas the queue is served than what was booked, while there are both.
pub(crate) const QUEUE_PARTS: Gas = 8;

/// What the order of one hook depends on, besides the record of the service.
pub(crate) struct Order {
    /// How much of the queue a hook serves, in gas.
    hook: Gas,
    /// The room that the hook began with.
    whole: Weight,
    /// Whether what was booked has waited for its part for so long that it has it now.
    is_owed: bool,
    /// Whether the queue begins, even where it is not its turn.
    queue_begins: bool,
    /// Whose head does not fit any more.
    full: Option<Lane>,
    /// Whether anything has left each row.
    has_queued: bool,
    has_booked: bool,
}

impl Order {
    /// The order of a hook that has so much room, and serves so much of the queue.
    pub(crate) fn begin(service: &mut ServiceState, hook: Gas, whole: Weight) -> Self {
        let is_owed = service.ahead >= signed(hook.saturating_mul(QUEUE_PARTS.saturating_sub(1)));
        Self {
            hook,
            whole,
            is_owed,
            queue_begins: core::mem::take(&mut service.queue_begins) && !is_owed,
            full: None,
            has_queued: false,
            has_booked: false,
        }
    }

    /// The row whose head is next, if there is any.
    pub(crate) fn next(&self, service: &ServiceState) -> Option<Lane> {
        match self.full {
            Some(full) => Some(full.other()).filter(|lane| !service.row(*lane).is_empty()),
            None if self.is_first() && !service.queue.is_empty() => Some(Lane::Queue),
            None => service.next_lane(),
        }
    }

    /// Notes that a message has left a row, and what serving it took.
    pub(crate) fn served(&mut self, service: &mut ServiceState, lane: Lane, took: Gas) {
        match lane {
            Lane::Queue => self.has_queued = true,
            Lane::Booked => self.has_booked = true,
        }
        if !self.is_spare() {
            service.took(lane, took, self.hook);
        }
    }

    /// Notes that the head of a row needs so much and does not fit the rest, in gas, that the hook has; and says
    /// whether the other row may still have that.
    pub(crate) fn did_not_fit(
        &mut self,
        service: &mut ServiceState,
        lane: Lane,
        needed: Weight,
        rest: Gas,
    ) -> bool {
        // Or a little that is booked for each hook would keep a long turn from ever beginning.
        let is_behind = self.has_booked && needed.all_lte(self.whole);
        if lane == Lane::Queue && service.ahead >= 0 && (is_behind || self.is_first()) {
            match self.is_owed {
                // It has had all it would.
                true => service.ahead = -1,
                false => service.queue_begins = true,
            }
        }
        if self.full.is_none() {
            self.full = Some(lane);
            return true;
        }
        // Where the queue alone was served, it has kept the rest from what was booked, whether it burned that or
        // not. Or what was booked would begin hook after hook, for a rest that the queue could not use behind it.
        if self.is_spare() && self.has_queued && !self.has_booked {
            service.took(Lane::Queue, rest, self.hook);
        }
        false
    }

    /// Whether the queue is to begin and nothing was served yet.
    fn is_first(&self) -> bool {
        self.queue_begins && !self.has_queued && !self.has_booked
    }

    /// Whether what is served now is what the queue cannot use.
    fn is_spare(&self) -> bool {
        self.full == Some(Lane::Queue)
    }
}

impl ServiceState {
    /// The row that is served next: both in turns, while there are both.
    #[must_use]
    pub fn next_lane(&self) -> Option<Lane> {
        match (self.queue.is_empty(), self.booked.is_empty()) {
            (true, true) => None,
            (false, false) if self.ahead < 0 => Some(Lane::Queue),
            (false, true) => Some(Lane::Queue),
            (_, false) => Some(Lane::Booked),
        }
    }

    /// Notes what serving a message took, where a hook serves so much of the queue: more than that it is not
    /// ahead, or than one whole hook owes what was booked, if there is any of that. A queue that becomes empty is owed
    /// nothing. What is booked is served without measure while the queue is empty, and then owes it no more than for
    /// its last message.
    fn took(&mut self, lane: Lane, gas: Gas, hook: Gas) {
        self.ahead = match lane {
            Lane::Queue => {
                let most = match self.booked.is_empty() {
                    true => hook,
                    false => hook.saturating_mul(QUEUE_PARTS),
                };
                let ahead = self.ahead.saturating_add(signed(gas)).min(signed(most));
                match self.queue.is_empty() {
                    // It has had all it wants.
                    true => ahead.max(0),
                    false => ahead,
                }
            }
            Lane::Booked => {
                let parts = signed(gas.saturating_mul(QUEUE_PARTS));
                self.ahead.max(0).saturating_sub(parts)
            }
        };
    }
}

/// Gas, where it may be owed.
fn signed(gas: Gas) -> i64 {
    i64::try_from(gas).unwrap_or(i64::MAX)
}
