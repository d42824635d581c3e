//! 32-byte ids.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// `blake2_256` of a stored Wasm blob: the name under which code is kept, once.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct CodeHash(pub [u8; 32]);

/// The id of a message, unique for the life of the chain.
///
/// `blake2_256` over what caused it: for a message from an extrinsic the sender's account and
/// the pallet's own nonce for it, for a message from a program the id of the message it was
/// sent in, the number of that message's turn, and its index within the turn.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct MessageId(pub [u8; 32]);

impl MessageId {
    /// Bytes to hash into the id of the `nonce`-th message that `account` sends by extrinsic.
    #[must_use]
    pub fn extrinsic_preimage(account: &[u8; 32], nonce: u64) -> [u8; 57] {
        let mut preimage = [0; 57];
        preimage[..17].copy_from_slice(b"actors/extrinsic\0");
        preimage[17..49].copy_from_slice(account);
        preimage[49..].copy_from_slice(&nonce.to_le_bytes());
        preimage
    }

    /// Bytes to hash into the id of the `index`-th message sent in turn `turn` of message
    /// `parent`.
    #[must_use]
    pub fn child_preimage(parent: &Self, turn: u32, index: u32) -> [u8; 54] {
        let mut preimage = [0; 54];
        preimage[..14].copy_from_slice(b"actors/message");
        preimage[14..46].copy_from_slice(&parent.0);
        preimage[46..50].copy_from_slice(&turn.to_le_bytes());
        preimage[50..].copy_from_slice(&index.to_le_bytes());
        preimage
    }
}

/// Bytes to hash (`blake2_256`) into the address of the program that `creator` makes from
/// `code` with `salt`: `"actors/program" ++ SCALE(code, creator, salt)`.
#[must_use]
pub fn program_preimage(code: &CodeHash, creator: &[u8; 32], salt: &[u8]) -> alloc::vec::Vec<u8> {
    let mut preimage = b"actors/program".to_vec();
    (code, creator, salt).encode_to(&mut preimage);
    preimage
}

extern crate alloc;
