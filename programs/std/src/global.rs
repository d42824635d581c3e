//! Statics of a program.

use core::cell::UnsafeCell;

/// A static of a program, which has one thread.
///
/// As a `RefCell` without its check, which would bring the formatting of its failure into every program. Private: each use
/// in this crate ends before anything else of the crate runs.
pub(crate) struct Global<T>(UnsafeCell<T>);

// SAFETY: a program has one thread. Elsewhere there is no chain to run on: whatever reaches one of these has called an
// import before, which panics there.
unsafe impl<T> Sync for Global<T> {}

impl<T> Global<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// Reads or changes it. `act` calls nothing that could come back here.
    #[inline(always)]
    pub(crate) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: no two of these overlap, as the caller sees to.
        act(unsafe { &mut *self.0.get() })
    }
}
