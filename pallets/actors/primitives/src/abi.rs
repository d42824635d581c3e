//! The program ABI, version 1, as data.
//!
//! [`for_each_import!`](crate::for_each_import) is the one place where an import of a program is
//! written down. The linker of the executor, the validator and the raw bindings of the SDK are
//! generated from it, so that they cannot disagree.

/// The module that every import comes from.
pub const MODULE: &str = "actors_v1";

/// The name of the one memory that a program exports.
pub const MEMORY: &str = "memory";

/// The custom section that describes a program's interface. The chain keeps it beside the code and
/// does not read it; it is the last section of a module.
pub const IDL: &str = "actors:idl";

/// Optional immutable `i32` globals that bound the part of memory which is not kept.
pub const STACK_LOW: &str = "__stack_low";
/// See [`STACK_LOW`].
pub const STACK_HIGH: &str = "__stack_high";

/// The type of a parameter or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValType {
    /// `i32`: a number, or an offset into the exported memory.
    I32,
    /// `i64`: gas, a block number, or milliseconds.
    I64,
}

/// A Rust type that stands for a Wasm value in the table.
pub trait Value {
    /// The Wasm type it has.
    const TYPE: ValType;
}
impl Value for i32 {
    const TYPE: ValType = ValType::I32;
}
impl Value for u32 {
    const TYPE: ValType = ValType::I32;
}
impl Value for *const u8 {
    const TYPE: ValType = ValType::I32;
}
impl Value for *mut u8 {
    const TYPE: ValType = ValType::I32;
}
impl Value for i64 {
    const TYPE: ValType = ValType::I64;
}

/// The error numbers that calls return instead of a length.
pub mod error {
    /// Nothing is stored there, or no such message waits.
    pub const NOT_FOUND: i32 = -1;
    /// An offset or length lies outside of what is read, or a number means nothing.
    pub const OUT_OF_RANGE: i32 = -2;
    /// A payload, key, value, event, period or the number of sends exceeds the chain's limit.
    pub const OVER_LIMIT: i32 = -3;
    /// The program's free balance does not cover the value.
    pub const NOT_ENOUGH_VALUE: i32 = -4;
    /// The turn's gas does not cover the gas to send along or to set aside.
    pub const NOT_ENOUGH_GAS: i32 = -5;
    /// Not allowed in this entry, or in the state the message is in.
    pub const NOT_ALLOWED: i32 = -6;
    /// It exists already.
    pub const ALREADY_EXISTS: i32 = -7;
    /// There is no such code.
    pub const NO_SUCH_CODE: i32 = -8;
    /// The message has its one reply already.
    pub const ALREADY_REPLIED: i32 = -9;
    /// The message's deposit money does not cover what is to go along.
    pub const NOT_ENOUGH_DEPOSIT: i32 = -10;
    /// The purse that pays is closed: its payer has closed it, or its time is over. Nothing can be
    /// sent to programs, awaited, delayed, created or waited for any more; messages to users can be
    /// sent.
    pub const PURSE_CLOSED: i32 = -11;
}

/// The amount of deposit money that means all that the message has left when the turn
/// commits, after what the program itself has grown by.
pub const REST_OF_DEPOSIT: crate::Balance = crate::Balance::MAX;

/// The bits of the `flags` that `send` and `create_program` take. Any other is
/// [`error::NOT_ALLOWED`].
pub mod flag {
    /// The reply resumes the current message, if that waits then.
    pub const AWAIT: u32 = 1;
    /// How many bits below the number that says for how many blocks a letter stands: what `send`
    /// with [`AWAIT`] is to a user. 0 leaves it to the chain.
    pub const LETTER_SHIFT: u32 = 8;
}

/// An entry of a program: an exported function `() -> ()` that the chain calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(
    feature = "types",
    derive(
        codec::Encode,
        codec::Decode,
        codec::MaxEncodedLen,
        scale_info::TypeInfo
    )
)]
pub enum Entry {
    /// Runs once, with the message that creates the program.
    Init,
    /// Runs for every later message.
    Handle,
    /// Runs for a reply for which no message waits.
    HandleReply,
    /// Runs when a later turn of a message failed, to clean up.
    HandleSignal,
    /// Reads; changes nothing.
    State,
    /// Runs in the new code when a program is upgraded.
    Migrate,
    /// Static constructors; runs before `init` or `migrate`.
    Initialize,
}

impl Entry {
    /// Every entry.
    pub const ALL: [Self; 7] = [
        Self::Init,
        Self::Handle,
        Self::HandleReply,
        Self::HandleSignal,
        Self::State,
        Self::Migrate,
        Self::Initialize,
    ];

    /// The name of the exported function.
    #[must_use]
    pub const fn export(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Handle => "handle",
            Self::HandleReply => "handle_reply",
            Self::HandleSignal => "handle_signal",
            Self::State => "state",
            Self::Migrate => "migrate",
            Self::Initialize => "_initialize",
        }
    }

    /// The entry with that export name.
    #[must_use]
    pub fn from_export(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.export() == name)
    }

    const fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "types",
    derive(
        codec::Encode,
        codec::Decode,
        codec::MaxEncodedLen,
        scale_info::TypeInfo
    )
)]
pub struct Entries(u8);

impl Entries {
    /// No entry.
    pub const NONE: Self = Self(0);
    /// `init`, `handle`, `handle_reply`, `handle_signal`, `migrate`: where a program acts.
    pub const TURNS: Self = Self::NONE
        .with(Entry::Init)
        .with(Entry::Handle)
        .with(Entry::HandleReply)
        .with(Entry::HandleSignal)
        .with(Entry::Migrate);
    /// [`Self::TURNS`] and `state`: where a program reads.
    pub const READERS: Self = Self::TURNS.with(Entry::State);
    /// [`Self::READERS`] and `_initialize`.
    pub const ALL: Self = Self::READERS.with(Entry::Initialize);
    /// Where the current message can be answered; in `state` the reply is the result.
    pub const REPLIERS: Self = Self::NONE
        .with(Entry::Init)
        .with(Entry::Handle)
        .with(Entry::State);
    /// Where the current message can wait.
    pub const WAITERS: Self = Self::NONE.with(Entry::Init).with(Entry::Handle);
    /// Where a message can be woken: not while upgrading, which makes all that wait void.
    pub const WAKERS: Self = Self::WAITERS
        .with(Entry::HandleReply)
        .with(Entry::HandleSignal);
    /// Where a program can ask what waits: where it can wake that, and in `state`.
    pub const WATCHERS: Self = Self::WAKERS.with(Entry::State);
    /// Where a program can end itself.
    pub const EXITERS: Self = Self::WAITERS.with(Entry::Migrate);
    /// Where a reply may be the cause of the turn.
    pub const REPLIED: Self = Self::WAITERS.with(Entry::HandleReply);
    /// `handle_signal` alone.
    pub const SIGNALLED: Self = Self::NONE.with(Entry::HandleSignal);

    /// This set and `entry`.
    #[must_use]
    pub const fn with(self, entry: Entry) -> Self {
        Self(self.0 | entry.bit())
    }

    /// Whether `entry` is in the set.
    #[must_use]
    pub const fn contains(self, entry: Entry) -> bool {
        self.0 & entry.bit() != 0
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Import {
    /// The import's name in [`MODULE`].
    pub name: &'static str,
    /// Names and types of the parameters.
    pub params: &'static [(&'static str, ValType)],
    /// The type of the result.
    pub result: Option<ValType>,
    /// The entries that may call it. A call from another returns [`error::NOT_ALLOWED`] where
    /// it has an `i32` to return, and fails the turn with syscall misuse where it has not.
    pub entries: Entries,
    /// What it does.
    pub doc: &'static str,
}

impl Import {
    /// The row with that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        IMPORTS.iter().find(|import| import.name == name)
    }
}

/// Hands every import of the ABI to the macro named: rows of the form
///
/// ```text
/// #[doc = "…"] ENTRIES fn name(param: type, …) -> type;
/// ```
///
/// where `ENTRIES` names a constant of [`Entries`](crate::abi::Entries).
#[macro_export]
macro_rules! for_each_import {
    ($with:path) => {
        $with! {
            /// Writes the id of the current message.
            READERS fn message_id(out32: *mut u8);
            /// Writes the sender of the current message.
            READERS fn message_source(out32: *mut u8);
            /// Writes the value that came with the current message.
            READERS fn message_value(out16: *mut u8);
            /// The length of the current message's payload, in bytes.
            READERS fn message_size() -> i32;
            /// Copies `len` bytes of the payload, from `offset`; returns `len`.
            READERS fn message_read(offset: u32, len: u32, out: *mut u8) -> i32;
            /// Why this turn runs: 0 fresh, 1 a reply arrived, 2 woken, 3 a deadline passed.
            READERS fn turn_cause() -> i32;
            /// Writes the id of the message that the reply answers.
            REPLIED fn reply_to(out32: *mut u8);
            /// How the message that the reply answers ended, as a number.
            REPLIED fn reply_code() -> i32;
            /// The length of the reply's payload, in bytes.
            REPLIED fn reply_size() -> i32;
            /// Copies `len` bytes of the reply's payload, from `offset`; returns `len`.
            REPLIED fn reply_read(offset: u32, len: u32, out: *mut u8) -> i32;
            /// Writes the value that came with the reply.
            REPLIED fn reply_value(out16: *mut u8);
            /// Writes the id of the message that failed.
            SIGNALLED fn signal_message(out32: *mut u8);
            /// How that message failed.
            SIGNALLED fn signal_code() -> i32;
            /// Writes the program's own id.
            READERS fn program_id(out32: *mut u8);
            /// Writes the program's own free balance.
            READERS fn balance(out16: *mut u8);
            /// The height of the block.
            READERS fn block_number() -> i64;
            /// The time of the block, in milliseconds since 1970.
            READERS fn block_timestamp() -> i64;
            /// The gas that this turn may still burn.
            READERS fn gas_left() -> i64;
            /// Writes the chain's randomness mixed with `subject`; returns the block since which
            /// it was knowable.
            READERS fn random(subject: *const u8, len: u32, out32: *mut u8) -> i64;
            /// Sends a message when the turn commits and writes its id. `gas` -1 shares the gas
            /// of the current message, any other amount is split off it. It is delivered after
            /// `delay` blocks. With flag 1 the reply resumes the current message. `deposit16` is the
            /// deposit money that goes along: none at offset 0, and the amount 2^128 - 1 is all that
            /// is left when the turn commits.
            TURNS fn send(
                dest32: *const u8, payload: *const u8, len: u32, value16: *const u8,
                deposit16: *const u8, gas: i64, delay: u32, flags: u32, out_id32: *mut u8
            ) -> i32;
            /// Creates a program from stored code when the turn commits, and writes its id and
            /// that of its first message, which runs `init`. It counts as a send, and `deposit16`,
            /// `gas` and flag 1 are as in `send`.
            TURNS fn create_program(
                code_hash32: *const u8, salt: *const u8, salt_len: u32, payload: *const u8,
                len: u32, value16: *const u8, deposit16: *const u8, gas: i64, flags: u32,
                out_program32: *mut u8, out_message32: *mut u8
            ) -> i32;
            /// Gives the one reply to the current message.
            REPLIERS fn reply(payload: *const u8, len: u32, value16: *const u8) -> i32;
            /// Marks the message as waiting, for at most `blocks`: from when the entry returns.
            WAITERS fn wait(blocks: u32) -> i32;
            /// Writes the deposit money that the message may still use or send along.
            READERS fn deposit_left(out16: *mut u8);
            /// Writes the deposits for one stored item, which a page or a key of state is, and for one
            /// stored byte.
            READERS fn deposit_prices(out32: *mut u8);
            /// Resumes another waiting message of this program.
            WAKERS fn wake(message_id32: *const u8) -> i32;
            /// Whether another message of this program waits, or is still to be signalled: 1 if so, 0 if not.
            WATCHERS fn waits(message_id32: *const u8) -> i32;
            /// Ends the run at once and the program with it; its balance and deposits go to the
            /// inheritor.
            EXITERS fn exit(inheritor32: *const u8);
            /// Fails the turn with a text that reaches the sender.
            ALL fn panic(text: *const u8, len: u32);
            /// Fails the turn with bytes that reach the sender as they are.
            READERS fn revert(payload: *const u8, len: u32);
            /// Deposits a program event.
            TURNS fn emit(data: *const u8, len: u32) -> i32;
            /// Logs a text in tests, dry runs and traces; nothing on chain.
            ALL fn debug(text: *const u8, len: u32);
            /// Reads keyed state: returns the length of the stored value, of which at most `cap`
            /// bytes are copied.
            READERS fn state_get(
                key: *const u8, key_len: u32, out: *mut u8, cap: u32
            ) -> i32;
            /// Writes keyed state.
            TURNS fn state_set(
                key: *const u8, key_len: u32, value: *const u8, len: u32
            ) -> i32;
            /// Removes keyed state.
            TURNS fn state_remove(key: *const u8, key_len: u32) -> i32;
            /// Hashes with BLAKE2b-256.
            READERS fn blake2_256(data: *const u8, len: u32, out32: *mut u8);
            /// Hashes with Keccak-256.
            READERS fn keccak_256(data: *const u8, len: u32, out32: *mut u8);
            /// Hashes with SHA2-256.
            READERS fn sha2_256(data: *const u8, len: u32, out32: *mut u8);
            /// Verifies an sr25519 signature: 1 valid, 0 not.
            READERS fn sr25519_verify(
                sig64: *const u8, msg: *const u8, len: u32, public32: *const u8
            ) -> i32;
            /// Verifies an ed25519 signature: 1 valid, 0 not.
            READERS fn ed25519_verify(
                sig64: *const u8, msg: *const u8, len: u32, public32: *const u8
            ) -> i32;
            /// Recovers the compressed secp256k1 key that signed a hash: 0, or -1 if none did.
            READERS fn ecdsa_recover(
                sig65: *const u8, hash32: *const u8, out33: *mut u8
            ) -> i32;
        }
    };
}

macro_rules! result_type {
    () => {
        None
    };
    ($result:ty) => {
        Some(<$result as Value>::TYPE)
    };
}

macro_rules! table {
    ($(
        $(#[doc = $doc:literal])+
        $entries:ident fn $name:ident($($param:ident: $type:ty),* $(,)?)
        $(-> $result:ty)?;
    )+) => {
        /// Every import of the ABI, in the order of the reference page.
        pub const IMPORTS: &[Import] = &[$(
            Import {
                name: stringify!($name),
                params: &[$((stringify!($param), <$type as Value>::TYPE)),*],
                result: result_type!($($result)?),
                entries: Entries::$entries,
                doc: concat!($($doc),+),
            }
        ),+];
    };
}

for_each_import!(table);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for (index, import) in IMPORTS.iter().enumerate() {
            let found = Import::find(import.name).expect("every row is found by its name");
            assert!(
                core::ptr::eq(found, &IMPORTS[index]),
                "{} stands twice",
                import.name
            );
            assert!(!import.doc.is_empty());
        }
    }

    #[test]
    fn wide_values_are_only_gas_and_blocks() {
        let send = Import::find("send").expect("send is in the table");
        assert_eq!(send.params.len(), 9);
        assert_eq!(send.params[5], ("gas", ValType::I64));
        assert_eq!(send.result, Some(ValType::I32));
        assert_eq!(
            Import::find("gas_left").expect("is there").result,
            Some(ValType::I64)
        );
    }

    #[test]
    fn entries_map_to_exports_and_back() {
        for entry in Entry::ALL {
            assert_eq!(Entry::from_export(entry.export()), Some(entry));
            assert!(Entries::ALL.contains(entry));
        }
        assert!(!Entries::WAITERS.contains(Entry::State));
        assert_eq!(Entry::from_export("main"), None);
    }
}
