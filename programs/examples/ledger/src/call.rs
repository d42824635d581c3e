//! What `handle` takes.

use crate::{book::Account, scale::Reader};

/// A call: its number in one byte, then its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// 0: moves `amount` from the sender to `to`.
    Transfer { to: Account, amount: u128 },
    /// 1: lets `spender` spend `amount` of the sender's, instead of what it was let before.
    Approve { spender: Account, amount: u128 },
    /// 2: moves `amount` from `from`, who approved it, to `to`.
    TransferFrom {
        from: Account,
        to: Account,
        amount: u128,
    },
    /// 3: makes `amount` more, which `to` gets; for the owner alone.
    Mint { to: Account, amount: u128 },
    /// 4: destroys `amount` of the sender's.
    Burn { amount: u128 },
}

impl Call {
    /// The bytes of the longest call.
    pub(crate) const LONGEST: usize = 1 + 32 + 32 + 16;

    /// The call that these bytes are, all of them.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let call = match reader.byte()? {
            0 => Self::Transfer {
                to: reader.account()?,
                amount: reader.amount()?,
            },
            1 => Self::Approve {
                spender: reader.account()?,
                amount: reader.amount()?,
            },
            2 => Self::TransferFrom {
                from: reader.account()?,
                to: reader.account()?,
                amount: reader.amount()?,
            },
            3 => Self::Mint {
                to: reader.account()?,
                amount: reader.amount()?,
            },
            4 => Self::Burn {
                amount: reader.amount()?,
            },
            _ => return None,
        };
        reader.end()?;
        Some(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_whole_or_not_at_all() {
        let bytes = [&[2][..], &[1; 32], &[2; 32], &5u128.to_le_bytes()].concat();
        assert_eq!(bytes.len(), Call::LONGEST);
        let call = Call::TransferFrom {
            from: [1; 32],
            to: [2; 32],
            amount: 5,
        };
        assert_eq!(Call::decode(&bytes), Some(call));
        for length in 0..bytes.len() {
            assert_eq!(Call::decode(&bytes[..length]), None, "cut off at {length}");
        }
        assert_eq!(Call::decode(&[&bytes[..], &[0]].concat()), None, "too long");
        assert_eq!(Call::decode(&[5; 17]), None, "no such call");
    }
}
