//! What an `oracle` can be upgraded to: it remembers answers, and asks nothing twice.
//!
//! What it teaches: an **upgrade**. The program's address, balance and keyed state stay, so whom to
//! ask is known; its code and memory are new, and questions that waited are answered by the chain.
//! It has no `init`: there is no other way to it.
//!
//! - `migrate` takes for how many blocks a question stands from now on, a `u32`, or nothing, which
//!   leaves that as it is.
//! - `handle` is that of `oracle`. A question that was answered before gets the same answer at
//!   once, with the pay.
//! - `state` takes a question, and replies its answer; nothing if there is none.
//!
//! Answers are entries of keyed state, under the `blake2_256` of the question.

#![cfg_attr(target_family = "wasm", no_std)]

#[path = "../../oracle/src/question.rs"]
mod question;
#[path = "../../oracle/src/settings.rs"]
mod settings;

use actors_std::{
    crypto,
    message::{self, Cause},
    reply, state, Error,
};
use question::Answer;
use settings::Settings;

actors_std::entries!(migrate, handle, state);

/// What a step comes to: a text for the sender where it cannot be done.
type Outcome<T = ()> = Result<T, &'static str>;

fn migrate() {
    finish(take_over());
}

fn handle() {
    finish(match message::cause() {
        Cause::Fresh => recall_or_ask(),
        _ => answer(),
    });
}

fn state() {
    finish(tell());
}

/// Fails the turn, and so undoes it, when something in it could not be done.
fn finish(outcome: Outcome) {
    if let Err(text) = outcome {
        actors_std::panic(text);
    }
}

fn take_over() -> Outcome {
    const USAGE: &str = "expected a number of blocks, or nothing";
    let mut settings = Settings::get()?;
    let mut blocks = [0; 4];
    match message::payload(&mut blocks).map_err(|_| USAGE)?.len() {
        0 => return Ok(()),
        4 => settings.blocks = u32::from_le_bytes(blocks),
        _ => return Err(USAGE),
    }
    settings.keep()
}

fn recall_or_ask() -> Outcome {
    let mut buffer = [0; question::LONGEST];
    let question = question::asked(&mut buffer)?;
    let mut known = [0; question::LONGEST];
    match recall(question, &mut known)? {
        Some(answer) => give(answer, message::value()),
        None => question::ask(&Settings::get()?, question),
    }
}

fn answer() -> Outcome {
    let mut buffer = [0; question::LONGEST];
    let Answer { bytes, value } = question::answer(&mut buffer)?;
    // Only what the user said is worth keeping.
    if reply::code() == Ok(reply::Code::REPLIED) {
        let mut buffer = [0; question::LONGEST];
        let key = crypto::blake2_256(question::asked(&mut buffer)?);
        state::set(&key, bytes).map_err(|_| "the chain takes no entry")?;
    }
    give(bytes, value)
}

fn tell() -> Outcome {
    let mut buffer = [0; question::LONGEST];
    let mut known = [0; question::LONGEST];
    let answer = recall(question::asked(&mut buffer)?, &mut known)?;
    give(answer.unwrap_or_default(), 0)
}

/// The answer that a question had, as it was given.
fn recall<'a>(
    question: &[u8],
    known: &'a mut [u8; question::LONGEST],
) -> Outcome<Option<&'a [u8]>> {
    match state::get(&crypto::blake2_256(question), known) {
        Ok(length) => Ok(known.get(..length)),
        Err(Error::NOT_FOUND) => Ok(None),
        Err(_) => Err("the chain reads no entry"),
    }
}

fn give(bytes: &[u8], value: u128) -> Outcome {
    message::reply(bytes, value).map_err(|_| "the chain takes no reply")
}
