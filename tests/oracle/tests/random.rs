//! A fixed number of random modules: `make oracle` plays as many as there is time for.

use actors_oracle::{
    compare::{calls, play, Counts, Played},
    generate,
    module::Module,
    smith,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Plays the modules of some seeds; every `runtime`-th in a runtime too.
fn play_all(seeds: std::ops::Range<u64>, runtime: u64, make: fn(u64) -> Option<Module>) -> Counts {
    let mut counts = Counts::default();
    for seed in seeds {
        let Some(module) = make(seed) else {
            continue;
        };
        let mut random = ChaCha8Rng::seed_from_u64(!seed);
        let calls = calls(&module, 3, || match random.gen() {
            true => random.gen(),
            false => random.gen_range(0..70),
        });
        match play(&module, &calls, seed.is_multiple_of(runtime), &mut counts) {
            Ok(Played::Different(difference)) => {
                panic!("seed {seed}: {}\n{}", difference.what, module.text())
            }
            Ok(_) => {}
            Err(error) => panic!("seed {seed}: wasmtime does not take it: {error}"),
        }
    }
    println!("{counts}");
    counts
}

#[test]
fn dense_modules_do_what_they_do_in_wasmtime() {
    let counts = play_all(0..1_000, 10, |seed| Some(generate::module(seed)));
    assert_eq!(counts.modules, 1_000);
    assert!(counts.returned > 3_000, "{counts}");
    assert!(counts.trapped > 100, "{counts}");
    assert!(counts.misused > 0, "{counts}");
    assert!(counts.in_runtime > 300, "{counts}");
}

#[test]
fn modules_of_wasm_smith_do_what_they_do_in_wasmtime() {
    let counts = play_all(0..600, 10, smith::module);
    assert!(counts.modules > 300, "{counts}");
    assert!(counts.returned > 200, "{counts}");
    assert!(counts.in_runtime > 50, "{counts}");
}
