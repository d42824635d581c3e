//! A trace as a tree, for a terminal: one line a turn, below it what it did, and below each
//! message that it sent the turns of that message.

use actors_primitives::{abi::REST_OF_DEPOSIT, Balance, Gas, MessageId, ReplyCode};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use core::fmt;

use crate::{
    text::{count, data, id, number, quoted, short},
    Trace, TraceCause, TraceEffect, TraceEnd, TraceTurn,
};

/// A line of the tree.
#[derive(Clone, Copy)]
enum Line {
    /// A turn, by its place.
    Turn(usize),
    /// A text that the turn logged.
    Debug(usize, usize),
    /// Something that the turn did.
    Effect(usize, usize),
}

impl<AccountId> Trace<AccountId> {
    /// The trace as text, with accounts called what `name` calls them.
    pub fn tree(&self, name: impl Fn(&AccountId) -> String) -> String {
        let mut tree = Tree::new(self, name);
        let mut text = String::new();
        // What is still to be told, the next one last, each with what stands before it. Not by
        // recursion: messages may nest as deep as a trace is long.
        let mut left: Vec<(Line, String, String)> = Vec::new();
        for line in tree.top().into_iter().rev() {
            left.push((line, String::new(), String::new()));
        }
        while let Some((line, before, before_more)) = left.pop() {
            text.push_str(&before);
            text.push_str(&tree.say(line, before.is_empty()));
            text.push('\n');
            for (place, more) in tree.below(line).into_iter().rev().enumerate() {
                let (branch, stem) = if place == 0 {
                    ("└─ ", "   ")
                } else {
                    ("├─ ", "│  ")
                };
                left.push((
                    more,
                    format!("{before_more}{branch}"),
                    format!("{before_more}{stem}"),
                ));
            }
        }
        text.push_str(&self.summary());
        text
    }

    fn summary(&self) -> String {
        let more = match self.omitted {
            0 => String::new(),
            omitted => format!("and {} that are not told\n", count(omitted, "more turn")),
        };
        let over = match self.is_complete {
            true => "over",
            false => "not over",
        };
        match self.blocks {
            0 => format!("{more}{over}\n"),
            blocks => format!("{more}{over} after {}\n", count(blocks, "block")),
        }
    }
}

/// Accounts as the beginning of their hexadecimal form; [`Trace::tree`] calls them by other names.
impl<AccountId: AsRef<[u8]>> fmt::Display for Trace<AccountId> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tree(|account| short(account.as_ref())))
    }
}

/// A trace, and which of its turns stand below which message.
struct Tree<'a, AccountId, Name> {
    turns: &'a [TraceTurn<AccountId>],
    name: Name,
    below: BTreeMap<MessageId, Vec<usize>>,
    sent: BTreeSet<MessageId>,
}

impl<'a, AccountId, Name: Fn(&AccountId) -> String> Tree<'a, AccountId, Name> {
    fn new(trace: &'a Trace<AccountId>, name: Name) -> Self {
        let mut below: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (place, turn) in trace.turns.iter().enumerate() {
            below.entry(stands_below(turn)).or_default().push(place);
        }
        let effects = trace.turns.iter().flat_map(|turn| &turn.effects);
        Self {
            turns: &trace.turns,
            name,
            below,
            sent: effects.filter_map(sends).collect(),
        }
    }

    /// The turns that stand below no message which is sent in the trace.
    fn top(&self) -> Vec<Line> {
        let turns = self.turns.iter().enumerate();
        turns
            .filter(|(_, turn)| !self.sent.contains(&stands_below(turn)))
            .map(|(place, _)| Line::Turn(place))
            .collect()
    }

    /// What stands below a line; each turn once, whatever the trace says.
    fn below(&mut self, line: Line) -> Vec<Line> {
        match line {
            Line::Turn(place) => {
                let turn = &self.turns[place];
                let debug = (0..turn.debug.len()).map(|text| Line::Debug(place, text));
                let effects = turn.effects.iter().enumerate();
                let shown = effects
                    // The line of the turn says so.
                    .filter(|(_, effect)| !matches!(effect, TraceEffect::Waits { .. }))
                    .map(|(effect, _)| Line::Effect(place, effect));
                debug.chain(shown).collect()
            }
            Line::Debug(..) => Vec::new(),
            Line::Effect(place, effect) => {
                let message = sends(&self.turns[place].effects[effect]);
                let turns = message.and_then(|message| self.below.remove(&message));
                turns.into_iter().flatten().map(Line::Turn).collect()
            }
        }
    }

    fn say(&self, line: Line, is_top: bool) -> String {
        match line {
            Line::Turn(place) => self.turn(&self.turns[place], is_top),
            Line::Debug(place, text) => format!("says {}", quoted(&self.turns[place].debug[text])),
            Line::Effect(place, effect) => self.effect(&self.turns[place].effects[effect]),
        }
    }

    fn turn(&self, turn: &TraceTurn<AccountId>, is_top: bool) -> String {
        let mut text = String::new();
        if is_top {
            text += &format!("{} ", id(&turn.message_id));
        }
        text += &format!("{} {}", turn.entry, (self.name)(&turn.program));
        if is_top && turn.cause == TraceCause::Fresh {
            text += &format!(" from {}", (self.name)(&turn.source));
        }
        text += &match &turn.cause {
            TraceCause::Fresh => cargo(&turn.payload, turn.value),
            TraceCause::Reply {
                to,
                code,
                value,
                payload,
            } => {
                let failed = match code.is_success() {
                    true => String::new(),
                    false => format!(" ({code:?})"),
                };
                format!(", reply to {}{failed}{}", id(to), cargo(payload, *value))
            }
            TraceCause::Woken => ", woken".into(),
            TraceCause::Deadline => ", deadline".into(),
            TraceCause::Signal { of, code } => format!(", {} failed ({code:?})", id(of)),
            TraceCause::Swept => ", swept".into(),
        };
        text += ": ";
        if turn.cause != TraceCause::Swept {
            text += &format!("{} gas, ", number(turn.gas_burned));
        }
        text += &end(&turn.end);
        if turn.block > 0 {
            text += &format!(", block +{}", number(turn.block));
        }
        text
    }

    fn effect(&self, effect: &TraceEffect<AccountId>) -> String {
        match effect {
            TraceEffect::Sent {
                message_id,
                destination,
                payload,
                value,
                deposit,
                gas,
                delay,
                is_awaited,
                letter,
            } => {
                let to = (self.name)(destination);
                let late = match delay {
                    0 => String::new(),
                    delay => format!(", after {}", count(*delay, "block")),
                };
                let letter = letter.map_or(String::new(), |blocks| {
                    format!(", in the mailbox for {}", count(blocks, "block"))
                });
                format!(
                    "sends {} to {to}{}{}{}{late}{}{letter}",
                    id(message_id),
                    cargo(payload, *value),
                    along(*deposit),
                    split(*gas),
                    awaited(*is_awaited),
                )
            }
            TraceEffect::Created {
                message_id,
                program,
                code_hash,
                payload,
                value,
                deposit,
                gas,
                is_awaited,
            } => format!(
                "creates {} from {} with {}{}{}{}{}",
                (self.name)(program),
                short(&code_hash.0),
                id(message_id),
                cargo(payload, *value),
                along(*deposit),
                split(*gas),
                awaited(*is_awaited),
            ),
            TraceEffect::Woke { message_id } => format!("wakes {}", id(message_id)),
            TraceEffect::Emitted { data: said } => format!("emits {}", data(said)),
            TraceEffect::Replied { payload, value } => {
                format!("replies {}{}", data(payload), money(*value))
            }
            TraceEffect::Waits { blocks } => format!("waits {}", count(*blocks, "block")),
            TraceEffect::Exited { inheritor } => {
                format!("exits, inherited by {}", (self.name)(inheritor))
            }
            TraceEffect::Stored {
                pages,
                freed_pages,
                state_keys,
            } => {
                let parts = [
                    (*pages, "page", "stores"),
                    (*freed_pages, "page", "frees"),
                    (*state_keys, "key", "writes"),
                ];
                let parts = parts.iter().filter(|(of, ..)| *of > 0);
                let said: Vec<_> = parts
                    .map(|(of, thing, does)| format!("{does} {}", count(*of, thing)))
                    .collect();
                said.join(", ")
            }
        }
    }
}

/// The message below which a turn stands: its own, or the one that it tells of.
fn stands_below<AccountId>(turn: &TraceTurn<AccountId>) -> MessageId {
    let tells = match turn.cause {
        TraceCause::Reply { to, .. } => Some(to),
        TraceCause::Signal { of, .. } => Some(of),
        _ => None,
    };
    // A reply that resumes a message tells that message of another.
    tells
        .filter(|told| turn.parent == Some(*told))
        .unwrap_or(turn.message_id)
}

/// The message that it sends, if it sends one.
fn sends<AccountId>(effect: &TraceEffect<AccountId>) -> Option<MessageId> {
    match effect {
        TraceEffect::Sent { message_id, .. } | TraceEffect::Created { message_id, .. } => {
            Some(*message_id)
        }
        _ => None,
    }
}

fn end(end: &TraceEnd) -> String {
    match end {
        TraceEnd::Waits { blocks } => format!("waits {}", count(*blocks, "block")),
        TraceEnd::Ended {
            code: ReplyCode::Replied,
            ..
        } => "replied".into(),
        TraceEnd::Ended {
            code: ReplyCode::Finished,
            ..
        } => "finished".into(),
        TraceEnd::Ended {
            code,
            text,
            payload,
        } => match (text.is_empty(), payload.is_empty()) {
            (true, true) => format!("failed ({code:?})"),
            (true, false) => format!("failed ({code:?}) {}", data(payload)),
            (false, _) => format!("failed ({code:?}) {}", quoted(text)),
        },
    }
}

/// What a message says and carries.
fn cargo(payload: &[u8], value: Balance) -> String {
    let said = match payload.is_empty() {
        true => String::new(),
        false => format!(" {}", data(payload)),
    };
    said + &money(value)
}

fn money(value: Balance) -> String {
    match value {
        0 => String::new(),
        value => format!(" + {} planck", number(value)),
    }
}

fn along(deposit: Balance) -> String {
    match deposit {
        0 => String::new(),
        REST_OF_DEPOSIT => ", with the rest of the deposit money".into(),
        deposit => format!(", with {} planck of deposit money", number(deposit)),
    }
}

fn split(gas: Option<Gas>) -> String {
    gas.map_or(String::new(), |gas| format!(", with {} gas", number(gas)))
}

fn awaited(is_awaited: bool) -> &'static str {
    match is_awaited {
        true => ", awaited",
        false => "",
    }
}
