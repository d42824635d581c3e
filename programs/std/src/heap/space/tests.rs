//! Space against a model of what it may do, and what becomes of it in the long run.

use alloc::{collections::BTreeMap, vec::Vec};
use core::alloc::Layout;

use super::*;

/// Ground of so many bytes, on which everything is kept that a program relies on.
struct Field {
    base: *mut u8,
    layout: Layout,
}

impl Field {
    /// Where it begins.
    const START: u32 = 5 * GRAIN;

    fn new(bytes: u32) -> Self {
        let layout = Layout::from_size_align((Self::START + bytes) as usize, 4_096).unwrap();
        // SAFETY: the layout is not empty.
        let base = unsafe { alloc::alloc::alloc_zeroed(layout) };
        Self { base, layout }
    }

    fn bytes(&self, from: u32, size: u32) -> &[u8] {
        assert!((from + size) as usize <= self.layout.size());
        // SAFETY: they are there, and nothing writes while they are looked at.
        unsafe { core::slice::from_raw_parts(self.at(from), size as usize) }
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        // SAFETY: allocated with that layout.
        unsafe { alloc::alloc::dealloc(self.base, self.layout) };
    }
}

// SAFETY: allocated for it alone, and zeroed.
unsafe impl Ground for Field {
    fn start(&self) -> u32 {
        Self::START
    }

    fn at(&self, address: u32) -> *mut u8 {
        self.base.wrapping_add(address as usize)
    }

    fn reach(&mut self, end: u64) {
        assert!(end <= self.layout.size() as u64, "out of memory");
    }
}

/// Space, and the blocks that were taken from it: each by its address, with what was asked for and what was written there.
struct Model {
    space: Space<Field>,
    blocks: BTreeMap<u32, (u32, u8)>,
    random: u32,
}

impl Model {
    fn new(bytes: u32, seed: u32) -> Self {
        Self {
            space: Space::new(Field::new(bytes)),
            blocks: BTreeMap::new(),
            random: seed.wrapping_mul(2_654_435_761).wrapping_add(1),
        }
    }

    /// A number that looks like chance, and is the same each time.
    fn random(&mut self, most: u32) -> u32 {
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        (self.random >> 8) % most
    }

    fn take(&mut self, size: u32, align: u32) -> u32 {
        let block = self.space.take(size, align);
        let address = block.addr().wrapping_sub(self.space.ground.base.addr()) as u32;
        assert_eq!(address % align.max(GRAIN), 0, "{size} at {align}");
        let whole = size.next_multiple_of(GRAIN);
        assert!(address >= Field::START && address + whole <= Field::START + self.space.used);
        let before = self.blocks.range(..=address).next_back();
        assert!(before.is_none_or(|(start, (size, _))| start + size <= address));
        let behind = self.blocks.range(address..).next();
        assert!(behind.is_none_or(|(start, _)| address + whole <= *start));
        let is_zero = is_all(self.space.ground.bytes(address, whole), 0);
        assert!(is_zero, "what is handed out is zero");
        let mark = self.random(255) as u8 + 1;
        // SAFETY: the block is that long.
        unsafe { block.write_bytes(mark, size as usize) };
        self.blocks.insert(address, (size, mark));
        address
    }

    fn give(&mut self, address: u32) {
        let (size, mark) = self.blocks.remove(&address).unwrap();
        let bytes = self.space.ground.bytes(address, size);
        assert!(is_all(bytes, mark), "blocks keep what is in them");
        // SAFETY: taken with that size.
        unsafe { self.space.give(address, size) };
    }

    /// Makes one of them as long as that, whichever it is.
    fn resize_any(&mut self, new: u32) {
        let place = self.random(self.blocks.len() as u32) as usize;
        let (address, (size, mark)) = self.blocks.iter().nth(place).unwrap();
        let (address, size, mark) = (*address, *size, *mark);
        let end = address + size.next_multiple_of(GRAIN);
        if !self.space.resize(address, size, new) {
            return;
        }
        let is_last = end == Field::START + self.space.used;
        if let Some(more) = (address + new).checked_sub(end).filter(|_| !is_last) {
            assert!(is_all(self.space.ground.bytes(end, more), 0));
        }
        assert!(is_all(
            self.space.ground.bytes(address, size.min(new)),
            mark
        ));
        let base = self.space.ground.at(address);
        // SAFETY: the block is that long now.
        unsafe { base.write_bytes(mark, new as usize) };
        self.blocks.insert(address, (new, mark));
        self.check();
    }

    /// Gives one of them back, whichever.
    fn give_any(&mut self) {
        let place = self.random(self.blocks.len() as u32) as usize;
        let address = *self.blocks.keys().nth(place).unwrap();
        self.give(address);
    }

    fn give_all(&mut self) {
        while let Some((address, _)) = self.blocks.first_key_value() {
            self.give(*address);
        }
        self.is_as_at_first();
    }

    /// The gaps in the order of their addresses, each with its size; and how deep the tree is.
    fn gaps(&self) -> (Vec<(u32, u32)>, usize) {
        fn walk<G: Ground>(space: &Space<G>, gap: u32, gaps: &mut Vec<(u32, u32)>) -> usize {
            if gap == 0 {
                return 0;
            }
            // SAFETY: a node of the tree.
            let Node {
                size,
                lower,
                higher,
            } = unsafe { node(&space.ground, gap).read() };
            for below in [lower, higher].into_iter().filter(|below| *below != 0) {
                // SAFETY: both are in the tree.
                assert!(unsafe { is_above(&space.ground, gap, below) });
            }
            let left = walk(space, lower, gaps);
            gaps.push((gap, size));
            1 + left.max(walk(space, higher, gaps))
        }
        let mut gaps = Vec::new();
        let depth = walk(&self.space, self.space.top, &mut gaps);
        (gaps, depth)
    }

    /// Whether gaps and blocks are all there is, each gap between two blocks, and zero but for its node.
    fn check(&self) {
        let blocks = self.blocks.iter();
        let mut parts: Vec<_> = blocks
            .map(|(address, (size, _))| (*address, size.next_multiple_of(GRAIN), false))
            .collect();
        for (gap, size) in self.gaps().0 {
            let bytes = self.space.ground.bytes(gap, size);
            assert!(is_all(&bytes[size_of::<Node>()..], 0));
            parts.push((gap, size, true));
        }
        parts.sort_unstable();
        let mut next = Field::START;
        let mut is_gap = false;
        for (start, size, gap) in parts {
            assert_eq!(start, next, "nothing is lost");
            assert!(!(gap && is_gap), "gaps are merged");
            (next, is_gap) = (start + size, gap);
        }
        assert!(!is_gap, "there is no gap behind the last block");
        let count = self.blocks.len() as u32;
        assert_eq!(self.space.held(), (count, self.space.used));
        assert_eq!(next, Field::START + self.space.used);
        let behind = self.space.ground.layout.size() as u32 - next;
        assert!(is_all(self.space.ground.bytes(next, behind), 0));
    }

    fn is_as_at_first(&self) {
        assert_eq!((self.space.top, self.space.used), (0, 0));
        self.check();
    }
}

/// Whether all bytes are that one. By comparing slices, which is fast where nothing is optimised.
fn is_all(bytes: &[u8], byte: u8) -> bool {
    bytes.first().is_none_or(|first| *first == byte)
        && bytes.get(1..) == bytes.split_last().map(|(_, rest)| rest)
}

/// A size, more often a small one.
fn size(model: &mut Model) -> u32 {
    let most = 1 << model.random(12);
    1 + model.random(most)
}

#[test]
fn blocks_do_not_overlap_are_aligned_and_keep_what_is_in_them() {
    for seed in 0..200 {
        let mut model = Model::new(1 << 20, seed);
        // Sometimes few are there at once, and sometimes many.
        let most = 1 + model.random(200) as usize;
        for step in 0..500 {
            if model.blocks.len() < most && model.random(5) > 1 {
                let size = size(&mut model);
                let align = 1 << model.random(9);
                model.take(size, align);
            } else if !model.blocks.is_empty() {
                let size = size(&mut model);
                model.resize_any(size);
                model.give_any();
            }
            if step % 50 == 0 {
                model.check();
            }
        }
        model.check();
        model.give_all();
    }
}

#[test]
fn each_alignment_is_honoured_and_costs_nothing_when_it_is_given_back() {
    for align in (0..=12).map(|power| 1 << power) {
        let mut model = Model::new(1 << 20, align);
        for size in [1, 15, 16, 17, 100, 5_000] {
            model.take(16, 1);
            model.take(size, align);
            model.check();
        }
        model.give_all();
    }
}

#[test]
fn what_is_freed_in_any_order_is_one_piece_again() {
    for seed in 0..100 {
        let mut model = Model::new(1 << 20, seed);
        for _ in 0..300 {
            let size = size(&mut model);
            model.take(size, 8);
        }
        while model.blocks.len() > 1 {
            model.give_any();
            model.check();
        }
        // What is left has one gap before it at most.
        assert!(model.gaps().0.len() <= 1);
        model.give_all();
    }
}

#[test]
fn the_lowest_gap_is_used_first() {
    let mut model = Model::new(1 << 16, 0);
    let blocks = [32, 16, 64, 16, 48, 16].map(|size| model.take(size, 8));
    for gap in [0, 2, 4] {
        model.give(blocks[gap]);
    }
    assert_eq!(model.take(48, 8), blocks[2]);
    assert_eq!(model.take(16, 8), blocks[0]);
    assert_eq!(model.take(16, 8), blocks[0] + 16);
    assert_eq!(model.take(16, 8), blocks[2] + 48);
    assert_eq!(model.take(64, 8), blocks[5] + 16);
    model.check();
}

#[test]
fn the_last_block_grows_where_it_is_unless_there_is_a_gap_for_it() {
    let mut model = Model::new(1 << 16, 0);
    let blocks = [64, 32, 16].map(|size| model.take(size, 8));
    assert!(model.space.resize(blocks[2], 10, 16) && model.space.resize(blocks[2], 16, 40));
    assert_eq!(model.space.used, 64 + 32 + 48);
    assert!(!model.space.resize(blocks[1], 32, 48), "it is not the last");
    model.give(blocks[0]);
    assert!(
        !model.space.resize(blocks[2], 48, 64),
        "the gap is long enough"
    );
    assert!(model.space.resize(blocks[2], 48, 80));
    assert!(
        !model.space.resize(blocks[2], 80, 16),
        "what is shorter moves down"
    );
    // Without a gap it gives the rest back where it is.
    let below = model.take(64, 8);
    assert!(model.space.resize(blocks[2], 80, 33));
    assert_eq!(model.space.used, 64 + 32 + 48);
    assert!(model.space.resize(below, 64, 16));
    assert_eq!(model.space.top, below + 16);
}

/// Whatever a program has at once in one size, there is room for the next size when it is gone: also where something is kept from each
/// size to the next.
#[test]
fn every_size_has_its_turn_a_hundred_thousand_times() {
    const BYTES: u32 = 1 << 16;
    // An eighth is left for what is kept, and for gaps that are too short.
    const FILLED: u32 = BYTES / 8 * 7;
    let mut model = Model::new(BYTES, 1);
    let mut kept = Vec::new();
    for turn in 0..100_000 {
        let size = (GRAIN << (turn % 12)).saturating_sub(turn / 12 % 16);
        let count = (FILLED / size.next_multiple_of(GRAIN)).min(24);
        let blocks: Vec<_> = (0..count).map(|_| model.take(size, 8)).collect();
        for address in kept.drain(..) {
            model.give(address);
        }
        let stays = turn as usize % blocks.len();
        for (place, address) in blocks.into_iter().enumerate() {
            if place == stays && size <= 1_024 {
                kept.push(address);
            } else {
                model.give(address);
            }
        }
        if turn % 1_000 == 0 {
            model.check();
        }
    }
    model.give_all();
}

/// The tree has no order that makes it a list: evenly spaced gaps, growing ones, and those that chance makes.
#[test]
fn a_way_through_many_gaps_is_short() {
    let spaced = |spacing: u32| {
        let mut model = Model::new(1 << 20, spacing);
        let blocks: Vec<_> = (0..(1 << 20) / spacing / 2 - 1)
            .flat_map(|_| [model.take(spacing, 8), model.take(spacing, 8)])
            .collect();
        blocks
            .iter()
            .step_by(2)
            .for_each(|block| model.give(*block));
        let (gaps, depth) = model.gaps();
        (gaps.len(), depth)
    };
    for spacing in (1..400).map(|grains| grains * GRAIN) {
        let (gaps, depth) = spaced(spacing);
        let most = 6 * (gaps.ilog2() as usize + 1);
        assert!(
            depth <= most,
            "{depth} of {gaps} gaps, {spacing} bytes each"
        );
    }
    // The worst that there is: each gap longer than the one before.
    let mut model = Model::new(1 << 20, 0);
    let sizes = (1..).map(|grains| grains * GRAIN);
    let blocks: Vec<_> = sizes
        .take(340)
        .flat_map(|size| [model.take(size, 8), model.take(16, 8)])
        .collect();
    blocks
        .iter()
        .step_by(2)
        .for_each(|block| model.give(*block));
    let (gaps, depth) = model.gaps();
    assert!(gaps.len() == 340 && depth <= 340);
}

#[test]
#[should_panic(expected = "out of memory")]
fn where_there_is_no_room_nothing_is_handed_out() {
    Model::new(1 << 16, 0).take(1 << 17, 8);
}

#[test]
#[should_panic(expected = "out of memory")]
fn nothing_wraps_around() {
    let mut model = Model::new(1 << 16, 0);
    model.take(100, 8);
    model.take(0xffff_ffc0, 8);
}
