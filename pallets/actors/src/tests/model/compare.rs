//! The chain and the model, side by side.

use actors_primitives::{CodeHash, MessageId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::fmt::Debug;

use super::{
    chain::Chain,
    message::{Kind, Message, Waiter},
    observe,
    program::Memory,
};
use crate::{
    mock::*, Codes, Delayed, Lane, Mailboxes, Pallet, Programs, Purses, Service, State, Status,
    Tombstones, WaitState, Waiting, WaitingPayloads,
};

/// A program's record, whoever keeps it.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    code: CodeHash,
    creator: AccountId,
    admin: Option<AccountId>,
    is_active: bool,
    epoch: u32,
    wasm_pages: u32,
    turns: u32,
    pages: BTreeSet<u16>,
    state: BTreeMap<u8, Vec<u8>>,
}

/// A message that waits, whoever keeps it.
#[derive(Debug, PartialEq, Eq)]
struct Sleeper {
    message: Message,
    turn: u32,
    has_replied: bool,
    since: u64,
    blocks: u32,
    pending: u32,
    aside: u64,
}

/// Compares two maps, and tells of the first entry in which they differ.
fn same<K: Ord + Debug, V: PartialEq + Debug>(
    what: &str,
    there: BTreeMap<K, V>,
    known: BTreeMap<K, V>,
) {
    for (key, value) in &there {
        assert_eq!(Some(value), known.get(key), "{what}: {key:?}");
    }
    for key in known.keys() {
        assert!(there.contains_key(key), "{what}: {key:?} is not there");
    }
}

/// Compares everything that is stored.
pub(super) fn compare(chain: &Chain) {
    clock(chain);
    let service = Service::<Test>::get();
    assert_eq!(service.sent, chain.sent, "messages that calls have sent");
    assert_eq!(service.is_paused, chain.is_paused, "the pause");
    money(chain);
    programs(chain);
    queue(chain);
    purses(chain);
    waiting(chain);
    letters(chain);
}

/// Compares the time of the service.
pub(super) fn clock(chain: &Chain) {
    let clock = Service::<Test>::get().clock;
    assert_eq!(clock, chain.agenda.now, "the clock");
}

fn money(chain: &Chain) {
    let escrow = Pallet::<Test>::escrow();
    let accounts = frame_system::Account::<Test>::iter_keys()
        .filter(|who| *who != escrow)
        .map(|who| (who.clone(), observe::account(&who)))
        .collect();
    same("the accounts", accounts, chain.ledger.accounts.clone());
    let till = Service::<Test>::get().till;
    let there = Balances::free_balance(&escrow) + till.cash;
    let owed = chain.ledger.in_flight + chain.ledger.purses + till.fees;
    assert_eq!(
        there,
        owed + EXISTENTIAL_DEPOSIT,
        "the money between accounts"
    );
    assert_eq!(Fees::get() + till.fees, chain.ledger.fees, "the fees");
}

fn programs(chain: &Chain) {
    let there = Programs::<Test>::iter()
        .map(|(account, program)| {
            let state = State::<Test>::iter_prefix(&account);
            let state = state.map(|(key, value)| (key[0], value.into_inner()));
            let record = Record {
                code: program.code_hash,
                creator: program.creator,
                admin: program.admin,
                is_active: program.status == Status::Active,
                epoch: program.epoch,
                wasm_pages: program.wasm_pages,
                turns: program.globals.first().map_or(0, |turns| *turns as u32),
                pages: program.pages.iter().map(|page| page.0).collect(),
                state: state.collect(),
            };
            (account, record)
        })
        .collect();
    let known = chain.programs.iter().map(|(account, program)| {
        let Memory {
            wasm_pages, turns, ..
        } = program.memory;
        let record = Record {
            code: program.code,
            creator: program.creator.clone(),
            admin: program.admin.clone(),
            is_active: program.is_active,
            epoch: program.epoch,
            wasm_pages,
            turns,
            pages: program.memory.pages(),
            state: program.state.clone(),
        };
        (account.clone(), record)
    });
    same("the programs", there, known.collect());
    let tombstones = Tombstones::<Test>::iter().collect();
    same("the tombstones", tombstones, chain.tombstones.clone());
    for code in chain.codes.keys() {
        let programs = chain.programs.values();
        let used = programs.filter(|program| program.code == *code).count();
        let wanted = chain.queue.iter();
        let wanted = wanted.filter(|message| message.kind == Kind::Migrate(*code));
        let references = Codes::<Test>::get(code).map(|code| code.references);
        assert_eq!(references, Some((used + wanted.count()) as u32));
    }
}

fn queue(chain: &Chain) {
    let service = Service::<Test>::get();
    for (lane, known) in [(Lane::Queue, &chain.queue), (Lane::Booked, &chain.booked)] {
        let row = service.row(lane);
        let there = (row.head..row.tail).map(|place| {
            let message = lane.message(place).expect("the row has no gap");
            of_queue(observe::message(message))
        });
        let known = known.iter().cloned().map(of_queue);
        assert_eq!(
            there.collect::<Vec<_>>(),
            known.collect::<Vec<_>>(),
            "{lane:?}"
        );
    }
    let there = Delayed::<Test>::iter()
        .map(|(id, message)| (id, observe::message(message)))
        .collect();
    same("the delayed messages", there, chain.delayed.clone());
    let agenda = chain.agenda.entries.iter();
    let agenda: Vec<_> = agenda
        .map(|((tick, _), due)| (*tick, due.clone()))
        .collect();
    assert_eq!(observe::agenda(), agenda, "the agenda");
}

/// What only resumes another message has nothing else to say.
fn of_queue(message: Message) -> Message {
    match message.kind {
        Kind::Wake(waiter) | Kind::Deadline(waiter) => Message {
            id: waiter.message,
            source: message.destination.clone(),
            sender: super::message::Sender::Program,
            payload: Vec::new(),
            value: 0,
            purse: MessageId::default(),
            deposit: 0,
            ..message
        },
        _ => message,
    }
}

fn purses(chain: &Chain) {
    let there = Purses::<Test>::iter()
        .map(|(id, purse)| {
            let known = super::purse::Purse {
                payer: purse.payer,
                gas: purse.gas,
                burned: purse.burned,
                held: purse.held,
                deposit: purse.deposit,
                references: purse.references,
                root: purse.parent,
                end: purse.until,
                is_closed: purse.is_closed,
                is_last: purse.is_last,
                is_signal: purse.is_signal,
            };
            (id, known)
        })
        .collect();
    same("the purses", there, chain.purses.clone());
}

fn waiting(chain: &Chain) {
    let there = Waiting::<Test>::iter()
        .map(|((program, epoch, message), waiting)| {
            let payload = WaitingPayloads::<Test>::get((&program, epoch, message));
            let whole = crate::Message {
                payload: payload.unwrap_or_default(),
                ..waiting.message
            };
            let sleeper = Sleeper {
                message: observe::message(whole),
                turn: waiting.turn,
                has_replied: waiting.has_replied,
                since: waiting.since,
                blocks: waiting.blocks,
                pending: match waiting.state {
                    WaitState::Parked(_) => 0,
                    WaitState::Called { causes, .. } => causes,
                },
                aside: waiting.rent + waiting.resume + waiting.signal,
            };
            ((program, Waiter { epoch, message }), sleeper)
        })
        .collect();
    let known = chain.waiting.iter().map(|(key, waiting)| {
        let sleeper = Sleeper {
            message: waiting.message.clone(),
            turn: waiting.turn,
            has_replied: waiting.has_replied,
            since: waiting.since,
            blocks: waiting.blocks,
            pending: waiting.pending,
            aside: waiting.rent + waiting.resume + waiting.signal,
        };
        (key.clone(), sleeper)
    });
    same("what waits", there, known.collect());
}

fn letters(chain: &Chain) {
    let there = Mailboxes::<Test>::iter()
        .map(|(user, id, letter)| {
            let message = observe::message(letter.message);
            (
                (user, id),
                (message, letter.since, letter.blocks, letter.rent),
            )
        })
        .collect();
    let known = chain.mailbox.iter().map(|(key, letter)| {
        let message = letter.message.clone();
        let known = (message, letter.since, letter.blocks, letter.rent);
        (key.clone(), known)
    });
    same("the letters", there, known.collect());
}

/// Nothing is on its way, and everything is somebody's.
pub(super) fn quiescence(chain: &Chain) {
    assert!(!Pallet::<Test>::has_work(), "there is nothing to do");
    assert_eq!(Purses::<Test>::iter().count(), 0, "every purse is closed");
    assert_eq!(Waiting::<Test>::iter().count(), 0, "nothing waits");
    assert_eq!(Mailboxes::<Test>::iter().count(), 0, "no letter stands");
    assert_eq!(Delayed::<Test>::iter().count(), 0, "nothing is delayed");
    assert_eq!(observe::agenda(), [], "nothing is scheduled");
    let service = Service::<Test>::get();
    assert_eq!((service.is_sweeping(), service.scheduled), (false, 0));
    for (who, account) in &chain.ledger.accounts {
        let deposit = Programs::<Test>::get(who).map_or(0, |program| program.deposit);
        assert_eq!(account.storage, deposit, "the deposit of {who:?} is owned");
    }
}
