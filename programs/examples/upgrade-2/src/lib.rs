//! The guest book of `upgrade-1`, in its second version: it has a title, and guests leave a line.
//!
//! It teaches upgrades: `state_version = 2`, and a migration from 1, which is given the old state typed. What the old code has
//! written into collections stays as it is, so the second version reads the guests of the first. If the migration fails, nothing
//! has changed, and the first version goes on. What waited in the old code is answered with `Upgraded`, by the chain.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// Who came, by number: as the first version has it.
const GUESTS: Map<u32, ActorId> = Map::new(b"guest");
/// What they have written, by number.
const LINES: Map<u32, String> = Map::new(b"line");

/// The book as the first version has it. Its fields are what was encoded then: this does not change any more.
#[actors_std::data]
pub struct BookV1 {
    owner: ActorId,
    guests: u32,
}

/// The book.
#[actors_std::data]
pub struct Book {
    owner: ActorId,
    title: String,
    guests: u32,
}

/// Why something is refused.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum BookError {
    /// A book has a title.
    NoTitle,
}

/// A guest.
#[actors_std::data]
pub struct Guest {
    /// Who it was.
    pub account: ActorId,
    /// What they have written: those of the first version nothing.
    pub line: Option<String>,
}

#[actors_std::program(state_version = 2)]
impl Book {
    /// An empty book, of whoever creates it.
    #[constructor]
    pub fn new(title: String) -> Result<Self, BookError> {
        Self::titled(message::source().into(), 0, title)
    }

    /// Takes over the book of the first version.
    #[migrate(from = 1)]
    pub fn from_first(old: BookV1, title: String) -> Result<Self, BookError> {
        Self::titled(old.owner, old.guests, title)
    }

    /// Signs the book. Answers the guest's number.
    #[method]
    pub fn sign(&mut self, line: String) -> u32 {
        self.guests += 1;
        let number = self.guests;
        GUESTS.insert(&number, &message::source().into());
        LINES.insert(&number, &line);
        number
    }

    /// What stands on the cover, and how many guests there are.
    #[query]
    pub fn cover(&self) -> (String, u32) {
        (self.title.clone(), self.guests)
    }

    /// The guest of that number.
    #[query]
    pub fn guest(&self, number: u32) -> Option<Guest> {
        let account = GUESTS.get(&number)?;
        let line = LINES.get(&number);
        Some(Guest { account, line })
    }
}

impl Book {
    fn titled(owner: ActorId, guests: u32, title: String) -> Result<Self, BookError> {
        if title.is_empty() {
            return Err(BookError::NoTitle);
        }
        Ok(Self {
            owner,
            title,
            guests,
        })
    }
}
