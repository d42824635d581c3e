//! What a program may be, and what a turn may do.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The limits of a chain. All are constants of the chain; none depends on the machine.
///
/// The first group bounds what a turn does, the second what a module is made of: a small module
/// that declares much (locals, globals, table elements) costs far more than its bytes say.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Limits {
    /// Bytes of a Wasm blob. It is read and parsed whenever the program runs.
    pub code: u32,
    /// Wasm pages (64 KiB) of a program's memory. The runtime allocates them in one piece, of
    /// which the largest possible is 32 MiB.
    pub memory: u32,
    /// Bytes of the payload of a message or a reply.
    pub payload: u32,
    /// Bytes of a key of keyed state, and of a subject of randomness.
    pub state_key: u32,
    /// Bytes of a value of keyed state.
    pub state_value: u32,
    /// Bytes of the salt that a program gives to a creation.
    pub salt: u32,
    /// Bytes of a program event.
    pub event: u32,
    /// Bytes of a panic text that reach the sender; the rest is cut off.
    pub panic_text: u32,
    /// Messages that one turn may send, those included that create programs.
    pub sends: u32,
    /// Bytes of payloads, events, keys and values that one turn may produce in total: they are
    /// kept in the runtime's memory until the turn commits. As many bytes are kept of the keyed
    /// state that it reads, so that it need not be read again.
    pub effect_bytes: u32,
    /// Bytes of `debug` texts that are kept of one turn; the rest is dropped.
    pub debug_bytes: u32,
    /// Nested calls inside a program.
    pub call_depth: u32,
    /// Bytes of the engine's value stack: together with `call_depth` it bounds recursion, far
    /// below any native stack.
    pub stack: u32,

    /// Functions of a module, imported ones included: each is an allocation whenever it runs.
    pub functions: u32,
    /// Function types of a module.
    pub types: u32,
    /// Parameters of a function: every call copies them.
    pub params: u32,
    /// Results of a function or block; Wasm without multi-value has one at most.
    pub results: u32,
    /// Declared locals of a function. Every call zeroes them, and the engine does not price
    /// that, so `call` is priced by the module's largest function. An operator's price has 8
    /// bits: more than 215 could not be paid for.
    pub locals: u32,
    /// Globals of a module; the exported mutable ones are stored in the program's record.
    pub globals: u32,
    /// Elements of the one table that a module may have: allocated whenever it runs.
    pub table: u32,
    /// Targets of one `br_table`.
    pub br_table: u32,
    /// Data segments of a module.
    pub data_segments: u32,
    /// Element segments of a module.
    pub element_segments: u32,
    /// Blocks, loops and ifs nested in one another: validation and translation keep a frame of
    /// each.
    pub nesting: u32,
    /// Exports of a module.
    pub exports: u32,
    /// Imports of a module.
    pub imports: u32,
    /// Bytes of the body of one function: the engine translates it in one piece, on first use.
    pub function_body: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            code: 512 * 1024,
            memory: 64,
            payload: 64 * 1024,
            state_key: 128,
            state_value: 16 * 1024,
            salt: 64,
            event: 16 * 1024,
            panic_text: 1024,
            sends: 256,
            effect_bytes: 1024 * 1024,
            debug_bytes: 64 * 1024,
            call_depth: 1024,
            stack: 1024 * 1024,
            functions: 8192,
            types: 1024,
            params: 32,
            results: 1,
            locals: 215,
            globals: 256,
            table: 8192,
            br_table: 4096,
            data_segments: 1024,
            element_segments: 64,
            nesting: 512,
            exports: 256,
            imports: 128,
            function_body: 64 * 1024,
        }
    }
}
