//! The executor in this process, and plain data for it to run on.

use actors_executor::{CodeInfo, Host, Invalid, Limits, PageIndex, Request, Turn};
use alloc::{collections::BTreeMap, vec::Vec};
use codec::{Decode, Encode};

/// What a chain stores of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct World {
    /// The program's code; without it there is no program.
    pub(crate) code: Option<Vec<u8>>,
    /// The stored pages of its memory.
    pub(crate) pages: BTreeMap<PageIndex, Vec<u8>>,
    /// Its keyed state.
    pub(crate) state: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Host for World {
    fn code(&mut self) -> Option<Vec<u8>> {
        self.code.clone()
    }
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        self.pages.get(&index).cloned()
    }
    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.state.get(key).cloned()
    }
    fn random(&mut self, subject: &[u8]) -> ([u8; 32], u64) {
        let mut random = [7; 32];
        random[0] = subject.len() as u8;
        (random, 41)
    }
    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(data)
    }
}

/// Judges a module.
pub(crate) fn validate(wasm: &[u8], limits: &Limits) -> Result<CodeInfo, Invalid> {
    actors_executor::validate(wasm, limits)
}

/// Runs a turn.
pub(crate) fn execute(request: Request<'_>, world: &mut World) -> Turn {
    actors_executor::execute(request, world)
}
