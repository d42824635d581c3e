//! Bytes on the heap, made without what could report that there is no memory: that is larger than most programs.

use alloc::{alloc as heap, string::String, vec::Vec};
use codec::{Compact, Decode, Encode, Input, Output};
use core::{
    alloc::Layout,
    any::TypeId,
    mem::{ManuallyDrop, MaybeUninit},
};

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

/// How long the encoding of `value` is. `Encode::encoded_size` says the same, but each program would
/// check its sum, and bring in what reports an overflow.
#[inline]
pub(super) fn length_of<T: Encode + ?Sized>(value: &T) -> usize {
    let mut length = Length(0);
    value.encode_to(&mut length);
    length.0
}

/// The route of a call and its arguments.
pub(crate) fn routed<T: Encode + ?Sized>(route: u8, arguments: &T) -> Vec<u8> {
    let mut bytes = zeroes(length_of(arguments).wrapping_add(1));
    if let Some((first, rest)) = bytes.split_first_mut() {
        *first = route;
        let mut room = Room::new(rest.as_mut_ptr().cast(), rest.len());
        arguments.encode_to(&mut room);
    }
    bytes
}

/// The next value. Bytes and texts are decoded here: the codec's own way makes a vector grow.
#[inline]
pub(super) fn decode<T: Decode + 'static>(input: &mut impl Input) -> Option<T> {
    // The compiler knows which it is, and leaves out the others.
    if TypeId::of::<T>() == TypeId::of::<Vec<u8>>() {
        let bytes = ManuallyDrop::new(bytes(input)?);
        // SAFETY: they are a `T`.
        return Some(unsafe { core::mem::transmute_copy(&bytes) });
    }
    if TypeId::of::<T>() == TypeId::of::<String>() {
        let text = ManuallyDrop::new(String::from_utf8(bytes(input)?).ok()?);
        // SAFETY: it is a `T`.
        return Some(unsafe { core::mem::transmute_copy(&text) });
    }
    T::decode(input).ok()
}

fn bytes(input: &mut impl Input) -> Option<Vec<u8>> {
    let Compact(length) = Compact::<u32>::decode(input).ok()?;
    let length = length as usize;
    // No more is allocated than is there.
    if input.remaining_len().ok()?? < length {
        return None;
    }
    let mut bytes = zeroes(length);
    input.read(&mut bytes).ok()?;
    Some(bytes)
}

/// Bytes that are counted. No memory holds more than a number can say.
struct Length(usize);

impl Output for Length {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.wrapping_add(bytes.len());
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rt::Bounded;

    fn decoded<T: Decode + 'static>(bytes: &[u8]) -> Option<T> {
        decode(&mut Bounded::new(bytes))
    }

    #[test]
    fn bytes_and_texts_are_decoded_as_the_codec_does() {
        for text in ["", "a", "äöü", "x".repeat(20_000).as_str()] {
            let encoded = text.encode();
            assert_eq!(decoded::<String>(&encoded).as_deref(), Some(text));
            assert_eq!(
                decoded::<Vec<u8>>(&encoded).as_deref(),
                Some(text.as_bytes())
            );
            for cut in 0..encoded.len().min(4) {
                assert_eq!(decoded::<Vec<u8>>(&encoded[..cut]), None);
                assert_eq!(decoded::<String>(&encoded[..cut]), None);
            }
        }
        assert_eq!(decoded::<String>(&[4, 0xff]), None);
        assert_eq!(decoded::<Vec<u8>>(&Compact(u32::MAX).encode()), None);
        assert_eq!(decoded::<u16>(&[1, 2]), Some(513));
    }

    #[test]
    fn a_call_is_its_route_and_its_arguments() {
        assert_eq!(routed(7, &(1u16, "a")), [7, 1, 0, 4, b'a']);
        assert_eq!(routed(7, &()), [7]);
    }
}
