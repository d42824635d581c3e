//! Where a program's state stays from turn to turn.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::cell::{Cell, UnsafeCell};

use super::{refuse::refuse_version, with_encoded, zeroes, Bounded};
use crate::state;

/// A struct that is a program. Written by the macro.
pub trait Program: Sized + 'static {
    /// Its state.
    fn store() -> &'static Store<Self>;

    /// The state of a program that has no constructor.
    #[must_use]
    fn fresh() -> Option<Self> {
        None
    }

    /// Reads the state from keyed state, where it is kept there.
    #[must_use]
    fn load() -> Option<Self> {
        None
    }

    /// Writes the state into keyed state, where it is kept there.
    fn save(&self) {}
}

/// The state of a program: in memory, which is kept from turn to turn, or for a turn only, where it
/// is kept in keyed state.
pub struct Store<P> {
    value: UnsafeCell<Option<P>>,
    busy: Cell<bool>,
    changed: Cell<bool>,
}

// SAFETY: a program has one thread. Elsewhere there is no chain, and nothing gets as far as here.
unsafe impl<P> Sync for Store<P> {}

impl<P: Program> Store<P> {
    /// Without state yet.
    #[must_use]
    #[allow(clippy::new_without_default, reason = "it is for statics")]
    pub const fn new() -> Self {
        Self {
            value: UnsafeCell::new(None),
            busy: Cell::new(false),
            changed: Cell::new(false),
        }
    }

    /// Sets the state.
    #[inline]
    pub fn set(&self, value: P) {
        self.claim();
        // SAFETY: nothing has a reference while it is claimed.
        unsafe { *self.value.get() = Some(value) };
        self.busy.set(false);
        self.changed.set(true);
    }

    /// Reads the state.
    #[inline]
    pub fn with<R>(&self, read: impl FnOnce(&P) -> R) -> R {
        self.reach(|state| read(state))
    }

    /// Changes the state.
    #[inline]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut P) -> R) -> R {
        self.changed.set(true);
        self.reach(change)
    }

    #[inline]
    fn reach<R>(&self, act: impl FnOnce(&mut P) -> R) -> R {
        if size_of::<P>() == 0 {
            if let Some(mut state) = P::fresh() {
                return act(&mut state);
            }
        }
        // SAFETY: nothing else has a reference while it is claimed.
        let result = act(unsafe { &mut *self.open() });
        self.busy.set(false);
        result
    }

    /// The state, claimed. Not inlined: a method that waits reaches it more than once.
    #[inline(never)]
    fn open(&self) -> *mut P {
        self.claim();
        // SAFETY: nothing has a reference: it is claimed just now.
        let state = unsafe { &mut *self.value.get() };
        if state.is_none() {
            *state = P::load().or_else(P::fresh);
        }
        let Some(state) = state else {
            crate::panic("the program has no state: an upgrade without `#[migrate]`")
        };
        state
    }

    #[inline]
    fn claim(&self) {
        if self.busy.replace(true) {
            crate::panic("the state is borrowed: `with` inside of `with`");
        }
    }

    /// Ends a turn of a program that keeps its state in keyed state.
    #[inline(never)]
    pub fn close(&self) {
        self.claim();
        // SAFETY: nothing else has a reference while it is claimed.
        let value = unsafe { &mut *self.value.get() };
        if let Some(state) = value.take() {
            if self.changed.replace(false) {
                state.save();
            }
            drop(state);
            // Not only that there is none: as it was at first, so that the page it stands in is not stored.
            // SAFETY: nothing else has a reference, and what was there is dropped.
            unsafe {
                let value = self.value.get();
                value.write_bytes(0, 1);
                value.write(None);
            }
        }
        self.busy.set(false);
    }
}

/// The key of the state: no collection has a name that begins like it.
const KEY: &[u8] = b":state";

/// Writes a state of that version.
pub fn save<P: Encode>(version: u16, state: &P) {
    let written = with_encoded(&(version, state), |bytes| state::set(KEY, bytes));
    if written.is_err() {
        crate::panic("the state is too long: keep what grows in a `Map` or a `List`");
    }
}

/// The entry of the state: its version, and the state behind it.
pub(super) struct Saved(Vec<u8>);

/// Reads the entry of the state.
pub(super) fn load() -> Option<Saved> {
    let length = state::get(KEY, &mut []).ok()?;
    let mut bytes = zeroes(length);
    state::get(KEY, &mut bytes).ok()?;
    Some(Saved(bytes))
}

impl Saved {
    pub(super) fn version(&self) -> u16 {
        let version = self.0.first_chunk().copied();
        version.map_or(0, u16::from_le_bytes)
    }

    pub(super) fn decode<P: Decode>(&self) -> Option<P> {
        Bounded::whole(self.0.get(2..)?)
    }
}

/// Reads a state of that version.
#[must_use]
pub fn load_as<P: Decode>(version: u16) -> Option<P> {
    let entry = load()?;
    if entry.version() != version {
        refuse_version(Some(entry.version()));
    }
    match entry.decode() {
        Some(state) => Some(state),
        None => crate::panic(
            "the stored state does not decode: its type has changed, and its version has not",
        ),
    }
}
