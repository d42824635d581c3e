//! What a turn sends out when it commits: messages and events.

use crate::{sys, sys_len, Error};

/// The gas of a message to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gas {
    /// It draws on the gas of the current message.
    Shared,
    /// This much is split off the gas of the current message.
    Split(u64),
}

/// Sends a message when the turn commits, and returns its id.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`] for the payload or the number of sends, [`Error::OUT_OF_RANGE`] for gas
/// above `i64::MAX`, [`Error::NOT_ENOUGH_VALUE`], [`Error::NOT_ENOUGH_GAS`], or [`Error::NOT_ALLOWED`].
pub fn send(dest: &[u8; 32], payload: &[u8], value: u128, gas: Gas) -> Result<[u8; 32], Error> {
    let gas = match gas {
        Gas::Shared => -1,
        Gas::Split(gas) => i64::try_from(gas).map_err(|_| Error::OUT_OF_RANGE)?,
    };
    let value = value.to_le_bytes();
    let mut id = [0; 32];
    // SAFETY: `payload` is valid for its length, `dest` and `id` for 32 bytes, `value` for 16.
    let returned = unsafe {
        sys::send(
            dest.as_ptr(),
            payload.as_ptr(),
            sys_len(payload),
            value.as_ptr(),
            gas,
            0,
            0,
            id.as_mut_ptr(),
        )
    };
    Error::check(returned).map(|_| id)
}

/// Deposits a program event.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`], or [`Error::NOT_ALLOWED`] in `state`.
pub fn emit(data: &[u8]) -> Result<(), Error> {
    // SAFETY: `data` is valid for its length.
    let returned = unsafe { sys::emit(data.as_ptr(), sys_len(data)) };
    Error::check(returned).map(|_| ())
}

/// Logs `text` in tests and dry runs; nothing on chain.
pub fn debug(text: &str) {
    // SAFETY: `text` is valid for its length.
    unsafe { sys::debug(text.as_ptr(), sys_len(text.as_bytes())) };
}
