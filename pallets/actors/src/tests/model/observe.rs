//! What the pallet shows, in the model's words.

use actors_primitives::{abi::Entry, CodeHash, Gas};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::weights::Weight;

use super::{
    agenda,
    happening::{Closed, Happening},
    ledger,
    message::{Kind, Message, Sender, Waiter},
    rules::Rules,
};
use crate::{mock::*, Agenda, Codes, Event, LetterEnd, Pallet, ReplyTo, Service, ServiceState};

/// The rules that the chain has now.
pub(super) fn rules() -> Rules {
    let (limits, schedule) = (ActorsLimits::get(), ActorsSchedule::get());
    let promised = Pallet::<Test>::min_service_weight() - Pallet::<Test>::due_share();
    Rules {
        existential_deposit: EXISTENTIAL_DEPOSIT,
        gas_price: Price::get(),
        deposit_per_item: PerItem::get(),
        deposit_per_byte: PerByte::get(),
        record_deposit: Pallet::<Test>::record_deposit(),
        longest_turn: MaxTurnGas::get(),
        share: promised.ref_time(),
        rate: rate(),
        longest_queue: MaxQueueLength::get() as usize,
        fuel: schedule.fuel,
        memory: limits.memory,
        longest_wait: limits.wait,
        letter: limits.letter,
        longest_life: MaxMessageLifetime::get(),
        rent: schedule.rent,
        rent_byte: schedule.rent_byte,
        clean_up,
        start,
        replace: |stored| ActorsSchedule::get().replace(stored),
    }
}

/// What a place costs now of each 65,536 gas: tests of their own say whether it is right.
pub(super) fn rate() -> u64 {
    Pallet::<Test>::place_rate(&Service::<Test>::get()).0
}

/// What starting a turn takes.
fn start(code: CodeHash, entry: Entry, wasm_pages: u32, stored: u32) -> Gas {
    let code = Codes::<Test>::get(code).expect("the code is stored");
    let pages = (0..stored).map(|page| actors_executor::PageIndex(page as u16));
    let memory = actors_executor::StoredMemory {
        wasm_pages,
        globals: Vec::new(),
        pages: pages.collect::<BTreeSet<_>>(),
    };
    ActorsSchedule::get().start(&code.info, entry, &memory)
}

/// What a signal has besides its start.
fn clean_up(code: CodeHash) -> Gas {
    let code = Codes::<Test>::get(code).expect("the code is stored");
    ActorsSchedule::get().clean_up(&code.info)
}

/// What has happened since this was asked last.
pub(super) fn happenings() -> Vec<Happening> {
    let happenings = events().into_iter().filter_map(happening).collect();
    System::reset_events();
    happenings
}

fn happening(event: Event<Test>) -> Option<Happening> {
    Some(match event {
        Event::ProgramCreated {
            program,
            code_hash: code,
            creator,
            message_id: message,
        } => Happening::Created {
            program,
            code,
            creator,
            message,
        },
        Event::ProgramInitialised { program } => Happening::Initialised { program },
        Event::ProgramRemoved { program, code } => Happening::Removed { program, code },
        Event::ProgramExited {
            program,
            inheritor,
            value,
        } => Happening::Exited {
            program,
            inheritor,
            value,
        },
        Event::ProgramFreed {
            program,
            inheritor,
            value,
        } => Happening::Freed {
            program,
            inheritor,
            value,
        },
        Event::ProgramUpgraded {
            program,
            code_hash: code,
            epoch,
        } => Happening::Upgraded {
            program,
            code,
            epoch,
        },
        Event::AdminSet { program, admin } => Happening::AdminSet { program, admin },
        Event::PurseClosed {
            message_id: message,
            payer,
        } => Happening::PurseClosed { message, payer },
        Event::ServicePaused => Happening::Paused,
        Event::ServiceResumed => Happening::Resumed,
        Event::MessageQueued {
            message_id: message,
            source,
            destination,
            value,
        } => Happening::Queued {
            message,
            source,
            destination,
            value,
        },
        Event::MessageDelayed {
            message_id: message,
            source,
            destination,
            value,
            blocks,
        } => Happening::Delayed {
            message,
            source,
            destination,
            value,
            blocks,
        },
        Event::MessageWaiting {
            message_id: message,
            program,
            blocks,
            gas_burned: burned,
        } => Happening::Waiting {
            message,
            program,
            blocks,
            burned,
        },
        Event::MessageProcessed {
            message_id: message,
            destination,
            reply_code: code,
            gas_burned: burned,
        } => Happening::Processed {
            message,
            destination,
            code,
            burned,
        },
        Event::ProgramEvent {
            program,
            message_id: message,
            data,
        } => Happening::Emitted {
            program,
            message,
            data,
        },
        Event::UserMessage {
            message_id: message,
            source,
            destination: user,
            payload,
            value,
            reply,
            expires,
        } => Happening::Told {
            message,
            source,
            user,
            payload,
            value,
            reply: reply.map(|ReplyTo { to, code }| (to, code)),
            expires,
        },
        Event::LetterClosed {
            message_id: message,
            user,
            end,
            value,
        } => Happening::LetterClosed {
            user,
            message,
            how: match end {
                LetterEnd::Replied => Closed::Replied,
                LetterEnd::Claimed => Closed::Claimed,
                LetterEnd::Expired => Closed::Expired,
            },
            value,
        },
        // Nobody uploads or removes code in a play.
        _ => return None,
    })
}

/// A message as the model has it.
pub(super) fn message(message: crate::Message<Test>) -> Message {
    let waiter = |waiter: crate::Waiter| Waiter {
        epoch: waiter.epoch,
        message: waiter.message,
    };
    Message {
        id: message.id,
        kind: match message.kind {
            crate::Kind::Init => Kind::Init,
            crate::Kind::Handle => Kind::Handle,
            crate::Kind::Reply {
                to,
                code,
                waiter: it,
            } => Kind::Reply {
                to,
                code,
                waiter: it.map(waiter),
            },
            crate::Kind::Wake(it) => Kind::Wake(waiter(it)),
            crate::Kind::Deadline(it) => Kind::Deadline(waiter(it)),
            crate::Kind::Signal { of, code } => Kind::Signal { of, code },
            crate::Kind::Migrate(code) => Kind::Migrate(code),
        },
        source: message.source,
        sender: match message.sender {
            crate::Sender::User => Sender::User,
            crate::Sender::Program => Sender::Program,
            crate::Sender::Awaiting(it) => Sender::Awaiting(waiter(it)),
        },
        destination: message.destination,
        payload: message.payload.into_inner(),
        value: message.value,
        purse: message.purse,
        deposit: message.deposit,
    }
}

/// What an account has.
pub(super) fn account(who: &AccountId) -> ledger::Account {
    use crate::HoldReason;
    use frame_support::traits::fungible::hold::Inspect;
    let held = |reason: HoldReason| Balances::balance_on_hold(&reason.into(), who);
    ledger::Account {
        free: Balances::free_balance(who),
        storage: held(HoldReason::Storage),
    }
}

/// What stands in the agenda, in its order, and when it is due.
pub(super) fn agenda() -> Vec<(u64, agenda::Due)> {
    let mut entries: Vec<_> = Agenda::<Test>::iter().collect();
    entries.sort_by_key(|(tick, index, _)| (*tick, *index));
    let entries = entries
        .into_iter()
        .map(|(tick, _, due)| (tick, due_of(due)));
    entries.collect()
}

fn due_of(due: crate::Due<AccountId>) -> agenda::Due {
    match due {
        crate::Due::Deadline { program, waiter } => agenda::Due::Deadline {
            program,
            waiter: Waiter {
                epoch: waiter.epoch,
                message: waiter.message,
            },
        },
        crate::Due::Delivery(message) => agenda::Due::Delayed(message),
        crate::Due::Letter { user, message } => agenda::Due::Letter { user, message },
    }
}

/// What the service has done at once: so much of what is due, or so many messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) due: usize,
    pub(super) queued: usize,
    pub(super) booked: usize,
}

/// How far the service has come: places of both rows, and places of the agenda.
pub(super) struct Progress {
    head: u64,
    booked: u64,
    due: (u64, u32),
    /// The places of what is due.
    overdue: Vec<(u64, u32)>,
}

impl Progress {
    pub(super) fn now(service: &ServiceState) -> Self {
        let mut overdue: Vec<_> = Agenda::<Test>::iter_keys().collect();
        overdue.sort_unstable();
        Self {
            head: service.queue.head,
            booked: service.booked.head,
            due: (service.due_tick, service.due_index),
            overdue,
        }
    }

    /// How much of what was due before was served, and how many messages.
    pub(super) fn since(&self, service: &ServiceState) -> Done {
        let now = Self::now(service);
        let clock = service.clock;
        let overdue = self.overdue.iter().filter(|(tick, _)| *tick <= clock);
        let served = overdue.filter(|place| **place < now.due).count();
        Done {
            due: served,
            queued: (now.head - self.head) as usize,
            booked: (now.booked - self.booked) as usize,
        }
    }
}

/// So much time of a block, and of its proof in proportion.
pub(super) fn room(milliseconds: u16) -> Weight {
    let block = BlockWeights::get().max_block;
    Weight::from_parts(
        u64::from(milliseconds) * 1_000_000_000,
        block.proof_size() / 2_000 * u64::from(milliseconds),
    )
}
