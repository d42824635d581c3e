//! Allocates and frees.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

use actors_std::prelude::*;
use alloc::collections::BTreeMap;

/// What is kept from turn to turn.
#[derive(Default)]
pub struct Heap {
    kept: Vec<Vec<u8>>,
    map: BTreeMap<u32, String>,
}

#[actors_std::program]
impl Heap {
    /// Makes blocks of these sizes, and lets go of all of them. Answers the sum of their bytes.
    #[method]
    pub fn fleeting(&mut self, sizes: Vec<u32>) -> u32 {
        let blocks: Vec<Vec<u8>> = sizes
            .iter()
            .map(|size| vec![*size as u8; *size as usize])
            .collect();
        blocks
            .iter()
            .flatten()
            .map(|byte| u32::from(*byte))
            .fold(0, u32::wrapping_add)
    }

    /// Lets go of what was kept, and keeps blocks of these sizes. Answers whether what was kept was whole.
    #[method]
    pub fn keep(&mut self, sizes: Vec<u32>) -> bool {
        let is_whole = self
            .kept
            .iter()
            .all(|block| block.iter().all(|byte| *byte == block.len() as u8));
        self.kept = sizes
            .iter()
            .map(|size| vec![*size as u8; *size as usize])
            .collect();
        is_whole
    }

    /// Grows a text byte by byte, and a map with it; then lets go of both.
    #[method]
    pub fn grow(&mut self, bytes: u32) -> u32 {
        let mut text = String::new();
        for index in 0..bytes {
            text.push((b'a' + (index % 26) as u8) as char);
            self.map.insert(index % 32, text.clone());
        }
        let longest = self.map.values().map(String::len).max();
        self.map.clear();
        longest.unwrap_or(0) as u32
    }

    /// How many pages of 64 KiB there are.
    #[query]
    pub fn pages(&self) -> u32 {
        #[cfg(target_family = "wasm")]
        return core::arch::wasm32::memory_size(0) as u32;
        #[cfg(not(target_family = "wasm"))]
        0
    }
}
