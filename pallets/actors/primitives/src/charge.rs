//! What gas is burned for.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// What a turn burned gas for.
///
/// Each price of the chain's schedule belongs to one of these; the page on limits lists the prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Charge {
    /// Loading the code, with a memory of its size, and comparing the memory afterwards.
    Loading,
    /// Loading stored pages of memory.
    Pages,
    /// Judging code again that an older version of the chain admitted.
    Judging,
    /// The program's own operators.
    Operators,
    /// Making a system call, whichever it is, and copying bytes for it.
    Calls,
    /// Asking for the balance, the time, deposit money, randomness, or whether something is there.
    Lookups,
    /// Keyed state.
    State,
    /// Sending messages, creating programs, and serving both outside of their turns.
    Messages,
    /// The reply.
    Replies,
    /// What is kept until later: waits and wakes, delayed messages, letters.
    Waiting,
    /// Events.
    Events,
    /// Hashes and signatures.
    Crypto,
    /// Texts: `debug`, and what the program panicked with.
    Texts,
    /// Writing and freeing pages of memory.
    Storing,
    /// The end of the program.
    Exit,
    /// Bytes of storage proof, where the chain prices them; those of `Loading`, `Pages` and `Judging`
    /// stand there.
    Proofs,
    /// Places in the queue, while it is long.
    Places,
}

impl Charge {
    /// All of them, in the order in which a trace lists them.
    pub const ALL: [Self; 17] = [
        Self::Loading,
        Self::Pages,
        Self::Judging,
        Self::Operators,
        Self::Calls,
        Self::Lookups,
        Self::State,
        Self::Messages,
        Self::Replies,
        Self::Waiting,
        Self::Events,
        Self::Crypto,
        Self::Texts,
        Self::Storing,
        Self::Exit,
        Self::Proofs,
        Self::Places,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_listed_in_order() {
        for (index, charge) in Charge::ALL.into_iter().enumerate() {
            assert_eq!(charge as usize, index);
        }
        assert!(Charge::decode(&mut [Charge::ALL.len() as u8].as_slice()).is_err());
    }
}
