//! What is to happen at a time, which counts blocks of service.

use actors_primitives::MessageId;
use alloc::{collections::BTreeMap, vec::Vec};

use super::message::Waiter;
use crate::mock::AccountId;

/// Something that is due at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A message has waited for as long as it said.
    Deadline { program: AccountId, waiter: Waiter },
    /// A message leaves.
    Delayed(MessageId),
    /// A letter has stood for as long as its sender said.
    Letter { user: AccountId, message: MessageId },
}

/// Where something stands in the agenda: its time, and the order in which it was written down.
pub(super) type Entry = (u64, u64);

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    pub(super) now: u64,
    pub(super) entries: BTreeMap<Entry, Due>,
    written: u64,
}

impl Agenda {
    /// A block of service: time passes where something waits for it.
    pub(super) fn tick(&mut self, is_queued: bool) {
        if is_queued || !self.entries.is_empty() {
            self.now += 1;
        }
    }

    /// Blocks of service since then.
    pub(super) fn since(&self, then: u64) -> u32 {
        (self.now - then) as u32
    }

    pub(super) fn write(&mut self, blocks: u32, due: Due) -> Entry {
        self.written += 1;
        let entry = (self.now + u64::from(blocks), self.written);
        self.entries.insert(entry, due);
        entry
    }

    pub(super) fn cancel(&mut self, entry: Entry) {
        self.entries.remove(&entry).expect("it was written down");
    }

    /// The first `count` of what is due.
    pub(super) fn take(&mut self, count: usize) -> Vec<Due> {
        let due = self.entries.range(..=(self.now, u64::MAX)).take(count);
        let due: Vec<Entry> = due.map(|(entry, _)| *entry).collect();
        assert_eq!(due.len(), count, "so much is due");
        let taken = due.iter().filter_map(|entry| self.entries.remove(entry));
        taken.collect()
    }
}
