//! The engine with its meter on and off.

use crate::{
    chain::{Chain, Runtime},
    kernels::KERNELS,
    median, programs,
    table::{time, Bound, Table},
};

const ROUNDS: usize = 7;

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "metering: the engine alone with its meter on, against off",
        &["on", "off"],
    );
    table.note(
        "wasmi inside the runtime, with the executor's features and limits but wasmi's own prices",
    );
    table.note("of operators; `handle` alone, warm.");
    let mut chain = Chain::new(runtime);
    let laps = (laps / 10).max(5);
    for (kernel, input) in KERNELS {
        let wasm = programs::actor(kernel);
        let mut sides = (Vec::new(), Vec::new());
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let mut run = |metered: bool| -> u64 {
                let arguments = (wasm.clone(), input.to_le_bytes().to_vec(), metered, laps);
                median::of(chain.call("engine_run", arguments))
            };
            let (on, off) = (run(true), run(false));
            ratios.push(on as f64 / off as f64);
            sides.0.push(on);
            sides.1.push(off);
        }
        let most = if *kernel == "hash-chain" { 1.15 } else { 1.25 };
        let cells = vec![time(median::of(sides.0)), time(median::of(sides.1))];
        let ratio = median::of_ratios(ratios);
        table.row(*kernel, cells, ratio, Bound::Most(most));
    }
    table
}
