//! The reply that caused this turn: in `handle_reply`, the reply to a message that this program
//! sent before; in `init` and `handle`, one that the current message awaited.
//!
//! Where no reply caused the turn, everything here is [`Error::NOT_ALLOWED`].

use crate::{sys, sys_len, Error};

/// How a message ended: one of the protocol's reply codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code(pub(crate) i32);

impl Code {
    /// The program replied.
    pub const REPLIED: Self = Self(0);
    /// The program finished without a reply; the payload is empty.
    pub const FINISHED: Self = Self(1);
    /// The program panicked; the payload is its text.
    pub const PANICKED: Self = Self(0x101);
    /// The message's deposit money did not cover what the program would have grown by.
    pub const DEPOSIT_SHORTFALL: Self = Self(0x106);
    /// The program reverted; the payload is its own: from a typed program a [`Refusal`](crate::Refusal).
    pub const REVERTED: Self = Self(0x108);

    /// The number as the protocol lists it.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Whether the message did what it was sent for. Every failure is 0x100 or above.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::REPLIED | Self::FINISHED)
    }
}

/// How the message that the reply answers ended.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] where no reply caused the turn.
pub fn code() -> Result<Code, Error> {
    // SAFETY: takes no pointer.
    let returned = unsafe { sys::reply_code() };
    Error::check(returned).map(|_| Code(returned))
}

/// The id of the message that the reply answers, as sending it returned.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] where no reply caused the turn.
pub fn to() -> Result<[u8; 32], Error> {
    // It has no way to return an error: without a reply it would end the turn.
    code()?;
    let mut out = [0; 32];
    // SAFETY: `out` is valid for 32 bytes.
    unsafe { sys::reply_to(out.as_mut_ptr()) };
    Ok(out)
}

/// The value that came with the reply: on the program's account already.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] where no reply caused the turn.
pub fn value() -> Result<u128, Error> {
    // As in `to`.
    code()?;
    let mut out = [0; 16];
    // SAFETY: `out` is valid for 16 bytes.
    unsafe { sys::reply_value(out.as_mut_ptr()) };
    Ok(u128::from_le_bytes(out))
}

/// The length of the reply's payload, in bytes.
///
/// # Errors
///
/// [`Error::NOT_ALLOWED`] where no reply caused the turn.
pub fn size() -> Result<usize, Error> {
    // SAFETY: takes no pointer.
    Error::check(unsafe { sys::reply_size() })
}

/// Fills `out` with the payload's bytes from `offset`.
///
/// # Errors
///
/// [`Error::OUT_OF_RANGE`] when the payload ends before `out` is full, or [`Error::NOT_ALLOWED`]
/// where no reply caused the turn.
pub fn read(offset: usize, out: &mut [u8]) -> Result<(), Error> {
    let Ok(offset) = u32::try_from(offset) else {
        return Err(Error::OUT_OF_RANGE);
    };
    // SAFETY: `out` is valid for its length.
    let returned = unsafe { sys::reply_read(offset, sys_len(out), out.as_mut_ptr()) };
    Error::check(returned).map(|_| ())
}

/// The whole payload, read into `buffer`. Of a panic, its text.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`] when the payload is longer than `buffer`, or [`Error::NOT_ALLOWED`] where
/// no reply caused the turn.
pub fn payload(buffer: &mut [u8]) -> Result<&[u8], Error> {
    let Some(out) = buffer.get_mut(..size()?) else {
        return Err(Error::OVER_LIMIT);
    };
    read(0, out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_is_a_reply_or_an_end() {
        assert!(Code::REPLIED.is_success() && Code::FINISHED.is_success());
        assert!(!Code(0x100).is_success() && !Code(0x300).is_success());
        assert_eq!(Code(0x101).number(), 0x101);
    }
}
