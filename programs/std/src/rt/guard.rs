//! Bounds on what decoding may take, whatever lengths a payload claims.

use codec::{Error, Input};

use super::buffer::decode;

/// How deep types may nest on the heap.
const DEPTH: u32 = 32;
/// Heap that decoding may take besides 16 bytes for each byte that is decoded.
const MEMORY: usize = 16 * 1024;
/// Pieces of collections whose items take no bytes: a collection of these may hold 2¹⁰ items.
const EMPTY: u32 = 11;

/// What decoding may still take.
pub(crate) struct Guard {
    depth: u32,
    empty: u32,
    memory: usize,
}

impl Guard {
    pub(crate) fn new(bytes: usize) -> Self {
        Self {
            depth: DEPTH,
            empty: EMPTY,
            memory: bytes.saturating_mul(16).saturating_add(MEMORY),
        }
    }

    pub(crate) fn descend(&mut self) -> Result<(), Error> {
        take(&mut self.depth)
    }

    pub(crate) fn ascend(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    pub(crate) fn allocate(&mut self, size: usize) -> Result<(), Error> {
        if size == 0 {
            return take(&mut self.empty);
        }
        self.memory = self.memory.checked_sub(size).ok_or(OVER)?;
        Ok(())
    }
}

const OVER: &str = "over a bound of decoding";

fn take(left: &mut u32) -> Result<(), Error> {
    *left = left.checked_sub(1).ok_or(OVER)?;
    Ok(())
}

/// Bytes to decode, within bounds.
pub struct Bounded<'a> {
    bytes: &'a [u8],
    guard: Guard,
}

impl<'a> Bounded<'a> {
    /// All of `bytes`.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            guard: Guard::new(bytes.len()),
        }
    }

    /// As [`Bounded::whole`], of a type that borrows nothing: bytes and texts take less code.
    #[inline]
    pub(crate) fn stored<T: codec::Decode + 'static>(bytes: &'a [u8]) -> Option<T> {
        let mut input = Self::new(bytes);
        let value = decode(&mut input)?;
        input.bytes.is_empty().then_some(value)
    }

    /// A value, and nothing behind it.
    pub fn whole<T: codec::Decode>(bytes: &'a [u8]) -> Option<T> {
        let mut input = Self::new(bytes);
        let value = T::decode(&mut input).ok()?;
        input.bytes.is_empty().then_some(value)
    }
}

impl Input for Bounded<'_> {
    fn remaining_len(&mut self) -> Result<Option<usize>, Error> {
        Ok(Some(self.bytes.len()))
    }

    fn read(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.bytes.read(into)
    }

    fn descend_ref(&mut self) -> Result<(), Error> {
        self.guard.descend()
    }

    fn ascend_ref(&mut self) {
        self.guard.ascend();
    }

    fn on_before_alloc_mem(&mut self, size: usize) -> Result<(), Error> {
        self.guard.allocate(size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{boxed::Box, string::String, vec, vec::Vec};
    use codec::{Compact, Decode, Encode};

    #[derive(Debug, PartialEq, Encode, Decode)]
    enum Nested {
        End,
        Link(Box<Nested>),
    }

    fn chain(links: usize) -> Nested {
        (0..links).fold(Nested::End, |chain, _| Nested::Link(Box::new(chain)))
    }

    #[test]
    fn what_was_encoded_is_decoded_whole() {
        let value = (
            7u32,
            String::from("seven"),
            vec![vec![1u64; 3]; 40],
            Some(true),
        );
        assert_eq!(Bounded::whole(&value.encode()), Some(value.clone()));
        let mut longer = value.encode();
        longer.push(0);
        assert_eq!(
            Bounded::whole::<(u32, String, Vec<Vec<u64>>, Option<bool>)>(&longer),
            None
        );
    }

    #[test]
    fn lengths_that_lie_are_refused_at_once() {
        let huge = Compact(u32::MAX >> 2).encode();
        assert_eq!(Bounded::whole::<Vec<u8>>(&huge), None);
        assert_eq!(Bounded::whole::<Vec<[u64; 8]>>(&huge), None);
        assert_eq!(Bounded::whole::<Vec<()>>(&huge), None);
        assert_eq!(
            Bounded::whole::<Vec<Vec<()>>>(&[huge.as_slice(); 3].concat()),
            None
        );
        assert_eq!(
            Bounded::whole(&Compact(1_000u32).encode()),
            Some(vec![(); 1_000])
        );
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(Bounded::whole(&chain(30).encode()), Some(chain(30)));
        assert_eq!(Bounded::whole::<Nested>(&chain(33).encode()), None);
        assert_eq!(Bounded::whole::<Nested>(&[1; 60_000]), None);
    }
}
