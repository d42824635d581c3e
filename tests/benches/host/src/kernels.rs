//! Programs that compute, against the same as contracts.

use bench_interface::Lap;

use crate::{
    chain::Runtime,
    median,
    ping::{ask, both},
    placement::{self, Sides},
    table::{Bound, Table},
};

/// The kernels and their input.
pub(crate) const KERNELS: &[(&str, u32)] = &[
    ("hash-chain", 1_000),
    ("sort", 60_000),
    ("sieve", 60_000),
    ("fib", 27),
];

pub(crate) fn run(_: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "kernels: a message of a program that computes, against the same contract",
        &["actors", "contracts", "least", "most"],
    );
    table.note(
        "The same source in both flavours; a message is enqueued and served. Medians over five",
    );
    table.note(
        "runtimes that differ in the addresses of their functions alone; `least` and `most` are",
    );
    table.note("the ratios of single ones.");
    let runtimes = placement::all();
    let laps = (laps / 10).max(5);
    for (kernel, input) in KERNELS {
        let mut sides = Sides::default();
        for runtime in &runtimes {
            let (mut chain, program, contract) = both(runtime, kernel);
            let mut to_program = ask(program, &input.to_le_bytes(), 1, laps);
            to_program.gas = 1_000_000_000_000;
            let to_contract = ask(contract, &input.to_le_bytes(), 1, laps);
            sides.add(|| {
                let ours: Vec<Lap> = chain.call("actors_ask", (to_program.clone(),));
                let theirs: Vec<Lap> = chain.call("contracts_call", (to_contract.clone(),));
                let code = ours.iter().map(|lap| lap.code).max();
                assert_eq!(code, Some(0), "{kernel} was not answered");
                let ours = median::warm(&ours, |lap| lap.call + lap.serve);
                (ours, median::warm(&theirs, |lap| lap.serve))
            });
        }
        sides.row(&mut table, kernel, Bound::Most(1.0));
    }
    table
}
