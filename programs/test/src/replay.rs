//! What really happened to a message, turn by turn.
//!
//! A chain keeps no trace of what its turns did. But what was done to it, it does again in the same
//! way: so when somebody asks, a second chain does all of it, and before it serves the queue it is
//! asked what the turns that came then are about to do. Only turns that the first chain's events
//! tell of are believed, with the same gas and the same end.

use actors_primitives::{CodeHash, Gas, MessageId, ReplyCode};
use actors_runtime_api::{Trace, TraceEffect, TraceEnd, TraceTurn};
use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
use pallet_actors::{
    Booked, Delayed, Event, Mailboxes, Pallet, Programs, Purses, Queue, Service, Waiting,
};
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    history::Record,
    runtime::{AccountId, BlockNumber, Runtime, System},
    world::World,
};

/// Turns that are told at most.
const MOST_TURNS: usize = 200;

/// A turn as the events tell it.
struct Told {
    message: MessageId,
    gas_burned: Gas,
    /// How its message ended, unless it waits.
    code: Option<ReplyCode>,
}

/// Who watches a chain do again what another did.
pub(crate) struct Watch {
    /// The turns to look for, by how often the queue was served before.
    told: BTreeMap<u32, Vec<Told>>,
    first: BlockNumber,
    turns: Vec<TraceTurn<AccountId>>,
    /// The code that each turn's program had.
    codes: Vec<Option<CodeHash>>,
    omitted: u32,
}

/// A trace of what happened, with the code of the program of each turn.
pub(crate) struct Replay {
    pub(crate) trace: Trace<AccountId>,
    pub(crate) codes: Vec<Option<CodeHash>>,
}

/// What a message caused on a chain; nothing if the chain knows no such message.
pub(crate) fn of(world: &World, root: MessageId) -> Option<Replay> {
    let cascade = world.now.history.cascade(root);
    let first = cascade.first()?.block;
    let watch = Watch::new(first, &cascade);
    let members = members(root, &cascade);
    let records = &world.now.history.records;
    let record = records
        .iter()
        .position(|record| record.begins() == Some(root))?;
    let (mut again, ops) = world.again(record, watch);
    for op in ops {
        // What was refused then is refused now.
        let _ = again.play(op);
    }
    let is_same = again.now.history.records == *records;
    let is_complete = again.run(|| !is_open(root, &members));
    // How long it took, or takes already.
    let last = cascade.last().map_or(first, |record| record.block);
    let last = if is_complete { last } else { again.now.number };
    let blocks = last.saturating_sub(first);
    let watch = again.into_watch().filter(|_| is_same)?;
    let mut turns = watch.turns;
    find_parents(&mut turns);
    Some(Replay {
        trace: Trace {
            message_id: root,
            turns,
            is_complete,
            omitted: watch.omitted,
            blocks,
        },
        codes: watch.codes,
    })
}

impl Watch {
    fn new(first: BlockNumber, cascade: &[&Record]) -> Self {
        let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for record in cascade {
            let (message, code, gas_burned) = match &record.event {
                Event::MessageProcessed {
                    message_id,
                    reply_code,
                    gas_burned,
                    ..
                } => (*message_id, Some(*reply_code), *gas_burned),
                Event::MessageWaiting {
                    message_id,
                    gas_burned,
                    ..
                } => (*message_id, None, *gas_burned),
                _ => continue,
            };
            let turn = Told {
                message,
                gas_burned,
                code,
            };
            if let Some(service) = record.service {
                told.entry(service).or_default().push(turn);
            }
        }
        Self {
            told,
            first,
            turns: Vec::new(),
            codes: Vec::new(),
            omitted: 0,
        }
    }

    /// Looks at what is about to be served: at the end of that block, or at its beginning.
    pub(crate) fn look(&mut self, number: BlockNumber, service: u32, is_end: bool) {
        let Some(told) = self.told.remove(&service) else {
            return;
        };
        let mut found: Vec<Option<TraceTurn<AccountId>>> = told.iter().map(|_| None).collect();
        for (place, turn) in told.iter().enumerate() {
            let is_known = found.get(place).is_some_and(Option::is_some);
            if is_known || self.turns.len() >= MOST_TURNS {
                continue;
            }
            for seen in rehearse(turn.message, number, is_end) {
                let mut places = told.iter().zip(&mut found);
                let place = places.find(|(turn, found)| found.is_none() && turn.is(&seen));
                if let Some((_, found)) = place {
                    *found = Some(seen);
                }
            }
        }
        for turn in found {
            match turn.filter(|_| self.turns.len() < MOST_TURNS) {
                Some(turn) => {
                    let program = Programs::<Runtime>::get(&turn.program);
                    self.codes.push(program.map(|program| program.code_hash));
                    self.turns.push(TraceTurn {
                        block: number.saturating_sub(self.first),
                        ..turn
                    });
                }
                None => self.omitted = self.omitted.saturating_add(1),
            }
        }
    }
}

impl Told {
    fn is(&self, turn: &TraceTurn<AccountId>) -> bool {
        let code = match turn.end {
            TraceEnd::Ended { code, .. } => Some(code),
            TraceEnd::Waits { .. } => None,
        };
        turn.message_id == self.message && turn.gas_burned == self.gas_burned && code == self.code
    }
}

/// The turns that a message and what it causes are about to have.
///
/// A trace begins a block and lets the clock go on; here both have happened, so both are undone
/// first. It serves a whole block: what comes later than the next service is not believed.
fn rehearse(message: MessageId, number: BlockNumber, is_end: bool) -> Vec<TraceTurn<AccountId>> {
    with_transaction_unchecked(|| {
        System::set_block_number(number.saturating_sub(1));
        if is_end {
            Service::<Runtime>::mutate(|service| {
                if service.scheduled > 0 || service.length() > 0 {
                    service.clock = service.clock.saturating_sub(1);
                }
            });
        }
        let trace = Pallet::<Runtime>::trace_queued(message, 0);
        TransactionOutcome::Rollback(trace.map_or_else(|_| Vec::new(), |trace| trace.turns))
    })
}

/// Lets each turn know in which message its own was sent: a trace that begins later does not.
fn find_parents(turns: &mut [TraceTurn<AccountId>]) {
    let mut sent_in = BTreeMap::new();
    for turn in turns {
        for effect in &turn.effects {
            if let TraceEffect::Sent { message_id, .. } | TraceEffect::Created { message_id, .. } =
                effect
            {
                sent_in.insert(*message_id, turn.message_id);
            }
        }
        turn.parent = turn.parent.or(sent_in.get(&turn.message_id).copied());
    }
}

/// All messages that a message caused, and itself.
fn members(root: MessageId, cascade: &[&Record]) -> BTreeSet<MessageId> {
    let of_turns = cascade.iter().filter_map(|record| record.turn);
    let begun = cascade.iter().filter_map(|record| record.begins());
    of_turns.chain(begun).chain([root]).collect()
}

/// Whether anything that a message caused is still to come.
fn is_open(root: MessageId, members: &BTreeSet<MessageId>) -> bool {
    let queued = Queue::<Runtime>::iter_values().chain(Booked::<Runtime>::iter_values());
    let queued = queued.map(|message| message.id);
    let waiting = Waiting::<Runtime>::iter_keys().map(|(_, _, message)| message);
    let letters = Mailboxes::<Runtime>::iter_keys().map(|(_, message)| message);
    let delayed = Delayed::<Runtime>::iter_keys();
    let mut open = queued.chain(waiting).chain(letters).chain(delayed);
    Purses::<Runtime>::contains_key(root) || open.any(|message| members.contains(&message))
}
