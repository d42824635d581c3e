//! What the program outside calls.

use alloc::vec::Vec;
use bench_interface::{Accesses, Ask, Lap, Room, Timed};
use codec::Decode;
use pallet_actors::suite::{Act, Step};

/// Exports functions under their names: arguments and result go through SCALE.
macro_rules! export {
    ($($name:ident = $target:path: ($($argument:ident: $type:ty),*) -> $result:ty;)+) => {$(
        #[no_mangle]
        extern "C" fn $name(data: *mut u8, length: usize) -> u64 {
            let input: &[u8] = if length == 0 {
                &[]
            } else {
                // SAFETY: the executor passes the bytes of the arguments, which it has written.
                unsafe { core::slice::from_raw_parts(data, length) }
            };
            let ($($argument,)*): ($($type,)*) =
                Decode::decode(&mut &input[..]).expect("the arguments are encoded by this repository");
            let result: $result = $target($($argument),*);
            sp_core::to_substrate_wasm_fn_return_value(&result)
        }
    )+};
}

export! {
    genesis = crate::chain::genesis: () -> ();
    overhead = crate::profile::overhead: (laps: u32) -> Vec<u64>;
    profile = crate::profile::run: (ask: Ask, wasm: Vec<u8>) -> Vec<(Vec<u8>, Vec<u64>, Accesses)>;
    profile_turn = crate::profile::turn: (wasm: Vec<u8>, payload: Vec<u8>, pages: u16, laps: u32) -> Vec<u64>;
    actors_deploy = crate::actors::deploy: (wasm: Vec<u8>, salt: Vec<u8>) -> Result<[u8; 32], Vec<u8>>;
    actors_ask = crate::actors::ask: (ask: Ask) -> Vec<Lap>;
    actors_upload = crate::actors::upload: (wasm: Vec<u8>) -> Timed;
    actors_remove = crate::actors::remove: (wasm: Vec<u8>) -> Timed;
    actors_pause = crate::actors::pause: (paused: bool) -> Timed;
    actors_create = crate::actors::create: (wasm: Vec<u8>, salt: Vec<u8>, payload: Vec<u8>) -> Timed;
    actors_upload_program = crate::actors::upload_program: (wasm: Vec<u8>, salt: Vec<u8>, payload: Vec<u8>) -> Timed;
    actors_populate = crate::actors::populate: (model: [u8; 32], first: u32, count: u32) -> ();
    actors_enqueue = crate::actors::enqueue: (first: u32, count: u32, gas: u64) -> ();
    actors_send = crate::waiting::send: (ask: Ask) -> Lap;
    actors_idle = crate::waiting::idle: (room: Room) -> Lap;
    actors_poll = crate::waiting::poll: (room: Room) -> Lap;
    actors_reply = crate::waiting::reply: (message: [u8; 32], payload: Vec<u8>, value: u128) -> Timed;
    actors_claim = crate::waiting::claim: (message: [u8; 32]) -> Timed;
    actors_upgrade = crate::waiting::upgrade: (program: [u8; 32], wasm: Vec<u8>, payload: Vec<u8>) -> Timed;
    actors_set_admin = crate::waiting::set_admin: (program: [u8; 32], admin: Option<[u8; 32]>) -> Timed;
    blocks_prepare = crate::blocks::prepare: (is_narrow: bool, is_default: bool) -> ();
    blocks_begin = crate::blocks::begin: () -> Timed;
    blocks_act = crate::blocks::act: (step: Step) -> Option<Act>;
    blocks_perform = crate::blocks::perform: (act: Act) -> Timed;
    blocks_poll = crate::blocks::poll: (room: u16) -> Timed;
    blocks_idle = crate::blocks::idle: (room: u16) -> Timed;
    blocks_turns = crate::blocks::turns: () -> u32;
    blocks_is_quiet = crate::blocks::is_quiet: () -> bool;
    contracts_deploy = crate::contracts::deploy: (wasm: Vec<u8>) -> Result<[u8; 32], Vec<u8>>;
    contracts_call = crate::contracts::call: (ask: Ask) -> Vec<Lap>;
    engine_run = crate::chosen::engine::run: (wasm: Vec<u8>, payload: Vec<u8>, metered: bool, laps: u32) -> Vec<u64>;
    other_engine_run = crate::other::engine::run: (wasm: Vec<u8>, payload: Vec<u8>, metered: bool, laps: u32) -> Vec<u64>;
    engine_cold = crate::chosen::engine::cold: (wasm: Vec<u8>, payload: Vec<u8>, laps: u32) -> Vec<(u64, u64, u64, u64)>;
}
