//! wasmtime, which compiles and shares no code with the chain's engine.

use std::sync::LazyLock;

use wasmtime::{
    Caller, Config, Engine, Instance, Linker, Memory, Module, ResourceLimiter, Store, Trap, Val,
};

use crate::{
    driver::{global_export, Driven, Invocation},
    outcome::{Limit, Outcome, State},
    subject::PAYLOAD,
};

/// Work that no call that ended on the chain needs: one that never ends is ended by it.
pub(crate) const FUEL: u64 = 2_000_000_000;
/// Wasm pages that a program of the chain may have.
pub(crate) const PAGES: usize = 64;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .cranelift_opt_level(wasmtime::OptLevel::None)
        .memory_init_cow(false)
        .memory_reservation(0)
        .memory_guard_size(0)
        .wasm_backtrace(false);
    Engine::new(&config).expect("the settings fit each other")
});

static LINKER: LazyLock<Linker<Host>> = LazyLock::new(|| {
    let mut linker = Linker::new(&ENGINE);
    let module = "actors_v1";
    linker
        .func_wrap(module, "message_size", || PAYLOAD.len() as i32)
        .expect("it is new");
    linker
        .func_wrap(module, "message_read", message_read)
        .expect("it is new");
    linker
});

struct Host;

/// What a system call ends a turn with.
#[derive(Debug)]
struct Misuse;

impl std::fmt::Display for Misuse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("misuse")
    }
}

impl std::error::Error for Misuse {}

fn message_read(
    mut caller: Caller<'_, Host>,
    offset: u32,
    len: u32,
    out: u32,
) -> wasmtime::Result<i32> {
    let memory = caller
        .get_export("memory")
        .and_then(wasmtime::Extern::into_memory)
        .ok_or(Misuse)?;
    read(offset, len, |part| {
        let written = memory.write(&mut caller, out as usize, part);
        written.map_err(|_| Misuse.into())
    })
}

/// What `message_read` answers, written from `docs/abi.md`: that part of the payload is written, if
/// there is one.
pub(crate) fn read<E>(
    offset: u32,
    len: u32,
    write: impl FnOnce(&[u8]) -> Result<(), E>,
) -> Result<i32, E> {
    /// `OUT_OF_RANGE`.
    const OUT_OF_RANGE: i32 = -2;
    let (start, bytes) = (offset as usize, len as usize);
    let end = start.checked_add(bytes);
    let Some(part) = end.and_then(|end| PAYLOAD.get(start..end)) else {
        return Ok(OUT_OF_RANGE);
    };
    write(part)?;
    Ok(len as i32)
}

impl ResourceLimiter for Host {
    fn memory_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= PAGES * 65_536)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

/// A module in wasmtime.
pub struct Reference<'d> {
    driven: &'d Driven,
    module: Module,
    state: State,
    fresh: Vec<u8>,
}

impl<'d> Reference<'d> {
    /// Compiles a module.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub fn new(driven: &'d Driven) -> Result<Self, String> {
        let module = Module::new(&ENGINE, &driven.wasm).map_err(|error| format!("{error:#}"))?;
        let mut reference = Self {
            driven,
            module,
            state: State {
                memory: Vec::new(),
                globals: driven.globals[..driven.own_globals].to_vec(),
            },
            fresh: Vec::new(),
        };
        let (store, _, memory) = reference.instance().map_err(|error| format!("{error:#}"))?;
        reference.fresh = memory.data(&store).to_vec();
        reference.state.memory = reference.fresh.clone();
        Ok(reference)
    }

    /// Its memory as its code makes it.
    #[must_use]
    pub fn fresh(&self) -> &[u8] {
        &self.fresh
    }

    /// Makes a call, and keeps what it leaves.
    ///
    /// # Panics
    ///
    /// If wasmtime does what it never does.
    pub fn call(&mut self, invocation: &Invocation) -> Outcome {
        let before = self.driven.globals_for(&self.state.globals, invocation);
        let (mut store, instance, memory) = self.instance().expect("it was made before");
        let pages = (self.state.memory.len() - memory.data_size(&store)) / 65_536;
        memory
            .grow(&mut store, pages as u64)
            .expect("it was that large before");
        memory
            .data_mut(&mut store)
            .copy_from_slice(&self.state.memory);
        let globals: Vec<_> = (0..before.len())
            .map(|place| {
                instance
                    .get_global(&mut store, &global_export(place))
                    .expect("the driver exports it")
            })
            .collect();
        for (global, value) in globals.iter().zip(&before) {
            let value = match global.get(&mut store) {
                Val::I32(_) => Val::I32(*value as i32),
                _ => Val::I64(*value as i64),
            };
            global.set(&mut store, value).expect("its type is known");
        }
        let handle = instance
            .get_typed_func::<(), ()>(&mut store, "handle")
            .expect("the driver exports it");
        match handle.call(&mut store, ()) {
            Ok(()) => {
                let after: Vec<u64> = globals
                    .iter()
                    .map(|global| match global.get(&mut store) {
                        Val::I32(value) => u64::from(value as u32),
                        Val::I64(value) => value as u64,
                        other => unreachable!("no global is {other:?}"),
                    })
                    .collect();
                let result = self.driven.result(&after).unwrap_or_default();
                self.state = State {
                    memory: memory.data(&store).to_vec(),
                    globals: after[..self.driven.own_globals].to_vec(),
                };
                Outcome::Returned(result, self.state.clone())
            }
            Err(error) if error.is::<Misuse>() => Outcome::Misused,
            Err(error) => match error.downcast_ref::<Trap>() {
                Some(Trap::StackOverflow) => Outcome::Limited(Limit::Depth),
                // On the chain it has ended: so there it went another way.
                Some(Trap::OutOfFuel) => Outcome::Returned(u64::MAX, State::default()),
                Some(_) => Outcome::Trapped,
                None => unreachable!("no call fails with {error:#}"),
            },
        }
    }

    /// The value of one of the module's own mutable globals, counted among those.
    #[must_use]
    pub fn global(&self, place: usize) -> u64 {
        self.state.globals.get(place).copied().unwrap_or_default()
    }

    fn instance(&self) -> wasmtime::Result<(Store<Host>, Instance, Memory)> {
        let mut store = Store::new(&ENGINE, Host);
        store.limiter(|host| host);
        store.set_fuel(FUEL)?;
        let instance = LINKER.instantiate(&mut store, &self.module)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .expect("the driver exports it");
        Ok((store, instance, memory))
    }
}
