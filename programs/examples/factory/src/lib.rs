//! Creates a counter for each account that asks, out of what the account pays.
//!
//! What it teaches: programs that **create programs**, and wait until their `init` has ended; **value**, in and out; an
//! **end**. And what to do where a turn that fails has nothing to undo any more: value that came with a message
//! is the program's since its first turn, so a hook sends it back.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{prelude::*, Error};

/// A factory of programs of one code.
pub struct Factory {
    code: [u8; 32],
    owner: ActorId,
}

/// Why there is no program, or no end.
#[actors_std::error]
pub enum FactoryError {
    /// This account has its program.
    HasOne,
    /// The code is not stored.
    NoSuchCode,
    /// The value does not cover the deposits of the program.
    TooLittle,
    /// The chain creates no program.
    NotCreated,
    /// The code is of a program that is not made with a number.
    Refused,
    /// Its `init` failed, with that reply code.
    Failed(i32),
    /// Only the owner closes.
    NotOwner,
}

impl From<Error> for FactoryError {
    fn from(error: Error) -> Self {
        match error {
            Error::ALREADY_EXISTS => Self::HasOne,
            Error::NO_SUCH_CODE => Self::NoSuchCode,
            Error::NOT_ENOUGH_VALUE => Self::TooLittle,
            _ => Self::NotCreated,
        }
    }
}

impl From<CallError> for FactoryError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(_) => Self::Refused,
            CallError::Failed(code, _) => Self::Failed(code.number()),
            _ => Self::NotCreated,
        }
    }
}

#[actors_std::program]
impl Factory {
    /// A factory of programs of the code of that hash: counters, or what else is made with a number. Its creator is
    /// the owner. Value that comes along is the factory's own.
    #[constructor]
    pub fn new(code: [u8; 32], _own: Funds) -> Self {
        let owner = message::source().into();
        Self { code, owner }
    }

    /// Creates the sender's counter, which begins with that number, and answers its address and what the value exceeds the
    /// program's deposits by. Each account gets one. If its `init` fails, the value comes back in a
    /// message of its own.
    #[method]
    pub async fn create(
        this: This<Self>,
        count: u32,
        funds: Funds,
    ) -> Result<Paid<ActorId>, FactoryError> {
        let asker = ActorId(message::source());
        let code = this.with(|factory| factory.code);
        let before = chain::balance();
        // What the asker has for deposits, the counter may use.
        let creation = Creation::call(code, asker.0.into(), 0, &(count,)).deposit(Deposit::REST);
        let creating = creation.start()?;
        let price = before.saturating_sub(chain::balance());
        let change = funds.0.checked_sub(price);
        let change = Funds(change.ok_or(FactoryError::TooLittle)?);
        // If `init` fails, the deposits are the factory's again.
        let refund = on_failure(move || {
            let _ = Request::<()>::raw(asker, Vec::new()).value(funds).send();
        });
        let program = creating.program();
        match creating.await {
            // Not over in time: it is there, and may still become what was asked for.
            Ok(_) | Err(CallError::Deadline) => {}
            Err(error) => return Err(error.into()),
        }
        drop(refund);
        Ok(Paid(program, change))
    }

    /// Ends the factory: the owner has what it had.
    #[method]
    pub fn close(&self) -> Result<(), FactoryError> {
        if message::source() != self.owner.0 {
            return Err(FactoryError::NotOwner);
        }
        chain::exit(&self.owner.0)
    }

    /// The address of an account's program, created or not.
    #[query]
    pub fn program_of(&self, account: ActorId) -> ActorId {
        chain::address_of(&self.code, chain::program_id().into(), &account.0)
    }
}
