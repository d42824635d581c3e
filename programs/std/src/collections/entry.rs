//! One entry of keyed state, in SCALE.

use codec::{Decode, Encode, Output};
use core::mem::MaybeUninit;

use crate::{
    rt::{with_encoded, zeroes, Bounded},
    state, Error,
};

/// The longest key of an entry, in bytes, on a chain with the default limits.
const LONGEST: usize = 128;
/// What is read on the stack.
const SMALL: usize = 256;

/// The name of a collection, unless keys that begin with it could be the SDK's own.
pub(super) const fn name(name: &'static [u8]) -> &'static [u8] {
    assert!(
        !name.is_empty(),
        "a collection needs a name, which its keys begin with"
    );
    assert!(
        name[0] != b':',
        "names that begin with `:` are reserved: the SDK keeps a program's state under such a key"
    );
    name
}

/// A key: a name, and what follows it.
pub(super) struct Key {
    bytes: [MaybeUninit<u8>; LONGEST],
    length: usize,
}

impl Key {
    #[inline]
    pub(super) fn new<K: Encode + ?Sized>(name: &[u8], rest: &K) -> Self {
        let mut key = Self {
            bytes: [MaybeUninit::uninit(); LONGEST],
            length: 0,
        };
        key.write(name);
        rest.encode_to(&mut key);
        key
    }

    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: so many bytes were written.
        unsafe { core::slice::from_raw_parts(self.bytes.as_ptr().cast(), self.length) }
    }
}

impl Output for Key {
    fn write(&mut self, bytes: &[u8]) {
        if bytes.len() > LONGEST.wrapping_sub(self.length) {
            crate::panic("a key of keyed state is longer than 128 bytes: hash what is long");
        }
        // SAFETY: there is room for them, and the two do not overlap.
        unsafe {
            let place = self.bytes.as_mut_ptr().add(self.length).cast::<u8>();
            place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        self.length = self.length.wrapping_add(bytes.len());
    }
}

/// The value of an entry.
#[inline]
pub(super) fn get<T: Decode + 'static>(key: &[u8]) -> Option<T> {
    let mut small = [0; SMALL];
    let length = match state::get(key, &mut small) {
        Ok(length) => length,
        Err(Error::NOT_FOUND) => return None,
        Err(_) => unreadable(),
    };
    let large;
    let bytes = match small.get(..length) {
        Some(bytes) => bytes,
        None => {
            let mut bytes = zeroes(length);
            if state::get(key, &mut bytes).is_err() {
                unreadable();
            }
            large = bytes;
            &large[..]
        }
    };
    match Bounded::stored(bytes) {
        Some(value) => Some(value),
        None => unreadable(),
    }
}

#[cold]
fn unreadable() -> ! {
    crate::panic(
        "an entry of keyed state is not of its type: has the type changed without `#[migrate]`?",
    )
}

#[inline]
pub(super) fn set<T: Encode + ?Sized>(key: &[u8], value: &T) {
    if with_encoded(value, |bytes| state::set(key, bytes)).is_err() {
        crate::panic(
            "the chain takes no such entry: it is too long, or nothing may be written here",
        );
    }
}

/// Whether there was one.
#[inline]
pub(super) fn remove(key: &[u8]) -> bool {
    match state::remove(key) {
        Ok(()) => true,
        Err(Error::NOT_FOUND) => false,
        Err(_) => crate::panic("nothing may be removed here"),
    }
}

#[inline]
pub(super) fn contains(key: &[u8]) -> bool {
    state::get(key, &mut []).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::collections::{List, Map, Set, Value};

    #[test]
    #[should_panic(expected = "names that begin with `:` are reserved")]
    fn no_map_has_keys_of_the_sdk() {
        let _ = Map::<(u8, u8, u8, u8, u8), u8>::new(b":");
    }

    #[test]
    #[should_panic(expected = "names that begin with `:` are reserved")]
    fn no_set_has_keys_of_the_sdk() {
        let _ = Set::<u8>::new(b":stat");
    }

    #[test]
    #[should_panic(expected = "names that begin with `:` are reserved")]
    fn no_value_has_a_key_of_the_sdk() {
        let _ = Value::<u8>::new(b":state");
    }

    #[test]
    #[should_panic(expected = "a collection needs a name")]
    fn a_list_needs_a_name() {
        let _ = List::<u8>::new(b"");
    }
}
