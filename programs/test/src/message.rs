//! Messages of users, and what is expected of them.

use actors_primitives::{Gas, MessageId, ReplyCode};
use pallet_actors::Event;
use std::fmt;

use crate::{
    chain::PATIENCE,
    interface::{refused, Asked},
    refusal::{Refusal, PROGRAM},
    reply::{advice, decode, Reply},
    show::{short, Bytes},
    Chain,
};

/// A message that a user sent.
///
/// Asking for its reply makes blocks while messages are queued or something is scheduled. An
/// expectation that is not met panics, and tells what was expected, what came, and all that the
/// message caused.
#[derive(Clone)]
pub struct Message {
    chain: Chain,
    id: MessageId,
    born: u64,
    /// What it says, if the program has an interface.
    asked: Option<Asked>,
}

impl Message {
    pub(crate) fn new(chain: &Chain, id: MessageId, asked: Option<Asked>) -> Self {
        Self {
            chain: chain.clone(),
            id,
            born: chain.born(),
            asked,
        }
    }

    #[track_caller]
    fn expect_there(&self) {
        assert!(
            self.chain.world().has(self.born),
            "{self:?} was sent after the snapshot that its chain went back to: there is no such \
             message now. Send it again."
        );
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// The reply, if it came already. Makes no block.
    #[track_caller]
    #[must_use]
    pub fn reply_so_far(&self) -> Option<Reply> {
        self.expect_there();
        self.chain.world().now.history.reply_to(self.id)
    }

    /// The reply. Makes blocks while there is none and messages are queued, or a deadline, a
    /// delayed message or a letter lets time pass.
    ///
    /// # Panics
    ///
    /// When nothing is queued or scheduled any more and there is no reply.
    #[track_caller]
    pub fn reply(&self) -> Reply {
        for _ in 0..PATIENCE {
            if let Some(reply) = self.reply_so_far() {
                return reply;
            }
            if self.chain.queue_length() == 0 && !self.chain.has_schedule() {
                break;
            }
            self.chain.next_block();
        }
        panic!(
            "message {} has no reply by block {}, and {} messages are queued. If it waits for a \
             later block, make blocks with `chain.skip(...)` first.\n{}",
            short(&self.id.0),
            self.chain.block_number(),
            self.chain.queue_length(),
            self.chain.story(self.id),
        )
    }

    /// Expects the program to reply exactly this.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_reply(&self, payload: impl AsRef<[u8]>) -> Reply {
        let (reply, payload) = (self.reply(), payload.as_ref());
        if reply.code != ReplyCode::Replied || reply.payload != payload {
            self.disappoint(&format!("the reply {}", Bytes(payload)), &reply);
        }
        reply
    }

    /// Expects the program to reply, and decodes the reply from SCALE.
    ///
    /// # Panics
    ///
    /// When it does not, or not with the encoding of a `T`.
    #[track_caller]
    pub fn expect<T: codec::Decode>(&self) -> T {
        let reply = self.reply();
        if reply.code != ReplyCode::Replied {
            self.disappoint("a reply", &reply);
        }
        reply.decode()
    }

    /// Expects the program to reply that value, encoded in SCALE: what a method of the SDK returns.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_ok(&self, returned: impl codec::Encode + fmt::Debug) -> Reply {
        let reply = self.reply();
        if reply.code != ReplyCode::Replied || reply.payload != returned.encode() {
            self.disappoint(&format!("the reply {returned:?}"), &reply);
        }
        reply
    }

    /// Expects the program to fail with that error of its own, as a method of the SDK does that
    /// returns it.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_revert<E: codec::Encode + fmt::Debug>(&self, error: E) -> Reply {
        let (reply, encoded) = (self.reply(), [&[PROGRAM][..], &error.encode()].concat());
        if reply.code != ReplyCode::Reverted || reply.payload != encoded {
            self.disappoint(&format!("the error {error:?}"), &reply);
        }
        reply
    }

    /// Expects the program to fail with an error of its own, and decodes it.
    ///
    /// # Panics
    ///
    /// When it does not, or not with the encoding of an `E`.
    #[track_caller]
    pub fn expect_error<E: codec::Decode>(&self) -> E {
        let reply = self.reply();
        match (reply.code, reply.payload.split_first()) {
            (ReplyCode::Reverted, Some((&PROGRAM, error))) => decode(error),
            _ => self.disappoint("an error of the program's own", &reply),
        }
    }

    /// Expects a program of the SDK to refuse the call before it ran any of its own code, for that
    /// reason.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_refusal(&self, refusal: Refusal) -> Reply {
        let reply = self.reply();
        let is_it = Refusal::read(&reply.payload) == Some(refusal);
        if reply.code != ReplyCode::Reverted || !is_it {
            self.disappoint(&format!("the refusal {refusal:?}"), &reply);
        }
        reply
    }

    /// Expects the message to have done what it was sent for, with a reply or without.
    ///
    /// # Panics
    ///
    /// When it failed.
    #[track_caller]
    pub fn expect_success(&self) -> Reply {
        let reply = self.reply();
        if !reply.code.is_success() {
            self.disappoint("success", &reply);
        }
        reply
    }

    /// Expects the message to end that way.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_code(&self, code: ReplyCode) -> Reply {
        let reply = self.reply();
        if reply.code != code {
            self.disappoint(&format!("{code:?} (0x{:x})", code.code()), &reply);
        }
        reply
    }

    /// Expects the program to panic with exactly this text.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[track_caller]
    pub fn expect_panic(&self, text: &str) -> Reply {
        let reply = self.reply();
        if reply.code != ReplyCode::Panicked || reply.payload != text.as_bytes() {
            self.disappoint(&format!("a panic that says {text:?}"), &reply);
        }
        reply
    }

    #[track_caller]
    fn disappoint(&self, expected: &str, reply: &Reply) -> ! {
        let advice = match reply.code.is_success() {
            true => String::new(),
            false => format!("\n  {}", advice(reply.code)),
        };
        let told = self.asked.as_ref();
        let to = told
            .and_then(Asked::call)
            .map_or(String::new(), |call| format!(" of {call}"));
        let says = told.and_then(|asked| asked.reply(reply.code, &reply.payload));
        let says = says.or_else(|| match reply.code {
            ReplyCode::Reverted => refused(&reply.payload),
            _ => None,
        });
        let named = |text: String| self.chain.world().now.history.with_names(&text);
        panic!(
            "expected {expected}{},\n     got {}{advice}\n{}",
            named(to),
            reply.with(says.map(named)),
            self.chain.story(self.id)
        )
    }

    /// Gas that the turns of the message and of all it caused burned so far.
    #[track_caller]
    #[must_use]
    pub fn cascade_gas(&self) -> Gas {
        self.expect_there();
        let world = self.chain.world();
        let cascade = world.now.history.cascade(self.id).into_iter();
        cascade
            .filter_map(|record| match record.event {
                Event::MessageProcessed { gas_burned, .. }
                | Event::MessageWaiting { gas_burned, .. } => Some(gas_burned),
                _ => None,
            })
            .fold(0, Gas::saturating_add)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {}", short(&self.id.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "has no reply by block 1, and 0 messages are queued")]
    fn a_reply_that_cannot_come_is_told() {
        Message::new(&Chain::new(), MessageId([7; 32]), None).reply();
    }
}
