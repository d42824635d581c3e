//! Programs on a chain, and what can be sent to and read from them.

use actors_idl::{Entry, Idl};
use actors_primitives::{Balance, Gas};
use actors_runtime_api::{ProgramInfo, ReadError};
use frame_support::traits::fungible::Inspect;
use pallet_actors::{Call, Event, Pallet};
use std::{fmt, rc::Rc};

use crate::{
    deploy::Code,
    interface::{refused, Asked},
    named::{NamedQuery, NamedSend},
    reply::decode,
    runtime::{AccountId, Balances, Runtime},
    show::{short, Bytes},
    units::{DEFAULT_DEPOSIT, DEFAULT_GAS},
    upgrade::{SetAdmin, Upgrade},
    Chain, Message, Refused, User,
};

/// A program on a chain.
#[derive(Clone)]
pub struct Program {
    chain: Chain,
    account: AccountId,
    born: u64,
}

impl Program {
    pub(crate) fn new(chain: &Chain, account: AccountId) -> Self {
        Self {
            chain: chain.clone(),
            born: chain.birth_of(&account),
            account,
        }
    }

    /// Panics when its chain went back to before there was such a program.
    #[track_caller]
    pub(crate) fn expect_there(&self) {
        assert!(
            self.born == 0 || self.chain.world().has(self.born),
            "{self:?} was created after the snapshot that its chain went back to: there is no such \
             program now. Deploy it again."
        );
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
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

    /// The message that created it, as far as this chain saw it: what `init` burned, and what it
    /// caused.
    ///
    /// # Panics
    ///
    /// When there was none.
    #[track_caller]
    #[must_use]
    pub fn deployment(&self) -> Message {
        self.expect_there();
        let id = self.chain.world().now.history.creation_of(&self.account);
        match id {
            Some(id) => Message::new(&self.chain, id, None),
            None => panic!("nobody created {self:?}"),
        }
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

    /// Calls a program that has an interface, as those do that are built with `actors-build`:
    /// `program.call("add").arg(5u32).by(&alice)`.
    pub fn call(&self, name: &str) -> NamedSend {
        NamedSend::new(self, name)
    }

    /// Asks such a program, likewise: `program.ask("total").answer::<u32>()`.
    pub fn ask(&self, name: &str) -> NamedQuery {
        NamedQuery::new(self, name)
    }

    /// What its code says of itself.
    pub(crate) fn interface(&self) -> Option<Rc<Idl>> {
        let code = self.info()?.code_hash;
        self.chain.interface(code)
    }

    /// Upgrades the program to stored code. Say who does: `program.upgrade(&code).by(&alice)`. The
    /// admin may: whoever deployed it, until [`Program::set_admin`].
    pub fn upgrade(&self, code: &Code) -> Upgrade {
        Upgrade::new(self, code)
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
        self.expect_there();
        let payload = payload.as_ref();
        match self.try_read_state(payload) {
            Ok(state) => state,
            Err(error) => panic!(
                "`state` of {self:?} does not answer{}",
                self.tell_silence(payload, &error)
            ),
        }
    }

    /// What was asked, as far as its interface tells, and why there is no answer.
    fn tell_silence(&self, payload: &[u8], error: &ReadError) -> String {
        let asked = self.interface().map(|idl| Asked {
            idl,
            entry: Entry::State,
            payload: payload.to_vec(),
        });
        let call = asked.as_ref().and_then(Asked::call);
        let call = call.map_or(String::new(), |call| format!(" {call}"));
        let says = match error {
            ReadError::Failed { code, payload, .. } => {
                let told = asked.and_then(|asked| asked.reply(*code, payload));
                told.or_else(|| refused(payload))
                    .map(|says| format!("{code:?}: {says}"))
            }
            _ => None,
        };
        format!("{call}: {}", says.unwrap_or_else(|| format!("{error:?}")))
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

    /// The events that the program deposited since they were asked for last, in order, as bytes.
    /// All clones of a program share where they stopped reading.
    #[track_caller]
    #[must_use]
    pub fn raw_events(&self) -> Vec<Vec<u8>> {
        let unread = self.unread();
        let end = self.chain.world().now.history.records.len();
        self.read_to(end);
        unread.into_iter().map(|(_, data)| data).collect()
    }

    /// The same, decoded from SCALE.
    ///
    /// # Panics
    ///
    /// When one is not the encoding of a `T`.
    #[track_caller]
    #[must_use]
    pub fn events<T: codec::Decode>(&self) -> Vec<T> {
        let events = self.raw_events().into_iter();
        events.map(|data| decode(&data)).collect()
    }

    /// Expects the program to have deposited that event since they were asked for last, and reads
    /// on to behind it: what came before it is passed over.
    ///
    /// # Panics
    ///
    /// When it did not: with those that it did deposit.
    #[track_caller]
    pub fn expect_event(&self, event: impl codec::Encode + fmt::Debug) {
        let expected = event.encode();
        let unread = self.unread();
        let mut events = unread.iter();
        if let Some((place, _)) = events.find(|(_, data)| *data == expected) {
            return self.read_to(place.saturating_add(1));
        }
        let idl = self.interface();
        let decoded = |data: &[u8]| idl.as_ref().and_then(|idl| idl.event_text(data).ok());
        let mut text = format!("expected the event {event:?},\n     got ");
        if unread.is_empty() {
            text.push_str("none");
        }
        for (place, (_, data)) in unread.iter().enumerate() {
            let told = decoded(data).unwrap_or_else(|| Bytes(data).to_string());
            let line = if place == 0 { "" } else { "\n         " };
            text.push_str(line);
            text.push_str(&told);
        }
        let queued = self.chain.queue_length();
        if queued > 0 {
            text.push_str(&format!(
                "\n{queued} messages are queued: `chain.settle()` serves them"
            ));
        }
        panic!("{text}");
    }

    /// The events that were not read yet, with their places in the history.
    #[track_caller]
    fn unread(&self) -> Vec<(usize, Vec<u8>)> {
        self.expect_there();
        let world = self.chain.world();
        let start = world.now.seen.get(&self.account).copied().unwrap_or(0);
        let records = world.now.history.records.iter().enumerate().skip(start);
        records
            .filter_map(|(place, record)| match &record.event {
                Event::ProgramEvent { program, data, .. } if *program == self.account => {
                    Some((place, data.clone()))
                }
                _ => None,
            })
            .collect()
    }

    fn read_to(&self, place: usize) {
        let mut world = self.chain.world_mut();
        world.now.seen.insert(self.account.clone(), place);
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Also where the chain is at work.
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
    /// Says this instead.
    pub(crate) fn payload(mut self, payload: Vec<u8>) -> Self {
        self.payload = payload;
        self
    }

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
        self.program.expect_there();
        let idl = self.program.interface();
        let asked = idl.map(|idl| Asked {
            idl,
            entry: Entry::Handle,
            payload: self.payload.clone(),
        });
        let Program { chain, account, .. } = self.program;
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
        Ok(Message::new(&chain, id, asked))
    }
}
