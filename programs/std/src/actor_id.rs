//! Addresses.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::{build::Fields, Path, Type, TypeInfo};

/// The address of a program or a user.
#[derive(
    Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, MaxEncodedLen,
)]
pub struct ActorId(pub [u8; 32]);

impl From<[u8; 32]> for ActorId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl AsRef<[u8; 32]> for ActorId {
    fn as_ref(&self) -> &[u8; 32] {
        &self.0
    }
}

impl core::fmt::Debug for ActorId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Under the name by which wallets know an account, so that they show it as one.
impl TypeInfo for ActorId {
    type Identity = Self;

    fn type_info() -> Type {
        Type::builder()
            .path(Path::from_segments_unchecked([
                "sp_core",
                "crypto",
                "AccountId32",
            ]))
            .composite(
                Fields::unnamed().field(|field| field.ty::<[u8; 32]>().type_name("[u8; 32]")),
            )
    }
}
