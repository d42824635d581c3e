//! Filling and copying memory inside a runtime.
//!
//! A node runs runtimes without the bulk memory operations of WebAssembly, so that each fill and
//! copy of a runtime is a call of `memset` or `memcpy` in Rust's `compiler_builtins`, which moves
//! four bytes at a time there. Making a program's memory and comparing and storing its pages is
//! mostly that. These two move eight bytes at a time, whatever the alignment.
//!
//! `compiler_builtins` defines its functions weakly, so these take their place in the whole
//! runtime. They exist in a runtime's build alone, and a chain that has its own switches the
//! feature `fast-memory` off.

/// Eight bytes anywhere.
#[derive(Clone, Copy)]
#[repr(C, packed)]
struct Word(u64);

/// Bytes of a word.
const WORD: usize = size_of::<Word>();
/// Words of one round.
const ROUND: usize = 4;

/// Sets `len` bytes from `to` to the lowest byte of `value`.
///
/// # Safety
///
/// As C says: the bytes may be written.
#[no_mangle]
unsafe extern "C" fn memset(to: *mut u8, value: i32, len: usize) -> *mut u8 {
    let [byte, ..] = value.to_le_bytes();
    let word = Word(u64::from_ne_bytes([byte; WORD]));
    let mut at = to;
    let mut left = len;
    // Volatile, or the compiler would make calls of this very function out of the loops.
    while left >= ROUND * WORD {
        // SAFETY: as many bytes are left, and a `Word` may be anywhere.
        unsafe {
            at.cast::<Word>().write_volatile(word);
            at.cast::<Word>().add(1).write_volatile(word);
            at.cast::<Word>().add(2).write_volatile(word);
            at.cast::<Word>().add(3).write_volatile(word);
            at = at.add(ROUND * WORD);
        }
        left = left.wrapping_sub(ROUND * WORD);
    }
    while left >= WORD {
        // SAFETY: as above.
        unsafe {
            at.cast::<Word>().write_volatile(word);
            at = at.add(WORD);
        }
        left = left.wrapping_sub(WORD);
    }
    while left > 0 {
        // SAFETY: a byte is left.
        unsafe {
            at.write_volatile(byte);
            at = at.add(1);
        }
        left = left.wrapping_sub(1);
    }
    to
}

/// Copies `len` bytes to `to`, from `from`, which do not overlap.
///
/// # Safety
///
/// As C says: the ones may be written, the others read, and they have no byte in common.
#[no_mangle]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    let (mut out, mut at) = (to, from);
    let mut left = len;
    while left >= ROUND * WORD {
        // SAFETY: as many bytes are left on both sides, and a `Word` may be anywhere.
        unsafe {
            let a = at.cast::<Word>().read_volatile();
            let b = at.cast::<Word>().add(1).read_volatile();
            let c = at.cast::<Word>().add(2).read_volatile();
            let d = at.cast::<Word>().add(3).read_volatile();
            out.cast::<Word>().write_volatile(a);
            out.cast::<Word>().add(1).write_volatile(b);
            out.cast::<Word>().add(2).write_volatile(c);
            out.cast::<Word>().add(3).write_volatile(d);
            at = at.add(ROUND * WORD);
            out = out.add(ROUND * WORD);
        }
        left = left.wrapping_sub(ROUND * WORD);
    }
    while left >= WORD {
        // SAFETY: as above.
        unsafe {
            let word = at.cast::<Word>().read_volatile();
            out.cast::<Word>().write_volatile(word);
            at = at.add(WORD);
            out = out.add(WORD);
        }
        left = left.wrapping_sub(WORD);
    }
    while left > 0 {
        // SAFETY: a byte is left on both sides.
        unsafe {
            out.write_volatile(at.read_volatile());
            at = at.add(1);
            out = out.add(1);
        }
        left = left.wrapping_sub(1);
    }
    to
}
