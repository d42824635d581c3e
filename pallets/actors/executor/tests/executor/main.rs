//! What the executor promises, seen from outside.
//!
//! The cases name no engine and no process: they reach the executor through `world` only, so that
//! another crate can run the same files in a world of its own.

extern crate alloc;

mod execution;
mod malformed;
mod validation;
mod world;
