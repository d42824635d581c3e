//! A lock that one message has at a time.

use core::{
    cell::UnsafeCell,
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};

use super::gate::{Gate, TimedOut, Wish};
use crate::DEFAULT_DEADLINE;

/// Something that one message has at a time, also while it waits.
///
/// Keep it in a `static`, or in an [`Rc`](alloc::rc::Rc) in the program's state.
pub struct Mutex<T> {
    gate: Gate,
    value: UnsafeCell<T>,
}

// SAFETY: a program has one thread.
unsafe impl<T> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// An open one.
    pub const fn new(value: T) -> Self {
        Self {
            gate: Gate::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for it: `let mut held = mutex.lock().await?;`
    pub fn lock(&self) -> MutexLock<'_, T> {
        MutexLock {
            mutex: self,
            wish: Wish::New {
                writes: true,
                blocks: DEFAULT_DEADLINE,
            },
        }
    }
}

/// A mutex that is waited for.
#[must_use = "nothing is locked until it is awaited"]
pub struct MutexLock<'a, T> {
    mutex: &'a Mutex<T>,
    wish: Wish,
}

impl<T> MutexLock<'_, T> {
    /// For how many blocks of service, instead of [`DEFAULT_DEADLINE`].
    pub fn deadline(mut self, blocks: u32) -> Self {
        if let Wish::New { blocks: most, .. } = &mut self.wish {
            *most = blocks;
        }
        self
    }
}

impl<'a, T> Future for MutexLock<'a, T> {
    type Output = Result<MutexGuard<'a, T>, TimedOut>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let mutex = self.mutex;
        let entered = mutex.gate.poll(&mut self.wish);
        entered.map(|entered| entered.map(|ticket| MutexGuard { mutex, ticket }))
    }
}

impl<T> Drop for MutexLock<'_, T> {
    fn drop(&mut self) {
        self.mutex.gate.give_up(&self.wish);
    }
}

/// A mutex that is held; dropping it lets the next have it.
pub struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    ticket: u64,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: whoever holds the guard is the only one in.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.mutex.gate.leave(self.ticket);
    }
}
