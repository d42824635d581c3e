//! What the ledger tells whoever follows the chain.

use crate::{book::Account, scale::Writer};

/// The bytes of the longest event.
pub(crate) const LONGEST: usize = 1 + 33 + 33 + 16;

/// An event: its number in one byte, then its fields.
#[derive(Clone, Copy)]
pub(crate) enum Event<'a> {
    /// 0: `amount` moved. From nobody: it was minted. To nobody: it was burned.
    Transfer {
        from: Option<&'a Account>,
        to: Option<&'a Account>,
        amount: u128,
    },
    /// 1: `spender` may spend `amount` of `owner`'s, instead of what it could before.
    Approval {
        owner: &'a Account,
        spender: &'a Account,
        amount: u128,
    },
}

impl Event<'_> {
    pub(crate) fn encode(self, writer: &mut Writer<LONGEST>) {
        match self {
            Self::Transfer { from, to, amount } => writer
                .put(&[0])
                .put_option(from)
                .put_option(to)
                .put_amount(amount),
            Self::Approval {
                owner,
                spender,
                amount,
            } => writer.put(&[1]).put(owner).put(spender).put_amount(amount),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(event: Event) -> Vec<u8> {
        let mut writer = Writer::new();
        event.encode(&mut writer);
        writer.written().to_vec()
    }

    #[test]
    fn events_are_their_number_and_their_fields() {
        let (one, two) = ([1; 32], [2; 32]);
        let amount = 3u128.to_le_bytes();
        let transfer = encoded(Event::Transfer {
            from: Some(&one),
            to: Some(&two),
            amount: 3,
        });
        assert_eq!(transfer.len(), LONGEST);
        assert_eq!(transfer, [&[0, 1][..], &one, &[1], &two, &amount].concat());
        let mint = encoded(Event::Transfer {
            from: None,
            to: Some(&two),
            amount: 3,
        });
        assert_eq!(mint, [&[0, 0, 1][..], &two, &amount].concat());
        let approval = encoded(Event::Approval {
            owner: &one,
            spender: &two,
            amount: 3,
        });
        assert_eq!(approval, [&[1][..], &one, &two, &amount].concat());
    }
}
