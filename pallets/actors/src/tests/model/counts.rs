//! How often each thing happened, so that a long play can show that all of them did.

use actors_primitives::ReplyCode;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
};

use super::{
    chain::Chain,
    happening::{Closed, Happening},
};
use crate::mock::AccountId;

/// The pages and keys that programs store.
#[derive(Clone, Debug, Default)]
pub(super) struct Stored {
    pages: BTreeSet<(AccountId, u16)>,
    keys: BTreeSet<(AccountId, u8)>,
}

impl Stored {
    pub(super) fn of(chain: &Chain) -> Self {
        let mut stored = Self::default();
        for (account, program) in &chain.programs {
            let pages = program.memory.pages().into_iter();
            stored
                .pages
                .extend(pages.map(|page| (account.clone(), page)));
            let keys = program.state.keys();
            stored.keys.extend(keys.map(|key| (account.clone(), *key)));
        }
        stored
    }
}

/// Occurrences by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(BTreeMap<String, u64>);

const ENTRIES: [&str; 5] = ["init", "handle", "handle_reply", "handle_signal", "migrate"];
const CAUSES: [&str; 4] = ["fresh", "reply", "woken", "deadline"];

impl Counts {
    fn count(&mut self, name: String) {
        *self.0.entry(name).or_default() += 1;
    }

    /// Counts what happened.
    pub(super) fn note(&mut self, happening: &Happening) {
        let name = match happening {
            Happening::Created { .. } => "a program is created",
            Happening::Initialised { .. } => "a program is initialised",
            Happening::Removed { .. } => "a program is removed",
            Happening::Exited { .. } => "a program exits",
            Happening::Freed { .. } => "what an exited program stored is freed",
            Happening::Upgraded { .. } => "a program is upgraded",
            Happening::AdminSet { admin: Some(_), .. } => "an admin is named",
            Happening::AdminSet { admin: None, .. } => "a program becomes immutable",
            Happening::PurseClosed { .. } => "a purse is closed",
            Happening::Paused => "service is paused",
            Happening::Resumed => "service goes on",
            Happening::Queued { .. } => "a message is queued",
            Happening::Delayed { .. } => "a message is delayed",
            Happening::Waiting { .. } => "a message waits",
            Happening::Processed { code, .. } => {
                self.count(format!("end of a message: {code:?}"));
                return;
            }
            Happening::Emitted { data, .. } => return self.note_event(data),
            Happening::Told {
                reply: Some((_, code)),
                ..
            } => return self.note_code(*code),
            Happening::Told { expires, .. } => match expires {
                Some(_) => "a letter is posted",
                None => "a user is written to",
            },
            Happening::LetterClosed { how, .. } => match how {
                Closed::Replied => "a letter is answered",
                Closed::Claimed => "a letter's value is claimed",
                Closed::Expired => "a letter expires",
            },
        };
        self.count(name.into());
    }

    fn note_code(&mut self, code: ReplyCode) {
        self.count(format!("reply {:#05x} {code:?}", code.code()));
    }

    /// Counts what a program saw and did.
    fn note_event(&mut self, data: &[u8]) {
        match data {
            [b'>', _, entry, cause, rest @ ..] => {
                let entry = ENTRIES[usize::from(*entry)];
                self.count(format!("entry {entry}"));
                let name = CAUSES[usize::from(*cause)];
                if entry == "init" || entry == "handle" {
                    self.count(format!("cause {cause} {name}"));
                }
                if *cause == 3 {
                    self.note_code(ReplyCode::DeadlinePassed);
                }
                if *cause == 1 {
                    let code: [u8; 4] = rest[137..141].try_into().expect("four bytes");
                    let code = i32::from_le_bytes(code);
                    let known = ReplyCode::ALL
                        .into_iter()
                        .find(|known| known.code() == code);
                    self.note_code(known.expect("there is such a code"));
                }
            }
            [b'<', numbers @ ..] => {
                let (numbers, _) = numbers.as_chunks::<4>();
                for number in numbers.iter().map(|number| i32::from_le_bytes(*number)) {
                    if number < 0 {
                        self.count(format!("error {number}"));
                    }
                }
            }
            _ => self.count("a program emits".into()),
        }
    }

    /// Counts what programs store now and did not before, and the other way round.
    pub(super) fn note_stored(&mut self, before: &Stored, now: &Stored) {
        let counts = [
            (
                "a program stores a page",
                now.pages.difference(&before.pages).count(),
            ),
            (
                "a program frees a page",
                before.pages.difference(&now.pages).count(),
            ),
            (
                "a program stores a key",
                now.keys.difference(&before.keys).count(),
            ),
            (
                "a program removes a key",
                before.keys.difference(&now.keys).count(),
            ),
        ];
        for (name, count) in counts {
            *self.0.entry(name.into()).or_default() += count as u64;
        }
    }

    /// Counts something that no event tells.
    pub(super) fn note_that(&mut self, name: &str) {
        self.count(name.into());
    }

    /// Adds what another play has counted.
    #[cfg(test)]
    pub(super) fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            *self.0.entry(name.clone()).or_default() += count;
        }
    }

    /// What was counted, and must be.
    #[cfg(test)]
    pub(super) fn wanted(&self) -> BTreeMap<String, u64> {
        let mut wanted = self.0.clone();
        // Only another version of the chain refuses code that runs, and steps do not change that.
        let codes = ReplyCode::ALL
            .into_iter()
            .filter(|code| *code != ReplyCode::CodeRefused)
            .map(|code| format!("reply {:#05x} {code:?}", code.code()));
        let entries = ENTRIES.map(|entry| format!("entry {entry}"));
        let causes = (0..4).map(|cause: usize| format!("cause {cause} {}", CAUSES[cause]));
        let others = [
            "a program is created",
            "a program is initialised",
            "a program is removed",
            "a program exits",
            "a program is upgraded",
            "an admin is named",
            "a program becomes immutable",
            "a purse is closed",
            "service is paused",
            "service goes on",
            "a message is queued",
            "a message is delayed",
            "a message waits",
            "a user is written to",
            "a letter is posted",
            "a letter is answered",
            "a letter's value is claimed",
            "a letter expires",
            "a program emits",
            "a program stores a page",
            "a program frees a page",
            "a program stores a key",
            "a program removes a key",
        ];
        let errors = (1..12).map(|number| format!("error -{number}"));
        let names = codes.chain(entries).chain(causes).chain(errors);
        for name in names.chain(others.map(String::from)) {
            wanted.entry(name).or_default();
        }
        wanted
    }
}
