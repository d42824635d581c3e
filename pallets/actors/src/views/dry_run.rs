//! Dry runs: what a call would do, and what it needs.

use actors_primitives::{Balance, CodeHash, Gas};
use actors_runtime_api::{
    DryRun, DryRunEvent, DryRunMessage, DryRunReply, DryRunTurn, DryRunUpload, DryRunWait,
    ReadError,
};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::WeightMeter};

use super::rehearsal::{Made, Means};
use crate::{
    journal::Journal, session::Session, Config, Event, Pallet, Programs, Purses, Queue, Service,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn view_dry_run_message(
        source: T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        Self::rehearse_message(
            source,
            destination,
            payload,
            value,
            gas_limit,
            deposit_limit,
            Self::dry_run,
        )
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
        let means = Means {
            payer: creator.clone(),
            outlay: value.saturating_add(Self::creation_deposit()),
            gas_limit,
            deposit_limit,
        };
        let call = |gas, deposit| {
            Self::ensure_creator(&creator)?;
            Self::do_create_program(&creator, code_hash, &salt, payload, value, gas, deposit)
        };
        Self::rehearse(means, call, Self::dry_run)
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
        let (code_hash, upload) = Self::upload_outlay(&wasm)?;
        let means = Means {
            payer: creator.clone(),
            outlay: value
                .saturating_add(Self::creation_deposit())
                .saturating_add(upload),
            gas_limit,
            deposit_limit,
        };
        let call = |gas, deposit| {
            Self::ensure_uploader(&creator)?;
            Self::ensure_creator(&creator)?;
            Self::ensure_code(&creator, wasm)?;
            Self::do_create_program(&creator, code_hash, &salt, payload, value, gas, deposit)
        };
        Self::rehearse(means, call, Self::dry_run)
    }

    pub(crate) fn view_dry_run_upgrade(
        admin: T::AccountId,
        program: T::AccountId,
        code_hash: CodeHash,
        payload: Vec<u8>,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        let means = Means {
            payer: admin,
            outlay: 0,
            gas_limit,
            deposit_limit,
        };
        Self::rehearse_upgrade(means, program, code_hash, payload, || Ok(()), Self::dry_run)
    }

    pub(crate) fn view_dry_run_upgrade_code(
        admin: T::AccountId,
        program: T::AccountId,
        wasm: Vec<u8>,
        payload: Vec<u8>,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
    ) -> Result<DryRun<T::AccountId>, ReadError> {
        // Judging code is most of the work, and none of who may not upgrade.
        Self::ensure_admin(&admin, &program).map_err(Self::refused)?;
        let (code_hash, outlay) = Self::upload_outlay(&wasm)?;
        let uploader = admin.clone();
        let means = Means {
            payer: admin,
            outlay,
            gas_limit,
            deposit_limit,
        };
        let upload = || {
            Self::ensure_uploader(&uploader)?;
            Self::ensure_code(&uploader, wasm).map(|_| ())
        };
        Self::rehearse_upgrade(means, program, code_hash, payload, upload, Self::dry_run)
    }

    pub(crate) fn view_dry_run_upload(
        uploader: T::AccountId,
        wasm: Vec<u8>,
    ) -> Result<DryRunUpload, ReadError> {
        // Of code that is stored already the upload is refused, whatever it would take.
        let (_, deposit) = Self::upload_outlay(&wasm)?;
        Self::undone(|| {
            Self::begin_block();
            Self::ensure_uploader(&uploader)
                .and_then(|()| Self::do_upload_code(&uploader, wasm))
                .map(|code_hash| DryRunUpload { code_hash, deposit })
                .map_err(Self::refused)
        })
    }

    /// Serves all that a call causes at once. Bounded by the weight of a block.
    fn dry_run(made: Made<T>) -> Result<DryRun<T::AccountId>, ReadError> {
        // Keeps the purse open past the last message, to see what is left in it.
        let mut place = 0;
        Purses::<T>::mutate(made.message_id, |purse| {
            if let Some(purse) = purse {
                purse.share();
                place = purse.burned;
            }
        });
        let mut share = 0;
        let start = Queue::<T>::get(Service::<T>::get().queue.head).map_or(0, |message| {
            let program = Programs::<T>::get(&message.destination);
            share = Self::share_of_turn(&message, program.as_ref());
            Self::start_price(&message.destination, message.kind)
        });
        let journal = Journal {
            watched: Some((made.message_id, made.gas.saturating_sub(place))),
            needed: start,
            debug: Some(Vec::new()),
            ..Journal::default()
        };
        let mut session = Session {
            journal,
            ..Session::default()
        };
        let mut meter = WeightMeter::with_limit(T::BlockWeights::get().max_block);
        Service::<T>::mutate(|service| {
            Self::serve(service, &mut meter, &mut session, &mut |_| ());
        });
        Ok(Self::gather(made, share, session.journal))
    }

    /// Gathers what a dry run did from the events that it deposited.
    fn gather(made: Made<T>, share: Gas, journal: Journal<T>) -> DryRun<T::AccountId> {
        let Made {
            message_id,
            program,
            rate,
            outlay,
            spendable,
            ..
        } = made;
        let purse = Purses::<T>::get(message_id);
        // The dry run's own reference is left.
        let is_closed = purse.as_ref().is_none_or(|purse| purse.references <= 1);
        let deposit_used = journal.deposit_used;
        // What its place costs follows from the gas that is needed, not from what was there here.
        let gas_needed = rate.with_place(journal.needed, T::MaxTurnGas::get().max(share), share);
        let needed = T::GasPrice::get()
            .cost(gas_needed)
            .saturating_add(deposit_used)
            .saturating_add(outlay);
        let mut run = DryRun {
            gas_burned: 0,
            gas_needed,
            deposit_used,
            missing: needed.saturating_sub(spendable),
            message_id,
            program,
            reply: None,
            is_complete: is_closed && Self::queue_length() == 0,
            waiting: Vec::new(),
            turns: Vec::new(),
            user_messages: Vec::new(),
            events: Vec::new(),
            debug: journal.debug.unwrap_or_default(),
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
                    run.waiting.retain(|wait| wait.message_id != message_id);
                    run.turns.push(DryRunTurn {
                        message_id,
                        program: destination,
                        code: Some(reply_code),
                        gas_burned,
                    });
                }
                Event::MessageWaiting {
                    message_id,
                    program,
                    blocks,
                    gas_burned,
                } => {
                    run.gas_burned = run.gas_burned.saturating_add(gas_burned);
                    run.waiting.retain(|wait| wait.message_id != message_id);
                    run.waiting.push(DryRunWait {
                        message_id,
                        program: program.clone(),
                        blocks,
                    });
                    run.turns.push(DryRunTurn {
                        message_id,
                        program,
                        code: None,
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
                    expires,
                    ..
                } => {
                    run.user_messages.push(DryRunMessage {
                        source,
                        destination,
                        payload,
                        value,
                        expires,
                    });
                }
                _ => {}
            }
        }
        run
    }
}
