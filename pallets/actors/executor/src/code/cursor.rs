//! Reading the framing of a blob, without ever trusting a length in it.

/// Bytes of magic number and version before a module's first section.
const HEADER: u32 = 8;

/// A place in a blob.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Cursor<'a> {
    /// The beginning of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            offset: 0,
        }
    }

    /// The first section of a module; `None` if its header is cut off.
    pub(crate) fn sections(wasm: &'a [u8]) -> Option<Self> {
        let mut cursor = Self::new(wasm);
        cursor.take(HEADER)?;
        Some(cursor)
    }

    /// Where it is in the blob.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes, as a cursor of their own; `None` if there are fewer.
    pub(crate) fn take(&mut self, count: u32) -> Option<Self> {
        let count = usize::try_from(count).ok()?;
        let (head, rest) = self.rest.split_at_checked(count)?;
        let taken = Self {
            rest: head,
            offset: self.offset,
        };
        self.rest = rest;
        self.offset = self.offset.saturating_add(count);
        Some(taken)
    }

    /// Everything that is left.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.rest
    }

    /// The next byte.
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.offset = self.offset.saturating_add(1);
        Some(*first)
    }

    /// The next unsigned LEB128 number of at most 32 bits.
    pub(crate) fn number(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for shift in [0u32, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }

    /// Steps over a LEB128 number of at most `most` bytes.
    pub(crate) fn skip_number(&mut self, most: usize) -> Option<()> {
        for _ in 0..most {
            if self.byte()? & 0x80 == 0 {
                return Some(());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_to_their_bounds() {
        let number = |bytes: &[u8]| Cursor::new(bytes).number();
        assert_eq!(number(&[0x7f]), Some(127));
        assert_eq!(number(&[0xe5, 0x8e, 0x26]), Some(624_485));
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some(u32::MAX));
        assert_eq!(number(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None);
        assert_eq!(number(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]), None);
        assert_eq!(number(&[0x80]), None);
    }

    #[test]
    fn nothing_is_taken_that_is_not_there() {
        let mut cursor = Cursor::new(&[1, 2, 3]);
        assert!(cursor.take(4).is_none());
        assert!(cursor.take(u32::MAX).is_none());
        assert_eq!(
            cursor.take(2).map(|taken| taken.bytes()),
            Some(&[1u8, 2][..])
        );
        assert_eq!((cursor.offset(), cursor.left()), (2, 1));
    }
}
