//! Values by keys.

use codec::{Decode, Encode};
use core::marker::PhantomData;

use super::entry::{self, Key};

/// Values by keys, each an entry of keyed state. It does not know its keys: a program that lists them
/// keeps a [`List`](super::List) of them.
pub struct Map<K, V> {
    name: &'static [u8],
    of: PhantomData<fn(K) -> V>,
}

impl<K: Encode, V> Map<K, V> {
    /// The map of that name.
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

    fn key(&self, key: &K) -> Key {
        Key::new(self.name, key)
    }

    /// Whether there is a value.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        entry::contains(self.key(key).bytes())
    }

    /// Removes a value; says whether there was one.
    pub fn remove(&self, key: &K) -> bool {
        entry::remove(self.key(key).bytes())
    }

    /// The value, if there is one.
    #[must_use]
    pub fn get(&self, key: &K) -> Option<V>
    where
        V: Decode + 'static,
    {
        entry::get(self.key(key).bytes())
    }

    /// Removes a value, and returns what it was.
    #[must_use = "`remove` only removes"]
    pub fn take(&self, key: &K) -> Option<V>
    where
        V: Decode + 'static,
    {
        let key = self.key(key);
        let value = entry::get(key.bytes())?;
        entry::remove(key.bytes());
        Some(value)
    }

    /// Sets a value.
    pub fn insert(&self, key: &K, value: &V)
    where
        V: Encode,
    {
        entry::set(self.key(key).bytes(), value);
    }

    /// Changes a value, and returns what `change` does; without a value, from the default. A value that is the default
    /// afterwards is removed: it is paid for only while it says something.
    pub fn update<R>(&self, key: &K, change: impl FnOnce(&mut V) -> R) -> R
    where
        V: Decode + Encode + Default + PartialEq + 'static,
    {
        let key = self.key(key);
        let mut value = entry::get::<V>(key.bytes()).unwrap_or_default();
        let result = change(&mut value);
        if value == V::default() {
            entry::remove(key.bytes());
        } else {
            entry::set(key.bytes(), &value);
        }
        result
    }
}
