//! Programs that compute, against the same as contracts.

use bench_interface::Lap;

use crate::{
    chain::Runtime,
    median,
    ping::{ask, both},
    table::{time, Bound, Table},
};

/// The kernels and their input.
pub(crate) const KERNELS: &[(&str, u32)] = &[
    ("hash-chain", 1_000),
    ("sort", 60_000),
    ("sieve", 60_000),
    ("fib", 27),
];

const ROUNDS: usize = 5;

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "kernels: a message of a program that computes, against the same contract",
        &["actors", "contracts"],
    );
    table.note("The same source in both flavours; a message is enqueued and served.");
    let laps = (laps / 10).max(5);
    for (kernel, input) in KERNELS {
        let (mut chain, program, contract) = both(runtime, kernel);
        let mut to_program = ask(program, &input.to_le_bytes(), 1, laps);
        to_program.gas = 1_000_000_000_000;
        let to_contract = ask(contract, &input.to_le_bytes(), 1, laps);
        let mut sides = (Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let ours: Vec<Lap> = chain.call("actors_ask", (to_program.clone(),));
            let theirs: Vec<Lap> = chain.call("contracts_call", (to_contract.clone(),));
            let code = ours.iter().map(|lap| lap.code).max();
            assert_eq!(code, Some(0), "{kernel} was not answered");
            let ours = median::warm(&ours, |lap| lap.call + lap.serve);
            let theirs = median::warm(&theirs, |lap| lap.serve);
            ratios.push(ours as f64 / theirs as f64);
            sides.0.push(ours);
            sides.1.push(theirs);
        }
        let cells = vec![time(median::of(sides.0)), time(median::of(sides.1))];
        let ratio = median::of_ratios(ratios);
        table.row(*kernel, cells, ratio, Bound::Most(0.8));
    }
    table
}
