//! What a node, a wallet or a tool can ask an Actors chain without changing it.
//!
//! Every answer is part of the chain's metadata: polkadot.js shows these calls under
//! *Developer → Runtime calls* with nothing installed. All of them are bounded like a block, and
//! traces like four.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(
    clippy::too_many_arguments,
    reason = "a dry run takes what its call takes, and a runtime API has no way to name a struct's fields"
)]

extern crate alloc;

mod dry_run;
mod reads;
mod text;
mod trace;
mod tree;

use actors_primitives::{Balance, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

pub use dry_run::{
    DryRun, DryRunEvent, DryRunMessage, DryRunReply, DryRunTurn, DryRunUpload, DryRunWait,
};
pub use reads::{
    CodeDetails, LetterInfo, OpaqueBytes, ProgramInfo, ProgramStatus, QueueInfo, QueuedMessage,
    WaitingInfo,
};
pub use trace::{Trace, TraceCause, TraceEffect, TraceEnd, TraceTurn};

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
    /// `state` failed: how, and what it had to say.
    Failed {
        /// How it failed.
        code: ReplyCode,
        /// The panic's text, else empty.
        text: String,
        /// What it reverted with, else empty.
        payload: Vec<u8>,
    },
    /// No message of that id stands in the queue, waits, or is delayed: it has ended, or there
    /// was none. Nor is one found behind the first 16,384 that stand in the queue, or wait.
    NoSuchMessage,
}

sp_api::decl_runtime_apis! {
    /// Reads of the Actors pallet.
    pub trait ActorsApi<AccountId> where AccountId: codec::Codec {
        /// What `send_message` with these arguments would do as the next thing on chain, its
        /// whole cascade included. Where `gas_limit` or `deposit_limit` is missing, the source's
        /// spendable balance is shared between gas, at most four of the longest turns with what their
        /// places cost now, and deposits. Where both are, the source is lent what it has too little, and `missing`
        /// says how much of that it lacks for the call.
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

        /// What `upgrade_program` with these arguments would do, likewise.
        fn dry_run_upgrade(
            admin: AccountId,
            program: AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError>;

        /// What `upload_code`, unless the same code is stored already, and then `upgrade_program`
        /// would do, likewise.
        fn dry_run_upgrade_code(
            admin: AccountId,
            program: AccountId,
            code: Vec<u8>,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
        ) -> Result<DryRun<AccountId>, ReadError>;

        /// What `upload_code` would do: the code's name and deposit, or why it is refused.
        fn dry_run_upload(uploader: AccountId, code: Vec<u8>) -> Result<DryRunUpload, ReadError>;

        /// Everything that `send_message` with these arguments would cause, as in a dry run, turn
        /// by turn; and then lets at most `blocks` blocks of service pass, as long as it is not
        /// over, so that deadlines, delays and letters come due.
        fn trace_message(
            source: AccountId,
            destination: AccountId,
            payload: Vec<u8>,
            value: Balance,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError>;

        /// Everything that `upgrade_program` with these arguments would cause, likewise.
        fn trace_upgrade(
            admin: AccountId,
            program: AccountId,
            code_hash: CodeHash,
            payload: Vec<u8>,
            gas_limit: Option<Gas>,
            deposit_limit: Option<Balance>,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError>;

        /// Everything that becomes of a message that stands in the queue, waits, or is delayed: the
        /// queue is served from here as the next block would, and at most `blocks` further ones.
        /// Ask the state of the block before to be told what a block did.
        fn trace_queued(
            message_id: MessageId,
            blocks: u32,
        ) -> Result<Trace<AccountId>, ReadError>;

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
        fn code(code_hash: CodeHash) -> Option<CodeDetails>;

        /// Judges code as `upload_code` does; an error says what is wrong, in which function and
        /// where, and how to mend it.
        fn check_code(code: Vec<u8>) -> Result<(), String>;

        /// The bytes of stored code, as they were uploaded.
        fn wasm(code_hash: CodeHash) -> Option<OpaqueBytes>;

        /// The IDL that code was uploaded with: what its section `actors:idl` says. The chain has
        /// not judged it.
        fn idl(code_hash: CodeHash) -> Option<OpaqueBytes>;

        /// The queue: how long it is, what a place in it costs, and what is served next.
        fn queue() -> QueueInfo<AccountId>;

        /// The messages that wait in a program, at most 64, in the order of their ids: of those whose
        /// ids follow `start`, if that is given. It need not wait itself: to have all of them, ask again
        /// with the last id until fewer than 64 come.
        fn waiting(program: AccountId, start: Option<MessageId>) -> Vec<WaitingInfo<AccountId>>;

        /// The messages that stand in a user's mailbox, at most 64, likewise.
        fn mailbox(user: AccountId, start: Option<MessageId>) -> Vec<LetterInfo<AccountId>>;

        /// Whether the next block has something to serve. A node that makes blocks on demand
        /// makes one while it has.
        fn has_work() -> bool;

        /// Whether something waits for time to pass: a deadline, a delayed message, a letter. A
        /// node that makes blocks on demand lets time pass while it does.
        fn has_schedule() -> bool;
    }
}
