//! The example programs, as they are built, on the real pallet.

mod built;
mod counter;
mod factory;
mod hash_chain;
mod ledger;
mod oracle;
mod ping;
