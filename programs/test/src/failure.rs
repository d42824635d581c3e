//! A program that could not be deployed.

use std::fmt;

use crate::{
    reply::{advice, Reply},
    Refused,
};

/// A program that could not be deployed.
#[derive(Clone, PartialEq, Eq)]
pub enum Failure {
    /// The chain refused the call.
    Refused(Refused),
    /// `init` failed: the program is gone, and its creator has the deposits back.
    Init {
        /// How it failed.
        reply: Reply,
        /// What happened, for people.
        story: String,
    },
}

impl Failure {
    /// How `init` failed, if it came to that.
    #[must_use]
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Refused(_) => None,
            Self::Init { reply, .. } => Some(reply),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::Init { reply, story } => write!(
                f,
                "the program's `init` failed: {reply}\n  {}\n{story}",
                advice(reply.code)
            ),
        }
    }
}

// What `unwrap` shows.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
