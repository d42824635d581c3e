//! Statics of a program.

/// A static of a program, which has one thread.
pub(crate) struct Global<T>(pub(crate) T);

// SAFETY: a program has one thread. Elsewhere there is no chain to run on, and every test that reaches one
// of these has a thread of its own only if it does not: none does.
unsafe impl<T> Sync for Global<T> {}
