//! Upgrades: a program goes on with other code.

use actors_idl::{compare, Change};
use actors_primitives::{Balance, CodeHash, Gas};
use pallet_actors::{Call, Event};

use crate::{
    deploy::Code,
    runtime::AccountId,
    units::{DEFAULT_DEPOSIT, DEFAULT_GAS},
    Chain, Message, Program, Refused, User,
};

/// An upgrade that waits to be told who orders it.
#[must_use = "nothing is upgraded until `by` says who does it"]
pub struct Upgrade {
    chain: Chain,
    program: AccountId,
    code_hash: CodeHash,
    /// What of the old interface the new one breaks.
    breaks: Vec<Change>,
    payload: Vec<u8>,
    gas: Gas,
    deposit: Balance,
}

impl Upgrade {
    pub(crate) fn new(program: &Program, code: &Code) -> Self {
        let chain = program.chain();
        let changes = match (program.interface(), chain.interface(code.hash())) {
            (Some(old), Some(new)) => compare(&old, &new),
            _ => Vec::new(),
        };
        Self {
            chain: chain.clone(),
            program: program.account().clone(),
            code_hash: code.hash(),
            breaks: changes.into_iter().filter(Change::is_breaking).collect(),
            payload: Vec::new(),
            gas: DEFAULT_GAS,
            deposit: DEFAULT_DEPOSIT,
        }
    }

    /// Hands this payload to `migrate`.
    pub fn payload(mut self, payload: impl AsRef<[u8]>) -> Self {
        self.payload = payload.as_ref().to_vec();
        self
    }

    /// Lets `migrate` and all it causes burn this much gas, instead of [`DEFAULT_GAS`].
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = gas;
        self
    }

    /// Lets `migrate` add this much to the program's storage deposit, instead of
    /// [`DEFAULT_DEPOSIT`].
    pub fn deposit(mut self, deposit: Balance) -> Self {
        self.deposit = deposit;
        self
    }

    /// Upgrades although the new interface breaks whoever relies on the old one.
    pub fn allow_breaking(mut self) -> Self {
        self.breaks.clear();
        self
    }

    /// Orders the upgrade as `user`, who is to be the program's admin. How `migrate` ends, the
    /// message tells: if it fails, the program is as before.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it, and as [`Upgrade::try_by`].
    #[track_caller]
    pub fn by(self, user: &User) -> Message {
        match self.try_by(user) {
            Ok(message) => message,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// As [`Upgrade::by`], for an upgrade that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    ///
    /// # Panics
    ///
    /// When both codes have an interface and the new one breaks whoever relies on the old one, with
    /// how it does, unless [`Upgrade::allow_breaking`] says that this is meant.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<Message, Refused> {
        if !self.breaks.is_empty() {
            let breaks = self.breaks.iter().map(|change| format!("\n  {change}"));
            panic!(
                "the new code breaks whoever relies on the old one:{}\nIf that is meant, say \
                 `.allow_breaking()`.",
                breaks.collect::<String>()
            );
        }
        let call = Call::upgrade_program {
            program: self.program,
            code_hash: self.code_hash,
            payload: self.payload,
            gas_limit: self.gas,
            deposit_limit: self.deposit,
        };
        let events = self
            .chain
            .call(user, call)
            .map_err(|error| Refused::new("upgrade_program", error))?;
        let queued = events.into_iter().find_map(|event| match event {
            Event::MessageQueued { message_id, .. } => Some(message_id),
            _ => None,
        });
        let id = queued.expect("the call queues a message");
        Ok(Message::new(&self.chain, id, None))
    }
}

/// A change of admin that waits to be told who orders it.
#[must_use = "nothing changes until `by` says who does it"]
pub struct SetAdmin {
    chain: Chain,
    program: AccountId,
    admin: Option<AccountId>,
}

impl SetAdmin {
    pub(crate) fn new(chain: &Chain, program: AccountId, admin: Option<&User>) -> Self {
        Self {
            chain: chain.clone(),
            program,
            admin: admin.map(|user| user.account().clone()),
        }
    }

    /// Orders it as `user`, who is to be the program's admin so far.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) {
        if let Err(refused) = self.try_by(user) {
            panic!("{refused}");
        }
    }

    /// As [`SetAdmin::by`], for an order that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<(), Refused> {
        let Self {
            chain,
            program,
            admin,
        } = self;
        match chain.call(user, Call::set_admin { program, admin }) {
            Ok(_) => Ok(()),
            Err(error) => Err(Refused::new("set_admin", error)),
        }
    }
}
