//! The heap: blocks in sizes of powers of two, each with a list of those that are free.
//!
//! What is freed is used again for the next block of that size; nothing is merged or moved. So the
//! same calls give the same addresses, each call takes the same few operators, and a program of one
//! kind of object does not grow. Memory comes from behind what the linker placed, and grows by as
//! many Wasm pages as are needed; the chain stores only the pages that differ from zeroes. A program that keeps its
//! state elsewhere has none between turns, unless something waits.

use core::alloc::{GlobalAlloc, Layout};

/// The smallest block holds the link of a free one.
const LEAST: usize = 8;
/// Block sizes: 2³ to 2³¹.
const CLASSES: usize = 32;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

/// The first free block of each size; the first byte that was never used.
static mut FREE: [usize; CLASSES] = [0; CLASSES];
static mut END: usize = 0;
/// The sizes of all blocks.
static mut TAKEN: usize = 0;

extern "C" {
    /// The linker's: where the heap begins.
    static __heap_base: u8;
}

/// The power of two that a block of that layout has.
#[inline(always)]
fn class(layout: Layout) -> u32 {
    let size = layout.size().max(layout.align()).max(LEAST);
    usize::BITS.wrapping_sub(size.wrapping_sub(1).leading_zeros())
}

// SAFETY: a block is handed out once until it is freed, is as long as its class says, which holds
// size and alignment, and a program has one thread.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the trait asks. Where there is no memory `take` does not come back: told so, the compiler leaves out what
        // would report it, which is larger than all of this.
        unsafe {
            let block = take(class(layout));
            core::hint::assert_unchecked(!block.is_null());
            block
        }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is one of that class, and nobody's any more.
        unsafe {
            let list = (&raw mut FREE).cast::<usize>().add(class(layout) as usize);
            block.cast::<usize>().write(list.read());
            list.write(block as usize);
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the trait asks. A block may have been used before.
        unsafe {
            let block = self.alloc(layout);
            block.write_bytes(0, layout.size());
            block
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller vouches for size and alignment.
        unsafe {
            // As in `alloc`: there is no failure to report.
            core::hint::assert_unchecked(!block.is_null());
            let grown = Layout::from_size_align_unchecked(size, layout.align());
            if class(grown) == class(layout) {
                return block;
            }
            let new = self.alloc(grown);
            new.copy_from_nonoverlapping(block, layout.size().min(size));
            self.dealloc(block, layout);
            new
        }
    }
}

/// A block of the size 2^`class`.
#[inline(never)]
unsafe fn take(class: u32) -> *mut u8 {
    // SAFETY: one thread; a list holds blocks of its class alone.
    unsafe {
        let list = (&raw mut FREE).cast::<usize>().add(class as usize);
        let first = list.read();
        if first != 0 {
            let block = first as *mut usize;
            list.write(block.read());
            return block.cast();
        }
        let size = 1usize << (class & 31);
        if END == 0 {
            END = &raw const __heap_base as usize;
        }
        // A large block needs no larger alignment than anybody asks for: Rust's is at most 16 here.
        let align = if size < 16 { size } else { 16 };
        let start = END.wrapping_add(align - 1) & !(align - 1);
        let end = start.saturating_add(size);
        let room = core::arch::wasm32::memory_size(0).wrapping_mul(0x1_0000);
        if end > room {
            let pages = (end - room).div_ceil(0x1_0000);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                crate::panic("out of memory");
            }
        }
        END = end;
        TAKEN = TAKEN.wrapping_add(size);
        start as *mut u8
    }
}

/// Makes all as it was at first, if no block is in use: then nothing of it is stored, and nobody pays for it.
pub(crate) fn tidy() {
    // SAFETY: one thread; a list holds blocks that are nobody's, and if these are all, nobody has one.
    unsafe {
        let lists = (&raw mut FREE).cast::<usize>();
        let mut free = 0usize;
        for class in 0..CLASSES {
            let mut block = lists.add(class).read();
            while block != 0 {
                free = free.wrapping_add(1 << class);
                block = (block as *const usize).read();
            }
        }
        if END == 0 || free != TAKEN {
            return;
        }
        let start = (&raw const __heap_base).cast_mut();
        start.write_bytes(0, END.wrapping_sub(start as usize));
        lists.write_bytes(0, CLASSES);
        (END, TAKEN) = (0, 0);
    }
}
