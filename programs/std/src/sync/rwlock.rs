//! A lock that many messages have to read, or one to write.

use core::{
    cell::UnsafeCell,
    future::Future,
    ops::{Deref, DerefMut},
    pin::Pin,
    task::{Context, Poll},
};

use super::gate::{Gate, TimedOut, Wish};
use crate::DEFAULT_DEADLINE;

/// Something that many messages read, or one changes, also while they wait. Whoever came first goes first: readers
/// who come after a writer wait behind it.
pub struct RwLock<T> {
    gate: Gate,
    value: UnsafeCell<T>,
}

// SAFETY: a program has one thread.
unsafe impl<T> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    /// An open one.
    pub const fn new(value: T) -> Self {
        Self {
            gate: Gate::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits until it can be read.
    pub fn read(&self) -> ReadLock<'_, T> {
        ReadLock(Lock::new(self, false))
    }

    /// Waits until it can be changed.
    pub fn write(&self) -> WriteLock<'_, T> {
        WriteLock(Lock::new(self, true))
    }
}

struct Lock<'a, T> {
    lock: &'a RwLock<T>,
    wish: Wish,
}

impl<'a, T> Lock<'a, T> {
    fn new(lock: &'a RwLock<T>, writes: bool) -> Self {
        Self {
            lock,
            wish: Wish::New {
                writes,
                blocks: DEFAULT_DEADLINE,
            },
        }
    }

    fn deadline(&mut self, most: u32) {
        if let Wish::New { blocks, .. } = &mut self.wish {
            *blocks = most;
        }
    }

    fn poll(&mut self) -> Poll<Result<Held<'a, T>, TimedOut>> {
        let lock = self.lock;
        let entered = lock.gate.poll(&mut self.wish);
        entered.map(|entered| entered.map(|ticket| Held { lock, ticket }))
    }
}

impl<T> Drop for Lock<'_, T> {
    fn drop(&mut self) {
        self.lock.gate.give_up(&self.wish);
    }
}

/// A lock that is waited for, to read.
#[must_use = "nothing is locked until it is awaited"]
pub struct ReadLock<'a, T>(Lock<'a, T>);

/// A lock that is waited for, to write.
#[must_use = "nothing is locked until it is awaited"]
pub struct WriteLock<'a, T>(Lock<'a, T>);

impl<T> ReadLock<'_, T> {
    /// For how many blocks of service, instead of [`DEFAULT_DEADLINE`].
    pub fn deadline(mut self, blocks: u32) -> Self {
        self.0.deadline(blocks);
        self
    }
}

impl<T> WriteLock<'_, T> {
    /// For how many blocks of service, instead of [`DEFAULT_DEADLINE`].
    pub fn deadline(mut self, blocks: u32) -> Self {
        self.0.deadline(blocks);
        self
    }
}

impl<'a, T> Future for ReadLock<'a, T> {
    type Output = Result<ReadGuard<'a, T>, TimedOut>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll().map(|entered| entered.map(ReadGuard))
    }
}

impl<'a, T> Future for WriteLock<'a, T> {
    type Output = Result<WriteGuard<'a, T>, TimedOut>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll().map(|entered| entered.map(WriteGuard))
    }
}

struct Held<'a, T> {
    lock: &'a RwLock<T>,
    ticket: u64,
}

impl<T> Drop for Held<'_, T> {
    fn drop(&mut self) {
        self.lock.gate.leave(self.ticket);
    }
}

/// A lock that is held to read.
pub struct ReadGuard<'a, T>(Held<'a, T>);

/// A lock that is held to write.
pub struct WriteGuard<'a, T>(Held<'a, T>);

impl<T> Deref for ReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: nobody writes while a reader is in.
        unsafe { &*self.0.lock.value.get() }
    }
}

impl<T> Deref for WriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: a writer is alone.
        unsafe { &*self.0.lock.value.get() }
    }
}

impl<T> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.0.lock.value.get() }
    }
}
