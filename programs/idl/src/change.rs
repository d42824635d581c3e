//! A difference between two interfaces.

use alloc::string::String;
use core::fmt;

/// Whom a change breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Users and programs that send it messages or read from it.
    Callers,
    /// Whoever reads its events.
    Listeners,
    /// The program itself, when its code is put in the place of the older one.
    Upgrades,
    /// Whoever creates programs of the new code as they did of the old. Programs that exist are
    /// not concerned: nobody calls a constructor of theirs again.
    Deployers,
    /// The state that a program has in memory, where its code is replaced. It is told of, and is
    /// no reason to refuse: the author may mean it.
    State,
}

impl fmt::Display for Audience {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Callers => "callers",
            Self::Listeners => "readers of events",
            Self::Upgrades => "upgrades",
            Self::Deployers => "deployers",
            Self::State => "state",
        })
    }
}

/// A difference between an older and a newer interface: [`Display`](fmt::Display) is a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where it is.
    pub place: String,
    /// What was there and what is.
    pub what: String,
    /// Why it matters, or why it does not.
    pub why: &'static str,
    pub(crate) breaks: Option<Audience>,
}

impl Change {
    /// Whom it breaks, if anybody.
    #[must_use]
    pub fn breaks(&self) -> Option<Audience> {
        self.breaks
    }

    /// Whether the new code cannot take the place of the old without harm to somebody who deals
    /// with a program that exists. What breaks deployers or state alone does not count.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        let harmless = [Audience::Deployers, Audience::State];
        self.breaks.is_some_and(|it| !harmless.contains(&it))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.what)?;
        match self.breaks {
            Some(audience) => write!(formatter, " (breaks {audience}: {})", self.why),
            None if self.why.is_empty() => Ok(()),
            None => write!(formatter, " ({})", self.why),
        }
    }
}
