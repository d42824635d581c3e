//! The engine alone: a program's code in wasmi, without a chain around it. `super` says in which
//! version.

use super::wasmi::{
    Caller, CompilationMode, Config, Engine, Error, Linker, Memory, Module, Store, TypedFunc,
};
use alloc::vec::Vec;
use bench_interface::bench;

/// What the few host functions here need.
pub(crate) struct Guest {
    payload: Vec<u8>,
    reply: Vec<u8>,
}

/// The engine as the executor sets it up, with and without its meter.
pub(crate) fn engine(metered: bool) -> Engine {
    let mut config = Config::default();
    config
        .consume_fuel(metered)
        .set_max_recursion_depth(1024)
        .set_max_stack_height(1024 * 1024)
        .set_max_cached_stacks(1)
        .compilation_mode(CompilationMode::Lazy)
        .ignore_custom_sections(true)
        .floats(false)
        .wasm_mutable_global(true)
        .wasm_sign_extension(true)
        .wasm_bulk_memory(true)
        .wasm_saturating_float_to_int(false)
        .wasm_multi_value(false)
        .wasm_multi_memory(false)
        .wasm_reference_types(false)
        .wasm_tail_call(false)
        .wasm_extended_const(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false);
    Engine::new(&config)
}

/// A program in a store of its own.
pub(crate) fn instantiate(
    module: &Module,
    metered: bool,
    payload: &[u8],
) -> (Store<Guest>, TypedFunc<(), ()>) {
    let guest = Guest {
        payload: payload.to_vec(),
        reply: Vec::new(),
    };
    let mut store = Store::new(module.engine(), guest);
    if metered {
        store.set_fuel(u64::MAX).expect("fuel is metered");
    }
    let mut linker = Linker::new(module.engine());
    link(&mut linker).expect("no name is linked twice");
    let instance = linker
        .instantiate_and_start(&mut store, module)
        .expect("the program imports nothing else");
    let handle = instance
        .get_typed_func(&store, "handle")
        .expect("the program has `handle`");
    (store, handle)
}

/// Nanoseconds that each run of `handle` takes once it is translated, module and instance being
/// made before.
pub(crate) fn run(wasm: Vec<u8>, payload: Vec<u8>, metered: bool, laps: u32) -> Vec<u64> {
    let module = Module::new(&engine(metered), &wasm[..]).expect("the program is valid");
    let (mut store, handle) = instantiate(&module, metered, &payload);
    handle.call(&mut store, ()).expect("the program runs");
    (0..laps)
        .map(|_| {
            let start = bench::now();
            handle.call(&mut store, ()).expect("the program runs");
            bench::now().saturating_sub(start)
        })
        .collect()
}

/// Nanoseconds of each step of a lap that begins with the code alone: module, instance, first run
/// of `handle`, which translates it, and second run.
pub(crate) fn cold(wasm: Vec<u8>, payload: Vec<u8>, laps: u32) -> Vec<(u64, u64, u64, u64)> {
    // The first module is checked here, as code is checked once when it is stored.
    Module::new(&engine(true), &wasm[..]).expect("the program is valid");
    (0..laps)
        .map(|_| {
            let start = bench::now();
            // SAFETY: it has been checked above, with the same features.
            let module = unsafe { Module::new_unchecked(&engine(true), &wasm) };
            let module = module.expect("the program is valid");
            let loaded = bench::now();
            let (mut store, handle) = instantiate(&module, true, &payload);
            let ready = bench::now();
            handle.call(&mut store, ()).expect("the program runs");
            let first = bench::now();
            handle.call(&mut store, ()).expect("the program runs");
            let second = bench::now();
            (
                loaded - start,
                ready - loaded,
                first - ready,
                second - first,
            )
        })
        .collect()
}

fn link(linker: &mut Linker<Guest>) -> Result<(), Error> {
    linker.func_wrap("actors_v1", "message_size", |caller: Caller<'_, Guest>| {
        caller.data().payload.len() as i32
    })?;
    linker.func_wrap(
        "actors_v1",
        "message_read",
        |mut caller: Caller<'_, Guest>, offset: i32, length: i32, out: i32| -> i32 {
            let memory = memory(&caller);
            let (memory, guest) = memory.data_and_store_mut(&mut caller);
            let from = &guest.payload[offset as usize..][..length as usize];
            memory[out as usize..][..length as usize].copy_from_slice(from);
            length
        },
    )?;
    linker.func_wrap(
        "actors_v1",
        "reply",
        |mut caller: Caller<'_, Guest>, data: i32, length: i32, _value: i32| -> i32 {
            let memory = memory(&caller);
            let (memory, guest) = memory.data_and_store_mut(&mut caller);
            guest.reply = memory[data as usize..][..length as usize].to_vec();
            0
        },
    )?;
    Ok(())
}

fn memory(caller: &Caller<'_, Guest>) -> Memory {
    caller
        .get_export("memory")
        .and_then(|export| export.into_memory())
        .expect("the program exports its memory")
}
