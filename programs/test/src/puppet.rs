//! The program that stands where a mock is: it does what it finds in its keyed state.

use crate::{
    mock_reply::{Deed, MockReply},
    Wasm,
};

/// Bytes of a script that one key holds: the chain's limit of a value.
const PART: usize = 16 * 1024;
/// Keys of the longest script.
const PARTS: u8 = 5;

/// The program's code.
pub(crate) fn code() -> Wasm {
    include_str!("puppet.wat").into()
}

/// What the program finds in its keyed state when it is to reply that: the deed, the value, the
/// number of blocks to wait first, and what it says; by keys of one byte.
pub(crate) fn script(reply: &MockReply) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (deed, says) = match reply.deed() {
        Deed::Finish => (0, &[][..]),
        Deed::Reply(payload) => (1, &payload[..]),
        Deed::Panic(text) => (2, text.as_bytes()),
        Deed::Revert(payload) => (3, &payload[..]),
        Deed::Silence => (4, &[][..]),
    };
    let script = [
        &[deed][..],
        &reply.money().to_le_bytes(),
        &reply.blocks().to_le_bytes(),
        says,
    ]
    .concat();
    let parts = script.chunks(PART).map(<[u8]>::to_vec);
    keys().zip(parts).collect()
}

/// The keys that a script may take.
pub(crate) fn keys() -> impl Iterator<Item = Vec<u8>> {
    (0..PARTS).map(|key| vec![key])
}
