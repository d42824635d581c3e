//! The arguments of calls.

use actors_std::{rt::Bounded, ActorId, Funds, Never, Refusal};
use codec::{Compact, Decode, Encode};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Debug,
};

use crate::heap::measure;

/// A type in itself, which nests as deep as bytes say.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum Tree {
    Leaf(u8),
    Fork(Box<Tree>, Box<Tree>),
    Many(Vec<Tree>),
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Skips {
    kept: u16,
    #[codec(skip)]
    skipped: [u64; 4],
    #[codec(compact)]
    compact: u128,
}

type Lists = (Vec<u8>, String, Vec<Vec<u64>>, VecDeque<(u8, String)>);
type Maps = (BTreeMap<u8, Vec<u16>>, BTreeSet<String>, Option<Box<u32>>);
type Nothing = (Vec<()>, Vec<[u8; 0]>, Vec<Skips>);
type Small = (
    bool,
    u128,
    Compact<u64>,
    ActorId,
    Funds,
    Option<bool>,
    Result<u8, i16>,
    [u8; 3],
);

/// Decodes `bytes` as each of many types: none panics, takes more heap than it may, or comes to something that is not what
/// its own encoding says.
pub fn calls(bytes: &[u8]) {
    one::<Small>(bytes);
    one::<Lists>(bytes);
    one::<Maps>(bytes);
    one::<Nothing>(bytes);
    one::<Tree>(bytes);
    one::<Vec<Tree>>(bytes);
    one::<Refusal<Never>>(bytes);
    one::<Refusal<Tree>>(bytes);
}

fn one<T: Encode + Decode + Debug + PartialEq>(bytes: &[u8]) {
    let (decoded, heap) = measure(|| Bounded::whole::<T>(bytes));
    // As the guide says, with what growing a vector holds twice, and a B-tree's nodes.
    let most = bytes.len().saturating_mul(64).saturating_add(64 * 1024);
    assert!(
        heap <= most,
        "{heap} bytes of heap for {} of input",
        bytes.len()
    );
    let Some(value) = decoded else { return };
    let again = value.encode();
    assert_eq!(
        Bounded::whole::<T>(&again).as_ref(),
        Some(&value),
        "an encoding is decoded"
    );
}
