//! Messages that wait, letters and upgrades, one part at a time.

use actors_primitives::MessageId;
use alloc::vec::Vec;
use bench_interface::{Ask, Lap, Room, Timed};
use frame_support::{
    traits::Hooks,
    weights::{Weight, WeightMeter},
};
use pallet_actors::{Call, WeightInfo};

use crate::{
    actors::{code_hash, hook, send_all, serve_message, timed_by, Weights, DEPOSIT, GAS},
    chain::{forget_events, Actors, BlockWeights, RuntimeCall, RuntimeOrigin, System, ALICE, BOB},
};

/// The longest payload, which what is due is charged for before it is read.
const LONGEST: u32 = 64 * 1024;
/// Keys that a step of freeing is charged for.
const SWEEP_KEYS: u32 = 32;

/// Sends a program messages, and serves none.
pub(crate) fn send(ask: Ask) -> Lap {
    send_all(&ask)
}

/// What is left of a block, for the queue.
pub(crate) fn idle(room: Room) -> Lap {
    forget_events();
    let limit = weight(room);
    hook(|| Actors::on_idle(System::block_number(), limit))
}

/// The beginning of a block: a block of service passes.
pub(crate) fn poll(room: Room) -> Lap {
    forget_events();
    let mut meter = WeightMeter::with_limit(weight(room));
    hook(|| {
        Actors::on_poll(System::block_number(), &mut meter);
        meter.consumed()
    })
}

fn weight(room: Room) -> Weight {
    // A hook that is given no more stops there.
    let no_more = |parts: u64, weight: Weight| {
        let least = Weights::tick().saturating_add(Weights::peek_service().saturating_mul(parts));
        Weight::from_parts(least.saturating_add(weight).ref_time(), u64::MAX)
    };
    match room {
        Room::All => BlockWeights::get().max_block,
        Room::Time(time) => Weight::from_parts(time, u64::MAX),
        Room::Proof(bytes) => Weight::from_parts(BlockWeights::get().max_block.ref_time(), bytes),
        // A quarter of it is kept for sweeping.
        Room::Due(count) => {
            let due = Weights::do_due(LONGEST).saturating_mul(count.into());
            let due = due.saturating_add(Weights::peek_service());
            no_more(1, Weight::from_parts(due.ref_time() / 3 * 4 + 4, 0))
        }
        // What is due is looked for first.
        Room::Answers(count) => {
            let answers = Weights::answer_waiting().saturating_mul(count.into());
            no_more(2, Weights::sweep(SWEEP_KEYS).saturating_add(answers))
        }
    }
}

/// Bob answers a letter. Without the weight of serving what that causes.
pub(crate) fn reply(message: [u8; 32], payload: Vec<u8>, value: u128) -> Timed {
    let bytes = payload.len();
    let call = RuntimeCall::Actors(Call::send_reply {
        message_id: MessageId(message),
        payload,
        value,
        only_if_awaited: false,
    });
    without_resume(timed_by(RuntimeOrigin::signed(BOB), call), bytes)
}

/// Bob takes a letter's value.
pub(crate) fn claim(message: [u8; 32]) -> Timed {
    let call = RuntimeCall::Actors(Call::claim_value {
        message_id: MessageId(message),
    });
    without_resume(timed_by(RuntimeOrigin::signed(BOB), call), 0)
}

fn without_resume(mut timed: Timed, payload: usize) -> Timed {
    let serving = serve_message(payload).saturating_add(Weights::resume_message(LONGEST));
    timed.weight = timed.weight.saturating_sub(serving.ref_time());
    timed
}

/// Alice sends the message that upgrades a program. Without the weight of serving it.
pub(crate) fn upgrade(program: [u8; 32], wasm: Vec<u8>, payload: Vec<u8>) -> Timed {
    let bytes = payload.len();
    let call = RuntimeCall::Actors(Call::upgrade_program {
        program: program.into(),
        code_hash: code_hash(&wasm),
        payload,
        gas_limit: GAS,
        deposit_limit: DEPOSIT,
    });
    let mut timed = timed_by(RuntimeOrigin::signed(ALICE), call);
    timed.weight = timed.weight.saturating_sub(serve_message(bytes).ref_time());
    timed
}

/// Alice gives a program's administration away.
pub(crate) fn set_admin(program: [u8; 32], admin: Option<[u8; 32]>) -> Timed {
    let call = RuntimeCall::Actors(Call::set_admin {
        program: program.into(),
        admin: admin.map(Into::into),
    });
    timed_by(RuntimeOrigin::signed(ALICE), call)
}
