//! Money and gas, as the development chain counts them.

use actors_primitives::{Balance, Gas};

/// One ACT, the development chain's token. It has twelve decimals.
pub const UNIT: Balance = 1_000_000_000_000;
/// A thousandth of a [`UNIT`]; also the existential deposit.
pub const MILLI_UNIT: Balance = UNIT / 1_000;
/// A millionth of a [`UNIT`].
pub const MICRO_UNIT: Balance = UNIT / 1_000_000;

/// What [`Chain::user`](crate::Chain::user) gives a user: a million [`UNIT`]s, as the development
/// chain gives Alice.
pub const FUNDS: Balance = 1_000_000 * UNIT;

/// The gas limit of a message that is not told another one: 100 ms of work.
pub const DEFAULT_GAS: Gas = 100_000_000_000;

/// The deposit limit of a message that is not told another one: one [`UNIT`], which pays for
/// most of a MiB.
pub const DEFAULT_DEPOSIT: Balance = UNIT;
