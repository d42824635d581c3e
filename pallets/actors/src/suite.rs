//! The pallet's cases for other worlds: the same functions that the native tests run, to be run
//! inside a runtime and compared.
//!
//! Only with the feature `suite`, which is no part of a chain.

use actors_executor::{PageIndex, Schedule};
use alloc::vec::Vec;
use codec::{Decode, Encode};
use frame_support::{
    dispatch::DispatchClass,
    pallet_prelude::DispatchResult,
    storage::{with_transaction_unchecked, TransactionOutcome},
    traits::Hooks,
    weights::{Weight, WeightMeter},
};

use crate::{
    host,
    mock::{self, Actors, BlockWeights, System, Test, ALICE},
    tests::{self, model},
    Config, Pallet,
};

pub use model::{blocks::Act, Step};
#[cfg(feature = "std")]
pub use model::{
    blocks::{blocks, cascades, Block},
    steps,
};

/// The state that every case begins with, the programs that it needs included.
#[cfg(feature = "std")]
pub fn genesis() -> sp_runtime::Storage {
    mock::genesis()
}

/// A page of a program's memory, read as a turn reads it: a benchmark measures that.
pub fn stored_page<T: Config>(account: &T::AccountId, index: PageIndex) -> Option<Vec<u8>> {
    host::stored_page::<T>(account, index)
}

/// The names of the cases, as `module::function`; a case is known by its place among them.
pub fn cases() -> impl Iterator<Item = alloc::string::String> {
    all().map(|case| {
        let room = case.room.rsplit("::").next().unwrap_or(case.room);
        alloc::format!("{room}::{}", case.name)
    })
}

/// Runs the case at `place` on a chain at its genesis.
///
/// # Panics
///
/// Panics when the case fails, or there is none at that place.
pub fn run(place: u32) {
    let case = usize::try_from(place)
        .ok()
        .and_then(|place| all().nth(place));
    mock::run(case.expect("there is a case at that place").run);
}

/// Plays random steps on a chain at its genesis, to the end.
///
/// # Panics
///
/// Panics when the model does not hold.
pub fn play(steps: Vec<Step>) {
    mock::run(|| {
        model::play(steps);
    });
}

/// The random steps that a seed gives, today and tomorrow.
#[cfg(feature = "std")]
pub fn steps_of(seed: u32) -> Vec<Step> {
    use proptest::{
        strategy::{Strategy, ValueTree},
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let tree = steps().new_tree(&mut runner);
    tree.expect("the strategy refuses nothing").current()
}

/// Begins the first block of a chain at its genesis, with the codes stored that steps need and
/// these prices; and with limits that small plays reach, if it `is_narrow`.
pub fn prepare(is_narrow: bool, prices: Option<Schedule>) {
    if let Some(prices) = prices {
        mock::ActorsSchedule::set(prices);
    }
    model::blocks::prepare(is_narrow);
}

/// The record of the service as a chain has it on which nothing has happened: its key and its value.
#[must_use]
pub fn idle_service() -> (Vec<u8>, Vec<u8>) {
    let key = crate::Service::<Test>::hashed_key().to_vec();
    (key, crate::record::ServiceState::default().encode())
}

/// Begins the next block, and forgets what happened in the last.
pub fn begin_block() {
    mock::begin_block();
    System::reset_events();
}

/// What a step is to the chain as it is now; nothing, if it only lets time pass.
pub fn act(step: Step) -> Option<Act> {
    model::blocks::act(step)
}

/// Does it; returns what is charged for a call, whether it is refused or not, and nothing for
/// another rule.
pub fn perform(act: Act) -> Option<Weight> {
    model::blocks::perform(act)
}

/// How many turns have ended in the block so far.
pub fn turns() -> u32 {
    model::blocks::turns() as u32
}

/// The hook before the calls of a block, with room for so many milliseconds; returns what it is
/// charged.
pub fn poll(room: u16) -> Weight {
    model::blocks::poll(room)
}

/// The hook after them, likewise.
pub fn idle(room: u16) -> Weight {
    model::blocks::idle(room)
}

/// Makes a program of each code on a chain at its genesis, where proofs cost nothing, and queues the
/// longest message to each, with so much gas.
///
/// # Panics
///
/// Panics when a code is refused.
pub fn crowd(programs: Vec<(Vec<u8>, u64)>) {
    mock::ActorsSchedule::set(Schedule::default());
    let made = (0u32..).zip(programs).map(|(number, (code, gas))| {
        let hash = Pallet::<Test>::code_hash(&code);
        // Each in a block of its own, which judges it and runs its `init`.
        mock::begin_block();
        if !crate::Codes::<Test>::contains_key(hash) {
            upload(code).expect("the code is valid");
        }
        let gas_limit = 10 * mock::GAS;
        let payload = Vec::new();
        let created = Pallet::<Test>::do_create_program(
            &ALICE,
            hash,
            &number.to_le_bytes(),
            payload,
            0,
            gas_limit,
            mock::DEPOSIT,
        );
        let (_, program) = created.expect("Alice can pay");
        Actors::on_idle(System::block_number(), BlockWeights::get().max_block);
        (program, gas)
    });
    for (program, gas) in made.collect::<Vec<_>>() {
        let payload = [0; 64 * 1024].to_vec();
        let sent = mock::send_as(&ALICE, program, payload, 0, gas, mock::DEPOSIT);
        sent.expect("Alice can pay");
    }
    mock::begin_block();
}

/// A part of a block.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Part {
    /// The hook before transactions.
    Poll,
    /// Uploads, and whether whoever made them undoes them.
    Upload(Vec<Vec<u8>>, bool),
    /// The hook behind transactions.
    Idle,
}

/// Does these parts of a block one after the other, which may take several calls of the runtime: what
/// the block has weighed is its state. Returns how many messages are in the queue after each, and how
/// many uploads were accepted.
pub fn do_parts(parts: Vec<Part>) -> (Vec<u64>, u32) {
    let (mut left, mut accepted) = (Vec::new(), 0);
    for part in parts {
        let now = System::block_number();
        let room = BlockWeights::get().max_block;
        let room = room.saturating_sub(System::block_weight().total());
        match part {
            Part::Poll => {
                let mut meter = WeightMeter::with_limit(room);
                Actors::on_poll(now, &mut meter);
                weigh(meter.consumed());
            }
            Part::Upload(codes, is_undone) => {
                let upload_all = || codes.into_iter().map(upload).filter(Result::is_ok).count();
                let count = match is_undone {
                    true => {
                        with_transaction_unchecked(|| TransactionOutcome::Rollback(upload_all()))
                    }
                    false => upload_all(),
                };
                accepted = u32::saturating_add(accepted, count as u32);
            }
            Part::Idle => weigh(Actors::on_idle(now, room)),
        }
        left.push(Pallet::<Test>::queue_length());
    }
    (left, accepted)
}

fn weigh(weight: Weight) {
    System::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
}

fn upload(code: Vec<u8>) -> DispatchResult {
    let done = Actors::upload_code(mock::RuntimeOrigin::signed(ALICE), code);
    done.map(|_| ()).map_err(|failed| failed.error)
}

/// Whether nothing is under way, and nothing will be until somebody calls.
pub fn is_quiet() -> bool {
    !Pallet::<Test>::has_work() && !Pallet::<Test>::has_schedule()
}

fn all() -> impl Iterator<Item = &'static tests::Case> {
    tests::ROOMS.iter().copied().flatten()
}
