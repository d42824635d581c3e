//! What holding the queue costs, by simulation: `make economy`.
//!
//! A queue of messages that is served as the pallet serves it, with the pallet's own price of places, and
//! somebody who holds it by the cheapest means there are. The tables stand in `docs/economics.md`; `UPDATE=1`
//! writes them there.

mod attack;
mod chain;
mod strategies;

use attack::{cheapest, late};
use chain::{Blocks, Queue, MS};
use pallet_actors::place::Rate;
use std::{
    env,
    fmt::Write as _,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};
use strategies::{Strategy, ENTRIES, HONEST, STRATEGIES};

/// Blocks of six seconds in a minute.
const MINUTE: u32 = 10;
/// How many calls a block takes.
const CALLS: u32 = 1_100;
/// What blocks serve meanwhile.
const BUSY: Blocks = Blocks {
    before: 400 * MS,
    after: 75 * MS,
};

/// What a burst of so many honest messages pays for places, as many in each block as it takes.
struct Burst {
    /// For each on average, and the most, in parts of the gas that each burns.
    mean: f64,
    most: f64,
    /// Blocks until all are served, and until a place costs nothing again.
    served: u32,
    back: u32,
}

fn burst(count: u32) -> Burst {
    let mut queue = Queue::default();
    let mut places = Vec::new();
    let mut left = count;
    while left > 0 || queue.length() > 0 {
        let now = left.min(CALLS);
        for _ in 0..now {
            places.push(queue.send(HONEST));
        }
        left -= now;
        queue.next_block(if now == CALLS { BUSY } else { Blocks::QUIET });
    }
    let served = queue.block;
    while queue.rate() != Rate(0) {
        queue.next_block(Blocks::QUIET);
    }
    let of = |place: u64| place as f64 / HONEST.burns as f64;
    let all = places.iter().map(|place| of(*place));
    Burst {
        mean: all.clone().sum::<f64>() / f64::from(count),
        most: all.fold(0.0, f64::max),
        served,
        back: queue.block,
    }
}

fn times(ratio: f64) -> String {
    match ratio {
        f64::INFINITY => "cannot".into(),
        ratio if ratio >= 1e6 => "> 10⁶".into(),
        ratio if ratio >= 10.0 => format!("{ratio:.0}"),
        ratio if ratio >= 0.1 => format!("{ratio:.1}"),
        ratio => format!("{ratio:.3}"),
    }
}

/// How long the queue is held, and then let be, in blocks.
const CYCLES: &[(u32, u32)] = &[(5, 12), (10, 20), (10, 24)];

fn row(text: &mut String, name: &str, costs: impl IntoIterator<Item = f64>) {
    let costs: Vec<_> = costs.into_iter().map(times).collect();
    writeln!(text, "| {name} | {} |", costs.join(" | ")).expect("a string takes it");
}

/// Asks that of each strategy, of as many at a time as there are processors.
fn each<T: Send>(ask: impl Fn(&'static Strategy) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let mut answers: Vec<_> = thread::scope(|scope| {
        let work = || {
            let mut own = Vec::new();
            while let Some((index, strategy)) = {
                let index = next.fetch_add(1, Ordering::Relaxed);
                STRATEGIES.get(index).map(|strategy| (index, strategy))
            } {
                own.push((index, ask(strategy)));
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let answers = workers
            .into_iter()
            .map(|worker| worker.join().expect("it does not panic"));
        answers.flatten().collect()
    });
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// For how long, in minutes.
const TIMES: &[(&str, u32)] = &[
    ("a minute", 1),
    ("ten minutes", 10),
    ("half an hour", 30),
    ("an hour", 60),
    ("a day", 24 * 60),
];

/// What each way costs for these times, in blocks that serve so much.
fn holding(blocks: Blocks, times: &[(&str, u32)]) -> String {
    let names: Vec<_> = times.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| who holds the queue | {} |\n|---|", names.join(" | "));
    text += &"---|".repeat(times.len());
    text.push('\n');
    let cost = |strategy, cycles: &[_]| -> Vec<_> {
        let cost = |(_, minutes)| cheapest(strategy, cycles, minutes * MINUTE, blocks);
        times.iter().copied().map(cost).collect()
    };
    let costs = each(|strategy| cost(strategy, &[None]));
    for (strategy, costs) in STRATEGIES.iter().zip(costs) {
        row(&mut text, strategy.name, costs);
    }
    let cycles: Vec<_> = CYCLES.iter().copied().map(Some).collect();
    let costs = each(|strategy| cost(strategy, &cycles));
    let least = |column: usize| {
        let costs = costs.iter().map(|costs| costs[column]);
        costs.fold(f64::INFINITY, f64::min)
    };
    let name = "any of these for half a minute or one, let be for two and more, again and again";
    row(&mut text, name, (0..times.len()).map(least));
    text
}

fn tables(times: &[(&str, u32)]) -> String {
    let mut text = String::from("In blocks with few transactions:\n\n");
    text += &holding(Blocks::QUIET, times);
    text += "\nIn blocks that are full of them:\n\n";
    text += &holding(Blocks::FULL, times);
    text += "\n| honest messages | each pays for its place | the most that one pays | all are served | places cost nothing again |\n|---|---|---|---|---|\n";
    for count in [500, 1_000, 3_000, 10_000, 30_000] {
        let Burst {
            mean,
            most,
            served,
            back,
        } = burst(count);
        writeln!(
            text,
            "| {count} | {mean:.2} | {most:.2} | after {served} blocks | after {back} blocks |"
        )
        .expect("a string takes it");
    }
    text += "\n| what is due before | while nothing else is queued | while the queue is never empty | likewise, in full blocks |\n|---|---|---|---|\n";
    for Strategy { name, patterns } in ENTRIES {
        let turn = patterns[0];
        let costs = [
            late(turn, Blocks::QUIET, false),
            late(turn, Blocks::QUIET, true),
            late(turn, Blocks::FULL, true),
        ];
        row(&mut text, name, costs);
    }
    text
}

const START: &str = "<!-- from `make economy` -->\n";
const END: &str = "<!-- to here -->";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/economics.md")
}

/// The page, and where its tables begin and end in it.
fn read() -> Result<(String, Range<usize>), String> {
    let path = page();
    let page = fs::read_to_string(&path);
    let page = page.map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    let start = page.find(START).map(|start| start + START.len());
    let end = page.find(END);
    match start.zip(end) {
        Some((start, end)) if start <= end => Ok((page, start..end)),
        _ => Err(format!(
            "{} does not say where its tables are: between {:?} and {END:?}.",
            path.display(),
            START.trim_end()
        )),
    }
}

fn write(tables: &str) -> Result<(), String> {
    let (mut text, place) = read()?;
    text.replace_range(place, tables);
    fs::write(page(), text).map_err(|error| format!("the page cannot be written: {error}"))
}

fn main() -> ExitCode {
    if let Some(argument) = env::args().nth(1) {
        let is_help = argument == "--help" || argument == "-h";
        let usage = "Simulates what holding the queue costs, and prints the tables of docs/economics.md, which \
                     takes some minutes. With UPDATE=1 in the environment it writes them there. It takes no \
                     arguments.";
        if is_help {
            println!("{usage}");
            return ExitCode::SUCCESS;
        }
        eprintln!("{argument:?} is not known. {usage}");
        return ExitCode::from(2);
    }
    let tables = tables(TIMES);
    print!("{tables}");
    if env::var_os("UPDATE").is_some() {
        if let Err(error) = write(&tables) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_costs_a_thousand_times_what_it_is_worth() {
        for (name, blocks) in [
            ("quiet", Blocks::QUIET),
            ("full", Blocks::FULL),
            ("nearly full", Blocks::NEARLY_FULL),
        ] {
            let costs = each(|strategy| cheapest(strategy, &[None], 60 * MINUTE, blocks));
            for (strategy, cost) in STRATEGIES.iter().zip(costs) {
                assert!(cost >= 1_000.0, "{}, {name} blocks: {cost}", strategy.name);
            }
        }
    }

    #[test]
    fn honest_bursts_pay_little_and_the_price_comes_back() {
        let small = burst(3_000);
        assert!(small.mean < 0.5, "{}", small.mean);
        let large = burst(10_000);
        assert!(large.mean < 25.0, "{}", large.mean);
        assert!(large.back <= 15 * MINUTE, "{}", large.back);
    }

    /// The first columns of them, which take seconds: all take minutes.
    #[test]
    fn the_page_has_these_tables() {
        let (page, place) = read().expect("there is a page");
        let mut there = page[place].lines();
        for line in tables(&TIMES[..2]).lines() {
            let there = there.next().unwrap_or_default();
            assert!(
                there.starts_with(line.trim_end_matches('|')),
                "docs/economics.md says other than the simulation, which `UPDATE=1 make economy` mends:\n{there}\n{line}"
            );
        }
        assert_eq!(there.next(), None, "the page has more");
    }
}
