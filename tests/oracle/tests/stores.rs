//! Every store of few operators: what the chain admits is translated, and right.
//!
//! The engine's translator panics where a local is stored at itself, if the local is in its register
//! and the offset has no short form. So each store here is tried behind an operator that leaves the
//! local there.

mod written;

use actors_oracle::module::{op, Function, Module, Signature, Value};
use wasm_encoder::{BlockType, Instruction as I, MemArg, MemArgTarget, ValType};

type Code = Vec<I<'static>>;

/// Ways to say an `i32`, of two locals.
fn numbers() -> Vec<Code> {
    let result = BlockType::Result(ValType::I32);
    let get = I::LocalGet;
    vec![
        vec![get(0)],
        vec![get(1)],
        vec![I::I32Const(12)],
        vec![get(1), I::LocalTee(0)],
        vec![get(0), I::LocalTee(1)],
        vec![get(0), I::I32Const(1), I::I32Add],
        vec![get(0), I::I32Const(1), I::I32Add, I::LocalTee(0)],
        // Writes for which the engine does nothing, or which it never reaches.
        vec![get(0), I::LocalTee(0)],
        vec![get(0), I::LocalSet(0), get(0)],
        [
            &[I::I32Const(1), I::If(result), get(0), I::Else][..],
            &[I::I32Const(3), I::LocalSet(0), I::I32Const(5), I::End],
        ]
        .concat(),
        [
            &[I::I32Const(1), I::If(result), get(0), I::Else][..],
            &[I::I32Const(3), I::LocalSet(0), I::Unreachable, I::End],
        ]
        .concat(),
        vec![get(0), get(0), I::LocalTee(0), get(1), I::Select],
        vec![get(0), I::I32Const(32), I::I32Shl],
        vec![get(0), I::I32Const(0), I::I32Rotl],
        vec![get(0), I::I64ExtendI32U, I::I32WrapI64],
        vec![get(0), get(0), get(1), I::Select],
        vec![get(0), get(1), I::I32Const(1), I::Select],
        vec![I::Block(result), get(0), I::End],
        vec![I::Loop(result), get(0), I::End],
        vec![
            get(1),
            I::If(result),
            get(0),
            I::Else,
            I::I32Const(3),
            I::End,
        ],
        vec![
            I::I32Const(1),
            I::If(result),
            get(0),
            I::Else,
            get(1),
            I::End,
        ],
    ]
}

type Store = fn(MemArg) -> I<'static>;

const NARROW: [Store; 3] = [I::I32Store, I::I32Store8, I::I32Store16];
const WIDE: [Store; 4] = [I::I64Store, I::I64Store8, I::I64Store16, I::I64Store32];

/// Each store with each address and value, at each side of the longest short offset.
fn stores() -> Vec<Code> {
    let mut all = Vec::new();
    for offset in [0, 65_535, 65_536, 70_000] {
        let place = MemArg {
            offset,
            align: 0,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        for address in numbers() {
            for value in numbers() {
                let both = [&address[..], &value].concat();
                for store in NARROW {
                    all.push([&both[..], &[store(place)]].concat());
                }
                for store in WIDE {
                    for widen in [I::I64ExtendI32U, I::I64ExtendI32S] {
                        all.push([&both[..], &[widen, store(place)]].concat());
                    }
                }
            }
        }
    }
    all
}

fn function(store: &Code) -> Function {
    // Local 0 is computed, and is in the engine's register still.
    let mut body = vec![I::LocalGet(0), I::I32Const(3), I::I32Mul, I::LocalSet(0)];
    body.extend(store.iter().cloned());
    body.push(I::End);
    Function {
        ty: 0,
        locals: Vec::new(),
        body: body.iter().map(op).collect(),
    }
}

#[test]
fn every_store_that_is_admitted_is_translated_and_right() {
    let module = Module {
        types: vec![Signature {
            params: vec![Value::I32; 2],
            result: None,
        }],
        memory: Some((2, None)),
        ..Module::default()
    };
    let functions = stores().iter().map(function).collect();
    let arguments = [[5, 900], [6, 900], [104, 900]].map(Vec::from);
    let is_store = |operator: &str| operator.contains(".store");
    let (refused, admitted) = written::hold(functions, &module, is_store, &arguments);
    assert!(refused > 500 && admitted > 6_000, "{refused} {admitted}");
}
