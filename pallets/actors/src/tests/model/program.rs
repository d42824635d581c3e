//! Programs that run `script.wat`.

use actors_primitives::{abi::Entry, CodeHash, MessageId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

use crate::mock::AccountId;

/// Bytes of a stored page.
const PAGE: u128 = 16 * 1024;
/// The page of memory that has the places of waiting messages; those after it can be touched.
const PLACES: u16 = 2;
/// Pages in a Wasm page.
const PAGES: u32 = 4;

/// What the model knows of a code.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeFacts {
    /// The version that it tells.
    pub(super) version: u8,
    /// Whether it has every entry, or `init` and `handle` alone.
    pub(super) is_mute: bool,
}

impl CodeFacts {
    pub(super) fn exports(self, entry: Entry) -> bool {
        match entry {
            Entry::Init | Entry::Handle => true,
            Entry::State => false,
            _ => !self.is_mute,
        }
    }
}

/// A waiting message, as the program itself keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: MessageId,
    pub(super) turns: u32,
    pub(super) slots: [MessageId; 4],
}

/// A program's memory and kept globals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// Its size; zero before the first turn.
    pub(super) wasm_pages: u32,
    /// How many turns have committed.
    pub(super) turns: u32,
    pub(super) places: Vec<Option<Place>>,
    /// The markers that are not as the code put them there.
    pub(super) marks: BTreeMap<u8, u8>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            wasm_pages: 0,
            turns: 0,
            places: vec![None; 32],
            marks: BTreeMap::new(),
        }
    }
}

impl Memory {
    pub(super) fn find(&self, id: &MessageId) -> Option<usize> {
        let is_it = |place: &Option<Place>| place.as_ref().is_some_and(|place| place.id == *id);
        self.places.iter().position(is_it)
    }

    /// Whether the page that is touched as `page` lies in memory.
    pub(super) fn has(&self, page: u8) -> bool {
        u32::from(PLACES) + 1 + u32::from(page) < self.wasm_pages * PAGES
    }

    /// The pages that are stored: those that are not as the code put them there.
    pub(super) fn pages(&self) -> BTreeSet<u16> {
        let places = self.places.iter().any(Option::is_some).then_some(PLACES);
        let marks = self.marks.keys().map(|page| PLACES + 1 + u16::from(*page));
        places.into_iter().chain(marks).collect()
    }

    /// How many pages are stored.
    pub(super) fn stored(&self) -> u32 {
        self.pages().len() as u32
    }
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) code: CodeHash,
    pub(super) creator: AccountId,
    pub(super) admin: Option<AccountId>,
    pub(super) is_active: bool,
    pub(super) epoch: u32,
    pub(super) memory: Memory,
    pub(super) state: BTreeMap<u8, Vec<u8>>,
}

impl Program {
    /// Items and bytes that it stores besides its record.
    pub(super) fn footprint(&self) -> (u128, u128) {
        let pages = u128::from(self.memory.stored());
        let values = self.state.values().map(|value| 1 + value.len() as u128);
        let items = pages + self.state.len() as u128;
        (items, pages * PAGE + values.sum::<u128>())
    }
}
