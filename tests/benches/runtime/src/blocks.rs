//! Blocks of the pallet's own random cases, on its own chain, a hook or a call at a time.

use actors_executor::Schedule;
use bench_interface::{bench, Declared, Timed};
use frame_support::weights::Weight;
use pallet_actors::suite::{self, Act, Step};

/// Begins the first block; with the prices of the cases, or those that are the default.
pub(crate) fn prepare(is_narrow: bool, is_default: bool) {
    suite::prepare(is_narrow, is_default.then(Schedule::default));
}

/// Begins the next block, which nobody is charged for.
pub(crate) fn begin() -> Timed {
    suite::begin_block();
    Timed::default()
}

/// What a step is to the chain as it is now.
pub(crate) fn act(step: Step) -> Option<Act> {
    suite::act(step)
}

/// A call; or another rule of the chain, which is no part of the block.
pub(crate) fn perform(act: Act) -> Timed {
    timed(|| suite::perform(act))
}

/// The hook before the calls.
pub(crate) fn poll(room: u16) -> Timed {
    timed(|| Some(suite::poll(room)))
}

/// The hook after them.
pub(crate) fn idle(room: u16) -> Timed {
    timed(|| Some(suite::idle(room)))
}

/// How many turns have ended in the block so far.
pub(crate) fn turns() -> u32 {
    suite::turns()
}

/// Whether nothing is under way.
pub(crate) fn is_quiet() -> bool {
    suite::is_quiet()
}

fn timed(work: impl FnOnce() -> Option<Weight>) -> Timed {
    bench::accesses();
    let start = bench::now();
    let charged = work();
    let time = bench::now().saturating_sub(start);
    let Some(weight) = charged else {
        return Timed::default();
    };
    Timed {
        time,
        weight: weight.ref_time(),
        whole: Declared {
            time: weight.ref_time(),
            proof: weight.proof_size(),
        },
        ok: true,
        accesses: bench::accesses(),
    }
}
