//! Sells a deed that another program keeps the register of: whoever pays has the deed, and the seller the money; or everybody has
//! what they had.
//!
//! It teaches how to work with a program that may fail, or say nothing:
//!
//! - `#[interface]` types what is sent to it.
//! - Until the first `.await`, a failure undoes everything, and value goes back by itself. After it, what the earlier turns did
//!   stands: [`on_failure`] undoes that.
//! - *It said no* and *I do not know what it did* are two things. After a deadline, or where this program's own turn failed
//!   after the answer, the deed may have moved or not: then nothing is given back, but [`Escrow::settle`] asks. A buyer
//!   who sends too little gas for the last turn could have deed and money otherwise.
//!
//! How to use it: create it with the deed's register, number and price, and transfer the deed to it. It can be bought, or called
//! off by the seller.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{prelude::*, reply, signal};

/// The register, as far as it matters here.
#[actors_std::interface]
pub trait Deeds {
    /// Gives a deed of the sender's to somebody.
    #[route(1)]
    fn transfer(deed: u32, to: ActorId) -> Result<(), DeedError>;
    /// Whose a deed is.
    #[route(2)]
    fn owner(deed: u32) -> Option<ActorId>;
}

/// Why the register refuses.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum DeedError {
    /// There is no such deed.
    NoSuchDeed,
    /// It is somebody else's.
    NotYours,
}

/// For how many blocks the register's answer is awaited.
const PATIENCE: u32 = 10;

/// A sale.
pub struct Escrow {
    deeds: ActorId,
    deed: u32,
    price: u128,
    seller: ActorId,
    phase: Phase,
}

/// Where the sale is.
#[actors_std::data]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The deed can be bought.
    Open,
    /// The register was told to move the deed.
    Moving(Move),
    /// It was told, and nobody knows what it did: `settle` asks.
    Unclear(Move),
    /// The deed is somebody's for good, and who sold it has the money.
    Closed,
}

/// A deed on its way.
#[actors_std::data]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// To whom.
    pub to: ActorId,
    /// What they have paid, in planck.
    pub paid: u128,
}

/// Why nothing came of it. Everybody has what they had, but for `Unclear`.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum EscrowError {
    /// That is not the price.
    Price {
        /// The price, in planck.
        price: u128,
    },
    /// Somebody is buying it, or has bought it.
    NotOpen,
    /// Only the seller calls it off.
    NotYours,
    /// The register says no.
    Register(DeedError),
    /// The register failed.
    RegisterFailed,
    /// Nothing is unclear.
    Clear,
}

/// How a sale stands after a call.
#[actors_std::data]
#[derive(Debug, PartialEq, Eq)]
pub enum Sale {
    /// The deed is where it was to go.
    Done,
    /// The deed is where it was.
    Undone,
    /// The register has not answered in time: call `settle` later.
    Unclear,
}

#[actors_std::program]
impl Escrow {
    /// Sells that deed in that register, for so much. Whoever creates the program is the seller.
    #[constructor]
    pub fn new(deeds: ActorId, deed: u32, price: u128) -> Self {
        Self {
            deeds,
            deed,
            price,
            seller: message::source().into(),
            phase: Phase::Open,
        }
    }

    /// Buys the deed.
    #[method]
    pub async fn buy(this: This<Self>, funds: Funds) -> Result<Sale, EscrowError> {
        let Funds(paid) = funds;
        let price = this.with(|sale| sale.price);
        if paid != price {
            return Err(EscrowError::Price { price });
        }
        hand(this, paid).await
    }

    /// Calls the sale off: the seller has the deed again.
    #[method]
    pub async fn cancel(this: This<Self>) -> Result<Sale, EscrowError> {
        if this.with(|sale| sale.seller) != message::source().into() {
            return Err(EscrowError::NotYours);
        }
        hand(this, 0).await
    }

    /// Asks the register whose the deed is, where that is unclear, and acts by it. Anybody may call this.
    #[method]
    pub async fn settle(this: This<Self>) -> Result<Sale, EscrowError> {
        let (deeds, deed, moved) = this.with(|sale| match sale.phase {
            Phase::Unclear(moved) => Ok((Deeds(sale.deeds), sale.deed, moved)),
            _ => Err(EscrowError::Clear),
        })?;
        let owner = deeds.owner(deed).deadline(PATIENCE).await;
        let here = chain::program_id().into();
        this.with(|sale| match owner {
            // Somebody else has settled it meanwhile.
            _ if sale.phase != Phase::Unclear(moved) => Err(EscrowError::Clear),
            // The register answers in order: what it was told before has happened, or will never.
            Ok(Some(owner)) if owner == here => {
                sale.undo(moved);
                Ok(Sale::Undone)
            }
            Ok(_) => {
                sale.close(moved);
                Ok(Sale::Done)
            }
            Err(_) => Ok(Sale::Unclear),
        })
    }

    /// Where the sale is.
    #[query]
    pub fn phase(&self) -> Phase {
        self.phase
    }
}

/// Hands the deed to the sender, who has paid so much.
async fn hand(this: This<Escrow>, paid: u128) -> Result<Sale, EscrowError> {
    let to = message::source().into();
    let moved = Move { to, paid };
    let (deeds, deed) = this.with(|sale| match sale.phase {
        Phase::Open => {
            sale.phase = Phase::Moving(moved);
            Ok((Deeds(sale.deeds), sale.deed))
        }
        _ => Err(EscrowError::NotOpen),
    })?;
    // From here on this is what a failure leaves. Our own error means that the register has said no; any other failure of
    // ours, such as running out of gas, may follow on its yes.
    let _undo = on_failure(move || {
        let is_ours = signal::code().is_ok_and(|code| code == reply::Code::REVERTED);
        this.with(|sale| match is_ours {
            true => sale.undo(moved),
            false => sale.phase = Phase::Unclear(moved),
        });
    });
    let answer = deeds.transfer(deed, to).deadline(PATIENCE).await;
    match answer {
        Ok(()) => {
            this.with(|sale| sale.close(moved));
            Ok(Sale::Done)
        }
        Err(CallError::Deadline | CallError::Undecodable(_)) => {
            this.with(|sale| sale.phase = Phase::Unclear(moved));
            Ok(Sale::Unclear)
        }
        Err(CallError::Program(error)) => Err(EscrowError::Register(error)),
        // What it did in the turn that failed is undone.
        Err(_) => Err(EscrowError::RegisterFailed),
    }
}

impl Escrow {
    /// The deed has moved: the seller is paid.
    fn close(&mut self, moved: Move) {
        if pay(self.seller, moved.paid) {
            self.phase = Phase::Closed;
        } else {
            self.phase = Phase::Unclear(moved);
        }
    }

    /// The deed has not moved: who has paid is paid back.
    fn undo(&mut self, moved: Move) {
        if pay(moved.to, moved.paid) {
            self.phase = Phase::Open;
        } else {
            self.phase = Phase::Unclear(moved);
        }
    }
}

/// Whether it is on its way: an account that has gone cannot take everything. Then `settle` tries again.
fn pay(to: ActorId, amount: u128) -> bool {
    let payment = Request::<()>::raw(to, Vec::new()).value(Funds(amount));
    amount == 0 || payment.send().is_ok()
}
