//! Every call and every step, against what it charges.

use bench_interface::Timed;

use crate::{
    chain::{Chain, Runtime},
    charge::{self, Charge},
    median, modules,
    ping::{deploy, try_deploy},
    programs, signatures,
    table::Table,
};

/// An echo: replies what it is sent.
const ECHO: &str = r#"(module
  (import "actors_v1" "message_size" (func $size (result i32)))
  (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
  (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (global (export "__stack_low") i32 (i32.const 0))
  (global (export "__stack_high") i32 (i32.const 131072))
  (func (export "handle")
    (drop (call $read (i32.const 0) (call $size) (i32.const 16)))
    (drop (call $reply (i32.const 16) (call $size) (i32.const 0)))))"#;

const GAS: u64 = 200_000_000_000;

/// The larger of the medians of fresh and of repeated calls is what a call takes; an upload runs
/// once in an instance of the runtime, so all of these are fresh.
fn repeated(laps: u32, mut call: impl FnMut(u32) -> Timed) -> Charge {
    let timed: Vec<Timed> = (0..laps).map(&mut call).collect();
    assert!(timed.iter().all(|timed| timed.ok), "a call was refused");
    Charge {
        time: median::of(timed.iter().map(|timed| timed.time).collect()),
        weight: timed.last().map_or(0, |timed| timed.weight),
        ..Charge::default()
    }
}

pub(crate) fn uploads(runtime: &Runtime, laps: u32) -> Table {
    let laps = (laps / 20).max(5);
    let mut table = Table::new("charges: storing code", charge::COLUMNS);
    charge::explain(&mut table);
    let kib = 1024;
    let plain = [
        ("1 KiB, ordinary", modules::ordinary(kib)),
        ("16 KiB, ordinary", modules::ordinary(16 * kib)),
        ("64 KiB, ordinary", modules::ordinary(64 * kib)),
        ("256 KiB, ordinary", modules::ordinary(256 * kib)),
        ("510 KiB, ordinary", modules::ordinary(510 * kib)),
        ("16 KiB, dense", modules::dense(16 * kib)),
        ("510 KiB, dense", modules::dense(510 * kib)),
        ("510 KiB, nested", modules::nested(510 * kib)),
        ("510 KiB, jump tables", modules::tables(510 * kib)),
        ("510 KiB, data", modules::data(510 * kib)),
        ("8192 functions", modules::small_functions(8_192)),
        ("most of an instance", modules::furnished()),
    ];
    let plain = plain.map(|(name, wasm)| (name.to_owned(), wasm));
    for (name, wasm) in plain.into_iter().chain(modules::shapes(510 * kib)) {
        let mut chain = Chain::new(runtime);
        let first: Timed = chain.call("actors_upload", (wasm.clone(),));
        if !first.ok {
            table.note(format!("Left out: {name}: the chain refuses it"));
            continue;
        }
        let mut remove = Vec::new();
        let mut upload = repeated(laps, |_| {
            remove.push(chain.call::<Timed>("actors_remove", (wasm.clone(),)));
            chain.call("actors_upload", (wasm.clone(),))
        });
        let mut remove = repeated(laps, |_| remove.pop().unwrap_or_default());
        let counted: Timed = chain.count("actors_remove", (wasm.clone(),));
        remove.accesses = counted.accesses;
        let counted: Timed = chain.count("actors_upload", (wasm,));
        upload.accesses = counted.accesses;
        upload.row(&mut table, format!("upload_code, {name}"));
        remove.row(&mut table, format!("remove_code, {name}"));
    }
    table
}

pub(crate) fn calls(runtime: &Runtime, laps: u32) -> Table {
    let laps = (laps / 5).max(5);
    let mut table = Table::new("charges: creating and sending", charge::COLUMNS);
    table.note("Weights without that of serving, which the rows of serving are judged by.");
    let echo = wat::parse_str(ECHO).expect("it is well-formed");
    let mut chain = Chain::new(runtime);
    let program = deploy(&mut chain, echo.clone(), b"");
    let large = modules::ordinary(510 * 1024);
    for length in [0usize, 1_024, 65_536] {
        let payload = vec![7u8; length];
        let salt = |round: u32, counted: bool| (round, length as u64, counted);
        let mut create = repeated(laps, |round| {
            let salt = codec::Encode::encode(&salt(round, false));
            chain.call("actors_create", (echo.clone(), salt, payload.clone()))
        });
        let salt = codec::Encode::encode(&salt(0, true));
        let counted: Timed = chain.count("actors_create", (echo.clone(), salt, payload));
        create.accesses = counted.accesses;
        create.row(&mut table, format!("create_program, {length} bytes"));
    }
    let mut both = repeated(3, |_| {
        let mut chain = Chain::new(runtime);
        chain.call(
            "actors_upload_program",
            (large.clone(), Vec::<u8>::new(), Vec::<u8>::new()),
        )
    });
    let counted: Timed = Chain::new(runtime).count(
        "actors_upload_program",
        (large.clone(), Vec::<u8>::new(), Vec::<u8>::new()),
    );
    both.accesses = counted.accesses;
    both.row(&mut table, "upload_program, 510 KiB, ordinary");
    let mut pause = repeated(laps, |round| chain.call("actors_pause", (round % 2 == 0,)));
    let _: Timed = chain.call("actors_pause", (false,));
    let counted: Timed = chain.count("actors_pause", (false,));
    pause.accesses = counted.accesses;
    pause.row(&mut table, "set_service_paused");
    for length in [0usize, 1_024, 16_384, 65_536] {
        let payload = vec![7u8; length];
        let (serve, call) = charge::message(&mut chain, program, &payload, GAS, laps);
        call.row(&mut table, format!("send_message, {length} bytes"));
        serve.row(
            &mut table,
            format!("  serving it by an echo of {length} bytes"),
        );
    }
    let family = programs::fixture("family");
    let family = deploy(&mut chain, family, b"family");
    // Sends an empty message to the echo, shares its gas, and handles the reply.
    let payload = [&[1], &program[..], &[0xff; 8], &[0; 16]].concat();
    let (serve, _) = charge::message(&mut chain, family, &payload, GAS, laps);
    serve.row(
        &mut table,
        "a send, its turn, its reply and that one's turn",
    );
    table
}

/// A step: its name, the import it needs, Wasm pages, how often, and the step.
const STEPS: &[(&str, &str, u32, u32, &str)] = &[
    ("nothing", "", 1, 1, ""),
    ("nothing, in the largest memory", "", 64, 1, ""),
    (
        "message_size, 10,000 times",
        r#"(import "actors_v1" "message_size" (func $f (result i32)))"#,
        1,
        10_000,
        "(drop (call $f))",
    ),
    (
        "state_get, 1 byte, 100 times",
        STATE,
        1,
        100,
        "(drop (call $set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
         (drop (call $get (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 1)))",
    ),
    (
        "state_set, 1 byte, 100 keys",
        STATE,
        1,
        100,
        "(i32.store (i32.const 0) (local.get $i))
         (drop (call $set (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 1)))",
    ),
    (
        "state_set, 16 KiB, 60 keys",
        STATE,
        1,
        60,
        "(i32.store (i32.const 0) (local.get $i))
         (drop (call $set (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 16384)))",
    ),
    (
        "state_get, 16 KiB, 1 key, 100 times",
        STATE,
        1,
        100,
        "(if (i32.eqz (local.get $i)) (then
           (drop (call $set (i32.const 0) (i32.const 4) (i32.const 64) (i32.const 16384)))))
         (drop (call $get (i32.const 0) (i32.const 4) (i32.const 20000) (i32.const 16384)))",
    ),
    (
        "send, empty, 200 times",
        SEND,
        1,
        200,
        "(drop (call $send (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 64) (i32.const 0)
           (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 256)))
         (memory.fill (i32.const 256) (i32.const 0) (i32.const 32))",
    ),
    (
        "send, 64 KiB, 15 times",
        SEND,
        2,
        15,
        "(drop (call $send (i32.const 0) (i32.const 512) (i32.const 65536) (i32.const 64) (i32.const 0)
           (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 256)))
         (memory.fill (i32.const 256) (i32.const 0) (i32.const 32))",
    ),
    (
        "emit, empty, 500 times",
        EMIT,
        1,
        500,
        "(drop (call $emit (i32.const 0) (i32.const 0)))",
    ),
    (
        "emit, 16 KiB, 60 times",
        EMIT,
        1,
        60,
        "(drop (call $emit (i32.const 0) (i32.const 16384)))",
    ),
    (
        "random, 100 times",
        r#"(import "actors_v1" "random" (func $f (param i32 i32 i32) (result i64)))"#,
        1,
        100,
        "(drop (call $f (i32.const 0) (i32.const 128) (i32.const 256)))
         (memory.fill (i32.const 256) (i32.const 0) (i32.const 32))",
    ),
    (
        "blake2_256, 1 KiB, 100 times",
        r#"(import "actors_v1" "blake2_256" (func $f (param i32 i32 i32)))"#,
        1,
        100,
        "(call $f (i32.const 0) (i32.const 1024) (i32.const 2048))
         (memory.fill (i32.const 2048) (i32.const 0) (i32.const 32))",
    ),
    (
        "keccak_256, 1 KiB, 100 times",
        r#"(import "actors_v1" "keccak_256" (func $f (param i32 i32 i32)))"#,
        1,
        100,
        "(call $f (i32.const 0) (i32.const 1024) (i32.const 2048))
         (memory.fill (i32.const 2048) (i32.const 0) (i32.const 32))",
    ),
    (
        "sha2_256, 64 KiB, 10 times",
        r#"(import "actors_v1" "sha2_256" (func $f (param i32 i32 i32)))"#,
        2,
        10,
        "(call $f (i32.const 0) (i32.const 65536) (i32.const 66000))
         (memory.fill (i32.const 66000) (i32.const 0) (i32.const 32))",
    ),
    (
        "pages: 4 changed",
        "",
        1,
        4,
        "(i32.store (i32.mul (local.get $i) (i32.const 16384))
           (i32.add (i32.load (i32.mul (local.get $i) (i32.const 16384))) (i32.const 1)))",
    ),
    (
        "pages: 256 changed",
        "",
        64,
        256,
        "(i32.store (i32.mul (local.get $i) (i32.const 16384))
           (i32.add (i32.load (i32.mul (local.get $i) (i32.const 16384))) (i32.const 1)))",
    ),
    (
        "pages: 256 kept as they are",
        "",
        64,
        256,
        "(i32.store8 (i32.mul (local.get $i) (i32.const 16384)) (i32.const 1))",
    ),
];

const STATE: &str = r#"
  (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))"#;
const SEND: &str = r#"(import "actors_v1" "send"
  (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))"#;
const EMIT: &str = r#"(import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))"#;

pub(crate) fn steps(runtime: &Runtime, laps: u32) -> Table {
    let laps = (laps / 10).max(5);
    let mut table = Table::new("charges: turns that do one thing", charge::COLUMNS);
    table.note("Whole turns, served alone; from the second turn of the program on.");
    let of_table = STEPS.iter().map(|(name, imports, pages, times, step)| {
        (*name, modules::repeat(imports, *pages, *times, step))
    });
    for (name, wasm) in of_table.chain(signatures::modules()) {
        let mut chain = Chain::new(runtime);
        match try_deploy(&mut chain, wasm, b"") {
            Ok(program) => {
                let (serve, _) = charge::message(&mut chain, program, b"", GAS, laps);
                serve.row(&mut table, name);
            }
            Err(error) => table.note(format!("Left out: {name}: {error}")),
        }
    }
    table
}
