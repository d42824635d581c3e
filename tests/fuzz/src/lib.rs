//! What must hold of the codecs whatever bytes they are given. Each function here is a target of `make fuzz`, and the
//! inputs in `corpus/` are replayed through it in every test run.

mod calls;
mod heap;
mod host;
mod idl;
mod program;

pub use {calls::calls, heap::Counting, idl::idl, program::program};
