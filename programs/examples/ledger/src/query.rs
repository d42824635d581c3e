//! What `state` takes.

use crate::{book::Account, scale::Reader};

/// A query: its number in one byte, then its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Query {
    /// 0: name and symbol as texts, and the decimals in one byte.
    Metadata,
    /// 1: all there is, a `u128`.
    TotalSupply,
    /// 2: what an account has, a `u128`.
    BalanceOf { account: Account },
    /// 3: what `spender` may still spend of `owner`'s, a `u128`.
    Allowance { owner: Account, spender: Account },
    /// 4: who may mint, an account.
    Owner,
}

impl Query {
    /// The bytes of the longest query.
    pub(crate) const LONGEST: usize = 1 + 32 + 32;

    /// The query that these bytes are, all of them.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let query = match reader.byte()? {
            0 => Self::Metadata,
            1 => Self::TotalSupply,
            2 => Self::BalanceOf {
                account: reader.account()?,
            },
            3 => Self::Allowance {
                owner: reader.account()?,
                spender: reader.account()?,
            },
            4 => Self::Owner,
            _ => return None,
        };
        reader.end()?;
        Some(query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_whole_or_not_at_all() {
        assert_eq!(Query::decode(&[1]), Some(Query::TotalSupply));
        assert_eq!(Query::decode(&[1, 1]), None, "too long");
        assert_eq!(Query::decode(&[]), None);
        assert_eq!(Query::decode(&[5]), None, "no such query");
        let account = [9; 32];
        let bytes = [&[2][..], &account].concat();
        assert_eq!(Query::decode(&bytes), Some(Query::BalanceOf { account }));
        assert_eq!(Query::decode(&bytes[..32]), None, "cut off");
    }
}
