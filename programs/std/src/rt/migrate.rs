//! Taking over the state of a program's former code.

use alloc::vec::Vec;
use codec::Decode;

pub(super) use super::refuse::refuse_version;
use super::{store, Bounded};

/// The state that the former code left.
pub struct Stored {
    version: u16,
    bytes: Vec<u8>,
}

/// Reads the state that the former code left. Refuses the upgrade if there is none.
#[must_use]
pub fn migrate() -> Stored {
    match store::load() {
        Some((version, bytes)) => Stored { version, bytes },
        None => refuse_version(None),
    }
}

impl Stored {
    /// In which version it is.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The state itself.
    #[must_use]
    pub fn decode<P: Decode>(&self) -> P {
        match Bounded::whole(&self.bytes) {
            Some(state) => state,
            None => crate::panic("the state of the former code does not decode"),
        }
    }
}
