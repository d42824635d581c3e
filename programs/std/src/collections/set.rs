//! Members.

use codec::Encode;
use core::marker::PhantomData;

use super::entry::{self, Key};

/// Members, each an empty entry of keyed state. It cannot be listed: see [`List`](super::List).
pub struct Set<K> {
    name: &'static [u8],
    of: PhantomData<fn(K)>,
}

impl<K: Encode> Set<K> {
    /// The set of that name.
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

    fn key(&self, member: &K) -> Key {
        Key::new(self.name, member)
    }

    /// Whether it is a member.
    #[must_use]
    pub fn contains(&self, member: &K) -> bool {
        entry::contains(self.key(member).bytes())
    }

    /// Makes it a member; says whether it was none.
    pub fn insert(&self, member: &K) -> bool {
        let key = self.key(member);
        if entry::contains(key.bytes()) {
            return false;
        }
        entry::set(key.bytes(), &());
        true
    }

    /// Makes it none; says whether it was a member.
    pub fn remove(&self, member: &K) -> bool {
        entry::remove(self.key(member).bytes())
    }
}
