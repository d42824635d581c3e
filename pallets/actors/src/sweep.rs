//! What an ended program, or an ended epoch of one, leaves behind: messages that wait are
//! answered and storage is freed, in bounded steps.

use actors_executor::Failure;
use actors_primitives::ReplyCode;
use alloc::vec::Vec;
use frame_support::{
    storage::{
        generator::{StorageDoubleMap as _, StorageNMap as _},
        unhashed,
    },
    weights::WeightMeter,
};

use crate::{
    graves::Grave,
    record::ServiceState,
    report,
    waiting::{Stage, WaitingMessage},
    Config, Event, Graves, Pages, Pallet, Service, State, Waiting, WaitingPayloads, WeightInfo,
};

/// Keys that one step of freeing an exited program's storage removes.
pub(crate) const SWEEP_KEYS: u32 = 32;

impl<T: Config> Pallet<T> {
    /// Sweeps, a bounded number of keys a step, as long as the meter lasts. What remains is found
    /// again by the next hook.
    pub(crate) fn sweep(mut service: ServiceState, meter: &mut WeightMeter) {
        while service.graves > 0 {
            if meter.try_consume(T::WeightInfo::sweep(SWEEP_KEYS)).is_err() {
                return;
            }
            let Some((account, epoch)) = Graves::<T>::iter_keys().next() else {
                report!("fewer programs have something to sweep than were counted");
                service.graves = 0;
                Service::<T>::put(service);
                return;
            };
            let grave = Graves::<T>::get(&account, epoch).unwrap_or(Grave::Upgraded);
            if !Self::answer_waiting(&mut service, meter, &account, epoch, grave) {
                return;
            }
            if grave == Grave::Exited {
                let pages = Pages::<T>::storage_double_map_final_key1(&account);
                let state = State::<T>::storage_double_map_final_key1(&account);
                if !Self::free(meter, pages) || !Self::free(meter, state) {
                    return;
                }
            }
            Graves::<T>::remove(&account, epoch);
            service.graves = service.graves.saturating_sub(1);
            Service::<T>::put(service);
        }
    }

    /// Answers whatever waits in that epoch of the program; whether nothing is left. Raw keys,
    /// as in [`Self::free`].
    fn answer_waiting(
        service: &mut ServiceState,
        meter: &mut WeightMeter,
        account: &T::AccountId,
        epoch: u32,
        grave: Grave,
    ) -> bool {
        let prefix = Waiting::<T>::storage_n_map_partial_key((account, epoch));
        let payloads = WaitingPayloads::<T>::storage_n_map_partial_key((account, epoch));
        let mut last = prefix.clone();
        let step = T::WeightInfo::answer_waiting();
        while meter.can_consume(step) {
            let Some(key) = sp_io::storage::next_key(&last).filter(|key| key.starts_with(&prefix))
            else {
                meter.consume(step);
                return true;
            };
            let waiting: Option<WaitingMessage<T>> = unhashed::take(&key);
            meter.consume(step);
            let end = key.get(prefix.len()..).unwrap_or_default();
            unhashed::kill(&[&payloads, end].concat());
            if let Some(waiting) = waiting {
                let failure = match grave {
                    Grave::Exited => Self::absence(account),
                    Grave::Upgraded => ReplyCode::Upgraded.into(),
                };
                Self::end_waiting(service, waiting, failure);
                Service::<T>::put(*service);
            } else {
                // Take leaves what nothing decodes.
                unhashed::kill(&key);
            }
            last = key;
        }
        false
    }

    /// Removes all keys under a prefix, step by step; whether all are gone. Raw keys: also those
    /// that nothing decodes any more. Going on from the last one, what is removed already costs
    /// nothing again.
    fn free(meter: &mut WeightMeter, prefix: Vec<u8>) -> bool {
        let mut last = prefix.clone();
        while meter.try_consume(T::WeightInfo::sweep(SWEEP_KEYS)).is_ok() {
            for _ in 0..SWEEP_KEYS {
                match sp_io::storage::next_key(&last).filter(|key| key.starts_with(&prefix)) {
                    Some(key) => {
                        unhashed::kill(&key);
                        last = key;
                    }
                    None => return true,
                }
            }
        }
        false
    }

    /// Ends a message that waits without another turn: its program has ended, or is another.
    /// Causes to go on that stand in the queue find it gone.
    pub(crate) fn end_waiting(
        service: &mut ServiceState,
        waiting: WaitingMessage<T>,
        failure: Failure,
    ) {
        if let Stage::Parked(slot) = waiting.stage {
            Self::cancel(service, slot);
        }
        let mut purse = Self::take_purse(&waiting.message.purse);
        if let Some(purse) = &mut purse {
            waiting.settle(purse, service.clock);
            purse.restore(waiting.signal);
        }
        let reply_code = failure.code;
        if !waiting.has_replied {
            // Its value arrived with its first turn.
            Self::give_failure(service, &waiting.message, failure, 0, purse.as_mut());
        }
        if let Some(purse) = purse {
            Self::put_purse(&waiting.message.purse, purse);
        }
        Self::deposit_event(Event::MessageProcessed {
            message_id: waiting.message.id,
            destination: waiting.message.destination,
            reply_code,
            gas_burned: 0,
        });
    }
}
