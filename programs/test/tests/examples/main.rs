//! The example programs, as they are built, on the real pallet.

mod built;
mod counter;
mod escrow;
mod factory;
mod hash_chain;
mod ledger;
mod oracle;
mod overhead;
mod ping;
mod sizes;
mod upgrade;
mod vault;
mod vote;
