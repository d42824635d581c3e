//! People on a chain.

use actors_primitives::{Balance, MessageId};
use frame_support::traits::fungible::{hold::Inspect as _, Inspect};
use pallet_actors::{Event, Mailboxes, Purses};
use std::fmt;

use crate::{
    runtime::{AccountId, Balances, Runtime},
    show::Bytes,
    Chain, Letter,
};

/// A user: an account with a name.
#[derive(Clone)]
pub struct User {
    chain: Chain,
    name: String,
    account: AccountId,
}

/// A message that a program sent to a user of its own accord: no reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: MessageId,
    /// The program that sent it.
    pub from: AccountId,
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carried, in planck: on the user's account already, unless it is a letter.
    pub value: Balance,
    /// For how many blocks it stands in the mailbox, if the program awaits an answer: see
    /// [`User::mailbox`].
    pub expires: Option<u32>,
}

impl fmt::Display for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, with {} planck", Bytes(&self.payload), self.value)
    }
}

impl User {
    pub(crate) fn new(chain: &Chain, name: &str) -> Self {
        let seed = ["actors-test user ", name].concat();
        Self {
            chain: chain.clone(),
            name: name.to_string(),
            account: sp_io::hashing::blake2_256(seed.as_bytes()).into(),
        }
    }

    /// Panics when its chain went back to before there was such a user. One who was not told to the
    /// chain yet is as good as there.
    #[track_caller]
    pub(crate) fn expect_there(&self) {
        let world = self.chain.world();
        assert!(
            world.now.births.contains_key(&self.account),
            "{} came after the snapshot that the chain went back to: there is no such user now. \
             Take `chain.user({:?})` again.",
            self.name,
            self.name
        );
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The address, as programs see it.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        self.account.clone().into()
    }

    /// The free balance, in planck: without what is on hold for code, and what messages at work have.
    #[must_use]
    pub fn balance(&self) -> Balance {
        self.chain.run(|| Balances::balance(&self.account))
    }

    /// What is on hold on the account, for code, in planck.
    #[must_use]
    pub fn held(&self) -> Balance {
        self.chain
            .run(|| Balances::total_balance_on_hold(&self.account))
    }

    /// What calls of this user have brought for gas and deposits and is not settled yet, as long as messages that they
    /// have caused are at work, in planck. What is left of it comes back.
    #[must_use]
    pub fn in_purses(&self) -> Balance {
        self.chain.run(|| {
            let purses = Purses::<Runtime>::iter_values();
            let own = purses.filter(|purse| purse.payer == self.account);
            own.map(|purse| purse.money()).sum()
        })
    }

    /// All that programs sent this user so far of their own accord, in order.
    #[must_use]
    pub fn inbox(&self) -> Vec<Mail> {
        let world = self.chain.world();
        let records = world.now.history.records.iter();
        records
            .filter_map(|record| match &record.event {
                Event::UserMessage {
                    message_id,
                    source,
                    destination,
                    payload,
                    value,
                    reply: None,
                    expires,
                } if *destination == self.account => Some(Mail {
                    id: *message_id,
                    from: source.clone(),
                    payload: payload.clone(),
                    value: *value,
                    expires: *expires,
                }),
                _ => None,
            })
            .collect()
    }

    /// The messages that stand in the mailbox: whose programs await this user's answer. In the
    /// order in which they came.
    #[must_use]
    pub fn mailbox(&self) -> Vec<Letter> {
        let stands = |mail: &Mail| {
            let stands = || Mailboxes::<Runtime>::contains_key(&self.account, mail.id);
            self.chain.run(stands)
        };
        let letters = self.inbox().into_iter().filter(stands);
        letters.map(|mail| Letter::new(&self.chain, mail)).collect()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}
