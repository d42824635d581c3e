//! Why a call was not carried out: what the payload of a reply with the code `Reverted` says.

use codec::{Decode, Encode};
use scale_info::{build::Variants, Path, Type, TypeInfo};

use crate::rt::Bounded;

/// Why a call was not carried out. Everything its turn did is undone, and the value went back: unless the call had waited,
/// since value that came with an earlier turn is the program's, and only a hook gives it back.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Refusal<E> {
    /// The program's own error.
    #[codec(index = 0)]
    Program(E),
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

impl<E: Decode> Refusal<E> {
    /// Reads what a reply says. As the codec does, in half the code.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        Some(match *bytes {
            [0, ref error @ ..] => Self::Program(Bounded::whole(error)?),
            [1, route] => Self::UnknownRoute { route },
            [2] => Self::NoRoute,
            [3, argument] => Self::Arguments { argument },
            [4, a, b, c, d] => Self::TrailingBytes {
                bytes: u32::from_le_bytes([a, b, c, d]),
            },
            [5] => Self::NotPayable,
            [6, 0] => Self::StateVersion { found: None },
            [6, 1, a, b] => Self::StateVersion {
                found: Some(u16::from_le_bytes([a, b])),
            },
            _ => return None,
        })
    }
}

/// What never happens: the error of a call that has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {}

impl Encode for Never {
    fn size_hint(&self) -> usize {
        match *self {}
    }

    fn encode_to<W: codec::Output + ?Sized>(&self, _: &mut W) {
        match *self {}
    }
}

impl Decode for Never {
    fn decode<I: codec::Input>(_: &mut I) -> Result<Self, codec::Error> {
        Err("there is none".into())
    }
}

impl TypeInfo for Never {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder()
            .path(Path::new("Never", module_path!()))
            .variant(Variants::new())
    }
}
