//! What the tests of the harness share.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use std::{
    panic::{catch_unwind, AssertUnwindSafe},
    path::PathBuf,
};

/// A small program of the repository's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/programs");
    [folder, &format!("{name}.wat")].iter().collect()
}

/// What `relay` takes: whom to send to, with how much gas (-1 shares) and value, and what.
pub(crate) fn relayed(to: [u8; 32], gas: i64, value: u128, payload: &[u8]) -> Vec<u8> {
    [&to[..], &gas.to_le_bytes(), &value.to_le_bytes(), payload].concat()
}

/// What `sleeper` takes to send a program a message, awaited, and to wait for so many blocks.
pub(crate) fn awaiting(to: [u8; 32], blocks: u32, payload: &[u8]) -> Vec<u8> {
    [
        &b"a"[..],
        &blocks.to_le_bytes(),
        &1u32.to_le_bytes(),
        &to,
        payload,
    ]
    .concat()
}

/// The text that something panics with.
#[track_caller]
pub(crate) fn panics<R>(what: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(what)) else {
        panic!("it was expected to panic")
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic
            .downcast::<&str>()
            .map_or_else(|_| String::new(), |text| text.to_string()),
    }
}

/// Asserts that a text has all these parts, in order.
#[track_caller]
pub(crate) fn tells(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        let Some(at) = rest.find(part) else {
            panic!("{part:?} is missing, or not in its place, in:\n{text}")
        };
        rest = &rest[at + part.len()..];
    }
}

/// A text without what differs from one version of the chain to the next: hashes become `0x…`, amounts
/// of gas `G`.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::new();
    for (place, line) in text.lines().enumerate() {
        if place > 0 {
            plain.push('\n');
        }
        let mut words = line.split(' ').peekable();
        let mut is_first = true;
        while let Some(word) = words.next() {
            if !is_first {
                plain.push(' ');
            }
            is_first = false;
            let before_gas = words.peek().is_some_and(|next| next.starts_with("gas"));
            let is_number = word
                .chars()
                .all(|char| char.is_ascii_digit() || char == ',');
            let digits = word.trim_matches(|char: char| char.is_ascii_punctuation());
            let is_id = digits.len() == 10 && digits.starts_with("0x");
            let is_short = digits.chars().count() == 9 && digits.contains('…');
            match () {
                () if before_gas && is_number => plain.push('G'),
                () if is_id || is_short => plain.push_str(&word.replace(digits, "0x…")),
                () => plain.push_str(word),
            }
        }
    }
    plain
}
