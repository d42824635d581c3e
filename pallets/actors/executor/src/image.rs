//! The memory that a program's code makes of itself.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::ops::Range;
use wasmparser::{Chunk, DataKind, ExternalKind, Parser, Payload, TypeRef};

use crate::memory::{const_i32, is_equal, is_zero, WASM_PAGE_BYTES};

/// What the code itself says of memory and globals.
///
/// It keeps what data segments write and not the pages that they write on, so it is no larger than
/// the code: a few bytes of code can write on every page.
#[derive(Debug, Default)]
pub(crate) struct Image {
    /// By place in memory, the parts of `data` that stand there. They do not overlap, and all
    /// other memory is zero.
    pieces: BTreeMap<usize, Range<usize>>,
    /// The bytes of all data segments.
    data: Vec<u8>,
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

    /// One export name for each kept global.
    pub(crate) fn kept(&self) -> &[String] {
        &self.kept
    }

    /// Writes a data segment over what those before it have written, in a memory of `bytes`.
    fn write(&mut self, offset: u32, data: &[u8], bytes: usize) {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes);
        let count = data.len().min(bytes.saturating_sub(start));
        let data = data.get(..count).unwrap_or_default();
        if data.is_empty() {
            return;
        }
        let end = start.saturating_add(data.len());
        self.clear(start..end);
        let from = self.data.len();
        self.data.extend_from_slice(data);
        self.pieces.insert(start, from..self.data.len());
    }

    /// Cuts what was written on `range` out of the pieces.
    fn clear(&mut self, range: Range<usize>) {
        while let Some((start, piece)) = self.last_before(range.end) {
            let end = start.saturating_add(piece.len());
            if end <= range.start {
                return;
            }
            self.pieces.remove(&start);
            if end > range.end {
                let skipped = range.end.saturating_sub(start);
                let rest = piece.start.saturating_add(skipped)..piece.end;
                self.pieces.insert(range.end, rest);
            }
            if start < range.start {
                let left = range.start.saturating_sub(start);
                let rest = piece.start..piece.start.saturating_add(left);
                self.pieces.insert(start, rest);
                return;
            }
        }
    }

    /// The last piece that begins before `end`.
    fn last_before(&self, end: usize) -> Option<(usize, Range<usize>)> {
        let last = self.pieces.range(..end).next_back();
        last.map(|(start, piece)| (*start, piece.clone()))
    }

    /// The parts of pieces that lie within `range`, in order, each with its place in `range`.
    fn within(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, &[u8])> {
        let begins = range.start;
        let before = self.pieces.range(..begins).next_back();
        let others = self.pieces.range(begins..range.end.max(begins));
        let pieces = before.into_iter().chain(others);
        pieces.filter_map(move |(start, piece)| {
            let end = start.saturating_add(piece.len());
            let (from, to) = ((*start).max(begins), end.min(range.end));
            let at = |place: usize| piece.start.saturating_add(place.saturating_sub(*start));
            let part = self.data.get(at(from)..at(to))?;
            let place = from.saturating_sub(begins)..to.saturating_sub(begins);
            (!part.is_empty()).then_some((place, part))
        })
    }

    /// Whether `memory`, which begins at `start`, is as the code made it.
    pub(crate) fn is_fresh(&self, start: usize, memory: &[u8]) -> bool {
        let mut seen = 0;
        for (place, part) in self.within(start..start.saturating_add(memory.len())) {
            let zeros = memory.get(seen..place.start);
            let written = memory.get(place.clone());
            if !zeros.is_some_and(is_zero) || !written.is_some_and(|bytes| is_equal(part, bytes)) {
                return false;
            }
            seen = place.end;
        }
        memory.get(seen..).is_none_or(is_zero)
    }

    /// Makes `memory` in `range` as the code made it.
    pub(crate) fn restore(&self, memory: &mut [u8], range: Range<usize>) {
        let Some(target) = memory.get_mut(range.clone()) else {
            return;
        };
        target.fill(0);
        for (place, part) in self.within(range) {
            if let Some(target) = target.get_mut(place) {
                target.copy_from_slice(part);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const BYTES: usize = 64;

    /// An image of segments, and the memory that they make.
    fn made(segments: &[(u32, &[u8])]) -> (Image, Vec<u8>) {
        let (mut image, mut memory) = (Image::default(), vec![0; BYTES]);
        for (offset, data) in segments {
            image.write(*offset, data, BYTES);
            for (at, byte) in (*offset as usize..).zip(*data) {
                if let Some(target) = memory.get_mut(at) {
                    *target = *byte;
                }
            }
        }
        (image, memory)
    }

    fn check(segments: &[(u32, &[u8])]) {
        let (image, memory) = made(segments);
        for start in 0..BYTES {
            for end in start..=BYTES {
                let mut part = memory[start..end].to_vec();
                assert!(image.is_fresh(start, &part), "{segments:?} {start}..{end}");
                let mut other = vec![9; BYTES];
                image.restore(&mut other, start..end);
                assert_eq!(other[start..end], part, "{segments:?} {start}..{end}");
                let is_untouched = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 9);
                assert!(is_untouched(&other[..start]) && is_untouched(&other[end..]));
                for at in 0..part.len() {
                    part[at] ^= 1;
                    assert!(
                        !image.is_fresh(start, &part),
                        "{segments:?} {start} and {at}"
                    );
                    part[at] ^= 1;
                }
            }
        }
        let end = |(start, piece): (&usize, &Range<usize>)| start + piece.len();
        let starts = image.pieces.keys().skip(1);
        let ends = image.pieces.iter().map(end);
        assert!(
            starts.zip(ends).all(|(start, end)| end <= *start),
            "{image:?}"
        );
    }

    #[test]
    fn later_segments_lie_over_earlier_ones() {
        let long = [7; 20];
        check(&[]);
        check(&[(0, b"a"), (63, b"z")]);
        check(&[(10, &long), (10, b"abc")]);
        check(&[(10, &long), (14, b"abc")]);
        check(&[(10, &long), (27, b"abc")]);
        check(&[(10, &long), (28, b"abc")]);
        check(&[(10, &long), (8, b"abc")]);
        check(&[(10, &long), (10, &long)]);
        check(&[(10, b"a"), (12, b"b"), (14, b"c"), (11, &[8; 3])]);
        check(&[(10, b"a"), (12, b"b"), (14, b"c"), (5, &long)]);
        check(&[(60, b"abcdef"), (70, b"g"), (u32::MAX, b"h"), (3, b"")]);
        // A few hundred more, whose places and lengths are anything.
        let mut random = 1u32;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 16) % below
        };
        for _ in 0..60 {
            let segments: Vec<_> = (0..next(9))
                .map(|number| (next(70), vec![number as u8 + 1; next(12) as usize]))
                .collect();
            let segments: Vec<_> = segments.iter().map(|(at, data)| (*at, &data[..])).collect();
            check(&segments);
        }
    }

    #[test]
    fn it_is_no_larger_than_what_is_written() {
        let (mut image, bytes) = (Image::default(), 64 * WASM_PAGE_BYTES);
        for page in 0..256u32 {
            image.write(page * 16_384, b"x", bytes);
        }
        assert_eq!((image.data.len(), image.pieces.len()), (256, 256));
    }
}
