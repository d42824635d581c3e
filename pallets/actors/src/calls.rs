//! What the calls do once their origin is settled. FRAME undoes all of it when one step fails.

use actors_executor::StoredMemory;
use actors_primitives::{abi::Entry, Balance, CodeHash, Gas, MessageId};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchError},
    traits::Get,
};

use crate::{
    code::Code,
    queue::{Kind, Message, Sender, ServiceState},
    Codes, Config, Error, Event, Pallet, Program, Programs, Service,
};

impl<T: Config> Pallet<T> {
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
        };
        let start = Self::start_price_of(&record, Kind::Init);
        Self::send_from_user(service, message, start, gas_limit, deposit_limit)?;
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
        };
        let start = Self::start_price_of(&program, Kind::Handle);
        Self::send_from_user(service, message, start, gas_limit, deposit_limit)?;
        Ok(id)
    }

    /// Takes a user's message's value into escrow, opens its purse, and queues it. What
    /// starting its turn takes is `start` gas.
    pub(crate) fn send_from_user(
        mut service: ServiceState,
        message: Message<T>,
        start: Gas,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<(), DispatchError> {
        // What programs send, and replies, are never refused.
        ensure!(
            service.length() < u64::from(T::MaxQueueLength::get()),
            Error::<T>::QueueFull
        );
        let place = Self::place_price(service.length());
        ensure!(
            gas_limit >= start.saturating_add(place),
            Error::<T>::GasLimitTooLow
        );
        let payer = &message.source;
        // Before anything is held: a hold counts towards what is frozen.
        Self::value_departs(payer, message.value)?;
        Self::open_purse(message.purse, payer, gas_limit, place, deposit_limit)?;
        Self::enqueue(&mut service, message);
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

    /// What it takes to start the `migrate` of that code, in place of what the program has.
    pub(crate) fn migration_price(code: &Code<T>, program: &Program<T>) -> Gas {
        let pages = u32::try_from(program.pages.len()).unwrap_or(u32::MAX);
        let schedule = T::Schedule::get();
        schedule
            .start(&code.info, Entry::Migrate, &StoredMemory::default())
            .saturating_add(schedule.replace(pages))
    }

    fn start_price_of(program: &Program<T>, kind: Kind) -> Gas {
        T::Schedule::get().start(&program.info, kind.entry(), &program.memory())
    }

    pub(crate) fn bound_payload(
        payload: Vec<u8>,
    ) -> Result<BoundedVec<u8, crate::PayloadBound>, Error<T>> {
        let most = T::Limits::get().payload as usize;
        ensure!(payload.len() <= most, Error::<T>::PayloadTooLong);
        BoundedVec::try_from(payload).map_err(|_| Error::<T>::PayloadTooLong)
    }

    /// The state of the service; a call must not write over a record that waits to be mended.
    pub(crate) fn service_of_calls() -> Result<ServiceState, DispatchError> {
        Self::read_service().map_err(|_| Error::<T>::QueueFull.into())
    }

    pub(crate) fn next_message_id(service: &mut ServiceState, account: &T::AccountId) -> MessageId {
        let preimage = MessageId::extrinsic_preimage(&account.clone().into(), service.sent);
        service.sent = service.sent.saturating_add(1);
        MessageId(sp_io::hashing::blake2_256(&preimage))
    }
}
