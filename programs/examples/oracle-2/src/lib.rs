//! What an `oracle` can be upgraded to: it remembers answers, and asks nothing twice.
//!
//! What it teaches: an **upgrade**. Address, balance and keyed state stay; code and memory are new, and the chain has
//! answered the questions that waited. The state that version 1 left becomes one of version 2. What could be sent to the
//! former code can be sent to this: `actors-build diff` says so.

#![cfg_attr(target_family = "wasm", no_std)]

#[path = "../../oracle/src/question.rs"]
mod question;

use actors_std::{crypto, prelude::*};
pub use question::{Answer, OracleError};

/// What was said, by the hash of the question: a key is 128 bytes at most.
const ANSWERS: Map<[u8; 32], Vec<u8>> = Map::new(b"answer");

/// Whom to ask, and how.
#[actors_std::data]
pub struct Oracle {
    user: ActorId,
    blocks: u32,
    open: u32,
    /// How many questions needed no asking.
    saved: u32,
}

/// What version 1 left.
#[actors_std::data]
pub struct Former {
    user: ActorId,
    blocks: u32,
    open: u32,
}

#[actors_std::program(state_version = 2)]
impl Oracle {
    /// An oracle that asks that user, who has so many blocks for each answer.
    #[constructor]
    pub fn new(user: ActorId, blocks: u32) -> Self {
        Self {
            user,
            blocks,
            open: 0,
            saved: 0,
        }
    }

    /// Goes on with an oracle of version 1, with another number of blocks if one is named.
    #[migrate(from = 1)]
    pub fn take_over(former: Former, blocks: Option<u32>) -> Self {
        // What was open is answered.
        Self::new(former.user, blocks.unwrap_or(former.blocks))
    }

    /// Asks, unless the answer is known: then the pay comes back with it.
    #[method]
    pub async fn ask(
        this: This<Self>,
        question: Vec<u8>,
        pay: Funds,
    ) -> Result<Paid<Answer>, OracleError> {
        let key = crypto::blake2_256(&question);
        if let Some(said) = ANSWERS.get(&key) {
            this.with(|oracle| oracle.saved += 1);
            return Ok(Paid(Answer::Said(said), pay));
        }
        let (user, blocks) = this.with(|oracle| {
            oracle.open += 1;
            (oracle.user, oracle.blocks)
        });
        let close = move || this.with(|oracle| oracle.open -= 1);
        let hook = on_failure(close);
        let letter = question::letter(user, blocks, question, pay)?;
        let answer = question::read(letter.with_value().await, pay)?;
        drop(hook);
        close();
        if let Paid(Answer::Said(said), _) = &answer {
            ANSWERS.insert(&key, said);
        }
        Ok(answer)
    }

    /// How many questions are open.
    #[query]
    pub fn open(&self) -> u32 {
        self.open
    }

    /// What was said to a question.
    #[query]
    pub fn answer(&self, question: Vec<u8>) -> Option<Vec<u8>> {
        ANSWERS.get(&crypto::blake2_256(&question))
    }

    /// How many questions needed no asking.
    #[query]
    pub fn saved(&self) -> u32 {
        self.saved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oracle_goes_on_with_whom_to_ask() {
        let former = |open| Former {
            user: ActorId([7; 32]),
            blocks: 20,
            open,
        };
        let oracle = Oracle::take_over(former(3), None);
        assert_eq!((oracle.user, oracle.blocks), (ActorId([7; 32]), 20));
        assert_eq!((oracle.open(), oracle.saved()), (0, 0));
        assert_eq!(Oracle::take_over(former(0), Some(5)).blocks, 5);
    }
}
