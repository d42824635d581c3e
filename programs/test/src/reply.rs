//! The one reply to a message.

use actors_primitives::{Balance, Gas, ReplyCode};
use std::fmt;

use crate::show::Bytes;

/// The one reply to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// How the message ended.
    pub code: ReplyCode,
    /// What the program replied; for a panic, its text.
    pub payload: Vec<u8>,
    /// What came with the reply, in planck; of a failure, what came back of the message's value.
    pub value: Balance,
    /// Gas that the message's own turns burned. What it caused elsewhere burned more: see
    /// [`Message::cascade_gas`](crate::Message::cascade_gas).
    pub gas_burned: Gas,
}

impl Reply {
    /// The payload as text.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        match std::str::from_utf8(&self.payload) {
            Ok(text) => text,
            Err(_) => panic!("the reply is no text: {self}"),
        }
    }

    /// The payload decoded from SCALE, whole.
    ///
    /// # Panics
    ///
    /// When it is not the encoding of a `T`.
    #[must_use]
    #[track_caller]
    pub fn decode<T: codec::Decode>(&self) -> T {
        decode(&self.payload)
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with(None))
    }
}

impl Reply {
    /// The reply for people, with what it says if somebody knows that better than its bytes.
    pub(crate) fn with(&self, says: Option<String>) -> String {
        let mut text = format!("{:?} (0x{:x})", self.code, self.code.code());
        match says {
            Some(says) => text.push_str(&format!(": {says}")),
            None if self.payload.is_empty() => {}
            None => text.push_str(&format!(": {}", Bytes(&self.payload))),
        }
        if self.value != 0 {
            text.push_str(&format!(", with {} planck", self.value));
        }
        text
    }
}

/// Bytes decoded from SCALE, all of them.
#[track_caller]
pub(crate) fn decode<T: codec::Decode>(bytes: &[u8]) -> T {
    match codec::DecodeAll::decode_all(&mut &bytes[..]) {
        Ok(decoded) => decoded,
        Err(error) => panic!(
            "{} is not the SCALE encoding of a {}: {error}",
            Bytes(bytes),
            std::any::type_name::<T>(),
        ),
    }
}

/// What whoever wrote a test can do about a message that ended that way.
pub(crate) fn advice(code: ReplyCode) -> &'static str {
    match code {
        ReplyCode::Replied | ReplyCode::Finished => "It did what it was sent for.",
        ReplyCode::Trapped => {
            "The program ran into `unreachable`, a division by zero or an access outside of its \
             memory. Let it log with `debug`, which `chain.debug()` shows, or end it with a panic \
             text of its own."
        }
        ReplyCode::Panicked => "The text is the program's own: it does not take what it was sent.",
        ReplyCode::OutOfGas => {
            "Give the message more with `.gas(...)`. One turn may burn 250,000,000,000 at most."
        }
        ReplyCode::StackDepth => {
            "Calls inside the program nest too deep. Turn the recursion into a loop."
        }
        ReplyCode::MemoryLimit => {
            "The program's memory would grow past `Limits::memory`. Free what it does not need, or \
             keep it in keyed state."
        }
        ReplyCode::SyscallMisuse => {
            "The program passed a pointer outside of its memory to an import. Look at the lengths \
             that it passes."
        }
        ReplyCode::DepositShortfall => {
            "The program wants to store more than the message pays for. Give it more with \
             `.deposit(...)`."
        }
        ReplyCode::LimitExceeded => {
            "A limit of the chain was exceeded: the size of what it stores or sends, or a value \
             below the existential deposit that would go to an account which does not exist. \
             `chain.debug()` may say more."
        }
        ReplyCode::Reverted => {
            "The payload is an error of the program's own, encoded: it does not take what it was \
             sent."
        }
        ReplyCode::NoSuchProgram => "There is no such program, or no longer.",
        ReplyCode::NotInitialised => "Its `init` has not finished. Deploy it before you send.",
        ReplyCode::Exited => "The program has exited; the payload is its inheritor.",
        ReplyCode::Upgraded => "The program was upgraded while the message waited.",
        ReplyCode::CodeRefused => {
            "The chain's rules have changed since the code was uploaded, and refuse it now. \
             `actors-build` says why; upgrade the program to code that they accept."
        }
        ReplyCode::PurseClosed => {
            "The call that pays was over before the message began: its payer has closed it, or its \
             time had passed."
        }
        ReplyCode::DeadlinePassed => "No answer came by the deadline.",
    }
}
