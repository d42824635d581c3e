//! Answers a ping.
//!
//! What it teaches: the least that a **typed program** is, and what it costs: `raw-ping` is one without types, and a turn of this
//! burns less than a tenth more.

#![cfg_attr(target_family = "wasm", no_std)]

/// A program without state.
#[derive(Default)]
pub struct Ping;

#[actors_std::program]
impl Ping {
    /// Answers `PONG`.
    #[method]
    pub fn ping(&self) -> &'static str {
        "PONG"
    }
}
