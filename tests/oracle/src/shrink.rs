//! Makes a module that shows a difference small enough to be read.

use wasm_encoder::Instruction as I;
use wasmparser::{Validator, WasmFeatures};

use crate::{
    compare::{play, Counts, Difference, Played},
    module::{op, Module},
};

/// Cuts from `module` whatever can go while some call still differs.
///
/// It tries to take away calls, then runs of operators from long to short, and to put a constant in
/// the place of a run; whatever is no valid module is passed over.
#[must_use]
pub fn shrink(module: &Module, difference: &Difference) -> (Module, Difference) {
    let mut best = (module.clone(), difference.clone());
    cut_calls(&mut best);
    loop {
        let before = best.0.operators();
        for function in 0..best.0.functions.len() {
            cut_function(&mut best, function);
        }
        cut_rest(&mut best);
        cut_calls(&mut best);
        if best.0.operators() == before {
            return best;
        }
    }
}

/// Takes `candidate` if it is valid and still differs.
fn try_it(best: &mut (Module, Difference), candidate: Module, calls: &[crate::Invocation]) -> bool {
    let valid = Validator::new_with_features(WasmFeatures::default())
        .validate_all(&candidate.encode())
        .is_ok();
    if !valid {
        return false;
    }
    match play(&candidate, calls, false, &mut Counts::default()) {
        Ok(Played::Different(difference)) => {
            *best = (candidate, difference);
            true
        }
        _ => false,
    }
}

fn cut_calls(best: &mut (Module, Difference)) {
    let last = best.1.calls.last().cloned();
    if let Some(last) = last {
        let module = best.0.clone();
        try_it(best, module, &[last]);
    }
    let mut place = 0;
    while place + 1 < best.1.calls.len() {
        let mut calls = best.1.calls.clone();
        calls.remove(place);
        let module = best.0.clone();
        if !try_it(best, module, &calls) {
            place += 1;
        }
    }
}

fn cut_function(best: &mut (Module, Difference), function: usize) {
    let constants = [
        Vec::new(),
        vec![op(&I::I32Const(0))],
        vec![op(&I::I64Const(0))],
        vec![op(&I::I32Const(1))],
        vec![op(&I::Unreachable)],
    ];
    let length = |best: &(Module, Difference)| best.0.functions[function].body.len() - 1;
    let mut run = length(best);
    while run > 0 {
        let mut start = 0;
        while start + run <= length(best) {
            let mut is_cut = false;
            for constant in &constants {
                if constant.len() >= run {
                    continue;
                }
                let mut candidate = best.0.clone();
                let body = &mut candidate.functions[function].body;
                body.splice(start..start + run, constant.iter().cloned());
                let calls = best.1.calls.clone();
                if try_it(best, candidate, &calls) {
                    is_cut = true;
                    break;
                }
            }
            if !is_cut {
                start += 1;
            }
        }
        run = if run > 12 { run * 2 / 3 } else { run - 1 };
    }
}

fn cut_rest(best: &mut (Module, Difference)) {
    let cuts: [fn(&mut Module); 6] = [
        |module| module.data.clear(),
        |module| module.elements.clear(),
        |module| module.table = None,
        |module| {
            for function in &mut module.functions {
                function.locals.pop();
            }
        },
        |module| {
            module.globals.pop();
        },
        |module| {
            module.memory = None;
        },
    ];
    for cut in cuts {
        let mut candidate = best.0.clone();
        cut(&mut candidate);
        let calls = best.1.calls.clone();
        try_it(best, candidate, &calls);
    }
    for function in 0..best.0.functions.len() {
        while !best.0.functions[function].locals.is_empty() {
            let mut candidate = best.0.clone();
            candidate.functions[function].locals.pop();
            let calls = best.1.calls.clone();
            if !try_it(best, candidate, &calls) {
                break;
            }
        }
    }
}
