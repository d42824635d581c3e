//! Serving the queue under a weight meter.

use actors_executor::{Modules, StoredMemory};
use actors_primitives::{Gas, ReplyCode};
use frame_support::{
    traits::Get,
    weights::{Weight, WeightMeter},
};

use crate::{
    agenda::Due,
    bounds,
    queue::Lane,
    record::ServiceState,
    report,
    session::{Session, HALF_BUDGET},
    share::share_of,
    task::Task,
    Agenda, Codes, Config, Kind, Pallet, Service, Ticks, WeightInfo,
};

/// What serving a message took.
struct Served {
    weight: Weight,
    /// As gas that its row has had, the code that was read for it among it.
    took: Gas,
}

impl<T: Config> Pallet<T> {
    /// Serves before the transactions of a block, with the guaranteed share of at most `limit`,
    /// and says what that took.
    pub(crate) fn poll(limit: Weight, session: &mut Session<T>) -> Weight {
        Self::poll_in_steps(limit, session, &mut || ())
    }

    /// Likewise, and calls `ended` when what is due is done, and after each message.
    pub(crate) fn poll_in_steps(
        limit: Weight,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(),
    ) -> Weight {
        let limit = Self::min_service_weight().min(limit);
        if !T::WeightInfo::tick().all_lte(limit) {
            return Weight::zero();
        }
        let ticked = Self::tick();
        let limit = limit.saturating_sub(ticked);
        let share = limit.min(Self::due_share());
        let due = Self::do_due_within(share.saturating_sub(Self::sweep_share(share)));
        let swept = Self::sweep_within(share.saturating_sub(due));
        ended();
        let settled = due.saturating_add(swept);
        session.modules = Modules::with_budget(HALF_BUDGET);
        let served = Self::serve_within(limit.saturating_sub(settled), session, ended);
        ticked.saturating_add(settled).saturating_add(served)
    }

    /// Serves after the transactions of a block, which have left `rest`, with the share of that
    /// which it may take; says what that took.
    pub(crate) fn idle(rest: Weight, session: &mut Session<T>) -> Weight {
        Self::idle_in_steps(rest, session, &mut || ())
    }

    /// Likewise, and calls `ended` when what is due is done, and after each message.
    pub(crate) fn idle_in_steps(
        rest: Weight,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(),
    ) -> Weight {
        let limit = share_of(T::IdleShare::get(), rest);
        let looked = T::WeightInfo::peek_service();
        if !looked.all_lte(limit) {
            return Weight::zero();
        }
        session.modules = Modules::with_budget(Self::code_left());
        let limit = limit.saturating_sub(looked);
        let half = Weight::from_parts(limit.ref_time() / 2, limit.proof_size() / 2);
        let due = Self::do_due_within(half);
        ended();
        let served = Self::serve_within(limit.saturating_sub(due), session, ended);
        let used = due.saturating_add(served);
        let swept = Self::sweep_within(limit.saturating_sub(used));
        looked.saturating_add(used).saturating_add(swept)
    }

    /// Serves messages with at most `limit` and says what that took.
    pub(crate) fn serve_within(
        limit: Weight,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(),
    ) -> Weight {
        Self::within(limit, |service, meter| {
            Self::serve(service, meter, session, ended);
        })
    }

    /// Does what is due with at most `limit` and says what that took.
    pub(crate) fn do_due_within(limit: Weight) -> Weight {
        Self::within(limit, Self::do_due)
    }

    /// Sweeps with at most `limit` and says what that took.
    pub(crate) fn sweep_within(limit: Weight) -> Weight {
        Self::within(limit, Self::sweep)
    }

    /// Does a part of the service with at most `limit`, unless it is paused.
    fn within(limit: Weight, part: impl FnOnce(ServiceState, &mut WeightMeter)) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        if meter.try_consume(T::WeightInfo::peek_service()).is_ok() {
            match Self::sound_service(&mut meter) {
                Some(service) if !service.is_paused => part(service, &mut meter),
                _ => {}
            }
        }
        meter.consumed()
    }

    /// Serves the queue and what was booked, in turns, until both are empty or the next turn might not fit.
    /// Where the head of one does not fit any more, the other has the rest. Calls `ended` after each message.
    ///
    /// The record of the service is at hand meanwhile, and written once a message.
    pub(crate) fn serve(
        mut service: ServiceState,
        meter: &mut WeightMeter,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(),
    ) {
        let least = Self::longest_step();
        let (promised, hook) = (Self::promised(), Self::hook_gas());
        // Whether what was booked has waited for its part for so long that it has it now.
        let is_owed = service.is_owed(hook);
        let begins = core::mem::take(&mut service.queue_begins) && !is_owed;
        let whole = meter.remaining();
        // Whose head does not fit any more, and whether anything has left each row.
        let (mut full, mut has_queued, mut has_booked) = (None, false, false);
        while meter.can_consume(least) {
            let is_first = begins && !has_queued && !has_booked;
            let next = match is_first && full.is_none() && !service.queue.is_empty() {
                true => Some(Lane::Queue),
                false => service.next_lane_but(full),
            };
            let Some(lane) = next else {
                return;
            };
            // What the queue cannot use is for nothing.
            let is_spare = full == Some(Lane::Queue);
            let room = meter.remaining();
            let needed = match Self::serve_head(&mut service, lane, (room, promised), session) {
                Ok(served) => {
                    match lane {
                        Lane::Queue => has_queued = true,
                        Lane::Booked => has_booked = true,
                    }
                    if !is_spare {
                        service.took(lane, served.took, hook);
                    }
                    Service::<T>::put(service);
                    session.journal.settle();
                    meter.consume(served.weight);
                    ended();
                    continue;
                }
                Err(needed) => needed,
            };
            // The head and its purse were read to find out.
            meter.consume(T::WeightInfo::peek_queue());
            // Or a little that is booked for each hook would keep a long turn from ever beginning.
            let is_behind = has_booked && needed.all_lte(whole);
            if lane == Lane::Queue && service.ahead >= 0 && (is_behind || is_first) {
                match is_owed {
                    // It has had all it would.
                    true => service.ahead = -1,
                    false => service.queue_begins = true,
                }
                Service::<T>::put(service);
            }
            if full.is_some() {
                // Where the queue alone was served, it has kept the rest from what was booked, whether it
                // burned that or not. Or what was booked would begin hook after hook, for a rest that the
                // queue could not use behind it.
                if is_spare && has_queued && !has_booked {
                    let rest = Self::gas_within(meter.remaining());
                    service.took(Lane::Queue, rest, hook);
                    Service::<T>::put(service);
                }
                return;
            }
            full = Some(lane);
        }
    }

    /// Serves the head of a row, if the most that this may take fits what there is room for, or says how much that
    /// is: nothing runs twice. What `promised` does not cover no block need ever have room for.
    fn serve_head(
        service: &mut ServiceState,
        lane: Lane,
        (room, promised): (Weight, Weight),
        session: &mut Session<T>,
    ) -> Result<Served, Weight> {
        let place = service.row(lane).head;
        let Some(message) = lane.message::<T>(place) else {
            // Only damaged storage brings us here. Step over it, so that the rest is served.
            report!("no message at {place} of {lane:?}");
            // What stands there and cannot be read goes, or the next step would lead back.
            lane.clear::<T>(place);
            Self::step_over_gap(service, lane);
            return Ok(Self::step_of(T::WeightInfo::serve_message(0)));
        };
        let is_resume = message.kind.waiter().is_some();
        let mut step = T::WeightInfo::serve_message(message.payload.len() as u32);
        let counts = message.place.counts;
        let Some(task) = Self::task(service, message) else {
            Self::advance(service, lane, counts);
            return Ok(Self::step_of(step));
        };
        if is_resume {
            step.saturating_accrue(T::WeightInfo::resume_message(task.past.bytes));
        }
        let gas_limit = task.gas_limit();
        let proof_price = T::Schedule::get().proof_byte;
        let most = step.saturating_add(Self::turn_weight(gas_limit, proof_price));
        if !most.all_lte(promised) {
            // It fitted when it was sent, and the block has shrunk since.
            session.journal.begin(lane, place, &task);
            Self::advance(service, lane, counts);
            Self::refuse(service, task, ReplyCode::LimitExceeded, session);
            return Ok(Self::step_of(step));
        }
        if !most.all_lte(room) || !Self::has_room(&task, gas_limit, &session.modules) {
            return Err(most);
        }
        session.journal.begin(lane, place, &task);
        Self::advance(service, lane, counts);
        let (share, read) = (task.share, session.modules.spent());
        let used = Self::run(service, task, gas_limit, session);
        let took = match session.modules.spent() > read {
            true => used.ref_time().max(share),
            false => used.ref_time(),
        };
        Ok(Served {
            weight: step.saturating_add(used),
            took: Self::in_gas(step).saturating_add(took),
        })
    }

    /// What serving took in which nothing ran.
    fn step_of(step: Weight) -> Served {
        Served {
            weight: step,
            took: Self::in_gas(step),
        }
    }

    /// Whether the code that a turn runs was read already or may still be; or is not read, since that much
    /// gas does not pay for it.
    fn has_room(task: &Task<T>, gas_limit: Gas, modules: &Modules) -> bool {
        let program = match &task.program {
            Some(program) if task.refusal.is_none() => program,
            _ => return true,
        };
        // As the turn begins, but for the pages, which are loaded after the code.
        let (code_hash, info, wasm_pages) = match task.message.kind {
            Kind::Migrate(code_hash) => match Codes::<T>::get(code_hash) {
                Some(code) => (code_hash, code.info, 0),
                None => return true,
            },
            _ => (program.code_hash, program.info.clone(), program.wasm_pages),
        };
        let entry = task.message.kind.entry();
        let runs = info.entries(entry).next().is_some();
        let nothing_stored = StoredMemory {
            wasm_pages,
            ..StoredMemory::default()
        };
        let is_read = || gas_limit >= T::Schedule::get().start(&info, entry, &nothing_stored);
        !runs
            || info.is_current() && !is_read()
            || modules.has_room(&code_hash, &info, &T::Limits::get())
    }

    /// Takes the message at the head out of a row.
    fn advance(service: &mut ServiceState, lane: Lane, counts: Gas) {
        let row = service.row_mut(lane);
        lane.clear::<T>(row.head);
        row.pop();
        service.volume = service.volume.saturating_sub(counts);
    }

    /// Whether the next block has something to serve: a node that makes blocks on demand makes
    /// one then.
    #[must_use]
    pub fn has_work() -> bool {
        let service = Service::<T>::get();
        !service.is_paused && (service.length() > 0 || service.is_sweeping() || service.is_due())
    }

    /// Whether something waits for time to pass, which it does in blocks only: a node that makes
    /// blocks on demand goes on making them then.
    #[must_use]
    pub fn has_schedule() -> bool {
        let service = Service::<T>::get();
        !service.is_paused && service.scheduled > 0
    }

    /// Does what is due, in order, as long as the meter lasts.
    pub(crate) fn do_due(mut service: ServiceState, meter: &mut WeightMeter) {
        // Room for the longest, since what it is shows only when it is read.
        let most = T::WeightInfo::do_due(bounds::PAYLOAD);
        while service.is_due() && meter.can_consume(most) {
            let (tick, index) = (service.due_tick, service.due_index);
            if index >= Ticks::<T>::get(tick).next {
                // All of that tick is done, or it never had anything; only damage has left a record.
                Ticks::<T>::remove(tick);
                (service.due_tick, service.due_index) = (tick.saturating_add(1), 0);
                Service::<T>::put(service);
                meter.consume(T::WeightInfo::do_due(0));
                continue;
            }
            let due = Agenda::<T>::get(tick, index);
            service.due_index = index.saturating_add(1);
            if due.is_some() {
                Agenda::<T>::remove(tick, index);
                Self::strike(tick);
                service.scheduled = service.scheduled.saturating_sub(1);
            }
            let bytes = match due {
                Some(Due::Deadline { program, waiter }) => {
                    Self::deadline_passes(&mut service, program, waiter);
                    0
                }
                Some(Due::Delivery(message)) => Self::deliver(&mut service, message),
                Some(Due::Letter { user, message }) => {
                    Self::letter_expires(&service, user, message)
                }
                None => 0,
            };
            Service::<T>::put(service);
            meter.consume(T::WeightInfo::do_due(bytes as u32));
        }
    }
}
