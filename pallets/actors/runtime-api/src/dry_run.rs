//! Dry runs: what a call would do, and what it needs.

use actors_primitives::{Balance, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What a message, a creation or an upgrade would do if it were the next thing the chain did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRun<AccountId> {
    /// Gas that the whole cascade burns.
    pub gas_burned: Gas,
    /// The least `gas_limit` with which it goes the same way. For programs that ask how much gas
    /// is left it is an estimate.
    pub gas_needed: Gas,
    /// Deposit money that it uses, in planck.
    pub deposit_used: Balance,
    /// What the payer lacks for the call, in planck: its value and what else it takes at once,
    /// the gas that it needs and the deposit money that it uses, less what the payer can spend.
    /// 0 where that is enough. More than 0 only in a dry run that was told neither a gas limit nor
    /// a deposit limit, which lends it.
    pub missing: Balance,
    /// The id the message would have.
    pub message_id: MessageId,
    /// The program it goes to, or the one it creates.
    pub program: AccountId,
    /// The reply, if the message has one within the dry run.
    pub reply: Option<DryRunReply>,
    /// Whether the whole cascade ended within the dry run: within the weight of one block, which
    /// bounds it, and without time passing. Nothing waits, is delayed, or stands in a mailbox.
    pub is_complete: bool,
    /// The messages that wait at its end; a trace says what becomes of them.
    pub waiting: Vec<DryRunWait<AccountId>>,
    /// Every turn, in order: that of the first message, of what it sent, of their replies.
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

/// A message that waits at the end of a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunWait<AccountId> {
    /// Its id.
    pub message_id: MessageId,
    /// The program that it waits in.
    pub program: AccountId,
    /// For how many blocks of service at most.
    pub blocks: u32,
}

/// One turn in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunTurn<AccountId> {
    /// The message's id.
    pub message_id: MessageId,
    /// The program that it went to.
    pub program: AccountId,
    /// How it ended; none if it waits.
    pub code: Option<ReplyCode>,
    /// Gas that the turn burned.
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
    /// For how many blocks of service it stands in the user's mailbox, if it does.
    pub expires: Option<u32>,
}

/// A program event in a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DryRunEvent<AccountId> {
    /// The program that deposits it.
    pub program: AccountId,
    /// What it says.
    pub data: Vec<u8>,
}
