//! Keeps its state in keyed state, in its first version.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// A number, and ballast.
#[actors_std::data]
pub struct State {
    number: u32,
    ballast: Vec<u8>,
}

/// Too much.
#[actors_std::error]
pub struct TooMuch;

#[actors_std::program(state_version = 1)]
impl State {
    /// Begins with a number, and so many bytes.
    #[constructor]
    pub fn new(number: u32, bytes: u32) -> Self {
        Self {
            number,
            ballast: vec![7; bytes as usize],
        }
    }

    /// Reads it.
    #[method]
    pub fn get(&self) -> u32 {
        self.number
    }

    /// Changes it.
    #[method]
    pub fn add(&mut self, by: u32) -> Result<u32, TooMuch> {
        self.number = self.number.wrapping_add(by);
        match by {
            0..=99 => Ok(self.number),
            _ => Err(TooMuch),
        }
    }

    /// Does not look at it.
    #[method]
    pub fn answer(&self, number: u32) -> u32 {
        number
    }

    /// Waits, and changes it then.
    #[method]
    pub async fn add_later(this: This<Self>, by: u32, blocks: u32) -> u32 {
        let before = this.with(|state| state.number);
        sleep(blocks).await;
        let after = this.with(|state| {
            state.number += by;
            state.number
        });
        after - before
    }

    /// Waits, and does not look at it.
    #[method]
    pub async fn sleep(_this: This<Self>, blocks: u32) {
        sleep(blocks).await;
    }

    /// Waits, and fails; what is to be undone is undone in a hook.
    #[method]
    pub async fn fail_later(this: This<Self>, by: u32, blocks: u32) -> Result<(), TooMuch> {
        this.with(|state| state.number += by);
        let _undo = on_failure(move || this.with(|state| state.number -= by));
        sleep(blocks).await;
        this.with(|state| state.number += 1_000);
        Err(TooMuch)
    }

    /// Grows.
    #[method]
    pub fn grow(&mut self, bytes: u32) {
        self.ballast = vec![7; bytes as usize];
    }

    /// The number.
    #[query]
    pub fn number(&self) -> u32 {
        self.number
    }
}
