//! How ids and bytes are shown to people.

use std::fmt;

/// Bytes, as text where they are printable, and in hexadecimal.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

/// Bytes shown of a payload; the rest is counted.
const SHOWN: usize = 64;

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        if bytes.is_empty() {
            return f.write_str("nothing");
        }
        let text = std::str::from_utf8(bytes).ok();
        let printable = text.filter(|text| !text.chars().any(char::is_control));
        if let Some(text) = printable {
            return write!(f, "{text:?}");
        }
        f.write_str("0x")?;
        for byte in bytes.iter().take(SHOWN) {
            write!(f, "{byte:02x}")?;
        }
        match bytes.len().checked_sub(SHOWN) {
            None | Some(0) => Ok(()),
            Some(rest) => write!(f, "… and {rest} bytes more"),
        }
    }
}

/// An id in all its characters.
pub(crate) fn full(id: &[u8; 32]) -> String {
    let digits: Vec<_> = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("0x{}", digits.concat())
}

/// An id in eight characters.
pub(crate) fn short(id: &[u8; 32]) -> String {
    let [a, b, .., c, d] = id;
    format!("{a:02x}{b:02x}…{c:02x}{d:02x}")
}

/// A number with its thousands apart.
pub(crate) fn number(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same of a difference, with its sign.
pub(crate) fn signed(difference: i128) -> String {
    let sign = if difference < 0 { '-' } else { '+' };
    format!("{sign}{}", number(difference.unsigned_abs()))
}
