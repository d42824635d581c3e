//! Taking over the state of a program's former code.

use codec::Decode;

use super::{refuse::refuse_version, store};

/// The state that the former code left.
pub struct Stored(store::Saved);

/// Reads the state that the former code left. Refuses the upgrade if there is none.
#[must_use]
pub fn migrate() -> Stored {
    match store::load() {
        Some(entry) => Stored(entry),
        None => refuse_version(None),
    }
}

impl Stored {
    /// In which version it is.
    #[must_use]
    pub fn version(&self) -> u16 {
        self.0.version()
    }

    /// The state itself.
    #[must_use]
    pub fn decode<P: Decode>(&self) -> P {
        match self.0.decode() {
            Some(state) => state,
            None => crate::panic("the state of the former code does not decode"),
        }
    }
}
