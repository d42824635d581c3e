//! What programs compute, held against those who know WebAssembly independently of the chain's
//! engine: wasmtime, and the test suite of the WebAssembly specification.
//!
//! [`suite`] runs the published suite through the executor; [`generate`] and [`smith`] make
//! modules at random, [`compare`] plays them on the executor and on wasmtime, and [`shrink`] makes
//! what differs small enough to be read.

pub mod compare;
pub mod driver;
pub mod engines;
pub mod generate;
pub mod meter;
pub mod module;
pub mod outcome;
pub mod part;
pub mod reference;
pub mod shrink;
pub mod smith;
pub mod subject;
pub mod suite;

pub use driver::Invocation;

#[allow(dead_code, reason = "the executor's own tests need more of it")]
#[allow(unreachable_pub, reason = "it is another crate's file")]
#[path = "../../../pallets/actors/executor/tests/executor/world.rs"]
mod world;

extern crate alloc;
