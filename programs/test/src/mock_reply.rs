//! What a mock says to a message.

use actors_primitives::Balance;
use codec::Encode;

/// What a mock says to a message, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a mock says what its closure returns"]
pub struct MockReply {
    deed: Deed,
    value: Balance,
    blocks: u32,
}

/// What the mock's program does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It ends without a reply.
    Finish,
    /// It replies.
    Reply(Vec<u8>),
    /// It fails with a text.
    Panic(String),
    /// It fails with bytes.
    Revert(Vec<u8>),
    /// It waits, and gives no reply.
    Silence,
}

impl MockReply {
    fn new(deed: Deed) -> Self {
        Self {
            deed,
            value: 0,
            blocks: 0,
        }
    }

    /// Replies these bytes.
    pub fn bytes(payload: impl AsRef<[u8]>) -> Self {
        Self::new(Deed::Reply(payload.as_ref().to_vec()))
    }

    /// Replies the SCALE encoding of a value: what a method of the SDK that returns it replies.
    pub fn ok(returned: impl Encode) -> Self {
        Self::new(Deed::Reply(returned.encode()))
    }

    /// Ends without a reply: what awaits it learns that, as `Finished`.
    pub fn finish() -> Self {
        Self::new(Deed::Finish)
    }

    /// Fails with a text. The value that came goes back.
    pub fn panic(text: impl Into<String>) -> Self {
        Self::new(Deed::Panic(text.into()))
    }

    /// Fails with an error of the program's own, as a method of the SDK that returns it does. The
    /// value that came goes back.
    pub fn revert(error: impl Encode) -> Self {
        Self::revert_bytes([&[0][..], &error.encode()].concat())
    }

    /// Fails with these bytes. The value that came goes back.
    pub fn revert_bytes(payload: impl AsRef<[u8]>) -> Self {
        Self::new(Deed::Revert(payload.as_ref().to_vec()))
    }

    /// Gives no reply and does not end, for as long as the message has gas to wait with: whoever
    /// awaits it has to have a deadline.
    pub fn silence() -> Self {
        Self::new(Deed::Silence)
    }

    /// Sends this value along with the reply, in planck. A mock has what it gives.
    pub fn value(mut self, value: Balance) -> Self {
        self.value = value;
        self
    }

    /// Waits for so many blocks first. What fails then keeps the value that came, as every message
    /// does that fails when it has waited.
    pub fn after(mut self, blocks: u32) -> Self {
        self.blocks = blocks;
        self
    }

    pub(crate) fn deed(&self) -> &Deed {
        &self.deed
    }

    /// What it takes of the mock's money.
    pub(crate) fn money(&self) -> Balance {
        match self.deed {
            Deed::Reply(_) => self.value,
            _ => 0,
        }
    }

    pub(crate) fn blocks(&self) -> u32 {
        self.blocks
    }
}
