//! What a node, a wallet or a tool can ask an Actors chain without changing it.
//!
//! Every answer is part of the chain's metadata: polkadot.js shows these calls under
//! *Developer → Runtime calls* with nothing installed. All of them are bounded like a block.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(
    clippy::too_many_arguments,
    reason = "a dry run takes what its call takes, and a runtime API has no way to name a struct's fields"
)]

extern crate alloc;

use actors_primitives::{Balance, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What a message or a creation would do if it were the next thing the chain did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRun<AccountId> {
    /// Gas that the whole cascade burns.
    pub gas_burned: Gas,
    /// The least `gas_limit` with which it goes the same way. For programs that ask how much gas
    /// is left it is an estimate.
    pub gas_needed: Gas,
    /// Deposit money that it uses, in planck.
    pub deposit_used: Balance,
    /// The id the message would have.
    pub message_id: MessageId,
    /// The program it goes to, or the one it creates.
    pub program: AccountId,
    /// The reply, if the message ends within the dry run.
    pub reply: Option<DryRunReply>,
    /// Whether the whole cascade ended within the weight of one block, which bounds a dry run.
    pub is_complete: bool,
    /// Every message that was served, in order: the first one, what it sent, their replies.
    pub turns: Vec<DryRunTurn<AccountId>>,
    /// Messages to users other than the reply, in order.
    pub user_messages: Vec<DryRunMessage<AccountId>>,
    /// Program events, in order.
    pub events: Vec<DryRunEvent<AccountId>>,
    /// Texts that programs logged with `debug`, in order.
    pub debug: Vec<String>,
}

/// The reply that a dry run ends with.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunReply {
    /// How the message ended.
    pub code: ReplyCode,
    /// What the reply says; for a failure, why.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: Balance,
}

/// One message served in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunTurn<AccountId> {
    /// The message's id.
    pub message_id: MessageId,
    /// The program that it went to.
    pub program: AccountId,
    /// How it ended.
    pub code: ReplyCode,
    /// Gas that its turn burned.
    pub gas_burned: Gas,
}

/// What `upload_code` would do.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunUpload {
    /// The name that the code would have.
    pub code_hash: CodeHash,
    /// What would be held on the uploader's account, in planck.
    pub deposit: Balance,
}

/// A message to a user in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunMessage<AccountId> {
    /// The program that sends it.
    pub source: AccountId,
    /// The user it goes to.
    pub destination: AccountId,
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: Balance,
}

/// A program event in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunEvent<AccountId> {
    /// The program that deposits it.
    pub program: AccountId,
    /// What it says.
    pub data: Vec<u8>,
}

/// Why a read or a dry run has no answer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ReadError {
    /// There is no program at that address.
    NotAProgram,
    /// The program has exited.
    Exited,
    /// The program has not finished its `init`.
    NotInitialised,
    /// The program exports no `state`.
    NoStateEntry,
    /// The chain would refuse the call itself; the text is the name of the pallet's error.
    Refused(String),
    /// The code is not valid: what is wrong, in which function and where, and how to mend it.
    Invalid(String),
    /// `state` failed: how, and the panic's text.
    Failed {
        /// How it failed.
        code: ReplyCode,
        /// The panic's text, else empty.
        text: String,
    },
}

/// Where a program is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ProgramStatus {
    /// Its `init` has not finished.
    Initialising,
    /// It handles messages.
    Active,
}

/// A program, as `program` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ProgramInfo<AccountId> {
    /// The code it runs.
    pub code_hash: CodeHash,
    /// Who may upgrade it; with none it is immutable.
    pub admin: Option<AccountId>,
    /// How often it has been upgraded.
    pub epoch: u32,
    /// Who created it.
    pub creator: AccountId,
    /// Where it is in its life.
    pub status: ProgramStatus,
    /// The size of its memory, in Wasm pages of 64 KiB.
    pub wasm_pages: u32,
    /// How many pages of 16 KiB are stored for it.
    pub stored_pages: u32,
    /// Bytes of keyed state, keys included.
    pub state_bytes: u64,
    /// What is held on its account for what it stores, in planck.
    pub deposit: Balance,
}

/// Stored code, as `code` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CodeDetails<AccountId> {
    /// Who uploaded it and gets its deposit back.
    pub uploader: AccountId,
    /// What is held on the uploader's account for it, in planck.
    pub deposit: Balance,
    /// How many programs use it, or are about to be upgraded to it.
    pub references: u32,
    /// Its length, in bytes.
    pub bytes: u32,
    /// The size of its memory at the start, in Wasm pages of 64 KiB.
    pub wasm_pages: u32,
    /// The entries it exports, by name.
    pub exports: Vec<String>,
}

/// The queue, as `queue` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct QueueInfo<AccountId> {
    /// How many messages stand in it.
    pub queued: u64,
    /// What a place in it costs a call now, in gas.
    pub place_price: Gas,
    /// Whether its service is paused.
    pub is_paused: bool,
    /// How many programs have exited, or been upgraded, of which something is still to be swept:
    /// storage to free, messages that wait to answer.
    pub unfreed_programs: u32,
    /// The messages that are served next, at most 64.
    pub messages: Vec<QueuedMessage<AccountId>>,
}

/// A message in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct QueuedMessage<AccountId> {
    /// Its id.
    pub id: MessageId,
    /// Who sent it.
    pub source: AccountId,
    /// The program it goes to.
    pub destination: AccountId,
    /// The entry that it runs.
    pub entry: String,
    /// The length of its payload, in bytes.
    pub payload_bytes: u32,
    /// What it carries, in planck.
    pub value: Balance,
}

sp_api::decl_runtime_apis! {
    /// Reads of the Actors pallet.
    pub trait ActorsApi<AccountId> where AccountId: codec::Codec {
        /// What `send_message` with these arguments would do as the next thing on chain, its
        /// whole cascade included. Where `gas_limit` or `deposit_limit` is missing, the source's
        /// spendable balance is shared between gas, at most four of the longest turns, and
        /// deposits.
        fn dry_run_message(
            source: AccountId,
            destination: AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError>;

        /// What `create_program` with these arguments would do, likewise.
        fn dry_run_creation(
            creator: AccountId,
            code_hash: CodeHash,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError>;

        /// What `upload_program` with these arguments would do, likewise; an error says what is
        /// wrong with the code, in which function and where.
        fn dry_run_upload_program(
            creator: AccountId,
            code: Vec<u8>,
            salt: Vec<u8>,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError>;

        /// What `upload_code` would do: the code's name and deposit, or why it is refused.
        fn dry_run_upload(uploader: AccountId, code: Vec<u8>) -> Result<DryRunUpload, ReadError>;

        /// Runs the program's `state` entry with `payload` and returns its result.
        fn read_state(program: AccountId, payload: Vec<u8>) -> Result<Vec<u8>, ReadError>;

        /// The value of one key of a program's keyed state, if it has that key.
        fn state_entry(
            program: AccountId,
            key: Vec<u8>,
        ) -> Result<Option<Vec<u8>>, ReadError>;

        /// A program's record.
        fn program(program: AccountId) -> Option<ProgramInfo<AccountId>>;

        /// Who inherits from the program that stood at that address and has exited.
        fn inheritor(program: AccountId) -> Option<AccountId>;

        /// What is known of stored code.
        fn code(code_hash: CodeHash) -> Option<CodeDetails<AccountId>>;

        /// Judges code as `upload_code` does; an error says what is wrong, in which function and
        /// where, and how to mend it.
        fn check_code(code: Vec<u8>) -> Result<(), String>;

        /// The bytes of stored code.
        fn wasm(code_hash: CodeHash) -> Option<Vec<u8>>;

        /// The queue: how long it is, what a place in it costs, and what is served next.
        fn queue() -> QueueInfo<AccountId>;

        /// Whether the next block has something to serve. A node that makes blocks on demand
        /// makes one while it has.
        fn has_work() -> bool;

        /// Whether something waits for time to pass: a deadline, a delayed message, a letter. A
        /// node that makes blocks on demand lets time pass while it does.
        fn has_schedule() -> bool;
    }
}
