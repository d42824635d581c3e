//! One `ping` enqueued and served, against a call of an equal contract.

use bench_interface::{tally, Ask, Lap};

use crate::{
    chain::{Chain, Runtime},
    keys, median, programs,
    table::{time, Bound, Table},
};

const COLUMNS: &[&str] = &["actors", "contracts"];
/// Messages in one block.
const BATCH: u32 = 50;
/// How often the two sides take turns.
const ROUNDS: usize = 7;

/// A chain with the kernel as a program and as a contract.
pub(crate) fn both<'r>(runtime: &'r Runtime, kernel: &str) -> (Chain<'r>, [u8; 32], [u8; 32]) {
    let mut chain = Chain::new(runtime);
    let program = deploy(&mut chain, programs::actor(kernel), b"");
    let contract: Result<[u8; 32], Vec<u8>> =
        chain.call("contracts_deploy", (programs::contract(kernel),));
    let contract = contract.unwrap_or_else(|error| panic!("{}", String::from_utf8_lossy(&error)));
    (chain, program, contract)
}

/// Uploads code and makes a program of it.
pub(crate) fn deploy(chain: &mut Chain<'_>, wasm: Vec<u8>, salt: &[u8]) -> [u8; 32] {
    try_deploy(chain, wasm, salt).unwrap_or_else(|error| panic!("{error}"))
}

/// The same for code that the chain may refuse.
pub(crate) fn try_deploy(
    chain: &mut Chain<'_>,
    wasm: Vec<u8>,
    salt: &[u8],
) -> Result<[u8; 32], String> {
    let result: Result<[u8; 32], Vec<u8>> = chain.call("actors_deploy", (wasm, salt.to_vec()));
    result.map_err(|error| String::from_utf8_lossy(&error).into_owned())
}

pub(crate) fn ask(to: [u8; 32], payload: &[u8], batch: u32, laps: u32) -> Ask {
    Ask {
        to,
        payload: payload.to_vec(),
        value: 0,
        gas: 50_000_000_000,
        batch,
        laps,
        among: None,
    }
}

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let (mut chain, program, contract) = both(runtime, "ping");
    let mut table = Table::new(
        "ping: a message enqueued and served, against a call of an equal contract",
        COLUMNS,
    );
    let memory = "both have two Wasm pages of memory, read PING and answer PONG";
    table.note(format!("Medians, warm, storage in memory; {memory}."));

    for (name, batch) in [("one in a block", 1), ("each of 50 in a block", BATCH)] {
        let laps = (laps / batch).max(7);
        let mut sides = (Vec::new(), Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let ours: Vec<Lap> = chain.call("actors_ask", (ask(program, b"PING", batch, laps),));
            let theirs: Vec<Lap> =
                chain.call("contracts_call", (ask(contract, b"PING", batch, laps),));
            assert!(
                ours.iter().all(|lap| lap.code == 0),
                "a ping was not answered"
            );
            let call = median::warm(&ours, |lap| lap.call / u64::from(batch));
            let serve = median::warm(&ours, |lap| lap.serve / u64::from(batch));
            let whole = median::warm(&ours, |lap| (lap.call + lap.serve) / u64::from(batch));
            let theirs = median::warm(&theirs, |lap| lap.serve / u64::from(batch));
            ratios.push(whole as f64 / theirs as f64);
            sides.0.push(call);
            sides.1.push(serve);
            sides.2.push(theirs);
        }
        let (call, serve) = (median::of(sides.0), median::of(sides.1));
        let theirs = median::of(sides.2);
        table.row(
            name,
            vec![time(call + serve), time(theirs)],
            median::of_ratios(ratios),
            Bound::Most(0.5),
        );
        table.row("  send_message", vec![time(call)], f64::NAN, Bound::None);
        table.row("  serving it", vec![time(serve)], f64::NAN, Bound::None);
    }

    let (ours, our_keys) = accesses(&mut chain, "actors_ask", program);
    let (theirs, their_keys) = accesses(&mut chain, "contracts_call", contract);
    for (name, ours, theirs) in [
        ("keys read", ours.0, theirs.0),
        ("keys written", ours.1, theirs.1),
        ("calls of storage", ours.2, theirs.2),
    ] {
        let cells = vec![ours.to_string(), theirs.to_string()];
        table.row(
            name,
            cells,
            f64::from(ours) / f64::from(theirs),
            Bound::None,
        );
    }
    table.note("Storage: without the block's own keys (number, events, time). By item, with");
    table.note("keys read (r) before they are written (w), and calls of the host:");
    table.note(format!("  actors     {}", our_keys.join(", ")));
    table.note(format!("  contracts  {}", their_keys.join(", ")));
    table
}

/// Storage accesses of one message, as sum and by item.
pub(crate) fn accesses(
    chain: &mut Chain<'_>,
    export: &str,
    to: [u8; 32],
) -> ((u32, u32, u32), Vec<String>) {
    tally::history();
    let _: Vec<Lap> = chain.count(export, (ask(to, b"PING", 1, 1),));
    let keys = keys::joined();
    (keys::sum(&keys), keys::describe(&[keys]))
}
