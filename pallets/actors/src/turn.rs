//! One turn: the program runs through the executor, which changes nothing, and its effects are
//! applied by `commit`, all of them or none.

use actors_executor::{
    Cause, CodeInfo, Context, Effect, Effects, Failure, ReplyContext, Request, SignalContext,
    StoredMemory,
};
use actors_primitives::{abi::Entry, Gas, MessageId, ReplyCode};
use alloc::vec::Vec;
use frame_support::{traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_runtime::traits::{SaturatedConversion, UniqueSaturatedInto};

use crate::{
    before_turn::BeforeTurn as _,
    host::ProgramHost,
    ledger::Ledger,
    message::{signal_id, Kind, Message, Sender},
    place::{Place, Rate},
    purse::Split,
    queue::Lane,
    record::ServiceState,
    report,
    session::Session,
    task::{Ended, Past, Task},
    till::Till,
    waiting::WaitState,
    Codes, Config, Event, Pallet, Program, Programs, Purse, Status,
};

/// What a run of a program came to.
struct Run<T: Config> {
    /// Gas that it burned.
    gas_burned: Gas,
    /// Bytes of storage proof that it took at most.
    proof: u64,
    /// The program as it was, and what it asks for; or why it failed.
    outcome: Result<(Program<T>, Effects), Failure>,
}

impl<T: Config> Pallet<T> {
    /// What the message at the head of a row makes happen; `None` if nothing, because the
    /// message that it would resume does not wait any more.
    pub(crate) fn task(service: &ServiceState, item: Message<T>) -> Option<Task<T>> {
        let mut task = Self::caused_by(service, item)?;
        task.refusal = Self::foregone(&task);
        Some(task)
    }

    fn caused_by(service: &ServiceState, item: Message<T>) -> Option<Task<T>> {
        let program = Programs::<T>::get(&item.destination);
        // Beside the place that it gives up.
        let others = ServiceState {
            volume: service.volume.saturating_sub(item.place.counts),
            ..*service
        };
        let rate = Self::place_rate(&others);
        let share = Self::share_of_turn(&item, program.as_ref());
        let resumed = item.kind.waiter().and_then(|waiter| {
            // An upgrade makes stale ones void before they are swept.
            program
                .as_ref()
                .filter(|program| program.epoch == waiter.epoch)?;
            Self::find_waiting(&item.destination, &waiter)
        });
        let Some(waiting) = resumed else {
            if !item.kind.has_purse() {
                return None;
            }
            let mut purse = Self::take_purse(&item.purse);
            if let Some(purse) = &mut purse {
                purse.unreserve(item.place.reserved);
            }
            let rate = Self::renew(&mut purse, item.kind, service.clock, rate);
            return Some(Task {
                cause: match item.kind {
                    Kind::Reply { .. } => Cause::Reply(Self::reply_context(&item)),
                    _ => Cause::Fresh,
                },
                past: Past::default(),
                lifetime_left: Self::lifetime_left(service, purse.as_ref()),
                rate,
                share,
                purse,
                program,
                refusal: None,
                message: item,
                answer: None,
            });
        };
        let mut purse = Self::take_purse(&waiting.message.purse);
        if let Some(purse) = &mut purse {
            waiting.settle(purse, service.clock);
        }
        let rate = Self::renew(&mut purse, waiting.message.kind, service.clock, rate);
        let (causes, lane) = match waiting.state {
            WaitState::Called { causes, lane, .. } => (causes.saturating_sub(1), lane),
            WaitState::Parked(_) => Default::default(),
        };
        let (cause, answer) = match item.kind {
            Kind::Wake(_) => (Cause::Woken, None),
            Kind::Deadline(_) => (Cause::Deadline, None),
            _ => (Cause::Reply(Self::reply_context(&item)), Some(item)),
        };
        Some(Task {
            message: waiting.message,
            cause,
            past: Past {
                turns: waiting.turn,
                has_replied: waiting.has_replied,
                causes,
                lane,
                signal: waiting.signal,
                bytes: waiting.bytes,
                epoch: program.as_ref().map_or(0, |program| program.epoch),
            },
            lifetime_left: Self::lifetime_left(service, purse.as_ref()),
            rate,
            share,
            purse,
            program,
            refusal: None,
            answer,
        })
    }

    /// Why a turn does not run that there would be gas for, if that is known before: it burns nothing then.
    fn foregone(task: &Task<T>) -> Option<Failure> {
        let message = &task.message;
        let Some(program) = &task.program else {
            return Some(Self::absence(&message.destination));
        };
        // Its own conversation goes on while `init` waits.
        let is_foreign = matches!(message.kind, Kind::Handle | Kind::Migrate(_));
        if program.status == Status::Initialising && is_foreign {
            return Some(ReplyCode::NotInitialised.into());
        }
        // Its call is over, and nothing of it has begun: it does not, rather than run without what it
        // would send.
        let is_new = !task.is_resume() && message.kind.has_reply();
        let is_over = |purse: &Purse<T>| task.lifetime_left == 0 || Self::is_purse_closed(purse);
        let purse = task.purse.as_ref().filter(|purse| is_new && !purse.is_last);
        if purse.is_some_and(is_over) {
            return Some(ReplyCode::PurseClosed.into());
        }
        // Given away, or made immutable, since this was queued: it stays as it is.
        let is_upgrade = matches!(message.kind, Kind::Migrate(_));
        if is_upgrade && program.admin.as_ref() != Some(&message.source) {
            return Some(ReplyCode::LimitExceeded.into());
        }
        None
    }

    /// Notes in the purse that a turn is about to run; says what its place costs: nothing for cleaning up,
    /// which takes none in the queue.
    fn renew(purse: &mut Option<Purse<T>>, kind: Kind, clock: u64, rate: Rate) -> Rate {
        let is_signal = matches!(kind, Kind::Signal { .. });
        match purse {
            Some(purse) if !is_signal => {
                purse.renew(clock, rate);
                rate
            }
            _ => Rate::default(),
        }
    }

    /// What a message's turn takes of what a block serves, whatever it burns.
    pub(crate) fn share_of_turn(message: &Message<T>, program: Option<&Program<T>>) -> Gas {
        match message.kind {
            Kind::Migrate(code_hash) => {
                Codes::<T>::get(code_hash).map_or(0, |code| Self::code_share(&code.info))
            }
            _ => program.map_or(0, |program| Self::code_share(&program.info)),
        }
    }

    /// Blocks of service after which the purse that pays for a turn ends.
    fn lifetime_left(service: &ServiceState, purse: Option<&Purse<T>>) -> u32 {
        let left = purse.map_or(0, |purse| purse.until.saturating_sub(service.clock));
        left.min(T::MaxMessageLifetime::get().into())
            .saturated_into()
    }

    fn reply_context(item: &Message<T>) -> ReplyContext {
        let (to, code) = match item.kind {
            Kind::Reply { to, code, .. } => (to, code),
            _ => (item.id, ReplyCode::Finished),
        };
        ReplyContext {
            to,
            code,
            payload: item.payload.to_vec(),
            value: item.value,
        }
    }

    /// Runs the turn; returns what it weighed.
    pub(crate) fn run(
        service: &mut ServiceState,
        mut task: Task<T>,
        gas_limit: Gas,
        session: &mut Session<T>,
    ) -> Weight {
        let is_whole = Self::begin(&mut service.till, &mut task);
        let Some(purse) = task.purse.take() else {
            // Only damaged storage brings us here: nothing can pay for the turn.
            Self::end(service, task, None, ReplyCode::OutOfGas.into(), 0);
            return Weight::zero();
        };
        if !is_whole {
            report!("what the message {:?} says is lost", task.message.id);
            Self::end(
                service,
                task,
                Some(purse),
                ReplyCode::LimitExceeded.into(),
                0,
            );
            return Weight::zero();
        }
        let run = Self::execute(&mut task, &purse, gas_limit, session);
        let mut ledger = Ledger::new(service, purse, task.message.deposit);
        let place = ledger
            .purse
            .burn_turn(task.rate, task.share, run.gas_burned);
        let gas_burned = run.gas_burned.saturating_add(place);
        let outcome = run.outcome.and_then(|(program, effects)| {
            ledger
                .apply(|ledger| Self::commit(ledger, &task, program, effects))
                .map_err(Failure::from)
        });
        let came_of_it = outcome.as_ref();
        let Ledger { purse, used, .. } = ledger;
        session.journal.uses(&task, &purse, used);
        session
            .journal
            .end(&task, gas_limit, (run.gas_burned, place), came_of_it);
        match outcome {
            Ok(ended) => {
                Self::finish(&mut service.till, task, Some(purse), ended, gas_burned);
            }
            Err(failure) => Self::end(service, task, Some(purse), failure, gas_burned),
        }
        Weight::from_parts(run.gas_burned, run.proof)
    }

    /// Ends a message that cannot run at all.
    pub(crate) fn refuse(
        service: &mut ServiceState,
        mut task: Task<T>,
        code: ReplyCode,
        session: &mut Session<T>,
    ) {
        Self::begin(&mut service.till, &mut task);
        let purse = task.purse.take();
        let failure = Failure::from(code);
        session.journal.end(&task, 0, (0, 0), Err(&failure));
        Self::end(service, task, purse, failure, 0);
    }

    /// What happens before a turn and outlasts its failure: the message waits no longer, the value of
    /// a reply is the program's, and the deposit money that comes with it is the message's. Whether all that the message says is there.
    fn begin(till: &mut Till, task: &mut Task<T>) -> bool {
        let mut is_whole = true;
        if let Some(purse) = &mut task.purse {
            purse.is_signal = false;
        }
        if task.is_resume() {
            Self::unpark(&mut task.message, task.past.epoch);
            is_whole = task.message.payload.len() == task.past.bytes as usize;
            if let (Some(answer), Some(purse)) = (&task.answer, &mut task.purse) {
                let message = &mut task.message;
                let (from, own) = (&answer.purse, &message.purse);
                let came = Self::return_deposit(from, answer.deposit, own, purse);
                message.deposit = message.deposit.saturating_add(came);
            }
        }
        let reply = match (&task.answer, task.message.kind) {
            (Some(answer), _) => Some(answer),
            (None, Kind::Reply { .. }) => Some(&task.message),
            _ => None,
        };
        if let Some(reply) = reply {
            Self::value_returns(till, &reply.destination, reply.value);
        }
        is_whole
    }

    /// Ends a message, or a part of it that has no reply, with a failure.
    fn end(
        service: &mut ServiceState,
        task: Task<T>,
        mut purse: Option<Purse<T>>,
        failure: Failure,
        gas_burned: Gas,
    ) {
        let code = failure.code;
        Self::fail(service, &task, failure, purse.as_mut());
        Self::finish(
            &mut service.till,
            task,
            purse,
            Ended::With(code),
            gas_burned,
        );
    }

    /// Gives up the references that the turn's message held, and tells how it ended.
    fn finish(
        till: &mut Till,
        task: Task<T>,
        purse: Option<Purse<T>>,
        ended: Ended,
        gas_burned: Gas,
    ) {
        let message = task.message;
        let mut answer = task.answer;
        if let Some(mut purse) = purse {
            // A send that had no gas of its own draws on the same purse: one write gives up both.
            let is_shared = |answer: &mut Message<T>| answer.purse == message.purse;
            if answer.take_if(is_shared).is_some() {
                purse.release();
            }
            match ended {
                Ended::With(_) => Self::put_purse(till, &message.purse, purse),
                // It keeps its reference.
                Ended::Not(_) => Self::keep_purse(&message.purse, purse),
            }
        }
        if let Some(answer) = answer {
            Self::release_purse(till, &answer.purse);
        }
        Self::deposit_event(match ended {
            Ended::With(reply_code) => Event::MessageProcessed {
                message_id: message.id,
                destination: message.destination,
                reply_code,
                gas_burned,
            },
            Ended::Not(blocks) => Event::MessageWaiting {
                message_id: message.id,
                program: message.destination,
                blocks,
                gas_burned,
            },
        });
    }

    /// Runs the program; nothing on chain changes.
    fn execute(
        task: &mut Task<T>,
        purse: &Purse<T>,
        gas_limit: Gas,
        session: &mut Session<T>,
    ) -> Run<T> {
        let refused = |failure| Run {
            gas_burned: 0,
            proof: 0,
            outcome: Err(failure),
        };
        let (refusal, program) = (task.refusal.take(), task.program.take());
        let message = &task.message;
        let (None, Some(mut program)) = (&refusal, program) else {
            return refused(refusal.unwrap_or_else(|| Self::absence(&message.destination)));
        };
        T::BeforeTurn::before_turn(message, task.is_resume());
        let turn = Self::enter(
            &program,
            message.kind.entry(),
            task,
            Some(purse),
            gas_limit,
            session,
        );
        let Some(turn) = turn else {
            return refused(ReplyCode::NoSuchProgram.into());
        };
        if let Some(info) = turn.judged.clone() {
            Self::keep_verdict(message, &mut program, info);
        }
        // What was kept for a signal only a wait can take.
        let waits = matches!(&turn.outcome, Ok(effects) if effects.wait.is_some());
        let found = match waits {
            true => Self::gas_of(task, purse),
            false => purse.gas,
        };
        // What it sets aside for later comes out of what it may burn, and out of what was kept.
        let kept = found.saturating_sub(purse.gas);
        let most = turn.gas_required.saturating_sub(kept);
        let most = most.max(turn.gas_burned).min(T::MaxTurnGas::get());
        let place = purse.surcharge(task.rate, task.share, most);
        session.journal.note(task, found, place, &turn);
        Run {
            gas_burned: turn.gas_burned.min(gas_limit),
            proof: turn.proof,
            outcome: turn.outcome.map(|effects| (program, effects)),
        }
    }

    /// Runs one entry of the program; `None` if the code that it is to run is not stored.
    fn enter(
        program: &Program<T>,
        entry: Entry,
        task: &Task<T>,
        purse: Option<&Purse<T>>,
        gas_limit: Gas,
        session: &mut Session<T>,
    ) -> Option<actors_executor::Turn> {
        let message = &task.message;
        let new = match message.kind {
            Kind::Migrate(code_hash) => Some((code_hash, Codes::<T>::get(code_hash)?)),
            _ => None,
        };
        let (code_hash, info, memory, replaced_pages) = match &new {
            Some((code_hash, code)) => {
                let old = program.pages.len().saturated_into();
                (*code_hash, &code.info, StoredMemory::default(), old)
            }
            None => (program.code_hash, &program.info, program.memory(), 0),
        };
        let is_arriving = !task.is_resume() && !matches!(message.kind, Kind::Reply { .. });
        let mut host = ProgramHost::<T> {
            account: &message.destination,
            code: code_hash,
            epoch: program.epoch,
            message: message.id,
            purse,
            arriving: if is_arriving { message.value } else { 0 },
        };
        let gas = purse.map_or(0, |purse| Self::gas_of(task, purse));
        // What the turn may burn, and what its place costs then.
        let kept = purse.map_or(gas_limit, |purse| {
            let place = purse.surcharge(task.rate, task.share, gas_limit);
            gas_limit.saturating_add(place)
        });
        let request = Request {
            code: info,
            code_hash,
            entry,
            context: Self::context(task, purse, gas.saturating_sub(kept)),
            memory,
            replaced_pages,
            gas_limit,
            schedule: &T::Schedule::get(),
            limits: &T::Limits::get(),
        };
        Some(actors_executor::execute(
            request,
            &mut host,
            &mut session.modules,
        ))
    }

    /// Keeps what a turn of that message has had the code judged to be, also if it failed: that is
    /// paid for once.
    fn keep_verdict(message: &Message<T>, program: &mut Program<T>, info: CodeInfo) {
        if let Kind::Migrate(code_hash) = message.kind {
            Self::record_verdict(code_hash, info);
            return;
        }
        Self::record_verdict(program.code_hash, info.clone());
        Self::renew_info(&message.destination, program, info);
    }

    /// What a message has to burn and to set aside: what its last wait has kept for a signal comes
    /// back if it waits again.
    fn gas_of(task: &Task<T>, purse: &Purse<T>) -> Gas {
        purse.gas.saturating_add(task.past.signal)
    }

    /// What surrounds a turn, which may set so much aside besides its limit.
    fn context(task: &Task<T>, purse: Option<&Purse<T>>, gas_reserve: Gas) -> Context {
        let message = &task.message;
        let block: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
        Context {
            cause: task.cause.clone(),
            signal: match message.kind {
                Kind::Signal { of, code } => Some(SignalContext { message: of, code }),
                _ => None,
            },
            message: actors_executor::Message {
                id: message.id,
                source: message.source.clone().into(),
                payload: message.payload.to_vec(),
                value: message.value,
            },
            turn: task.past.turns,
            has_replied: task.past.has_replied,
            lifetime_left: task.lifetime_left,
            is_closed: match purse {
                Some(purse) if purse.parent.is_some() => None,
                Some(purse) => Some(purse.is_closed),
                None => Some(false),
            },
            outlasts: purse.is_some_and(|purse| purse.is_last),
            deposit: message.deposit,
            gas_reserve,
            most_to_load: Self::most_to_load(),
            program: message.destination.clone().into(),
            block_number: block.unique_saturated_into(),
            deposit_per_item: T::DepositPerItem::get(),
            deposit_per_byte: T::DepositPerByte::get(),
            creation_deposit: Self::creation_deposit(),
        }
    }

    /// Ends a message with an error reply, if it has none yet: value that has not arrived goes
    /// back, a failed `init` takes the program with it, and a program that had begun to work on
    /// the message is told, if it wants to be.
    fn fail(
        service: &mut ServiceState,
        task: &Task<T>,
        failure: Failure,
        mut purse: Option<&mut Purse<T>>,
    ) {
        let message = &task.message;
        let code = failure.code;
        if let Some(purse) = purse.as_deref_mut() {
            purse.restore(task.past.signal);
        }
        if !message.kind.has_reply() {
            return;
        }
        // What is left of the deposit money is whose it was before, if a program has sent it along; and
        // else for cleaning up.
        let goes_back = !task.past.has_replied && message.sender != Sender::User;
        let (given, rest) = match goes_back {
            true => (message.deposit, 0),
            false => (0, message.deposit),
        };
        if !task.past.has_replied {
            // After the first turn its value is the program's.
            let value = match task.is_resume() {
                true => 0,
                false => message.value,
            };
            let purse = purse.as_deref_mut();
            Self::give_failure(
                service,
                Lane::Queue,
                message,
                failure,
                (value, given),
                purse,
            );
        }
        match message.kind {
            Kind::Init => {
                let payer = purse.map(|purse| &purse.payer);
                Self::fail_init(service, task, code, payer);
            }
            Kind::Migrate(code_hash) => Self::release_code(code_hash),
            _ => {
                let gas = task.past.signal;
                if let Some(purse) = purse.filter(|_| gas > 0) {
                    let split = Split {
                        gas,
                        deposit: rest,
                        sent: None,
                        is_last: true,
                        is_signal: true,
                    };
                    Self::send_signal(service, message, code, split, purse);
                }
            }
        }
    }

    /// Queues the turn in which a program cleans up after a message that failed. It brings
    /// the gas that the message's last wait set aside for it, and deposit money that is left.
    fn send_signal(
        service: &mut ServiceState,
        message: &Message<T>,
        code: ReplyCode,
        split: Split,
        purse: &mut Purse<T>,
    ) {
        // Its exports may have changed only with an epoch, which would have ended the wait.
        let id = signal_id(&message.destination, &message.id);
        let deposit = split.deposit;
        Self::split_purse(&message.purse, purse, id, split);
        let signal = Message {
            id,
            kind: Kind::Signal {
                of: message.id,
                code,
            },
            source: message.source.clone(),
            sender: Sender::Program,
            destination: message.destination.clone(),
            payload: message.payload.clone(),
            value: 0,
            purse: id,
            deposit,
            place: Place::default(),
        };
        // It pays nothing for a place in the queue.
        Self::enqueue(service, Lane::Booked, signal);
    }
    /// Runs `state` with `payload`; nothing that it does is kept.
    pub(crate) fn run_state(
        account: &T::AccountId,
        program: &Program<T>,
        payload: Vec<u8>,
    ) -> Option<Result<Vec<u8>, Failure>> {
        if !program.info.exports.contains(Entry::State) {
            return None;
        }
        let Ok(payload) = Self::bound_payload(payload) else {
            return Some(Err(ReplyCode::LimitExceeded.into()));
        };
        let task = Task::<T> {
            message: Message {
                id: MessageId::default(),
                kind: Kind::Handle,
                source: account.clone(),
                sender: Sender::Program,
                destination: account.clone(),
                payload,
                value: 0,
                purse: MessageId::default(),
                deposit: 0,
                place: Place::default(),
            },
            cause: Cause::Fresh,
            past: Past::default(),
            lifetime_left: 0,
            rate: Rate::default(),
            share: 0,
            purse: None,
            program: None,
            refusal: None,
            answer: None,
        };
        let gas_limit = T::MaxTurnGas::get();
        let mut session = Session::<T>::default();
        let turn = Self::enter(program, Entry::State, &task, None, gas_limit, &mut session)?;
        Some(turn.outcome.map(|effects| {
            let reply = effects.effects.into_iter().find_map(|effect| match effect {
                Effect::Reply(reply) => Some(reply.payload),
                _ => None,
            });
            reply.unwrap_or_default()
        }))
    }
}
