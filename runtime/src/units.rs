//! Money and time.

use actors_primitives::Balance;

/// One ACT, the chain's token. It has twelve decimals.
pub const UNIT: Balance = 1_000_000_000_000;
/// A thousandth of an [`UNIT`].
pub const MILLI_UNIT: Balance = UNIT / 1_000;
/// A millionth of an [`UNIT`].
pub const MICRO_UNIT: Balance = UNIT / 1_000_000;
/// A billionth of an [`UNIT`]: one thousand planck.
pub const NANO_UNIT: Balance = UNIT / 1_000_000_000;

/// The decimals of [`UNIT`], for wallets.
pub const TOKEN_DECIMALS: u8 = 12;
/// The token's symbol, for wallets.
pub const TOKEN_SYMBOL: &str = "ACT";
/// The prefix of the chain's SS58 addresses: 42, "any Substrate chain".
pub const SS58_PREFIX: u8 = 42;

/// The length of a slot, in milliseconds. A block has a slot of its own.
pub const SLOT_DURATION: u64 = 6_000;
