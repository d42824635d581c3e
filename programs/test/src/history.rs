//! What happened on a chain: the pallet's events in order, each with the turn it belongs to.

use actors_primitives::{Gas, MessageId};
use pallet_actors::Event;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use crate::{
    reply::Reply,
    runtime::{AccountId, BlockNumber, Runtime},
    show::{short, Bytes},
};

/// One event.
pub(crate) struct Record {
    pub(crate) block: BlockNumber,
    /// The message in whose turn it came; none for an event of a call.
    pub(crate) turn: Option<MessageId>,
    pub(crate) event: Event<Runtime>,
}

/// All events so far, and the names of the accounts in them.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) records: Vec<Record>,
    pub(crate) names: BTreeMap<AccountId, String>,
}

impl History {
    /// Adds the events of a call.
    pub(crate) fn called(&mut self, block: BlockNumber, events: Vec<Event<Runtime>>) {
        let records = events.into_iter().map(|event| Record {
            block,
            turn: None,
            event,
        });
        self.records.extend(records);
    }

    /// Adds the events of serving the queue. A turn's events end with `MessageProcessed`.
    pub(crate) fn served(&mut self, block: BlockNumber, events: Vec<Event<Runtime>>) {
        let mut first = self.records.len();
        for event in events {
            let ends = match &event {
                Event::MessageProcessed { message_id, .. } => Some(*message_id),
                _ => None,
            };
            self.records.push(Record {
                block,
                turn: None,
                event,
            });
            if ends.is_some() {
                for record in &mut self.records[first..] {
                    record.turn = ends;
                }
                first = self.records.len();
            }
        }
    }

    /// The one reply to a message, if it came yet.
    ///
    /// # Panics
    ///
    /// When there are two.
    pub(crate) fn reply_to(&self, id: MessageId) -> Option<Reply> {
        let mut found = None;
        let mut gas_burned: Gas = 0;
        for record in &self.records {
            match &record.event {
                Event::UserMessage {
                    payload,
                    value,
                    reply: Some(reply),
                    ..
                } if reply.to == id => {
                    assert!(found.is_none(), "the pallet replied twice to one message");
                    found = Some((reply.code, payload.clone(), *value));
                }
                Event::MessageProcessed {
                    message_id,
                    gas_burned: burned,
                    ..
                } if *message_id == id => gas_burned = gas_burned.saturating_add(*burned),
                _ => {}
            }
        }
        found.map(|(code, payload, value)| Reply {
            code,
            payload,
            value,
            gas_burned,
        })
    }

    /// What a message caused, in order: its own turns' events and those of all that it sent.
    pub(crate) fn cascade(&self, root: MessageId) -> Vec<&Record> {
        let mut ours = BTreeSet::from([root]);
        let mut cascade = Vec::new();
        for record in &self.records {
            let starts = match &record.event {
                Event::MessageQueued { message_id, .. }
                | Event::ProgramCreated { message_id, .. } => Some(*message_id),
                _ => None,
            };
            let belongs = match record.turn {
                Some(turn) => ours.contains(&turn),
                None => starts == Some(root),
            };
            if belongs {
                ours.extend(starts);
                cascade.push(record);
            }
        }
        cascade
    }

    /// What a message caused, told to people, a line an event.
    pub(crate) fn story(&self, root: MessageId) -> String {
        let mut story = format!("what message {} caused:", short(&root.0));
        let cascade = self.cascade(root);
        if cascade.is_empty() {
            story.push_str("\n  nothing");
        }
        for record in cascade {
            let told = self.tell(&record.event);
            // Writing to a string cannot fail.
            let _ = write!(story, "\n  block {}: {told}", record.block);
        }
        story
    }

    /// An account as a test knows it.
    pub(crate) fn name(&self, account: &AccountId) -> String {
        let name = self.names.get(account).cloned();
        name.unwrap_or_else(|| short(account.as_ref()))
    }

    fn tell(&self, event: &Event<Runtime>) -> String {
        match event {
            Event::ProgramCreated {
                program,
                creator,
                message_id,
                ..
            } => format!(
                "ProgramCreated {} by {}, init is {}",
                self.name(program),
                self.name(creator),
                short(&message_id.0)
            ),
            Event::ProgramInitialised { program } => {
                format!("ProgramInitialised {}", self.name(program))
            }
            Event::ProgramRemoved { program, code } => {
                format!("ProgramRemoved {}, {code:?}", self.name(program))
            }
            Event::ProgramExited {
                program,
                inheritor,
                value,
            } => format!(
                "ProgramExited {}, {} inherits {value} planck",
                self.name(program),
                self.name(inheritor)
            ),
            Event::MessageQueued {
                message_id,
                source,
                destination,
                value,
            } => format!(
                "MessageQueued {}, {} -> {}, {value} planck",
                short(&message_id.0),
                self.name(source),
                self.name(destination)
            ),
            Event::MessageProcessed {
                message_id,
                destination,
                reply_code,
                gas_burned,
            } => format!(
                "MessageProcessed {} by {}, {reply_code:?} (0x{:x}), {gas_burned} gas",
                short(&message_id.0),
                self.name(destination),
                reply_code.code()
            ),
            Event::ProgramEvent { program, data, .. } => {
                format!("ProgramEvent of {}: {}", self.name(program), Bytes(data))
            }
            Event::UserMessage {
                message_id,
                source,
                destination,
                payload,
                value,
                reply,
            } => {
                let answers = reply.as_ref().map_or(String::new(), |reply| {
                    format!(", replies to {}: {:?}", short(&reply.to.0), reply.code)
                });
                format!(
                    "UserMessage {}, {} -> {}, {value} planck{answers}: {}",
                    short(&message_id.0),
                    self.name(source),
                    self.name(destination),
                    Bytes(payload)
                )
            }
            other => format!("{other:?}"),
        }
    }
}
