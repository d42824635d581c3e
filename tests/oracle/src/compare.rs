//! Plays the same calls on the chain's executor and on wasmtime.

use actors_executor::{validate, Limits};

use crate::{
    driver::{drive, Driven, Invocation},
    engines::{Calls, Engine},
    module::Module,
    outcome::{Limit, Outcome},
    reference::Reference,
    subject::Subject,
};

/// What a number of calls came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Modules that were played.
    pub modules: u64,
    /// Modules of those that are refused.
    pub refused: u64,
    /// Calls that returned, with the same on both sides.
    pub returned: u64,
    /// Calls that trapped on both sides.
    pub trapped: u64,
    /// Calls that misused a system call on both sides.
    pub misused: u64,
    /// Calls that reached a limit, from which nothing follows.
    pub limited: u64,
    /// Calls that were made in the runtime too.
    pub in_runtime: u64,
}

impl Counts {
    /// Adds what others came to.
    pub fn add(&mut self, other: &Self) {
        self.modules += other.modules;
        self.refused += other.refused;
        self.returned += other.returned;
        self.trapped += other.trapped;
        self.misused += other.misused;
        self.limited += other.limited;
        self.in_runtime += other.in_runtime;
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            modules,
            refused,
            returned,
            trapped,
            misused,
            limited,
            in_runtime,
        } = self;
        let calls = returned + trapped + misused;
        write!(
            formatter,
            "{modules} modules ({refused} refused), {calls} calls equal ({returned} returned, \
             {trapped} trapped, {misused} misused a system call), {limited} inconclusive, \
             {in_runtime} in the runtime too"
        )
    }
}

/// A call that came to something else on the chain than in wasmtime.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The calls, of which the last is the one.
    pub calls: Vec<Invocation>,
    /// What differs.
    pub what: String,
}

/// How a module was played.
#[derive(Clone, Debug)]
pub enum Played {
    /// Every call came to the same.
    Equal,
    /// The chain refuses the module, or the engine does, for that reason.
    Refused(String),
    /// One did not.
    Different(Difference),
}

/// The calls that a module is tried with: each function with each of `rounds` arguments.
#[must_use]
pub fn calls(module: &Module, rounds: u64, mut argument: impl FnMut() -> u64) -> Vec<Invocation> {
    let functions = module.exports.iter();
    let functions = functions.filter(|export| export.kind == wasm_encoder::ExportKind::Func);
    let mut calls = Vec::new();
    for export in functions {
        let Some(ty) = module.signature(export.index) else {
            continue;
        };
        let rounds = if ty.params.is_empty() { 1 } else { rounds };
        for _ in 0..rounds {
            calls.push(Invocation {
                function: export.index,
                arguments: ty.params.iter().map(|_| argument()).collect(),
            });
        }
    }
    calls
}

/// Makes `calls` of `module` in order, on the chain and in wasmtime, until one differs.
///
/// # Errors
///
/// Why wasmtime does not take the module, though the chain does.
pub fn play(
    module: &Module,
    calls: &[Invocation],
    in_runtime: bool,
    counts: &mut Counts,
) -> Result<Played, String> {
    let driven = driven(module, calls);
    counts.modules += 1;
    let info = match validate(&driven.wasm, &Limits::default()) {
        Ok(info) => info,
        Err(invalid) => {
            counts.refused += 1;
            return Ok(Played::Refused(invalid.to_string()));
        }
    };
    let mut reference = Reference::new(&driven)?;
    let mut subject = Subject::new(&driven, info, reference.fresh().to_vec(), in_runtime);
    if in_runtime {
        counts.in_runtime += calls.len() as u64;
    }
    Ok(hold(&mut subject, &mut reference, calls, counts))
}

/// The same with an engine alone instead of the chain. Refused is what either engine does not take, for
/// nothing was judged before.
pub fn play_on(
    engine: Engine,
    module: &Module,
    calls: &[Invocation],
    counts: &mut Counts,
) -> Played {
    let driven = driven(module, calls);
    counts.modules += 1;
    let reference = Reference::new(&driven);
    let both = reference.and_then(|reference| {
        let subject = engine.load(&driven, reference.fresh())?;
        Ok((subject, reference))
    });
    match both {
        Ok((mut subject, mut reference)) => hold(&mut *subject, &mut reference, calls, counts),
        Err(why) => {
            counts.refused += 1;
            Played::Refused(why)
        }
    }
}

/// The module with a driver for the functions that are called.
fn driven(module: &Module, calls: &[Invocation]) -> Driven {
    let mut functions: Vec<u32> = calls.iter().map(|call| call.function).collect();
    functions.sort_unstable();
    functions.dedup();
    drive(module, &functions)
}

fn hold(
    subject: &mut (impl Calls + ?Sized),
    reference: &mut Reference<'_>,
    calls: &[Invocation],
    counts: &mut Counts,
) -> Played {
    for (place, call) in calls.iter().enumerate() {
        let ours = subject.call(call);
        if let Outcome::Limited(limit) = ours {
            counts.limited += 1;
            // What took all the gas here may take no end there.
            if limit == Limit::Gas {
                continue;
            }
        }
        let theirs = reference.call(call);
        if let Some(what) = ours.difference(&theirs) {
            return Played::Different(Difference {
                calls: calls[..=place].to_vec(),
                what,
            });
        }
        match (&ours, &theirs) {
            (Outcome::Limited(_), Outcome::Limited(_)) => {}
            // They go on from different states: what follows says nothing.
            (Outcome::Limited(_), _) => break,
            (_, Outcome::Limited(_)) => {
                counts.limited += 1;
                break;
            }
            (Outcome::Returned(..), _) => counts.returned += 1,
            (Outcome::Trapped, _) => counts.trapped += 1,
            (Outcome::Misused, _) => counts.misused += 1,
        }
    }
    Played::Equal
}
