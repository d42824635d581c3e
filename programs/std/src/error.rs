//! Why a call failed.

use actors_primitives::abi::error;

/// Why a call failed: one of the ABI's negative numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error(i32);

impl Error {
    /// Nothing is stored there, or no such message waits.
    pub const NOT_FOUND: Self = Self(error::NOT_FOUND);
    /// An offset or length lies outside of what is read, or a number means nothing.
    pub const OUT_OF_RANGE: Self = Self(error::OUT_OF_RANGE);
    /// A payload, key, value, event, period or the number of sends exceeds the chain's limit.
    pub const OVER_LIMIT: Self = Self(error::OVER_LIMIT);
    /// The program's free balance does not cover the value.
    pub const NOT_ENOUGH_VALUE: Self = Self(error::NOT_ENOUGH_VALUE);
    /// The turn's gas does not cover the gas to send along or to set aside.
    pub const NOT_ENOUGH_GAS: Self = Self(error::NOT_ENOUGH_GAS);
    /// Not allowed in this entry, or in the state the message is in.
    pub const NOT_ALLOWED: Self = Self(error::NOT_ALLOWED);
    /// A program stands at that address already, or did.
    pub const ALREADY_EXISTS: Self = Self(error::ALREADY_EXISTS);
    /// No such code is stored.
    pub const NO_SUCH_CODE: Self = Self(error::NO_SUCH_CODE);
    /// The message has its one reply already.
    pub const ALREADY_REPLIED: Self = Self(error::ALREADY_REPLIED);
    /// The message's deposit money does not cover what is to go along.
    pub const NOT_ENOUGH_DEPOSIT: Self = Self(error::NOT_ENOUGH_DEPOSIT);
    /// The purse that pays is closed, by who called or by time: nothing can be sent, created or waited for.
    pub const PURSE_CLOSED: Self = Self(error::PURSE_CLOSED);

    /// The number as the chain returned it.
    #[must_use]
    pub const fn code(self) -> i32 {
        self.0
    }

    /// What a call returned: a length (or 0), or an error below zero.
    #[inline]
    pub(crate) fn check(returned: i32) -> Result<usize, Self> {
        usize::try_from(returned).map_err(|_| Self(returned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negative_numbers_are_errors() {
        assert_eq!(Error::check(0), Ok(0));
        assert_eq!(Error::check(7), Ok(7));
        assert_eq!(Error::check(-1), Err(Error::NOT_FOUND));
        assert_eq!(Error::check(i32::MIN).map_err(Error::code), Err(i32::MIN));
    }
}
