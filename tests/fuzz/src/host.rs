//! A chain of nothing but one program's memory.

use actors_executor::{Host, PageIndex};
use actors_primitives::{Balance, CodeHash, MessageId};
use std::collections::BTreeMap;

/// A program's code, and the pages of its memory.
pub(crate) struct OneProgram {
    pub(crate) code: Vec<u8>,
    pub(crate) pages: BTreeMap<PageIndex, Vec<u8>>,
}

impl Host for OneProgram {
    fn code(&mut self) -> Option<Vec<u8>> {
        Some(self.code.clone())
    }
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        self.pages.get(&index).cloned()
    }
    fn state(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
    fn balance(&mut self) -> Balance {
        0
    }
    fn block_timestamp(&mut self) -> u64 {
        0
    }
    fn is_closed(&mut self) -> bool {
        false
    }
    fn code_exists(&mut self, _: &CodeHash) -> bool {
        false
    }
    fn is_address_used(&mut self, _: &[u8; 32]) -> bool {
        false
    }
    fn is_waiting(&mut self, _: &MessageId) -> bool {
        false
    }

    fn is_signalled(&mut self, _: &MessageId) -> bool {
        false
    }
    fn can_receive(&mut self, _: &[u8; 32], _: Balance) -> bool {
        true
    }
    fn random(&mut self, _: &[u8]) -> ([u8; 32], u64) {
        ([0; 32], 0)
    }
    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(data)
    }
    fn keccak_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::keccak_256(data)
    }
    fn sha2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::sha2_256(data)
    }
    fn sr25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }
    fn ed25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }
    fn ecdsa_recover(&self, _: &[u8; 65], _: &[u8; 32]) -> Option<[u8; 33]> {
        None
    }
}
