//! Who may enter, and who waits: first come, first served.

use alloc::boxed::Box;
use core::task::Poll;

use crate::{
    global::Global,
    linked::{linked, Linked},
    message,
    task::{again, is_left, is_out_in, wake, Deadline},
    Error,
};

/// The lock was not free in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// What a lock knows of those who hold it and those who want it: the places of both in the order in which they came. A place is there for
/// as long as its wish or its guard, and without any the lock takes no memory.
pub(super) struct Gate(Global<Linked<Place>>);

#[repr(C)]
struct Place {
    next: Linked<Place>,
    /// Names it: the one behind it has a larger one.
    ticket: u64,
    writes: bool,
    state: PlaceState,
    message: [u8; 32],
}

linked!(Place);

#[derive(PartialEq, Eq)]
enum PlaceState {
    Waits,
    Holds,
    /// Its message has failed: others pass it, until its task is dropped.
    Failed,
}

/// A wish to enter.
pub(super) enum Wish {
    New {
        writes: bool,
        blocks: u32,
    },
    Queued {
        ticket: u64,
        until: Deadline,
        /// The ticket of the last holder, and how often it was found that it will never release the lock.
        lost: (u64, u32),
    },
    Done,
}

impl Gate {
    pub(super) const fn new() -> Self {
        Self(Global::new(Linked::new()))
    }

    /// Enters, if that is possible by now: with a ticket to leave with.
    pub(super) fn poll(&self, wish: &mut Wish) -> Poll<Result<u64, TimedOut>> {
        if let Wish::New { writes, blocks } = *wish {
            *wish = Wish::Queued {
                ticket: self.0.with(|places| join(places, writes)),
                until: Deadline::after(blocks),
                lost: (0, 0),
            };
        }
        let Wish::Queued {
            ticket,
            until,
            ref mut lost,
        } = *wish
        else {
            crate::panic("a lock was awaited twice")
        };
        let (holds, holder) = self.0.with(|places| {
            admit(places, Some(ticket));
            let mine = find(places, |place| place.ticket == ticket);
            let holds = mine.is_some_and(|place| place.state == PlaceState::Holds);
            let holder = find(places, |place| place.state == PlaceState::Holds);
            (holds, holder.map(|place| (place.ticket, place.message)))
        });
        if holds {
            *wish = Wish::Done;
            return Poll::Ready(Ok(ticket));
        }
        let mut is_ahead = until.is_ahead();
        // One who will never release it may be out in some blocks. The next block is waited for beyond the deadline, some times.
        if let Some((holder, message)) = holder {
            if is_ahead && lost.0 != holder {
                *lost = (holder, 0);
            }
            let blocks = is_out_in(&message);
            let is_worth_it = match blocks {
                0 => false,
                1 => {
                    lost.1 = lost.1.saturating_add(1);
                    lost.1 <= MOST_LOOKS
                }
                _ => is_ahead,
            };
            if is_worth_it {
                is_ahead |= Deadline::after(blocks as u32).is_ahead();
            }
        }
        if is_ahead {
            return Poll::Pending;
        }
        *wish = Wish::Done;
        self.leave(ticket);
        Poll::Ready(Err(TimedOut))
    }

    /// Gives a place up, of whoever holds the lock or waits for it.
    pub(super) fn leave(&self, ticket: u64) {
        self.0.with(|places| {
            let place = places.find(|place| place.ticket == ticket);
            drop(places.take(place));
            // It may have stood in the way of others.
            admit(places, None);
        });
    }

    /// Whoever wanted to enter does not want it any more.
    pub(super) fn give_up(&self, wish: &Wish) {
        if let Wish::Queued { ticket, .. } = *wish {
            self.leave(ticket);
        }
    }
}

/// Takes the last place.
fn join(places: &mut Linked<Place>, writes: bool) -> u64 {
    let mut ticket = 0;
    let mut next = places.first();
    while let Some(place) = next {
        ticket = place.ticket.wrapping_add(1);
        next = place.next.first();
    }
    places.append(Box::new(Place {
        ticket,
        writes,
        state: PlaceState::Waits,
        message: message::id(),
        next: Linked::new(),
    }));
    ticket
}

/// The first place that is meant.
fn find(places: &mut Linked<Place>, is_meant: impl Fn(&Place) -> bool) -> Option<&Place> {
    let mut next = places.first();
    while let Some(place) = next {
        if is_meant(place) {
            return Some(place);
        }
        next = place.next.first();
    }
    None
}

/// How often a message looks after one holder that is lost: it may seem to have the gas each time, and have it never.
const MOST_LOOKS: u32 = 8;

/// Messages that have failed which one turn passes, beside the one that it wakes: as many as a signal can ask for.
const MOST_FAILED: u32 = 2;

/// Lets in who is next, if it can be. One message at most is woken, and wakes the next when it is in, and few that have failed are
/// passed, which stay passed: releasing a lock costs the same however many wait, and never more than a signal can pay. The ticket is
/// of the place that is being polled.
fn admit(places: &mut Linked<Place>, polled: Option<u64>) {
    let (mut is_read, mut is_written) = (false, false);
    let mut failed = 0;
    let mut next = places.first();
    while let Some(place) = next {
        if place.state == PlaceState::Waits {
            if is_written || (place.writes && is_read) {
                return;
            }
            // The current message is polled once more; another goes on when it is woken.
            let is_here = place.message == message::id();
            if is_here {
                if polled != Some(place.ticket) {
                    again();
                }
                place.state = PlaceState::Holds;
            } else {
                place.state = match wake(&place.message) {
                    Ok(()) => PlaceState::Holds,
                    Err(Error::NOT_FOUND) => PlaceState::Failed,
                    // It cannot be woken in this turn, and keeps its place: whoever comes next tries again.
                    Err(_) => return,
                };
                failed += 1;
                // It is awake, or whoever comes next goes on from here.
                if place.state == PlaceState::Holds || failed > MOST_FAILED {
                    return;
                }
            }
        }
        if place.state == PlaceState::Holds {
            // Who is behind one that holds it has its turn when that has left.
            if !(is_read | is_written) && is_left(&place.message) {
                place.state = PlaceState::Failed;
            } else {
                is_read |= !place.writes;
                is_written |= place.writes;
            }
        }
        next = place.next.first();
    }
}
