//! The other world: what the native tests run, exported from a runtime.
//!
//! It is built as the chain's runtime is, and has nothing of a chain but the mock in which the
//! pallet's cases run. `actors-worlds` calls it.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs, reason = "the builder writes public items into the root")]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

// The world that the executor's own tests run in: here it is inside the runtime.
#[cfg(not(feature = "std"))]
#[path = "../../../../pallets/actors/executor/tests/executor/world.rs"]
mod world;

#[cfg(not(feature = "std"))]
#[path = "../../src/memory.rs"]
mod memory;

#[cfg(not(feature = "std"))]
use {
    actors_executor::{CodeInfo, Context, Invalid, Limits, Request, Schedule, StoredMemory, Turn},
    actors_primitives::{abi::Entry, CodeHash, Gas},
    alloc::{string::String, vec::Vec},
    pallet_actors::suite::{self, Part, Step},
    world::World,
};

sp_core::wasm_export_functions! {
    // The names of the pallet's cases, in their order.
    fn case_names() -> Vec<String> {
        suite::cases().collect()
    }

    // Runs one of the pallet's cases.
    fn run_case(place: u32) {
        suite::run(place)
    }

    // Plays random steps against the pallet.
    fn play_steps(steps: Vec<Step>) {
        suite::play(steps)
    }

    // Does parts of a block.
    fn do_parts(parts: Vec<Part>) -> (Vec<u64>, u32) {
        suite::do_parts(parts)
    }

    // Fills and copies memory; returns what it is then.
    fn move_memory() -> u64 {
        memory::moved()
    }

    // Judges a module.
    fn validate_code(wasm: Vec<u8>, limits: Limits) -> Result<CodeInfo, Invalid> {
        world::validate(&wasm, &limits)
    }

    // Runs a turn; returns the world as well, which recorded what it was asked.
    fn execute_turn(
        code: CodeInfo,
        code_hash: CodeHash,
        entry: Entry,
        context: Context,
        memory: StoredMemory,
        replaced_pages: u32,
        gas_limit: Gas,
        schedule: Schedule,
        limits: Limits,
        world: World,
    ) -> (Turn, World) {
        let request = Request {
            code: &code,
            code_hash,
            entry,
            context,
            memory,
            replaced_pages,
            gas_limit,
            schedule: &schedule,
            limits: &limits,
        };
        let mut world = world;
        let turn = world::execute(request, &mut world);
        (turn, world)
    }
}
