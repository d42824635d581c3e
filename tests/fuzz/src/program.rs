//! A whole program, in the executor that the chain has.

use actors_executor::{
    execute, split_idl, validate, Cause, CodeInfo, Context, Limits, Message, Modules, Request,
    Schedule, StoredMemory, Turn,
};
use actors_primitives::{abi::Entry, CodeHash, MessageId, ReplyCode};
use std::{cell::RefCell, path::PathBuf};

use crate::host::OneProgram;

/// The most that one turn may burn on the development chain.
const MAX_TURN_GAS: u64 = 250_000_000_000;

/// Gas of loading the program and doing what its calls do: 10 ms.
const BASE: u64 = 10_000_000_000;
/// Gas for each byte of payload: 20 µs, most of which is for items that are an entry of a tree each.
const EACH: u64 = 20_000_000;

/// Sends `bytes` to the program that takes arguments of every kind: the first byte says to which entry, the rest is the payload. It
/// never traps, and burns gas in proportion.
///
/// # Panics
///
/// When it does, or when the program is not built.
pub fn program(bytes: &[u8]) {
    let Some((choice, payload)) = bytes.split_first() else {
        return;
    };
    let entry = match choice % 4 {
        0 => Entry::Init,
        1 => Entry::Migrate,
        2 => Entry::State,
        _ => Entry::Handle,
    };
    let turn = PROGRAM.with_borrow_mut(|program| program.run(entry, payload.to_vec()));
    let most = EACH
        .saturating_mul(payload.len() as u64)
        .saturating_add(BASE);
    assert!(
        turn.gas_burned <= most,
        "{} gas for a payload of {} bytes",
        turn.gas_burned,
        payload.len()
    );
    if let Err(failure) = &turn.outcome {
        let typed = matches!(failure.code, ReplyCode::Reverted | ReplyCode::Panicked);
        assert!(typed, "{failure:?} of {entry:?}");
        let text = String::from_utf8_lossy(&failure.payload);
        assert_ne!(text, "out of memory");
    }
}

thread_local! {
    static PROGRAM: RefCell<Program> = RefCell::new(Program::load());
}

struct Program {
    host: OneProgram,
    info: CodeInfo,
    modules: Modules,
    schedule: Schedule,
    limits: Limits,
    memory: StoredMemory,
}

impl Program {
    fn load() -> Self {
        let path = wasm();
        let blob = std::fs::read(&path).unwrap_or_else(|error| {
            panic!("{}: {error}. `make programs` builds it.", path.display())
        });
        let limits = Limits::default();
        let info = validate(&blob, &limits).expect("the program is valid");
        let code = split_idl(&blob)
            .expect("the program is valid")
            .code
            .to_vec();
        let mut program = Self {
            host: OneProgram {
                code,
                pages: Default::default(),
            },
            info,
            modules: Modules::default(),
            schedule: Schedule::default(),
            limits,
            memory: StoredMemory::default(),
        };
        // The first constructor, with a number.
        let made = program.run(Entry::Init, vec![0, 7, 0, 0, 0]);
        let memory = made.outcome.expect("the program is made").memory;
        program.memory = StoredMemory {
            wasm_pages: memory.wasm_pages,
            globals: memory.globals,
            pages: memory.stored.keys().copied().collect(),
        };
        program.host.pages = memory.stored;
        program
    }

    fn run(&mut self, entry: Entry, payload: Vec<u8>) -> Turn {
        let memory = match entry {
            Entry::Init | Entry::Migrate => StoredMemory::default(),
            _ => self.memory.clone(),
        };
        let message = Message {
            id: MessageId([1; 32]),
            source: [2; 32],
            payload,
            value: 0,
        };
        let request = Request {
            code: &self.info,
            code_hash: CodeHash([3; 32]),
            entry,
            context: Context {
                message,
                turn: 0,
                cause: Cause::Fresh,
                signal: None,
                has_replied: false,
                lifetime_left: u32::MAX,
                is_closed: Some(false),
                outlasts: false,
                deposit: 0,
                gas_reserve: 0,
                most_to_load: MAX_TURN_GAS,
                program: [4; 32],
                block_number: 1,
                deposit_per_item: 1,
                deposit_per_byte: 1,
                creation_deposit: 1,
            },
            memory,
            replaced_pages: 0,
            gas_limit: MAX_TURN_GAS,
            schedule: &self.schedule,
            limits: &self.limits,
        };
        execute(request, &mut self.host, &mut self.modules)
    }
}

/// Where `make programs` puts the program.
fn wasm() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target")),
        PathBuf::from,
    );
    target.join("programs/sdk-calls.wasm")
}
