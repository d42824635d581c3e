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
    order::Order,
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
        Self::poll_in_steps(limit, session, &mut |_| ())
    }

    /// Likewise, and calls `ended` when what is due is done, and after each message.
    pub(crate) fn poll_in_steps(
        limit: Weight,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(&ServiceState),
    ) -> Weight {
        let limit = Self::min_service_weight().min(limit);
        Self::hook(limit, |service, meter| {
            service.tick();
            let share = meter.remaining().min(Self::due_share());
            let due = share.saturating_sub(Self::sweep_share(share));
            let due = within(meter, due, |meter| Self::do_due(service, meter));
            let rest = share.saturating_sub(due);
            within(meter, rest, |meter| Self::sweep(service, meter));
            ended(service);
            session.modules = Modules::with_budget(HALF_BUDGET);
            Self::serve(service, meter, session, ended);
        })
    }

    /// Serves after the transactions of a block, which have left `rest`, with the share of that
    /// which it may take; says what that took.
    pub(crate) fn idle(rest: Weight, session: &mut Session<T>) -> Weight {
        Self::idle_in_steps(rest, session, &mut |_| ())
    }

    /// Likewise, and calls `ended` when what is due is done, and after each message.
    pub(crate) fn idle_in_steps(
        rest: Weight,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(&ServiceState),
    ) -> Weight {
        let limit = share_of(T::IdleShare::get(), rest);
        let looked = T::WeightInfo::peek_service();
        if !looked.all_lte(limit) {
            return Weight::zero();
        }
        session.modules = Modules::with_budget(Self::code_left());
        let limit = limit.saturating_sub(looked);
        let used = Self::hook(limit, |service, meter| {
            let rest = meter.remaining();
            let half = Weight::from_parts(rest.ref_time() / 2, rest.proof_size() / 2);
            within(meter, half, |meter| Self::do_due(service, meter));
            ended(service);
            Self::serve(service, meter, session, ended);
            Self::sweep(service, meter);
        });
        looked.saturating_add(used)
    }

    /// Serves with at most `limit`, unless the service is paused, and says what that took. The record of the
    /// service is read once and written once, and what became due to the fee handler is handed over in one
    /// piece.
    fn hook(limit: Weight, parts: impl FnOnce(&mut ServiceState, &mut WeightMeter)) -> Weight {
        let (looked, kept) = (T::WeightInfo::peek_service(), T::WeightInfo::tick());
        if !kept.all_lte(limit) {
            return Weight::zero();
        }
        // Where there is no room to hand fees over, a later hook does.
        let limit = limit.saturating_sub(kept);
        let handed = T::WeightInfo::hand_over();
        let has_room = handed.all_lte(limit);
        let mut meter = WeightMeter::with_limit(limit.saturating_sub(handed));
        let before = match Self::sound_service(&mut meter) {
            Some(service) if !service.is_paused => service,
            _ => return meter.consumed().saturating_add(looked),
        };
        let mut service = before;
        parts(&mut service, &mut meter);
        let mut used = meter.consumed();
        if has_room && service.till.fees > 0 {
            Self::hand_over_fees(&mut service.till);
            used.saturating_accrue(handed);
        }
        if service == before {
            return used.saturating_add(looked);
        }
        Service::<T>::put(service);
        used.saturating_add(kept)
    }

    /// Serves the queue and what was booked, in turns, until both are empty or the next turn might not fit. Calls
    /// `ended` after each message.
    pub(crate) fn serve(
        service: &mut ServiceState,
        meter: &mut WeightMeter,
        session: &mut Session<T>,
        ended: &mut dyn FnMut(&ServiceState),
    ) {
        let least = Self::longest_step();
        if !meter.can_consume(least) {
            return;
        }
        let promised = Self::promised();
        let mut order = Order::begin(service, Self::hook_gas(), meter.remaining());
        while meter.can_consume(least) {
            let Some(lane) = order.next(service) else {
                return;
            };
            let room = meter.remaining();
            match Self::serve_head(service, lane, (room, promised), session) {
                Ok(served) => {
                    order.served(service, lane, served.took);
                    session.journal.settle(service);
                    meter.consume(served.weight);
                    ended(service);
                }
                Err(needed) => {
                    // The head and its purse were read to find out.
                    meter.consume(T::WeightInfo::peek_queue());
                    let rest = Self::gas_within(meter.remaining());
                    if !order.did_not_fit(service, lane, needed, rest) {
                        return;
                    }
                }
            }
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
            session.journal.begin(service, (lane, place), &task);
            Self::advance(service, lane, counts);
            Self::refuse(service, task, ReplyCode::LimitExceeded, session);
            return Ok(Self::step_of(step));
        }
        if !most.all_lte(room) || !Self::has_room(&task, gas_limit, &session.modules) {
            return Err(most);
        }
        session.journal.begin(service, (lane, place), &task);
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
    pub(crate) fn do_due(service: &mut ServiceState, meter: &mut WeightMeter) {
        // Room for the longest, since what it is shows only when it is read.
        let most = T::WeightInfo::do_due(bounds::PAYLOAD);
        while service.is_due() && meter.can_consume(most) {
            let (tick, index) = (service.due_tick, service.due_index);
            if index >= Ticks::<T>::get(tick).next {
                // All of that tick is done, or it never had anything; only damage has left a record.
                Ticks::<T>::remove(tick);
                (service.due_tick, service.due_index) = (tick.saturating_add(1), 0);
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
                    Self::deadline_passes(service, program, waiter);
                    0
                }
                Some(Due::Delivery(message)) => Self::deliver(service, message),
                Some(Due::Letter { user, message }) => Self::letter_expires(service, user, message),
                None => 0,
            };
            meter.consume(T::WeightInfo::do_due(bytes as u32));
        }
    }
}

/// Does a part of a hook with at most `limit`, and says what that took.
fn within(meter: &mut WeightMeter, limit: Weight, part: impl FnOnce(&mut WeightMeter)) -> Weight {
    let mut own = WeightMeter::with_limit(limit.min(meter.remaining()));
    part(&mut own);
    meter.consume(own.consumed());
    own.consumed()
}
