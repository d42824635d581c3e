//! The allocator of a program.

use core::alloc::{GlobalAlloc, Layout};

use super::space::{Ground, Space, GRAIN};
use crate::global::Global;

#[global_allocator]
static HEAP: Heap = Heap(Global::new(Space::new(Memory)));

struct Heap(Global<Space<Memory>>);

/// The program's memory, behind what the linker placed.
struct Memory;

extern "C" {
    /// The linker's: where the heap begins.
    static __heap_base: u8;
}

pub(super) fn held() -> (u32, u32) {
    HEAP.0.with(|space| space.held())
}

/// The size of a Wasm page.
const PAGE: u64 = 0x1_0000;

// SAFETY: nothing else uses memory from `__heap_base` on, Wasm's is zero at first, and has no byte that an address does not
// reach.
unsafe impl Ground for Memory {
    #[inline(always)]
    fn start(&self) -> u32 {
        (&raw const __heap_base as u32).next_multiple_of(GRAIN)
    }

    #[inline(always)]
    fn at(&self, address: u32) -> *mut u8 {
        address as *mut u8
    }

    #[inline(always)]
    fn reach(&mut self, end: u64) {
        let pages = end.div_ceil(PAGE) as usize;
        let there = core::arch::wasm32::memory_size(0);
        if pages > there && core::arch::wasm32::memory_grow(0, pages - there) == usize::MAX {
            crate::panic("out of memory");
        }
    }
}

impl Heap {
    /// A block of zeroes.
    #[inline(never)]
    fn take(&self, size: usize, align: usize) -> *mut u8 {
        self.0.with(|space| space.take(size as u32, align as u32))
    }

    #[inline(never)]
    fn resize(&self, block: *mut u8, size: usize, new: usize) -> bool {
        let block = block as u32;
        self.0
            .with(|space| space.resize(block, size as u32, new as u32))
    }

    #[inline(never)]
    fn give(&self, block: *mut u8, size: usize) {
        // SAFETY: as the callers say.
        self.0
            .with(|space| unsafe { space.give(block as u32, size as u32) });
    }
}

// SAFETY: a block is handed out once until it is freed, has the size and the alignment that were asked for, and a program has one
// thread.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let block = self.take(layout.size(), layout.align());
        // SAFETY: where there is no memory `take` does not come back. Told so, the compiler leaves out what would report it, which
        // is larger than all of this.
        unsafe { core::hint::assert_unchecked(!block.is_null()) };
        block
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the trait asks. What is free is zero.
        unsafe { self.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.give(block, layout.size());
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller vouches for size and alignment, and as in `alloc`: there is no failure to report.
        unsafe {
            core::hint::assert_unchecked(!block.is_null());
            if self.resize(block, layout.size(), size) {
                return block;
            }
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            new.copy_from_nonoverlapping(block, layout.size().min(size));
            self.dealloc(block, layout);
            new
        }
    }
}
