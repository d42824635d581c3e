//! Serving the queue under a weight meter.

use actors_executor::Modules;
use actors_primitives::{Gas, ReplyCode};
use frame_support::{
    pallet_prelude::{DispatchResult, Weight},
    traits::Get,
    weights::WeightMeter,
};
use sp_runtime::traits::SaturatedConversion;

use crate::{
    bounds, log::Log, queue::ServiceState, report, turn::Task, Codes, Config, Event, Graves, Kind,
    Pallet, Queue, Service, Ticks, WeightInfo,
};

/// What lasts from one turn to the next while the queue is served, and no longer: an author and
/// an importer split a block into different calls of the runtime, so nothing that changes gas or
/// an outcome may live here.
#[derive(frame_support::DefaultNoBound)]
pub(crate) struct Session<T: Config> {
    /// Modules that were loaded already: reusing one changes time, never gas. How many bytes of
    /// code may be read is the block's state ([`HALF_BUDGET`]).
    pub(crate) modules: Modules,
    /// What the turns tell.
    pub(crate) log: Log<T>,
}

/// Bytes of code that are read anew before the transactions of a block, and again as many by
/// uploads and after the transactions: together [`Modules::BUDGET`], which the heap of one call of
/// the runtime has room for. A block without transactions is finished in one call, an importer runs
/// any block in one; so each part leaves the rest of the queue to a later block.
pub(crate) const HALF_BUDGET: u32 = Modules::BUDGET / 2;

/// Messages, and exited programs, that are looked for when the record of the service is lost. Only
/// damage leads there.
const MENDED_KEYS: u32 = 128;
/// Places that are looked at right behind a gap in the queue, and messages anywhere if there is none:
/// together as many as serving a message has reads for.
const GAP_KEYS: u32 = 8;
/// Places that a queue gets at its end, which no message has, so that service comes to a gap there
/// and finds what it has not seen.
const UNSEEN: u64 = 1 << 32;

impl<T: Config> Pallet<T> {
    /// The share of a block that the queue has before transactions.
    pub(crate) fn min_service_weight() -> Weight {
        let share = T::MinServiceWeight::get();
        let block = T::BlockWeights::get().max_block;
        Weight::from_parts(
            share.mul_floor(block.ref_time()),
            share.mul_floor(block.proof_size()),
        )
    }

    /// What the head of the queue takes at most, besides its turn.
    pub(crate) fn longest_step() -> Weight {
        T::WeightInfo::serve_message(bounds::PAYLOAD)
            .saturating_add(T::WeightInfo::resume_message(bounds::PAYLOAD))
    }

    /// Of the guaranteed share, what is due and what is to be swept may take: a half, and no more
    /// than leaves the head of the queue its longest turn.
    pub(crate) fn due_share() -> Weight {
        let share = Self::min_service_weight();
        // The clock moves on, and three parts of the service look at its record.
        let head = T::WeightInfo::peek_service()
            .saturating_mul(3)
            .saturating_add(T::WeightInfo::tick())
            .saturating_add(Self::longest_step())
            .saturating_add(Self::turn_weight(
                T::MaxTurnGas::get(),
                T::Schedule::get().proof_byte,
            ));
        let half = Weight::from_parts(share.ref_time() / 2, share.proof_size() / 2);
        match share.checked_sub(&head) {
            Some(rest) => half.min(rest),
            None => half,
        }
    }

    /// Serves before the transactions of a block, with the guaranteed share of at most `limit`,
    /// and says what that took.
    pub(crate) fn poll(limit: Weight, session: &mut Session<T>) -> Weight {
        let limit = Self::min_service_weight().min(limit);
        if !T::WeightInfo::tick().all_lte(limit) {
            return Weight::zero();
        }
        let ticked = Self::tick();
        let limit = limit.saturating_sub(ticked);
        let share = limit.min(Self::due_share());
        let due = Self::do_due_within(share);
        let swept = Self::sweep_within(share.saturating_sub(due));
        let settled = due.saturating_add(swept);
        session.modules = Modules::with_budget(HALF_BUDGET);
        let served = Self::serve_within(limit.saturating_sub(settled), session);
        ticked.saturating_add(settled).saturating_add(served)
    }

    /// Serves after the transactions of a block, with at most `limit`, and says what that took.
    pub(crate) fn idle(limit: Weight, session: &mut Session<T>) -> Weight {
        let half = Weight::from_parts(limit.ref_time() / 2, limit.proof_size() / 2);
        let due = Self::do_due_within(half);
        let looked = T::WeightInfo::peek_service();
        let served = match limit.saturating_sub(due).checked_sub(&looked) {
            Some(rest) => {
                session.modules = Modules::with_budget(Self::code_left());
                Self::serve_within(rest, session).saturating_add(looked)
            }
            None => Weight::zero(),
        };
        let used = due.saturating_add(served);
        used.saturating_add(Self::sweep_within(limit.saturating_sub(used)))
    }

    /// Serves the queue with at most `limit` and says what that took.
    pub(crate) fn serve_within(limit: Weight, session: &mut Session<T>) -> Weight {
        Self::within(limit, |service, meter| {
            Self::serve(service, meter, session);
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

    /// The state of the service; of a damaged record what can be read of it, if anything.
    pub(crate) fn read_service() -> Result<ServiceState, Option<ServiceState>> {
        match Service::<T>::try_get() {
            Ok(service) if service.is_sound() => Ok(service),
            Ok(service) => Err(Some(service)),
            Err(()) if !Service::<T>::exists() && !Self::has_traces() => {
                Ok(ServiceState::default())
            }
            Err(()) => Err(None),
        }
    }

    /// The state of the service. If its record is damaged the queue is found again, as soon as
    /// there is room for that.
    fn sound_service(meter: &mut WeightMeter) -> Option<ServiceState> {
        let damaged = match Self::read_service() {
            Ok(service) => return Some(service),
            Err(damaged) => damaged,
        };
        report!("the record of the service is damaged");
        meter.try_consume(Self::mending_weight()).ok()?;
        let mut service = damaged.unwrap_or_else(|| ServiceState {
            // Ids must not repeat: no block has sent that many messages.
            sent: frame_system::Pallet::<T>::block_number()
                .saturated_into::<u64>()
                .saturating_mul(1 << 32),
            ..ServiceState::default()
        });
        Self::find_queue(&mut service);
        Self::find_agenda(&mut service);
        // Sweeping finds out how many there are: it ends when it finds none.
        service.graves = match Graves::<T>::iter_keys().next() {
            Some(_) => u32::MAX,
            None => 0,
        };
        Service::<T>::put(service);
        Some(service)
    }

    /// What mending takes.
    pub(crate) fn mending_weight() -> Weight {
        T::WeightInfo::sweep(MENDED_KEYS.saturating_mul(2).saturating_add(1))
    }

    /// Sets the ends of the queue to those of what stands in it: of a sample, if that is a lot.
    /// Then the end is set far beyond, where no message is overwritten, and the places that
    /// were not seen are found when service comes to a gap.
    fn find_queue(service: &mut ServiceState) {
        let (count, first, last) = Self::sample_queue(MENDED_KEYS);
        let unseen = if count < MENDED_KEYS { 1 } else { UNSEEN };
        (service.head, service.tail) = match count {
            0 => (0, 0),
            _ => (first, last.saturating_add(unseen)),
        };
    }

    /// How many messages stand in the queue, `most` at most; and of those the first place and the last.
    fn sample_queue(most: u32) -> (u32, u64, u64) {
        let (mut count, mut first, mut last) = (0u32, u64::MAX, 0);
        for place in Queue::<T>::iter_keys().take(most as usize) {
            count = count.saturating_add(1);
            (first, last) = (first.min(place), last.max(place));
        }
        (count, first, last)
    }

    /// Whether there is anything that only service brings about, and would have to be found again.
    fn has_traces() -> bool {
        Queue::<T>::iter_keys().next().is_some() || Ticks::<T>::iter_keys().next().is_some()
    }

    /// Goes on with what is due at the first tick. If there are more ticks than are looked at, that is
    /// within the longest wait before those; and how much is scheduled is not known any more: the
    /// clock advances from then on even if nothing is.
    fn find_agenda(service: &mut ServiceState) {
        let (mut count, mut first, mut live) = (0u32, u64::MAX, 0u64);
        for (tick, entries) in Ticks::<T>::iter().take(MENDED_KEYS as usize) {
            count = count.saturating_add(1);
            first = first.min(tick);
            live = live.saturating_add(entries.live.into());
        }
        service.scheduled = live;
        if count > 0 {
            (service.due_tick, service.due_index) = (first, 0);
            service.clock = service.clock.max(first.saturating_sub(1));
        }
        if count == MENDED_KEYS {
            service.due_tick = first.saturating_sub(T::Limits::get().wait.into());
            service.scheduled = u64::MAX / 2;
        }
    }

    /// Steps over a gap in the queue: to the next message if it is near, or to the first of some,
    /// or to the end. Messages that are left out then are found behind the others.
    fn step_over_gap(service: &mut ServiceState) {
        let near = (1..=GAP_KEYS).find_map(|step| {
            let place = service.head.checked_add(step.into())?;
            Queue::<T>::contains_key(place).then_some(place)
        });
        if let Some(place) = near {
            service.head = place;
            return;
        }
        let (count, first, _) = Self::sample_queue(GAP_KEYS);
        match count {
            0 => (service.head, service.tail) = (0, 0),
            GAP_KEYS => {
                (service.head, service.tail) = (first, service.tail.saturating_add(UNSEEN));
            }
            _ => service.head = first,
        }
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
        let promised = Self::min_service_weight()
            .saturating_sub(T::WeightInfo::tick())
            .saturating_sub(Self::due_share())
            .saturating_sub(T::WeightInfo::peek_service());
        while meter.can_consume(least) {
            if service.head >= service.tail {
                return;
            }
            let Some(message) = Queue::<T>::get(service.head) else {
                // Only damaged storage brings us here. Step over it, so that the rest is served.
                report!("no message at {} in the queue", service.head);
                meter.consume(T::WeightInfo::serve_message(0));
                // What stands there and cannot be read goes, or the next step would lead back.
                Queue::<T>::remove(service.head);
                Self::step_over_gap(&mut service);
                Service::<T>::put(service);
                continue;
            };
            let is_resume = message.kind.waiter().is_some();
            let mut step = T::WeightInfo::serve_message(message.payload.len() as u32);
            let Some(task) = Self::task(&service, message) else {
                Self::advance(&mut service);
                Service::<T>::put(service);
                meter.consume(step);
                continue;
            };
            if is_resume {
                let bytes = task.message.payload.len() as u32;
                step.saturating_accrue(T::WeightInfo::resume_message(bytes));
            }
            let gas_limit = task.gas_limit();
            let most = step.saturating_add(Self::turn_weight(gas_limit, proof_price));
            if !most.all_lte(promised) {
                // It fitted when it was sent, and the block has shrunk since: nothing promises
                // that there will ever be room for it.
                session.log.begin(service.head, &task);
                Self::advance(&mut service);
                Self::refuse(&mut service, task, ReplyCode::LimitExceeded, session);
                Service::<T>::put(service);
                session.log.settle();
                meter.consume(step);
                continue;
            }
            if !meter.can_consume(most) || !Self::has_room(&task, &session.modules) {
                // The head and its purse were read to find out.
                meter.consume(T::WeightInfo::peek_queue());
                return;
            }
            session.log.begin(service.head, &task);
            Self::advance(&mut service);
            let used = Self::run(&mut service, task, gas_limit, session);
            Service::<T>::put(service);
            session.log.settle();
            meter.consume(step.saturating_add(used));
        }
    }

    /// Whether the code that a turn runs was read already or may still be.
    fn has_room(task: &Task<T>, modules: &Modules) -> bool {
        let Some(program) = &task.program else {
            return true;
        };
        let (code_hash, info) = match task.message.kind {
            Kind::Migrate(code_hash) => match Codes::<T>::get(code_hash) {
                Some(code) => (code_hash, code.info),
                None => return true,
            },
            _ => (program.code_hash, program.info.clone()),
        };
        let runs = info.entries(task.message.kind.entry()).next().is_some();
        !runs || modules.has_room(&code_hash, &info, &T::Limits::get())
    }

    /// The most that a turn of that much gas weighs. Bytes of proof are part of gas where a
    /// chain prices them, so gas bounds them too.
    pub(crate) fn turn_weight(gas: Gas, proof_price: Gas) -> Weight {
        Weight::from_parts(gas, gas.checked_div(proof_price).unwrap_or(0))
    }

    /// Takes the message at the head out of the queue.
    fn advance(service: &mut ServiceState) {
        Queue::<T>::remove(service.head);
        service.head = service.head.saturating_add(1);
    }

    /// Pauses the service or resumes it.
    pub(crate) fn do_set_service_paused(is_paused: bool) -> DispatchResult {
        let mut service = Self::service_of_calls()?;
        let before = core::mem::replace(&mut service.is_paused, is_paused);
        Service::<T>::put(service);
        match (before, is_paused) {
            (false, true) => Self::deposit_event(Event::ServicePaused),
            (true, false) => Self::deposit_event(Event::ServiceResumed),
            _ => {}
        }
        Ok(())
    }

    /// Whether the next block has something to serve: a node that makes blocks on demand makes
    /// one then.
    #[must_use]
    pub fn has_work() -> bool {
        let service = Service::<T>::get();
        !service.is_paused
            && (service.head < service.tail || service.graves > 0 || service.is_due())
    }

    /// Whether something waits for time to pass, which it does in blocks only: a node that makes
    /// blocks on demand goes on making them then.
    #[must_use]
    pub fn has_schedule() -> bool {
        let service = Service::<T>::get();
        !service.is_paused && service.scheduled > 0
    }
}
