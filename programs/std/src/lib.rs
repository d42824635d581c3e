//! The first rung of the ladder for those who write programs: the chain's imports as they are,
//! and one thin safe function for each.
//!
//! - [`sys`]: the imports themselves, generated from the ABI table.
//! - [`message`]: the message this turn runs for, the one reply to it, and waiting.
//! - [`reply`]: the reply that caused this turn.
//! - [`signal`]: the failure of a message that had waited.
//! - [`outbox`]: what a turn sends out: messages, new programs and events.
//! - [`state`]: keyed state, which outlives memory and upgrades.
//! - [`chain`]: the program itself and its end, the block, gas, deposits and randomness.
//! - [`crypto`]: hashes and signatures, computed by the chain.
//! - [`program!`]: exports the entries, and turns a Rust panic into one the sender can read.
//!
//! Nothing here allocates and nothing encodes: buffers belong to the caller. A program's static
//! variables are kept from turn to turn, so a counter is a `static`:
//!
//! ```
//! use core::sync::atomic::{AtomicU32, Ordering};
//!
//! static CALLS: AtomicU32 = AtomicU32::new(0);
//!
//! actors_std::program!(handle);
//!
//! fn handle() {
//!     let calls = CALLS.load(Ordering::Relaxed).saturating_add(1);
//!     CALLS.store(calls, Ordering::Relaxed);
//!     if actors_std::message::reply(&calls.to_le_bytes(), 0).is_err() {
//!         actors_std::panic("no reply");
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Built for another target than Wasm, so that a program's own logic can be unit-tested, every
//! import panics with its name.

#![no_std]

pub mod chain;
pub mod crypto;
mod entry;
mod error;
pub mod message;
pub mod outbox;
mod panic;
pub mod reply;
pub mod signal;
pub mod state;
pub mod sys;

pub use {error::Error, panic::panic};

/// The length of `bytes` as imports take it. A 32-bit memory holds none that is longer.
#[inline]
fn sys_len(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// What [`program!`] expands to. Not part of the interface.
#[doc(hidden)]
pub mod expansion {
    pub use crate::entry::assert_entry;
    #[cfg(target_family = "wasm")]
    pub use crate::panic::report;
}
