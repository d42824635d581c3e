//! A turn that is about to run, and what becomes of its message.

use actors_executor::{Cause, Failure};
use actors_primitives::{Gas, ReplyCode};

use crate::{message::Message, place::Rate, queue::Lane, Config, Program, Purse};

/// A turn that is about to run: whose, why, and what pays for it. Nothing has been written yet.
pub(crate) struct Task<T: Config> {
    /// The message whose turn it is: the one that waited, if it is resumed.
    pub(crate) message: Message<T>,
    /// Why.
    pub(crate) cause: Cause,
    /// What the message has been through.
    pub(crate) past: Past,
    /// Blocks of service after which the purse that pays for it ends.
    pub(crate) lifetime_left: u32,
    /// What its place costs beyond what is paid for.
    pub(crate) rate: Rate,
    /// What it takes of what a block serves, whatever it burns.
    pub(crate) share: Gas,
    /// What pays for it: the gas that a wait has set aside for it is there again.
    pub(crate) purse: Option<Purse<T>>,
    /// The program as it is.
    pub(crate) program: Option<Program<T>>,
    /// Why it does not run, if that is known.
    pub(crate) refusal: Option<Failure>,
    /// The reply that resumes the message, which has the value of one and a reference to the
    /// purse of the send that it answers.
    pub(crate) answer: Option<Message<T>>,
}

impl<T: Config> Task<T> {
    /// The most that the turn may burn: nothing, if it does not run.
    pub(crate) fn gas_limit(&self) -> Gas {
        match &self.purse {
            Some(purse) if self.refusal.is_none() => purse.turn_limit(self.rate, self.share),
            _ => 0,
        }
    }

    /// Whether the message has been parked and is to go on.
    pub(crate) fn is_resume(&self) -> bool {
        self.past.turns > 0
    }
}

/// What a message brings along when it waits again.
#[derive(Clone, Copy, Default)]
pub(crate) struct Past {
    /// Turns that it has had, before the one that runs.
    pub(crate) turns: u32,
    /// Whether one of them gave the reply.
    pub(crate) has_replied: bool,
    /// Causes to go on that are to be served.
    pub(crate) causes: u32,
    /// The row that these stand in.
    pub(crate) lane: Lane,
    /// Gas set aside for `handle_signal`.
    pub(crate) signal: Gas,
    /// Bytes of its payload, which is read when its turn begins.
    pub(crate) bytes: u32,
    /// How often its program had been upgraded when it began to wait.
    pub(crate) epoch: u32,
}

/// What became of the message.
pub(crate) enum Ended {
    /// It has ended with that code.
    With(ReplyCode),
    /// It waits for that many blocks.
    Not(u32),
}
