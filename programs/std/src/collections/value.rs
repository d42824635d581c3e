//! One value.

use codec::{Decode, Encode};
use core::marker::PhantomData;

use super::entry;

/// One value in keyed state.
pub struct Value<T> {
    name: &'static [u8],
    of: PhantomData<fn() -> T>,
}

impl<T> Value<T> {
    /// The value of that name.
    ///
    /// # Panics
    ///
    /// For a name that is empty or begins with `:`. In a constant, the program does not compile.
    #[must_use]
    pub const fn new(name: &'static [u8]) -> Self {
        Self {
            name: entry::name(name),
            of: PhantomData,
        }
    }

    /// Whether there is one.
    #[must_use]
    pub fn exists(&self) -> bool {
        entry::contains(self.name)
    }

    /// Removes it; says whether there was one.
    pub fn remove(&self) -> bool {
        entry::remove(self.name)
    }
}

impl<T: Decode + 'static> Value<T> {
    /// The value, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<T> {
        entry::get(self.name)
    }

    /// Removes it, and returns what it was.
    #[must_use = "`remove` only removes"]
    pub fn take(&self) -> Option<T> {
        let value = self.get()?;
        self.remove();
        Some(value)
    }
}

impl<T: Encode> Value<T> {
    /// Sets it.
    pub fn set(&self, value: &T) {
        entry::set(self.name, value);
    }
}

impl<T: Decode + Encode + 'static> Value<T> {
    /// Changes it, and returns what `change` does; without a value, from the default.
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R
    where
        T: Default,
    {
        let mut value = self.get().unwrap_or_default();
        let result = change(&mut value);
        self.set(&value);
        result
    }
}
