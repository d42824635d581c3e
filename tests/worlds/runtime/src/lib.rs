//! The other world: what the native tests run, exported from a runtime.
//!
//! It is built as the chain's runtime is, and has nothing of a chain but the mock in which the
//! pallet's cases run. `actors-worlds` calls it.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs, reason = "the builder writes public items into the root")]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

sp_core::wasm_export_functions! {
    // The names of the pallet's cases, in their order.
    fn case_names() -> alloc::vec::Vec<alloc::string::String> {
        pallet_actors::suite::cases().collect()
    }

    // Runs one of the pallet's cases.
    fn run_case(place: u32) {
        pallet_actors::suite::run(place)
    }

    // Plays random steps against the pallet.
    fn play_steps(steps: alloc::vec::Vec<pallet_actors::suite::Step>) {
        pallet_actors::suite::play(steps)
    }
}
