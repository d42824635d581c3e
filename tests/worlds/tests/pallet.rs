//! The pallet's cases and its model under random steps, natively and in a runtime.
//!
//! `CASES=1000` plays more random steps than the default.

use std::process::ExitCode;

use actors_worlds::{call_runtime, Tally};
use codec::Decode;
use pallet_actors::suite;
use sp_io::TestExternalities;

/// How many lists of random steps are played by default.
const PLAYS: u32 = 64;

fn genesis() -> TestExternalities {
    TestExternalities::new(suite::genesis())
}

fn main() -> ExitCode {
    let plays = std::env::var("CASES").map_or(PLAYS, |plays| {
        plays.parse().expect("CASES is a number of cases")
    });
    let names: Vec<String> = suite::cases().collect();
    let listed = call_runtime(&mut genesis(), "case_names", &[]).expect("the runtime runs");
    let listed = Vec::<String>::decode(&mut &listed[..]).expect("the runtime lists its cases");
    assert_eq!(names, listed, "both worlds have the same cases");

    let mut cases = Tally::new(genesis);
    for (place, name) in (0..).zip(&names) {
        cases.run(name, || suite::run(place), "run_case", place);
    }
    let mut model = Tally::new(genesis);
    for seed in 0..plays {
        let steps = suite::steps_of(seed);
        let name = format!("random steps of seed {seed}");
        model.run(&name, || suite::play(steps.clone()), "play_steps", &steps);
    }
    let results = [cases.finish("pallet"), model.finish("pallet's model")];
    ExitCode::from(u8::from(results.contains(&false)))
}
