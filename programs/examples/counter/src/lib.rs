//! Counts in its memory, which is kept from turn to turn.
//!
//! - `init` sets the count: a `u32`, or nothing for 0.
//! - `handle` adds to it: a `u32`, or nothing for 1; replies the new count and emits it.
//! - `state` replies the count.
//!
//! Numbers are SCALE: four bytes, little-endian.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{message, outbox};
use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

actors_std::program!(init, handle, state);

/// Kept like all of memory but the stack. A program has one thread: this is a plain number.
static COUNT: AtomicU32 = AtomicU32::new(0);

fn init() {
    COUNT.store(number(0), Relaxed);
}

fn handle() {
    let Some(count) = COUNT.load(Relaxed).checked_add(number(1)) else {
        actors_std::panic("the count would overflow")
    };
    COUNT.store(count, Relaxed);
    if outbox::emit(&count.to_le_bytes()).is_err() {
        actors_std::panic("cannot emit");
    }
    reply(count);
}

fn state() {
    reply(COUNT.load(Relaxed));
}

fn reply(count: u32) {
    if message::reply(&count.to_le_bytes(), 0).is_err() {
        actors_std::panic("cannot reply");
    }
}

/// The number in the payload, or `default` when the payload is empty.
fn number(default: u32) -> u32 {
    let mut buffer = [0; 4];
    match message::payload(&mut buffer).map(|payload| decode(payload, default)) {
        Ok(Some(number)) => number,
        _ => actors_std::panic("expected a u32, or nothing"),
    }
}

fn decode(payload: &[u8], default: u32) -> Option<u32> {
    if payload.is_empty() {
        return Some(default);
    }
    payload.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_a_number_or_nothing() {
        assert_eq!(decode(&[], 1), Some(1));
        assert_eq!(decode(&[5, 1, 0, 0], 1), Some(261));
        assert_eq!(decode(&[5], 1), None);
        assert_eq!(decode(&[5, 0, 0, 0, 0], 1), None);
    }
}
