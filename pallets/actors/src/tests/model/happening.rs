//! What happens on the chain, as its events tell: foretold by the model, and seen.

use actors_primitives::{CodeHash, Gas, MessageId, ReplyCode};
use alloc::vec::Vec;

use crate::mock::AccountId;

/// How a letter left its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Replied,
    Claimed,
    Expired,
}

/// Something that an event tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    Created {
        program: AccountId,
        code: CodeHash,
        creator: AccountId,
        message: MessageId,
    },
    Initialised {
        program: AccountId,
    },
    Removed {
        program: AccountId,
        code: ReplyCode,
    },
    Exited {
        program: AccountId,
        inheritor: AccountId,
        value: u128,
    },
    Upgraded {
        program: AccountId,
        code: CodeHash,
        epoch: u32,
    },
    AdminSet {
        program: AccountId,
        admin: Option<AccountId>,
    },
    Paused,
    Resumed,
    Queued {
        message: MessageId,
        source: AccountId,
        destination: AccountId,
        value: u128,
    },
    Delayed {
        message: MessageId,
        source: AccountId,
        destination: AccountId,
        value: u128,
        blocks: u32,
    },
    Waiting {
        message: MessageId,
        program: AccountId,
        blocks: u32,
        burned: Gas,
    },
    Processed {
        message: MessageId,
        destination: AccountId,
        code: ReplyCode,
        burned: Gas,
    },
    Emitted {
        program: AccountId,
        message: MessageId,
        data: Vec<u8>,
    },
    /// A user was written to.
    Told {
        message: MessageId,
        source: AccountId,
        user: AccountId,
        payload: Vec<u8>,
        value: u128,
        reply: Option<(MessageId, ReplyCode)>,
        expires: Option<u32>,
    },
    LetterClosed {
        user: AccountId,
        message: MessageId,
        how: Closed,
        value: u128,
    },
}

/// How a turn ended, which only the engine knows.
#[derive(Clone, Debug)]
pub(super) struct TurnSeen {
    pub(super) message: MessageId,
    pub(super) burned: Gas,
    /// The code of its end; none if it waits.
    pub(super) code: Option<ReplyCode>,
    /// What its calls returned, if it told: a failed one has not.
    pub(super) results: Option<Vec<i32>>,
}

impl TurnSeen {
    /// The ends of turns among what was seen, in their order.
    pub(super) fn all(seen: &[Happening]) -> Vec<Self> {
        let mut turns = Vec::new();
        let mut results = None;
        for happening in seen {
            let (message, burned, code) = match happening {
                Happening::Emitted { data, .. } => {
                    if let Some(told) = results_in(data) {
                        results = Some(told);
                    }
                    continue;
                }
                Happening::Processed {
                    message,
                    burned,
                    code,
                    ..
                } => (*message, *burned, Some(*code)),
                Happening::Waiting {
                    message, burned, ..
                } => (*message, *burned, None),
                _ => continue,
            };
            turns.push(Self {
                message,
                burned,
                code,
                results: results.take(),
            });
        }
        turns
    }
}

/// The numbers that `script.wat` tells at the end of a turn.
fn results_in(data: &[u8]) -> Option<Vec<i32>> {
    let numbers = data.strip_prefix(b"<")?;
    let (numbers, _) = numbers.as_chunks::<4>();
    Some(numbers.iter().copied().map(i32::from_le_bytes).collect())
}
