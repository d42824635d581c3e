//! Bringing code and programs onto a chain.

use actors_idl::Entry;
use actors_primitives::{Balance, CodeHash, Gas};
use pallet_actors::{Call, Event, Pallet};
use std::rc::Rc;

use crate::{
    interface::{self, Asked},
    named::Named,
    runtime::Runtime,
    units::{DEFAULT_DEPOSIT, DEFAULT_GAS},
    Chain, Failure, Message, Program, Refused, User, Wasm,
};

/// Code that is stored on a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(CodeHash);

impl Code {
    /// Its name: `blake2_256` of its bytes.
    #[must_use]
    pub fn hash(&self) -> CodeHash {
        self.0
    }
}

/// An upload that waits to be told who does it.
#[must_use = "nothing is uploaded until `by` says who does it"]
pub struct Upload {
    chain: Chain,
    wasm: Wasm,
}

impl Upload {
    pub(crate) fn new(chain: &Chain, wasm: Wasm) -> Self {
        Self {
            chain: chain.clone(),
            wasm,
        }
    }

    /// Uploads the code as `user`, who pays the deposit for it.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) -> Code {
        match self.try_by(user) {
            Ok(code) => code,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// As [`Upload::by`], for code that may be refused.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<Code, Refused> {
        let code = self.wasm.0.clone();
        let events = self
            .chain
            .call(user, Call::upload_code { code })
            .map_err(|error| {
                Refused::new("upload_code", error).with_detail(judge(&self.chain, &self.wasm))
            })?;
        let stored = events.into_iter().find_map(|event| match event {
            Event::CodeUploaded { code_hash, .. } => Some(Code(code_hash)),
            _ => None,
        });
        Ok(stored.expect("the call stores code"))
    }
}

/// What is wrong with code, if anything is.
fn judge(chain: &Chain, wasm: &Wasm) -> Option<String> {
    let code = wasm.0.clone();
    chain.run(|| Pallet::<Runtime>::check_code(code)).err()
}

/// Where a program's code comes from.
pub(crate) enum Source {
    Wasm(Wasm),
    Stored(CodeHash),
}

/// A program that waits to be told who creates it.
#[must_use = "nothing is deployed until `by` says who does it"]
pub struct Deploy {
    chain: Chain,
    source: Source,
    salt: Option<Vec<u8>>,
    payload: Vec<u8>,
    value: Balance,
    gas: Gas,
    deposit: Balance,
    name: Option<String>,
    init: Option<Named>,
}

impl Deploy {
    pub(crate) fn new(chain: &Chain, source: Source) -> Self {
        Self {
            chain: chain.clone(),
            source,
            salt: None,
            payload: Vec::new(),
            value: 0,
            gas: DEFAULT_GAS,
            deposit: DEFAULT_DEPOSIT,
            name: None,
            init: None,
        }
    }

    /// Calls the program that where a test tells what happened.
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_string());
        self
    }

    /// Takes this salt for the program's address. Without it each deployment on the chain has
    /// another one.
    pub fn salt(mut self, salt: impl AsRef<[u8]>) -> Self {
        self.salt = Some(salt.as_ref().to_vec());
        self
    }

    /// Calls that constructor of a program that has an interface, with the arguments that
    /// [`Deploy::arg`] adds: `chain.deploy(wasm).init("new").arg(5u32).by(&alice)`.
    pub fn init(mut self, name: &str) -> Self {
        self.init = Some(Named::new(name));
        self
    }

    /// Adds the next argument of the constructor.
    ///
    /// # Panics
    ///
    /// When no constructor was named.
    #[track_caller]
    pub fn arg(mut self, arg: impl codec::Encode) -> Self {
        match &mut self.init {
            Some(init) => init.push(arg),
            None => panic!("name the constructor first: `.init(\"new\").arg(...)`"),
        }
        self
    }

    /// Hands this payload to `init`.
    pub fn payload(mut self, payload: impl AsRef<[u8]>) -> Self {
        self.payload = payload.as_ref().to_vec();
        self
    }

    /// Sends this value along, in planck.
    pub fn value(mut self, value: Balance) -> Self {
        self.value = value;
        self
    }

    /// Lets `init` and all it causes burn this much gas, instead of [`DEFAULT_GAS`].
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = gas;
        self
    }

    /// Lets `init` add this much to the program's storage deposit, instead of
    /// [`DEFAULT_DEPOSIT`].
    pub fn deposit(mut self, deposit: Balance) -> Self {
        self.deposit = deposit;
        self
    }

    /// Deploys the program as `user`, and makes blocks until its `init` has run.
    ///
    /// # Panics
    ///
    /// With the reason when the chain refuses it, or when `init` fails.
    #[track_caller]
    pub fn by(self, user: &User) -> Program {
        match self.try_by(user) {
            Ok(program) => program,
            Err(failure) => panic!("{failure}"),
        }
    }

    /// As [`Deploy::by`], for a program that may fail.
    ///
    /// # Errors
    ///
    /// Why the chain refused it, or how `init` failed.
    ///
    /// # Panics
    ///
    /// When a constructor was named that the program's interface does not have, or that takes other
    /// arguments.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<Program, Failure> {
        let Self {
            chain,
            source,
            salt,
            mut payload,
            value,
            gas: gas_limit,
            deposit: deposit_limit,
            name,
            init,
        } = self;
        let idl = match &source {
            Source::Stored(code) => chain.interface(*code),
            Source::Wasm(wasm) => interface::of_code(wasm.bytes()).map(Rc::new),
        };
        if let Some(init) = init {
            payload = match init.payload(idl.as_deref(), Entry::Init) {
                Ok(payload) => payload,
                Err(error) => panic!("{error}"),
            };
        }
        let name = name.or_else(|| Some(idl.as_ref()?.name.clone()));
        let asked = idl.map(|idl| Asked {
            idl,
            entry: Entry::Init,
            payload: payload.clone(),
        });
        let salt = salt.unwrap_or_else(|| {
            let mut world = chain.world_mut();
            world.now.deployed = world.now.deployed.saturating_add(1);
            world.now.deployed.to_le_bytes().to_vec()
        });
        let events = match source {
            Source::Stored(code_hash) => {
                let call = Call::create_program {
                    code_hash,
                    salt,
                    payload,
                    value,
                    gas_limit,
                    deposit_limit,
                };
                let called = chain.call(user, call);
                called.map_err(|error| Refused::new("create_program", error))
            }
            Source::Wasm(wasm) => {
                let call = Call::upload_program {
                    code: wasm.0.clone(),
                    salt,
                    payload,
                    value,
                    gas_limit,
                    deposit_limit,
                };
                chain.call(user, call).map_err(|error| {
                    Refused::new("upload_program", error).with_detail(judge(&chain, &wasm))
                })
            }
        }?;
        let created = events.into_iter().find_map(|event| match event {
            Event::ProgramCreated {
                program,
                message_id,
                ..
            } => Some((program, message_id)),
            _ => None,
        });
        let (account, id) = created.expect("the call creates a program");
        if let Some(name) = name {
            chain.world_mut().now.history.call(&account, &name);
        }
        let reply = Message::new(&chain, id, asked).reply();
        if reply.code.is_success() {
            return Ok(Program::new(&chain, account));
        }
        let story = chain.story(id);
        Err(Failure::Init { reply, story })
    }
}
