//! Reads: what the runtime API answers. Nothing here changes the chain's state.

use actors_primitives::{abi::Entry, Balance, CodeHash, Gas, MessageId};
use actors_runtime_api::{
    CodeDetails, DryRun, DryRunEvent, DryRunMessage, DryRunReply, DryRunTurn, DryRunUpload,
    ProgramInfo, ProgramStatus, QueueInfo, QueuedMessage, ReadError,
};
use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use frame_support::{
    pallet_prelude::DispatchError,
    storage::{with_transaction_unchecked, TransactionOutcome},
    traits::{EnsureOrigin, Get},
    weights::WeightMeter,
};
use frame_system::RawOrigin;
use sp_runtime::traits::{One, Saturating};

use crate::{
    log::Log, pallet::Key, service::Session, Codes, Config, Event, Pallet, Program, Programs,
    Purses, Queue, Service, State, Status, Tombstones, Wasm,
};

/// Turns of the longest length that a dry run's gas covers when it is not told how much.
const DEFAULT_TURNS: u64 = 4;

/// Messages that a look at the queue shows: enough to see what holds it up, and bounded.
const SHOWN_MESSAGES: usize = 64;

impl<T: Config> Pallet<T> {
    pub(crate) fn view_dry_run_message(
        source: T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        Self::dry_run(&source, value, gas_limit, deposit_limit, |gas, deposit| {
            let program = destination.clone();
            Self::do_send_message(&source, destination, payload, value, gas, deposit)
                .map(|message_id| (message_id, program))
        })
    }

    pub(crate) fn view_dry_run_creation(
        creator: T::AccountId,
        code_hash: CodeHash,
        salt: Vec<u8>,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        let outlay = value.saturating_add(Self::creation_deposit());
        Self::dry_run(
            &creator,
            outlay,
            gas_limit,
            deposit_limit,
            |gas, deposit| {
                T::CreateOrigin::ensure_origin(RawOrigin::Signed(creator.clone()).into())?;
                Self::do_create_program(&creator, code_hash, &salt, payload, value, gas, deposit)
            },
        )
    }

    pub(crate) fn view_dry_run_upload_program(
        creator: T::AccountId,
        wasm: Vec<u8>,
        salt: Vec<u8>,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        Self::validate_code(&wasm).map_err(|invalid| ReadError::Invalid(invalid.to_string()))?;
        let code_hash = Self::code_hash(&wasm);
        let upload = match Codes::<T>::contains_key(code_hash) {
            true => 0,
            false => Self::code_deposit(wasm.len()),
        };
        let outlay = value
            .saturating_add(Self::creation_deposit())
            .saturating_add(upload);
        Self::dry_run(
            &creator,
            outlay,
            gas_limit,
            deposit_limit,
            |gas, deposit| {
                let signed = RawOrigin::Signed(creator.clone());
                T::UploadOrigin::ensure_origin(signed.clone().into())?;
                T::CreateOrigin::ensure_origin(signed.into())?;
                Self::ensure_code(&creator, wasm)?;
                Self::do_create_program(&creator, code_hash, &salt, payload, value, gas, deposit)
            },
        )
    }

    pub(crate) fn view_dry_run_upload(
        uploader: T::AccountId,
        wasm: Vec<u8>,
    ) -> Result<DryRunUpload, ReadError> {
        Self::validate_code(&wasm).map_err(|invalid| ReadError::Invalid(invalid.to_string()))?;
        let deposit = Self::code_deposit(wasm.len());
        with_transaction_unchecked(|| {
            let origin = RawOrigin::Signed(uploader.clone()).into();
            let result = T::UploadOrigin::ensure_origin(origin)
                .map_err(DispatchError::from)
                .and_then(|_| Self::do_upload_code(&uploader, wasm))
                .map(|code_hash| DryRunUpload { code_hash, deposit })
                .map_err(Self::refused);
            TransactionOutcome::Rollback(result)
        })
    }

    /// Does `call` and serves all that it causes, as if in a block of its own with nothing queued
    /// before it, and undoes everything. Time and randomness are those of the last block.
    /// Bounded by the weight of a block.
    fn dry_run(
        payer: &T::AccountId,
        outlay: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
        call: impl FnOnce(Gas, Balance) -> Result<(MessageId, T::AccountId), DispatchError>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        with_transaction_unchecked(|| {
            let next = frame_system::Pallet::<T>::block_number().saturating_add(One::one());
            let parent = frame_system::Pallet::<T>::parent_hash();
            frame_system::Pallet::<T>::initialize(&next, &parent, &Default::default());
            frame_system::Pallet::<T>::reset_events();

            // Unless told otherwise, the payer's money is shared between gas and deposits.
            let free = Self::spendable(payer).saturating_sub(outlay);
            let deposit = deposit_limit.unwrap_or(free / 2);
            let gas =
                gas_limit.unwrap_or_else(|| Self::affordable_gas(free.saturating_sub(deposit)));
            let result = call(gas, deposit)
                .map_err(Self::refused)
                .map(|(message_id, program)| {
                    // Nothing that was queued before is served.
                    Service::<T>::mutate(|service| service.head = service.tail.saturating_sub(1));
                    // Keeps the purse open past the last message, to see what is left in it.
                    let mut place = 0;
                    Purses::<T>::mutate(message_id, |purse| {
                        if let Some(purse) = purse {
                            purse.share();
                            place = purse.burned;
                        }
                    });
                    let start = Queue::<T>::get(Service::<T>::get().head).map_or(0, |message| {
                        Self::start_price(&message.destination, message.kind)
                    });
                    let log = Log {
                        watched: Some((message_id, gas)),
                        needed: start.saturating_add(place),
                        debug: Some(Vec::new()),
                        ..Log::default()
                    };
                    let mut session = Session {
                        log,
                        ..Session::default()
                    };
                    let mut meter = WeightMeter::with_limit(T::BlockWeights::get().max_block);
                    Self::serve(Service::<T>::get(), &mut meter, &mut session);
                    Self::gather(message_id, program, deposit, session.log)
                });
            TransactionOutcome::Rollback(result)
        })
    }

    fn affordable_gas(money: Balance) -> Gas {
        let most = T::MaxTurnGas::get().saturating_mul(DEFAULT_TURNS);
        let price = T::GasPrice::get();
        if money == 0 {
            // Nothing is affordable: let the call say what cannot be paid.
            return T::MaxTurnGas::get();
        }
        let affordable = money
            .saturating_mul(price.per_gas.max(1).into())
            .checked_div(price.planck.into())
            .and_then(|gas| Gas::try_from(gas).ok());
        affordable.map_or(most, |gas| gas.min(most))
    }

    fn refused(error: DispatchError) -> ReadError {
        ReadError::Refused(match error {
            DispatchError::Module(error) => error.message.unwrap_or("unknown error").to_string(),
            other => <&'static str>::from(other).to_string(),
        })
    }

    /// Gathers what a dry run did from the events that it deposited.
    fn gather(
        message_id: MessageId,
        program: T::AccountId,
        deposit: Balance,
        log: Log,
    ) -> DryRun<T::AccountId> {
        let deposit_left = Purses::<T>::get(message_id).map_or(deposit, |purse| purse.deposit);
        let mut run = DryRun {
            gas_burned: 0,
            gas_needed: log.needed,
            deposit_used: deposit.saturating_sub(deposit_left),
            message_id,
            program,
            reply: None,
            is_complete: Self::queue_length() == 0,
            turns: Vec::new(),
            user_messages: Vec::new(),
            events: Vec::new(),
            debug: log.debug.unwrap_or_default(),
        };
        for record in frame_system::Pallet::<T>::read_events_no_consensus() {
            let Ok(event) = record.event.try_into() else {
                continue;
            };
            match event {
                Event::MessageProcessed {
                    message_id,
                    destination,
                    reply_code,
                    gas_burned,
                } => {
                    run.gas_burned = run.gas_burned.saturating_add(gas_burned);
                    run.turns.push(DryRunTurn {
                        message_id,
                        program: destination,
                        code: reply_code,
                        gas_burned,
                    });
                }
                Event::ProgramEvent { program, data, .. } => {
                    run.events.push(DryRunEvent { program, data });
                }
                Event::UserMessage {
                    payload,
                    value,
                    reply: Some(reply),
                    ..
                } if reply.to == message_id => {
                    run.reply = Some(DryRunReply {
                        code: reply.code,
                        payload,
                        value,
                    });
                }
                Event::UserMessage {
                    source,
                    destination,
                    payload,
                    value,
                    ..
                } => {
                    run.user_messages.push(DryRunMessage {
                        source,
                        destination,
                        payload,
                        value,
                    });
                }
                _ => {}
            }
        }
        run
    }

    pub(crate) fn view_read_state(
        program: T::AccountId,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, ReadError> {
        let record = Self::readable(&program)?;
        if record.status == Status::Initialising {
            return Err(ReadError::NotInitialised);
        }
        let outcome = Self::run_state(&program, &record, payload);
        outcome
            .ok_or(ReadError::NoStateEntry)?
            .map_err(|failure| ReadError::Failed {
                code: failure.code,
                text: String::from_utf8_lossy(&failure.payload).into_owned(),
            })
    }

    fn readable(program: &T::AccountId) -> Result<Program<T>, ReadError> {
        match Programs::<T>::get(program) {
            Some(record) => Ok(record),
            None if Tombstones::<T>::contains_key(program) => Err(ReadError::Exited),
            None => Err(ReadError::NotAProgram),
        }
    }

    pub(crate) fn view_state_entry(
        program: T::AccountId,
        key: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        Self::readable(&program)?;
        // A key longer than any that can be written has no value.
        let key = Key::<T>::try_from(key).ok();
        Ok(key
            .and_then(|key| State::<T>::get(program, key))
            .map(Into::into))
    }

    pub(crate) fn view_program(program: T::AccountId) -> Option<ProgramInfo<T::AccountId>> {
        let record = Programs::<T>::get(program)?;
        let stored_pages = record.pages.len() as u32;
        let page_bytes =
            u64::from(stored_pages).saturating_mul(actors_primitives::PAGE_SIZE.into());
        Some(ProgramInfo {
            code_hash: record.code_hash,
            admin: record.admin,
            epoch: record.epoch,
            creator: record.creator,
            status: match record.status {
                Status::Initialising => ProgramStatus::Initialising,
                Status::Active => ProgramStatus::Active,
            },
            wasm_pages: record.wasm_pages,
            stored_pages,
            state_bytes: record.footprint.bytes.saturating_sub(page_bytes),
            deposit: record.deposit,
        })
    }

    pub(crate) fn view_code(code_hash: CodeHash) -> Option<CodeDetails<T::AccountId>> {
        let code = Codes::<T>::get(code_hash)?;
        let exported = Entry::ALL
            .into_iter()
            .filter(|entry| code.info.exports.contains(*entry));
        Some(CodeDetails {
            uploader: code.uploader,
            deposit: code.deposit,
            references: code.references,
            bytes: code.info.code_len,
            wasm_pages: code.info.wasm_pages,
            exports: exported.map(|entry| entry.export().to_string()).collect(),
        })
    }

    pub(crate) fn view_wasm(code_hash: CodeHash) -> Option<Vec<u8>> {
        Wasm::<T>::get(code_hash).map(Into::into)
    }

    pub(crate) fn view_check_code(code: &[u8]) -> Result<(), String> {
        Self::validate_code(code)
            .map(|_| ())
            .map_err(|invalid| invalid.to_string())
    }

    pub(crate) fn view_queue() -> QueueInfo<T::AccountId> {
        let service = Service::<T>::get();
        let messages = (service.head..service.tail)
            .take(SHOWN_MESSAGES)
            .filter_map(Queue::<T>::get);
        QueueInfo {
            queued: service.length(),
            place_price: Self::place_price(service.length()),
            is_paused: service.is_paused,
            unfreed_programs: service.graves,
            messages: messages
                .map(|message| QueuedMessage {
                    id: message.id,
                    source: message.source,
                    destination: message.destination,
                    entry: message.kind.entry().export().to_string(),
                    payload_bytes: message.payload.len() as u32,
                    value: message.value,
                })
                .collect(),
        }
    }
}
