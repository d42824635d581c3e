//! A trace in the words of the programs in it: `add(by: 5)` where they have an interface.
//!
//! [`Trace::tree`](actors_runtime_api::Trace::tree) shows bytes. Those that an interface explains
//! are replaced by a mark before, and the mark by the explanation after.

use actors_idl::{Entry, Idl};
use actors_primitives::{MessageId, ReplyCode};
use actors_runtime_api::{TraceCause, TraceEffect, TraceEnd, TraceTurn};
use std::{collections::BTreeMap, rc::Rc};

use crate::{
    interface::{refused, Asked},
    replay::Replay,
    runtime::AccountId,
    world::World,
};

/// Characters of an explanation that are shown.
const SHOWN: usize = 160;

/// The trace as text, with the names that accounts have in the test.
pub(crate) fn tree(world: &World, replay: &Replay) -> String {
    let mut words = Words {
        world,
        asked: BTreeMap::new(),
        explained: Vec::new(),
    };
    let mut trace = replay.trace.clone();
    for (turn, code) in trace.turns.iter_mut().zip(&replay.codes) {
        let idl = code.and_then(|code| world.now.interfaces.get(&code));
        words.turn(turn, idl);
    }
    let mut text = trace.tree(|account| world.now.history.name(account));
    for (number, explained) in words.explained.iter().enumerate() {
        text = text.replace(&format!("{:?}", mark(number)), explained);
    }
    text
}

/// What stands for an explanation meanwhile.
fn mark(number: usize) -> String {
    format!("‹explained {number}›")
}

struct Words<'a> {
    world: &'a World,
    /// What messages said, and to whom.
    asked: BTreeMap<MessageId, Asked>,
    explained: Vec<String>,
}

impl Words<'_> {
    fn turn(&mut self, turn: &mut TraceTurn<AccountId>, idl: Option<&Rc<Idl>>) {
        let entry = match &*turn.entry {
            "init" => Some(Entry::Init),
            "handle" => Some(Entry::Handle),
            _ => None,
        };
        if let (Some(idl), Some(entry)) = (idl, entry) {
            let asked = Asked {
                idl: idl.clone(),
                entry,
                payload: turn.payload.clone(),
            };
            self.asked.entry(turn.message_id).or_insert(asked);
            self.call(turn.message_id, &mut turn.payload);
        }
        if let TraceCause::Reply {
            to, code, payload, ..
        } = &mut turn.cause
        {
            self.reply(*to, *code, payload);
        }
        if let TraceEnd::Ended {
            code: ReplyCode::Reverted,
            payload,
            ..
        } = &mut turn.end
        {
            self.reply(turn.message_id, ReplyCode::Reverted, payload);
        }
        for effect in &mut turn.effects {
            match effect {
                TraceEffect::Sent {
                    message_id,
                    destination,
                    payload,
                    ..
                } => {
                    let idl = self.world.interface_of(destination);
                    self.sent(*message_id, idl, Entry::Handle, payload);
                }
                TraceEffect::Created {
                    message_id,
                    code_hash,
                    payload,
                    ..
                } => {
                    let idl = self.world.now.interfaces.get(code_hash).cloned();
                    self.sent(*message_id, idl, Entry::Init, payload);
                }
                TraceEffect::Emitted { data } => {
                    let text = idl.and_then(|idl| idl.event_text(data).ok());
                    self.explain(data, text);
                }
                TraceEffect::Replied { payload, .. } => {
                    self.reply(turn.message_id, ReplyCode::Replied, payload);
                }
                _ => {}
            }
        }
    }

    fn sent(&mut self, id: MessageId, idl: Option<Rc<Idl>>, entry: Entry, payload: &mut Vec<u8>) {
        if let Some(idl) = idl {
            let asked = Asked {
                idl,
                entry,
                payload: payload.clone(),
            };
            self.asked.insert(id, asked);
            self.call(id, payload);
        }
    }

    fn call(&mut self, id: MessageId, payload: &mut Vec<u8>) {
        let text = self.asked.get(&id).and_then(Asked::call);
        self.explain(payload, text);
    }

    fn reply(&mut self, to: MessageId, code: ReplyCode, payload: &mut Vec<u8>) {
        let asked = self.asked.get(&to);
        let text = asked.and_then(|asked| asked.reply(code, payload));
        let text = text.or_else(|| match code {
            ReplyCode::Reverted => refused(payload),
            _ => None,
        });
        self.explain(payload, text);
    }

    fn explain(&mut self, bytes: &mut Vec<u8>, text: Option<String>) {
        let Some(text) = text else {
            return;
        };
        let text = self.world.now.history.with_names(&text);
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        *bytes = mark(self.explained.len()).into_bytes();
        self.explained.push(shown);
    }
}
