//! Programs on a chain, and what can be sent to and read from them.

use actors_primitives::{Balance, Gas};
use actors_runtime_api::{ProgramInfo, ReadError};
use frame_support::traits::fungible::Inspect;
use pallet_actors::{Call, Event, Pallet};
use std::fmt;

use crate::{
    deploy::Code,
    reply::decode,
    runtime::{AccountId, Balances, Runtime},
    show::short,
    units::{DEFAULT_DEPOSIT, DEFAULT_GAS},
    upgrade::{SetAdmin, Upgrade},
    Chain, Message, Refused, User,
};

/// A program on a chain.
#[derive(Clone)]
pub struct Program {
    chain: Chain,
    account: AccountId,
}

impl Program {
    pub(crate) fn new(chain: &Chain, account: AccountId) -> Self {
        Self {
            chain: chain.clone(),
            account,
        }
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

    /// Sends a message. Say who does: `program.send(b"PING").by(&alice)`.
    pub fn send(&self, payload: impl AsRef<[u8]>) -> Send {
        Send {
            program: self.clone(),
            payload: payload.as_ref().to_vec(),
            value: 0,
            gas: DEFAULT_GAS,
            deposit: DEFAULT_DEPOSIT,
        }
    }

    /// Upgrades the program to stored code. Say who does: `program.upgrade(&code).by(&alice)`. The
    /// admin may: whoever deployed it, until [`Program::set_admin`].
    pub fn upgrade(&self, code: &Code) -> Upgrade {
        Upgrade::new(&self.chain, self.account.clone(), code)
    }

    /// Lets another user upgrade the program from now on, or nobody ever again. Say who lets:
    /// `program.set_admin(None).by(&alice)`.
    pub fn set_admin(&self, admin: Option<&User>) -> SetAdmin {
        SetAdmin::new(&self.chain, self.account.clone(), admin)
    }

    /// What the `state` entry replies to `payload`, as of now.
    ///
    /// # Panics
    ///
    /// With the reason when it does not.
    #[track_caller]
    #[must_use]
    pub fn read_state(&self, payload: impl AsRef<[u8]>) -> Vec<u8> {
        match self.try_read_state(payload) {
            Ok(state) => state,
            Err(error) => panic!("`state` of {self:?} does not answer: {error:?}"),
        }
    }

    /// As [`Program::read_state`], for a query that may fail.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    pub fn try_read_state(&self, payload: impl AsRef<[u8]>) -> Result<Vec<u8>, ReadError> {
        let (account, payload) = (self.account.clone(), payload.as_ref().to_vec());
        let read = || Pallet::<Runtime>::read_state(account, payload);
        self.chain.run(read)
    }

    /// What the `state` entry replies to a query, both in SCALE.
    ///
    /// # Panics
    ///
    /// When it does not answer, or not with the encoding of a `T`.
    #[track_caller]
    #[must_use]
    pub fn query<T: codec::Decode>(&self, query: impl codec::Encode) -> T {
        decode(&self.read_state(query.encode()))
    }

    /// The value of one key of keyed state.
    #[must_use]
    pub fn state_entry(&self, key: impl AsRef<[u8]>) -> Option<Vec<u8>> {
        let (account, key) = (self.account.clone(), key.as_ref().to_vec());
        let read = || Pallet::<Runtime>::state_entry(account, key);
        // No program, no value.
        self.chain.run(read).ok().flatten()
    }

    /// The program's record, if it is still there.
    #[must_use]
    pub fn info(&self) -> Option<ProgramInfo<AccountId>> {
        let account = self.account.clone();
        self.chain.run(|| Pallet::<Runtime>::program(account))
    }

    /// Whether it is there: it has not exited, and its `init` has not failed.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.info().is_some()
    }

    /// The free balance, in planck. The existential deposit is part of it, the storage deposit is
    /// not.
    #[must_use]
    pub fn balance(&self) -> Balance {
        self.chain.run(|| Balances::balance(&self.account))
    }

    /// What is held on its account for what it stores, in planck.
    #[must_use]
    pub fn storage_deposit(&self) -> Balance {
        self.info().map_or(0, |info| info.deposit)
    }

    /// The events that the program deposited since this was asked last, in order. All clones of a
    /// program share where they stopped reading.
    #[must_use]
    pub fn events(&self) -> Vec<Vec<u8>> {
        let mut world = self.chain.0.borrow_mut();
        let end = world.history.records.len();
        let start = world.seen.insert(self.account.clone(), end).unwrap_or(0);
        let records = world.history.records.iter().skip(start);
        records
            .filter_map(|record| match &record.event {
                Event::ProgramEvent { program, data, .. } if *program == self.account => {
                    Some(data.clone())
                }
                _ => None,
            })
            .collect()
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "program {}", short(self.account.as_ref()))
    }
}

/// A message that waits to be told who sends it.
#[must_use = "nothing is sent until `by` says who does it"]
pub struct Send {
    program: Program,
    payload: Vec<u8>,
    value: Balance,
    gas: Gas,
    deposit: Balance,
}

impl Send {
    /// Sends this value along, in planck.
    pub fn value(mut self, value: Balance) -> Self {
        self.value = value;
        self
    }

    /// Lets the message and all it causes burn this much gas, instead of [`DEFAULT_GAS`].
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = gas;
        self
    }

    /// Lets the message and all it causes add this much to storage deposits, instead of
    /// [`DEFAULT_DEPOSIT`].
    pub fn deposit(mut self, deposit: Balance) -> Self {
        self.deposit = deposit;
        self
    }

    /// Sends the message as `user`. It stands in the queue then: the block's end serves it, or
    /// asking it for its reply.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) -> Message {
        match self.try_by(user) {
            Ok(message) => message,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// As [`Send::by`], for a message that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<Message, Refused> {
        let Program { chain, account } = self.program;
        let call = Call::send_message {
            destination: account,
            payload: self.payload,
            value: self.value,
            gas_limit: self.gas,
            deposit_limit: self.deposit,
        };
        let events = chain
            .call(user, call)
            .map_err(|error| Refused::new("send_message", error))?;
        let queued = events.into_iter().find_map(|event| match event {
            Event::MessageQueued { message_id, .. } => Some(message_id),
            _ => None,
        });
        let id = queued.expect("the call queues a message");
        Ok(Message::new(&chain, id))
    }
}
