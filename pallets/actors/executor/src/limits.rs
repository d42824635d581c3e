//! What a program may be, and what a turn may do.

use actors_primitives::WASM_PAGE_SIZE;
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Modules;

/// The limits of a chain. All are constants of the chain; none depends on the machine.
///
/// The first group bounds what a turn does, the second what a module is made of: a small module
/// that declares much (locals, globals, table elements) costs far more than its bytes say.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Limits {
    /// Bytes of a Wasm blob, its IDL apart. It is read and parsed whenever the program runs.
    pub code: u32,
    /// Bytes of the IDL that may be uploaded behind the code. No turn reads it.
    pub idl: u32,
    /// Wasm pages (64 KiB) of a program's memory. The runtime allocates them in one piece, of
    /// which the largest possible is 32 MiB.
    pub memory: u32,
    /// Bytes of the payload of a message or a reply.
    pub payload: u32,
    /// Bytes of a key of keyed state, and of a subject of randomness.
    pub state_key: u32,
    /// Bytes of a value of keyed state.
    pub state_value: u32,
    /// Bytes of the salt of a program's address.
    pub salt: u32,
    /// Bytes of a program event.
    pub event: u32,
    /// Bytes of a panic text that reach the sender, of which the rest is cut off; and of what a
    /// program reverts with, which is never cut.
    pub panic_text: u32,
    /// Messages that one turn may send, those included that create programs.
    pub sends: u32,
    /// Blocks of service that a message waits at most, unless it waits again; and that a message
    /// is delayed, or a letter stands.
    pub wait: u32,
    /// Blocks of service that a letter stands where the send does not say: no more than
    /// [`Self::wait`], or no such letter could be sent.
    pub letter: u32,
    /// Bytes of payloads, events, keys and values that one turn may produce in total, each of
    /// them counted with [`Self::KEPT`] more: they are kept in the runtime's memory until the
    /// turn commits. As many bytes are kept of the keyed state that it reads, so that it need not
    /// be read again.
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
    /// bits: at most [`Self::MOST_LOCALS`].
    pub locals: u32,
    /// Globals of a module; the exported mutable ones are stored in the program's record.
    pub globals: u32,
    /// Elements of the one table that a module may have, and of all its element segments
    /// together: allocated whenever it runs.
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

impl Limits {
    /// The most that `locals` may be: the price of a call pays for no more.
    pub const MOST_LOCALS: u32 = 2 * (u8::MAX - crate::wasmi::CALL_INDIRECT) as u32;

    /// The bytes that each effect, each change of keyed state and each key that was read counts
    /// besides its own: what keeping track of it takes.
    pub const KEPT: u32 = 256;

    /// What comes before the IDL in its section: its id, its own length, its name's, and the name.
    pub const IDL_HEADER: u32 = 1 + 5 + 5 + 10;

    /// The most bytes of the section that the IDL is in.
    #[must_use]
    pub const fn idl_section(&self) -> u32 {
        self.idl.saturating_add(Self::IDL_HEADER)
    }

    /// An upper bound of the largest piece of memory that a turn asks the runtime's allocator
    /// for, in bytes. The allocator gives powers of two, and 32 MiB at most: a chain whose limits
    /// make this larger cannot run every turn that they allow.
    ///
    /// It is the program's memory in the moment when it grows: the engine then asks for twice
    /// what it had, to move it less often.
    #[must_use]
    pub fn largest_allocation(&self) -> u64 {
        let grown = rounded(self.memory_bytes().saturating_mul(2));
        let code = rounded(u64::from(self.code));
        // Translated code of one function, and the stack, which are one piece each.
        let function = rounded(u64::from(self.function_body).saturating_mul(EXPANSION));
        let stack = rounded(u64::from(self.stack));
        let pieces = [code, function, stack];
        pieces.into_iter().fold(grown, u64::max)
    }

    /// An upper bound of the bytes of the runtime's heap that the turns and uploads of one block take
    /// at worst, if they read [`Modules::BUDGET`] bytes of code anew, and [`Modules::UNDONE`] for
    /// uploads that are undone. What calls the executor needs its own besides.
    ///
    /// The runtime's allocator gives powers of two, and what was freed only to pieces of the same
    /// size. So turns that come one after the other take the sum, over all sizes, of the most
    /// pieces of that size that one of them has:
    /// - the program's memory, in every size while it grows, the last with room to spare;
    /// - its stored pages as they were read, and its changed pages as they are handed back;
    /// - code, as read from storage, as decoded, and as uploaded;
    /// - modules, all of which are kept, and what translating an upload takes;
    /// - instance, value stack and call frames;
    /// - the message's payload and the reply's, each as read, decoded and copied;
    /// - effects, what was read of keyed state, their keys and lists, and texts that were logged.
    #[must_use]
    pub fn worst_heap(&self) -> u64 {
        let memory = self.memory_bytes();
        let grown = rounded(memory.saturating_mul(2)).saturating_mul(2);
        let pages = memory.saturating_mul(2);
        // Encoded, it has its length before it: that is the next size.
        let code = u64::from(self.code);
        let encoded = rounded(code.saturating_mul(2)).saturating_mul(3);
        let code = rounded(code).saturating_mul(2);
        let read_anew = u64::from(Modules::BUDGET).saturating_add(u64::from(Modules::UNDONE));
        let modules = read_anew.saturating_mul(EXPANSION);
        let functions = u64::from(self.functions).saturating_mul(128);
        let table = u64::from(self.table).saturating_mul(64);
        let globals = u64::from(self.globals).saturating_mul(64);
        let stack = rounded(u64::from(self.stack));
        // Doubled when it is full, like the memory.
        let frames = rounded(u64::from(self.call_depth).saturating_mul(64)).saturating_mul(4);
        let payloads = rounded(u64::from(self.payload)).saturating_mul(6);
        let kept = self.effect_bytes;
        let effects = of_every_size(kept, self.payload.max(self.event).max(self.state_value));
        let read = of_every_size(kept, self.state_value);
        let keys = of_every_size(kept, self.state_key).saturating_mul(2);
        let lists = u64::from(kept).saturating_mul(2);
        let texts = u64::from(self.debug_bytes).saturating_mul(10);
        [
            grown, pages, encoded, code, modules, functions, table, globals, stack, frames,
            payloads, effects, read, keys, lists, texts,
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }

    fn memory_bytes(&self) -> u64 {
        u64::from(self.memory).saturating_mul(u64::from(WASM_PAGE_SIZE))
    }
}

/// The bytes of a runtime's heap that the engine takes at most for each byte of code: 17.6 for empty
/// functions, 15.4 for empty loops, 13.7 for empty conditions.
const EXPANSION: u64 = 18;

/// What pieces take of `kept` bytes, of which each counts with [`Limits::KEPT`] more and has `longest`
/// at most: as many of each size as there can be.
fn of_every_size(kept: u32, longest: u32) -> u64 {
    let most = rounded(longest.into());
    let sizes = core::iter::successors(Some(8u64), |size| size.checked_mul(2));
    sizes
        .take_while(|size| *size < most)
        .fold(0u64, |sum, size| {
            let least = size.checked_div(2).unwrap_or(0).saturating_add(1);
            let each = least.saturating_add(Limits::KEPT.into());
            let pieces = u64::from(kept).checked_div(each).unwrap_or(0);
            sum.saturating_add(pieces.saturating_mul(size.saturating_add(8)))
        })
}

/// What the runtime's allocator takes for a piece of `bytes` bytes: a power of two, and 8 before
/// it.
fn rounded(bytes: u64) -> u64 {
    bytes
        .max(8)
        .checked_next_power_of_two()
        .unwrap_or(u64::MAX)
        .saturating_add(8)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            code: 512 * 1024,
            idl: 64 * 1024,
            memory: 64,
            payload: 64 * 1024,
            state_key: 128,
            state_value: 16 * 1024,
            salt: 64,
            event: 16 * 1024,
            panic_text: 1024,
            sends: 256,
            wait: 14_400,
            letter: 100,
            effect_bytes: 1024 * 1024,
            debug_bytes: 64 * 1024,
            call_depth: 1024,
            stack: 256 * 1024,
            functions: 8192,
            types: 1024,
            params: 32,
            results: 1,
            locals: 192,
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

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn the_defaults_fit_a_runtimes_heap() {
        let limits = Limits::default();
        // `sc-executor` gives 128 MiB, of which the rest of the runtime needs some.
        let heap = limits.worst_heap();
        assert!(heap < 112 * MIB && heap > 64 * MIB, "{heap}");
        assert_eq!(limits.largest_allocation(), 8 * MIB + 8);
    }

    #[test]
    fn an_effect_counts_at_least_as_what_it_is() {
        let largest = size_of::<crate::Effect>();
        assert!(largest <= Limits::KEPT as usize, "{largest}");
    }

    #[test]
    fn what_bounds_a_piece_is_the_largest_of_all() {
        let small = Limits {
            memory: 1,
            ..Limits::default()
        };
        assert_eq!(small.largest_allocation(), 2 * MIB + 8, "a function's code");
        let large = Limits {
            memory: 256,
            ..Limits::default()
        };
        assert_eq!(large.largest_allocation(), 32 * MIB + 8);
        let absurd = Limits {
            memory: u32::MAX,
            code: u32::MAX,
            ..Limits::default()
        };
        assert!(absurd.worst_heap() > u64::from(u32::MAX));
    }
}
