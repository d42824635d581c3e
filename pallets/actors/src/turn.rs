//! One turn: the program runs through the executor, which changes nothing, and its effects are
//! applied here, all of them or none.

use actors_executor::{Context, Effect, Effects, Failure, Host, MemoryChange, PageIndex, Request};
use actors_primitives::{abi::Entry, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{string::String, vec::Vec};
use codec::Encode;
use core::marker::PhantomData;
use frame_support::{
    pallet_prelude::{BoundedVec, DispatchError},
    storage::with_storage_layer,
    traits::{fungible::Mutate, tokens::Preservation, Get, Randomness, Time},
};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{SaturatedConversion, UniqueSaturatedInto};

use crate::{
    deposit::Footprint,
    pallet::{Key, Page, StateValue},
    queue::{Kind, Message},
    Code, Codes, Config, Event, Pages, Pallet, Program, Programs, Purses, ReplyTo, State, Status,
    Wasm,
};

/// What a turn tells besides its effects, kept for whoever asks: a dry run, a test.
#[derive(Default)]
pub(crate) struct Log {
    /// Texts that programs logged, in order.
    pub(crate) debug: Vec<String>,
    /// The purse whose need is watched, and the gas that it was opened with.
    pub(crate) watched: Option<(MessageId, Gas)>,
    /// The least gas that the watched purse would have had to be opened with.
    pub(crate) needed: Gas,
}

impl Log {
    /// Notes that a turn wanted `gas` of a purse, before it is taken.
    fn wants<T: Config>(&mut self, purse: &MessageId, gas: Gas) {
        let Some((watched, opened)) = self.watched else {
            return;
        };
        if watched != *purse {
            return;
        }
        let left = Purses::<T>::get(purse).map_or(0, |purse| purse.gas);
        let spent = opened.saturating_sub(left);
        self.needed = self.needed.max(spent.saturating_add(gas));
    }
}

/// Why the effects of a turn were not applied.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Aborted {
    /// By a rule of the protocol.
    Reply(ReplyCode),
    /// By another pallet.
    Dispatch(DispatchError),
}

impl From<DispatchError> for Aborted {
    fn from(error: DispatchError) -> Self {
        Self::Dispatch(error)
    }
}

impl From<Aborted> for Failure {
    fn from(aborted: Aborted) -> Self {
        let code = match aborted {
            Aborted::Reply(code) => code,
            Aborted::Dispatch(error) => {
                log::debug!(target: crate::LOG_TARGET, "effects refused: {error:?}");
                ReplyCode::LimitExceeded
            }
        };
        Self {
            code,
            payload: Vec::new(),
        }
    }
}

/// How a served message ended.
struct Ending {
    code: ReplyCode,
    payload: Vec<u8>,
    value: actors_primitives::Balance,
}

impl<T: Config> Pallet<T> {
    /// Serves one message that has left the queue; returns the gas that it burned.
    pub(crate) fn run(message: Message<T>, gas_limit: Gas, log: &mut Log) -> Gas {
        let (gas_burned, failure) = Self::run_turn(&message, gas_limit, log);
        let reply_code = match failure {
            Ok(code) => code,
            Err(failure) => Self::fail(&message, failure),
        };
        Self::release_purse(&message.purse);
        Self::deposit_event(Event::MessageProcessed {
            message_id: message.id,
            destination: message.destination,
            reply_code,
            gas_burned,
        });
        gas_burned
    }

    /// Ends a message that cannot run at all.
    pub(crate) fn refuse(message: Message<T>, code: ReplyCode) {
        Self::fail(
            &message,
            Failure {
                code,
                payload: Vec::new(),
            },
        );
        Self::release_purse(&message.purse);
        Self::deposit_event(Event::MessageProcessed {
            message_id: message.id,
            destination: message.destination,
            reply_code: code,
            gas_burned: 0,
        });
    }

    /// Runs the program and applies its effects. The gas is burned either way.
    fn run_turn(
        message: &Message<T>,
        gas_limit: Gas,
        log: &mut Log,
    ) -> (Gas, Result<ReplyCode, Failure>) {
        let refused = |code| {
            (
                0,
                Err(Failure {
                    code,
                    payload: Vec::new(),
                }),
            )
        };
        let Some(program) = Programs::<T>::get(&message.destination) else {
            return refused(ReplyCode::NoSuchProgram);
        };
        if message.kind == Kind::Handle && program.status == Status::Initialising {
            return refused(ReplyCode::NotInitialised);
        }
        let Some(code) = Codes::<T>::get(program.code_hash) else {
            log::error!(target: crate::LOG_TARGET, "a program's code is missing");
            return refused(ReplyCode::NoSuchProgram);
        };
        let turn = Self::execute(&code, &program, message.kind.entry(), message, gas_limit);
        log.wants::<T>(&message.purse, turn.gas_required);

        for text in &turn.debug {
            log::debug!(target: crate::LOG_TARGET, "{text}");
        }
        log.debug.extend(turn.debug);
        let gas_burned = turn.gas_burned.min(gas_limit);
        Self::burn_gas(&message.purse, gas_burned);
        let outcome = turn.outcome.and_then(|effects| {
            with_storage_layer(|| Self::commit(message, program, effects)).map_err(Failure::from)
        });
        (gas_burned, outcome)
    }

    /// Runs one entry of the program; nothing on chain changes.
    fn execute(
        code: &Code<T>,
        program: &Program<T>,
        entry: Entry,
        message: &Message<T>,
        gas_limit: Gas,
    ) -> actors_executor::Turn {
        let mut host = ProgramHost::<T> {
            account: message.destination.clone(),
            code: program.code_hash,
            _marker: PhantomData,
        };
        let request = Request {
            code: &code.info,
            entry,
            context: Self::context(message),
            memory: program.memory(),
            gas_limit,
            schedule: &T::Schedule::get(),
            limits: &T::Limits::get(),
        };
        actors_executor::execute(request, &mut host)
    }

    /// What surrounds a turn. The balance counts the message's value, which is still in escrow.
    fn context(message: &Message<T>) -> Context {
        let block: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
        Context {
            message: actors_executor::Message {
                id: message.id,
                source: message.source.clone().into(),
                payload: message.payload.to_vec(),
                value: message.value,
            },
            turn: 0,
            program: message.destination.clone().into(),
            balance: Self::spendable(&message.destination).saturating_add(message.value),
            block_number: block.unique_saturated_into(),
            block_timestamp: T::Time::now(),
            deposit_left: Self::deposit_left(&message.purse),
            deposit_per_byte: T::DepositPerByte::get(),
        }
    }

    /// Applies everything that a successful turn asks for, or fails whole.
    fn commit(
        message: &Message<T>,
        mut program: Program<T>,
        effects: Effects,
    ) -> Result<ReplyCode, Aborted> {
        let account = &message.destination;
        Self::value_arrives(account, message.value)?;

        let mut footprint = program.footprint;
        Self::write_memory(account, &mut program, effects.memory, &mut footprint)?;
        for (key, value) in effects.state {
            Self::write_state(account, key, value, &mut footprint)?;
        }
        Self::settle_deposit(account, &mut program, footprint, &message.purse)?;
        if program.status == Status::Initialising {
            program.status = Status::Active;
            Self::deposit_event(Event::ProgramInitialised {
                program: account.clone(),
            });
        }
        Programs::<T>::insert(account, program);

        let mut ending = Ending {
            code: ReplyCode::Finished,
            payload: Vec::new(),
            value: 0,
        };
        for effect in effects.effects {
            match effect {
                Effect::Send(send) => Self::apply_send(message, send)?,
                Effect::Emit(data) => Self::deposit_event(Event::ProgramEvent {
                    program: account.clone(),
                    message_id: message.id,
                    data,
                }),
                Effect::Reply(reply) => {
                    ending = Ending {
                        code: ReplyCode::Replied,
                        payload: reply.payload,
                        value: reply.value,
                    }
                }
            }
        }
        Self::transfer_from_program(account, &message.source, ending.value)?;
        let code = ending.code;
        Self::answer(message, ending);
        Ok(code)
    }

    fn write_memory(
        account: &T::AccountId,
        program: &mut Program<T>,
        change: MemoryChange,
        footprint: &mut Footprint,
    ) -> Result<(), Aborted> {
        let too_much = |_| Aborted::Reply(ReplyCode::LimitExceeded);
        program.wasm_pages = change.wasm_pages;
        program.globals = BoundedVec::try_from(change.globals)
            .map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))?;
        for (index, bytes) in change.stored {
            let length = bytes.len();
            let page =
                Page::try_from(bytes).map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))?;
            Pages::<T>::insert(account, index, page);
            if program.pages.try_insert(index).map_err(too_much)? {
                footprint.add(length);
            }
        }
        for index in change.freed {
            if program.pages.remove(&index) {
                Pages::<T>::remove(account, index);
                footprint.remove(actors_primitives::PAGE_SIZE as usize);
            }
        }
        Ok(())
    }

    fn write_state(
        account: &T::AccountId,
        key: Vec<u8>,
        value: Option<Vec<u8>>,
        footprint: &mut Footprint,
    ) -> Result<(), Aborted> {
        let too_much = |_| Aborted::Reply(ReplyCode::LimitExceeded);
        let key = Key::<T>::try_from(key).map_err(too_much)?;
        if let Some(old) = State::<T>::decode_len(account, &key) {
            footprint.remove(key.len().saturating_add(old));
        }
        match value {
            Some(value) => {
                footprint.add(key.len().saturating_add(value.len()));
                let value = StateValue::<T>::try_from(value).map_err(too_much)?;
                State::<T>::insert(account, key, value);
            }
            None => State::<T>::remove(account, key),
        }
        Ok(())
    }

    /// Sends a program's message: to a program through the queue, to a user as an event.
    fn apply_send(message: &Message<T>, send: actors_executor::Send) -> Result<(), Aborted> {
        let source = message.destination.clone();
        let destination = T::AccountId::from(send.destination);
        if !Programs::<T>::contains_key(&destination) {
            Self::transfer_from_program(&source, &destination, send.value)?;
            Self::deposit_event(Event::UserMessage {
                message_id: send.id,
                source,
                destination,
                payload: send.payload,
                value: send.value,
                reply: None,
            });
            return Ok(());
        }
        let payload = BoundedVec::try_from(send.payload)
            .map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))?;
        Self::value_departs(&source, send.value)?;
        let purse = match send.gas {
            Some(gas) => {
                Self::split_purse(&message.purse, send.id, gas);
                send.id
            }
            None => {
                Self::share_purse(&message.purse);
                message.purse
            }
        };
        Self::enqueue(Message {
            id: send.id,
            kind: Kind::Handle,
            source,
            destination,
            payload,
            value: send.value,
            purse,
        });
        Ok(())
    }

    /// Moves value from a program to where it is at once, and refuses what could not arrive.
    fn transfer_from_program(
        program: &T::AccountId,
        destination: &T::AccountId,
        value: actors_primitives::Balance,
    ) -> Result<(), Aborted> {
        if value == 0 {
            return Ok(());
        }
        if !Self::can_receive(destination, value) {
            return Err(Aborted::Reply(ReplyCode::LimitExceeded));
        }
        T::Currency::transfer(program, destination, value, Preservation::Preserve)?;
        Ok(())
    }

    /// Ends a message with an error reply: its value goes back, a failed `init` takes the
    /// program with it.
    fn fail(message: &Message<T>, failure: Failure) -> ReplyCode {
        let code = failure.code;
        let returned = Self::value_returns(&message.source, message.value);
        Self::answer(
            message,
            Ending {
                code,
                payload: failure.payload,
                value: returned,
            },
        );
        if message.kind == Kind::Init && Programs::<T>::contains_key(&message.destination) {
            Self::remove_program(&message.destination, code);
        }
        code
    }

    /// Tells the source how its message ended. A program learns of it by the value that came
    /// back alone, until this version of the chain serves `handle_reply`.
    fn answer(message: &Message<T>, ending: Ending) {
        if Programs::<T>::contains_key(&message.source) {
            return;
        }
        let preimage = MessageId::child_preimage(&message.id, 0, u32::MAX);
        Self::deposit_event(Event::UserMessage {
            message_id: MessageId(sp_io::hashing::blake2_256(&preimage)),
            source: message.destination.clone(),
            destination: message.source.clone(),
            payload: ending.payload,
            value: ending.value,
            reply: Some(ReplyTo {
                to: message.id,
                code: ending.code,
            }),
        });
    }

    /// Runs `state` with `payload`; nothing that it does is kept.
    pub(crate) fn run_state(
        account: &T::AccountId,
        program: &Program<T>,
        payload: Vec<u8>,
    ) -> Option<Result<Vec<u8>, Failure>> {
        let code = Codes::<T>::get(program.code_hash)?;
        if !code.info.exports.contains(Entry::State) {
            return None;
        }
        let payload = match BoundedVec::try_from(payload) {
            Ok(payload) => payload,
            Err(_) => {
                let code = ReplyCode::LimitExceeded;
                return Some(Err(Failure {
                    code,
                    payload: Vec::new(),
                }));
            }
        };
        let message = Message::<T> {
            id: MessageId::default(),
            kind: Kind::Handle,
            source: account.clone(),
            destination: account.clone(),
            payload,
            value: 0,
            purse: MessageId::default(),
        };
        let gas_limit = T::MaxTurnGas::get();
        let turn = Self::execute(&code, program, Entry::State, &message, gas_limit);
        Some(turn.outcome.map(|effects| {
            let reply = effects.effects.into_iter().find_map(|effect| match effect {
                Effect::Reply(reply) => Some(reply.payload),
                _ => None,
            });
            reply.unwrap_or_default()
        }))
    }
}

/// What a turn sees of the chain: its own program's code, pages and state, and randomness.
struct ProgramHost<T: Config> {
    account: T::AccountId,
    code: CodeHash,
    _marker: PhantomData<T>,
}

impl<T: Config> Host for ProgramHost<T> {
    fn code(&mut self) -> Option<Vec<u8>> {
        Wasm::<T>::get(self.code).map(BoundedVec::into_inner)
    }

    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        Pages::<T>::get(&self.account, index).map(BoundedVec::into_inner)
    }

    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        let key = Key::<T>::try_from(key.to_vec()).ok()?;
        State::<T>::get(&self.account, key).map(BoundedVec::into_inner)
    }

    fn random(&mut self, subject: &[u8]) -> ([u8; 32], u64) {
        let (seed, known_since) = T::Randomness::random(&(&self.account, subject).encode());
        // The chain's hash may have another width; what programs see has 32 bytes on every chain.
        let mixed = sp_io::hashing::blake2_256(&(seed, &self.account, subject).encode());
        (mixed, known_since.saturated_into())
    }

    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::blake2_256(data)
    }
}
