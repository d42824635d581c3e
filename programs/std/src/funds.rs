//! Value that goes with a message.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{Type, TypeInfo};

/// Value that goes with a message, in planck.
///
/// A method with a parameter of this type takes value, and is told how much; any other refuses it. The parameter is no part
/// of the payload.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Funds(pub u128);

impl Funds {
    /// Nothing.
    pub const NONE: Self = Self(0);
}

/// An answer, and value that goes along with it, from the program's balance: what a method returns whose reply carries value.
///
/// To whoever asks it is the answer alone, whose value [`with_value`](crate::Request::with_value) tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid<T>(pub T, pub Funds);

impl<T: TypeInfo + 'static> TypeInfo for Paid<T> {
    type Identity = T::Identity;

    fn type_info() -> Type {
        T::type_info()
    }
}
