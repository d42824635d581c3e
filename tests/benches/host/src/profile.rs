//! Where the time of a message goes.

use crate::{
    chain::{Chain, Runtime},
    median,
    ping::{ask, deploy},
    programs,
    table::{time, Bound, Table},
};

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Vec<Table> {
    let mut chain = Chain::new(runtime);
    let wasm = programs::actor("ping");
    let program = deploy(&mut chain, wasm.clone(), b"");
    let mut table = Table::new("profile: the steps of a `ping`, each alone", &["time"]);
    let clock = median::of(chain.call("overhead", (laps,)));
    table.note(format!("Reading the clock takes {clock} ns, which is subtracted."));
    let steps: Vec<(Vec<u8>, Vec<u64>)> =
        chain.call("profile", (ask(program, b"PING", 1, laps), wasm));
    for (name, times) in steps {
        let median = median::warm(&times, |time| *time).saturating_sub(clock);
        let name = String::from_utf8_lossy(&name).into_owned();
        table.row(name, vec![time(median)], f64::NAN, Bound::None);
    }
    vec![table]
}
