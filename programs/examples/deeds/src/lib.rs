//! A register of who owns what: the other side of `escrow`.
//!
//! It answers every message in the turn in which that comes, and in the order in which they come. `escrow` relies on that.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// Who owns each deed.
const OWNERS: List<ActorId> = List::new(b"owner");

/// A program whose state is all in entries.
#[derive(Default)]
pub struct Deeds;

/// Why the register refuses.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum DeedError {
    /// There is no such deed.
    NoSuchDeed,
    /// It is somebody else's.
    NotYours,
}

#[actors_std::program]
impl Deeds {
    /// Makes a deed, which is the sender's. Answers its number.
    #[method]
    pub fn register(&mut self) -> u32 {
        OWNERS.push(&message::source().into())
    }

    /// Gives a deed of the sender's to somebody.
    #[method]
    pub fn transfer(&mut self, deed: u32, to: ActorId) -> Result<(), DeedError> {
        let owner = OWNERS.get(deed).ok_or(DeedError::NoSuchDeed)?;
        if owner != message::source().into() {
            return Err(DeedError::NotYours);
        }
        OWNERS.set(deed, &to);
        Ok(())
    }

    /// Whose a deed is, if there is one.
    #[method]
    #[query]
    pub fn owner(&self, deed: u32) -> Option<ActorId> {
        OWNERS.get(deed)
    }
}
