//! Calls that a program written with the SDK refuses before it runs any of its own code.

use codec::{Decode, Encode};
use std::fmt;

/// Why a program that is written with the SDK did not carry out a call, where the reason is none of
/// its own errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Refusal {
    /// The program has no call of that route.
    #[codec(index = 1)]
    UnknownRoute {
        /// The first byte of the payload.
        route: u8,
    },
    /// The payload is empty: it names no call.
    #[codec(index = 2)]
    NoRoute,
    /// That argument, counted from 0, does not decode.
    #[codec(index = 3)]
    Arguments {
        /// Its place.
        argument: u8,
    },
    /// Bytes follow the last argument.
    #[codec(index = 4)]
    TrailingBytes {
        /// How many.
        bytes: u32,
    },
    /// The call takes no value.
    #[codec(index = 5)]
    NotPayable,
    /// An upgrade found state of a version that it cannot take over, or none.
    #[codec(index = 6)]
    StateVersion {
        /// The version that is stored.
        found: Option<u16>,
    },
}

/// The first byte of a revert that is an error of the program's own.
pub(crate) const PROGRAM: u8 = 0;

impl Refusal {
    /// The refusal that a revert says, if it is one.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        codec::DecodeAll::decode_all(&mut &payload[..]).ok()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRoute { route } => write!(f, "it has no call of route {route}"),
            Self::NoRoute => write!(f, "the payload is empty, and names no call"),
            Self::Arguments { argument } => {
                write!(f, "argument {argument}, counted from 0, does not decode")
            }
            Self::TrailingBytes { bytes } => write!(f, "{bytes} bytes follow the last argument"),
            Self::NotPayable => write!(f, "the call takes no value"),
            Self::StateVersion { found: Some(found) } => {
                write!(f, "it does not take over state of version {found}")
            }
            Self::StateVersion { found: None } => write!(f, "there is no state to take over"),
        }
    }
}
