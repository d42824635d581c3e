//! The count of storage accesses, kept by whoever stands before the storage.

use crate::Accesses;
use std::{cell::RefCell, collections::BTreeMap};

/// What was done with one key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Uses {
    /// It was read before it was written.
    pub read: bool,
    /// It was written or removed.
    pub written: bool,
    /// Calls that named it.
    pub calls: u32,
}

thread_local! {
    static KEYS: RefCell<BTreeMap<Vec<u8>, Uses>> = const { RefCell::new(BTreeMap::new()) };
    static HISTORY: RefCell<Vec<BTreeMap<Vec<u8>, Uses>>> = const { RefCell::new(Vec::new()) };
}

/// Counts a read.
pub fn read(key: &[u8]) {
    note(key, |uses| uses.read |= !uses.written);
}

/// Counts a write or a removal.
pub fn write(key: &[u8]) {
    note(key, |uses| uses.written = true);
}

fn note(key: &[u8], change: impl FnOnce(&mut Uses)) {
    if is_hot(key) {
        return;
    }
    KEYS.with_borrow_mut(|keys| {
        if !keys.contains_key(key) {
            keys.insert(key.to_vec(), Uses::default());
        }
        if let Some(uses) = keys.get_mut(key) {
            uses.calls = uses.calls.saturating_add(1);
            change(uses);
        }
    });
}

/// What every extrinsic of a block touches anyway, and benchmarks of weights leave out too: the
/// block's number, phase, events and time, and the depth of transactions.
fn is_hot(key: &[u8]) -> bool {
    const SYSTEM: [u8; 16] = [
        0x26, 0xaa, 0x39, 0x4e, 0xea, 0x56, 0x30, 0xe0, 0x7c, 0x48, 0xae, 0x0c, 0x95, 0x58, 0xce,
        0xf7,
    ];
    const TIMESTAMP: [u8; 4] = [0xf0, 0xc3, 0x65, 0xc3];
    key.starts_with(b":")
        || (key.starts_with(&SYSTEM) && key.len() == 32)
        || key.starts_with(&TIMESTAMP)
}

/// The sum since the last call; what it was made of joins [`history`].
pub fn take() -> Accesses {
    let keys = KEYS.take();
    let mut sum = Accesses::default();
    for uses in keys.values() {
        sum.reads += u32::from(uses.read);
        sum.writes += u32::from(uses.written);
        sum.calls += uses.calls;
    }
    if !keys.is_empty() {
        HISTORY.with_borrow_mut(|history| history.push(keys));
    }
    sum
}

/// Every key of every count since the last call.
pub fn history() -> Vec<BTreeMap<Vec<u8>, Uses>> {
    HISTORY.take()
}
