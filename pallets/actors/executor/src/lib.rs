//! Validates and runs actor programs.
//!
//! Two functions, neither of which knows a chain, and a cache:
//!
//! - [`validate`] judges a Wasm blob once, when it is uploaded, and returns what running it needs
//!   to know ([`CodeInfo`]); [`split_idl`] says which part of a blob that is.
//! - [`execute`] runs one entry of a program: a function of the message, of what [`Host`] shows
//!   it, and of the prices and limits, to [`Turn`]: gas burned, and effects or a failure. It
//!   changes nothing; whoever calls it applies the effects, all or none.
//! - [`Modules`] keeps code that was read for one turn for those that follow: it changes how long
//!   they take, never what they cost or do.
//!
//! There is one gas ledger: the engine's fuel. System calls, memory growth, page loads and
//! stores draw on it, each before the work is done.

#![cfg_attr(not(feature = "std"), no_std)]
// No panic path and no unchecked arithmetic in consensus code.
#![cfg_attr(
    not(test),
    warn(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic
    )
)]

extern crate alloc;

#[cfg(all(substrate_runtime, target_arch = "wasm32", feature = "fast-memory"))]
mod bulk;
mod code;
mod costs;
mod effects;
mod image;
mod limits;
mod memory;
mod modules;
mod sandbox;
mod spending;
mod syscalls;
mod turn;
mod wasmi;

pub use code::{idl_of, split_idl, validate, Blob, CodeInfo, FunctionRef, Invalid, InvalidKind};
pub use costs::Schedule;
pub use effects::{Create, Effect, Effects, Letter, MemoryChange, Reply, Send, StateChange, Wait};
pub use limits::Limits;
pub use memory::PageIndex;
pub use modules::Modules;
pub use turn::{
    execute, Cause, Context, Failure, Host, Message, ReplyContext, Request, SignalContext,
    StoredMemory, Turn,
};
