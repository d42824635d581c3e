//! The words that the Actors pallet, its executor and its SDK share.
//!
//! - [`abi`]: the table of everything a program may import and export, as data.
//! - `id`: 32-byte ids of codes and messages, and how a program's address is derived.
//! - `reply`: how a message ended.
//! - `gas`: the unit of work, and its price; `charge`: what it is burned for.
//!
//! With `default-features = false` only [`abi`] remains, which needs no dependency: that is
//! what a program links.

#![cfg_attr(not(feature = "std"), no_std)]

pub mod abi;
#[cfg(feature = "types")]
mod charge;
#[cfg(feature = "types")]
mod gas;
#[cfg(feature = "types")]
mod id;
#[cfg(feature = "types")]
mod reply;

#[cfg(feature = "types")]
pub use {
    charge::Charge,
    gas::{Gas, GasPrice},
    id::{program_preimage, CodeHash, MessageId},
    reply::ReplyCode,
};

/// Planck, the smallest unit of the chain's native token.
pub type Balance = u128;

/// Bytes in one page of a program's memory as the chain stores it (16 KiB).
///
/// A quarter of a Wasm page: small enough that a counter pays for little, large enough that a
/// program's whole memory is a few storage entries.
pub const PAGE_SIZE: u32 = 16 * 1024;

/// Bytes in one Wasm page (64 KiB), fixed by the WebAssembly specification.
pub const WASM_PAGE_SIZE: u32 = 64 * 1024;
