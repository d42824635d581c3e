//! One turn: the program runs through the executor, which changes nothing, and its effects are
//! applied here, all of them or none.

use actors_executor::{Context, Create, Effect, Effects, Failure, MemoryChange, Request, Send};
use actors_primitives::{abi::Entry, Balance, Gas, MessageId, ReplyCode, PAGE_SIZE};
use alloc::{string::String, vec::Vec};
use frame_support::{
    pallet_prelude::{BoundedVec, DispatchError, Weight},
    storage::with_storage_layer,
    traits::{fungible::Mutate, tokens::Preservation, EnsureOrigin, Get},
};
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};
use sp_runtime::traits::UniqueSaturatedInto;

use crate::{
    deposit::Footprint,
    host::ProgramHost,
    pallet::{Key, Page, StateValue},
    queue::{Kind, Message},
    reply::Ending,
    service::Session,
    Config, Event, Pages, Pallet, Program, Programs, Purse, State, Status, Tombstones,
};

/// Bytes of texts that are kept of a whole dry run.
const MOST_DEBUG_BYTES: usize = 256 * 1024;

/// What a turn tells besides its effects, kept for whoever asks: a dry run, a test.
#[derive(Default)]
pub(crate) struct Log {
    /// Texts that programs logged, in order, if somebody reads them: a block keeps none, or they
    /// would fill the runtime's heap.
    pub(crate) debug: Option<Vec<String>>,
    /// Bytes of those texts.
    pub(crate) debug_bytes: usize,
    /// The purse whose need is watched, and the gas that it was opened with.
    pub(crate) watched: Option<(MessageId, Gas)>,
    /// The least gas that the watched purse would have had to be opened with.
    pub(crate) needed: Gas,
}

impl Log {
    /// Keeps the texts of a turn, as long as there are not too many.
    fn keep(&mut self, texts: Vec<String>) {
        let Some(kept) = &mut self.debug else {
            return;
        };
        for text in texts {
            let bytes = self.debug_bytes.saturating_add(text.len());
            if bytes <= MOST_DEBUG_BYTES {
                self.debug_bytes = bytes;
                kept.push(text);
            }
        }
    }

    /// Notes that a turn wanted `gas` of a purse that has `left`.
    fn wants(&mut self, purse: &MessageId, left: Gas, gas: Gas) {
        let Some((watched, opened)) = self.watched else {
            return;
        };
        if watched == *purse {
            let spent = opened.saturating_sub(left);
            self.needed = self.needed.max(spent.saturating_add(gas));
        }
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
        match aborted {
            Aborted::Reply(code) => code.into(),
            Aborted::Dispatch(error) => {
                log::debug!(target: crate::LOG_TARGET, "effects refused: {error:?}");
                ReplyCode::LimitExceeded.into()
            }
        }
    }
}

/// What a run of a program came to.
struct Run<T: Config> {
    /// Gas that it burned.
    gas_burned: Gas,
    /// Bytes of storage proof that it took at most.
    proof: u64,
    /// The program as it was, and what it asks for; or why it failed.
    outcome: Result<(Program<T>, Effects), Failure>,
}

impl<T: Config> Pallet<T> {
    /// Serves one message that has left the queue; returns what its turn weighed.
    pub(crate) fn run(
        message: Message<T>,
        purse: Option<Purse<T>>,
        gas_limit: Gas,
        session: &mut Session,
    ) -> Weight {
        let Some(mut purse) = purse else {
            // Only damaged storage brings us here: nothing can pay for the turn.
            Self::refuse(message, None, ReplyCode::OutOfGas);
            return Weight::zero();
        };
        Self::credit_reply(&message);
        let run = Self::execute(&message, &purse, gas_limit, session);
        purse.burn(run.gas_burned);
        let outcome = run.outcome.and_then(|(program, effects)| {
            let before = purse.clone();
            with_storage_layer(|| Self::commit(&message, program, effects, &mut purse)).map_err(
                |aborted| {
                    purse = before;
                    Failure::from(aborted)
                },
            )
        });
        let reply_code = match outcome {
            Ok(code) => code,
            Err(failure) => Self::fail(&message, failure, Some(&mut purse)),
        };
        Self::finish(message, Some(purse), reply_code, run.gas_burned);
        Weight::from_parts(run.gas_burned, run.proof)
    }

    /// Ends a message that cannot run at all.
    pub(crate) fn refuse(message: Message<T>, mut purse: Option<Purse<T>>, code: ReplyCode) {
        Self::credit_reply(&message);
        Self::fail(&message, code.into(), purse.as_mut());
        Self::finish(message, purse, code, 0);
    }

    /// Gives the value of a reply to the program that it goes to. Outside the turn's transaction:
    /// a turn that fails does not lose it.
    fn credit_reply(message: &Message<T>) {
        if message.kind.is_reply() {
            Self::value_returns(&message.destination, message.value);
        }
    }

    /// Gives up a message's reference to its purse, and tells how it ended.
    fn finish(
        message: Message<T>,
        purse: Option<Purse<T>>,
        reply_code: ReplyCode,
        gas_burned: Gas,
    ) {
        if let Some(purse) = purse {
            Self::put_purse(&message.purse, purse);
        }
        Self::deposit_event(Event::MessageProcessed {
            message_id: message.id,
            destination: message.destination,
            reply_code,
            gas_burned,
        });
    }

    /// Runs the program; nothing on chain changes.
    fn execute(
        message: &Message<T>,
        purse: &Purse<T>,
        gas_limit: Gas,
        session: &mut Session,
    ) -> Run<T> {
        let refused = |failure| Run {
            gas_burned: 0,
            proof: 0,
            outcome: Err(failure),
        };
        let Some(program) = Programs::<T>::get(&message.destination) else {
            return refused(Self::absence(&message.destination));
        };
        if program.status == Status::Initialising && message.kind != Kind::Init {
            return refused(ReplyCode::NotInitialised.into());
        }
        let turn = Self::enter(
            &program,
            message.kind.entry(),
            message,
            Some(purse),
            gas_limit,
            session,
        );
        session
            .log
            .wants(&message.purse, purse.gas, turn.gas_required);
        for text in &turn.debug {
            log::debug!(target: crate::LOG_TARGET, "{text}");
        }
        session.log.keep(turn.debug);
        Run {
            gas_burned: turn.gas_burned.min(gas_limit),
            proof: turn.proof,
            outcome: turn.outcome.map(|effects| (program, effects)),
        }
    }

    /// Runs one entry of the program.
    fn enter(
        program: &Program<T>,
        entry: Entry,
        message: &Message<T>,
        purse: Option<&Purse<T>>,
        gas_limit: Gas,
        session: &mut Session,
    ) -> actors_executor::Turn {
        let mut host = ProgramHost::<T> {
            account: &message.destination,
            code: program.code_hash,
            purse,
            arriving: match message.kind.is_reply() {
                true => 0,
                false => message.value,
            },
        };
        let request = Request {
            code: &program.info,
            code_hash: program.code_hash,
            entry,
            context: Self::context(message),
            memory: program.memory(),
            gas_limit,
            schedule: &T::Schedule::get(),
            limits: &T::Limits::get(),
        };
        actors_executor::execute(request, &mut host, &mut session.modules)
    }

    /// What surrounds a turn.
    fn context(message: &Message<T>) -> Context {
        let block: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
        let payload = message.payload.to_vec();
        Context {
            reply: match message.kind {
                Kind::Reply { to, code } => Some(actors_executor::ReplyContext {
                    to,
                    code,
                    payload: payload.clone(),
                    value: message.value,
                }),
                Kind::Init | Kind::Handle => None,
            },
            message: actors_executor::Message {
                id: message.id,
                source: message.source.clone().into(),
                payload,
                value: message.value,
            },
            turn: 0,
            program: message.destination.clone().into(),
            block_number: block.unique_saturated_into(),
            deposit_per_byte: T::DepositPerByte::get(),
            creation_deposit: Self::creation_deposit(),
        }
    }

    /// Applies everything that a successful turn asks for, or fails whole.
    fn commit(
        message: &Message<T>,
        mut program: Program<T>,
        effects: Effects,
        purse: &mut Purse<T>,
    ) -> Result<ReplyCode, Aborted> {
        let account = &message.destination;
        let is_reply = message.kind.is_reply();
        if !is_reply {
            Self::value_arrives(account, message.value)?;
        }
        if effects.exit.is_none() {
            let before = program.clone();
            let mut footprint = program.footprint;
            Self::write_memory(account, &mut program, effects.memory, &mut footprint)?;
            for (key, value) in effects.state {
                Self::write_state(account, key, value, &mut footprint)?;
            }
            if program.wasm_pages > before.wasm_pages || program.pages.len() > before.pages.len() {
                Self::ensure_loadable(&program)?;
            }
            Self::settle_deposit(account, &mut program, footprint, purse)?;
            if program.status == Status::Initialising {
                program.status = Status::Active;
                Self::deposit_event(Event::ProgramInitialised {
                    program: account.clone(),
                });
            }
            if program != before {
                Programs::<T>::insert(account, &program);
            }
        }

        let mut ending = Ending {
            code: ReplyCode::Finished,
            payload: Vec::new(),
            value: 0,
        };
        for effect in effects.effects {
            match effect {
                Effect::Send(send) => Self::apply_send(message, send, purse)?,
                Effect::Create(create) => Self::apply_create(message, create, purse)?,
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
        let code = ending.code;
        if !is_reply {
            Self::give_reply(message, ending, purse)?;
        }
        if let Some(inheritor) = effects.exit {
            Self::end_program(account, program, inheritor.into())?;
        }
        Ok(code)
    }

    /// The most that loading a program may take: three quarters of the longest turn, so that the
    /// rest is left to do something.
    pub(crate) fn most_to_load() -> Gas {
        let quarter = T::MaxTurnGas::get() / 4;
        quarter.saturating_mul(3)
    }

    /// Refuses memory that no turn could load again: the program would be lost for ever.
    fn ensure_loadable(program: &Program<T>) -> Result<(), Aborted> {
        let schedule = T::Schedule::get();
        let pages = u32::try_from(program.pages.len()).unwrap_or(u32::MAX);
        let load = schedule
            .load_code(&program.info, program.wasm_pages)
            .saturating_add(schedule.load_pages(pages));
        match load <= Self::most_to_load() {
            true => Ok(()),
            false => Err(Aborted::Reply(ReplyCode::LimitExceeded)),
        }
    }

    fn write_memory(
        account: &T::AccountId,
        program: &mut Program<T>,
        change: MemoryChange,
        footprint: &mut Footprint,
    ) -> Result<(), Aborted> {
        let too_much = |_| Aborted::Reply(ReplyCode::LimitExceeded);
        program.wasm_pages = change.wasm_pages;
        program.globals = Self::bounded(change.globals)?;
        for (index, bytes) in change.stored {
            let length = bytes.len();
            let page: Page = Self::bounded(bytes)?;
            Pages::<T>::insert(account, index, page);
            if program.pages.try_insert(index).map_err(too_much)? {
                footprint.add(length);
            }
        }
        for index in change.freed {
            if program.pages.remove(&index) {
                Pages::<T>::remove(account, index);
                footprint.remove(PAGE_SIZE as usize);
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
        let key: Key<T> = Self::bounded(key)?;
        if let Some(old) = State::<T>::decode_len(account, &key) {
            footprint.remove(key.len().saturating_add(old));
        }
        match value {
            Some(value) => {
                footprint.add(key.len().saturating_add(value.len()));
                let value: StateValue<T> = Self::bounded(value)?;
                State::<T>::insert(account, key, value);
            }
            None => State::<T>::remove(account, key),
        }
        Ok(())
    }

    /// Sends a program's message: to a program through the queue, to a user as an event.
    fn apply_send(message: &Message<T>, send: Send, purse: &mut Purse<T>) -> Result<(), Aborted> {
        let source = message.destination.clone();
        let destination = T::AccountId::from(send.destination);
        // To a program that has exited too: its sender is told so.
        if !Self::is_address_used(&destination) {
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
        Self::value_departs(&source, send.value)?;
        let pays = Self::pay_with(message, purse, send.id, send.gas);
        Self::enqueue(Message {
            id: send.id,
            kind: Kind::Handle,
            source,
            is_from_program: true,
            destination,
            payload: Self::bounded(send.payload)?,
            value: send.value,
            purse: pays,
        });
        Ok(())
    }

    /// Creates a program for a program, which pays what any creator pays.
    fn apply_create(
        message: &Message<T>,
        create: Create,
        purse: &mut Purse<T>,
    ) -> Result<(), Aborted> {
        let creator = message.destination.clone();
        let program = T::AccountId::from(create.program);
        T::CreateOrigin::ensure_origin(RawOrigin::Signed(creator.clone()).into())
            .map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))?;
        Self::insert_program(&program, &creator, create.code)?;
        Self::value_departs(&creator, create.value)?;
        Self::deposit_event(Event::ProgramCreated {
            program: program.clone(),
            code_hash: create.code,
            creator: creator.clone(),
            message_id: create.id,
        });
        let pays = Self::pay_with(message, purse, create.id, create.gas);
        Self::enqueue(Message {
            id: create.id,
            kind: Kind::Init,
            source: creator,
            is_from_program: true,
            destination: program,
            payload: Self::bounded(create.payload)?,
            value: create.value,
            purse: pays,
        });
        Ok(())
    }

    /// The purse that a sent message draws on: its sender's, or one split off it.
    fn pay_with(
        message: &Message<T>,
        purse: &mut Purse<T>,
        child: MessageId,
        gas: Option<Gas>,
    ) -> MessageId {
        match gas {
            Some(gas) => {
                Self::split_purse(&message.purse, purse, child, gas);
                child
            }
            None => {
                purse.share();
                message.purse
            }
        }
    }

    /// Within a bound that the executor has kept already.
    fn bounded<V, B: Get<u32>>(items: Vec<V>) -> Result<BoundedVec<V, B>, Aborted> {
        BoundedVec::try_from(items).map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))
    }

    /// Moves value from a program to where it is at once, and refuses what could not arrive.
    pub(crate) fn transfer_from_program(
        program: &T::AccountId,
        destination: &T::AccountId,
        value: Balance,
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
    /// program with it. A reply has no reply.
    fn fail(message: &Message<T>, failure: Failure, purse: Option<&mut Purse<T>>) -> ReplyCode {
        let code = failure.code;
        match message.kind {
            Kind::Reply { .. } => {}
            Kind::Handle => Self::give_failure(message, failure, purse),
            Kind::Init => {
                Self::give_failure(message, failure, purse);
                if Programs::<T>::contains_key(&message.destination) {
                    Self::remove_program(&message.destination, code);
                }
            }
        }
        code
    }

    /// Runs `state` with `payload`; nothing that it does is kept.
    pub(crate) fn run_state(
        account: &T::AccountId,
        program: &Program<T>,
        payload: Vec<u8>,
    ) -> Option<Result<Vec<u8>, Failure>> {
        if !program.info.exports.contains(Entry::State) {
            return None;
        }
        let Ok(payload) = BoundedVec::try_from(payload) else {
            return Some(Err(ReplyCode::LimitExceeded.into()));
        };
        let message = Message::<T> {
            id: MessageId::default(),
            kind: Kind::Handle,
            source: account.clone(),
            is_from_program: true,
            destination: account.clone(),
            payload,
            value: 0,
            purse: MessageId::default(),
        };
        let gas_limit = T::MaxTurnGas::get();
        let mut session = Session::default();
        let turn = Self::enter(
            program,
            Entry::State,
            &message,
            None,
            gas_limit,
            &mut session,
        );
        Some(turn.outcome.map(|effects| {
            let reply = effects.effects.into_iter().find_map(|effect| match effect {
                Effect::Reply(reply) => Some(reply.payload),
                _ => None,
            });
            reply.unwrap_or_default()
        }))
    }
}
