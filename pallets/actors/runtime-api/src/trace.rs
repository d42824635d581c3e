//! Traces: every turn that a message causes, and what each did.
//!
//! A trace is flat, since metadata describes no type that contains itself to every tool: each turn
//! names the message that it belongs under, and [`Trace::tree`] tells it as a tree.

use actors_primitives::{Balance, Charge, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Everything that a message causes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Trace<AccountId> {
    /// The message.
    pub message_id: MessageId,
    /// Its turns and those that it caused, in the order in which they ran.
    pub turns: Vec<TraceTurn<AccountId>>,
    /// Whether it is all over: nothing of it is queued, waits, is delayed, or stands in a mailbox.
    pub is_complete: bool,
    /// How many further turns ran that are not told: a trace tells 1,000 turns, and 1 MiB.
    pub omitted: u32,
    /// How many blocks of service have passed since the first.
    pub blocks: u32,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct TraceTurn<AccountId> {
    /// The block that it ran in; 0 is the first.
    pub block: u32,
    /// The message whose turn it is.
    pub message_id: MessageId,
    /// The number of the turn among those of its message.
    pub number: u32,
    /// The message in whose turn its message was sent, as far as the trace knows; for
    /// `handle_reply` and `handle_signal` the message that it tells of.
    pub parent: Option<MessageId>,
    /// Who sent the message.
    pub source: AccountId,
    /// The program that ran.
    pub program: AccountId,
    /// The entry that ran.
    pub entry: String,
    /// Why it ran.
    pub cause: TraceCause,
    /// What the message says.
    pub payload: Vec<u8>,
    /// What the message carries, in planck.
    pub value: Balance,
    /// The most gas that it could burn.
    pub gas_limit: Gas,
    /// Gas that it burned.
    pub gas_burned: Gas,
    /// What it burned gas for, in gas: together `gas_burned`, without zeros. A turn that ran out of
    /// gas has burned the rest of its limit for what it could not pay.
    pub spent: Vec<(Charge, Gas)>,
    /// How it ended.
    pub end: TraceEnd,
    /// What it did, in order; nothing if it failed.
    pub effects: Vec<TraceEffect<AccountId>>,
    /// Texts that it logged with `debug`, in order.
    pub debug: Vec<String>,
}

/// Why a turn ran.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TraceCause {
    /// It is the first of its message.
    Fresh,
    /// A reply arrived.
    Reply {
        /// The message that it answers.
        to: MessageId,
        /// How that ended.
        code: ReplyCode,
        /// What the reply carries, in planck.
        value: Balance,
        /// What it says.
        payload: Vec<u8>,
    },
    /// Another message of the program woke it.
    Woken,
    /// Its deadline passed.
    Deadline,
    /// A message failed that had begun.
    Signal {
        /// The message.
        of: MessageId,
        /// How it failed.
        code: ReplyCode,
    },
    /// The program that it waited in has exited or been upgraded: nothing ran, and the message
    /// ended. Payload, value and gas are not told.
    Swept,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TraceEnd {
    /// Its message has ended with it.
    Ended {
        /// How.
        code: ReplyCode,
        /// The panic's text, else empty.
        text: String,
        /// What it reverted with, else empty.
        payload: Vec<u8>,
    },
    /// Its message waits.
    Waits {
        /// For how many blocks of service at most.
        blocks: u32,
    },
}

/// Something that a turn did.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum TraceEffect<AccountId> {
    /// It sent a message.
    Sent {
        /// Its id.
        message_id: MessageId,
        /// Whom it goes to.
        destination: AccountId,
        /// What it says.
        payload: Vec<u8>,
        /// What it carries, in planck.
        value: Balance,
        /// Deposit money asked to go along, in planck: the most of what is left that does.
        deposit: Balance,
        /// Gas split off for it; none shares the gas of the message it is sent in.
        gas: Option<Gas>,
        /// After how many blocks of service it is delivered; 0 is at once.
        delay: u32,
        /// Whether its reply resumes the message that it is sent in, if that waits then.
        is_awaited: bool,
        /// For how many blocks of service it stands in the user's mailbox, if it does.
        letter: Option<u32>,
    },
    /// It created a program.
    Created {
        /// The message that runs `init`.
        message_id: MessageId,
        /// The program.
        program: AccountId,
        /// The code it is made from.
        code_hash: CodeHash,
        /// What the message says.
        payload: Vec<u8>,
        /// What the message carries, in planck.
        value: Balance,
        /// Deposit money asked to go along, in planck: the most of what is left that does.
        deposit: Balance,
        /// Gas split off for it; none shares the gas of the message it is sent in.
        gas: Option<Gas>,
        /// Whether its reply resumes the message that it is sent in, if that waits then.
        is_awaited: bool,
    },
    /// It resumed another message of the program.
    Woke {
        /// That message.
        message_id: MessageId,
    },
    /// It deposited an event.
    Emitted {
        /// What the event says.
        data: Vec<u8>,
    },
    /// It gave the reply to its message.
    Replied {
        /// What the reply says.
        payload: Vec<u8>,
        /// What it carries, in planck.
        value: Balance,
    },
    /// Its message waits.
    Waits {
        /// For how many blocks of service at most.
        blocks: u32,
    },
    /// It ended its program.
    Exited {
        /// Whom the program named as inheritor.
        inheritor: AccountId,
    },
    /// It changed what the program stores.
    Stored {
        /// Pages of memory that it wrote.
        pages: u32,
        /// Pages of memory that it freed.
        freed_pages: u32,
        /// Keys that it wrote or removed.
        state_keys: u32,
    },
}
