//! Typed entries of keyed state: what a program stores for longer than its code lives, and of which a turn reads and
//! pays for only what it touches.
//!
//! Each is a constant with a name of its own; the entries are in keyed state, under that name and the key, both as SCALE
//! has them:
//!
//! ```
//! use actors_std::{ActorId, collections::{Map, Value}};
//!
//! const SUPPLY: Value<u128> = Value::new(b"supply");
//! const BALANCES: Map<ActorId, u128> = Map::new(b"balance");
//! ```
//!
//! | | entries | keys |
//! |---|---|---|
//! | [`Value`] | one | the name |
//! | [`Map`] | one for each key | the name, then the key |
//! | [`Set`] | one for each member, empty | the name, then the member |
//! | [`List`] | its length, and one for each element | the name; the name, then the place as a `u32` |
//!
//! A name is not empty, and does not begin with `:`. Keys that do are the SDK's own, so this does not compile:
//!
//! ```compile_fail,E0080
//! use actors_std::collections::Map;
//!
//! const HELD: Map<[u8; 5], u128> = Map::new(b":");
//! # HELD.contains(b"state");
//! ```
//!
//! No name may be the beginning of another's: `b"b"` and `b"balance"` could meet in one key. A key has 128 bytes at most and
//! an entry 16 KiB, as the chain's `limits.stateKey` and `limits.stateValue` have it; beyond that the turn fails with a text.

mod entry;
mod list;
mod map;
mod set;
mod value;

pub use list::{Iter, List};
pub use map::Map;
pub use set::Set;
pub use value::Value;
