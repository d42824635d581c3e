//! Builds programs of the Actors pallet, so that the same source and the same compiler make the
//! same bytes in any environment, and judges them by the chain's own rules before they
//! are uploaded.
//!
//! What the compiler's own libraries say of where they panic was decided when those were built: a
//! distribution's compiler may name another path there than rustup's, and so make another hash.
//!
//! - [`build()`] compiles, asks the program what its interface is, strips, optimises, embeds the
//!   interface, validates, and writes `NAME.wasm` and `NAME.idl.json`.
//! - [`Blob::finish`] does the last steps with a module of any compiler.
//! - [`Blob::read`] judges a file.
//! - [`interface()`] reads an interface, and [`actors_idl::compare`] says what changed.
//!
//! The program `actors-build` is these on the command line.

mod artifact;
mod blob;
mod build;
mod cargo;
mod describe;
mod error;
pub mod json;
mod judge;
mod module;
mod optimise;
mod package;
mod paths;
mod respell;
mod source;
mod stage;

pub use blob::{Blob, Finished, Options};
pub use build::{build, Built, Request, Step};
pub use error::Error;
pub use source::interface;
