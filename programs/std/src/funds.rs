//! Value that goes with a message.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

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
