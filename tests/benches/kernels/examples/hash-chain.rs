//! SHA-256 of SHA-256 of ..., as the example program of that name: arithmetic on words.

#![cfg_attr(target_family = "wasm", no_std, no_main)]

use sha2::{Digest, Sha256};

fn work(input: &[u8]) -> [u8; 32] {
    (0..kernels::number(input)).fold([0; 32], |hash, _| Sha256::digest(hash).into())
}

kernels::kernel!(super::work);

#[cfg(test)]
#[test]
fn computes() {
    assert_eq!(work(&1u32.to_le_bytes())[..4], [0x66, 0x68, 0x7a, 0xad]);
}
