//! Time against what is charged for it.

use bench_interface::{Accesses, Lap};

use crate::{
    chain::Chain,
    median,
    ping::ask,
    table::{time, weight, Bound, Table},
};

/// `ParityDbWeight`, in picoseconds.
const READ: u64 = 8_000_000;
const WRITE: u64 = 50_000_000;

/// In how many fresh instances a message is timed: what they take varies with the pages that the
/// system gives them.
const FRESH: u32 = 15;

/// The columns of [`Charge::row`].
pub(crate) const COLUMNS: &[&str] = &[
    "time", "charged", "storage", "gross", "gas", "ps/gas", "end",
];

/// What the columns say.
pub(crate) fn explain(table: &mut Table) {
    table.note("Storage is in memory here, so the price of the counted accesses (8 us a key read,");
    table.note("50 us a key written, as ParityDbWeight) is subtracted from what is charged before");
    table.note("the ratio is taken: that is the bound. `gross` is the ratio without subtracting.");
    table.note("Time is the larger of two medians: in a fresh instance of the runtime, and warm.");
}

/// What was measured of one thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Charge {
    /// Nanoseconds.
    pub(crate) time: u64,
    /// Picoseconds.
    pub(crate) weight: u64,
    /// Gas burned in it, of the weight.
    pub(crate) gas: u64,
    /// How the message ended, if it is one.
    pub(crate) end: Option<u32>,
    /// Its storage accesses.
    pub(crate) accesses: Accesses,
}

impl Charge {
    /// What is paid for counted accesses, in picoseconds.
    fn storage(&self) -> u64 {
        u64::from(self.accesses.reads)
            .saturating_mul(READ)
            .saturating_add(u64::from(self.accesses.writes).saturating_mul(WRITE))
    }

    fn picoseconds(&self) -> f64 {
        self.time.saturating_mul(1_000) as f64
    }

    /// What is charged, in picoseconds, without storage. Nothing is charged for what storage alone
    /// takes more than.
    pub(crate) fn without_storage(&self) -> u64 {
        self.weight.saturating_sub(self.storage())
    }

    /// Time over what is charged without storage.
    pub(crate) fn ratio(&self) -> f64 {
        self.picoseconds() / self.without_storage() as f64
    }

    /// Another thing that the same charge is to pay for.
    pub(crate) fn add(&mut self, other: &Self) {
        self.time += other.time;
        self.weight += other.weight;
        self.gas += other.gas;
        self.end = other.end.or(self.end);
        self.accesses.reads += other.accesses.reads;
        self.accesses.writes += other.accesses.writes;
    }

    /// Adds the line.
    pub(crate) fn row(&self, table: &mut Table, name: impl Into<String>) {
        self.row_of(table, name, 1);
    }

    /// Adds the line of a turn whose gas alone is to pay for it as well.
    pub(crate) fn row_by_gas(&self, table: &mut Table, name: impl Into<String>) {
        self.row_of_ratio(table, name, 1, self.ratio().max(self.by_gas()));
    }

    /// Time over gas.
    pub(crate) fn by_gas(&self) -> f64 {
        self.picoseconds() / self.gas as f64
    }

    /// Adds the line of each of so many.
    pub(crate) fn row_of(&self, table: &mut Table, name: impl Into<String>, count: u32) {
        self.row_of_ratio(table, name, count, self.ratio());
    }

    fn row_of_ratio(&self, table: &mut Table, name: impl Into<String>, count: u32, ratio: f64) {
        let each = |sum: u64| sum / u64::from(count);
        let picoseconds = self.picoseconds();
        let gross = picoseconds / self.weight as f64;
        let gas = |text: String| if self.gas == 0 { String::new() } else { text };
        let cells = vec![
            time(each(self.time)),
            weight(each(self.weight)),
            weight(each(self.storage())),
            format!("{gross:.2}"),
            gas(weight(each(self.gas))),
            gas(format!("{:.2}", self.by_gas())),
            self.end.map_or(String::new(), |code| format!("{code:#x}")),
        ];
        table.row(name, cells, ratio, Bound::Most(1.0));
    }
}

/// The serving of a message, and its call, in that order.
pub(crate) fn message(
    chain: &mut Chain<'_>,
    to: [u8; 32],
    payload: &[u8],
    gas: u64,
    laps: u32,
) -> (Charge, Charge) {
    let mut once = ask(to, payload, 1, 1);
    once.gas = gas;
    let mut often = once.clone();
    often.laps = laps;
    let mut fresh = Vec::<Lap>::new();
    for _ in 0..FRESH {
        fresh.extend(chain.call::<Vec<Lap>>("actors_ask", (once.clone(),)));
    }
    let warm: Vec<Lap> = chain.call("actors_ask", (often,));
    let counted: Vec<Lap> = chain.count("actors_ask", (once,));
    let counted = counted.first().cloned().unwrap_or_default();
    let last = warm.last().cloned().unwrap_or_default();
    let slower = |of: fn(&Lap) -> u64| {
        median::of(fresh.iter().map(of).collect()).max(median::warm(&warm, of))
    };
    let serve = Charge {
        time: slower(|lap| lap.serve),
        weight: median::warm(&warm, |lap| lap.serve_weight),
        gas: median::warm(&warm, |lap| lap.gas),
        end: Some(last.code),
        accesses: counted.serve_accesses,
    };
    let call = Charge {
        time: slower(|lap| lap.call),
        weight: last.call_weight,
        accesses: counted.call_accesses,
        ..Charge::default()
    };
    (serve, call)
}
