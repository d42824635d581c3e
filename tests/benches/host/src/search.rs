//! A search for code that takes more time than it pays for.
//!
//! A population of mixes: the worse half of it is replaced by children of the others, which are
//! mutated. What it measures moves with the machine, so the best is measured again each time.

use std::time::{Duration, Instant};

use crate::{
    chain::{Chain, Runtime},
    charge,
    hostile::GAS,
    mixes::{Mix, Random, BODY, KINDS},
    ping::deploy,
    table::{Bound, Table},
};

const POPULATION: usize = 24;
/// How many are told in the end.
const TOLD: usize = 5;
const LAPS: u32 = 5;

/// A mix, and its time over its gas.
type Found = (f64, Mix);

pub(crate) fn run(runtime: &Runtime, minutes: u64) -> Table {
    let start = Instant::now();
    let end = Duration::from_secs(60 * minutes);
    let mut random = Random(start.elapsed().as_nanos() as u64 ^ u64::from(std::process::id()));
    let mut population: Vec<Found> = Vec::new();
    let (mut tried, mut worst) = (0, 0.0);
    while start.elapsed() < end || population.len() < POPULATION {
        let mix = match population.len() < POPULATION {
            true => stranger(&mut random),
            false => child(&mut random, &population),
        };
        population.push((measure(runtime, &mix), mix));
        tried += 1;
        if tried % POPULATION == 0 {
            // Chance raises a figure only once.
            for (ratio, mix) in population.iter_mut().take(TOLD) {
                *ratio = ratio.min(measure(runtime, mix));
            }
        }
        population.sort_by(|a, b| b.0.total_cmp(&a.0));
        population.truncate(POPULATION);
        let (best, mix) = population[0];
        if best > worst {
            worst = best;
            let seconds = start.elapsed().as_secs();
            eprintln!(
                "{:>3}:{:02} {tried:>6} tried, {best:.3}: {mix:?}",
                seconds / 60,
                seconds % 60
            );
        }
    }
    let mut table = Table::new(
        "search: the worst mixes of operators, by gas alone",
        &["tried"],
    );
    table.note("Each as a line of `FOUND` in `mixes.rs`, from the worst:");
    for (ratio, mix) in population.iter().take(TOLD) {
        table.note(format!("{ratio:.3} {mix:?}"));
    }
    let worst = population.first().map_or(0.0, |(ratio, _)| *ratio);
    table.row(
        "the worst",
        vec![tried.to_string()],
        worst,
        Bound::Most(1.0),
    );
    table
}

/// Time over gas.
fn measure(runtime: &Runtime, mix: &Mix) -> f64 {
    let mut chain = Chain::new(runtime);
    let program = deploy(&mut chain, mix.wasm(), b"");
    let (serve, _) = charge::message(&mut chain, program, b"", GAS, LAPS);
    serve.by_gas()
}

fn stranger(random: &mut Random) -> Mix {
    let mut weights = [0; KINDS];
    for weight in &mut weights {
        *weight = random.pick(&[0, 0, 0, 1, 1, 2, 5]);
    }
    weights[random.below(KINDS)] = 1;
    Mix {
        weights,
        operators: random.next() as u32,
        bytes: 100 + random.below(BODY - 500) as u32,
        locals: random.pick(&[1, 2, 3, 5, 16, 40]),
        seed: random.next(),
    }
}

fn child(random: &mut Random, population: &[Found]) -> Mix {
    // The better of two, twice.
    let parent = |random: &mut Random| {
        let place = random
            .below(population.len())
            .min(random.below(population.len()));
        population[place].1
    };
    let (mut mix, other) = (parent(random), parent(random));
    for (weight, others) in mix.weights.iter_mut().zip(other.weights) {
        if random.below(2) == 0 {
            *weight = others;
        }
    }
    for _ in 0..=random.below(3) {
        match random.below(5) {
            0 => mix.weights[random.below(KINDS)] = random.pick(&[0, 1, 2, 5]),
            1 => mix.operators ^= 1 << random.below(32),
            2 => mix.bytes = 100 + random.below(BODY - 500) as u32,
            3 => mix.locals = random.pick(&[1, 2, 3, 5, 16, 40]),
            _ => mix.seed = random.next(),
        }
    }
    if mix.weights.iter().all(|weight| *weight == 0) {
        mix.weights[random.below(KINDS)] = 1;
    }
    mix
}
