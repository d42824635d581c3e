//! A program's memory in pages.
//!
//! What is stored of a memory is its difference from the *fresh image*: what instantiating the
//! code gives, zeroes with the code's data segments written over them. A page that equals its
//! fresh image is not stored, or stored no longer.

use actors_primitives::{PAGE_SIZE, WASM_PAGE_SIZE};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec,
    vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::ops::Range;
use scale_info::TypeInfo;
use wasmparser::{Chunk, ConstExpr, DataKind, ExternalKind, Operator, Parser, Payload, TypeRef};

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

    /// The page that holds the byte at `offset`.
    fn of(offset: usize) -> Option<Self> {
        let page = offset.checked_div(PAGE_BYTES)?;
        u16::try_from(page).ok().map(Self)
    }
}

/// [`PAGE_SIZE`] for slices; both targets have at least 32 bits.
const PAGE_BYTES: usize = PAGE_SIZE as usize;
/// [`WASM_PAGE_SIZE`] for slices.
pub(crate) const WASM_PAGE_BYTES: usize = WASM_PAGE_SIZE as usize;

/// What the code itself says of memory and globals.
#[derive(Debug, Default)]
pub(crate) struct Image {
    /// The pages on which data segments write; all others are zero.
    pages: BTreeMap<PageIndex, Vec<u8>>,
    /// One export name for each kept global, in the order of the globals.
    kept: Vec<String>,
}

impl Image {
    /// Reads the image out of validated code. What is malformed is left out: validation has
    /// refused it, and a hole is safer than a panic.
    pub(crate) fn read(wasm: &[u8], wasm_pages: u32) -> Self {
        let mut image = Self::default();
        let bytes = usize::try_from(wasm_pages)
            .unwrap_or(0)
            .saturating_mul(WASM_PAGE_BYTES);
        let mut mutable = Vec::new();
        let mut parser = Parser::new(0);
        let mut rest = wasm;
        while let Ok(Chunk::Parsed { consumed, payload }) = parser.parse(rest, true) {
            rest = rest.get(consumed..).unwrap_or_default();
            match payload {
                Payload::ImportSection(imports) => {
                    for import in imports.into_iter().flatten() {
                        if matches!(import.ty, TypeRef::Global(_)) {
                            mutable.push(false);
                        }
                    }
                }
                Payload::GlobalSection(globals) => {
                    mutable.extend(
                        globals
                            .into_iter()
                            .flatten()
                            .map(|global| global.ty.mutable),
                    );
                }
                Payload::ExportSection(exports) => {
                    let mut kept = BTreeMap::new();
                    for export in exports.into_iter().flatten() {
                        let index = usize::try_from(export.index).unwrap_or(usize::MAX);
                        let is_mutable = mutable.get(index).copied().unwrap_or(false);
                        if matches!(export.kind, ExternalKind::Global) && is_mutable {
                            kept.entry(index).or_insert(export.name);
                        }
                    }
                    image.kept = kept.into_values().map(ToString::to_string).collect();
                }
                Payload::CodeSectionStart { size, .. } => {
                    // Function bodies say nothing of memory, and are most of the bytes.
                    parser.skip_section();
                    rest = usize::try_from(size)
                        .ok()
                        .and_then(|size| rest.get(size..))
                        .unwrap_or_default();
                }
                Payload::DataSection(segments) => {
                    for segment in segments.into_iter().flatten() {
                        if let DataKind::Active { offset_expr, .. } = segment.kind {
                            if let Some(offset) = const_i32(&offset_expr) {
                                image.write(offset, segment.data, bytes);
                            }
                        }
                    }
                }
                Payload::End(_) => break,
                _ => {}
            }
        }
        image
    }

    /// The bytes of memory that it keeps.
    pub(crate) fn bytes(&self) -> u64 {
        let pages = u64::try_from(self.pages.len()).unwrap_or(u64::MAX);
        pages.saturating_mul(u64::from(PAGE_SIZE))
    }

    /// One export name for each kept global.
    pub(crate) fn kept(&self) -> &[String] {
        &self.kept
    }

    fn write(&mut self, offset: u32, data: &[u8], bytes: usize) {
        let mut at = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut data = data;
        while !data.is_empty() && at < bytes {
            let Some(index) = PageIndex::of(at) else {
                return;
            };
            let span = index.span();
            let within = at.saturating_sub(span.start);
            let count = span.end.saturating_sub(at).min(data.len());
            let (head, tail) = data.split_at_checked(count).unwrap_or((data, &[]));
            let page = self
                .pages
                .entry(index)
                .or_insert_with(|| vec![0; PAGE_BYTES]);
            if let Some(target) = page.get_mut(within..within.saturating_add(count)) {
                target.copy_from_slice(head);
            }
            at = at.saturating_add(count);
            data = tail;
        }
    }

    /// Whether `page` is as the code made it.
    fn is_fresh(&self, index: PageIndex, page: &[u8]) -> bool {
        match self.pages.get(&index) {
            Some(fresh) => is_equal(fresh, page),
            None => is_zero(page),
        }
    }

    /// Makes `memory` in `range` as the code made it.
    fn restore(&self, memory: &mut [u8], range: Range<usize>) {
        let Some(target) = memory.get_mut(range.clone()) else {
            return;
        };
        target.fill(0);
        for (index, fresh) in &self.pages {
            let span = index.span();
            let start = span.start.max(range.start);
            let end = span.end.min(range.end);
            if start >= end {
                continue;
            }
            let from = fresh.get(start.saturating_sub(span.start)..end.saturating_sub(span.start));
            let to =
                target.get_mut(start.saturating_sub(range.start)..end.saturating_sub(range.start));
            if let (Some(from), Some(to)) = (from, to) {
                to.copy_from_slice(from);
            }
        }
    }
}

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
            let Some(page) = memory.get(span) else {
                continue;
            };
            if is_stack || image.is_fresh(index, page) {
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

/// Equality by words: a runtime has no bulk memory operations, and its byte loop is slow.
fn is_equal(a: &[u8], b: &[u8]) -> bool {
    let (a_words, a_rest) = a.as_chunks::<8>();
    let (b_words, b_rest) = b.as_chunks::<8>();
    a.len() == b.len()
        && a_words
            .iter()
            .zip(b_words)
            .all(|(a, b)| u64::from_ne_bytes(*a) == u64::from_ne_bytes(*b))
        && a_rest == b_rest
}

/// Whether all bytes are zero, by words.
fn is_zero(a: &[u8]) -> bool {
    let (words, rest) = a.as_chunks::<8>();
    words.iter().all(|word| u64::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}
