//! Makes a module that shows a difference small enough to be read.

use wasm_encoder::Instruction as I;
use wasmparser::{Validator, WasmFeatures};

use crate::{
    compare::{Difference, Played},
    module::{op, Module},
    Invocation,
};

/// Cuts from `module` whatever can go while some call still differs when it is played.
///
/// It tries to take away calls, then runs of operators from long to short, and to put a constant in
/// the place of a run; whatever is no valid module is passed over.
#[must_use]
pub fn shrink(
    module: &Module,
    difference: &Difference,
    play: impl Fn(&Module, &[Invocation]) -> Result<Played, String>,
) -> (Module, Difference) {
    let mut best = Best {
        module: module.clone(),
        difference: difference.clone(),
        play,
    };
    best.cut_calls();
    loop {
        let before = best.module.operators();
        for function in 0..best.module.functions.len() {
            best.cut_function(function);
        }
        best.cut_rest();
        best.cut_calls();
        if best.module.operators() == before {
            return (best.module, best.difference);
        }
    }
}

/// The smallest module so far that shows a difference.
struct Best<P> {
    module: Module,
    difference: Difference,
    play: P,
}

impl<P: Fn(&Module, &[Invocation]) -> Result<Played, String>> Best<P> {
    /// Takes `candidate` if it is valid and still differs.
    fn try_it(&mut self, candidate: Module, calls: &[Invocation]) -> bool {
        let valid = Validator::new_with_features(WasmFeatures::default())
            .validate_all(&candidate.encode())
            .is_ok();
        if !valid {
            return false;
        }
        match (self.play)(&candidate, calls) {
            Ok(Played::Different(difference)) => {
                (self.module, self.difference) = (candidate, difference);
                true
            }
            _ => false,
        }
    }

    fn cut_calls(&mut self) {
        let last = self.difference.calls.last().cloned();
        if let Some(last) = last {
            let module = self.module.clone();
            self.try_it(module, &[last]);
        }
        let mut place = 0;
        while place + 1 < self.difference.calls.len() {
            let mut calls = self.difference.calls.clone();
            calls.remove(place);
            let module = self.module.clone();
            if !self.try_it(module, &calls) {
                place += 1;
            }
        }
    }

    fn cut_function(&mut self, function: usize) {
        let constants = [
            Vec::new(),
            vec![op(&I::I32Const(0))],
            vec![op(&I::I64Const(0))],
            vec![op(&I::I32Const(1))],
            vec![op(&I::Unreachable)],
        ];
        let length = |best: &Self| best.module.functions[function].body.len() - 1;
        let mut run = length(self);
        while run > 0 {
            let mut start = 0;
            while start + run <= length(self) {
                let mut is_cut = false;
                for constant in &constants {
                    if constant.len() >= run {
                        continue;
                    }
                    let mut candidate = self.module.clone();
                    let body = &mut candidate.functions[function].body;
                    body.splice(start..start + run, constant.iter().cloned());
                    let calls = self.difference.calls.clone();
                    if self.try_it(candidate, &calls) {
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

    fn cut_rest(&mut self) {
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
            let mut candidate = self.module.clone();
            cut(&mut candidate);
            let calls = self.difference.calls.clone();
            self.try_it(candidate, &calls);
        }
        for function in 0..self.module.functions.len() {
            while !self.module.functions[function].locals.is_empty() {
                let mut candidate = self.module.clone();
                candidate.functions[function].locals.pop();
                let calls = self.difference.calls.clone();
                if !self.try_it(candidate, &calls) {
                    break;
                }
            }
        }
    }
}
