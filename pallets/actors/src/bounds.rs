//! The most that a stored record holds: no chain's limits may be above.

use actors_executor::Limits;

use crate::program::PAGES_PER_WASM_PAGE;

/// Bytes of code.
pub const CODE: u32 = 16 * 1024 * 1024;
/// Bytes of the IDL of code.
pub const IDL: u32 = 256 * 1024;
/// Bytes of the section that an IDL is in, its header included.
pub const IDL_SECTION: u32 = IDL + Limits::IDL_HEADER;
/// Bytes of a payload, as many as weights count.
pub const PAYLOAD: u32 = 64 * 1024;
/// Bytes of a key of keyed state.
pub const STATE_KEY: u32 = 1_024;
/// Bytes of a value of keyed state.
pub const STATE_VALUE: u32 = 64 * 1024;
/// Globals that a program keeps.
pub const GLOBALS: u32 = 256;
/// Wasm pages of a program's memory.
pub const MEMORY: u32 = 64;
/// The same in pages of 16 KiB.
pub const PAGES: u32 = MEMORY * PAGES_PER_WASM_PAGE;
