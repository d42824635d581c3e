//! What the oracle says of engines alone. The chain never shows it a fault: so here is one that it
//! finds, and an engine that does not have it.

use actors_oracle::{
    compare::{calls, play, play_on, Counts, Played},
    engines::Engine,
    module::{op, Export, Function, Module, Signature, Value},
    shrink::shrink,
    Invocation,
};
use wasm_encoder::{ExportKind, Instruction as I};

/// What wasmi 2.0.0 gets wrong, among operators that have no part in it: the condition of a
/// `select` compares a local with zero, and something was computed before.
fn wrong_select() -> Module {
    let body = [
        I::LocalGet(0),
        I::LocalGet(1),
        I::I32Add,
        I::Drop,
        I::LocalGet(0),
        I::LocalGet(1),
        I::LocalGet(2),
        I::I32Eqz,
        I::Select,
        I::End,
    ];
    Module {
        types: vec![Signature {
            params: vec![Value::I32; 3],
            result: Some(Value::I32),
        }],
        functions: vec![Function {
            ty: 0,
            locals: Vec::new(),
            body: body.iter().map(op).collect(),
        }],
        exports: vec![Export {
            name: "select".into(),
            kind: ExportKind::Func,
            index: 0,
        }],
        ..Module::default()
    }
}

fn calls_of(module: &Module) -> Vec<Invocation> {
    let mut arguments = [10, 20, 7, 10, 20, 0].into_iter().cycle();
    calls(module, 2, || arguments.next().unwrap_or_default())
}

fn play_alone(engine: Engine, module: &Module, calls: &[Invocation]) -> Played {
    play_on(engine, module, calls, &mut Counts::default())
}

#[test]
fn the_oracle_finds_the_fault_of_the_chosen_engine_and_makes_it_small() {
    let module = wrong_select();
    let calls = calls_of(&module);
    let Played::Different(difference) = play_alone(Engine::Wasmi2, &module, &calls) else {
        panic!("wasmi 2.0.0 is right: its validator can let such selects pass");
    };
    assert_eq!(difference.what, "the result is 0x14, not 0xa");
    let (small, difference) = shrink(&module, &difference, |module, calls| {
        Ok(play_alone(Engine::Wasmi2, module, calls))
    });
    assert!(small.operators() < module.operators(), "{}", small.text());
    assert_eq!(difference.calls.len(), 1);
}

#[test]
fn the_chain_refuses_that_fault_and_another_engine_does_not_have_it() {
    let module = wrong_select();
    let calls = calls_of(&module);
    let chain = play(&module, &calls, false, &mut Counts::default()).expect("it is refused");
    assert!(
        matches!(&chain, Played::Refused(why) if why.contains("select")),
        "{chain:?}"
    );
    let other = play_alone(Engine::Wasmi1, &module, &calls);
    assert!(matches!(other, Played::Equal), "{other:?}");
}
