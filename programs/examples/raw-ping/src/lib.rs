//! Answers `PING` with `PONG`, and nothing else.

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
