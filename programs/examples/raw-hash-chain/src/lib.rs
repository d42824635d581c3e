//! Hashes a seed with SHA-256, and the hash again, as often as asked: `hash-chain` on the **lowest rung**, to compare that with.
//!
//! The payload is the seed (32 bytes) and the number of rounds (a `u32`, little-endian); the
//! reply is the last hash.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::message;
use sha2::{Digest, Sha256};

actors_std::entries!(handle);

fn handle() {
    let mut payload = [0; 36];
    if message::size() != payload.len() || message::read(0, &mut payload).is_err() {
        actors_std::panic("expected a seed of 32 bytes and a u32");
    }
    let [seed @ .., r0, r1, r2, r3] = payload;
    let hash = chain(seed, u32::from_le_bytes([r0, r1, r2, r3]));
    if message::reply(&hash, 0).is_err() {
        actors_std::panic("cannot reply");
    }
}

fn chain(seed: [u8; 32], rounds: u32) -> [u8; 32] {
    (0..rounds).fold(seed, |hash, _| Sha256::digest(hash).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `printf '\0…\0' | sha256sum` says of 32 zero bytes.
    const ONCE: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";

    #[test]
    fn hashes_as_often_as_asked() {
        let once = chain([0; 32], 1);
        assert_eq!(once.map(|byte| format!("{byte:02x}")).concat(), ONCE);
        assert_eq!(chain([0; 32], 0), [0; 32]);
        assert_eq!(chain([0; 32], 3), chain(chain(once, 1), 1));
    }
}
