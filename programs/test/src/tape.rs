//! What was done to a chain, so that it can be done again.

use actors_primitives::Balance;
use std::rc::Rc;

use crate::runtime::{AccountId, RuntimeCall};

/// Something that was done to a chain.
#[derive(Clone)]
pub(crate) enum Op {
    /// An account was given money.
    Fund(AccountId, Balance),
    /// Somebody put a call into the open block.
    Call(AccountId, Rc<RuntimeCall>),
    /// So many blocks were made.
    Blocks(u32),
    /// So many milliseconds passed in which none was.
    Stall(u64),
}

/// All that was done to a chain, in order: its state follows from that, since nothing in a test is
/// left to chance.
#[derive(Clone, Default)]
pub(crate) struct Tape {
    ops: Vec<Op>,
    /// What is before this place stays as it is.
    sealed: usize,
}

impl Tape {
    pub(crate) fn push(&mut self, op: Op) {
        let is_open = self.ops.len() > self.sealed;
        match (self.ops.last_mut().filter(|_| is_open), &op) {
            (Some(Op::Blocks(blocks)), Op::Blocks(more)) => *blocks = blocks.saturating_add(*more),
            _ => self.ops.push(op),
        }
    }

    /// Lets what comes next be apart from what came before.
    pub(crate) fn seal(&mut self) {
        self.sealed = self.ops.len();
    }

    pub(crate) fn len(&self) -> usize {
        self.ops.len()
    }

    /// What comes after so many.
    pub(crate) fn after(&self, done: usize) -> Vec<Op> {
        self.ops.get(done..).unwrap_or_default().to_vec()
    }
}
