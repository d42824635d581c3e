//! Free space, in one tree.
//!
//! Each gap between blocks holds its own node: how long it is, and two others below it, at lower and at higher addresses. Of two
//! gaps the longer is above the other (a Cartesian tree), so the way to the first gap that is long enough takes two comparisons a
//! step, and the gaps beside a block that is freed are found on the way to its own place. Gaps of one length are mixed by their
//! addresses. A path is thus about as long as the logarithm of their number, and never longer than there are different lengths
//! times that.
//!
//! Nobody's memory is zero, but for the nodes: a gap that is used is handed out as zeroes.

use core::ptr::null_mut;

/// Sizes and addresses of blocks are multiples of this, the largest alignment that Rust's own types have.
pub(super) const GRAIN: u32 = 16;

/// Memory to divide, by addresses that are never zero.
///
/// # Safety
///
/// From `start` up to what was reached it is there, is zero until something is written there, and is used by nothing else.
pub(super) unsafe trait Ground {
    /// Where it begins: a multiple of [`GRAIN`], and the same each time.
    fn start(&self) -> u32;

    /// The byte of that address.
    fn at(&self, address: u32) -> *mut u8;

    /// Makes memory be there up to `end`, or does not come back.
    fn reach(&mut self, end: u64);
}

/// What of the ground is nobody's.
pub(super) struct Space<G> {
    ground: G,
    /// The longest gap, or 0.
    top: u32,
    /// How much of the ground lies before the end of the last block.
    used: u32,
    /// How many blocks are taken.
    blocks: u32,
}

/// What a gap holds. An address of 0 stands for none.
#[repr(C)]
struct Node {
    size: u32,
    lower: u32,
    higher: u32,
}

/// What names a node, or none: a place in the node above it, or the top.
type Link = *mut u32;

impl<G: Ground> Space<G> {
    pub(super) const fn new(ground: G) -> Self {
        Self {
            ground,
            top: 0,
            used: 0,
            blocks: 0,
        }
    }

    /// How many blocks are taken, and how many bytes they and the gaps between them have.
    pub(super) fn held(&self) -> (u32, u32) {
        (self.blocks, self.used)
    }

    /// A block of zeroes: at least `size` bytes, which are not none, at a multiple of `align`.
    #[inline]
    pub(super) fn take(&mut self, size: u32, align: u32) -> *mut u8 {
        let size = rounded(size);
        // What an alignment may cost that not every block has: it is given back.
        let slack = align.saturating_sub(GRAIN);
        let from = self.find(size.wrapping_add(slack));
        let block = from.wrapping_add(slack) & !(slack | (GRAIN - 1));
        self.blocks = self.blocks.wrapping_add(1);
        if slack != 0 {
            let before = block.wrapping_sub(from);
            // SAFETY: both parts are of the block that was found, and nobody has seen them.
            unsafe {
                self.free(from, before);
                self.free(block.wrapping_add(size), slack.wrapping_sub(before));
            }
        }
        self.ground.at(block)
    }

    /// Takes a block back.
    ///
    /// # Safety
    ///
    /// It was taken with that size, and is not used any more.
    #[inline]
    pub(super) unsafe fn give(&mut self, block: u32, size: u32) {
        self.blocks = self.blocks.wrapping_sub(1);
        // SAFETY: the caller says so.
        unsafe { self.clear(block, rounded(size)) };
    }

    /// Makes a part of a block, or all of it, nobody's.
    ///
    /// # Safety
    ///
    /// It was the caller's, and is not used any more.
    unsafe fn clear(&mut self, from: u32, size: u32) {
        // SAFETY: the caller says so.
        unsafe {
            self.ground.at(from).write_bytes(0, size as usize);
            self.free(from, size);
        }
    }

    /// Makes a block longer or shorter where it is, if it has the room already or would be without a gap to move to; longer only if it
    /// is the last. What is added is zero.
    #[inline]
    pub(super) fn resize(&mut self, block: u32, size: u32, new: u32) -> bool {
        let (size, new) = (rounded(size), rounded(new));
        if size == new {
            return true;
        }
        let end = block.wrapping_add(size);
        let longest = match self.top {
            0 => 0,
            // SAFETY: the top is a gap.
            top => unsafe { (*node(&self.ground, top)).size },
        };
        if new <= longest {
            return false;
        }
        if new < size {
            // SAFETY: the rest is the caller's until now.
            unsafe { self.clear(block.wrapping_add(new), size.wrapping_sub(new)) };
            return true;
        }
        if end != self.ground.start().wrapping_add(self.used) {
            return false;
        }
        self.extend(new.wrapping_sub(size));
        true
    }

    /// Adds so many bytes of the ground to what is used.
    fn extend(&mut self, size: u32) {
        let end = self.ground.start().wrapping_add(self.used);
        self.ground.reach(u64::from(end) + u64::from(size));
        self.used = self.used.wrapping_add(size);
    }

    /// Space of that size, at the lowest address where there is some.
    fn find(&mut self, size: u32) -> u32 {
        let mut link = &raw mut self.top;
        let mut first = null_mut();
        // SAFETY: links of the tree.
        unsafe {
            while *link != 0 && (*node(&self.ground, *link)).size >= size {
                first = link;
                link = &raw mut (*node(&self.ground, *link)).lower;
            }
            if first.is_null() {
                let from = self.ground.start().wrapping_add(self.used);
                self.extend(size);
                return from;
            }
            let from = *first;
            let rest = (*node(&self.ground, from)).size.wrapping_sub(size);
            remove(&self.ground, first);
            self.insert(from.wrapping_add(size), rest);
            from
        }
    }

    /// Makes space a gap, together with the gaps beside it.
    ///
    /// # Safety
    ///
    /// It is nobody's, zero, and in no gap.
    unsafe fn free(&mut self, mut from: u32, mut size: u32) {
        let mut link = &raw mut self.top;
        // SAFETY: links of the tree.
        unsafe {
            while *link != 0 {
                let gap = *link;
                let node = node(&self.ground, gap);
                let end = gap.wrapping_add((*node).size);
                if end == from || from.wrapping_add(size) == gap {
                    // One of the two neighbours; the other is below it, if there is one.
                    from = from.min(gap);
                    size = size.wrapping_add((*node).size);
                    remove(&self.ground, link);
                } else if gap < from {
                    link = &raw mut (*node).higher;
                } else {
                    link = &raw mut (*node).lower;
                }
            }
            let before = from.wrapping_sub(self.ground.start());
            if before.wrapping_add(size) == self.used {
                // Behind the last block there is no gap.
                self.used = before;
            } else {
                self.insert(from, size);
            }
        }
    }

    /// Puts a gap into the tree, unless it is none.
    ///
    /// # Safety
    ///
    /// It is nobody's, and touches no other.
    unsafe fn insert(&mut self, gap: u32, size: u32) {
        if size == 0 {
            return;
        }
        let ground = &self.ground;
        let new = node(ground, gap);
        // SAFETY: the space is there, and long enough for a node; links of the tree.
        unsafe {
            (*new).size = size;
            let mut link = &raw mut self.top;
            while *link != 0 && is_above(ground, *link, gap) {
                let node = node(ground, *link);
                link = if *link < gap {
                    &raw mut (*node).higher
                } else {
                    &raw mut (*node).lower
                };
            }
            // What is below it is divided by address.
            let mut rest = *link;
            *link = gap;
            let (mut lower, mut higher) = (&raw mut (*new).lower, &raw mut (*new).higher);
            while rest != 0 {
                let node = node(ground, rest);
                if rest < gap {
                    *lower = rest;
                    lower = &raw mut (*node).higher;
                    rest = *lower;
                } else {
                    *higher = rest;
                    higher = &raw mut (*node).lower;
                    rest = *higher;
                }
            }
            *lower = 0;
            *higher = 0;
        }
    }
}

// What follows has no hold of the space itself: a link may be into it.

/// Takes a gap out of the tree, and leaves zeroes.
///
/// # Safety
///
/// The link names one.
unsafe fn remove(ground: &impl Ground, mut link: Link) {
    // SAFETY: links of the tree.
    unsafe {
        let Node {
            mut lower,
            mut higher,
            ..
        } = node(ground, *link).replace(Node {
            size: 0,
            lower: 0,
            higher: 0,
        });
        // What was below it is joined: all of `lower` has lower addresses than all of `higher`.
        loop {
            if higher == 0 {
                *link = lower;
                return;
            }
            if lower != 0 && is_above(ground, lower, higher) {
                *link = lower;
                link = &raw mut (*node(ground, lower)).higher;
                lower = *link;
            } else {
                *link = higher;
                link = &raw mut (*node(ground, higher)).lower;
                higher = *link;
            }
        }
    }
}

/// Whether a gap belongs above another.
///
/// # Safety
///
/// Both have a node with their size.
unsafe fn is_above(ground: &impl Ground, gap: u32, other: u32) -> bool {
    // SAFETY: the caller says so.
    let (size, least) = unsafe { ((*node(ground, gap)).size, (*node(ground, other)).size) };
    size > least || (size == least && mixed(gap) > mixed(other))
}

#[inline(always)]
fn node(ground: &impl Ground, gap: u32) -> *mut Node {
    ground.at(gap).cast()
}

/// A multiple of [`GRAIN`] that is not less.
#[inline(always)]
fn rounded(size: u32) -> u32 {
    size.wrapping_add(GRAIN - 1) & !(GRAIN - 1)
}

/// An address, so mixed that those of evenly spaced gaps come in no order.
#[inline(always)]
fn mixed(address: u32) -> u32 {
    address.wrapping_mul(address).wrapping_mul(0x9e37_79b9)
}

#[cfg(test)]
mod tests;
