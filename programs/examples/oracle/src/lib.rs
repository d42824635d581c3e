//! Passes questions on to a user, and the user's answers back.
//!
//! What it teaches: a method that **waits**, here for a person: it puts a letter into the user's mailbox, and goes
//! on when there is an answer, or when the time has passed. Meanwhile the program goes on: other questions come, and wait
//! beside it. If the message fails while it waits, **a hook** cleans up.
//!
//! `oracle-2` is what it can be upgraded to: its state has a version.

#![cfg_attr(target_family = "wasm", no_std)]

mod question;

use actors_std::prelude::*;
pub use question::{Answer, OracleError};

/// Whom to ask, and how.
#[actors_std::data]
pub struct Oracle {
    user: ActorId,
    blocks: u32,
    open: u32,
}

#[actors_std::program(state_version = 1)]
impl Oracle {
    /// An oracle that asks that user, who has so many blocks for each answer.
    #[constructor]
    pub fn new(user: ActorId, blocks: u32) -> Self {
        let open = 0;
        Self { user, blocks, open }
    }

    /// Asks. What comes with it is the pay, which the user has with an answer or without.
    #[method]
    pub async fn ask(
        this: This<Self>,
        question: Vec<u8>,
        pay: Funds,
    ) -> Result<Paid<Answer>, OracleError> {
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
        Ok(answer)
    }

    /// How many questions are open.
    #[query]
    pub fn open(&self) -> u32 {
        self.open
    }
}
