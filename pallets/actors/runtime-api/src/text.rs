//! Words for what a trace shows: numbers, ids, and bytes that anybody may have chosen.

use actors_primitives::{Balance, MessageId};
use alloc::{
    format,
    string::{String, ToString},
};
use core::fmt::Write;

/// Characters of a text that are shown.
const SHOWN_CHARACTERS: usize = 64;
/// Bytes of what is no text that are shown.
const SHOWN_BYTES: usize = 16;

/// A number with its thousands apart.
pub(crate) fn number(number: impl Into<Balance>) -> String {
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

/// A number of things, whose name in the plural ends in `s`.
pub(crate) fn count(of: u32, thing: &str) -> String {
    let s = if of == 1 { "" } else { "s" };
    format!("{} {thing}{s}", number(of))
}

/// The beginning of a message's id, or of another hash.
pub(crate) fn short(id: &[u8]) -> String {
    hex(id, 4)
}

/// The beginning of a message's id.
pub(crate) fn id(message: &MessageId) -> String {
    short(&message.0)
}

fn hex(bytes: &[u8], most: usize) -> String {
    let mut text = String::from("0x");
    for byte in bytes.iter().take(most) {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What a message says: a text in quotes, else hexadecimal; cut, and with its length then.
pub(crate) fn data(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "nothing".into();
    }
    match core::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(char::is_control) => quoted(text),
        _ => {
            let shown = hex(bytes, SHOWN_BYTES);
            match bytes.len() <= SHOWN_BYTES {
                true => shown,
                false => format!("{shown}… ({} bytes)", number(bytes.len() as u64)),
            }
        }
    }
}

/// A text in quotes. What would do something to a terminal is escaped.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_CHARACTERS).collect();
    match shown.len() == text.len() {
        true => format!("{shown:?}"),
        false => format!("{shown:?}… ({} bytes)", number(text.len() as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        let texts = [0u128, 999, 1_000, 123_456, 1_234_567].map(number);
        assert_eq!(texts, ["0", "999", "1,000", "123,456", "1,234,567"]);
    }

    #[test]
    fn bytes_that_anybody_chose_do_nothing_to_a_terminal() {
        assert_eq!(data(b""), "nothing");
        assert_eq!(data(b"say \"hi\""), r#""say \"hi\"""#);
        assert_eq!(data("grüße".as_bytes()), "\"grüße\"");
        assert_eq!(data(b"\x1b[2J"), "0x1b5b324a");
        // Text that would be read from right to left.
        assert_eq!(data("a\u{202e}b".as_bytes()), r#""a\u{202e}b""#);
        assert_eq!(quoted("a\x1b[2J"), r#""a\u{1b}[2J""#);
    }

    #[test]
    fn what_is_long_is_cut_and_says_so() {
        let text = "x".repeat(65);
        let shown = format!("\"{}\"… (65 bytes)", "x".repeat(64));
        assert_eq!(data(text.as_bytes()), shown);
        assert_eq!(data(&[255; 16]), format!("0x{}", "ff".repeat(16)));
        let shown = format!("0x{}… (17 bytes)", "ff".repeat(16));
        assert_eq!(data(&[255; 17]), shown);
    }
}
