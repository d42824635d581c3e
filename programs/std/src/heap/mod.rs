//! The heap: what is freed is merged with what is free beside it, zeroed, and used again from the lowest address on.
//!
//! So a program has no more memory than it needs at once and some gaps between, in whatever sizes it asks. Pages
//! without a block in them are zero again, and the chain does not store them: a program whose heap is empty stores none.
//! Memory comes from behind what the linker placed, and grows by as many Wasm pages as are needed.

#[cfg(target_family = "wasm")]
mod global;
#[cfg(any(target_family = "wasm", test))]
mod space;

/// How many blocks are taken, and how many bytes they and the gaps between them have.
#[cfg(target_family = "wasm")]
pub(crate) fn held() -> (u32, u32) {
    global::held()
}

/// Elsewhere the heap is the system's.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn held() -> (u32, u32) {
    (0, 0)
}

/// How many Wasm pages of memory there are.
#[cfg(target_family = "wasm")]
pub(crate) fn pages() -> u32 {
    core::arch::wasm32::memory_size(0) as u32
}

/// Elsewhere there are none.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn pages() -> u32 {
    0
}
