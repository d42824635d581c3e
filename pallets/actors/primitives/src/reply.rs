//! How a message ended.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// How a message ended, as its sender sees it.
///
/// Wallets show the name; programs see the number that [`ReplyCode::code`] gives.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ReplyCode {
    /// `0`: the program replied.
    Replied,
    /// `1`: the program finished without a reply; the payload is empty.
    Finished,
    /// `0x100`: the program trapped (`unreachable`, division by zero, a bad memory access ...).
    Trapped,
    /// `0x101`: the program panicked; the payload is its text.
    Panicked,
    /// `0x102`: the turn needed more gas than it had.
    OutOfGas,
    /// `0x103`: calls inside the program nested too deep.
    StackDepth,
    /// `0x104`: the program's memory could not be made as large as it needs.
    MemoryLimit,
    /// `0x105`: the program passed a pointer outside its memory to a system call.
    SyscallMisuse,
    /// `0x106`: the deposit money of the message does not cover the bytes that the turn adds.
    DepositShortfall,
    /// `0x107`: a limit of the chain was exceeded.
    LimitExceeded,
    /// `0x108`: the program reverted; the payload is its bytes, such as an encoded error.
    Reverted,
    /// `0x200`: there is no such program (any more).
    NoSuchProgram,
    /// `0x201`: the program has not finished its `init`.
    NotInitialised,
    /// `0x202`: the program has exited; the payload is its inheritor.
    Exited,
    /// `0x203`: the program was upgraded while the message waited.
    Upgraded,
    /// `0x300`: no answer came by the deadline.
    DeadlinePassed,
    // Last, so that the codes in stored messages keep their meaning.
    /// `0x204`: a newer version of the chain refuses the program's code.
    CodeRefused,
    /// `0x205`: the purse that pays was closed before the message began.
    PurseClosed,
}

impl ReplyCode {
    /// Every code, in the order of the numbers.
    pub const ALL: [Self; 18] = [
        Self::Replied,
        Self::Finished,
        Self::Trapped,
        Self::Panicked,
        Self::OutOfGas,
        Self::StackDepth,
        Self::MemoryLimit,
        Self::SyscallMisuse,
        Self::DepositShortfall,
        Self::LimitExceeded,
        Self::Reverted,
        Self::NoSuchProgram,
        Self::NotInitialised,
        Self::Exited,
        Self::Upgraded,
        Self::CodeRefused,
        Self::PurseClosed,
        Self::DeadlinePassed,
    ];

    /// The number that programs see.
    #[must_use]
    pub const fn code(self) -> i32 {
        match self {
            Self::Replied => 0,
            Self::Finished => 1,
            Self::Trapped => 0x100,
            Self::Panicked => 0x101,
            Self::OutOfGas => 0x102,
            Self::StackDepth => 0x103,
            Self::MemoryLimit => 0x104,
            Self::SyscallMisuse => 0x105,
            Self::DepositShortfall => 0x106,
            Self::LimitExceeded => 0x107,
            Self::Reverted => 0x108,
            Self::NoSuchProgram => 0x200,
            Self::NotInitialised => 0x201,
            Self::Exited => 0x202,
            Self::Upgraded => 0x203,
            Self::CodeRefused => 0x204,
            Self::PurseClosed => 0x205,
            Self::DeadlinePassed => 0x300,
        }
    }

    /// Whether the message did what it was sent for.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Replied | Self::Finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_ordered() {
        assert!(ReplyCode::ALL
            .windows(2)
            .all(|pair| pair[0].code() < pair[1].code()));
    }
}
