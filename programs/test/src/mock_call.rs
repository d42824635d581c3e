//! What a mock is called with.

use actors_primitives::{Balance, MessageId};

use crate::{
    reply::decode,
    runtime::AccountId,
    show::{short, Bytes},
};
use std::fmt;

/// A message to a mock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockCall {
    /// Its id.
    pub id: MessageId,
    /// Who sent it.
    pub source: AccountId,
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: Balance,
    /// The block in which it is served.
    pub block: u32,
}

impl MockCall {
    /// The first byte of the payload, by which programs that are written with the SDK tell their
    /// calls apart.
    #[must_use]
    pub fn route(&self) -> Option<u8> {
        self.payload.first().copied()
    }

    /// What follows the route, decoded from SCALE: a tuple for several arguments, as in
    /// `call.args::<(u32, String)>()`.
    ///
    /// # Panics
    ///
    /// When it is not the encoding of a `T`. The test fails with that.
    #[track_caller]
    #[must_use]
    pub fn args<T: codec::Decode>(&self) -> T {
        decode(self.payload.get(1..).unwrap_or_default())
    }

    /// The payload decoded from SCALE, whole.
    ///
    /// # Panics
    ///
    /// When it is not the encoding of a `T`. The test fails with that.
    #[track_caller]
    #[must_use]
    pub fn decode<T: codec::Decode>(&self) -> T {
        decode(&self.payload)
    }
}

impl fmt::Display for MockCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = short(self.source.as_ref());
        write!(
            f,
            "block {}: {} from {from}",
            self.block,
            Bytes(&self.payload)
        )?;
        match self.value {
            0 => Ok(()),
            value => write!(f, ", with {value} planck"),
        }
    }
}
