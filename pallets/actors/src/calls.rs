//! What the calls do once their origin is settled. FRAME undoes all of it when one step fails.

use actors_executor::{split_idl, StoredMemory};
use actors_primitives::{abi::Entry, Balance, CodeHash, Gas, MessageId, ReplyCode};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchError, DispatchResult},
    traits::Get,
};

use crate::{
    code::Code,
    mailbox::LetterEnd,
    message::{Kind, Message, Sender},
    place::Place,
    queue::Lane,
    record::ServiceState,
    Codes, Config, Error, Event, Idls, Keepers, Pallet, Program, Programs, Service, Wasm,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_upload_code(
        uploader: &T::AccountId,
        mut wasm: Vec<u8>,
    ) -> Result<CodeHash, DispatchError> {
        let code_hash = Self::code_hash(&wasm);
        ensure!(
            !Codes::<T>::contains_key(code_hash),
            Error::<T>::CodeAlreadyStored
        );
        let blob = split_idl(&wasm).map_err(Self::refusal)?;
        // Before the code is judged: who cannot pay has nothing translated.
        let deposit = Self::code_deposit(blob.code.len(), blob.section.len());
        Self::add_keeper(uploader, code_hash, deposit)?;
        Self::note_upload(blob.code.len())?;
        let mut info = Self::validate_code(&wasm).map_err(Self::refusal)?;
        info.schedule = T::Schedule::get().version;
        if !blob.section.is_empty() {
            let section = BoundedVec::try_from(blob.section.to_vec());
            Idls::<T>::insert(code_hash, section.map_err(|_| Error::<T>::CodeIdlTooLarge)?);
        }
        let (runs, idl_len) = (blob.code.len(), blob.section.len() as u32);
        wasm.truncate(runs);
        let wasm = BoundedVec::try_from(wasm).map_err(|_| Error::<T>::CodeTooLarge)?;
        Wasm::<T>::insert(code_hash, wasm);
        let code = Code {
            keepers: 1,
            references: 0,
            idl_len,
            info,
        };
        Codes::<T>::insert(code_hash, code);
        let uploader = uploader.clone();
        Self::deposit_event(Event::CodeUploaded {
            code_hash,
            uploader,
            deposit,
        });
        Ok(code_hash)
    }

    /// Stores code unless it is stored already.
    pub(crate) fn ensure_code(
        uploader: &T::AccountId,
        wasm: Vec<u8>,
    ) -> Result<CodeHash, DispatchError> {
        let code_hash = Self::code_hash(&wasm);
        if Codes::<T>::contains_key(code_hash) {
            return Ok(code_hash);
        }
        Self::do_upload_code(uploader, wasm)
    }

    /// Makes an account one of those that keep stored code.
    pub(crate) fn do_keep_code(keeper: &T::AccountId, code_hash: CodeHash) -> DispatchResult {
        let mut code = Codes::<T>::get(code_hash).ok_or(Error::<T>::CodeNotFound)?;
        ensure!(
            !Keepers::<T>::contains_key(code_hash, keeper),
            Error::<T>::AlreadyKeeper
        );
        let deposit = Self::code_deposit(code.info.code_len as usize, code.idl_len as usize);
        Self::add_keeper(keeper, code_hash, deposit)?;
        code.keepers = code.keepers.saturating_add(1);
        Codes::<T>::insert(code_hash, code);
        Self::deposit_event(Event::CodeKept {
            code_hash,
            keeper: keeper.clone(),
            deposit,
        });
        Ok(())
    }

    /// Takes an account out of those that keep code, which goes with the last of them.
    pub(crate) fn do_remove_code(keeper: &T::AccountId, code_hash: CodeHash) -> DispatchResult {
        let mut code = Codes::<T>::get(code_hash).ok_or(Error::<T>::CodeNotFound)?;
        let deposit = Self::remove_keeper(keeper, code_hash)?;
        let keeper = keeper.clone();
        code.keepers = code.keepers.saturating_sub(1);
        if code.keepers > 0 {
            Codes::<T>::insert(code_hash, code);
            Self::deposit_event(Event::CodeReleased {
                code_hash,
                keeper,
                deposit,
            });
            return Ok(());
        }
        ensure!(code.references == 0, Error::<T>::CodeInUse);
        Codes::<T>::remove(code_hash);
        Wasm::<T>::remove(code_hash);
        Idls::<T>::remove(code_hash);
        Self::deposit_event(Event::CodeRemoved {
            code_hash,
            keeper,
            deposit,
        });
        Ok(())
    }

    pub(crate) fn do_create_program(
        creator: &T::AccountId,
        code_hash: CodeHash,
        salt: &[u8],
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<(MessageId, T::AccountId), DispatchError> {
        ensure!(
            salt.len() <= T::Limits::get().salt as usize,
            Error::<T>::SaltTooLong
        );
        let program = Self::program_address(code_hash, creator, salt);
        let record = Self::insert_program(&program, creator, code_hash)?;
        let mut service = Self::service_of_calls()?;
        let id = Self::next_message_id(&mut service, creator);
        Self::deposit_event(Event::ProgramCreated {
            program: program.clone(),
            code_hash,
            creator: creator.clone(),
            message_id: id,
        });
        let message = Message {
            id,
            kind: Kind::Init,
            source: creator.clone(),
            sender: Sender::User,
            destination: program.clone(),
            payload: Self::bound_payload(payload)?,
            value,
            purse: id,
            deposit: deposit_limit,
            place: Place::default(),
        };
        let start = Self::start_price_of(&record, Kind::Init);
        let share = Self::code_share(&record.info);
        Self::send_from_user(service, message, (start, share), gas_limit)?;
        Ok((id, program))
    }

    pub(crate) fn do_send_message(
        source: &T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<MessageId, DispatchError> {
        let program = Programs::<T>::get(&destination).ok_or(Error::<T>::NotAProgram)?;
        let mut service = Self::service_of_calls()?;
        let id = Self::next_message_id(&mut service, source);
        let message = Message {
            id,
            kind: Kind::Handle,
            source: source.clone(),
            sender: Sender::User,
            destination,
            payload: Self::bound_payload(payload)?,
            value,
            purse: id,
            deposit: deposit_limit,
            place: Place::default(),
        };
        let start = Self::start_price_of(&program, Kind::Handle);
        let share = Self::code_share(&program.info);
        Self::send_from_user(service, message, (start, share), gas_limit)?;
        Ok(id)
    }

    /// Takes what a user's message brings, opens its purse, and queues it. What
    /// starting its turn takes is `start` gas, and what it takes of what a block serves is `share` at
    /// least.
    pub(crate) fn send_from_user(
        mut service: ServiceState,
        mut message: Message<T>,
        (start, share): (Gas, Gas),
        gas_limit: Gas,
    ) -> Result<(), DispatchError> {
        // What programs send, and replies, are never refused; nor is what mends a program.
        let is_upgrade = matches!(message.kind, Kind::Migrate(_));
        ensure!(
            is_upgrade || service.queue.length() < u64::from(T::MaxQueueLength::get()),
            Error::<T>::QueueFull
        );
        let rate = Self::place_rate_of(&service, message.kind);
        let place = Self::place_price(rate, gas_limit, share);
        ensure!(
            gas_limit >= start.saturating_add(place),
            Error::<T>::GasLimitTooLow
        );
        let payer = &message.source;
        let (id, clock, till) = (message.purse, service.clock, &mut service.till);
        let brought = (message.deposit, message.value);
        let bytes = message.payload.len() as u32;
        let place = (place, share, bytes);
        message.place = Self::open_purse(till, id, payer, gas_limit, place, brought, clock)?;
        Self::enqueue(&mut service, Lane::Queue, message);
        Service::<T>::put(service);
        Ok(())
    }

    /// What it takes to start the first turn of a message at all, in gas.
    pub(crate) fn start_price(program: &T::AccountId, kind: Kind) -> Gas {
        if let Kind::Migrate(code_hash) = kind {
            let code = Codes::<T>::get(code_hash);
            let program = Programs::<T>::get(program);
            let price = code.zip(program);
            return price.map_or(0, |(code, program)| Self::migration_price(&code, &program));
        }
        Programs::<T>::get(program).map_or(0, |program| Self::start_price_of(&program, kind))
    }

    fn start_price_of(program: &Program<T>, kind: Kind) -> Gas {
        T::Schedule::get().start(&program.info, kind.entry(), &program.memory())
    }

    /// What it takes to start the `migrate` of that code, in place of what the program has.
    pub(crate) fn migration_price(code: &Code, program: &Program<T>) -> Gas {
        let pages = u32::try_from(program.pages.len()).unwrap_or(u32::MAX);
        let schedule = T::Schedule::get();
        schedule
            .start(&code.info, Entry::Migrate, &StoredMemory::default())
            .saturating_add(schedule.replace(pages))
    }

    /// A payer closes a purse, so that nothing new begins on it.
    pub(crate) fn do_close_purse(payer: &T::AccountId, id: MessageId) -> DispatchResult {
        if Self::end_purse(payer, &id)? {
            Self::deposit_event(Event::PurseClosed {
                message_id: id,
                payer: payer.clone(),
            });
        }
        Ok(())
    }

    /// Pauses the service or resumes it.
    pub(crate) fn do_set_service_paused(is_paused: bool) -> DispatchResult {
        let mut service = Self::service_of_calls()?;
        let before = core::mem::replace(&mut service.is_paused, is_paused);
        Service::<T>::put(service);
        match (before, is_paused) {
            (false, true) => Self::deposit_event(Event::ServicePaused),
            (true, false) => Self::deposit_event(Event::ServiceResumed),
            _ => {}
        }
        Ok(())
    }

    /// A user answers a letter, and has its value.
    pub(crate) fn do_send_reply(
        user: &T::AccountId,
        id: MessageId,
        payload: Vec<u8>,
        value: Balance,
        only_if_awaited: bool,
    ) -> DispatchResult {
        let payload = Self::bound_payload(payload)?;
        let mut service = Self::service_of_calls()?;
        let message = Self::open_letter(&mut service, user, id, LetterEnd::Replied)?;
        ensure!(
            !only_if_awaited || Self::is_awaited(&message),
            Error::<T>::NotAwaited
        );
        Self::value_departs(&mut service.till, user, value)?;
        Self::reply_of_user(&mut service, message, ReplyCode::Replied, payload, value);
        Service::<T>::put(service);
        Ok(())
    }

    /// A user takes a letter's value, and has nothing to say.
    pub(crate) fn do_claim_value(user: &T::AccountId, id: MessageId) -> DispatchResult {
        let mut service = Self::service_of_calls()?;
        let message = Self::open_letter(&mut service, user, id, LetterEnd::Claimed)?;
        let nothing = BoundedVec::new();
        Self::reply_of_user(&mut service, message, ReplyCode::Finished, nothing, 0);
        Service::<T>::put(service);
        Ok(())
    }

    /// Queues the message that upgrades a program, if it ends well. The code is kept until then.
    pub(crate) fn do_upgrade_program(
        admin: &T::AccountId,
        program: T::AccountId,
        code_hash: CodeHash,
        payload: Vec<u8>,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<MessageId, DispatchError> {
        let record = Self::ensure_admin(admin, &program)?;
        let code = Self::retain_code(code_hash)?;
        let start = Self::migration_price(&code, &record);
        let mut service = Self::service_of_calls()?;
        let id = Self::next_message_id(&mut service, admin);
        let message = Message {
            id,
            kind: Kind::Migrate(code_hash),
            source: admin.clone(),
            sender: Sender::User,
            destination: program,
            payload: Self::bound_payload(payload)?,
            value: 0,
            purse: id,
            deposit: deposit_limit,
            place: Place::default(),
        };
        let share = Self::code_share(&code.info);
        Self::send_from_user(service, message, (start, share), gas_limit)?;
        Ok(id)
    }

    /// Gives a program away, or makes it immutable for ever.
    pub(crate) fn do_set_admin(
        admin: &T::AccountId,
        program: T::AccountId,
        new: Option<T::AccountId>,
    ) -> DispatchResult {
        let mut record = Self::ensure_admin(admin, &program)?;
        record.admin = new.clone();
        Programs::<T>::insert(&program, record);
        Self::deposit_event(Event::AdminSet {
            program,
            admin: new,
        });
        Ok(())
    }
}
