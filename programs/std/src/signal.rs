//! The failure that `handle_signal` runs for: a message had waited, and a later turn of it failed.
//!
//! [`message::source`](crate::message::source) and the payload are those of the message that
//! failed. What its earlier turns did stands, so this is the place to clean up after it.
//!
//! Elsewhere everything here is [`Error::NOT_ALLOWED`].

use crate::{reply::Code, sys, Error};

/// How the message failed.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] in any other entry.
pub fn code() -> Result<Code, Error> {
    // SAFETY: takes no pointer.
    let returned = unsafe { sys::signal_code() };
    Error::check(returned).map(|_| Code(returned))
}

/// The id of the message that failed.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] in any other entry.
pub fn message() -> Result<[u8; 32], Error> {
    // It has no way to return an error: in another entry it would end the turn.
    code()?;
    let mut out = [0; 32];
    // SAFETY: `out` is valid for 32 bytes.
    unsafe { sys::signal_message(out.as_mut_ptr()) };
    Ok(out)
}
