//! Finding a call.

use core::fmt;

use crate::{Call, Idl};

/// The entries of a program whose payloads begin with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Creating the program.
    Init,
    /// Each later message.
    Handle,
    /// Reading.
    State,
}

impl Entry {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Init, Self::Handle, Self::State];
}

impl fmt::Display for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Init => "init",
            Self::Handle => "handle",
            Self::State => "state",
        })
    }
}

impl Idl {
    /// What an entry takes.
    #[must_use]
    pub fn calls(&self, entry: Entry) -> &[Call] {
        match entry {
            Entry::Init => &self.constructors,
            Entry::Handle => &self.methods,
            Entry::State => &self.queries,
        }
    }

    /// The call of that name.
    #[must_use]
    pub fn call(&self, entry: Entry, name: &str) -> Option<&Call> {
        self.calls(entry).iter().find(|call| call.name == name)
    }

    /// The call of that route: the first byte of its payload.
    #[must_use]
    pub fn call_by_route(&self, entry: Entry, route: u8) -> Option<&Call> {
        self.calls(entry).iter().find(|call| call.route == route)
    }
}
