//! What happens on the chain, as its events tell: foretold by the model, and seen.

use actors_primitives::{CodeHash, Gas, MessageId, ReplyCode};
use alloc::vec::Vec;

use crate::mock::AccountId;
use core::fmt;

/// How a letter left its mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Replied,
    Claimed,
    Expired,
}

/// Something that an event tells of.
#[derive(Clone, PartialEq, Eq)]
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
    Freed {
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
    PurseClosed {
        message: MessageId,
        payer: AccountId,
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

/// The first bytes of an id or an address: enough to tell them apart.
pub(super) struct Head<'a>(pub(super) &'a [u8]);

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.0.iter().take(4);
        head.copied().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |account: &AccountId| {
            let bytes: [u8; 32] = account.clone().into();
            alloc::format!("{:?}", Head(&bytes))
        };
        let id = |message: &MessageId| alloc::format!("{:?}", Head(&message.0));
        match self {
            Self::Created {
                program,
                creator,
                message,
                ..
            } => {
                let (program, creator) = (who(program), who(creator));
                write!(f, "{creator} creates {program} with {}", id(message))
            }
            Self::Initialised { program } => write!(f, "{} is initialised", who(program)),
            Self::Removed { program, code } => write!(f, "{} is removed: {code:?}", who(program)),
            Self::Exited {
                program,
                inheritor,
                value,
            } => {
                let (program, heir) = (who(program), who(inheritor));
                write!(f, "{program} exits and leaves {value} to {heir}")
            }
            Self::Freed {
                program,
                inheritor,
                value,
            } => {
                let (program, heir) = (who(program), who(inheritor));
                write!(f, "what {program} stored is freed: {value} for {heir}")
            }
            Self::Upgraded {
                program,
                code,
                epoch,
            } => {
                let (program, code) = (who(program), Head(&code.0));
                write!(f, "{program} has code {code:?} in epoch {epoch}")
            }
            Self::AdminSet { program, admin } => {
                let admin = admin.as_ref().map(who);
                write!(f, "the admin of {} is {admin:?}", who(program))
            }
            Self::PurseClosed { message, payer } => {
                write!(f, "{} closes the purse of {}", who(payer), id(message))
            }
            Self::Paused => f.write_str("service is paused"),
            Self::Resumed => f.write_str("service goes on"),
            Self::Queued {
                message,
                source,
                destination,
                value,
            } => {
                let (from, to) = (who(source), who(destination));
                write!(
                    f,
                    "{} is queued from {from} to {to} with {value}",
                    id(message)
                )
            }
            Self::Delayed {
                message,
                source,
                destination,
                value,
                blocks,
            } => {
                let (from, to) = (who(source), who(destination));
                let message = id(message);
                write!(
                    f,
                    "{message} leaves in {blocks} blocks from {from} to {to} with {value}"
                )
            }
            Self::Waiting {
                message,
                program,
                blocks,
                burned,
            } => {
                let (message, program) = (id(message), who(program));
                write!(
                    f,
                    "{message} waits in {program} for {blocks} blocks, burned {burned}"
                )
            }
            Self::Processed {
                message,
                destination,
                code,
                burned,
            } => {
                let (message, program) = (id(message), who(destination));
                write!(f, "{message} to {program} ends: {code:?}, burned {burned}")
            }
            Self::Emitted {
                program,
                message,
                data,
            } => {
                let (message, program) = (id(message), who(program));
                let (name, data) = data.split_at(data.len().min(1));
                let name = alloc::string::String::from_utf8_lossy(name).into_owned();
                write!(f, "{program} emits in {message}: {name} {data:02x?}")
            }
            Self::Told {
                message,
                source,
                user,
                payload,
                value,
                reply,
                expires,
            } => {
                let (message, from, to) = (id(message), who(source), who(user));
                let reply = reply.map(|(to, code)| (id(&to), code));
                write!(
                    f,
                    "{to} has {message} from {from} with {value}, reply {reply:?}, \
                     expires {expires:?}: {payload:02x?}"
                )
            }
            Self::LetterClosed {
                user,
                message,
                how,
                value,
            } => {
                let (message, user) = (id(message), who(user));
                write!(f, "{user}'s letter {message} with {value} is {how:?}")
            }
        }
    }
}
