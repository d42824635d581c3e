//! Every block of the pallet's own random cases, and of cascades: its time and its storage proof,
//! against what it is charged.

use bench_interface::{Declared, Timed};
use codec::{Encode, Output};
use pallet_actors::suite::{self, Act};
use sp_core::{hexdisplay::HexDisplay, storage::Storage};
use sp_io::hashing::{blake2_256, twox_128};
use sp_state_machine::BasicExternalities;
use std::collections::BTreeMap;

use crate::{
    chain::{Chain, Runtime, Trie},
    charge::Charge,
    median,
    table::{time, weight, Bound, Table},
};

/// How often each case is played for its time, and how often if a block seems to be near its bound.
/// The work is the same each time, and the least time counts: among so many blocks, the machine
/// was busy with something else in some.
const REPLAYS: usize = 5;
const DOUBTS: usize = 25;
const NEAR: f64 = 0.75;

/// What else stands in the maps that a block touches when its proof is recorded: as many entries
/// as in the scenario `proofs`.
const CROWD: &[(u32, &str, &[&str])] = &[
    (100_000, "System", &["Account"]),
    (100_000, "Balances", &["Holds"]),
    (100_000, "Actors", &["Programs"]),
    (
        5_000,
        "Actors",
        &[
            "Pages",
            "State",
            "Queue",
            "Booked",
            "Tombstones",
            "Waiting",
            "Agenda",
            "Ticks",
            "Delayed",
            "Mailboxes",
            "Purses",
        ],
    ),
];

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "blocks: every block, against what it is charged",
        &[
            "cases", "turns", "blocks", "median", "took", "charged", "at",
        ],
    );
    table.note("The cases of the property test of the pallet's model, without the model, and the");
    table.note("cascades of the test that kills a node. A block is its two hooks and its calls.");
    table.note("`ratio`, `took`, `charged`: of the block that is nearest to its charge.");
    table.note("Time: the least of five; `charged` is without the price of the block's counted");
    table.note("accesses, as storage is in memory. Proof: recorded with 100,000 programs, the");
    table.note("beginning of the block and its new root included.");
    let cases = laps.saturating_mul(3);
    for (prices, is_default) in [("its prices", false), ("default prices", true)] {
        let stage = Setup::new(runtime, true, is_default);
        let mut sum = Sum::default();
        for seed in 0..cases {
            let steps = suite::steps_of(seed);
            let (played, left) = stage.play(suite::blocks(steps.clone()));
            // The model knows these prices alone.
            if !is_default {
                let different = differences(&left, &foretold(steps));
                assert!(
                    different.is_empty(),
                    "seed {seed} is another play: {different:#?}"
                );
            }
            sum.add(&format!("seed {seed}"), played);
        }
        sum.rows(&mut table, &format!("random cases, {prices}"));
        let stage = Setup::new(runtime, false, is_default);
        let mut sum = Sum::default();
        sum.add("cascades", stage.play(suite::cascades()).0);
        sum.rows(&mut table, &format!("cascades, {prices}"));
    }
    table
}

/// All that the pallet stores, but for the block in which code was last uploaded.
type Stored = BTreeMap<Vec<u8>, Vec<u8>>;

fn stored(storage: Storage) -> Stored {
    let prefix = twox_128(b"Actors");
    let uploaded = [prefix, twox_128(b"Uploaded")].concat();
    let all = storage.top.into_iter();
    all.filter(|(key, _)| key.starts_with(&prefix) && *key != uploaded)
        .collect()
}

/// What the pallet stores when the model has foretold these steps, all of them rightly.
fn foretold(steps: Vec<suite::Step>) -> Stored {
    let mut chain = BasicExternalities::new(genesis());
    chain.execute_with(|| suite::play(steps));
    stored(chain.into_storages())
}

/// What is stored otherwise in one than in the other.
fn differences(a: &Stored, b: &Stored) -> Vec<String> {
    let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
    let different = keys.filter(|key| a.get(*key) != b.get(*key));
    let shown = |value: Option<&Vec<u8>>| value.map(|value| HexDisplay::from(value).to_string());
    different
        .map(|key| {
            let key_shown = HexDisplay::from(key);
            format!(
                "{key_shown}: {:?} {:?}",
                shown(a.get(key)),
                shown(b.get(key))
            )
        })
        .collect()
}

/// What cases begin with. Nobody needs the fixtures but scripts, which are most of the state.
fn genesis() -> Storage {
    let mut genesis = suite::genesis();
    let (fixtures, scripts) = (b":fixture:", b":fixture:programs:script");
    genesis
        .top
        .retain(|key, _| !key.starts_with(fixtures) || key.starts_with(scripts));
    genesis
}

/// An export of the runtime, and what it is called with.
struct Work {
    export: &'static str,
    arguments: Arguments,
}

/// What is encoded already.
struct Arguments(Vec<u8>);

impl Encode for Arguments {
    fn encode_to<T: Output + ?Sized>(&self, to: &mut T) {
        to.write(&self.0);
    }
}

/// A block that can be played again: what happens in it, and what was found out of it.
#[derive(Default)]
struct Block {
    works: Vec<Work>,
    charge: Charge,
    charged_proof: u64,
    recorded_proof: u64,
    turns: u32,
}

impl Block {
    /// Does something that is to be done again, and counts.
    fn record(&mut self, chain: &mut Chain<'_>, export: &'static str, arguments: impl Encode) {
        let arguments = Arguments(arguments.encode());
        let done: Timed = chain.count(export, &arguments);
        self.charge.add(&Charge {
            weight: done.whole.time,
            accesses: done.accesses,
            ..Charge::default()
        });
        self.charged_proof += done.whole.proof;
        self.works.push(Work { export, arguments });
    }

    /// Does all of it again; returns the time.
    fn replay(&self, mut call: impl FnMut(&Work) -> Timed) -> u64 {
        let (mut time, mut charged) = (0, Declared::default());
        for work in &self.works {
            let done = call(work);
            time += done.time;
            charged.time += done.whole.time;
            charged.proof += done.whole.proof;
        }
        assert_eq!(
            (charged.time, charged.proof),
            (self.charge.weight, self.charged_proof),
            "the same block is charged otherwise"
        );
        time
    }

    fn proof_ratio(&self) -> f64 {
        self.recorded_proof as f64 / self.charged_proof as f64
    }
}

/// A chain on which cases begin.
struct Setup<'r> {
    runtime: &'r Runtime,
    storage: Storage,
    crowded: Trie<'r>,
}

impl<'r> Setup<'r> {
    fn new(runtime: &'r Runtime, is_narrow: bool, is_default: bool) -> Self {
        let mut chain = Chain::from_storage(runtime, genesis());
        chain.call::<()>("blocks_prepare", (is_narrow, is_default));
        let storage = chain.into_storage();
        let mut crowd = storage.clone();
        // Among so many messages it would be lost, and not merely not written yet.
        let (key, service) = suite::idle_service();
        crowd.top.entry(key).or_insert(service);
        for (count, pallet, items) in CROWD {
            for item in *items {
                let prefix = [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat();
                let keys = (0..*count).map(|number| blake2_256(&number.to_le_bytes()));
                let entries = keys.map(|key| ([&prefix[..], &key].concat(), vec![0; 128]));
                crowd.top.extend(entries);
            }
        }
        Self {
            runtime,
            storage,
            crowded: Trie::of(Chain::from_storage(runtime, crowd)),
        }
    }

    fn chain(&self) -> Chain<'r> {
        Chain::from_storage(self.runtime, self.storage.clone())
    }

    /// Plays blocks until nothing is under way, and finds everything out; tells what is stored then.
    fn play(&self, planned: Vec<suite::Block>) -> (Vec<Block>, Stored) {
        let mut chain = self.chain();
        let mut blocks = record(&mut chain, planned);
        let left = stored(chain.into_storage());
        let mut trie = self.crowded.clone();
        for block in &mut blocks {
            let proof =
                trie.advance(|chain| block.replay(|work| chain.call(work.export, &work.arguments)));
            block.recorded_proof = proof.bytes;
        }
        let is_doubtful = |blocks: &[Block]| blocks.iter().any(|block| block.charge.ratio() > NEAR);
        for round in 1..=DOUBTS {
            let mut chain = self.chain();
            for block in &mut blocks {
                let time = block.replay(|work| chain.call(work.export, &work.arguments));
                block.charge.time = match round {
                    1 => time,
                    _ => block.charge.time.min(time),
                };
            }
            if round >= REPLAYS && !is_doubtful(&blocks) {
                break;
            }
        }
        (blocks, left)
    }
}

/// Plays blocks for the first time, and quiet ones until nothing is under way.
fn record(chain: &mut Chain<'_>, planned: Vec<suite::Block>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut planned = planned.into_iter();
    loop {
        let plan = match planned.next() {
            Some(plan) => plan,
            None if chain.call("blocks_is_quiet", ()) => return blocks,
            None => suite::Block::QUIET,
        };
        let mut block = Block::default();
        // The first has begun.
        if !blocks.is_empty() {
            block.record(chain, "blocks_begin", ());
        }
        if let Some(room) = plan.poll {
            block.record(chain, "blocks_poll", room);
        }
        for step in plan.steps {
            let act: Option<Act> = chain.call("blocks_act", step);
            if let Some(act) = act {
                block.record(chain, "blocks_perform", act);
            }
        }
        if let Some(room) = plan.idle {
            block.record(chain, "blocks_idle", room);
        }
        block.turns = chain.call("blocks_turns", ());
        blocks.push(block);
    }
}

/// The block that is nearest to its charge, and all ratios.
#[derive(Default)]
struct Worst {
    ratios: Vec<f64>,
    ratio: f64,
    took: String,
    charged: String,
    at: String,
}

impl Worst {
    fn add(&mut self, ratio: f64, told: impl FnOnce() -> [String; 3]) {
        self.ratios.push(ratio);
        // What nothing is charged for and takes something is worse than anything else.
        if !(ratio <= self.ratio) {
            self.ratio = ratio;
            [self.took, self.charged, self.at] = told();
        }
    }

    fn row(self, table: &mut Table, name: String, cases: u32, turns: u32) {
        let cells = vec![
            cases.to_string(),
            turns.to_string(),
            self.ratios.len().to_string(),
            format!("{:.2}", median::of_ratios(self.ratios)),
            self.took,
            self.charged,
            self.at,
        ];
        table.row(name, cells, self.ratio, Bound::Most(1.0));
    }
}

/// What came of some cases.
#[derive(Default)]
struct Sum {
    cases: u32,
    turns: u32,
    time: Worst,
    proof: Worst,
}

impl Sum {
    fn add(&mut self, case: &str, blocks: Vec<Block>) {
        self.cases += 1;
        for (number, block) in blocks.iter().enumerate() {
            // In a migration no hook runs, and nobody may have called.
            if block.charge.weight == 0 {
                continue;
            }
            self.turns += block.turns;
            let at = format!("{case}, block {number}");
            self.time.add(block.charge.ratio(), || {
                let charged = block.charge.without_storage();
                [time(block.charge.time), weight(charged), at.clone()]
            });
            self.proof.add(block.proof_ratio(), || {
                let [took, charged] =
                    [block.recorded_proof, block.charged_proof].map(|bytes| bytes.to_string());
                [took, charged, at]
            });
        }
    }

    fn rows(self, table: &mut Table, name: &str) {
        let Self {
            cases,
            turns,
            time,
            proof,
        } = self;
        time.row(table, format!("{name}: time"), cases, turns);
        proof.row(table, format!("{name}: proof"), cases, turns);
    }
}
