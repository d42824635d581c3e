//! The heap: what is freed is merged with what is free beside it, zeroed, and used again from the lowest address on.
//!
//! So a program has no more memory than it needs at once and some gaps between, in whatever sizes it asks. Pages
//! without a block in them are zero again, and the chain does not store them: a program whose heap is empty stores none.
//! Memory comes from behind what the linker placed, and grows by as many Wasm pages as are needed.

#[cfg(target_family = "wasm")]
mod global;
mod space;
