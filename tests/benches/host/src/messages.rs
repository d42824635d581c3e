//! Ten thousand messages, in blocks of two seconds.

use bench_interface::{Lap, Room};
use std::time::{Duration, Instant};

use crate::{
    chain::{Chain, Runtime},
    ping::ask,
    round_trip::trio,
    table::{time, weight, Bound, Table},
};

const MESSAGES: u32 = 10_000;
/// So many are sent in one call, whose memory ends with it.
const PORTION: u32 = 1_000;
/// What a block takes, in picoseconds.
const BLOCK: u64 = 2_000_000_000_000;

pub(crate) fn run(runtime: &Runtime, _: u32) -> Table {
    let mut table = Table::new(
        "messages: 10,000 sent, then served in blocks of two seconds",
        &[
            "wall",
            "time",
            "a message",
            "charged",
            "blocks",
            "in a block",
            "by time",
        ],
    );
    table.note("The programs of `round-trip`. `wall` is what passes on the clock, the storage in");
    table.note(
        "memory; `time` is the processor's. `charged`: what a message weighs in the hook, all",
    );
    table.note("its turns and their gas. `in a block`: how many the hook serves in two seconds of");
    table.note("weight; `by time`: how many in two seconds of time. Calls have rows of their own.");
    for (name, is_awaited, turns) in [("plain messages", false, 1), ("round trips", true, 3)] {
        let mut chain = Chain::new(runtime);
        let [caller, _, callee] = trio(&mut chain);
        let to = if is_awaited { caller } else { callee };
        let mut sent = Sum::default();
        for _ in 0..MESSAGES / PORTION {
            let ask = ask(to, &callee, PORTION, 1);
            let started = Instant::now();
            let lap: Lap = chain.call("actors_send", (ask,));
            sent.wall += started.elapsed();
            sent.time += lap.call;
            sent.weight += lap.call_whole.time;
        }
        sent.row(&mut table, format!("{name}: send_message"));
        let mut served = Sum::default();
        let mut ended = 0;
        while ended < MESSAGES * turns {
            let started = Instant::now();
            let lap: Lap = chain.call("actors_idle", (Room::Time(BLOCK),));
            served.wall += started.elapsed();
            served.time += lap.serve;
            served.weight += lap.serve_weight;
            served.blocks += 1;
            // In the first blocks of round trips all messages wait, and none ends.
            let is_well = lap.code < 2 || lap.served == 0;
            assert!(lap.turns > 0 && is_well, "the queue stands still");
            ended += lap.turns;
        }
        served.row(&mut table, format!("{name}: served"));
    }
    table
}

#[derive(Default)]
struct Sum {
    wall: Duration,
    time: u64,
    weight: u64,
    blocks: u32,
}

impl Sum {
    /// Adds the line of so many messages.
    fn row(&self, table: &mut Table, name: String) {
        let each = |sum: u64| sum / u64::from(MESSAGES);
        let cells = vec![
            time(self.wall.as_nanos() as u64),
            time(self.time),
            time(each(self.time)),
            weight(each(self.weight)),
            match self.blocks {
                0 => String::new(),
                blocks => blocks.to_string(),
            },
            (BLOCK / each(self.weight)).to_string(),
            (BLOCK / 1_000 / each(self.time)).to_string(),
        ];
        table.row(name, cells, f64::NAN, Bound::None);
    }
}
