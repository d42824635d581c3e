//! What the SDK promises, with programs of `programs/std/tests/programs` on the real pallet.

#[path = "../examples/built.rs"]
mod built;
mod entries;
mod failing;
mod heap;
mod hooks;
mod input;
mod locks;
mod memory;
mod random;
mod state;
mod support;
mod waits;
