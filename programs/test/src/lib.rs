//! The real Actors pallet in memory, for tests of programs.
//!
//! ```
//! use actors_test::{Chain, ReplyCode};
//!
//! let chain = Chain::new();
//! let alice = chain.user("alice");
//!
//! // The bytes or the path of a `.wasm` file, or WebAssembly text.
//! let program = chain
//!     .deploy(
//!         r#"(module
//!             (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
//!             (memory (export "memory") 1)
//!             (data (i32.const 0) "PONG")
//!             (func (export "handle")
//!                 (drop (call $reply (i32.const 0) (i32.const 4) (i32.const 16)))))"#,
//!     )
//!     .by(&alice);
//!
//! let message = program.send(b"PING").by(&alice);
//! message.expect_reply(b"PONG");
//!
//! // A turn that is given too little gas burns it all.
//! let gas = message.reply().gas_burned;
//! let short = program.send(b"PING").gas(gas - 1_000).by(&alice);
//! assert_eq!(short.expect_code(ReplyCode::OutOfGas).gas_burned, gas - 1_000);
//! ```
//!
//! Nothing is simulated: calls are extrinsics, blocks are made by the executive that makes them
//! on a chain, with the development runtime's limits and prices, so that gas, deposits and
//! failures are those of its node. Each invariant of the pallet is checked after every block; of
//! those after the thousandth, after some.
//!
//! - [`Chain`]: users, deployment, blocks.
//! - [`User`]: balance, inbox and mailbox.
//! - [`Letter`]: what a program awaits a user's answer to.
//! - [`Program`]: sending, reading, events, upgrades.
//! - [`Message`]: its reply, and what is expected of it.
//! - [`Refused`] and [`Failure`]: what went wrong, with what to do about it.

mod chain;
mod debug;
mod deploy;
mod failure;
mod history;
mod interface;
mod letter;
mod line;
mod message;
mod mock;
mod mock_call;
mod mock_reply;
mod named;
mod program;
mod puppet;
mod refusal;
mod refused;
mod replay;
mod reply;
mod report;
mod runtime;
mod show;
mod snapshot;
#[cfg(feature = "build")]
mod source;
mod stage;
mod story;
mod tape;
mod time;
mod units;
mod upgrade;
mod user;
mod wasm;
mod words;
mod world;

pub use actors_primitives::{Balance, CodeHash, Gas, MessageId, ReplyCode};
pub use actors_runtime_api::{ProgramInfo, ProgramStatus, ReadError};
pub use chain::Chain;
pub use deploy::{Code, Deploy, Upload};
pub use failure::Failure;
pub use letter::{Answer, Claim, Letter};
pub use message::Message;
pub use mock::Mock;
pub use mock_call::MockCall;
pub use mock_reply::MockReply;
pub use named::{NamedQuery, NamedSend};
pub use program::{Program, Send};
pub use refusal::Refusal;
pub use refused::Refused;
pub use reply::Reply;
pub use report::Report;
pub use snapshot::Snapshot;
pub use units::{DEFAULT_DEPOSIT, DEFAULT_GAS, FUNDS, MICRO_UNIT, MILLI_UNIT, UNIT};
pub use upgrade::{SetAdmin, Upgrade};
pub use user::{Mail, User};
pub use wasm::Wasm;

/// The runtime that tests run on, for those who want its constants.
#[doc(hidden)]
pub use runtime::Runtime;
/// An address.
pub type AccountId = runtime::AccountId;
