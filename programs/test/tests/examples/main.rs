//! The example programs, as they are built, on the real pallet.

mod built;
mod counter;
mod hash_chain;
mod ledger;
mod ping;
