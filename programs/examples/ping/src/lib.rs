//! Answers a ping: the least there is.

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
