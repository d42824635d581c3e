//! Every select whose condition is made of a few operators: what the chain admits is right.
//!
//! Random modules seldom have what an engine folds, fuses and turns round within three operators.
//! Here all of it is written down. A test plays those of one operator and every nineteenth of the others;
//! `SELECTS=all` plays all of them, in some minutes.

mod written;

use actors_oracle::module::{op, Function, Global, Module, Signature, Value};
use wasm_encoder::{BlockType, Instruction as I, ValType};

type Code = Vec<I<'static>>;

const RESULT: BlockType = BlockType::Result(ValType::I32);

/// Values of 32 bits: variables, constants, and what the engine makes constants of.
fn leaves() -> Vec<Code> {
    let constant = I::I32Const;
    vec![
        vec![I::LocalGet(0)],
        vec![constant(0)],
        vec![constant(1)],
        vec![constant(-1)],
        vec![I::GlobalGet(0)],
        vec![I::LocalGet(2), I::I32WrapI64],
        vec![constant(5), I::I32Eqz],
        vec![constant(3), constant(2), I::I32LtS],
        vec![constant(2), constant(1), I::I32And],
        vec![I::Block(RESULT), constant(0), I::End],
        vec![I::Block(RESULT), I::LocalGet(0), I::End],
        vec![
            constant(1),
            I::If(RESULT),
            constant(0),
            I::Else,
            constant(5),
            I::End,
        ],
        // What is computed of constants.
        vec![constant(1), constant(0), I::LocalGet(0), I::Select],
        if_else(&[I::LocalGet(0)], &[constant(1)], &[constant(0)]),
        // A constant, in spite of a branch that has none and is never taken.
        if_else(&[constant(1)], &[constant(0)], &[I::LocalGet(1)]),
        if_else(&[constant(0)], &[I::Unreachable], &[constant(0)]),
        vec![I::LocalGet(0), constant(0), constant(0), I::Select],
        vec![constant(0), constant(0), I::LocalGet(0), I::Select],
        vec![
            I::Block(RESULT),
            constant(0),
            constant(1),
            I::BrIf(0),
            I::End,
        ],
        vec![I::Loop(RESULT), constant(0), I::End],
    ]
}

fn if_else(condition: &[I<'static>], then: &[I<'static>], other: &[I<'static>]) -> Code {
    let parts = [condition, &[I::If(RESULT)], then, &[I::Else], other];
    [&parts.concat()[..], &[I::End]].concat()
}

fn unary() -> Vec<Code> {
    vec![
        vec![I::I32Eqz],
        vec![I::I64ExtendI32U, I::I64Eqz],
        vec![I::I64ExtendI32S, I::I64Const(0), I::I64Ne],
        vec![I::I64ExtendI32U, I::I32WrapI64],
        vec![I::I32Extend8S],
        vec![I::LocalTee(3)],
        vec![I::Nop, I::LocalGet(1), I::Drop],
        vec![I::I32Const(1), I::I32And],
    ]
}

fn binary() -> [I<'static>; 11] {
    [
        I::I32Eq,
        I::I32Ne,
        I::I32LtU,
        I::I32GtS,
        I::I32And,
        I::I32Or,
        I::I32Xor,
        I::I32Add,
        I::I32Sub,
        I::I32Shl,
        I::I32Mul,
    ]
}

fn in_block(code: &Code) -> Code {
    [&[I::Block(RESULT)][..], code, &[I::End]].concat()
}

/// Conditions of up to three operators, and those again in a block or as a loop's result.
fn conditions() -> Vec<Code> {
    let leaves = leaves();
    let mut first = leaves.clone();
    for leaf in &leaves {
        first.extend(unary().iter().map(|unary| [&leaf[..], unary].concat()));
    }
    let mut second = Vec::new();
    for a in &first {
        for b in &leaves {
            for binary in binary() {
                second.push([&a[..], b, &[binary]].concat());
            }
        }
    }
    let mut all = first;
    for condition in &second {
        all.extend(unary().iter().map(|unary| [&condition[..], unary].concat()));
        all.push(in_block(condition));
        let around = [&[I::Loop(RESULT)][..], condition, &[I::End]].concat();
        all.push(around);
    }
    all.extend(second);
    all
}

fn function(condition: &Code) -> Function {
    // What was computed last is neither of the values, and not what the condition says.
    let mut body = vec![I::LocalGet(1), I::I32Const(7), I::I32Mul, I::LocalSet(3)];
    body.extend([I::LocalGet(0), I::LocalGet(1)]);
    body.extend(condition.iter().cloned());
    body.extend([I::Select, I::End]);
    Function {
        ty: 0,
        locals: vec![Value::I32],
        body: body.iter().map(op).collect(),
    }
}

#[test]
fn every_select_of_few_operators_that_is_admitted_is_right() {
    let mut all = conditions();
    if std::env::var("SELECTS").is_err() {
        let short = leaves().len() * (1 + unary().len());
        let others = all.split_off(short);
        all.extend(others.into_iter().step_by(19));
    }
    let module = Module {
        types: vec![Signature {
            params: vec![Value::I32, Value::I32, Value::I64],
            result: Some(Value::I32),
        }],
        memory: Some((1, None)),
        globals: vec![Global {
            ty: Value::I32,
            mutable: false,
            value: 0,
        }],
        ..Module::default()
    };
    let functions = all.iter().map(function).collect();
    let arguments = [[0, 5, 0], [3, 0, 9], [7, 9, 1], [u64::MAX, 4, 1 << 32]].map(Vec::from);
    let is_select = |operator: &str| operator == "select";
    let (refused, admitted) = written::hold(functions, &module, is_select, &arguments);
    assert!(refused > 1_000 && admitted > 5_000, "{refused} {admitted}");
}
