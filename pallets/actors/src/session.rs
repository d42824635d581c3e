//! What lasts while the queue is served, and how much code it may read.

use actors_executor::Modules;

use crate::{journal::Journal, Config};

/// What lasts from one turn to the next while the queue is served, and no longer: an author and
/// an importer split a block into different calls of the runtime, so nothing that changes gas or
/// an outcome may live here.
#[derive(frame_support::DefaultNoBound)]
pub(crate) struct Session<T: Config> {
    /// Modules that were loaded already: reusing one changes time, never gas. How many bytes of
    /// code may be read is the block's state ([`HALF_BUDGET`]).
    pub(crate) modules: Modules,
    /// What the turns tell.
    pub(crate) journal: Journal<T>,
}

/// Bytes of code that are read anew before the transactions of a block, and again as many by
/// uploads and after the transactions: together [`Modules::BUDGET`], which the heap of one call of
/// the runtime has room for. A block without transactions is finished in one call, an importer runs
/// any block in one; so each part leaves the rest of the queue to a later block.
pub(crate) const HALF_BUDGET: u32 = Modules::BUDGET / 2;
