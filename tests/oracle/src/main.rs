//! Looks for calls that come to something else on the chain than in wasmtime.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
        Mutex,
    },
    time::{Duration, Instant},
};

use actors_oracle::{
    compare::{calls, play, play_on, Counts, Difference, Played},
    engines::Engine,
    generate,
    module::Module,
    shrink::shrink,
    smith, Invocation,
};
use clap::Parser;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Looks for calls that come to something else on the chain than in wasmtime.
///
/// Modules are made at random, half of them by wasm-smith and half by a generator that is dense in
/// what an engine fuses, and each is called some times. What differs is made small and written
/// down as text. Ends with 1 if anything does.
#[derive(Parser)]
#[command(name = "oracle")]
struct Arguments {
    /// Minutes to go on for.
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Modules to play at most.
    #[arg(long)]
    modules: Option<u64>,
    /// The first seed; each module has the next. By default the time.
    #[arg(long)]
    seed: Option<u64>,
    /// Calls every n-th module in a runtime as well; 0 for none.
    #[arg(long, default_value_t = 50)]
    runtime: u64,
    /// Plays an engine alone instead of the chain: nothing is refused.
    #[arg(long)]
    engine: Option<Engine>,
    /// Differences after which to stop.
    #[arg(long, default_value_t = 10)]
    stop: usize,
    /// The folder to write differences to.
    #[arg(long, default_value = "target/oracle")]
    out: PathBuf,
    /// Threads.
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let first = arguments.seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now();
        now.duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |time| time.as_secs() << 24)
    });
    println!("from seed {first}, on {} threads", arguments.threads);
    let start = Instant::now();
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let counts = Mutex::new(Counts::default());
    let differences = Mutex::new(Vec::<String>::new());
    let limit = Duration::from_secs(arguments.minutes * 60);
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                let mut mine = Counts::default();
                loop {
                    let place = next.fetch_add(1, Relaxed);
                    let enough = arguments.modules.is_some_and(|most| place >= most);
                    if enough || start.elapsed() > limit || stop.load(Relaxed) {
                        break;
                    }
                    let seed = first.wrapping_add(place);
                    let in_runtime =
                        arguments.runtime > 0 && place.is_multiple_of(arguments.runtime);
                    let side = match arguments.engine {
                        Some(engine) => Side::Alone(engine),
                        None => Side::Chain { in_runtime },
                    };
                    if let Some(found) = one(seed, side, &mut mine) {
                        let mut all = differences.lock().expect("no thread panics with it");
                        report(&arguments.out, seed, &found);
                        all.push(found.1.what);
                        stop.store(all.len() >= arguments.stop, Relaxed);
                    }
                    if place.is_multiple_of(64) {
                        let mut all = counts.lock().expect("no thread panics with it");
                        all.add(&std::mem::take(&mut mine));
                        if place.is_multiple_of(16_384) {
                            println!("{:5} s: {all}", start.elapsed().as_secs());
                        }
                    }
                }
                counts.lock().expect("no thread panics with it").add(&mine);
            });
        }
    });
    let counts = counts.into_inner().expect("no thread panics with it");
    let differences = differences.into_inner().expect("no thread panics with it");
    println!("{:5} s: {counts}", start.elapsed().as_secs());
    println!("{} differences", differences.len());
    ExitCode::from(u8::from(!differences.is_empty()))
}

/// What is held against wasmtime.
#[derive(Clone, Copy)]
enum Side {
    /// The chain's executor, natively, and in a runtime too.
    Chain { in_runtime: bool },
    /// An engine without a chain around it.
    Alone(Engine),
}

impl Side {
    fn play(
        self,
        module: &Module,
        calls: &[Invocation],
        counts: &mut Counts,
    ) -> Result<Played, String> {
        match self {
            Self::Chain { in_runtime } => play(module, calls, in_runtime, counts),
            Self::Alone(engine) => Ok(play_on(engine, module, calls, counts)),
        }
    }
}

/// What panics differs: no module may stop a chain.
fn caught(play: impl FnOnce() -> Result<Played, String>) -> Result<Played, String> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(play));
    caught.unwrap_or_else(|_| {
        Ok(Played::Different(Difference {
            calls: Vec::new(),
            what: "it panics".into(),
        }))
    })
}

/// Plays the module of a seed; what differs, made small.
fn one(seed: u64, side: Side, counts: &mut Counts) -> Option<(Module, Difference)> {
    let module = match seed % 2 {
        0 => smith::module(seed)?,
        _ => generate::module(seed),
    };
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
    let calls = calls(&module, 3, || match random.gen_ratio(1, 3) {
        true => random.gen(),
        false => random.gen_range(0..70),
    });
    match caught(|| side.play(&module, &calls, counts)) {
        Ok(Played::Different(difference)) => Some(shrink(&module, &difference, |module, calls| {
            caught(|| side.play(module, calls, &mut Counts::default()))
        })),
        Ok(_) => None,
        Err(error) => panic!("seed {seed}: wasmtime does not take what the chain does: {error}"),
    }
}

fn report(out: &std::path::Path, seed: u64, (module, difference): &(Module, Difference)) {
    println!("\nseed {seed}: {}", difference.what);
    let mut text = format!(";; Seed {seed}: {}.\n", difference.what);
    for call in &difference.calls {
        text += &format!(
            ";; Calls function {} with {:?}.\n",
            call.function, call.arguments
        );
    }
    text += &module.text();
    println!("{text}");
    let file = out.join(format!("{seed}.wat"));
    let written = std::fs::create_dir_all(out).and_then(|()| std::fs::write(&file, text));
    match written {
        Ok(()) => println!("written to {}", file.display()),
        Err(error) => println!("cannot write {}: {error}", file.display()),
    }
}
