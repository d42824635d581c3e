//! Answers `PING` with `PONG`, and nothing else.
//!
//! What it teaches: the **lowest rung**, to compare `ping` with. A program is a few exported functions that read and write
//! bytes; [`actors_std::entries!`] exports them, and nothing is encoded or allocated.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::message;

actors_std::entries!(handle);

fn handle() {
    let mut buffer = [0; PING.len()];
    match message::payload(&mut buffer) {
        Ok(PING) => {}
        _ => actors_std::panic("expected PING"),
    }
    if message::reply(PONG, 0).is_err() {
        actors_std::panic("cannot reply");
    }
}

const PING: &[u8] = b"PING";
const PONG: &[u8] = b"PONG";
