//! The state of the program, for methods that wait.

use core::marker::PhantomData;

use crate::rt::Program;

/// The state of the program, for a method that waits: `async fn …(this: This<Self>, …)`.
///
/// While a method waits, other messages of the program run and change its state, so a method cannot hold on to
/// it. It reaches the state for as long as a closure runs, which ends before each `.await`:
///
/// ```ignore
/// let owed = this.with(|state| state.owed);
/// let paid = bank.withdraw(owed).await?;
/// this.with(|state| state.owed -= paid);
/// ```
pub struct This<P>(PhantomData<P>);

impl<P> Clone for This<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for This<P> {}

impl<P: Program> This<P> {
    /// For the macro.
    #[doc(hidden)]
    #[must_use]
    pub fn new() -> Self {
        Self(PhantomData)
    }

    /// Reads the state.
    ///
    /// # Panics
    ///
    /// Inside of [`This::with`], which fails the turn.
    #[inline]
    pub fn read<R>(self, look: impl FnOnce(&P) -> R) -> R {
        P::store().with(look)
    }

    /// Reads and changes the state.
    ///
    /// # Panics
    ///
    /// Inside of another `with`, which fails the turn.
    #[inline]
    pub fn with<R>(self, act: impl FnOnce(&mut P) -> R) -> R {
        P::store().with_mut(act)
    }
}
