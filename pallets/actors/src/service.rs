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
    place::{Load, Room},
    record::ServiceState,
    report,
    session::{Session, HALF_BUDGET},
    share::share_of,
    task::Task,
    Agenda, Codes, Config, Kind, Pallet, Queue, Service, Ticks, WeightInfo,
};

impl<T: Config> Pallet<T> {
    /// Serves before the transactions of a block, with the guaranteed share of at most `limit`,
    /// and says what that took.
    pub(crate) fn poll(limit: Weight, session: &mut Session<T>) -> Weight {
        Self::poll_in_rounds(limit, session, || ())
    }

    /// Likewise, and calls `ended` after each round of what is due and what is queued.
    pub(crate) fn poll_in_rounds(
        limit: Weight,
        session: &mut Session<T>,
        mut ended: impl FnMut(),
    ) -> Weight {
        let limit = Self::min_service_weight().min(limit);
        if !T::WeightInfo::tick().all_lte(limit) {
            return Weight::zero();
        }
        let ticked = Self::tick();
        let limit = limit.saturating_sub(ticked);
        let share = limit.min(Self::due_share());
        let due = share.saturating_sub(Self::sweep_share(share));
        let due = Self::do_due_within(due, Self::room_of_due());
        let swept = Self::sweep_within(share.saturating_sub(due), session);
        let settled = due.saturating_add(swept);
        session.modules = Modules::with_budget(HALF_BUDGET);
        let served = Self::serve_within(limit.saturating_sub(settled), session);
        ended();
        let used = settled.saturating_add(served);
        ticked.saturating_add(Self::go_on(limit, used, session, ended))
    }

    /// Serves after the transactions of a block, which have left `rest`, with the share of that
    /// which it may take; says what that took.
    pub(crate) fn idle(rest: Weight, session: &mut Session<T>) -> Weight {
        Self::idle_in_rounds(rest, session, || ())
    }

    /// Likewise, and calls `ended` after each round of what is due and what is queued.
    pub(crate) fn idle_in_rounds(
        rest: Weight,
        session: &mut Session<T>,
        mut ended: impl FnMut(),
    ) -> Weight {
        let limit = share_of(T::IdleShare::get(), rest);
        session.modules = Modules::with_budget(Self::code_left());
        let looked = T::WeightInfo::peek_service();
        if !looked.all_lte(limit) {
            return Weight::zero();
        }
        let used = Self::round(limit, looked, session);
        ended();
        let used = Self::go_on(limit, used, session, ended);
        let left = limit.saturating_sub(used);
        used.saturating_add(Self::sweep_within(left, session))
    }

    /// Goes on with what is due, who waits in vain and what is queued, of which some is done and `used` of
    /// `limit` taken: what comes later takes a place as soon as the queue has one for it. Says what all of it took.
    fn go_on(
        limit: Weight,
        used: Weight,
        session: &mut Session<T>,
        mut ended: impl FnMut(),
    ) -> Weight {
        let mut used = used;
        loop {
            let last = Service::<T>::get();
            if !last.is_due() && last.graves.is_empty() {
                return used;
            }
            let given = session.answers.given;
            used = Self::round(limit, used, session);
            ended();
            let service = Service::<T>::get();
            let has_come_on = service.queue.head > last.queue.head
                || (service.due_tick, service.due_index) > (last.due_tick, last.due_index)
                || session.answers.given > given;
            if !has_come_on {
                return used;
            }
        }
    }

    /// Does what is due, with half of what is left at most, answers who waits in vain, with a half of that, and
    /// serves the queue.
    fn round(limit: Weight, used: Weight, session: &mut Session<T>) -> Weight {
        let left = limit.saturating_sub(used);
        let part = |parts| Weight::from_parts(left.ref_time() / parts, left.proof_size() / parts);
        let due = Self::do_due_within(part(2), Self::room_of_due());
        let answered = Self::answer_within(part(4), session);
        let settled = due.saturating_add(answered);
        let served = Self::serve_within(left.saturating_sub(settled), session);
        used.saturating_add(settled).saturating_add(served)
    }

    /// The room that what is due has: a half of it, if others wait for an answer.
    fn room_of_due() -> Room {
        let room = Self::booked_room();
        match Service::<T>::get().graves.is_empty() {
            true => room,
            false => room.half(),
        }
    }

    /// Serves the queue with at most `limit` and says what that took.
    pub(crate) fn serve_within(limit: Weight, session: &mut Session<T>) -> Weight {
        Self::within(limit, |service, meter| {
            Self::serve(service, meter, session);
        })
    }

    /// Does what is due with at most `limit` and says what that took. The queue has
    /// so much room for that.
    pub(crate) fn do_due_within(limit: Weight, room: Room) -> Weight {
        Self::within(limit, |service, meter| Self::do_due(service, meter, room))
    }

    /// Sweeps with at most `limit` and says what that took, likewise.
    pub(crate) fn sweep_within(limit: Weight, session: &mut Session<T>) -> Weight {
        let (room, answers) = (Self::booked_room(), &mut session.answers);
        Self::within(limit, |service, meter| {
            Self::sweep(service, meter, room, answers);
        })
    }

    /// Answers who waits in vain, with at most `limit`, and says what that took.
    fn answer_within(limit: Weight, session: &mut Session<T>) -> Weight {
        if Service::<T>::get().graves.is_empty() {
            return Weight::zero();
        }
        let (room, answers) = (Self::booked_room(), &mut session.answers);
        Self::within(limit, |mut service, meter| {
            Self::answer(&mut service, meter, room, answers);
        })
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

    /// Serves the queue until it is empty or the next turn might not fit.
    ///
    /// A turn starts only when the most it may burn fits what remains: nothing runs twice.
    ///
    /// The record of the service is at hand meanwhile, and written once a message.
    pub(crate) fn serve(
        mut service: ServiceState,
        meter: &mut WeightMeter,
        session: &mut Session<T>,
    ) {
        let least = Self::longest_step();
        let proof_price = T::Schedule::get().proof_byte;
        let promised = Self::promised();
        while meter.can_consume(least) {
            if service.queue.is_empty() {
                return;
            }
            let Some(message) = Queue::<T>::get(service.queue.head) else {
                // Only damaged storage brings us here. Step over it, so that the rest is served.
                report!("no message at {} in the queue", service.queue.head);
                meter.consume(T::WeightInfo::serve_message(0));
                // What stands there and cannot be read goes, or the next step would lead back.
                Queue::<T>::remove(service.queue.head);
                Self::step_over_gap(&mut service);
                Service::<T>::put(service);
                continue;
            };
            let is_resume = message.kind.waiter().is_some();
            let mut step = T::WeightInfo::serve_message(message.payload.len() as u32);
            let load = message.load;
            let Some(task) = Self::task(&service, message) else {
                Self::advance(&mut service, load);
                Service::<T>::put(service);
                meter.consume(step);
                continue;
            };
            if is_resume {
                step.saturating_accrue(T::WeightInfo::resume_message(task.past.bytes));
            }
            let gas_limit = task.gas_limit();
            let most = step.saturating_add(Self::turn_weight(gas_limit, proof_price));
            if !most.all_lte(promised) {
                // It fitted when it was sent, and the block has shrunk since: nothing promises
                // that there will ever be room for it.
                session.journal.begin(service.queue.head, &task);
                Self::advance(&mut service, load);
                Self::refuse(&mut service, task, ReplyCode::LimitExceeded, session);
                Service::<T>::put(service);
                session.journal.settle();
                meter.consume(step);
                continue;
            }
            if !meter.can_consume(most) || !Self::has_room(&task, gas_limit, &session.modules) {
                // The head and its purse were read to find out.
                meter.consume(T::WeightInfo::peek_queue());
                return;
            }
            session.journal.begin(service.queue.head, &task);
            Self::advance(&mut service, load);
            let used = Self::run(&mut service, task, gas_limit, session);
            Service::<T>::put(service);
            session.journal.settle();
            meter.consume(step.saturating_add(used));
        }
    }

    /// Whether the code that a turn runs was read already or may still be; or is not read, since that much
    /// gas does not pay for it.
    fn has_room(task: &Task<T>, gas_limit: Gas, modules: &Modules) -> bool {
        let Some(program) = &task.program else {
            return true;
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

    /// Takes the message at the head out of the queue.
    fn advance(service: &mut ServiceState, load: Load) {
        Queue::<T>::remove(service.queue.head);
        service.queue.pop();
        service.load = match service.length() {
            // Whatever damage has left of it.
            0 => Load::default(),
            _ => service.load.without(load),
        };
    }

    /// Whether the next block has something to serve: a node that makes blocks on demand makes
    /// one then.
    #[must_use]
    pub fn has_work() -> bool {
        let service = Service::<T>::get();
        !service.is_paused
            && (!service.queue.is_empty() || service.is_sweeping() || service.is_due())
    }

    /// Whether something waits for time to pass, which it does in blocks only: a node that makes
    /// blocks on demand goes on making them then.
    #[must_use]
    pub fn has_schedule() -> bool {
        let service = Service::<T>::get();
        !service.is_paused && service.scheduled > 0
    }

    /// Does what is due, in order, as long as the meter lasts.
    pub(crate) fn do_due(mut service: ServiceState, meter: &mut WeightMeter, room: Room) {
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
            // A letter that ends takes no place in the queue.
            let takes_place = matches!(due, Some(Due::Deadline { .. } | Due::Delivery(_)));
            if takes_place && !room.is_open(service.load) {
                meter.consume(T::WeightInfo::do_due(0));
                return;
            }
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
