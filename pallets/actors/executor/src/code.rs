//! Judging a Wasm blob.

mod cursor;
mod frame;
mod idl;
mod invalid;
mod names;
mod operators;
mod pitfalls;
mod scan;

use actors_primitives::abi::{Entries, Entry};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

pub use idl::{idl_of, split_idl, Blob};
pub use invalid::{FunctionRef, Invalid, InvalidKind};

use crate::{
    sandbox::{Engine, Sandbox},
    Limits,
};

/// The version of the rules below. It changes with them, and with the engine or its settings:
/// code that another version admitted is judged again before it runs.
pub(crate) const VERSION: u16 = 5;

/// The bit of [`CodeInfo::version`] that says that this version refuses the code.
const REFUSED: u16 = 1 << 15;

/// The most Wasm pages that a memory of 32 bits has.
const MOST_WASM_PAGES: u32 = 65_536;

/// What validation says of code, so that running it need not look again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct CodeInfo {
    /// The version of the validator that judged it last; the highest bit is set if that version
    /// refused it, and the fields below are then as an older one found them.
    pub version: u16,
    /// The version of the prices ([`crate::Schedule::version`]) that it was admitted under;
    /// [`validate`] sets the default schedule's.
    pub schedule: u16,
    /// Its length in bytes, without the IDL that was uploaded with it.
    pub code_len: u32,
    /// Its functions, imported ones included.
    pub functions: u32,
    /// The most locals that one of its functions declares; every call pays for them.
    pub locals: u32,
    /// Its globals.
    pub globals: u32,
    /// How many of them are kept from turn to turn: the exported mutable ones.
    pub kept_globals: u32,
    /// Elements of its table.
    pub table: u32,
    /// Wasm pages of memory that it starts with.
    pub wasm_pages: u32,
    /// Wasm pages that its memory may grow to by its own declaration, and 65,536 without one: the
    /// chain's limit holds besides.
    pub max_wasm_pages: u32,
    /// The entries that it exports.
    pub exports: Entries,
    /// The part of memory that is not kept: `__stack_low` and `__stack_high`.
    pub stack: Option<(u32, u32)>,
}

impl CodeInfo {
    /// Code that has as much of everything as `limits` allow: what costs most to load.
    #[must_use]
    pub fn largest(limits: &Limits) -> Self {
        Self {
            version: VERSION,
            schedule: 0,
            code_len: limits.code,
            functions: limits.functions,
            locals: limits.locals,
            globals: limits.globals,
            kept_globals: limits.globals,
            table: limits.table,
            wasm_pages: 1,
            max_wasm_pages: MOST_WASM_PAGES,
            exports: Entries::ALL,
            stack: None,
        }
    }

    /// Whether this version of the validator has judged the code. What it has not is judged in the
    /// next turn that runs it ([`crate::Turn::judged`]).
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.version & !REFUSED == VERSION
    }

    /// Whether the version that judged the code last refused it: it was admitted by an older one,
    /// and runs no more.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.version & REFUSED != 0
    }

    /// The same code after this version has refused it.
    pub(crate) fn refused(&self) -> Self {
        Self {
            version: VERSION | REFUSED,
            ..self.clone()
        }
    }

    /// What a turn that asks for `entry` runs, in order: itself if the program exports it, and
    /// before `init` what sets memory up.
    pub fn entries(&self, entry: Entry) -> impl Iterator<Item = Entry> + '_ {
        let first = match entry {
            Entry::Init | Entry::Migrate => Some(Entry::Initialize),
            _ => None,
        };
        let wanted = first.into_iter().chain([entry]);
        wanted.filter(|entry| self.exports.contains(*entry))
    }
}

/// Decides whether `wasm` may be stored as a program's code.
///
/// What is judged is what runs: all of `wasm` but the IDL behind it ([`split_idl`]), of which only
/// the place and the length matter.
///
/// Takes time linear in the length of `wasm`, and panics on no input.
///
/// # Errors
///
/// The first rule that it breaks, as a sentence for whoever wrote it.
pub fn validate(wasm: &[u8], limits: &Limits) -> Result<CodeInfo, Invalid> {
    let blob = split_idl(wasm)?;
    idl::check(&blob, limits)?;
    let info = scan::scan(blob.code, limits)?;
    Engine::translate(blob.code, &info, limits).map_err(|error| {
        Invalid::module(
            InvalidKind::Untranslatable,
            alloc::format!("the engine cannot translate the module ({error})"),
            "split large functions, and report this",
        )
    })?;
    Ok(info)
}
