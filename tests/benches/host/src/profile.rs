//! Where the time of a message goes.

use bench_interface::Accesses;

use crate::{
    chain::{Chain, Runtime},
    kernels::KERNELS,
    median,
    ping::{ask, deploy},
    programs,
    table::{time, Bound, Table},
};

/// Turns by what comes with them: how many stored pages, and the program.
const TURNS: &[(&str, u16, &str)] = &[
    (
        "no memory to speak of",
        0,
        r#"(module (memory (export "memory") 0) (func (export "handle")))"#,
    ),
    (
        "one Wasm page",
        0,
        r#"(module (memory (export "memory") 1) (func (export "handle")))"#,
    ),
    (
        "two Wasm pages",
        0,
        r#"(module (memory (export "memory") 2) (func (export "handle")))"#,
    ),
    (
        "two Wasm pages, one of them stack",
        0,
        r#"(module (memory (export "memory") 2)
            (global (export "__stack_low") i32 (i32.const 0))
            (global (export "__stack_high") i32 (i32.const 65536))
            (func (export "handle")))"#,
    ),
    (
        "no memory, three imports",
        0,
        r#"(module (import "actors_v1" "message_size" (func (result i32)))
            (import "actors_v1" "message_read" (func (param i32 i32 i32) (result i32)))
            (import "actors_v1" "reply" (func (param i32 i32 i32) (result i32)))
            (memory (export "memory") 0) (func (export "handle")))"#,
    ),
    (
        "eight stored pages, nothing changed",
        8,
        r#"(module (memory (export "memory") 2) (func (export "handle")))"#,
    ),
    (
        "eight stored pages, all changed",
        8,
        r#"(module (memory (export "memory") 2) (func (export "handle") (local i32)
            loop
              ;; Other than before, whatever that was.
              local.get 0
              local.get 0 i32.load offset=16380 i32.const 1 i32.add
              i32.store offset=16380
              local.get 0 i32.const 16384 i32.add local.tee 0
              i32.const 131072 i32.lt_u
              br_if 0
            end))"#,
    ),
];

type Steps = Vec<(Vec<u8>, Vec<u64>, Accesses)>;

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut chain = Chain::new(runtime);
    let wasm = programs::actor("ping");
    let program = deploy(&mut chain, wasm.clone(), b"");
    let mut table = Table::new(
        "profile: the steps of a `ping`, each alone, and the cold start of the kernels",
        &["time", "storage calls"],
    );
    let clock = median::of(chain.call("overhead", (laps,)));
    table.note(format!(
        "Reading the clock takes {clock} ns, which is subtracted."
    ));
    let arguments = |laps| (ask(program, b"PING", 1, laps), wasm.clone());
    let steps: Steps = chain.call("profile", arguments(laps));
    let counted: Steps = chain.count("profile", arguments(1));
    for ((name, times, _), (_, _, accesses)) in steps.into_iter().zip(counted) {
        let median = median::warm(&times, |time| *time).saturating_sub(clock);
        let name = String::from_utf8_lossy(&name).into_owned();
        let calls = match accesses.calls {
            0 => String::new(),
            calls => calls.to_string(),
        };
        table.row(name, vec![time(median), calls], f64::NAN, Bound::None);
    }
    for &(name, pages, text) in TURNS {
        let wasm = wat::parse_str(text).expect("it is well-formed");
        let arguments = (wasm, Vec::<u8>::new(), pages, laps);
        let times: Vec<u64> = chain.call("profile_turn", arguments);
        let median = median::warm(&times, |time| *time).saturating_sub(clock);
        let name = format!("a turn, {name}");
        table.row(name, vec![time(median)], f64::NAN, Bound::None);
    }
    for (kernel, input) in KERNELS {
        let wasm = programs::actor(kernel);
        let arguments = (wasm, input.to_le_bytes().to_vec(), (laps / 10).max(5));
        let cold: Vec<(u64, u64, u64, u64)> = chain.call("engine_cold", arguments);
        for (step, median) in [
            ("module", median::warm(&cold, |lap| lap.0)),
            ("instance", median::warm(&cold, |lap| lap.1)),
            ("first run", median::warm(&cold, |lap| lap.2)),
            ("second run", median::warm(&cold, |lap| lap.3)),
        ] {
            let name = format!("{kernel}: {step}");
            table.row(name, vec![time(median)], f64::NAN, Bound::None);
        }
    }
    table
}
