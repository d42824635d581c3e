//! Migrations: what a chain that has the pallet already does when it upgrades. Each is a
//! [`SteppedMigration`](frame_support::migrations::SteppedMigration), for `pallet-migrations`, since how much there is to do
//! depends on the chain.

pub mod v2;
