//! Traces: every turn that a message causes, also in later blocks.

use actors_primitives::{Balance, CodeHash, Gas, MessageId};
use actors_runtime_api::{ReadError, Trace};
use alloc::vec::Vec;
use frame_support::{pallet_prelude::Weight, traits::Get, weights::WeightMeter};

use super::rehearsal::{Made, Means};
use crate::{
    journal::Journal, record::ServiceState, session::Session, trace::Tracer, Config, Pallet,
    Remains, Service,
};

/// Full blocks that a trace serves in all. Blocks in which nothing happens are not counted:
/// of those there are as many as a message may wait.
const MOST_BLOCKS: u64 = 4;

impl<T: Config> Pallet<T> {
    pub(crate) fn view_trace_message(
        source: T::AccountId,
        destination: T::AccountId,
        payload: Vec<u8>,
        value: Balance,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
        blocks: u32,
    ) -> Result<Trace<T::AccountId>, ReadError> {
        Self::rehearse_message(
            source,
            destination,
            payload,
            value,
            gas_limit,
            deposit_limit,
            |made| Self::trace_made(made, blocks),
        )
    }

    pub(crate) fn view_trace_upgrade(
        admin: T::AccountId,
        program: T::AccountId,
        code_hash: CodeHash,
        payload: Vec<u8>,
        gas_limit: Option<Gas>,
        deposit_limit: Option<Balance>,
        blocks: u32,
    ) -> Result<Trace<T::AccountId>, ReadError> {
        let means = Means {
            payer: admin,
            outlay: 0,
            gas_limit,
            deposit_limit,
        };
        let watch = |made| Self::trace_made(made, blocks);
        Self::rehearse_upgrade(means, program, code_hash, payload, || Ok(()), watch)
    }

    pub(crate) fn view_trace_queued(
        message_id: MessageId,
        blocks: u32,
    ) -> Result<Trace<T::AccountId>, ReadError> {
        let tracer = Tracer::find(message_id).ok_or(ReadError::NoSuchMessage)?;
        Self::undone(|| {
            let mut session = Self::traced(tracer);
            Self::begin_block();
            let used = Self::serve_block(&mut session);
            Self::trace_on(session, used, blocks)
        })
    }

    /// Traces a call: first what it causes at once.
    fn trace_made(made: Made<T>, blocks: u32) -> Result<Trace<T::AccountId>, ReadError> {
        let mut session = Self::traced(Tracer::new(made.message_id));
        let mut meter = WeightMeter::with_limit(T::BlockWeights::get().max_block);
        Service::<T>::mutate(|service| {
            Self::serve(service, &mut meter, &mut session, &mut |_| ());
            Self::sweep(service, &mut meter);
        });
        Self::trace_on(session, meter.consumed(), blocks)
    }

    /// A session that traces, on a queue that is served.
    fn traced(tracer: Tracer<T>) -> Session<T> {
        Service::<T>::mutate(|service| service.is_paused = false);
        Session {
            journal: Journal {
                trace: Some(tracer),
                ..Journal::default()
            },
            ..Session::default()
        }
    }

    /// Lets further blocks pass until it is over. What served the block before weighed `used`.
    fn trace_on(
        mut session: Session<T>,
        mut used: Weight,
        blocks: u32,
    ) -> Result<Trace<T::AccountId>, ReadError> {
        let block = T::BlockWeights::get().max_block;
        let room = block.saturating_mul(MOST_BLOCKS.saturating_sub(1));
        let blocks = blocks.min(T::Limits::get().wait);
        let mut tracer = session
            .journal
            .trace
            .take()
            .ok_or(ReadError::NoSuchMessage)?;
        let (mut passed, mut is_idle, mut is_over) = (0, false, false);
        loop {
            if !is_idle {
                tracer.tell_swept();
                is_over = tracer.is_over();
            }
            if is_over || passed >= blocks || !used.all_lte(room) || !Self::has_future() {
                return Ok(tracer.finish(passed));
            }
            tracer.next_block();
            passed = passed.saturating_add(1);
            session.journal.trace = Some(tracer);
            let before = Service::<T>::get();
            let rest = Remains::<T>::get(before.remains.head);
            Service::<T>::mutate(Self::remember_volume);
            Self::begin_block();
            let took = Self::serve_block(&mut session);
            let after = Service::<T>::get();
            let parts = |service: &ServiceState| {
                let ServiceState {
                    graves,
                    remains,
                    scheduled,
                    ..
                } = *service;
                (service.queue, service.booked, graves, remains, scheduled)
            };
            let rest_after = Remains::<T>::get(after.remains.head);
            is_idle = parts(&before) == parts(&after) && rest == rest_after;
            if !is_idle {
                used.saturating_accrue(took);
            }
            tracer = session
                .journal
                .trace
                .take()
                .ok_or(ReadError::NoSuchMessage)?;
        }
    }

    /// Serves as a block without transactions does, and says what that took.
    fn serve_block(session: &mut Session<T>) -> Weight {
        let block = T::BlockWeights::get().max_block;
        let polled = Self::poll(block, session);
        let idled = Self::idle(block.saturating_sub(polled), session);
        polled.saturating_add(idled)
    }

    /// Whether anything is left that a block would serve, now or later.
    fn has_future() -> bool {
        let service = Service::<T>::get();
        service.length() > 0 || service.is_sweeping() || service.scheduled > 0
    }
}
