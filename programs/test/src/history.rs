//! What happened on a chain: the pallet's events in order, each with the turn it belongs to.

use actors_primitives::{CodeHash, Gas, MessageId};
use pallet_actors::Event;
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    reply::Reply,
    runtime::{AccountId, BlockNumber, Runtime},
    show::{full, short, Bytes},
};

/// One event.
#[derive(Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) block: BlockNumber,
    /// How often the queue had been served before, if it is of service.
    pub(crate) service: Option<u32>,
    /// The message in whose turn it came, or which it happened to by itself; none for an event of
    /// a call.
    pub(crate) turn: Option<MessageId>,
    pub(crate) event: Event<Runtime>,
}

/// All events so far, and the names of the accounts in them.
#[derive(Clone, Default)]
pub(crate) struct History {
    pub(crate) records: Vec<Record>,
    /// The places of those that tell how a message goes on or is answered.
    answers: BTreeMap<MessageId, Vec<usize>>,
    /// How often the queue was served.
    pub(crate) services: u32,
    pub(crate) names: BTreeMap<AccountId, String>,
    /// Delayed messages that are not delivered yet.
    delayed: BTreeSet<MessageId>,
}

impl Record {
    /// The message of which it tells how it goes on or is answered.
    fn answers(&self) -> Option<MessageId> {
        match &self.event {
            Event::UserMessage { reply, .. } => reply.as_ref().map(|reply| reply.to),
            Event::MessageProcessed { message_id, .. }
            | Event::MessageWaiting { message_id, .. } => Some(*message_id),
            _ => None,
        }
    }

    /// The message that begins with it.
    pub(crate) fn begins(&self) -> Option<MessageId> {
        match &self.event {
            Event::MessageQueued { message_id, .. }
            | Event::MessageDelayed { message_id, .. }
            | Event::ProgramCreated { message_id, .. }
            | Event::UserMessage {
                message_id,
                expires: Some(_),
                ..
            } => Some(*message_id),
            _ => None,
        }
    }
}

impl History {
    /// Adds the events of a call. What a user does with a letter happens to the letter.
    pub(crate) fn called(&mut self, block: BlockNumber, events: Vec<Event<Runtime>>) {
        let letter = events.iter().find_map(|event| match event {
            Event::LetterClosed { message_id, .. } => Some(*message_id),
            _ => None,
        });
        for event in events {
            self.push(Record {
                block,
                service: None,
                turn: letter,
                event,
            });
        }
    }

    fn push(&mut self, record: Record) {
        if let Some(message) = record.answers() {
            let places = self.answers.entry(message).or_default();
            places.push(self.records.len());
        }
        self.records.push(record);
    }

    /// Adds the events of service. A turn's events end with `MessageProcessed` or
    /// `MessageWaiting`; what comes due between turns happens to a message by itself.
    pub(crate) fn served(&mut self, block: BlockNumber, events: Vec<Event<Runtime>>) {
        let service = Some(self.services);
        self.services = self.services.saturating_add(1);
        let mut first = self.records.len();
        for event in events {
            let ends = match &event {
                Event::MessageProcessed { message_id, .. }
                | Event::MessageWaiting { message_id, .. } => Some(*message_id),
                _ => None,
            };
            let turn = self.comes_due(&event);
            self.push(Record {
                block,
                service,
                turn,
                event,
            });
            if ends.is_some() {
                for record in &mut self.records[first..] {
                    record.turn = record.turn.or(ends);
                }
                first = self.records.len();
            }
        }
    }

    /// The message that an event tells the end of time for: a letter that expires, or a delayed
    /// message that is delivered.
    fn comes_due(&mut self, event: &Event<Runtime>) -> Option<MessageId> {
        match event {
            Event::LetterClosed { message_id, .. } => Some(*message_id),
            Event::MessageDelayed { message_id, .. } => {
                self.delayed.insert(*message_id);
                None
            }
            Event::MessageQueued { message_id, .. } | Event::UserMessage { message_id, .. } => {
                self.delayed.remove(message_id).then_some(*message_id)
            }
            _ => None,
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
        let places = self.answers.get(&id).into_iter().flatten();
        for record in places.filter_map(|place| self.records.get(*place)) {
            match &record.event {
                Event::UserMessage {
                    payload,
                    value,
                    reply: Some(reply),
                    ..
                } => {
                    assert!(found.is_none(), "the pallet replied twice to one message");
                    found = Some((reply.code, payload.clone(), *value));
                }
                Event::MessageProcessed {
                    gas_burned: burned, ..
                }
                | Event::MessageWaiting {
                    gas_burned: burned, ..
                } => gas_burned = gas_burned.saturating_add(*burned),
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
            let starts = record.begins();
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

    /// The events of what a message caused, a line each.
    pub(crate) fn events(&self, root: MessageId) -> Vec<String> {
        let cascade = self.cascade(root).into_iter();
        cascade.map(|record| self.line(record)).collect()
    }

    /// Those of them that no turn tells.
    pub(crate) fn besides(&self, root: MessageId) -> Vec<String> {
        let cascade = self.cascade(root).into_iter();
        cascade
            .filter(|record| match &record.event {
                Event::ProgramCreated { .. }
                | Event::ProgramInitialised { .. }
                | Event::MessageQueued { .. }
                | Event::MessageDelayed { .. }
                | Event::MessageProcessed { .. }
                | Event::MessageWaiting { .. }
                | Event::ProgramEvent { .. } => false,
                // A failure's has the value that came back, and what the program said.
                Event::UserMessage { reply, .. } => {
                    reply.as_ref().is_some_and(|reply| !reply.code.is_success())
                }
                _ => true,
            })
            .map(|record| self.line(record))
            .collect()
    }

    fn line(&self, record: &Record) -> String {
        format!("block {}: {}", record.block, self.tell(&record.event))
    }

    /// The message that created a program.
    pub(crate) fn creation_of(&self, account: &AccountId) -> Option<MessageId> {
        self.records.iter().find_map(|record| match &record.event {
            Event::ProgramCreated {
                program,
                message_id,
                ..
            } if program == account => Some(*message_id),
            _ => None,
        })
    }

    /// The code that a program has, as the events tell.
    pub(crate) fn code_of(&self, account: &AccountId) -> Option<CodeHash> {
        let records = self.records.iter().rev();
        records.into_iter().find_map(|record| match &record.event {
            Event::ProgramCreated {
                program, code_hash, ..
            }
            | Event::ProgramUpgraded {
                program, code_hash, ..
            } if program == account => Some(*code_hash),
            _ => None,
        })
    }

    /// Calls an account that, or that with a number if another is called so already.
    pub(crate) fn call(&mut self, account: &AccountId, name: &str) {
        let is_taken = |name: &str| self.names.values().any(|other| other == name);
        let mut free = name.to_string();
        let mut number = 1u32;
        while is_taken(&free) {
            number = number.saturating_add(1);
            free = format!("{name} {number}");
        }
        self.names.insert(account.clone(), free);
    }

    /// An account as a test knows it.
    pub(crate) fn name(&self, account: &AccountId) -> String {
        let name = self.names.get(account).cloned();
        name.unwrap_or_else(|| short(account.as_ref()))
    }

    /// A text in which the accounts that a test knows have their names.
    pub(crate) fn with_names(&self, text: &str) -> String {
        let mut named = text.to_string();
        for (account, name) in &self.names {
            named = named.replace(&full(account.as_ref()), name);
        }
        named
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
            Event::ProgramFreed {
                program,
                inheritor,
                value,
            } => format!(
                "ProgramFreed {}, {} inherits {value} planck",
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
            Event::MessageWaiting {
                message_id,
                program,
                blocks,
                gas_burned,
            } => format!(
                "MessageWaiting {} in {}, for {blocks} blocks at most, {gas_burned} gas",
                short(&message_id.0),
                self.name(program)
            ),
            Event::MessageDelayed {
                message_id,
                source,
                destination,
                value,
                blocks,
            } => format!(
                "MessageDelayed {}, {} -> {} in {blocks} blocks, {value} planck",
                short(&message_id.0),
                self.name(source),
                self.name(destination)
            ),
            Event::LetterClosed {
                message_id,
                user,
                end,
                value,
            } => format!(
                "LetterClosed {} of {}, {end:?}, {value} planck",
                short(&message_id.0),
                self.name(user)
            ),
            Event::ProgramUpgraded {
                program,
                code_hash,
                epoch,
            } => format!(
                "ProgramUpgraded {} to code {}, epoch {epoch}",
                self.name(program),
                short(&code_hash.0)
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
                expires,
            } => {
                let answers = reply.as_ref().map_or(String::new(), |reply| {
                    format!(", replies to {}: {:?}", short(&reply.to.0), reply.code)
                });
                let stands = expires.map_or(String::new(), |blocks| {
                    format!(", stands in the mailbox for {blocks} blocks")
                });
                format!(
                    "UserMessage {}, {} -> {}, {value} planck{answers}{stands}: {}",
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
