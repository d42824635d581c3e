//! What a turn changed in its program's storage: pages of memory, and keyed state.

use actors_executor::MemoryChange;
use actors_primitives::{ReplyCode, PAGE_SIZE};
use alloc::vec::Vec;
use frame_support::{pallet_prelude::BoundedVec, traits::Get};

use crate::{
    aborted::Aborted,
    deposit::Footprint,
    pallet::{Key, Page, StateValue},
    Config, Pages, Pallet, Program, State,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn write_memory(
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

    pub(crate) fn write_state(
        account: &T::AccountId,
        key: Vec<u8>,
        value: Option<Vec<u8>>,
        footprint: &mut Footprint,
    ) -> Result<(), Aborted> {
        let key: Key = Self::bounded(key)?;
        if let Some(old) = State::<T>::decode_len(account, &key) {
            footprint.remove(key.len().saturating_add(old));
        }
        match value {
            Some(value) => {
                footprint.add(key.len().saturating_add(value.len()));
                let value: StateValue = Self::bounded(value)?;
                State::<T>::insert(account, key, value);
            }
            None => State::<T>::remove(account, key),
        }
        Ok(())
    }

    /// Within a bound that the executor has kept already.
    pub(crate) fn bounded<V, B: Get<u32>>(items: Vec<V>) -> Result<BoundedVec<V, B>, Aborted> {
        BoundedVec::try_from(items).map_err(|_| Aborted::Reply(ReplyCode::LimitExceeded))
    }
}
