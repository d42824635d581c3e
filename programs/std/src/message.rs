//! The message this turn runs for, the one reply to it, and waiting for what it causes.

use crate::{sys, sys_len, Error};

/// The id of the current message.
#[must_use]
pub fn id() -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `out` is valid for 32 bytes.
    unsafe { sys::message_id(out.as_mut_ptr()) };
    out
}

/// Who sent the current message.
#[must_use]
pub fn source() -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `out` is valid for 32 bytes.
    unsafe { sys::message_source(out.as_mut_ptr()) };
    out
}

/// The value that came with the current message.
#[must_use]
pub fn value() -> u128 {
    let mut out = [0; 16];
    // SAFETY: `out` is valid for 16 bytes.
    unsafe { sys::message_value(out.as_mut_ptr()) };
    u128::from_le_bytes(out)
}

/// The length of the payload, in bytes.
#[must_use]
pub fn size() -> usize {
    // SAFETY: takes no pointer. The length of a payload is never negative.
    (unsafe { sys::message_size() }) as usize
}

/// Fills `out` with the payload's bytes from `offset`.
///
/// # Errors
///
/// [`Error::OUT_OF_RANGE`] when the payload ends before `out` is full.
pub fn read(offset: usize, out: &mut [u8]) -> Result<(), Error> {
    let Ok(offset) = u32::try_from(offset) else {
        return Err(Error::OUT_OF_RANGE);
    };
    // SAFETY: `out` is valid for its length.
    let returned = unsafe { sys::message_read(offset, sys_len(out), out.as_mut_ptr()) };
    Error::check(returned).map(|_| ())
}

/// The whole payload, read into `buffer`.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`] when the payload is longer than `buffer`.
pub fn payload(buffer: &mut [u8]) -> Result<&[u8], Error> {
    let Some(out) = buffer.get_mut(..size()) else {
        return Err(Error::OVER_LIMIT);
    };
    read(0, out)?;
    Ok(out)
}

/// Why a turn runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// For a message that has not run before.
    Fresh,
    /// A reply to something it sent arrived.
    Reply,
    /// Another message of this program woke it.
    Woken,
    /// The deadline of its wait passed.
    Deadline,
}

/// Why this turn runs.
///
/// # Panics
///
/// When the chain knows a cause that this crate does not.
#[must_use]
pub fn cause() -> Cause {
    // SAFETY: takes no pointer.
    match unsafe { sys::turn_cause() } {
        0 => Cause::Fresh,
        1 => Cause::Reply,
        2 => Cause::Woken,
        3 => Cause::Deadline,
        _ => crate::panic("unknown turn cause"),
    }
}

/// Gives the one reply to the current message; in `state`, the result.
///
/// # Errors
///
/// [`Error::ALREADY_REPLIED`], [`Error::OVER_LIMIT`] for the payload,
/// [`Error::NOT_ENOUGH_VALUE`], or [`Error::NOT_ALLOWED`] for value in `state`.
pub fn reply(payload: &[u8], value: u128) -> Result<(), Error> {
    let value = value.to_le_bytes();
    // SAFETY: `payload` is valid for its length and `value` for 16 bytes.
    let returned = unsafe { sys::reply(payload.as_ptr(), sys_len(payload), value.as_ptr()) };
    Error::check(returned).map(|_| ())
}

/// Lets the current message wait, for at most `blocks`, once the entry returns: this turn commits,
/// and the message is not over. The entry runs again, from its start, when a reply that it awaits
/// arrives, when another message wakes it, or when the blocks have passed; [`cause`] says which.
/// A turn that does not call this again ends the message.
///
/// What the next turn must know is kept where it is kept from message to message: in memory or in
/// keyed state.
///
/// # Errors
///
/// [`Error::OUT_OF_RANGE`] for 0 blocks, [`Error::OVER_LIMIT`] for more than the chain lets a
/// message wait at once, [`Error::PURSE_CLOSED`] when what pays for the message has ended,
/// [`Error::NOT_ENOUGH_GAS`] for what the wait sets aside, or [`Error::NOT_ALLOWED`] anywhere but in
/// `init` and `handle`. A purse that ends sooner than that ends the wait.
pub fn wait(blocks: u32) -> Result<(), Error> {
    // SAFETY: takes no pointer.
    Error::check(unsafe { sys::wait(blocks) }).map(|_| ())
}

/// Resumes another message of this program when the turn commits.
///
/// # Errors
///
/// [`Error::NOT_FOUND`] when no such message waits, [`Error::OVER_LIMIT`] when the turn keeps too
/// much until it commits, or [`Error::NOT_ALLOWED`] where a program does not act.
pub fn wake(id: &[u8; 32]) -> Result<(), Error> {
    // SAFETY: `id` is valid for 32 bytes.
    Error::check(unsafe { sys::wake(id.as_ptr()) }).map(|_| ())
}

/// Whether another message of this program waits, and so will run again: also if it has been woken or answered, and its
/// turn has yet to come. The current message does not wait.
#[must_use]
pub fn waits(id: &[u8; 32]) -> bool {
    // SAFETY: `id` is valid for 32 bytes.
    (unsafe { sys::waits(id.as_ptr()) }) == 1
}
