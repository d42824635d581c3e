//! What the engine charges for: nothing that takes time is free.

use super::{Chain, PLENTY};
use actors_executor::Schedule;
use actors_primitives::{abi::Entry, ReplyCode};

/// The fuel that `handle` burns with that body, beside functions and what else they need.
fn fuel(functions: &str, body: &str) -> u64 {
    let mut chain = Chain::new(&format!(
        r#"{functions} (func (export "handle") (local i32) {body})"#
    ));
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    let turn = chain.run(Entry::Handle, 10 * PLENTY);
    turn.outcome.expect("it finishes");
    let gas = turn.gas_burned - start;
    assert_eq!(gas % chain.schedule.fuel, 0);
    gas / chain.schedule.fuel
}

#[test]
fn copying_and_filling_pay_for_each_byte() {
    for operator in [
        "(memory.copy (i32.const 1) (i32.const 0) (i32.const LEN))",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const LEN))",
    ] {
        let cost = |len: u32| fuel("", &operator.replace("LEN", &len.to_string()));
        assert_eq!(cost(60_000) - cost(0), 60_000, "{operator}");
        assert!(cost(0) > fuel("", "") + 20, "{operator}");
    }
    // The bytes are paid for before they are moved, and so before their bounds are found out.
    let mut poor = Chain::new(
        r#"(func (export "handle") (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)))"#,
    );
    let start = poor.schedule.start(&poor.code, Entry::Handle, &poor.memory);
    let turn = poor.run(Entry::Handle, start + 1_000_000);
    assert_eq!(
        turn.outcome.expect_err("too little").code,
        ReplyCode::OutOfGas
    );
}

#[test]
fn growing_memory_pays_for_each_byte_and_for_comparing_it() {
    let grow = |pages: u32| fuel("", &format!("(drop (memory.grow (i32.const {pages})))"));
    let schedule = Schedule::default();
    let compare = 4 * schedule.page_compare / schedule.fuel;
    assert_eq!(grow(8) - grow(0), 8 * (65_536 + compare));
    assert!(8 * 65_536 * schedule.fuel * 2 > 8 * schedule.wasm_page);
    // Asking in vain is not free either.
    assert_eq!(grow(64), grow(0));
    assert!(grow(64) - fuel("", "(drop (memory.size))") > 200);
}

#[test]
fn memory_grows_up_to_the_limit_and_not_past_it() {
    for (declared, most) in [("1", 64), ("1 5", 5), ("5 5", 5), ("0 100", 64)] {
        let mut chain = Chain::new(&format!(
            r#"(memory (export "memory") {declared})
            (func (export "handle")
                (loop $more (br_if $more (i32.ne
                    (memory.grow (i32.const 1)) (i32.const -1))))
                (if (i32.ne (memory.grow (i32.const -1)) (i32.const -1)) (then unreachable))
                (if (i32.ne (memory.size) (i32.const {most})) (then unreachable)))"#
        ));
        assert_eq!(chain.turn().memory.wasm_pages, most, "{declared}");
    }
}

#[test]
fn calls_pay_for_the_locals_that_they_zero() {
    for call in ["(call $f)", "(call_indirect (i32.const 0))"] {
        let cost = |locals: &str| {
            let functions = format!("(table 1 funcref) (elem (i32.const 0) $f) (func $f {locals})");
            fuel(&functions, &call.repeat(3))
        };
        let locals = format!("(local {})", "i64 ".repeat(190));
        assert_eq!(cost(&locals) - cost("(local i64)"), 3 * (95 - 1), "{call}");
    }
}

#[test]
fn a_call_pays_whatever_function_it_reaches() {
    // The one with many locals is never called: a call pays for the largest there is.
    let small = fuel("(func $f)", "(call $f)");
    let locals = "i64 ".repeat(190);
    let large = fuel(&format!("(func $f) (func (local {locals}))"), "(call $f)");
    assert_eq!(large - small, 95 - 1, "`handle` itself has one");
}

/// Whatever is in a loop, each round pays for at least an empty one: 3 ns in a runtime.
#[test]
fn no_round_of_a_loop_is_free() {
    const ROUNDS: u32 = 1_000;
    for round in [
        "",
        "(block)",
        "(block (br 0))",
        "(block (br_table 0 0 0 (local.get 0)))",
        "(block (br_if 0 (local.get 0)))",
        "(if (local.get 0) (then) (else))",
        "(loop (nop))",
        "(drop (memory.size))",
        "(call $nothing)",
        "(call_indirect (i32.const 0))",
        "(drop (memory.grow (i32.const 65)))",
        "(drop (i64.div_u (i64.const 1) (i64.const 3)))",
        "(drop (select (i32.const 1) (i32.const 2) (local.get 0)))",
    ] {
        let cost = |rounds: u32| {
            fuel(
                "(table 1 funcref) (elem (i32.const 0) $nothing) (func $nothing)",
                &format!(
                    r#"(local.set 0 (i32.const {rounds}))
                    (loop $again {round} (br_if $again
                        (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"#
                ),
            )
        };
        let each = (cost(2 * ROUNDS) - cost(ROUNDS)) / u64::from(ROUNDS);
        // `local.set`, `i32.const`, the subtraction and the branch.
        let empty = 5;
        assert!(each >= empty, "{round}: {each}");
        if !round.is_empty() && round != "(block)" {
            assert!(each > empty, "{round}: {each}");
        }
    }
    for endless in [
        "(loop $l br $l)",
        "(loop $l (br_if $l (i32.const 1)))",
        "(loop $l (br_table $l $l (i32.const 0)))",
        "(loop $l (block $b (br_table $l $b (i32.const 0))))",
    ] {
        let mut chain = Chain::new(&format!(r#"(func (export "handle") {endless})"#));
        chain.fails_with(ReplyCode::OutOfGas);
    }
}

#[test]
fn a_branch_over_many_targets_costs_what_one_over_few_does() {
    let cost = |targets: usize| {
        let list = "0 ".repeat(targets);
        fuel("", &format!("(block (br_table {list} (i32.const 3000)))"))
    };
    assert_eq!(cost(4_096), cost(2));
}

#[test]
fn recursion_is_bounded_by_depth_not_by_the_machine() {
    let depth = |count: u32, locals: usize| {
        let locals = "i64 ".repeat(locals);
        Chain::new(&format!(
            r#"(func $down (param i32) (local {locals})
                (if (local.get 0)
                    (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
            (func (export "handle") (call $down (i32.const {count})))"#
        ))
    };
    depth(1000, 0).turn();
    depth(1030, 0).fails_with(ReplyCode::StackDepth);
    // Large frames reach the stack's own bound before that.
    depth(150, 190).turn();
    depth(1000, 190).fails_with(ReplyCode::StackDepth);
    let mut shallow = depth(10, 0);
    shallow.limits.call_depth = 5;
    shallow.fails_with(ReplyCode::StackDepth);
    // One frame may be larger than its locals: what it keeps on the stack of operands counts.
    let wide = |operands: usize| {
        let push = "(i32.load (i32.const 0))".repeat(operands);
        let add = "i32.add ".repeat(operands - 1);
        Chain::new(&format!(
            r#"(func $down (param i32) (result i32)
                {push}
                (if (local.get 0)
                    (then (drop (call $down (i32.sub (local.get 0) (i32.const 1))))))
                {add})
            (func (export "handle") (drop (call $down (i32.const 100))))"#
        ))
    };
    wide(100).turn();
    wide(2_000).fails_with(ReplyCode::StackDepth);
}
