//! Upgrades: a program goes on with other code, at the same address, with its balance and its
//! keyed state, and fresh memory.

use actors_executor::MemoryChange;
use actors_primitives::{Balance, CodeHash, Gas, MessageId, PAGE_SIZE};
use alloc::vec::Vec;
use frame_support::{
    ensure,
    pallet_prelude::{BoundedBTreeSet, BoundedVec, DispatchError, DispatchResult},
};

use crate::{
    code::Code,
    deposit::Footprint,
    queue::{Kind, Message, Sender, ServiceState},
    sweep::Grave,
    turn::Aborted,
    Codes, Config, Error, Event, Pages, Pallet, Program, Programs,
};

impl<T: Config> Pallet<T> {
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
        };
        Self::send_from_user(service, message, start, gas_limit, deposit_limit)?;
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

    pub(crate) fn ensure_admin(
        who: &T::AccountId,
        program: &T::AccountId,
    ) -> Result<Program<T>, DispatchError> {
        let record = Programs::<T>::get(program).ok_or(Error::<T>::NotAProgram)?;
        ensure!(record.admin.as_ref() == Some(who), Error::<T>::NotAdmin);
        Ok(record)
    }

    /// Adds a user to stored code.
    pub(crate) fn retain_code(code_hash: CodeHash) -> Result<Code<T>, DispatchError> {
        Codes::<T>::try_mutate(code_hash, |code| {
            let code = code.as_mut().ok_or(Error::<T>::CodeNotFound)?;
            code.references = code.references.saturating_add(1);
            Ok(code.clone())
        })
    }

    /// Makes the program one of the new code, of which the message has held a reference: its
    /// memory is what the turn left, and whoever waits is answered in bounded steps.
    pub(crate) fn migrate(
        service: &mut ServiceState,
        account: &T::AccountId,
        program: &mut Program<T>,
        code_hash: CodeHash,
        memory: MemoryChange,
        footprint: &mut Footprint,
    ) -> Result<(), Aborted> {
        let code = Codes::<T>::get(code_hash).ok_or(Error::<T>::CodeNotFound)?;
        Self::release_code(program.code_hash);
        (program.code_hash, program.info) = (code_hash, code.info);
        let old = core::mem::replace(&mut program.pages, BoundedBTreeSet::new());
        program.globals = BoundedVec::new();
        for _ in &old {
            footprint.remove(PAGE_SIZE as usize);
        }
        Self::write_memory(account, program, memory, footprint)?;
        for index in old {
            if !program.pages.contains(&index) {
                Pages::<T>::remove(account, index);
            }
        }
        Self::bury(service, account, program.epoch, Grave::Upgraded);
        program.epoch = program.epoch.saturating_add(1);
        Self::deposit_event(Event::ProgramUpgraded {
            program: account.clone(),
            code_hash,
            epoch: program.epoch,
        });
        Ok(())
    }
}
