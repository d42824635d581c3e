//! What a call came to, in terms that every engine has.

use std::fmt;

/// What a program keeps from call to call.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Its memory.
    pub memory: Vec<u8>,
    /// Its mutable globals, an `i32` zero-extended.
    pub globals: Vec<u64>,
}

/// How a call ended.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It returned that, or 0 if it returns nothing, and left that state.
    Returned(u64, State),
    /// It trapped, and nothing of it is kept.
    Trapped,
    /// It passed to a system call what no correct program passes.
    Misused,
    /// It reached a limit that the other engine has elsewhere: nothing follows from that.
    Limited(Limit),
}

/// A limit at which a call was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// The gas.
    Gas,
    /// The depth of calls.
    Depth,
    /// The size of memory.
    Memory,
}

impl Outcome {
    /// Where two ends of the same call differ, if they do.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Limited(_), _) | (_, Self::Limited(_)) => None,
            (Self::Returned(result, state), Self::Returned(other_result, other_state)) => {
                if result != other_result {
                    return Some(format!("the result is {result:#x}, not {other_result:#x}"));
                }
                state.difference(other_state)
            }
            _ if self == other => None,
            _ => Some(format!("it {self:?}, not {other:?}")),
        }
    }
}

impl State {
    fn difference(&self, other: &Self) -> Option<String> {
        if self.globals != other.globals {
            return Some(format!(
                "the globals are {:x?}, not {:x?}",
                self.globals, other.globals
            ));
        }
        if self.memory.len() != other.memory.len() {
            return Some(format!(
                "the memory has {} bytes, not {}",
                self.memory.len(),
                other.memory.len()
            ));
        }
        if self.memory == other.memory {
            return None;
        }
        let mut pairs = self.memory.iter().zip(&other.memory);
        let at = pairs.position(|(a, b)| a != b)?;
        Some(format!(
            "the memory at {at:#x} is {:#04x}, not {:#04x}",
            self.memory[at], other.memory[at]
        ))
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(result, _) => write!(formatter, "returned {result:#x}"),
            Self::Trapped => formatter.write_str("trapped"),
            Self::Misused => formatter.write_str("misused a system call"),
            Self::Limited(limit) => write!(formatter, "reached a limit ({limit:?})"),
        }
    }
}
