//! Makes a program of any module: a turn can call one of its functions and say what came of it.
//!
//! A turn runs an entry without parameters. So the module gets a `handle` that calls the function
//! whose number stands in a global, with arguments from globals, and leaves the result in one.
//! Kept globals are part of what a turn is given and of what it returns, and no other function of
//! the module changes. Everything is appended: no number in the module moves.

use wasm_encoder::{BlockType, ExportKind, Instruction as I};

use crate::module::{count, op, Export, Function, Global, Module, Signature, Value};

/// A module with a driver, and what is needed to use it.
#[derive(Clone, Debug)]
pub struct Driven {
    /// The module with its driver, as bytes.
    pub wasm: Vec<u8>,
    /// The functions that can be called: number and type.
    pub functions: Vec<(u32, Signature)>,
    /// Globals of the module itself that may be set.
    pub own_globals: usize,
    /// Arguments that the driver has globals for.
    pub arguments: usize,
    /// What the kept globals start with.
    pub globals: Vec<u64>,
}

/// One call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Its number.
    pub function: u32,
    /// Its arguments, each zero-extended.
    pub arguments: Vec<u64>,
}

/// The name of a kept global in exports.
#[must_use]
pub fn global_export(place: usize) -> String {
    format!("g{place}")
}

/// Gives `module` a driver for `functions`.
#[must_use]
pub fn drive(module: &Module, functions: &[u32]) -> Driven {
    let mut driven = module.clone();
    driven.exports.clear();
    let own_globals = driven
        .globals
        .iter()
        .filter(|global| global.mutable)
        .count();
    let functions: Vec<_> = functions
        .iter()
        .filter_map(|function| Some((*function, module.signature(*function)?.clone())))
        .collect();
    let most = functions.iter().map(|(_, ty)| ty.params.len()).max();
    let arguments = most.unwrap_or(0);

    let mut new_global = |ty| {
        driven.globals.push(Global {
            ty,
            mutable: true,
            value: 0,
        });
        count(&driven.globals) - 1
    };
    let wanted = new_global(Value::I32);
    let result = new_global(Value::I64);
    let first_argument = wanted + 2;
    for _ in 0..arguments {
        new_global(Value::I64);
    }

    let mut body = Vec::new();
    for (function, ty) in &functions {
        body.push(op(&I::GlobalGet(wanted)));
        body.push(op(&I::I32Const(*function as i32)));
        body.push(op(&I::I32Eq));
        body.push(op(&I::If(BlockType::Empty)));
        for (argument, ty) in (first_argument..).zip(&ty.params) {
            body.push(op(&I::GlobalGet(argument)));
            if *ty == Value::I32 {
                body.push(op(&I::I32WrapI64));
            }
        }
        body.push(op(&I::Call(*function)));
        if let Some(ty) = ty.result {
            if ty == Value::I32 {
                body.push(op(&I::I64ExtendI32U));
            }
            body.push(op(&I::GlobalSet(result)));
        }
        body.push(op(&I::End));
    }
    body.push(op(&I::End));
    driven.types.push(Signature::default());
    driven.functions.push(Function {
        ty: count(&driven.types) - 1,
        locals: Vec::new(),
        body,
    });

    let handle = driven.first_function() + count(&driven.functions) - 1;
    let mut export = |name: String, kind, index| driven.exports.push(Export { name, kind, index });
    export("handle".into(), ExportKind::Func, handle);
    export("memory".into(), ExportKind::Memory, 0);
    let mutable = (0..).zip(&driven.globals);
    let mutable = mutable.filter(|(_, global)| global.mutable);
    let mut globals = Vec::new();
    for (place, (index, global)) in mutable.enumerate() {
        export(global_export(place), ExportKind::Global, index);
        globals.push(match global.ty {
            Value::I32 => u64::from(global.value as u32),
            Value::I64 => global.value as u64,
        });
    }
    driven.memory.get_or_insert((0, Some(0)));
    Driven {
        wasm: driven.encode(),
        functions,
        own_globals,
        arguments,
        globals,
    }
}

impl Driven {
    /// The kept globals for a call, where the module's own have the values `own`.
    #[must_use]
    pub fn globals_for(&self, own: &[u64], invocation: &Invocation) -> Vec<u64> {
        let mut globals: Vec<u64> = own.to_vec();
        globals.resize(self.own_globals, 0);
        globals.extend([u64::from(invocation.function), 0]);
        globals.extend(&invocation.arguments);
        globals.resize(self.own_globals + 2 + self.arguments, 0);
        globals
    }

    /// The result in the kept globals after a call.
    #[must_use]
    pub fn result(&self, globals: &[u64]) -> Option<u64> {
        globals.get(self.own_globals + 1).copied()
    }
}
