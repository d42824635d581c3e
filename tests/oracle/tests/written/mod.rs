//! Functions that are written down rather than drawn: what the chain admits of them is right.

use actors_executor::{validate, Limits};
use actors_oracle::{
    compare::{play, Counts, Played},
    driver::Invocation,
    module::{Export, Function, Module, Signature},
};
use wasm_encoder::ExportKind;

/// Has the chain judge each function alone, in `module`, and plays those that it admits with each of
/// these arguments. Returns how many are refused, always for an operator that `is_meant`, and how
/// many are not.
pub(crate) fn hold(
    functions: Vec<Function>,
    module: &Module,
    is_meant: fn(&str) -> bool,
    arguments: &[Vec<u64>],
) -> (usize, usize) {
    let count = functions.len();
    let is_admitted = |function: &Function| is_admitted(function, module, is_meant);
    let admitted: Vec<Function> = functions.into_iter().filter(is_admitted).collect();
    let refused = count - admitted.len();
    let mut counts = Counts::default();
    for part in admitted.chunks(100) {
        let mut module = with(module, part.to_vec());
        let numbers = 0..part.len() as u32;
        let exports = numbers.clone().map(|index| Export {
            name: format!("f{index}"),
            kind: ExportKind::Func,
            index,
        });
        module.exports = exports.collect();
        let calls = numbers.flat_map(|function| {
            arguments.iter().map(move |arguments| Invocation {
                function,
                arguments: arguments.clone(),
            })
        });
        match play(&module, &calls.collect::<Vec<_>>(), false, &mut counts) {
            Ok(Played::Equal) => {}
            Ok(other) => panic!("{other:?}\n{}", module.text()),
            Err(error) => panic!("wasmtime does not take it: {error}"),
        }
    }
    println!("{refused} refused; {counts}");
    (refused, admitted.len())
}

fn with(module: &Module, functions: Vec<Function>) -> Module {
    Module {
        functions,
        ..module.clone()
    }
}

fn is_admitted(function: &Function, module: &Module, is_meant: fn(&str) -> bool) -> bool {
    let mut module = with(module, vec![function.clone()]);
    // A program has an entry, which takes nothing.
    let ty = module.types.len() as u32;
    module.types.push(Signature::default());
    module.functions.push(Function {
        ty,
        locals: Vec::new(),
        body: vec![vec![0x0b]],
    });
    module.exports = [
        ("handle", ExportKind::Func, 1),
        ("memory", ExportKind::Memory, 0),
    ]
    .map(|(name, kind, index)| Export {
        name: name.into(),
        kind,
        index,
    })
    .into();
    let Err(invalid) = validate(&module.encode(), &Limits::default()) else {
        return true;
    };
    let operator = invalid.operator.clone().unwrap_or_default();
    assert!(is_meant(&operator), "{invalid}");
    false
}
