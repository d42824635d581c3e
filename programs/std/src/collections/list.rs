//! Elements in order.

use codec::{Decode, Encode};
use core::marker::PhantomData;

use super::entry::{self, Key};

/// Elements in order, each an entry of keyed state. Reading its length or an element reads one entry.
pub struct List<T> {
    name: &'static [u8],
    of: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The list of that name.
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

    fn key(&self, place: u32) -> Key {
        Key::new(self.name, &place)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u32 {
        entry::get(self.name).unwrap_or(0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn set_len(&self, length: u32) {
        if length == 0 {
            entry::remove(self.name);
        } else {
            entry::set(self.name, &length);
        }
    }

    /// Removes all.
    pub fn clear(&self) {
        for place in 0..self.len() {
            entry::remove(self.key(place).bytes());
        }
        self.set_len(0);
    }
}

impl<T: Encode> List<T> {
    /// Adds one at the end, and returns its place.
    pub fn push(&self, element: &T) -> u32 {
        let place = self.len();
        let Some(length) = place.checked_add(1) else {
            crate::panic("the list is full")
        };
        entry::set(self.key(place).bytes(), element);
        self.set_len(length);
        place
    }

    /// Replaces an element; says whether there was one in that place.
    pub fn set(&self, place: u32, element: &T) -> bool {
        let there = place < self.len();
        if there {
            entry::set(self.key(place).bytes(), element);
        }
        there
    }
}

impl<T: Decode + 'static> List<T> {
    /// The element in that place.
    #[must_use]
    pub fn get(&self, place: u32) -> Option<T> {
        entry::get(self.key(place).bytes())
    }

    /// Removes the last one.
    pub fn pop(&self) -> Option<T> {
        let last = self.len().checked_sub(1)?;
        let key = self.key(last);
        let element = entry::get(key.bytes());
        entry::remove(key.bytes());
        self.set_len(last);
        element
    }

    /// Removes the element in that place, and puts the last one there.
    pub fn swap_remove(&self, place: u32) -> Option<T>
    where
        T: Encode,
    {
        let last = self.len().checked_sub(1)?;
        if place > last {
            return None;
        }
        let moved = self.pop()?;
        if place == last {
            return Some(moved);
        }
        let removed = self.get(place);
        entry::set(self.key(place).bytes(), &moved);
        removed
    }

    /// Each in turn, read as it is asked for.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter {
            list: self,
            next: 0,
            end: self.len(),
        }
    }
}

/// The elements of a [`List`].
pub struct Iter<'a, T> {
    list: &'a List<T>,
    next: u32,
    end: u32,
}

impl<T: Decode + 'static> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.next >= self.end {
            return None;
        }
        let element = self.list.get(self.next);
        self.next = self.next.saturating_add(1);
        element
    }
}

impl<'a, T: Decode + 'static> IntoIterator for &'a List<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
