//! A guest book, in its first version: the one that `upgrade-2` takes over.
//!
//! With `state_version` the struct is kept in keyed state, which outlives an upgrade, and so do the entries of collections. The
//! memory does not, and neither does what waits in it.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// Who came, by number.
pub const GUESTS: Map<u32, ActorId> = Map::new(b"guest");

/// The book.
#[actors_std::data]
pub struct Book {
    owner: ActorId,
    guests: u32,
}

#[actors_std::program(state_version = 1)]
impl Book {
    /// An empty book, of whoever creates it.
    #[constructor]
    pub fn new() -> Self {
        Self {
            owner: message::source().into(),
            guests: 0,
        }
    }

    /// Signs the book. Answers the guest's number.
    #[method]
    pub fn sign(&mut self) -> u32 {
        self.guests += 1;
        GUESTS.insert(&self.guests, &message::source().into());
        self.guests
    }

    /// Answers how many guests there are so many blocks later.
    #[method]
    pub async fn later(this: This<Self>, blocks: u32) -> u32 {
        sleep(blocks).await;
        this.with(|book| book.guests)
    }

    /// How many guests there are.
    #[query]
    pub fn guests(&self) -> u32 {
        self.guests
    }
}
