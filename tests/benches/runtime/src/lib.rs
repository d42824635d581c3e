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
mod engine;
#[cfg(target_family = "wasm")]
mod exports;
#[cfg(target_family = "wasm")]
mod profile;
#[cfg(target_family = "wasm")]
mod waiting;
