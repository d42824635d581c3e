//! The executor, as a chain uses it: natively, and in a runtime.

use actors_executor::{
    Cause, CodeInfo, Context, Limits, Message, Modules, Request, Schedule, StoredMemory, Turn,
};
use actors_primitives::{abi::Entry, CodeHash, Gas, MessageId, ReplyCode};
use codec::Encode;

use crate::{
    driver::{Driven, Invocation},
    engines::Calls,
    outcome::{Limit, Outcome, State},
    world::World,
};

/// The gas of one call: less than what a runtime takes a second for.
const GAS: Gas = 200_000_000_000;
/// Bytes of a stored page.
const PAGE: usize = actors_primitives::PAGE_SIZE as usize;

/// What `message_read` gives every call.
pub const PAYLOAD: &[u8] = b"An oracle answers, and it does not explain.";

/// A program on a chain of its own.
pub struct Subject<'d> {
    driven: &'d Driven,
    info: CodeInfo,
    world: World,
    modules: Modules,
    memory: StoredMemory,
    /// Its mutable globals.
    globals: Vec<u64>,
    /// Its memory as its code makes it.
    fresh: Vec<u8>,
    in_runtime: bool,
}

/// What a turn burned, and what that was for besides operators.
#[derive(Clone, Copy, Debug, Default)]
pub struct Burned {
    /// All of it.
    pub gas: Gas,
    /// Starting.
    pub start: Gas,
    /// Wasm pages that it added.
    pub grown: u32,
    /// Pages that it changed.
    pub stored: u64,
    /// Pages that are fresh again.
    pub freed: u64,
}

impl Burned {
    /// The fuel that its operators and system calls burned.
    #[must_use]
    pub fn operators(&self, schedule: &Schedule) -> u64 {
        let besides = self.start
            + schedule.page_compare * 4 * u64::from(self.grown)
            + schedule.page_store * self.stored
            + schedule.page_free * self.freed;
        (self.gas - besides) / schedule.fuel
    }
}

impl<'d> Subject<'d> {
    /// Deploys a module that the chain has accepted as `info`, and whose memory starts as `fresh`.
    /// Its calls run natively, and `in_runtime` too.
    #[must_use]
    pub fn new(driven: &'d Driven, info: CodeInfo, fresh: Vec<u8>, in_runtime: bool) -> Self {
        Self {
            driven,
            info,
            world: World {
                code: Some(driven.wasm.clone()),
                ..World::default()
            },
            modules: Modules::default(),
            memory: StoredMemory::default(),
            globals: driven.globals[..driven.own_globals].to_vec(),
            fresh,
            in_runtime,
        }
    }

    /// Makes a call, and keeps what it leaves; returns what it burned as well.
    ///
    /// # Panics
    ///
    /// If the runtime does something else than the native executor, or cannot run it.
    pub fn call_metered(&mut self, invocation: &Invocation) -> (Outcome, Burned) {
        let schedule = Schedule::default();
        self.memory.globals = self.driven.globals_for(&self.globals, invocation);
        let start = schedule.start(&self.info, Entry::Handle, &self.memory);
        let loaded = self.memory.wasm_pages.max(self.info.wasm_pages);
        let turn = self.turn();
        let mut burned = Burned {
            gas: turn.gas_burned,
            start,
            ..Burned::default()
        };
        if let Ok(effects) = &turn.outcome {
            burned.grown = effects.memory.wasm_pages.saturating_sub(loaded);
            burned.stored = effects.memory.stored.len() as u64;
            burned.freed = effects.memory.freed.len() as u64;
        }
        (self.outcome(turn), burned)
    }

    fn outcome(&mut self, turn: Turn) -> Outcome {
        match turn.outcome {
            Ok(effects) => {
                self.memory.wasm_pages = effects.memory.wasm_pages;
                for index in effects.memory.freed {
                    self.memory.pages.remove(&index);
                    self.world.pages.remove(&index);
                }
                for (index, page) in effects.memory.stored {
                    self.memory.pages.insert(index);
                    self.world.pages.insert(index, page);
                }
                let globals = effects.memory.globals;
                let result = self.driven.result(&globals).unwrap_or_default();
                self.globals = globals[..self.driven.own_globals].to_vec();
                Outcome::Returned(result, self.state())
            }
            Err(failure) => match failure.code {
                ReplyCode::OutOfGas => Outcome::Limited(Limit::Gas),
                ReplyCode::StackDepth => Outcome::Limited(Limit::Depth),
                ReplyCode::MemoryLimit => Outcome::Limited(Limit::Memory),
                ReplyCode::Trapped => Outcome::Trapped,
                ReplyCode::SyscallMisuse => Outcome::Misused,
                other => panic!("no call ends with {other:?}"),
            },
        }
    }

    /// What the program keeps now.
    fn state(&self) -> State {
        let mut memory = self.fresh.clone();
        memory.resize(self.memory.wasm_pages as usize * 65_536, 0);
        for (index, page) in &self.world.pages {
            let start = usize::from(index.0) * PAGE;
            memory[start..start + PAGE].copy_from_slice(page);
        }
        State {
            memory,
            globals: self.globals.clone(),
        }
    }

    fn turn(&mut self) -> Turn {
        let schedule = Schedule::default();
        let limits = Limits::default();
        let context = Context {
            message: Message {
                id: MessageId([1; 32]),
                source: [2; 32],
                payload: PAYLOAD.to_vec(),
                value: 0,
            },
            turn: 0,
            cause: Cause::Fresh,
            signal: None,
            has_replied: false,
            lifetime_left: u32::MAX,
            is_closed: Some(false),
            outlasts: false,
            deposit: 0,
            gas_reserve: 0,
            most_to_load: u64::MAX,
            program: [3; 32],
            block_number: 1,
            deposit_per_item: 1,
            deposit_per_byte: 1,
            creation_deposit: 1,
        };
        let request = Request {
            code: &self.info,
            code_hash: CodeHash([4; 32]),
            entry: Entry::Handle,
            context,
            memory: self.memory.clone(),
            replaced_pages: 0,
            gas_limit: GAS,
            schedule: &schedule,
            limits: &limits,
        };
        let arguments = self.in_runtime.then(|| {
            let code = (request.code, request.code_hash, request.entry).encode();
            let rest = (
                &request.context,
                &request.memory,
                request.replaced_pages,
                request.gas_limit,
                request.schedule,
                request.limits,
                &self.world,
            );
            [code, rest.encode()].concat()
        });
        let turn = actors_executor::execute(request, &mut self.world, &mut self.modules);
        self.world.asked.clear();
        if let Some(arguments) = arguments {
            let other = in_runtime(&arguments);
            assert!(
                other.starts_with(&turn.encode()),
                "the runtime does something else: {turn:?}"
            );
        }
        turn
    }
}

impl Calls for Subject<'_> {
    fn call(&mut self, invocation: &Invocation) -> Outcome {
        self.call_metered(invocation).0
    }
}

/// Runs an encoded turn in a runtime.
#[cfg(feature = "runtime")]
fn in_runtime(arguments: &[u8]) -> Vec<u8> {
    // The executor is given all that it knows: the chain around it is empty.
    let mut chain = sp_io::TestExternalities::default();
    actors_worlds::call_runtime(&mut chain, "execute_turn", arguments)
        .unwrap_or_else(|error| panic!("in the runtime: {error}"))
}

#[cfg(not(feature = "runtime"))]
fn in_runtime(_: &[u8]) -> Vec<u8> {
    panic!("built without the feature `runtime`")
}
