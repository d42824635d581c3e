//! A runtime that runs the same work on pallet-actors, on pallet-contracts and on the engine
//! alone, and times it from inside.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(not(target_family = "wasm"))]
pub use blob::{WASM_BINARY, WASM_BINARY_BLOATY};

#[cfg(not(target_family = "wasm"))]
mod blob {
    #![allow(
        missing_docs,
        dead_code,
        unreachable_pub,
        reason = "substrate-wasm-builder writes it"
    )]
    include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}

#[cfg(target_family = "wasm")]
extern crate alloc;
#[cfg(target_family = "wasm")]
mod actors;
#[cfg(target_family = "wasm")]
mod blocks;
#[cfg(target_family = "wasm")]
mod chain;
#[cfg(target_family = "wasm")]
mod contracts;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
mod profile;
#[cfg(target_family = "wasm")]
mod waiting;

/// The engine of pallet-actors.
#[cfg(target_family = "wasm")]
#[path = "."]
mod chosen {
    use wasmi;
    #[path = "engine.rs"]
    pub(crate) mod engine;
}

/// Another version of it, which [decision 14] weighs: the same code above it.
///
/// [decision 14]: ../../../docs/adr/0014-an-oracle-for-the-engine.md
#[cfg(target_family = "wasm")]
#[path = "."]
mod other {
    use wasmi_1_1 as wasmi;
    #[allow(dead_code, reason = "of this one nothing is asked but runs")]
    #[path = "engine.rs"]
    pub(crate) mod engine;
}
