//! A round trip that a program awaits, against messages that nobody waits for.

use bench_interface::{tally, Lap};

use crate::{
    chain::{Chain, Runtime},
    keys, median,
    ping::{ask, deploy},
    programs,
    table::{time, Bound, Table},
};

const ROUNDS: usize = 7;
/// Messages in one block.
const BATCH: u32 = 50;

/// Programs of two stored pages: who sends and awaits the reply, who sends and does not, and who
/// answers. Any payload is the address of the last.
pub(crate) fn trio(chain: &mut Chain<'_>) -> [[u8; 32]; 3] {
    ["caller", "poster", "callee"].map(|name| {
        let wasm = programs::assemble(&programs::waiting(name));
        deploy(chain, wasm, b"")
    })
}

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut chain = Chain::new(runtime);
    let [caller, poster, callee] = trio(&mut chain);
    let mut table = Table::new(
        "round-trip: a message whose program awaits another's reply, against fire-and-forget",
        &["awaited", "not", "send_message", "serving"],
    );
    table
        .note("Two programs of two stored pages (16 KiB each), which every turn reads and writes;");
    table.note("32 bytes a payload. Awaited: a user's message, the send, the other's turn, the");
    table.note(
        "resumed turn, its reply (3 turns). Against a message to such a program and its reply",
    );
    table
        .note("(1 turn), and against the same send unawaited: its turn, the reply, `handle_reply`");
    table.note("(3 turns).");

    for (name, batch) in [("one in a block", 1), ("each of 50 in a block", BATCH)] {
        let laps = (laps / batch).max(7);
        let mut awaited = Side::new(caller, callee, 3);
        let mut alone = Side::new(callee, callee, 1);
        let mut unawaited = Side::new(poster, callee, 3);
        for _ in 0..ROUNDS {
            awaited.measure(&mut chain, batch, laps);
            alone.measure(&mut chain, batch, laps);
            unawaited.measure(&mut chain, batch, laps);
        }
        for (against, other, bound) in [
            ("a turn with its reply", &alone, Bound::Most(2.2)),
            (
                "a send, its reply, handle_reply",
                &unawaited,
                Bound::Most(2.2),
            ),
        ] {
            let cells = vec![
                time(median::of(awaited.whole.clone())),
                time(median::of(other.whole.clone())),
            ];
            table.row(
                format!("{name}: {against}"),
                cells,
                awaited.against(other),
                bound,
            );
        }
        for (name, side) in [
            ("  awaited", &awaited),
            ("  a turn with its reply", &alone),
            ("  not awaited", &unawaited),
        ] {
            let cells = vec![
                String::new(),
                String::new(),
                time(median::of(side.call.clone())),
                time(median::of(side.serve.clone())),
            ];
            table.row(name, cells, f64::NAN, Bound::None);
        }
    }

    let mut of = |to| {
        tally::history();
        let _: Vec<Lap> = chain.count("actors_ask", (ask(to, &callee, 1, 1),));
        let keys = keys::joined();
        (keys::sum(&keys), keys::describe(&[keys]))
    };
    let (awaited, keys) = of(caller);
    let (alone, alone_keys) = of(callee);
    for (name, awaited, alone) in [
        ("keys read", awaited.0, alone.0),
        ("keys written", awaited.1, alone.1),
        ("calls of storage", awaited.2, alone.2),
    ] {
        let cells = vec![awaited.to_string(), alone.to_string()];
        let ratio = f64::from(awaited) / f64::from(alone);
        table.row(name, cells, ratio, Bound::None);
    }
    table.note("Storage as in `ping`:");
    table.note(format!("  awaited  {}", keys.join(", ")));
    table.note(format!("  alone    {}", alone_keys.join(", ")));
    table
}

/// What is measured of one kind of message, each.
struct Side {
    to: [u8; 32],
    payload: [u8; 32],
    turns: u32,
    call: Vec<u64>,
    serve: Vec<u64>,
    whole: Vec<u64>,
}

impl Side {
    fn new(to: [u8; 32], payload: [u8; 32], turns: u32) -> Self {
        let (call, serve, whole) = Default::default();
        Self {
            to,
            payload,
            turns,
            call,
            serve,
            whole,
        }
    }

    fn measure(&mut self, chain: &mut Chain<'_>, batch: u32, laps: u32) {
        let ask = ask(self.to, &self.payload, batch, laps);
        let laps: Vec<Lap> = chain.call("actors_ask", (ask,));
        for lap in &laps {
            assert_eq!(lap.turns, self.turns * batch, "not every turn ran");
            assert!(lap.code < 2, "a message failed: {:#x}", lap.code);
        }
        let batch = u64::from(batch);
        self.call.push(median::warm(&laps, |lap| lap.call / batch));
        self.serve
            .push(median::warm(&laps, |lap| lap.serve / batch));
        self.whole
            .push(median::warm(&laps, |lap| (lap.call + lap.serve) / batch));
    }

    /// The median of the rounds' ratios.
    fn against(&self, other: &Self) -> f64 {
        let rounds = self.whole.iter().zip(&other.whole);
        median::of_ratios(
            rounds
                .map(|(ours, theirs)| *ours as f64 / *theirs as f64)
                .collect(),
        )
    }
}
