//! The few forms of SCALE that a ledger needs: bytes, accounts, amounts, short texts.
//!
//! Integers are little-endian, fields follow one another, a text begins with its length times
//! four, which is one byte for texts of up to 63 bytes.

/// The longest text.
pub(crate) const TEXT: usize = 63;

/// Reads what was encoded; `None` where it is something else.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// How many bytes were not read yet.
    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// Nothing, if nothing is left.
    pub(crate) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn account(&mut self) -> Option<[u8; 32]> {
        self.array()
    }

    pub(crate) fn amount(&mut self) -> Option<u128> {
        self.array().map(u128::from_le_bytes)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.byte()?;
        // The two lowest bits say how many bytes the length takes: none set is one.
        if length & 0b11 != 0 {
            return None;
        }
        let (text, rest) = self.0.split_at_checked(usize::from(length >> 2))?;
        self.0 = rest;
        core::str::from_utf8(text).ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*array)
    }
}

/// Encodes into a buffer of its own.
pub(crate) struct Writer<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Writer<N> {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; N],
            length: 0,
        }
    }

    /// Adds bytes as they are, if the buffer has room for all of them.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> &mut Self {
        let end = self.length.saturating_add(bytes.len());
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(bytes);
            self.length = end;
        }
        self
    }

    /// Adds an account, or that there is none.
    pub(crate) fn put_option(&mut self, account: Option<&[u8; 32]>) -> &mut Self {
        match account {
            Some(account) => self.put(&[1]).put(account),
            None => self.put(&[0]),
        }
    }

    pub(crate) fn put_amount(&mut self, amount: u128) -> &mut Self {
        self.put(&amount.to_le_bytes())
    }

    /// What was encoded.
    pub(crate) fn written(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_whole_or_not_at_all() {
        assert_eq!(Reader::new(&[0]).text(), Some(""));
        assert_eq!(Reader::new(&[8, b'h', b'i']).text(), Some("hi"));
        assert_eq!(Reader::new(&[12, b'h', b'i']).text(), None, "cut off");
        assert_eq!(Reader::new(&[8, 0xff, 0xff]).text(), None, "no UTF-8");
        assert_eq!(Reader::new(&[1, 1]).text(), None, "a longer length");
        let longest = [&[252][..], &[b'x'; TEXT]].concat();
        assert_eq!(Reader::new(&longest).text().map(str::len), Some(TEXT));
    }

    #[test]
    fn fields_follow_one_another() {
        let mut writer = Writer::<66>::new();
        writer
            .put(&[3])
            .put_option(None)
            .put_option(Some(&[7; 32]))
            .put_amount(258);
        let bytes = writer.written();
        assert_eq!(bytes.len(), 1 + 1 + 33 + 16);
        let mut reader = Reader::new(bytes);
        assert_eq!((reader.byte(), reader.byte()), (Some(3), Some(0)));
        assert_eq!(reader.byte(), Some(1));
        assert_eq!(reader.account(), Some([7; 32]));
        assert_eq!(reader.end(), None);
        assert_eq!(reader.amount(), Some(258));
        assert_eq!((reader.end(), reader.left()), (Some(()), 0));
        assert_eq!(reader.byte(), None);
    }

    #[test]
    fn a_full_buffer_takes_no_more() {
        let mut writer = Writer::<3>::new();
        writer.put(&[1, 2]).put(&[3, 4]).put(&[5]).put(&[6]);
        assert_eq!(writer.written(), [1, 2, 5]);
    }
}
