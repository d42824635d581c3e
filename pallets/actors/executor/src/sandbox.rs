//! The seam between a turn and the engine that runs Wasm.
//!
//! Everything above it (turns, system calls, memory pages) knows only these types; everything
//! below it is one file an engine. Another engine, say a compiling one behind a host function,
//! implements [`Sandbox`] and nothing else changes. Module, instance, run: each step is only
//! reachable through the one before.

use actors_primitives::{abi::Entry, ReplyCode};
use alloc::{string::String, vec::Vec};

use crate::{syscalls::Journal, CodeInfo, Limits};

/// The engine in use.
pub(crate) type Engine<'h> = crate::wasmi::Wasmi<'h>;

/// Code as the engine in use keeps it.
pub(crate) type Module = <Engine<'static> as Sandbox<'static>>::Module;

/// Code made ready for the engine in use.
pub(crate) fn module(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<Module, Stop> {
    Engine::module(wasm, info, limits)
}

/// Why a run ended before its export returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The gas ran out.
    OutOfGas,
    /// Calls nested too deep.
    StackDepth,
    /// Memory could not be made as large as the program needs.
    MemoryLimit,
    /// A trap of Wasm.
    Trapped,
    /// A system call was passed what no correct program passes.
    Misuse,
    /// The program panicked with a text.
    Panicked(Vec<u8>),
    /// The program reverted with bytes.
    Reverted(Vec<u8>),
    /// The program ended itself, and this is its inheritor: no failure.
    Exit([u8; 32]),
}

impl Stop {
    /// The code of the reply, and its payload.
    pub(crate) fn into_reply(self) -> (ReplyCode, Vec<u8>) {
        match self {
            Self::OutOfGas => (ReplyCode::OutOfGas, Vec::new()),
            Self::StackDepth => (ReplyCode::StackDepth, Vec::new()),
            Self::MemoryLimit => (ReplyCode::MemoryLimit, Vec::new()),
            Self::Trapped => (ReplyCode::Trapped, Vec::new()),
            Self::Misuse => (ReplyCode::SyscallMisuse, Vec::new()),
            Self::Panicked(text) => (ReplyCode::Panicked, text),
            Self::Reverted(payload) => (ReplyCode::Reverted, payload),
            Self::Exit(inheritor) => (ReplyCode::Exited, inheritor.to_vec()),
        }
    }
}

/// An engine with one program loaded into it.
pub(crate) trait Sandbox<'h>: Sized {
    /// Code made ready, to be loaded any number of times.
    type Module;

    /// Translates the whole module eagerly and discards it, with the features and limits of
    /// execution: what does not survive this must not be stored.
    fn translate(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<(), String>;

    /// Makes code ready; translation may be left to its first use.
    fn module(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<Self::Module, Stop>;

    /// Makes an instance whose memory is the code's own image, with all `fuel` left.
    fn load(
        module: &Self::Module,
        limits: &Limits,
        fuel: u64,
        journal: Journal<'h>,
    ) -> Result<Self, Stop>;

    /// Grows the memory to `wasm_pages`, unless it is that large.
    fn grow(&mut self, wasm_pages: u32) -> Result<(), Stop>;

    /// What the turn has brought about so far.
    fn journal_mut(&mut self) -> &mut Journal<'h>;

    /// The memory.
    fn memory(&self) -> &[u8];

    /// The memory, to write.
    fn memory_mut(&mut self) -> &mut [u8];

    /// Sets an exported mutable global; a name that is none is ignored.
    fn set_global(&mut self, export: &str, value: u64);

    /// An exported global, an `i32` zero-extended.
    fn global(&self, export: &str) -> Option<u64>;

    /// Runs an exported `() -> ()`.
    fn run(&mut self, entry: Entry) -> Result<(), Stop>;

    /// The fuel that is left.
    fn fuel(&self) -> u64;

    /// Takes `fuel` off what is left, or takes nothing if there is less.
    fn burn(&mut self, fuel: u64) -> Result<(), Stop>;

    /// What the turn has brought about.
    fn into_journal(self) -> Journal<'h>;
}
