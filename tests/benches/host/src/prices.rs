//! What is charged against what it takes, here and in pallet-contracts.

use bench_interface::Lap;

use crate::{
    chain::Runtime,
    kernels::KERNELS,
    median,
    ping::{ask, both},
    table::{time, weight, Bound, Table},
};

const COLUMNS: &[&str] = &[
    "time",
    "charged",
    "gas",
    "charged/time",
    "contracts: time",
    "charged",
    "charged/time",
];

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "prices: what a message is charged, by what it takes, here and in pallet-contracts",
        COLUMNS,
    );
    table.note(
        "Charged is all reference time, with that of storage, which is in memory here and takes",
    );
    table.note(
        "next to no time: the call's own weight and that of the hook, which has the gas in it;",
    );
    table.note(
        "of a contract, what its call says that it took. Fees of transactions are in neither.",
    );
    let laps = (laps / 10).max(5);
    let kernels = KERNELS
        .iter()
        .map(|(name, input)| (*name, input.to_le_bytes()));
    for (name, payload) in [("ping", *b"PING")].into_iter().chain(kernels) {
        let (mut chain, program, contract) = both(runtime, name);
        let mut to_program = ask(program, &payload, 1, laps);
        to_program.gas = 1_000_000_000_000;
        let ours: Vec<Lap> = chain.call("actors_ask", (to_program,));
        let theirs: Vec<Lap> = chain.call("contracts_call", (ask(contract, &payload, 1, laps),));
        assert!(
            ours.iter().all(|lap| lap.code == 0),
            "{name} was not answered"
        );
        let took = median::warm(&ours, |lap| lap.call + lap.serve);
        let charged = median::warm(&ours, |lap| lap.call_weight + lap.serve_weight);
        let gas = median::warm(&ours, |lap| lap.gas);
        let their_time = median::warm(&theirs, |lap| lap.serve);
        let their_weight = median::warm(&theirs, |lap| lap.serve_weight);
        let cells = vec![
            time(took),
            weight(charged),
            weight(gas),
            over(charged, took),
            time(their_time),
            weight(their_weight),
            over(their_weight, their_time),
        ];
        table.row(name, cells, f64::NAN, Bound::None);
    }
    table
}

/// Picoseconds over nanoseconds.
fn over(charged: u64, took: u64) -> String {
    format!("{:.1}", charged as f64 / (1_000.0 * took as f64))
}
