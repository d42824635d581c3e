//! What turns tell besides their effects, kept for whoever asks: a dry run, a trace.

use actors_executor::{Failure, Turn};
use actors_primitives::{Balance, Gas, MessageId};
use alloc::{string::String, vec::Vec};

use crate::{
    queue::Lane,
    record::ServiceState,
    task::{Ended, Task},
    trace::Tracer,
    Config, Purse,
};

/// Bytes of texts that are kept of a whole dry run.
const MOST_DEBUG_BYTES: usize = 256 * 1024;

/// What the turns of a session have told.
#[derive(frame_support::DefaultNoBound)]
pub(crate) struct Journal<T: Config> {
    /// Texts that programs logged, in order, if somebody reads them: a block keeps none, or they
    /// would fill the runtime's heap.
    pub(crate) debug: Option<Vec<String>>,
    /// Bytes of those texts.
    pub(crate) debug_bytes: usize,
    /// The purse whose need is watched, and the gas that it was opened with.
    pub(crate) watched: Option<(MessageId, Gas)>,
    /// The least gas that the watched purse would have had to be opened with.
    pub(crate) needed: Gas,
    /// Deposit money that was used of the watched purse, and of those split off it.
    pub(crate) deposit_used: Balance,
    /// What a trace tells, if somebody traces.
    pub(crate) trace: Option<Tracer<T>>,
}

impl<T: Config> Journal<T> {
    /// A turn is about to run, for what stood at that place of a row.
    pub(crate) fn begin(&mut self, service: &ServiceState, place: (Lane, u64), task: &Task<T>) {
        if let Some(trace) = &mut self.trace {
            trace.begin(service, place, task);
        }
    }

    /// Notes what a turn told, which found `gas` in its purse, and where its place may cost `place`.
    pub(crate) fn note(&mut self, task: &Task<T>, gas: Gas, place: Gas, turn: &Turn) {
        let wanted = turn.gas_required.saturating_add(place);
        self.wants(&task.message.purse, gas, wanted);
        for text in &turn.debug {
            log::debug!(target: crate::LOG_TARGET, "{text}");
        }
        self.keep(&turn.debug);
        if let Some(trace) = &mut self.trace {
            trace.note(task, turn);
        }
    }

    /// Notes what came of a turn, which has burned gas and paid for its place: it is applied, or it
    /// failed.
    pub(crate) fn end(
        &mut self,
        task: &Task<T>,
        gas_limit: Gas,
        (gas_burned, place): (Gas, Gas),
        outcome: Result<&Ended, &Failure>,
    ) {
        if let Some(trace) = &mut self.trace {
            trace.end(task, gas_limit, (gas_burned, place), outcome);
        }
    }

    /// Notes that all which the turn brought about stands in the queue.
    pub(crate) fn settle(&mut self, service: &ServiceState) {
        if let Some(trace) = &mut self.trace {
            trace.settle(service);
        }
    }

    /// Notes that a turn has used deposit money of its purse.
    pub(crate) fn uses(&mut self, task: &Task<T>, purse: &Purse<T>, deposit: Balance) {
        let opened = purse.parent.unwrap_or(task.message.purse);
        if self.watched.is_some_and(|(watched, _)| watched == opened) {
            self.deposit_used = self.deposit_used.saturating_add(deposit);
        }
    }

    /// Keeps the texts of a turn, as long as there are not too many.
    fn keep(&mut self, texts: &[String]) {
        let Some(kept) = &mut self.debug else {
            return;
        };
        for text in texts {
            let bytes = self.debug_bytes.saturating_add(text.len());
            if bytes <= MOST_DEBUG_BYTES {
                self.debug_bytes = bytes;
                kept.push(text.clone());
            }
        }
    }

    /// Notes that a turn wanted `gas` of a purse that has `left`.
    fn wants(&mut self, purse: &MessageId, left: Gas, gas: Gas) {
        let Some((watched, opened)) = self.watched else {
            return;
        };
        if watched == *purse {
            let spent = opened.saturating_sub(left);
            self.needed = self.needed.max(spent.saturating_add(gas));
        }
    }
}
