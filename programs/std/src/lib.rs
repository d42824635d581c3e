//! What programs of the Actors pallet are written with: a ladder, of which a program stands on the rung it needs.
//!
//! 1. **The imports**, [`sys`], generated from the ABI table, and one thin safe function for each: [`message`],
//!    [`reply`], [`signal`], [`outbox`], [`state`], [`chain`], [`crypto`]. Nothing there allocates and nothing encodes. [`entries!`]
//!    exports a program of that kind.
//! 2. **Typed programs**: [`program`](macro@program) makes one of a struct and its methods, [`data`], [`event`](macro@event) and
//!    [`error`](macro@error) give types what they need, and [`collections`] are typed entries of keyed state.
//! 3. **Methods that wait**: `async` methods, [`Request`]s to other programs and users, a deadline on every wait,
//!    [`join`], [`select`], [`sleep()`], locks in [`sync`], and [`on_failure`] to clean up.
//!
//! ```
//! #![cfg_attr(target_family = "wasm", no_std)]
//!
//! use actors_std::prelude::*;
//!
//! #[derive(Default)]
//! pub struct Counter {
//!     count: u32,
//! }
//!
//! #[actors_std::program]
//! impl Counter {
//!     /// Adds to the count, and replies it.
//!     #[method]
//!     pub fn add(&mut self, by: u32) -> u32 {
//!         self.count = self.count.saturating_add(by);
//!         self.count
//!     }
//!
//!     /// The count.
//!     #[query]
//!     pub fn count(&self) -> u32 {
//!         self.count
//!     }
//! }
//! # fn main() {}
//! ```
//!
//! Built for another target than Wasm, so that a program's own logic can be unit-tested, every
//! import panics with its name.

#![no_std]

extern crate alloc;
// For what the macros expand to.
extern crate self as actors_std;

mod actor_id;
pub mod chain;
pub mod collections;
mod combine;
mod create;
pub mod crypto;
mod entry;
mod error;
mod funds;
mod global;
mod heap;
mod linked;
pub mod message;
pub mod outbox;
mod panic;
pub mod prelude;
mod refusal;
pub mod reply;
mod request;
#[doc(hidden)]
pub mod rt;
pub mod signal;
pub mod state;
pub mod sync;
pub mod sys;
mod task;
mod this;

pub use {
    actor_id::ActorId,
    actors_macros::{data, error, event, interface, program},
    combine::{join, join_all, select, Either},
    create::{Creating, Creation},
    error::Error,
    funds::{Funds, Paid},
    panic::{panic, revert},
    refusal::{Never, Refusal},
    request::{
        sleep, Awaited, AwaitedWithValue, CallError, Raw, Request, Sleep, DEFAULT_DEADLINE,
        DEFAULT_MAX_ANSWER,
    },
    task::{on_failure, OnFailure},
    this::This,
};

/// SCALE.
pub use codec;
/// How types are described in an interface.
pub use scale_info;

/// Something that a program tells the world: see [`event`](macro@event), which gives it `emit`.
pub trait Event: codec::Encode {
    /// What `emit` does, whether the interface has this event or not.
    #[doc(hidden)]
    fn deposit(&self) {
        if rt::with_encoded(self, outbox::emit).is_err() {
            panic("the chain takes no such event: it is too long, or nothing is told here");
        }
    }
}

/// What the program `P` names in `#[program(events = …)]`, and so has in its interface. There is
/// one program that does, so nobody has to say which.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is emitted, but no program names it among its events",
    label = "wallets and tools would not know this event: it would be in no interface",
    note = "where the program is, write `#[actors_std::program(events = {Self})]`",
    note = "a program has one type of events: make an enum of all that it emits"
)]
pub trait EmittedBy<P> {}

/// The length of `bytes` as imports take it. A 32-bit memory holds none that is longer.
#[inline]
fn sys_len(bytes: &[u8]) -> u32 {
    bytes.len() as u32
}

/// What the macros expand to. Not part of the interface.
#[doc(hidden)]
pub mod expansion {
    pub use crate::entry::assert_entry;
    #[cfg(target_family = "wasm")]
    pub use crate::panic::report;
    #[cfg(feature = "idl")]
    pub use actors_idl as idl;
    pub use alloc::{string::String, vec::Vec};
}

/// Exports the interface, where that is being built.
#[cfg(feature = "idl")]
#[doc(hidden)]
#[macro_export]
macro_rules! export_idl {
    ($($describe:tt)*) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            #[export_name = "__actors_idl"]
            extern "C" fn export() -> i64 {
                let section = { $($describe)* };
                let section = $crate::expansion::Vec::leak(section);
                ((section.as_ptr() as i64) << 32) | section.len() as i64
            }
        };
    };
}

/// Exports the interface, where that is being built: not here.
#[cfg(not(feature = "idl"))]
#[doc(hidden)]
#[macro_export]
macro_rules! export_idl {
    ($($describe:tt)*) => {};
}

/// Compiles what the guide shows.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sdk.md")]
struct Guide;
