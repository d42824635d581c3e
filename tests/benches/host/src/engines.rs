//! The engine of the chain, against the version that was not chosen.

use crate::{
    chain::{Chain, Runtime},
    kernels::KERNELS,
    median,
    placement::{self, Sides},
    programs,
    table::{Bound, Table},
};

pub(crate) fn run(_: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "engines: wasmi 2.0.0 alone, against wasmi 1.1.0",
        &["2.0.0", "1.1.0", "least", "most"],
    );
    table.note("Inside the runtime, with their meters on; `handle` alone, warm. Medians over five");
    table
        .note("runtimes that differ in the addresses of their functions alone; `least` and `most`");
    table.note("are the ratios of single ones.");
    let runtimes = placement::all();
    let laps = (laps / 10).max(5);
    for (kernel, input) in KERNELS {
        let arguments = (
            programs::actor(kernel),
            input.to_le_bytes().to_vec(),
            true,
            laps,
        );
        let mut sides = Sides::default();
        for runtime in &runtimes {
            let mut chain = Chain::new(runtime);
            sides.add(|| {
                let mut run = |export| median::of(chain.call(export, arguments.clone()));
                (run("engine_run"), run("other_engine_run"))
            });
        }
        sides.row(&mut table, kernel, Bound::None);
    }
    table
}
