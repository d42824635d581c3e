//! What the chain needs done to a module, whichever compiler made it.

use actors_primitives::abi::{self, Entry};
use wasmparser::ExternalKind;

use crate::{
    module::{Export, Module, Names},
    Error,
};

/// What linkers call the stack pointer; AssemblyScript puts a path before it.
const STACK_POINTER: &str = "__stack_pointer";

/// Makes of a linked module one that does the same on the chain, and says what it changed.
///
/// - What the chain ignores is not exported: each name costs bytes in every turn.
/// - The stack pointer is not exported: it starts afresh in each turn.
/// - The other mutable globals are: else they would start afresh too.
/// - A start function becomes `_initialize`, which runs once.
pub(crate) fn prepare(module: &mut Module<'_>, names: &Names) -> Result<Vec<String>, Error> {
    let mutable = module.mutable_globals()?;
    let mut exports = module.exports()?;
    let is_pointer = stack_pointer(&exports, names);
    exports.retain(|export| is_needed(export, &mutable, &is_pointer));
    let kept = keep_globals(&mut exports, names, &mutable, &is_pointer);
    let mut notes = Vec::new();
    if let [first, rest @ ..] = &kept[..] {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        notes.push(format!(
            "exports the mutable global {first}{more}: what is not exported starts afresh in each \
             turn"
        ));
    }
    let has_pointer = (0u32..)
        .zip(&mutable)
        .any(|(index, mutable)| *mutable && is_pointer(index));
    if has_pointer && exports.iter().all(|it| it.name != abi::STACK_LOW) {
        notes.push(
            "what a turn leaves on the stack is stored like state: link with \
             --export=__stack_low --export=__stack_high"
                .into(),
        );
    }
    let initialize = Entry::Initialize.export();
    if exports.iter().all(|export| export.name != initialize) {
        if let Some(index) = module.take_start()? {
            exports.push(Export {
                name: initialize.into(),
                kind: ExternalKind::Func,
                index,
            });
            notes.push(format!(
                "the start function became `{initialize}`: it runs once, before `init` or \
                 `migrate`, and may call `panic` and `debug` only"
            ));
        }
    }
    module.set_exports(&exports);
    Ok(notes)
}

/// Tells the stack pointer from other globals: by its export, or else by its name.
fn stack_pointer<'a>(exports: &[Export], names: &'a Names) -> impl Fn(u32) -> bool + use<'a> {
    let exported = exports
        .iter()
        .find(|it| it.kind == ExternalKind::Global && it.name == STACK_POINTER)
        .map(|export| export.index);
    move |index| match exported {
        Some(pointer) => pointer == index,
        None => names
            .global(index)
            .is_some_and(|name| name.ends_with(STACK_POINTER)),
    }
}

/// Whether the chain has a use for an export, or must be asked.
fn is_needed(export: &Export, mutable: &[bool], is_pointer: impl Fn(u32) -> bool) -> bool {
    if Entry::from_export(&export.name).is_some() {
        return true;
    }
    match export.kind {
        ExternalKind::Global if is_mutable(mutable, export.index) => !is_pointer(export.index),
        ExternalKind::Global => [abi::STACK_LOW, abi::STACK_HIGH].contains(&&*export.name),
        ExternalKind::Table => false,
        ExternalKind::Func | ExternalKind::Memory | ExternalKind::Tag => true,
    }
}

/// Exports the mutable globals that are not, but for the stack pointer, and says which these are.
fn keep_globals(
    exports: &mut Vec<Export>,
    names: &Names,
    mutable: &[bool],
    is_pointer: impl Fn(u32) -> bool,
) -> Vec<String> {
    let mut kept = Vec::new();
    for (index, _) in (0u32..).zip(mutable).filter(|(_, mutable)| **mutable) {
        let mut globals = exports.iter().filter(|it| it.kind == ExternalKind::Global);
        if is_pointer(index) || globals.any(|export| export.index == index) {
            continue;
        }
        let free = |name: &String| exports.iter().all(|export| export.name != *name);
        let Some(name) = (index..).map(|number| format!("g{number}")).find(free) else {
            continue;
        };
        kept.push(match names.global(index) {
            Some(known) => format!("`{known}`"),
            None => format!("#{index}"),
        });
        exports.push(Export {
            name,
            kind: ExternalKind::Global,
            index,
        });
    }
    kept
}

fn is_mutable(mutable: &[bool], index: u32) -> bool {
    usize::try_from(index).is_ok_and(|index| mutable.get(index) == Some(&true))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exports of a module after it was prepared, and what was said.
    fn prepared(text: &str) -> (Vec<String>, Vec<String>) {
        let text = format!("(module (memory (export \"memory\") 1) {text})");
        let wasm = wat::parse_str(text).expect("the text is a module");
        let mut module = Module::parse(&wasm).expect("a module");
        let names = module.names();
        let notes = prepare(&mut module, &names).expect("it is prepared");
        let wasm = module.encode();
        wasmparser::validate(&wasm).expect("still a module");
        let exports = Module::parse(&wasm).expect("a module").exports();
        let exports = exports.expect("exports").into_iter();
        (exports.map(|export| export.name).collect(), notes)
    }

    #[test]
    fn what_the_chain_ignores_is_not_exported() {
        let (exports, notes) = prepared(
            "(table (export \"__indirect_function_table\") 1 funcref)
            (global (export \"__data_end\") i32 (i32.const 8))
            (global (export \"__stack_low\") i32 (i32.const 0))
            (global (export \"__stack_high\") i32 (i32.const 8))
            (global (export \"count\") (mut i32) (i32.const 0))
            (func (export \"handle\")) (func (export \"helper\"))",
        );
        let left = ["memory", "__stack_low", "__stack_high", "count", "handle"];
        // What may be a misspelt entry is the chain's to refuse.
        assert_eq!(exports, [&left[..], &["helper"]].concat());
        assert_eq!(notes, [""; 0]);
    }

    #[test]
    fn the_stack_pointer_is_the_only_global_that_starts_afresh() {
        // As Zig exports it.
        let pointer = "(func (export \"handle\")) (global (mut i32) (i32.const 1024))";
        let (exports, notes) = prepared(&format!(
            "{pointer} (export \"__stack_pointer\" (global 0))"
        ));
        assert_eq!(exports, ["memory", "handle"]);
        assert!(
            matches!(&notes[..], [note] if note.contains("--export=__stack_low")),
            "{notes:?}"
        );
        // As C, and AssemblyScript with its incremental runtime, name it.
        for name in ["$__stack_pointer", "$~lib/memory/__stack_pointer"] {
            let (exports, _) = prepared(&format!(
                "(func (export \"handle\")) (global {name} (mut i32) (i32.const 1024))"
            ));
            assert_eq!(exports, ["memory", "handle"]);
        }
        // One that nothing tells from a counter is kept: a stack pointer ends where it began.
        let (exports, notes) = prepared(pointer);
        assert_eq!(exports, ["memory", "handle", "g0"]);
        assert!(notes[0].contains("global #0"), "{notes:?}");
    }

    #[test]
    fn globals_are_kept_under_names_of_their_own() {
        let (exports, notes) = prepared(
            "(func (export \"handle\")) (global $count (mut i32) (i32.const 0))
            (global (export \"g0\") (mut i64) (i64.const 0)) (global i32 (i32.const 7))
            (global $~lib/rt/stub/offset (mut i32) (i32.const 0))",
        );
        assert_eq!(exports, ["memory", "handle", "g0", "g1", "g3"]);
        let said = &notes[0];
        assert!(said.contains("global `count` and 1 more"), "{said}");
    }

    #[test]
    fn a_start_function_becomes_the_entry_that_runs_once() {
        let start = "(func $begin) (start $begin) (func (export \"handle\"))";
        let (exports, notes) = prepared(start);
        assert_eq!(exports, ["memory", "handle", "_initialize"]);
        assert!(notes[0].contains("start function"), "{notes:?}");
        let wasm = wat::parse_str(format!("(module {start})")).expect("a module");
        let mut module = Module::parse(&wasm).expect("a module");
        prepare(&mut module, &Names::default()).expect("it is prepared");
        assert_eq!(module.take_start(), Ok(None));
        // Which of two comes first is not for a tool to say.
        let (exports, notes) = prepared(&format!("{start} (func (export \"_initialize\"))"));
        assert_eq!(exports, ["memory", "handle", "_initialize"]);
        assert_eq!(notes, [""; 0]);
    }
}
