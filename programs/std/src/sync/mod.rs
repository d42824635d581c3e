//! Locks for methods that wait.
//!
//! A message that holds a lock keeps it while it waits. Others that want it wait for it in turn, with a deadline, and are woken.
//! If the message fails in a later turn, the lock is released when the chain signals that.

mod gate;
mod mutex;
mod rwlock;

pub use gate::TimedOut;
pub use mutex::{Mutex, MutexGuard, MutexLock};
pub use rwlock::{ReadGuard, ReadLock, RwLock, WriteGuard, WriteLock};
