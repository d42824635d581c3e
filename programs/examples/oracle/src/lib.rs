//! Passes questions on to a user, and the user's answers back.
//!
//! What it teaches: a message that **waits**. `handle` runs once to ask, and again from its start
//! when there is news, and says in its reply how it went. Meanwhile the program goes on: other
//! questions come, and wait beside it.
//!
//! - `init` takes whom to ask, an account, and for how many blocks a question stands, a `u32`.
//! - `handle` takes a question. What comes with it is the pay for the answer: it goes into the
//!   user's mailbox with the question. The reply is a 0 and what the user said, with what the user
//!   sent; or a 1 if the user had nothing to say but took the pay; or a 2 if it was too late, with
//!   the pay.
//! - `handle_signal` cleans up after a question that failed, because its answer was too long.
//! - `state` replies how many questions are open.
//!
//! `oracle-2` is what it can be upgraded to.

#![cfg_attr(target_family = "wasm", no_std)]

mod question;
mod settings;

use core::sync::atomic::{AtomicU32, Ordering};

use actors_std::message::{self, Cause};
use question::Answer;
use settings::Settings;

actors_std::entries!(init, handle, handle_signal, state);

/// What a step comes to: a text for the sender where it cannot be done.
type Outcome<T = ()> = Result<T, &'static str>;

/// How many questions wait. In memory, which an upgrade ends as it ends all that waits.
static OPEN: AtomicU32 = AtomicU32::new(0);

fn init() {
    finish(open());
}

fn handle() {
    finish(match message::cause() {
        Cause::Fresh => ask(),
        _ => answer(),
    });
}

fn handle_signal() {
    // The turn that failed has closed nothing.
    close();
}

fn state() {
    finish(reply(&OPEN.load(Ordering::Relaxed).to_le_bytes(), 0));
}

/// Fails the turn, and so undoes it, when something in it could not be done.
fn finish(outcome: Outcome) {
    if let Err(text) = outcome {
        actors_std::panic(text);
    }
}

fn open() -> Outcome {
    const USAGE: &str = "expected an account and a number of blocks";
    let mut payload = [0; 36];
    if message::size() != payload.len() || message::read(0, &mut payload).is_err() {
        return Err(USAGE);
    }
    let (user, blocks) = payload.split_first_chunk().ok_or(USAGE)?;
    let blocks = blocks.first_chunk().ok_or(USAGE)?;
    Settings {
        user: *user,
        blocks: u32::from_le_bytes(*blocks),
    }
    .keep()
}

fn ask() -> Outcome {
    let mut buffer = [0; question::LONGEST];
    question::ask(&Settings::get()?, question::asked(&mut buffer)?)?;
    OPEN.store(
        OPEN.load(Ordering::Relaxed).saturating_add(1),
        Ordering::Relaxed,
    );
    Ok(())
}

fn answer() -> Outcome {
    close();
    let mut buffer = [0; question::LONGEST];
    let Answer { bytes, value } = question::answer(&mut buffer)?;
    reply(bytes, value)
}

fn close() {
    OPEN.store(
        OPEN.load(Ordering::Relaxed).saturating_sub(1),
        Ordering::Relaxed,
    );
}

fn reply(bytes: &[u8], value: u128) -> Outcome {
    message::reply(bytes, value).map_err(|_| "the chain takes no reply")
}
