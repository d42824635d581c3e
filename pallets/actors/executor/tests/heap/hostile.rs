//! Programs that take as much of the heap as they may.

const PRELUDE: &str = r#"
    (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (import "actors_v1" "send"
        (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "wake" (func $wake (param i32) (result i32)))
    (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
    (import "actors_v1" "debug" (func $debug (param i32 i32)))"#;

/// Sends letters and wakes until it is told that it is too much, and waits.
const TALK: &str = r#"
    (i64.store (i32.const 64) (i64.const 0)) (i64.store (i32.const 72) (i64.const 0))
    (loop $letters (br_if $letters (i32.eqz (call $send
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0)
        (i64.const -1) (i32.const 0) (i32.const 1) (i32.const 128)))))
    (loop $wakes (br_if $wakes (i32.eqz (call $wake (i32.const 0)))))
    (if (call $wait (i32.const 1)) (then unreachable))"#;

/// Replies with the longest payload, says much, and does one thing with things of one size until it
/// is told that it is too much. Keys are told apart by a number; the size stands behind it.
fn spam(act: &str, size: u32) -> String {
    format!(
        r#"(local $count i32)
        (drop (call $reply (i32.const 0) (i32.const 65536) (i32.const 0)))
        (i32.store (i32.const 4) (i32.const {size}))
        (loop $more
            (i32.store (i32.const 0) (local.tee $count
                (i32.add (local.get $count) (i32.const 1))))
            (if (i32.lt_u (local.get $count) (i32.const 1000))
                (then (call $debug (i32.const 0) (i32.const {size}))))
            (br_if $more (i32.and {act} (i32.lt_u (local.get $count) (i32.const 4500)))))"#
    )
}

/// Programs whose `handle` takes as much as it may of one kind of thing, of one size. Together they
/// have pieces of every size.
pub(crate) fn turns() -> Vec<(String, String)> {
    let program = |memory: u32, body: &str| {
        format!(
            r#"(module {PRELUDE} (memory (export "memory") {memory})
            (func (export "handle") {body}))"#
        )
    };
    let fill = "(memory.fill (i32.const 0) (i32.const 3) (i32.const 4194304))";
    let grow = "(memory.grow (i32.const 1))";
    let mut turns = vec![
        (
            "grows".into(),
            program(
                1,
                &format!("(loop $more (br_if $more (i32.ne {grow} (i32.const -1)))) {fill}"),
            ),
        ),
        (
            "fills".into(),
            program(63, &format!("(drop {grow}) {fill}")),
        ),
        ("talks".into(), program(2, TALK)),
    ];
    // Just above each power of two, and the longest.
    let sizes = [
        5, 9, 17, 33, 65, 129, 257, 513, 1_025, 2_049, 4_097, 8_193, 16_384,
    ];
    for size in sizes {
        let acts = [
            (
                "emits",
                format!("(i32.eqz (call $emit (i32.const 0) (i32.const {size})))"),
            ),
            (
                "sets",
                format!(
                    "(i32.eqz (call $set
                        (i32.const 0) (i32.const 8) (i32.const 0) (i32.const {size})))"
                ),
            ),
            (
                "gets",
                "(i32.ne (i32.const -9) (call $get
                    (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 0)))"
                    .into(),
            ),
        ];
        for (name, act) in acts {
            turns.push((
                format!("{name} {size} bytes"),
                program(2, &spam(&act, size)),
            ));
        }
    }
    turns
}

/// A shape of code that takes much of the heap: its name, and code of it with a number, which makes
/// it like no other.
pub(crate) type Shape = (&'static str, Box<dyn Fn(u32) -> String>);

/// Every shape, with about `length` bytes of code where that can be chosen.
pub(crate) fn shapes(length: usize) -> Vec<Shape> {
    // What a function does, and the bytes that this takes.
    let bodies = [
        ("empty functions", "", 0),
        ("conditions", "i32.const 0 if else end ", 6),
        (
            "answers",
            "i32.const 0 if (result i32) i32.const 1 else i32.const 2 end drop ",
            12,
        ),
        ("blocks", "block end ", 3),
        ("loops", "loop end ", 3),
        ("constants", "i64.const 0x7123456789abcdef drop ", 11),
        ("loads", "i32.const 0 i32.load drop ", 6),
        ("arithmetic", "i32.const 1 i32.eqz drop ", 4),
        (
            "copies",
            "i32.const 0 i32.const 0 i32.const 0 memory.copy ",
            10,
        ),
        ("sums", "i32.const 1 i32.const 2 i32.add drop ", 6),
        ("branches", "block i32.const 0 br_if 0 end ", 7),
    ];
    let mut shapes = Vec::new();
    let mut shape = |name, memory, rest: String| {
        let code = move |number| module(memory, &rest, number);
        shapes.push((name, Box::new(code) as Box<dyn Fn(u32) -> String>));
    };
    for (name, part, bytes) in bodies {
        // Once, and so often that what a function becomes has other sizes.
        for times in [1, 16, 400, 4_000] {
            // Nothing is nothing however often.
            let is_new = bytes > 0 || times == 1;
            if is_new && bytes * times < 60_000 {
                let times = times.min(length / bytes.max(1)).max(1);
                let count = length / (bytes * times + 5);
                shape(name, 1, functions(&part.repeat(times), count));
            }
        }
    }
    let targets = "0 ".repeat(4_000);
    let table = format!("block i32.const 9 br_table {targets} end ");
    shape(
        "branch tables",
        1,
        functions(&table.repeat(10), length / 40_100),
    );
    shape("types", 1, format!("{} {LAST}", types()));
    let globals: String = (0..250)
        .map(|index| format!("(global (export \"{index}\") (mut i64) (i64.const 0))"))
        .collect();
    shape("globals", 1, format!("{globals} {LAST}"));
    let elements = "$last ".repeat(8_192);
    let table = format!("(table 8192 funcref) (elem (i32.const 0) {elements}) {LAST}");
    shape("table", 1, table);
    shape("segments", 64, format!("{} {LAST}", segments(1)));
    let longer = segments(length / 1_000);
    shape("longer segments", 64, format!("{longer} {LAST}"));
    shapes
}

/// Codes of these shapes by turns, `count` bytes in all.
pub(crate) fn codes(names: &[&str], length: usize, count: usize) -> Vec<Vec<u8>> {
    let mut shapes = shapes(length);
    shapes.retain(|(name, _)| names.contains(name));
    let mut bytes = 0;
    (0..)
        .flat_map(|number| shapes.iter().map(move |(_, code)| code(number)))
        .map(|text| wat::parse_str(text).expect("it assembles"))
        .take_while(|code| {
            bytes += code.len();
            bytes < count
        })
        .collect()
}

/// What `handle` calls.
const LAST: &str = "(func $last)";

fn module(memory: u32, rest: &str, number: u32) -> String {
    format!(
        r#"(module (memory (export "memory") {memory}) {rest}
        (func (export "handle") (drop (i32.const {number})) (call $last)))"#
    )
}

/// So many functions with that body, and one that calls them all, by way of others: a function has
/// 64 KiB at most.
fn functions(body: &str, count: usize) -> String {
    let count = count.clamp(1, 8_000);
    let calls = |from: usize, to: usize| -> String {
        (from..to).map(|index| format!("call {index} ")).collect()
    };
    let half = count / 2;
    format!(
        "{} (func $first {}) (func $last call $first {})",
        format!("(func {body})").repeat(count),
        calls(0, half),
        calls(half, count)
    )
}

/// As many types as there may be, all different.
fn types() -> String {
    let number = |index: usize, bit: usize| match index >> (bit % 10) & 1 {
        0 => "i32 ",
        _ => "i64 ",
    };
    (0..1_000)
        .map(|index| {
            let params: String = (0..32).map(|bit| number(index, bit)).collect();
            format!("(type (func (param {params})))")
        })
        .collect()
}

/// As many data segments as there may be, which write on every page of the largest memory.
fn segments(bytes: usize) -> String {
    let data = "x".repeat(bytes);
    let places = (0..1_000).map(|index| index * 4_099);
    places
        .map(|place| format!("(data (i32.const {place}) \"{data}\")"))
        .collect()
}
