//! Hashes a seed with SHA-256, and the hash again, as often as asked.
//!
//! What it teaches: a program that **computes**, with a crate that knows nothing of chains, and what that burns.
//! The chain's own `sha2_256` (`actors_std::crypto`) would burn less.
//!
//! `raw-hash-chain` is the same without `#[program]`: what that adds is less than a tenth of the code.

#![cfg_attr(target_family = "wasm", no_std)]

use sha2::{Digest, Sha256};

/// A program without state.
#[derive(Default)]
pub struct HashChain;

#[actors_std::program]
impl HashChain {
    /// Hashes the seed, and the hash again, in so many rounds.
    #[method]
    pub fn hash(&self, seed: [u8; 32], rounds: u32) -> [u8; 32] {
        (0..rounds).fold(seed, |hash, _| Sha256::digest(hash).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `printf '\0…\0' | sha256sum` says of 32 zero bytes.
    const ONCE: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";

    #[test]
    fn hashes_as_often_as_asked() {
        let hash = |seed, rounds| HashChain.hash(seed, rounds);
        let once = hash([0; 32], 1);
        assert_eq!(once.map(|byte| format!("{byte:02x}")).concat(), ONCE);
        assert_eq!(hash([0; 32], 0), [0; 32]);
        assert_eq!(hash([0; 32], 3), hash(hash(once, 1), 1));
    }
}
