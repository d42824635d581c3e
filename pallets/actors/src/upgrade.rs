//! Upgrades: a program goes on with other code, at the same address, with its balance and its
//! keyed state, and fresh memory.

use actors_executor::MemoryChange;
use actors_primitives::{CodeHash, PAGE_SIZE};
use frame_support::pallet_prelude::{BoundedBTreeSet, BoundedVec};

use crate::{
    aborted::Aborted, deposit::Footprint, graves::Parting, record::ServiceState, Codes, Config,
    Error, Event, Pages, Pallet, Program,
};

impl<T: Config> Pallet<T> {
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
        Self::bury(service, account, program.epoch, Parting::Upgraded);
        program.epoch = program.epoch.saturating_add(1);
        Self::deposit_event(Event::ProgramUpgraded {
            program: account.clone(),
            code_hash,
            epoch: program.epoch,
        });
        Ok(())
    }
}
