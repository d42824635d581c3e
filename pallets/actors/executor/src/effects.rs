//! What a turn asks the chain to do.

#[cfg(doc)]
use actors_primitives::abi::REST_OF_DEPOSIT;
use actors_primitives::{Balance, CodeHash, Gas, MessageId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::{Decode, Encode};

use crate::PageIndex;

/// A message that the program sends.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Send {
    /// Its id, which the program knows already.
    pub id: MessageId,
    /// Whom it goes to: a program or a user.
    pub destination: [u8; 32],
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: Balance,
    /// Deposit money that goes along, of what the message it is sent in may use, in planck;
    /// [`REST_OF_DEPOSIT`] is all that is left when the turn commits.
    pub deposit: Balance,
    /// Gas split off for it; `None` shares the gas of the message it is sent in.
    pub gas: Option<Gas>,
    /// The blocks of service after which it is delivered; 0 is at once.
    pub delay: u32,
    /// Whether the reply resumes the message it is sent in, if that waits then.
    pub is_awaited: bool,
    /// The letter that it is, if it is awaited and goes to a user.
    pub letter: Option<Letter>,
}

/// How long a message stands in the mailbox of a user, who may reply to it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Letter {
    /// The blocks of service for which it stands.
    pub blocks: u32,
    /// Gas set aside that pays for as many blocks.
    pub rent: Gas,
}

/// A program that the program creates.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Create {
    /// The id of its first message, which runs `init`; the program knows it already.
    pub id: MessageId,
    /// Its address, which the program knows already.
    pub program: [u8; 32],
    /// The code it is made from.
    pub code: CodeHash,
    /// What its first message says.
    pub payload: Vec<u8>,
    /// What its first message carries, in planck.
    pub value: Balance,
    /// Deposit money that goes along, of what the message it is created in may use, in planck;
    /// [`REST_OF_DEPOSIT`] is all that is left when the turn commits.
    pub deposit: Balance,
    /// Gas split off for it; `None` shares the gas of the message it is created in.
    pub gas: Option<Gas>,
    /// Whether the reply resumes the message it is created in, if that waits then.
    pub is_awaited: bool,
}

/// The one reply to the current message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Reply {
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: Balance,
}

/// One effect, in the order in which the program caused it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Effect {
    /// A message to send.
    Send(Send),
    /// A program to create.
    Create(Create),
    /// The reply to give.
    Reply(Reply),
    /// A waiting message of this program to resume.
    Wake(MessageId),
    /// A program event to deposit.
    Emit(Vec<u8>),
}

/// The current message waits from now on, and what is set aside for that.
///
/// The gas belongs to the message still: it is neither burned nor left for the turn to spend.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Wait {
    /// The blocks of service that it waits at most.
    pub blocks: u32,
    /// Gas that pays for as many blocks.
    pub rent: Gas,
    /// Gas with which its next turn starts whatever else is left.
    pub resume: Gas,
    /// Gas with which `handle_signal` runs should a later turn fail, however large the memory is
    /// then; 0 for a program that does not export it.
    pub signal: Gas,
}

impl Wait {
    /// All that is set aside for it.
    #[must_use]
    pub fn aside(&self) -> Gas {
        let turns = self.resume.saturating_add(self.signal);
        self.rent.saturating_add(turns)
    }
}

/// A change to one key of the program's keyed state: the new value, or `None` if removed.
pub type StateChange = Option<Vec<u8>>;

/// How the program's memory differs from what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct MemoryChange {
    /// The memory's size at the end of the turn, in Wasm pages.
    pub wasm_pages: u32,
    /// The kept globals' values, in the order of [`crate::CodeInfo::kept_globals`]; an `i32`
    /// is zero-extended.
    pub globals: Vec<u64>,
    /// Pages to store, each exactly `PAGE_SIZE` bytes: they differ from what is stored and
    /// from the code's fresh image.
    pub stored: BTreeMap<PageIndex, Vec<u8>>,
    /// Stored pages to free: they are as the code's fresh image again.
    pub freed: BTreeSet<PageIndex>,
}

/// Everything that one successful turn asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Effects {
    /// Sends, creations, reply, events and wakes in order.
    pub effects: Vec<Effect>,
    /// Keyed state, the last value of each key that was written.
    pub state: BTreeMap<Vec<u8>, StateChange>,
    /// Memory and globals.
    pub memory: MemoryChange,
    /// The current message has not ended: it waits.
    pub wait: Option<Wait>,
    /// The program has ended itself, and this is its inheritor. Memory and keyed state are as
    /// they were then.
    pub exit: Option<[u8; 32]>,
}
