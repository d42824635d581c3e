//! Messages in a user's mailbox, and what the user does with them.

use actors_primitives::{Balance, MessageId};
use pallet_actors::Call;

use crate::{
    runtime::{AccountId, Runtime},
    user::Mail,
    Chain, Refused, User,
};

/// A message in a user's mailbox: a message of its program waits for the answer.
#[derive(Clone)]
pub struct Letter {
    chain: Chain,
    mail: Mail,
}

impl Letter {
    pub(crate) fn new(chain: &Chain, mail: Mail) -> Self {
        Self {
            chain: chain.clone(),
            mail,
        }
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> MessageId {
        self.mail.id
    }

    /// The program that sent it.
    #[must_use]
    pub fn from(&self) -> &AccountId {
        &self.mail.from
    }

    /// What it says.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.mail.payload
    }

    /// What it carries, in planck: the user's with an answer, the program's again without.
    #[must_use]
    pub fn value(&self) -> Balance {
        self.mail.value
    }

    /// Answers it. Say who does: `letter.reply(b"yes").by(&bob)`.
    pub fn reply(&self, payload: impl AsRef<[u8]>) -> Answer {
        Answer {
            letter: self.clone(),
            payload: payload.as_ref().to_vec(),
            value: 0,
            only_if_awaited: false,
        }
    }

    /// Takes its value, and says nothing. Say who does: `letter.claim().by(&bob)`.
    pub fn claim(&self) -> Claim {
        Claim(self.clone())
    }

    #[track_caller]
    fn call(&self, user: &User, name: &'static str, call: Call<Runtime>) -> Result<(), Refused> {
        match self.chain.call(user, call) {
            Ok(_) => Ok(()),
            Err(error) => Err(Refused::new(name, error)),
        }
    }
}

/// An answer that waits to be told who gives it.
#[must_use = "nothing is answered until `by` says who does it"]
pub struct Answer {
    letter: Letter,
    payload: Vec<u8>,
    value: Balance,
    only_if_awaited: bool,
}

impl Answer {
    /// Has the chain refuse the answer (`NotAwaited`) if no message awaits it any more.
    pub fn only_if_awaited(mut self) -> Self {
        self.only_if_awaited = true;
        self
    }

    /// Sends this value along, in planck.
    pub fn value(mut self, value: Balance) -> Self {
        self.value = value;
        self
    }

    /// Answers as `user`. What waits for it goes on at the end of the block, or when it is asked
    /// for its reply.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) {
        expect(self.try_by(user));
    }

    /// As [`Answer::by`], for an answer that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<(), Refused> {
        let call = Call::send_reply {
            message_id: self.letter.id(),
            payload: self.payload,
            value: self.value,
            only_if_awaited: self.only_if_awaited,
        };
        self.letter.call(user, "send_reply", call)
    }
}

/// A claim that waits to be told who makes it.
#[must_use = "nothing is claimed until `by` says who does it"]
pub struct Claim(Letter);

impl Claim {
    /// Claims as `user`. What waits for an answer goes on as [`Answer::by`] says.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) {
        expect(self.try_by(user));
    }

    /// As [`Claim::by`], for a claim that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<(), Refused> {
        let Self(letter) = self;
        let message_id = letter.id();
        letter.call(user, "claim_value", Call::claim_value { message_id })
    }
}

#[track_caller]
fn expect(outcome: Result<(), Refused>) {
    if let Err(refused) = outcome {
        panic!("{refused}");
    }
}
