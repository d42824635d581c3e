//! What a trace notes while turns run: those that a message causes, and no others.
//!
//! A turn is caused by the message if a turn of the trace put what it serves into the queue, or if
//! it is one of a message that is a member: the first, and every message that a turn of the trace
//! sent. In a block nobody traces, and none of this happens.

mod describe;

use actors_executor::{Failure, Turn};
use actors_primitives::{Charge, Gas, MessageId, ReplyCode};
use actors_runtime_api::{Trace, TraceCause, TraceEffect, TraceEnd, TraceTurn};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};
use codec::Encode;

use crate::{
    message::{Kind, Message, Sender},
    queue::Lane,
    record::ServiceState,
    task::{Ended, Task},
    Config, Delayed, Mailboxes, Programs, Purses, Service, Waiting,
};
use describe::{cause, ended, failed, told, told_effects};

/// Turns that a trace tells.
const MOST_TURNS: usize = 1_000;
/// Bytes that all of them take, encoded.
const MOST_BYTES: usize = 1024 * 1024;
/// Places of the queue, and messages that wait, that are looked at to find one.
const SEARCHED: usize = 16 * 1024;

/// Where a member is, when it is not in the queue.
enum Stay<T: Config> {
    /// It is delivered later.
    Delayed,
    /// In the mailbox of that user.
    Letter(T::AccountId),
    /// It waits; what will be told if its program ends before it.
    Waits {
        /// How often its program had been upgraded.
        epoch: u32,
        /// Its next turn.
        turn: Box<TraceTurn<T::AccountId>>,
    },
}

/// The turn that runs.
struct Current<T: Config> {
    /// The ends of the rows before it.
    tails: [u64; 2],
    /// What it asks for.
    effects: Vec<TraceEffect<T::AccountId>>,
    /// Texts that it logged.
    debug: Vec<String>,
    /// What its gas went for.
    spent: Vec<(Charge, Gas)>,
}

/// What is noted of a trace.
pub(crate) struct Tracer<T: Config> {
    root: MessageId,
    /// The messages of the trace, and in whose turn each was sent.
    members: BTreeMap<MessageId, Option<MessageId>>,
    /// Places in the rows that turns of the trace took.
    places: BTreeSet<(Lane, u64)>,
    /// The members that are not in the queue.
    stays: BTreeMap<MessageId, Stay<T>>,
    current: Option<Current<T>>,
    /// Whether a program has ended, or is another: members may have been swept since.
    has_graves: bool,
    turns: Vec<TraceTurn<T::AccountId>>,
    bytes: usize,
    omitted: u32,
    block: u32,
}

impl<T: Config> Tracer<T> {
    /// Traces a message that is in the queue.
    pub(crate) fn new(root: MessageId) -> Self {
        Self {
            root,
            members: BTreeMap::from([(root, None)]),
            places: BTreeSet::new(),
            stays: BTreeMap::new(),
            current: None,
            has_graves: !Service::<T>::get().graves.is_empty(),
            turns: Vec::new(),
            bytes: 0,
            omitted: 0,
            block: 0,
        }
    }

    /// Traces a message wherever it is: `None` if it is nowhere, as far as it is looked for.
    pub(crate) fn find(id: MessageId) -> Option<Self> {
        let mut tracer = Self::new(id);
        if Delayed::<T>::contains_key(id) {
            tracer.stays.insert(id, Stay::Delayed);
            return Some(tracer);
        }
        let mut queued = Self::queued();
        if queued.any(|message| message.id == id && message.kind.has_purse()) {
            return Some(tracer);
        }
        let mut waiting = Waiting::<T>::iter_keys().take(SEARCHED);
        let (program, epoch, _) = waiting.find(|(_, _, message)| *message == id)?;
        let waiting = Waiting::<T>::get((program, epoch, id))?;
        let turn = Box::new(Self::swept(&waiting.message, waiting.turn, None));
        tracer.stays.insert(id, Stay::Waits { epoch, turn });
        Some(tracer)
    }

    /// A turn is about to run, for what stood at that place of a row.
    pub(crate) fn begin(&mut self, service: &ServiceState, place: (Lane, u64), task: &Task<T>) {
        let belongs = self.places.remove(&place)
            || self.has(&task.message)
            || task.answer.as_ref().is_some_and(|answer| self.has(answer));
        self.current = belongs.then(|| Current {
            tails: tails(service),
            effects: Vec::new(),
            debug: Vec::new(),
            spent: Vec::new(),
        });
    }

    /// Whether a message is a member, or tells of one.
    fn has(&mut self, message: &Message<T>) -> bool {
        self.members.contains_key(&message.id)
            || told(message.kind).is_some_and(|of| self.members.contains_key(&of))
            || self.adopts(message)
    }

    /// Whether a message belongs to the root by something else than a turn of the trace: it was
    /// sent before the trace began.
    fn adopts(&mut self, message: &Message<T>) -> bool {
        if !message.kind.has_purse() {
            return false;
        }
        let parent = match message.sender {
            Sender::Awaiting(waiter) => Some(waiter.message),
            _ => None,
        };
        let parent = parent.filter(|parent| self.members.contains_key(parent));
        // The purse of a call has the id of the call's message.
        let is_relative = || {
            message.purse == self.root
                || Purses::<T>::get(message.purse)
                    .is_some_and(|purse| purse.parent == Some(self.root))
        };
        let belongs = parent.is_some() || is_relative();
        if belongs {
            self.members.insert(message.id, parent);
        }
        belongs
    }

    /// The turn has run, and nothing of it is applied yet.
    pub(crate) fn note(&mut self, task: &Task<T>, turn: &Turn) {
        if let Some(current) = &mut self.current {
            if let Ok(effects) = &turn.outcome {
                current.effects = told_effects(task, effects);
            }
            current.debug.clone_from(&turn.debug);
            current.spent.clone_from(&turn.spent);
        }
    }

    /// The turn has ended: its effects are applied, or it failed.
    pub(crate) fn end(
        &mut self,
        task: &Task<T>,
        gas_limit: Gas,
        (gas_burned, place): (Gas, Gas),
        outcome: Result<&Ended, &Failure>,
    ) {
        let message = &task.message;
        let is_program = || Programs::<T>::contains_key(&message.destination);
        // Also by a turn of another trace.
        self.has_graves |= matches!(message.kind, Kind::Migrate(_)) || !is_program();
        let Some(current) = &mut self.current else {
            return;
        };
        let debug = core::mem::take(&mut current.debug);
        let mut spent = core::mem::take(&mut current.spent);
        if place > 0 {
            spent.push((Charge::Places, place));
        }
        let gas_burned = gas_burned.saturating_add(place);
        let effects = match outcome {
            Ok(_) => core::mem::take(&mut current.effects),
            Err(_) => Vec::new(),
        };
        for effect in &effects {
            self.meet(message, effect);
        }
        let turn = TraceTurn {
            payload: message.payload.to_vec(),
            value: message.value,
            cause: cause(task),
            gas_limit,
            gas_burned,
            spent,
            end: match outcome {
                Ok(Ended::With(code)) => ended(*code),
                Ok(Ended::Not(blocks)) => TraceEnd::Waits { blocks: *blocks },
                Err(failure) => failed(failure),
            },
            effects,
            debug,
            ..self.unrun(message, task.past.turns)
        };
        if self.members.contains_key(&message.id) {
            match (outcome, Programs::<T>::get(&message.destination)) {
                (Ok(Ended::Not(_)), Some(program)) => {
                    let number = task.past.turns.saturating_add(1);
                    let next = Self::swept(message, number, turn.parent);
                    let stay = Stay::Waits {
                        epoch: program.epoch,
                        turn: Box::new(next),
                    };
                    self.stays.insert(message.id, stay);
                }
                _ => {
                    self.stays.remove(&message.id);
                }
            }
        }
        self.tell(turn);
    }

    /// All that the turn brought about stands in the queue.
    pub(crate) fn settle(&mut self, service: &ServiceState) {
        if let Some(current) = self.current.take() {
            let lanes = Lane::ALL.into_iter().zip(current.tails).zip(tails(service));
            let taken =
                lanes.flat_map(|((lane, from), to)| (from..to).map(move |place| (lane, place)));
            self.places.extend(taken);
        }
    }

    /// The next block begins.
    pub(crate) fn next_block(&mut self) {
        self.block = self.block.saturating_add(1);
    }

    /// Tells of the members that do not wait any more although no turn of theirs has run: their
    /// program has ended, or is another.
    pub(crate) fn tell_swept(&mut self) {
        if !self.has_graves {
            return;
        }
        self.has_graves = !Service::<T>::get().graves.is_empty();
        let mut swept = Vec::new();
        for (id, stay) in &self.stays {
            if let Stay::Waits { epoch, turn } = stay {
                if !Waiting::<T>::contains_key((&turn.program, epoch, id)) {
                    swept.push((*id, TraceTurn::clone(turn)));
                }
            }
        }
        for (id, mut turn) in swept {
            self.stays.remove(&id);
            let code = match Programs::<T>::contains_key(&turn.program) {
                true => ReplyCode::Upgraded,
                false => ReplyCode::Exited,
            };
            (turn.block, turn.end) = (self.block, ended(code));
            self.tell(turn);
        }
    }

    /// Whether nothing of the trace is still to come.
    pub(crate) fn is_over(&mut self) -> bool {
        // The purse of a call is open as long as anything draws on it.
        if Purses::<T>::contains_key(self.root) {
            return false;
        }
        self.stays.retain(|id, stay| match stay {
            Stay::Delayed => Delayed::<T>::contains_key(id),
            Stay::Letter(user) => Mailboxes::<T>::contains_key(user, id),
            Stay::Waits { epoch, turn } => Waiting::<T>::contains_key((&turn.program, *epoch, id)),
        });
        self.stays.is_empty() && !self.is_queued()
    }

    /// The messages at the first places of each row, without payloads.
    fn queued() -> impl Iterator<Item = Message<T>> {
        let service = Service::<T>::get();
        let places = Lane::ALL.into_iter().flat_map(move |lane| {
            let row = service.row(lane);
            (row.head..row.tail)
                .take(SEARCHED)
                .map(move |place| (lane, place))
        });
        places.filter_map(|(lane, place)| Message::<T>::head(lane, place))
    }

    /// Whether anything of the trace stands in a row.
    fn is_queued(&mut self) -> bool {
        let service = Service::<T>::get();
        self.places
            .retain(|(lane, place)| *place >= service.row(*lane).head);
        if !self.places.is_empty() {
            return true;
        }
        if service.length() > SEARCHED as u64 {
            // Nobody looks that far.
            return true;
        }
        let mut queued = Self::queued();
        queued.any(|message| {
            let resumes = message.kind.waiter().map(|waiter| waiter.message);
            resumes.is_some_and(|message| self.members.contains_key(&message)) || self.has(&message)
        })
    }

    /// What is known when it is over.
    pub(crate) fn finish(mut self, blocks: u32) -> Trace<T::AccountId> {
        Trace {
            message_id: self.root,
            is_complete: self.is_over(),
            turns: self.turns,
            omitted: self.omitted,
            blocks,
        }
    }

    /// Makes what a turn has sent a member.
    fn meet(&mut self, message: &Message<T>, effect: &TraceEffect<T::AccountId>) {
        let (id, stay) = match effect {
            TraceEffect::Sent {
                message_id,
                destination,
                delay,
                letter,
                ..
            } => {
                let stay = match letter {
                    Some(_) => Some(Stay::Letter(destination.clone())),
                    None => (*delay > 0).then_some(Stay::Delayed),
                };
                (message_id, stay)
            }
            TraceEffect::Created { message_id, .. } => (message_id, None),
            _ => return,
        };
        self.members.insert(*id, Some(message.id));
        if let Some(stay) = stay {
            self.stays.insert(*id, stay);
        }
    }

    /// What is known of a turn before it runs.
    fn unrun(&self, message: &Message<T>, number: u32) -> TraceTurn<T::AccountId> {
        let sent_in = || self.members.get(&message.id).copied().flatten();
        let parent = told(message.kind).or_else(sent_in);
        TraceTurn {
            block: self.block,
            ..Self::swept(message, number, parent)
        }
    }

    /// The turn that a message does not have because its program has ended before.
    fn swept(
        message: &Message<T>,
        number: u32,
        parent: Option<MessageId>,
    ) -> TraceTurn<T::AccountId> {
        TraceTurn {
            block: 0,
            message_id: message.id,
            number,
            parent,
            source: message.source.clone(),
            program: message.destination.clone(),
            entry: message.kind.entry().export().to_string(),
            cause: TraceCause::Swept,
            payload: Vec::new(),
            value: 0,
            gas_limit: 0,
            gas_burned: 0,
            spent: Vec::new(),
            end: ended(ReplyCode::Upgraded),
            effects: Vec::new(),
            debug: Vec::new(),
        }
    }

    /// Tells a turn, unless too much is told already; none after one that is not.
    fn tell(&mut self, turn: TraceTurn<T::AccountId>) {
        let bytes = self.bytes.saturating_add(turn.encoded_size());
        if self.omitted > 0 || self.turns.len() >= MOST_TURNS || bytes > MOST_BYTES {
            self.omitted = self.omitted.saturating_add(1);
        } else {
            self.bytes = bytes;
            self.turns.push(turn);
        }
    }
}

/// The ends of the rows.
fn tails(service: &ServiceState) -> [u64; 2] {
    Lane::ALL.map(|lane| service.row(lane).tail)
}
