//! Bytes on the heap, made without what could report that there is no memory: that is larger than most programs.

use alloc::{alloc as heap, vec::Vec};
use codec::{Encode, Output};
use core::{alloc::Layout, mem::MaybeUninit};

/// So many zeroes.
pub(crate) fn zeroes(length: usize) -> Vec<u8> {
    if length == 0 {
        return Vec::new();
    }
    // SAFETY: the layout is not empty, and what is too large for one the heap does not have. The vector gets what was
    // allocated, with its length.
    unsafe {
        let bytes = heap::alloc_zeroed(Layout::from_size_align_unchecked(length, 1));
        if bytes.is_null() {
            crate::panic("out of memory");
        }
        Vec::from_raw_parts(bytes, length, length)
    }
}

/// The route of a call and its arguments.
pub(crate) fn routed<T: Encode + ?Sized>(route: u8, arguments: &T) -> Vec<u8> {
    let mut bytes = zeroes(arguments.encoded_size().wrapping_add(1));
    if let Some((first, rest)) = bytes.split_first_mut() {
        *first = route;
        let mut room = Room::new(rest.as_mut_ptr().cast(), rest.len());
        arguments.encode_to(&mut room);
    }
    bytes
}

/// A place to encode to.
pub(super) struct Room {
    next: *mut MaybeUninit<u8>,
    left: usize,
}

impl Room {
    /// `length` bytes, which are there for as long as this is.
    #[inline]
    pub(super) fn new(bytes: *mut MaybeUninit<u8>, length: usize) -> Self {
        Self {
            next: bytes,
            left: length,
        }
    }

    #[inline]
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

impl Output for Room {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if bytes.len() > self.left {
            crate::panic("an encoding is longer than it said");
        }
        // SAFETY: the room was checked above; the two do not overlap.
        unsafe {
            self.next
                .cast::<u8>()
                .copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            self.next = self.next.add(bytes.len());
        }
        self.left = self.left.wrapping_sub(bytes.len());
    }
}
