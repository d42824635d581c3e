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
    deposit::part,
    graves::{Grave, Parting, Remnant},
    queue::Lane,
    record::ServiceState,
    report,
    till::Till,
    waiting::{WaitState, WaitingMessage},
    Config, Event, Graves, Pages, Pallet, Remains, State, Waiting, WaitingPayloads, WeightInfo,
};

/// Keys that one step of freeing an exited program's storage removes.
pub(crate) const SWEEP_KEYS: u32 = 32;
/// Ended programs whose waiting messages one hook finishes answering. The search that finds no further
/// message steps over everything that the block has removed behind it, and no meter counts that.
const MOST_GRAVES: u32 = 16;

impl<T: Config> Pallet<T> {
    /// Sweeps, a bounded number of keys a step, as long as the meter lasts: first waiting
    /// messages are answered, then storage is freed. What remains is found again by the next hook.
    pub(crate) fn sweep(service: &mut ServiceState, meter: &mut WeightMeter) {
        Self::answer(service, meter);
        Self::free_remains(service, meter);
    }

    /// Answers messages that waited in programs which have ended.
    fn answer(service: &mut ServiceState, meter: &mut WeightMeter) {
        let mut answered = 0;
        while !service.graves.is_empty() && answered < MOST_GRAVES {
            if meter.try_consume(T::WeightInfo::sweep(0)).is_err() {
                return;
            }
            match Graves::<T>::get(service.graves.head) {
                Some(grave) => {
                    if !Self::answer_waiting(service, meter, &grave) {
                        return;
                    }
                    answered = answered.saturating_add(1);
                    Graves::<T>::remove(service.graves.head);
                    service.graves.pop();
                }
                None => {
                    report!("nobody is at {} to be answered", service.graves.head);
                    Graves::<T>::remove(service.graves.head);
                    service.graves.step_over_gap(Graves::<T>::iter_keys());
                }
            }
        }
    }

    /// Frees what exited programs have stored. After the answers, which take less a step: where the meter ends
    /// those, nothing is freed.
    fn free_remains(service: &mut ServiceState, meter: &mut WeightMeter) {
        // Where the last step has ended: what is removed already is not looked at again.
        let mut last = Vec::new();
        while !service.remains.is_empty() {
            let step = T::WeightInfo::sweep(SWEEP_KEYS);
            if meter.try_consume(step).is_err() {
                return;
            }
            let place = service.remains.head;
            match Remains::<T>::get(place) {
                Some(remnant) => match Self::free(&mut service.till, remnant, &mut last) {
                    Some(left) => Remains::<T>::insert(place, left),
                    None => {
                        Remains::<T>::remove(place);
                        service.remains.pop();
                        last.clear();
                    }
                },
                None => {
                    report!("no program is at {place} to be freed");
                    Remains::<T>::remove(place);
                    service.remains.step_over_gap(Remains::<T>::iter_keys());
                }
            }
        }
    }

    /// Answers whatever waits in that epoch of the program; whether nothing is left. Raw keys:
    /// also those that nothing decodes any more.
    fn answer_waiting(
        service: &mut ServiceState,
        meter: &mut WeightMeter,
        grave: &Grave<T::AccountId>,
    ) -> bool {
        let key = (&grave.program, grave.epoch);
        let prefix = Waiting::<T>::storage_n_map_partial_key(key);
        let payloads = WaitingPayloads::<T>::storage_n_map_partial_key(key);
        let mut last = prefix.clone();
        let step = T::WeightInfo::answer_waiting();
        while meter.can_consume(step) {
            meter.consume(step);
            let Some(key) = next_key(&last, &prefix) else {
                return true;
            };
            let waiting: Option<WaitingMessage<T>> = unhashed::get(&key);
            // Also what nothing decodes.
            unhashed::kill(&key);
            let end = key.get(prefix.len()..).unwrap_or_default();
            unhashed::kill(&[&payloads, end].concat());
            if let Some(waiting) = waiting {
                let failure = match grave.parting {
                    Parting::Exited => Self::absence(&grave.program),
                    Parting::Upgraded => ReplyCode::Upgraded.into(),
                };
                Self::end_waiting(service, waiting, failure);
            }
            last = key;
        }
        false
    }

    /// Frees one step of what an exited program stores, from behind `last`, and gives its heir the
    /// part of the deposit that was held for that. Returns what is left, if anything.
    fn free(
        till: &mut Till,
        mut remnant: Remnant<T::AccountId>,
        last: &mut Vec<u8>,
    ) -> Option<Remnant<T::AccountId>> {
        let account = remnant.program.clone();
        let pages = Pages::<T>::storage_double_map_final_key1(&account);
        let state = State::<T>::storage_double_map_final_key1(&account);
        let most = remnant.items.min(SWEEP_KEYS);
        let mut freed = 0u32;
        // Pages first. The end of what is stored is known by its number and not looked for: a search
        // would step over all that this block has removed behind it.
        while freed < most {
            let behind = |prefix: &[u8]| match last.starts_with(prefix) {
                true => next_key(last, prefix),
                false => next_key(prefix, prefix),
            };
            let next = match last.starts_with(&state) {
                true => behind(&state),
                false => behind(&pages).or_else(|| behind(&state)),
            };
            let Some(key) = next else {
                report!("an exited program stores less than was counted");
                remnant.items = freed;
                break;
            };
            unhashed::kill(&key);
            *last = key;
            freed = freed.saturating_add(1);
        }
        let heir = Self::heir(account.clone());
        let is_last = remnant.items <= freed;
        if is_last {
            Self::release_rest(till, &account, &heir, remnant.deposit);
        } else {
            let share = part(remnant.deposit, freed.into(), remnant.items.into());
            let released = Self::release_storage(&account, share);
            remnant.deposit = remnant.deposit.saturating_sub(released);
            remnant.items = remnant.items.saturating_sub(freed);
        }
        match Self::inherit(&account, &heir) {
            Ok(0) => {}
            Ok(value) => Self::deposit_event(Event::ProgramFreed {
                program: account,
                inheritor: heir,
                value,
            }),
            // Too little for an account that does not exist: it goes with the last step.
            Err(error) => log::debug!(target: crate::LOG_TARGET, "not inherited yet: {error:?}"),
        }
        (!is_last).then_some(remnant)
    }

    /// Ends a message that waits without another turn: its program has ended, or is another. Causes to go on
    /// that are to be served find it gone.
    fn end_waiting(service: &mut ServiceState, waiting: WaitingMessage<T>, failure: Failure) {
        if let WaitState::Parked(slot) = waiting.state {
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
            let message = &waiting.message;
            let given = (0, message.deposit);
            Self::give_failure(
                service,
                Lane::Booked,
                message,
                failure,
                given,
                purse.as_mut(),
            );
        }
        if let Some(purse) = purse {
            Self::put_purse(&mut service.till, &waiting.message.purse, purse);
        }
        Self::deposit_event(Event::MessageProcessed {
            message_id: waiting.message.id,
            destination: waiting.message.destination,
            reply_code,
            gas_burned: 0,
        });
    }
}

/// The next key under a prefix. Raw keys: also those that nothing decodes any more. Going on from the
/// last one, what is removed already costs nothing again.
fn next_key(last: &[u8], prefix: &[u8]) -> Option<Vec<u8>> {
    sp_io::storage::next_key(last).filter(|key| key.starts_with(prefix))
}
