//! Creates a program for each account that asks, of one code.
//!
//! What it teaches: programs that create programs, replies that come later, and an end.
//!
//! - `init` takes the hash of the code. Its sender is the owner.
//! - `handle` takes a 0 and what the new program's `init` is to read. It replies the new program's
//!   address, with what the value exceeds the program's deposits by. Each account gets one.
//! - `handle_reply` learns how that `init` ended, and tells whoever asked: `ready`, or the reason
//!   and the deposits, which came back.
//! - `handle` takes a 1 from the owner: the factory exits, and the owner has what it had.
//! - `state` takes an account, and replies the address of its program, created or not.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{
    chain, crypto, message,
    outbox::{self, Gas},
    reply, state, Error,
};

actors_std::entries!(init, handle, handle_reply, state);

/// Where the code's hash and the owner are kept. Requests are kept under their messages' ids.
const CODE: &[u8] = b"code";
const OWNER: &[u8] = b"owner";

/// The longest payload of `handle`.
const LONGEST: usize = 1_024;

/// The longest reason that is passed on.
const REASON: usize = 256;

type Outcome = Result<(), &'static str>;

fn init() {
    finish(open());
}

fn handle() {
    finish(obey());
}

fn handle_reply() {
    finish(tell());
}

fn state() {
    finish(find());
}

/// Fails the turn, and so undoes it, when something in it could not be done.
fn finish(outcome: Outcome) {
    if let Err(text) = outcome {
        actors_std::panic(text);
    }
}

fn open() -> Outcome {
    let mut code = [0; 32];
    if message::size() != code.len() || message::read(0, &mut code).is_err() {
        return Err("expected the hash of a code");
    }
    write(CODE, &code)?;
    write(OWNER, &message::source())
}

fn obey() -> Outcome {
    let mut buffer = [0; LONGEST];
    match message::payload(&mut buffer) {
        Ok([0, payload @ ..]) => create(payload),
        Ok([1]) => close(),
        _ => Err("expected 0 and a payload, or 1"),
    }
}

/// Creates the sender's program, which is named by the sender.
fn create(payload: &[u8]) -> Outcome {
    const TOO_LITTLE: &str = "the value does not cover the deposits of the program";
    let (sender, before) = (message::source(), chain::balance());
    let created = outbox::create_program(&read(CODE)?, &sender, payload, 0, Gas::Shared);
    let created = created.map_err(|error| match error {
        Error::ALREADY_EXISTS => "this account has its program",
        Error::NO_SUCH_CODE => "the code is not stored",
        Error::NOT_ENOUGH_VALUE => TOO_LITTLE,
        _ => "the chain creates no program",
    })?;
    let price = before.saturating_sub(chain::balance());
    let change = message::value().checked_sub(price).ok_or(TOO_LITTLE)?;
    Request {
        asked: sender,
        price,
    }
    .keep(&created.message)?;
    message::reply(&created.program, change).map_err(|_| "the chain takes no reply")
}

/// Tells whoever asked how creating the program ended.
fn tell() -> Outcome {
    let Ok(id) = reply::to() else {
        return Err("no reply caused this turn");
    };
    let Request { asked, price } = Request::take(&id)?;
    let mut reason = [0; REASON];
    let (text, value) = match reply::code() {
        Ok(code) if code.is_success() => (Ok(&b"ready"[..]), 0),
        // The deposits are the creator's again, and so the factory's.
        _ => (reply::payload(&mut reason), price),
    };
    outbox::send(&asked, text.unwrap_or(b"failed"), value, Gas::Shared)
        .map(|_| ())
        .map_err(|_| "the chain takes no message")
}

/// What is to be known when the reply comes: who asked, and what the program's deposits took.
struct Request {
    asked: [u8; 32],
    price: u128,
}

impl Request {
    fn keep(&self, id: &[u8; 32]) -> Outcome {
        let mut entry = [0; 48];
        let (asked, price) = entry.split_at_mut(32);
        asked.copy_from_slice(&self.asked);
        price.copy_from_slice(&self.price.to_le_bytes());
        state::set(id, &entry).map_err(|_| "the chain takes no entry")
    }

    fn take(id: &[u8; 32]) -> Result<Self, &'static str> {
        const MISSING: &str = "the request is missing";
        let mut entry = [0; 48];
        let length = state::get(id, &mut entry).map_err(|_| MISSING)?;
        let (asked, price) = entry.split_first_chunk::<32>().ok_or(MISSING)?;
        let price = price.first_chunk::<16>().ok_or(MISSING)?;
        if length != entry.len() || state::remove(id).is_err() {
            return Err(MISSING);
        }
        Ok(Self {
            asked: *asked,
            price: u128::from_le_bytes(*price),
        })
    }
}

fn close() -> Outcome {
    let owner = read(OWNER)?;
    if owner != message::source() {
        return Err("only the owner closes");
    }
    chain::exit(&owner)
}

fn find() -> Outcome {
    let mut account = [0; 32];
    if message::size() != account.len() || message::read(0, &mut account).is_err() {
        return Err("expected an account");
    }
    let preimage = preimage(&read(CODE)?, &chain::program_id(), &account);
    message::reply(&crypto::blake2_256(&preimage), 0).map_err(|_| "the chain takes no reply")
}

const DOMAIN: &[u8; 14] = b"actors/program";

/// What a program's address is the hash of, for a salt of 32 bytes: in SCALE, a length of 32 is
/// the byte 128.
fn preimage(code: &[u8; 32], creator: &[u8; 32], salt: &[u8; 32]) -> [u8; 111] {
    let mut preimage = [128; 111];
    let (domain, rest) = preimage.split_at_mut(DOMAIN.len());
    let (first, rest) = rest.split_at_mut(32);
    let (second, rest) = rest.split_at_mut(32);
    let (_, third) = rest.split_at_mut(1);
    domain.copy_from_slice(DOMAIN);
    first.copy_from_slice(code);
    second.copy_from_slice(creator);
    third.copy_from_slice(salt);
    preimage
}

fn read(key: &[u8]) -> Result<[u8; 32], &'static str> {
    let mut value = [0; 32];
    match state::get(key, &mut value) {
        Ok(32) => Ok(value),
        _ => Err("an entry of the factory is missing"),
    }
}

fn write(key: &[u8], value: &[u8; 32]) -> Outcome {
    state::set(key, value).map_err(|_| "the chain takes no entry")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_hash_of_code_creator_and_salt() {
        let expected = [&b"actors/program"[..], &[1; 32], &[2; 32], &[128], &[3; 32]].concat();
        assert_eq!(preimage(&[1; 32], &[2; 32], &[3; 32])[..], expected);
    }
}
