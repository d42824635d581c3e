//! What the macros expand to: reading a call, answering it, and keeping the state.
//!
//! Not part of the interface: it changes with the macros.

mod answer;
mod arguments;
mod buffer;
mod guard;
mod migrate;
mod refuse;
mod store;

pub use answer::{answer, fail, outcome, Is, IsNoResult, Outcome};
pub use arguments::Arguments;
pub use guard::Bounded;
pub use migrate::{migrate, Stored};
pub use refuse::{refuse_route, refuse_version, unpaid};
pub use store::{load_as, save, Program, Store};

pub(crate) use answer::with_encoded;
pub(crate) use buffer::{routed, zeroes};

pub use crate::task::{resume, signal, spawn};
