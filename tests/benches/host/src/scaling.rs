//! The same message among few and among many.

use bench_interface::{
    tally::{self, Uses},
    Ask, Lap,
};
use codec::Encode;
use sp_core::{storage::StateVersion, Blake2Hasher};
use sp_state_machine::{prove_read, InMemoryBackend};
use std::collections::BTreeMap;

use crate::{
    chain::{Chain, Runtime},
    keys, median,
    ping::{ask, deploy},
    programs,
    table::{time, Bound, Table},
};

const FEW: u32 = 10;
const MANY: u32 = 100_000;
/// So many are made in one call, whose memory ends with it.
const PORTION: u32 = 1_000;
const ROUNDS: usize = 7;
/// A program's record, its account and what is held on it, and a message with its purse.
const KEYS_PER_PROGRAM: u32 = 5;

/// One side: a chain with programs and as many messages in its queue.
struct Side<'r> {
    chain: Chain<'r>,
    program: [u8; 32],
    count: u32,
}

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "scaling: a message enqueued and served behind a queue, by the size of the chain",
        &["10", "100,000"],
    );
    table.note(
        "So many programs and so many messages in the queue; one is sent, the head is served.",
    );
    table.note(
        "Both stores hold the same number of keys, the first with what belongs to no program:",
    );
    table.note("finding a key in a map takes longer among more, which is not the pallet's doing.");
    let mut few = populate(runtime, FEW);
    let mut many = populate(runtime, MANY);
    // Counted first, when the heads of both queues are alike.
    let keys = (touched(&mut few), touched(&mut many));
    let mut sides = (Vec::new(), Vec::new());
    let mut ratios = Vec::new();
    let mut filled = populate(runtime, FEW);
    filled.chain.fill(KEYS_PER_PROGRAM * (MANY - FEW));
    for _ in 0..ROUNDS {
        let (few, many) = (measure(&mut filled, laps), measure(&mut many, laps));
        ratios.push(many as f64 / few as f64);
        sides.0.push(few);
        sides.1.push(many);
    }
    let cells = vec![time(median::of(sides.0)), time(median::of(sides.1))];
    table.row("time", cells, median::of_ratios(ratios), Bound::Within(1.1));

    let (few, many) = (Cost::of(few, &keys.0), Cost::of(many, &keys.1));
    for (name, few, many, bound) in [
        ("keys read", few.reads, many.reads, Bound::Within(1.0)),
        ("keys written", few.writes, many.writes, Bound::Within(1.0)),
        (
            "calls of storage",
            few.calls,
            many.calls,
            Bound::Within(1.0),
        ),
        ("bytes of proof", few.proof, many.proof, Bound::None),
    ] {
        let cells = vec![few.to_string(), many.to_string()];
        table.row(name, cells, f64::from(many) / f64::from(few), bound);
    }
    table.note("Time is on flat storage; what the trie adds is the proof of the keys touched.");
    table
}

fn populate(runtime: &Runtime, count: u32) -> Side<'_> {
    let mut chain = Chain::new(runtime);
    let wasm = programs::actor("ping");
    let program = deploy(&mut chain, wasm, b"");
    let gas = ask(program, b"PING", 1, 1).gas;
    for first in (0..count).step_by(PORTION as usize) {
        let portion = PORTION.min(count - first);
        chain.call::<()>("actors_populate", (program, first, portion));
        chain.call::<()>("actors_enqueue", (first, portion, gas));
    }
    Side {
        chain,
        program,
        count,
    }
}

fn one(side: &Side<'_>, laps: u32) -> Ask {
    Ask {
        among: Some(side.count),
        ..ask(side.program, b"PING", 1, laps)
    }
}

fn measure(side: &mut Side<'_>, laps: u32) -> u64 {
    let one = one(side, laps);
    let laps: Vec<Lap> = side.chain.call("actors_ask", (one,));
    let served = laps.iter().all(|lap| lap.served == 1 && lap.code == 0);
    assert!(
        served,
        "not exactly one message was served and answered in each lap"
    );
    median::warm(&laps, |lap| lap.call + lap.serve)
}

/// What one message costs in storage.
struct Cost {
    reads: u32,
    writes: u32,
    calls: u32,
    proof: u32,
}

type Keys = BTreeMap<Vec<u8>, Uses>;

/// The keys that one message touches.
fn touched(side: &mut Side<'_>) -> Keys {
    tally::history();
    let one = one(side, 1);
    let _: Vec<Lap> = side.chain.count("actors_ask", (one,));
    keys::joined()
}

impl Cost {
    fn of(side: Side<'_>, keys: &Keys) -> Self {
        let (reads, writes, calls) = keys::sum(keys);
        let storage = side.chain.into_storage();
        let backend = InMemoryBackend::<Blake2Hasher>::from((storage, StateVersion::V1));
        let proof = prove_read(backend, keys.keys()).expect("the state is whole");
        Self {
            reads,
            writes,
            calls,
            proof: u32::try_from(proof.encode().len()).unwrap_or(u32::MAX),
        }
    }
}
