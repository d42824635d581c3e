//! What the calls do once their origin is settled. FRAME undoes all of it when one step fails.

use actors_primitives::{Balance, CodeHash, Gas, MessageId};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedVec, DispatchError},
    traits::Get,
};

use crate::{
    queue::{Kind, Message},
    Codes, Config, Error, Event, Pallet, Programs, Service,
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
            salt.len() <= T::MaxSaltLength::get() as usize,
            Error::<T>::SaltTooLong
        );
        ensure!(
            Codes::<T>::contains_key(code_hash),
            Error::<T>::CodeNotFound
        );
        let program = Self::program_address(code_hash, creator, salt);
        Self::insert_program(&program, creator, code_hash)?;
        let message_id = Self::next_message_id(creator);
        Self::deposit_event(Event::ProgramCreated {
            program: program.clone(),
            code_hash,
            creator: creator.clone(),
            message_id,
        });
        Self::send_from_user(
            creator,
            Message {
                id: message_id,
                kind: Kind::Init,
                source: creator.clone(),
                is_from_program: false,
                destination: program.clone(),
                payload: Self::bound_payload(payload)?,
                value,
                purse: message_id,
            },
            gas_limit,
            deposit_limit,
        )?;
        Ok((message_id, program))
    }

    pub(crate) fn do_send_message(
        source: &T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<MessageId, DispatchError> {
        ensure!(
            Programs::<T>::contains_key(&destination),
            Error::<T>::NotAProgram
        );
        let id = Self::next_message_id(source);
        Self::send_from_user(
            source,
            Message {
                id,
                kind: Kind::Handle,
                source: source.clone(),
                is_from_program: false,
                destination,
                payload: Self::bound_payload(payload)?,
                value,
                purse: id,
            },
            gas_limit,
            deposit_limit,
        )?;
        Ok(id)
    }

    /// Opens a purse for a user's message, takes its value into escrow, and queues it.
    fn send_from_user(
        source: &T::AccountId,
        message: Message<T>,
        gas_limit: Gas,
        deposit_limit: Balance,
    ) -> Result<(), DispatchError> {
        let place = Self::price_place()?;
        let least = Self::start_price(&message.destination, message.kind).saturating_add(place);
        ensure!(gas_limit >= least, Error::<T>::GasLimitTooLow);
        Self::open_purse(message.purse, source, gas_limit, place, deposit_limit)?;
        Self::value_departs(source, message.value)?;
        Self::enqueue(message);
        Ok(())
    }

    /// What it takes to start a turn of the program at all, in gas.
    pub(crate) fn start_price(program: &T::AccountId, kind: Kind) -> Gas {
        Programs::<T>::get(program).map_or(0, |program| {
            T::Schedule::get().start(&program.info, kind.entry(), &program.memory())
        })
    }

    fn bound_payload(payload: Vec<u8>) -> Result<BoundedVec<u8, crate::PayloadBound<T>>, Error<T>> {
        BoundedVec::try_from(payload).map_err(|_| Error::<T>::PayloadTooLong)
    }

    fn next_message_id(account: &T::AccountId) -> MessageId {
        let nonce = Service::<T>::mutate(|service| {
            let nonce = service.sent;
            service.sent = nonce.saturating_add(1);
            nonce
        });
        let preimage = MessageId::extrinsic_preimage(&account.clone().into(), nonce);
        MessageId(sp_io::hashing::blake2_256(&preimage))
    }
}
