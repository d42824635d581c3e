//! The runtime's allocator, as a count.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Counts what this thread has allocated as the runtime's allocator does: each piece is rounded up
/// to a power of two, and what was freed is given to pieces of the same size only. So its heap
/// grows to the sum of the most pieces of each size that there ever were at once.
struct Counting;

/// Powers of two that a piece may have.
const SIZES: usize = 40;

thread_local! {
    static LIVE: [Cell<u64>; SIZES] = const { [const { Cell::new(0) }; SIZES] };
    static MOST: [Cell<u64>; SIZES] = const { [const { Cell::new(0) }; SIZES] };
    static LARGEST: Cell<u64> = const { Cell::new(0) };
}

/// The power of two that a piece takes: 8 bytes at least.
fn size(layout: Layout) -> usize {
    layout.size().next_power_of_two().max(8).trailing_zeros() as usize
}

/// What pieces of that size take; 8 bytes stand before each.
fn bytes(size: usize, pieces: u64) -> u64 {
    pieces * ((1 << size) + 8)
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let size = size(layout);
        let live = LIVE.with(|live| {
            live[size].set(live[size].get() + 1);
            live[size].get()
        });
        MOST.with(|most| most[size].set(most[size].get().max(live)));
        LARGEST.set(LARGEST.get().max(bytes(size, 1)));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let size = size(layout);
        LIVE.with(|live| live[size].set(live[size].get().saturating_sub(1)));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What `work` makes the heap grow by, and its largest piece.
pub(crate) fn growth<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = LIVE.with(|live| live.each_ref().map(Cell::get));
    MOST.with(|most| {
        for (most, live) in most.iter().zip(before) {
            most.set(live);
        }
    });
    LARGEST.set(0);
    let result = work();
    let most = MOST.with(|most| most.each_ref().map(Cell::get));
    let grown = most.iter().zip(before).enumerate();
    let grown = grown.map(|(size, (most, before))| bytes(size, most - before));
    (result, grown.sum(), LARGEST.get())
}
