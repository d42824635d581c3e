//! Ratios, measured in one run inside a Wasm runtime under the node's executor.

mod blocks;
mod chain;
mod charge;
mod charges;
mod counting;
mod engines;
mod hostile;
mod kernels;
mod keys;
mod median;
mod messages;
mod metering;
mod mixes;
mod modules;
mod ping;
mod placement;
mod prices;
mod profile;
mod programs;
mod proofs;
mod round_trip;
mod scaling;
mod search;
mod signatures;
mod table;
mod waiting;

use std::process::ExitCode;

use chain::Runtime;
use table::{Paint, Table};

const HELP: &str = "\
Measures pallet-actors inside a Wasm runtime under the node's executor, and prints ratios.

Usage: make bench [ARGS=\"OPTIONS\"], or .ci/bench [OPTIONS]

Options:
  --only NAME   Runs this scenario alone; may be repeated
  --laps N      Laps of each measurement instead of 100 (fewer is faster and less exact)
  --program T   Of `hostile`, measures those programs alone whose names contain T
  --search N    Looks for N minutes for mixes of operators that take more time than their gas
                pays for, instead of the scenarios, and prints what it finds
  -h, --help    Prints this

Scenarios:
";

/// A scenario: its name, what it compares, and its work.
type Scenario = (&'static str, &'static str, fn(&Runtime, u32) -> Table);

const SCENARIOS: &[Scenario] = &[
    (
        "ping",
        "a message served, against a call of pallet-contracts",
        ping::run,
    ),
    (
        "round-trip",
        "a round trip that a program awaits, against messages that nobody waits for",
        round_trip::run,
    ),
    (
        "messages",
        "10,000 round trips and 10,000 plain messages, in blocks of two seconds",
        messages::run,
    ),
    (
        "kernels",
        "programs that compute, against pallet-contracts",
        kernels::run,
    ),
    (
        "prices",
        "what kernels and a ping are charged by what they take, here and in pallet-contracts",
        prices::run,
    ),
    (
        "metering",
        "the engine with its meter on, against off",
        metering::run,
    ),
    (
        "engines",
        "the engine alone, against the version that was not chosen",
        engines::run,
    ),
    (
        "scaling",
        "a message among 10 and among 100,000",
        scaling::run,
    ),
    (
        "uploads",
        "the time of storing code, against what it charges",
        charges::uploads,
    ),
    (
        "calls",
        "the time of the other calls, against what they charge",
        charges::calls,
    ),
    (
        "steps",
        "the time of turns that do one thing, against what they charge",
        charges::steps,
    ),
    (
        "waiting",
        "the time of waiting, letters, delays and upgrades, against what they charge",
        waiting::run,
    ),
    (
        "proofs",
        "the proofs that blocks record, against what they charge",
        proofs::run,
    ),
    (
        "hostile",
        "the time of hostile programs, against what they charge",
        hostile::run,
    ),
    (
        "blocks",
        "every block of random cases and of cascades, against what it is charged",
        blocks::run,
    ),
    ("profile", "where the time of a message goes", profile::run),
];

fn help() {
    print!("{HELP}");
    for (name, about, _) in SCENARIOS {
        println!("  {name:<12}  {about}");
    }
    println!("\nExit code: 0 if every bound is kept, 1 if one is broken, 2 if misused.");
}

fn main() -> ExitCode {
    let mut only = Vec::new();
    let mut laps = 100;
    let mut search = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-h" | "--help" => {
                help();
                return ExitCode::SUCCESS;
            }
            "--only" => match arguments.next() {
                Some(name) if SCENARIOS.iter().any(|(known, ..)| *known == name) => only.push(name),
                name => return misuse(&format!("--only wants a scenario, not {name:?}")),
            },
            "--laps" => match arguments.next().and_then(|number| number.parse().ok()) {
                Some(number @ 5..=100_000) => laps = number,
                _ => return misuse("--laps wants a number from 5 to 100000"),
            },
            "--program" => match arguments.next() {
                Some(name) => {
                    let _ = hostile::NAMED.set(name);
                }
                None => return misuse("--program wants a part of a name"),
            },
            "--search" => match arguments.next().and_then(|number| number.parse().ok()) {
                Some(minutes @ 1..=10_000) => search = Some(minutes),
                _ => return misuse("--search wants minutes, from 1 to 10000"),
            },
            other => return misuse(&format!("unknown option {other}")),
        }
    }

    let runtime = Runtime::new();
    let mut broken = Vec::new();
    if let Some(minutes) = search {
        let table = search::run(&runtime, minutes);
        table.print();
        broken.extend(table.broken());
    }
    for (name, _, run) in SCENARIOS {
        if search.is_some() && only.is_empty() {
            break;
        }
        if only.is_empty() || only.iter().any(|wanted| wanted == name) {
            let table = run(&runtime, laps);
            table.print();
            broken.extend(table.broken());
        }
    }
    let paint = Paint::new();
    if broken.is_empty() {
        println!("\n{}", paint.green("Every bound is kept."));
        return ExitCode::SUCCESS;
    }
    println!(
        "\n{}",
        paint.red(&format!("{} bounds are broken:", broken.len()))
    );
    for line in broken {
        println!("  {line}");
    }
    ExitCode::FAILURE
}

fn misuse(text: &str) -> ExitCode {
    eprintln!("{text}\n");
    help();
    ExitCode::from(2)
}
