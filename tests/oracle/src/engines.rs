//! Engines alone, with nothing of the chain around them and nothing refused: what was chosen, and
//! what was not.

use crate::{
    driver::{Driven, Invocation},
    outcome::Outcome,
};

/// An engine to be held against the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// wasmi 2.0.0, which the chain's executor has.
    #[value(name = "wasmi-2.0")]
    Wasmi2,
    /// wasmi 1.1.0.
    #[value(name = "wasmi-1.1")]
    Wasmi1,
}

/// A module in an engine.
pub trait Calls {
    /// Makes a call, and keeps what it leaves.
    fn call(&mut self, invocation: &Invocation) -> Outcome;
}

impl Engine {
    /// A module whose memory starts as `fresh`.
    ///
    /// # Errors
    ///
    /// Why the engine does not take it.
    pub fn load<'d>(self, driven: &'d Driven, fresh: &[u8]) -> Result<Box<dyn Calls + 'd>, String> {
        Ok(match self {
            Self::Wasmi2 => Box::new(wasmi_2::Bare::new(driven, fresh)?),
            Self::Wasmi1 => Box::new(wasmi_1::Bare::new(driven, fresh)?),
        })
    }
}

/// A version of wasmi, set up as the executor sets up its own.
macro_rules! wasmi {
    ($name:ident, $wasmi:ident) => {
        mod $name {
            use $wasmi as wasmi;

            use super::Calls;
            use crate::{
                driver::{global_export, Driven, Invocation},
                outcome::{Limit, Outcome, State},
                reference::{self, PAGES},
                subject::PAYLOAD,
            };
            use wasmi::{
                errors::HostError, Caller, Config, Engine, Error, Extern, Instance, Linker, Memory,
                Module, Store, StoreLimits, StoreLimitsBuilder, TrapCode, Val,
            };

            pub(super) struct Bare<'d> {
                driven: &'d Driven,
                module: Module,
                linker: Linker<StoreLimits>,
                state: State,
            }

            /// What a system call ends a turn with.
            #[derive(Debug)]
            struct Misuse;

            impl std::fmt::Display for Misuse {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    formatter.write_str("misuse")
                }
            }

            impl HostError for Misuse {}

            fn message_read(
                mut caller: Caller<'_, StoreLimits>,
                offset: u32,
                len: u32,
                out: u32,
            ) -> Result<i32, Error> {
                let memory = caller.get_export("memory").and_then(Extern::into_memory);
                let memory = memory.ok_or_else(|| Error::host(Misuse))?;
                reference::read(offset, len, |part| {
                    memory
                        .write(&mut caller, out as usize, part)
                        .map_err(|_| Error::host(Misuse))
                })
            }

            impl<'d> Bare<'d> {
                pub(super) fn new(driven: &'d Driven, fresh: &[u8]) -> Result<Self, String> {
                    let mut config = Config::default();
                    config
                        .consume_fuel(true)
                        .wasm_multi_value(false)
                        .wasm_tail_call(false)
                        .wasm_reference_types(false);
                    let engine = Engine::new(&config);
                    let module = Module::new(&engine, &driven.wasm);
                    let module = module.map_err(|error| error.to_string())?;
                    let mut linker = Linker::new(&engine);
                    let of = "actors_v1";
                    linker
                        .func_wrap(of, "message_size", || PAYLOAD.len() as i32)
                        .and_then(|linker| linker.func_wrap(of, "message_read", message_read))
                        .expect("no name is linked twice");
                    let globals = driven.globals[..driven.own_globals].to_vec();
                    let memory = fresh.to_vec();
                    Ok(Self {
                        driven,
                        module,
                        linker,
                        state: State { memory, globals },
                    })
                }

                fn instance(&self) -> (Store<StoreLimits>, Instance, Memory) {
                    let limits = StoreLimitsBuilder::new().memory_size(PAGES * 65_536);
                    let mut store = Store::new(self.linker.engine(), limits.build());
                    store.limiter(|limits| limits);
                    store.set_fuel(reference::FUEL).expect("fuel is metered");
                    let instance = self.linker.instantiate_and_start(&mut store, &self.module);
                    let instance = instance.expect("it has no start function");
                    let memory = instance.get_memory(&store, "memory");
                    (store, instance, memory.expect("the driver exports it"))
                }
            }

            impl Calls for Bare<'_> {
                fn call(&mut self, invocation: &Invocation) -> Outcome {
                    let before = self.driven.globals_for(&self.state.globals, invocation);
                    let (mut store, instance, memory) = self.instance();
                    let pages = (self.state.memory.len() - memory.data_size(&store)) / 65_536;
                    memory
                        .grow(&mut store, pages as u64)
                        .expect("it was that large before");
                    memory
                        .data_mut(&mut store)
                        .copy_from_slice(&self.state.memory);
                    let global = |place| instance.get_global(&store, &global_export(place));
                    let globals: Vec<_> = (0..before.len())
                        .map(|place| global(place).expect("the driver exports it"))
                        .collect();
                    for (global, value) in globals.iter().zip(&before) {
                        let value = match global.get(&store) {
                            Val::I32(_) => Val::I32(*value as i32),
                            _ => Val::I64(*value as i64),
                        };
                        global.set(&mut store, value).expect("its type is known");
                    }
                    let handle = instance
                        .get_typed_func::<(), ()>(&store, "handle")
                        .expect("the driver exports it");
                    if let Err(error) = handle.call(&mut store, ()) {
                        return match error.as_trap_code() {
                            Some(TrapCode::OutOfFuel) => Outcome::Limited(Limit::Gas),
                            Some(TrapCode::StackOverflow) => Outcome::Limited(Limit::Depth),
                            None if error.downcast_ref::<Misuse>().is_some() => Outcome::Misused,
                            _ => Outcome::Trapped,
                        };
                    }
                    let after = globals.iter().map(|global| match global.get(&store) {
                        Val::I32(value) => u64::from(value as u32),
                        Val::I64(value) => value as u64,
                        other => unreachable!("no global is {other:?}"),
                    });
                    let after: Vec<u64> = after.collect();
                    self.state = State {
                        memory: memory.data(&store).to_vec(),
                        globals: after[..self.driven.own_globals].to_vec(),
                    };
                    let result = self.driven.result(&after).unwrap_or_default();
                    Outcome::Returned(result, self.state.clone())
                }
            }
        }
    };
}

wasmi!(wasmi_2, wasmi);
wasmi!(wasmi_1, wasmi_1_1);
