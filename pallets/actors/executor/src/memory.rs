//! A program's memory in pages.
//!
//! What is stored of a memory is its difference from the *fresh image*: what instantiating the
//! code gives, zeroes with the code's data segments written over them. A page that equals its
//! fresh image is not stored, or stored no longer.

use actors_primitives::{PAGE_SIZE, WASM_PAGE_SIZE};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use scale_info::TypeInfo;
use wasmparser::{ConstExpr, Operator};

use crate::image::Image;

/// The number of a page of [`PAGE_SIZE`] bytes in a program's memory.
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
pub struct PageIndex(pub u16);

impl PageIndex {
    /// The bytes of memory that the page holds.
    fn span(self) -> Range<usize> {
        let start = usize::from(self.0).saturating_mul(PAGE_BYTES);
        start..start.saturating_add(PAGE_BYTES)
    }

    /// Every page of a memory of `bytes` bytes.
    fn all(bytes: usize) -> impl Iterator<Item = Self> {
        let pages = bytes.div_ceil(PAGE_BYTES);
        (0..=u16::MAX).take(pages).map(Self)
    }
}

/// [`PAGE_SIZE`] for slices; both targets have at least 32 bits.
const PAGE_BYTES: usize = PAGE_SIZE as usize;
/// [`WASM_PAGE_SIZE`] for slices.
pub(crate) const WASM_PAGE_BYTES: usize = WASM_PAGE_SIZE as usize;

/// The value of a constant expression that is one `i32.const`, the only kind that a module
/// without imported globals has.
pub(crate) fn const_i32(expression: &ConstExpr<'_>) -> Option<u32> {
    match expression.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Some(u32::from_le_bytes(value.to_le_bytes())),
        _ => None,
    }
}

/// The stored pages of a program, as they were laid over its memory.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// The contents of each stored page; `None` for one that was said to be stored but was not
    /// found, and so reads as fresh.
    pages: BTreeMap<PageIndex, Option<Vec<u8>>>,
}

impl Overlay {
    /// Whether a page is said to be stored.
    pub(crate) fn has(&self, index: PageIndex) -> bool {
        self.pages.contains_key(&index)
    }

    /// Lays a stored page over memory and remembers it.
    pub(crate) fn lay(&mut self, memory: &mut [u8], index: PageIndex, page: Option<Vec<u8>>) {
        let page = page.filter(|page| page.len() == PAGE_BYTES);
        if let Some(page) = &page {
            if let Some(target) = memory.get_mut(index.span()) {
                target.copy_from_slice(page);
            }
        }
        self.pages.insert(index, page);
    }
}

/// The pages to store and to free, by number.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    /// Pages that differ from what is stored and from the fresh image.
    pub(crate) changed: BTreeSet<PageIndex>,
    /// Stored pages that are as fresh again.
    pub(crate) freed: BTreeSet<PageIndex>,
}

impl Difference {
    /// Compares memory after a run with what it was before.
    ///
    /// The stack region counts as fresh: what a finished run leaves on its stack means nothing to
    /// the next.
    pub(crate) fn find(
        memory: &mut [u8],
        image: &Image,
        overlay: &Overlay,
        stack: Option<(u32, u32)>,
    ) -> Self {
        let stack = stack_range(stack, memory.len());
        let mut difference = Self::default();
        for index in PageIndex::all(memory.len()) {
            let span = index.span();
            let stored = overlay.pages.get(&index);
            // A page that is all stack is as fresh whatever it holds: nothing reads it again.
            let is_stack = stack.start <= span.start && span.end <= stack.end;
            let shared = span.start.max(stack.start)..span.end.min(stack.end);
            if !is_stack && shared.start < shared.end {
                image.restore(memory, shared);
            }
            let start = span.start;
            let Some(page) = memory.get(span) else {
                continue;
            };
            if is_stack || image.is_fresh(start, page) {
                if stored.is_some() {
                    difference.freed.insert(index);
                }
            } else if !matches!(stored, Some(Some(before)) if is_equal(before, page)) {
                difference.changed.insert(index);
            }
        }
        difference
    }
}

/// The contents of a page.
pub(crate) fn page(memory: &[u8], index: PageIndex) -> Option<&[u8]> {
    memory.get(index.span())
}

/// The size of a memory, in Wasm pages.
pub(crate) fn wasm_pages(memory: &[u8]) -> u32 {
    u32::try_from(memory.len().div_ceil(WASM_PAGE_BYTES)).unwrap_or(u32::MAX)
}

fn stack_range(stack: Option<(u32, u32)>, bytes: usize) -> Range<usize> {
    let Some((low, high)) = stack else {
        return 0..0;
    };
    let within = |bound: u32| usize::try_from(bound).unwrap_or(usize::MAX).min(bytes);
    let (low, high) = (within(low), within(high));
    low..high.max(low)
}

/// The bytes that are compared between two branches.
const CHUNK: usize = 64;

/// The words of a chunk.
fn words(chunk: &[u8; CHUNK]) -> impl Iterator<Item = u64> + '_ {
    let (words, _) = chunk.as_chunks::<8>();
    words.iter().map(|word| u64::from_ne_bytes(*word))
}

/// Equality, a chunk at a time. `==` would call `memcmp`, which inside a runtime compares a byte at
/// a time.
pub(crate) fn is_equal(a: &[u8], b: &[u8]) -> bool {
    let (a_chunks, a_rest) = a.as_chunks::<CHUNK>();
    let (b_chunks, b_rest) = b.as_chunks::<CHUNK>();
    let differs = |(a, b)| words(a).zip(words(b)).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len()
        && a_chunks
            .iter()
            .zip(b_chunks)
            .map(differs)
            .all(|bits| bits == 0)
        && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

/// Whether all bytes are zero, a chunk at a time.
pub(crate) fn is_zero(a: &[u8]) -> bool {
    let (chunks, rest) = a.as_chunks::<CHUNK>();
    let bits = |chunk| words(chunk).fold(0, |all, word| all | word);
    chunks.iter().map(bits).all(|bits| bits == 0) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_anywhere_makes_a_difference() {
        for len in [0, 1, 7, 8, 63, 64, 65, 127, 128, 200] {
            let zeros = vec![0u8; len];
            assert!(is_zero(&zeros) && is_equal(&zeros, &zeros.clone()));
            for at in 0..len {
                for bit in [1, 0x80] {
                    let mut other = zeros.clone();
                    other[at] = bit;
                    assert!(!is_zero(&other), "{at} of {len}");
                    assert!(!is_equal(&zeros, &other), "{at} of {len}");
                    assert!(is_equal(&other, &other.clone()));
                }
            }
        }
        assert!(!is_equal(&[0], &[0, 0]));
    }
}
