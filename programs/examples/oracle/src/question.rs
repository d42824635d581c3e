//! A question on its way: into the user's mailbox, and what comes back from there.

use actors_std::{
    message::{self, Cause},
    outbox::{self, Gas},
    reply,
};

use crate::{settings::Settings, Outcome};

/// The longest question, and one more than the longest answer.
pub(crate) const LONGEST: usize = 257;

/// The first byte of the reply to whoever asked.
mod end {
    /// What the user said follows.
    pub(crate) const ANSWERED: u8 = 0;
    /// The user had nothing to say.
    pub(crate) const DECLINED: u8 = 1;
    /// The user let the time pass.
    pub(crate) const TOO_LATE: u8 = 2;
}

/// The reply to whoever asked.
pub(crate) struct Answer<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) value: u128,
}

/// The question that the current message asks.
pub(crate) fn asked(buffer: &mut [u8; LONGEST]) -> Outcome<&[u8]> {
    message::payload(buffer).map_err(|_| "the question is too long")
}

/// Puts a question into the user's mailbox, with its pay, and waits as long as it stands there.
pub(crate) fn ask(settings: &Settings, question: &[u8]) -> Outcome {
    let Settings { user, blocks } = settings;
    outbox::send_awaited(user, question, message::value(), Gas::Shared, *blocks)
        .map_err(|_| "the chain takes no question")?;
    message::wait(*blocks).map_err(|_| "the chain lets nothing wait so long")
}

/// What came of the question: this turn's cause.
pub(crate) fn answer(buffer: &mut [u8; LONGEST]) -> Outcome<Answer<'_>> {
    let (first, rest) = buffer.split_first_mut().ok_or("there is no room")?;
    let (end, length, value) = match message::cause() {
        Cause::Reply => match reply::code() {
            Ok(reply::Code::REPLIED) => {
                let said = reply::payload(rest).map_err(|_| "the answer is too long")?;
                (end::ANSWERED, said.len(), reply::value().unwrap_or(0))
            }
            Ok(reply::Code::FINISHED) => (end::DECLINED, 0, 0),
            _ => return Err("whoever is asked is a program, and failed"),
        },
        // The letter has expired just before, and its value is here again.
        _ => (end::TOO_LATE, 0, message::value()),
    };
    *first = end;
    let bytes = buffer.get(..=length).ok_or("there is no room")?;
    Ok(Answer { bytes, value })
}
