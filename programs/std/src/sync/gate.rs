//! Who may enter, and who waits: first come, first served.

use alloc::{collections::VecDeque, vec::Vec};
use core::task::Poll;

use crate::{
    global::Global,
    message,
    task::{again, Deadline},
};

/// The lock was not free in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

/// What a lock knows of those who hold it and those who want it.
pub(super) struct Gate(Global<Inner>);

struct Inner {
    /// Those who read.
    readers: u32,
    /// Whether somebody writes.
    writer: bool,
    queue: VecDeque<Waiter>,
    /// Those whom it was given to while they waited.
    granted: Vec<u32>,
    next: u32,
}

struct Waiter {
    ticket: u32,
    writes: bool,
    message: [u8; 32],
}

/// A wish to enter.
pub(super) enum Entry {
    New {
        writes: bool,
        blocks: u32,
    },
    Queued {
        writes: bool,
        ticket: u32,
        until: Deadline,
    },
    Done,
}

impl Gate {
    pub(super) const fn new() -> Self {
        Self(Global::new(Inner {
            readers: 0,
            writer: false,
            queue: VecDeque::new(),
            granted: Vec::new(),
            next: 0,
        }))
    }

    pub(super) fn poll(&self, entry: &mut Entry) -> Poll<Result<(), TimedOut>> {
        self.0.with(|inner| inner.poll(entry))
    }

    /// Somebody leaves who was in.
    pub(super) fn leave(&self, writes: bool) {
        self.0.with(|inner| {
            inner.leave(writes);
            inner.admit();
        });
    }

    /// Somebody does not want to enter any more.
    pub(super) fn give_up(&self, entry: &Entry) {
        let Entry::Queued { writes, ticket, .. } = *entry else {
            return;
        };
        self.0.with(|inner| {
            match inner.take_grant(ticket) {
                true => inner.leave(writes),
                false => inner.forget(ticket),
            }
            inner.admit();
        });
    }
}

impl Inner {
    fn poll(&mut self, entry: &mut Entry) -> Poll<Result<(), TimedOut>> {
        let (ticket, until) = match *entry {
            Entry::Done => crate::panic("a lock was awaited twice"),
            Entry::Queued { ticket, until, .. } => (ticket, until),
            Entry::New { writes, blocks } => {
                if self.queue.is_empty() && self.enter(writes) {
                    *entry = Entry::Done;
                    return Poll::Ready(Ok(()));
                }
                let (ticket, until) = (self.next, Deadline::after(blocks));
                self.next = self.next.wrapping_add(1);
                self.queue.push_back(Waiter {
                    ticket,
                    writes,
                    message: message::id(),
                });
                *entry = Entry::Queued {
                    writes,
                    ticket,
                    until,
                };
                (ticket, until)
            }
        };
        if self.take_grant(ticket) {
            *entry = Entry::Done;
            // It lets the next one in itself, if that can be in as well.
            self.admit();
            return Poll::Ready(Ok(()));
        }
        if until.is_ahead() {
            return Poll::Pending;
        }
        *entry = Entry::Done;
        self.forget(ticket);
        // It may have stood in the way of others.
        self.admit();
        Poll::Ready(Err(TimedOut))
    }

    fn enter(&mut self, writes: bool) -> bool {
        if self.writer || (writes && self.readers != 0) {
            return false;
        }
        match writes {
            true => self.writer = true,
            false => self.readers = self.readers.saturating_add(1),
        }
        true
    }

    fn leave(&mut self, writes: bool) {
        match writes {
            true => self.writer = false,
            false => self.readers = self.readers.saturating_sub(1),
        }
    }

    fn take_grant(&mut self, ticket: u32) -> bool {
        let place = self.granted.iter().position(|granted| *granted == ticket);
        place.is_some_and(|place| {
            self.granted.swap_remove(place);
            true
        })
    }

    fn forget(&mut self, ticket: u32) {
        self.queue.retain(|waiter| waiter.ticket != ticket);
    }

    /// Lets in who is next, if it can be. One message at most is woken, and wakes the next when it is in: to let go costs the
    /// same however many wait, and never more than a signal can pay.
    fn admit(&mut self) {
        while let Some(next) = self.queue.front() {
            let writes = next.writes;
            if !self.enter(writes) {
                return;
            }
            let Some(next) = self.queue.pop_front() else {
                return;
            };
            // The current message is polled once more; another goes on when it is woken. One that does not
            // wait any more has ended.
            let is_here = next.message == message::id();
            if is_here {
                again();
            } else if message::wake(&next.message).is_err() {
                self.leave(writes);
                continue;
            }
            self.granted.push(next.ticket);
            if !is_here {
                return;
            }
        }
    }
}
