//! Keeps its state in keyed state, in its second version.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// As the first version has it.
#[actors_std::data]
pub struct First {
    number: u32,
    ballast: Vec<u8>,
}

/// A number, and where it comes from.
#[actors_std::data]
pub struct State {
    number: u64,
    bytes: u32,
    from: u16,
}

/// What a migration is told to do.
#[actors_std::data]
pub enum How {
    /// Take over.
    Well,
    /// Fail.
    Fail,
    /// Panic.
    Panic,
}

/// As it was told.
#[actors_std::error]
pub struct Told;

#[actors_std::program(state_version = 2)]
impl State {
    /// Begins with a number.
    #[constructor]
    pub fn new(number: u64) -> Self {
        Self {
            number,
            bytes: 0,
            from: 0,
        }
    }

    /// Takes over the first version.
    #[migrate(from = 1)]
    pub fn from_first(first: First, how: How) -> Result<Self, Told> {
        match how {
            How::Well => Ok(Self {
                number: first.number.into(),
                bytes: first.ballast.len() as u32,
                from: 1,
            }),
            How::Fail => Err(Told),
            How::Panic => panic!("as it was told"),
        }
    }

    /// Takes over its own version, too.
    #[migrate(from = 2)]
    pub fn from_itself(itself: Self, add: u64) -> Self {
        Self {
            number: itself.number + add,
            bytes: itself.bytes,
            from: 2,
        }
    }

    /// Changes it.
    #[method]
    pub fn add(&mut self, by: u64) -> u64 {
        self.number += by;
        self.number
    }

    /// All of it.
    #[query]
    pub fn all(&self) -> (u64, u32, u16) {
        (self.number, self.bytes, self.from)
    }
}
