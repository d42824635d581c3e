//! Records as reads show them.

use actors_primitives::{Balance, CodeHash, Gas, MessageId};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::{build::Fields, Path, Type, TypeInfo};

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

/// Bytes that may be missing, as `wasm` and `idl` show them: encoded as a `Vec<u8>`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct OpaqueBytes(pub Vec<u8>);

/// Described under a name that clients know: of an `Option<Vec<u8>>` @polkadot/api hands out the
/// encoding, the option's tag and the length in front of the bytes.
impl TypeInfo for OpaqueBytes {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder()
            .path(Path::from_segments_unchecked(["sp_core", "OpaqueMetadata"]))
            .composite(Fields::unnamed().field(|field| field.ty::<Vec<u8>>().type_name("Vec<u8>")))
    }
}

/// Stored code, as `code` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct CodeDetails {
    /// How many accounts keep it: who uploaded it, and who has called `keepCode`.
    pub keepers: u32,
    /// What keeping it takes of an account now, in planck.
    pub deposit: Balance,
    /// How many programs use it, or are about to be upgraded to it.
    pub references: u32,
    /// The length of what runs, in bytes.
    pub bytes: u32,
    /// The length of the section that its IDL is in, in bytes: as many more were uploaded, and no
    /// turn pays for them.
    pub idl_bytes: u32,
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
    /// How many messages stand beside it that were booked and have come: deadlines, delayed messages, signals, and
    /// answers of programs that have ended. They are served in turns with it.
    pub booked: u64,
    /// What a place in it costs a call now that may burn as much as the longest turn, in gas. One that
    /// may burn less pays in proportion.
    pub place_price: Gas,
    /// Whether its service is paused.
    pub is_paused: bool,
    /// How many programs have exited, or been upgraded, of which something is still to be swept:
    /// storage to free, messages that wait to answer.
    pub unfreed_programs: u32,
    /// The clock: the blocks of service in which something was scheduled.
    pub clock: u64,
    /// How many deadlines, delayed messages and letters wait for their time.
    pub scheduled: u64,
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

/// A message that waits, as `waiting` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct WaitingInfo<AccountId> {
    /// Its id.
    pub message_id: MessageId,
    /// Who sent it.
    pub source: AccountId,
    /// The number of its next turn.
    pub turn: u32,
    /// Whether it has its reply already.
    pub has_replied: bool,
    /// For how many blocks of service it waits at most, this time.
    pub blocks: u32,
    /// How many of them have passed, before anything came that resumes it.
    pub waited: u32,
    /// How many are left until its deadline; none if something has come already.
    pub deadline: Option<u32>,
    /// How many turns of it are to be served.
    pub causes: u32,
    /// The length of its payload, in bytes.
    pub payload_bytes: u32,
}

/// A message in a user's mailbox, as `mailbox` shows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct LetterInfo<AccountId> {
    /// Its id, by which the user replies to it.
    pub message_id: MessageId,
    /// The program that sent it, and awaits the reply.
    pub program: AccountId,
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck: the user's with the reply or the claim.
    pub value: Balance,
    /// For how many more blocks of service it stands.
    pub expires: u32,
}
