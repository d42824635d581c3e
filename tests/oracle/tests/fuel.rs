//! The engine charges for operators by the rule that the documentation tells, and by no other.

use actors_executor::{Limits, Schedule};
use actors_oracle::{
    compare::calls,
    driver::{drive, Driven},
    generate,
    meter::{meter, Metered},
    module::{Module, Value},
    outcome::Outcome,
    reference::Reference,
    subject::Subject,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wasmparser::Operator;

/// The prices of `docs/limits.md`.
fn price(operator: &Operator<'_>) -> u64 {
    use Operator::*;
    match operator {
        Block { .. } | Else | End | Return | Drop | Nop | Unreachable => 0,
        I32Const { .. } | I64Const { .. } => CONSTANT,
        LocalGet { .. } => 10,
        I32Load { .. }
        | I64Load { .. }
        | I32Load8S { .. }
        | I32Load8U { .. }
        | I32Load16S { .. }
        | I32Load16U { .. }
        | I64Load8S { .. }
        | I64Load8U { .. }
        | I64Load16S { .. }
        | I64Load16U { .. }
        | I64Load32S { .. }
        | I64Load32U { .. }
        | I32Store { .. }
        | I64Store { .. }
        | I32Store8 { .. }
        | I32Store16 { .. }
        | I64Store8 { .. }
        | I64Store16 { .. }
        | I64Store32 { .. } => 24,
        I32DivS | I32DivU | I32RemS | I32RemU | I64DivS | I64DivU | I64RemS | I64RemU => 16,
        Br { .. } | BrIf { .. } => 16,
        If { .. } => IF,
        BrTable { .. } => 24,
        Call { .. } => CALL,
        CallIndirect { .. } => 120,
        MemoryCopy { .. } | MemoryFill { .. } => 48,
        MemoryGrow { .. } => 255,
        _ => SIMPLE,
    }
}

const CONSTANT: u64 = 4;
const SIMPLE: u64 = 14;
const IF: u64 = 20;
const CALL: u64 = 90;

/// What the driver pays for calling a function, in fuel: it is a function of the module as well.
fn of_driver(driven: &Driven, function: u32, locals: u64) -> u64 {
    // One for being entered; a compare for each function that may be called; then the call.
    let tests = driven.functions.len() as u64 * (SIMPLE + CONSTANT + SIMPLE + IF);
    let (_, ty) = driven
        .functions
        .iter()
        .find(|(number, _)| *number == function)
        .expect("the driver calls it");
    let arguments: u64 = ty
        .params
        .iter()
        .map(|ty| SIMPLE * (1 + u64::from(*ty == Value::I32)))
        .sum();
    let result = ty
        .result
        .map_or(0, |ty| SIMPLE * (1 + u64::from(ty == Value::I32)));
    1 + tests + 1 + arguments + CALL + locals.div_ceil(2) + result
}

/// Plays a module, and compares what it burned with what it counts.
fn compare(seed: u64, module: &Module, compared: &mut u64) {
    let Metered { plain, counting } = meter(module, price);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let calls = calls(&plain, 2, || random.gen_range(0..100));
    let functions: Vec<u32> = {
        let mut all: Vec<u32> = calls.iter().map(|call| call.function).collect();
        all.dedup();
        all
    };
    let (plain, counting) = (drive(&plain, &functions), drive(&counting, &functions));
    let Ok(info) = actors_executor::validate(&plain.wasm, &Limits::default()) else {
        return;
    };
    let mut reference = Reference::new(&counting).expect("wasmtime takes it");
    let fresh = reference.fresh().to_vec();
    let locals = info.locals.into();
    let mut subject = Subject::new(&plain, info, fresh, false);
    let schedule = Schedule::default();
    for call in &calls {
        let before = reference.global(counting.own_globals - 1);
        let (outcome, burned) = subject.call_metered(call);
        let Outcome::Returned(..) = outcome else {
            // What it burned until there is its own affair.
            break;
        };
        let Outcome::Returned(..) = reference.call(call) else {
            panic!("seed {seed}: wasmtime ends otherwise");
        };
        let counted = reference.global(counting.own_globals - 1) - before;
        let counted = counted + of_driver(&plain, call.function, locals);
        assert_eq!(
            burned.operators(&schedule),
            counted,
            "seed {seed}, {call:?}: the engine charges another fuel\n{}",
            module.text()
        );
        *compared += 1;
    }
}

#[test]
fn operators_burn_what_the_rule_says() {
    let mut compared = 0;
    for seed in 0..400 {
        compare(seed, &generate::module(seed), &mut compared);
    }
    println!("{compared} calls burned what the rule says");
    assert!(compared > 500, "{compared}");
}
