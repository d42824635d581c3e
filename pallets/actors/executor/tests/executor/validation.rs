//! One adversarial program a rule, each refused with the text that its author will read.

use super::world::validate;
use actors_executor::{CodeInfo, Invalid, InvalidKind, InvalidKind::*, Limits};
use actors_primitives::abi::{Entries, Entry, Import, ValType, IMPORTS, MODULE};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const FLOAT: &str =
    "floating point is not deterministic across machines; use integers or fixed point";
const FEATURE: &str = "programs are WebAssembly MVP with sign extension, memory.copy and \
    memory.fill; build for wasm32v1-none, or turn the feature off in the compiler";
const IDL: &str =
    "`actors-build` puts the one `actors:idl` section behind all others: build with it, \
    and add nothing to the file afterwards";
const SELECT: &str = "swap the two values instead of comparing (the optimiser of your \
    compiler, wasm-opt or actors-build does)";
const SPLIT: &str = "split it up, or build with optimisation for size";

/// Fixture, kind, what was found where, how to mend it.
const OFFENCES: &[(&str, InvalidKind, &str, &str)] = &[
    ("component", Feature, "the file is a component, not a module", FEATURE),
    ("data_outside", Memory, "data segment #0 does not fit the initial memory at byte 0x35", "let the memory start with as many pages as the data needs"),
    ("deep_nesting", Limit, "function `maze` (#0) has 3 nested blocks, and the limit is 2 at byte 0x36", SPLIT),
    ("element_expressions", Feature, "element segment #0 has expressions at byte 0x36", FEATURE),
    ("elements_outside", Malformed, "element segment #0 does not fit the table at byte 0x36", "this is not valid WebAssembly; build it again"),
    ("entry_is_global", ExportType, "the export `state` is not a function at byte 0x22", "that name is reserved for an entry: export a function () -> () or rename it"),
    ("entry_is_memory", ExportType, "the export `init` is not a function at byte 0x23", "that name is reserved for an entry: export a function () -> () or rename it"),
    ("entry_type", ExportType, "the entry `init` has the type (i32) -> () at byte 0x1f", "entries have neither parameters nor results: () -> ()"),
    ("exception_operator", Feature, "function `careful` (#0) uses try_table (exceptions) at byte 0x32", FEATURE),
    ("exceptions", Feature, "the module has exception tags at byte 0x1d", FEATURE),
    ("extended_const", Feature, "the module is refused (constant expression required: non-constant operator: i32.add) at byte 0x20", FEATURE),
    ("float_block", Float, "function `pick` (#0) uses f32 as the result of a block at byte 0x32", FLOAT),
    ("float_conversion", Float, "function `round` (#0) uses i32.trunc_sat_f64_s at byte 0x37", FLOAT),
    ("float_global", Float, "global #0 uses f64 at byte 0x1a", FLOAT),
    ("float_local", Float, "function `area` (#0) uses f32 for a local at byte 0x31", FLOAT),
    ("float_operator", Float, "function `mean` (#0) uses f32.const at byte 0x3a", FLOAT),
    ("float_signature", Float, "function `mean` (#0) uses f64 in its signature at byte 0xa", FLOAT),
    ("float_type", Float, "type #0 uses f64 at byte 0xa", FLOAT),
    ("float_unnamed", Float, "function #1 uses f64.const at byte 0x36", FLOAT),
    ("gc_type", Feature, "the module is refused (gc proposal not supported) at byte 0xb", FEATURE),
    ("huge_locals", Limit, "function #0 has 4294967295 locals, and the limit is 192 at byte 0x30", SPLIT),
    ("huge_params", Limit, "function `wide` (#0) has 1001 parameters, and the limit is 32 at byte 0xb", SPLIT),
    ("idl_not_last", IdlMisplaced, "the `actors:idl` section is not the module's last at byte 0x12", IDL),
    ("idl_too_large", IdlTooLarge, "the `actors:idl` section has 8 bytes, and the limit is 7 at byte 0x30", "shorten the comments that describe the program, or have fewer types"),
    ("idl_twice", IdlMisplaced, "the module has a second `actors:idl` section at byte 0x40", IDL),
    ("import_global", UnknownImport, "the import `env.base` is not a function at byte 0x11", "programs import functions of `actors_v1` only"),
    ("import_memory", Memory, "the module imports its memory as `env.memory` at byte 0x11", "define the memory and export it as `memory` (do not link with --import-memory)"),
    ("import_type", ImportType, "the import `actors_v1.emit` has the type (i64, i32) -> (i32), and the ABI says (i32, i32) -> (i32) at byte 0x17", "declare it as the ABI does"),
    ("large_body", Limit, "function `long` (#0) has 10 bytes of body, and the limit is 8 at byte 0x31", SPLIT),
    ("large_table", Limit, "the module has 8193 table elements, and the limit is 8192 at byte 0x14", SPLIT),
    ("malformed", Malformed, "function `broken` (#0) is refused at end (type mismatch: values remaining on stack at end of block) at byte 0x34", "this is not valid WebAssembly; build it again"),
    ("many_data_segments", Limit, "the module has 3 data segments, and the limit is 2 at byte 0x34", SPLIT),
    ("many_element_segments", Limit, "the module has 3 element segments, and the limit is 2 at byte 0x35", SPLIT),
    ("many_elements", Limit, "the module has 3 elements in its segments, and the limit is 2 at byte 0x35", SPLIT),
    ("many_exports", Limit, "the module has 3 exports, and the limit is 2 at byte 0x21", SPLIT),
    ("many_functions", Limit, "the module has 3 functions, and the limit is 2 at byte 0x10", SPLIT),
    ("many_globals", Limit, "the module has 3 globals, and the limit is 2 at byte 0x19", SPLIT),
    ("many_imports", Limit, "the module has 3 imports, and the limit is 2 at byte 0x14", SPLIT),
    ("many_locals", Limit, "function `deep` (#0) has 200 locals, and the limit is 192 at byte 0x31", SPLIT),
    ("many_params", Limit, "type #0 has 3 parameters, and the limit is 2 at byte 0xa", SPLIT),
    ("many_results", Limit, "function `one` (#0) has 1 results, and the limit is 0 at byte 0xa", SPLIT),
    ("many_targets", Limit, "function `choose` (#0) has 3 targets in a br_table, and the limit is 2 at byte 0x34", SPLIT),
    ("many_types", Limit, "the module has 3 types, and the limit is 2 at byte 0xa", SPLIT),
    ("memory64", Feature, "the memory is shared, has 64-bit addresses or its own page size at byte 0x14", FEATURE),
    ("memory_maximum", Memory, "the memory has a maximum of 4 GiB at byte 0x14", "declare a smaller maximum, or none"),
    ("memory_not_exported", Memory, "the memory is not exported", "export it as `memory`"),
    ("memory_too_large", Memory, "the memory starts with 65 Wasm pages, and the limit is 64 at byte 0x14", "link with a smaller stack (-zstack-size) and smaller static data"),
    ("multi_memory", Feature, "the module has 2 memories at byte 0x14", FEATURE),
    ("multi_result", Feature, "type #0 has several results (multi-value) at byte 0xa", FEATURE),
    ("multi_value", Feature, "type #1 has several results (multi-value) at byte 0xa", FEATURE),
    ("no_entry", NoEntry, "the module exports neither `init` nor `handle`", "export at least one of them, as a function () -> ()"),
    ("no_memory", Memory, "the module has no memory", "define one and export it as `memory`, even if it has no pages"),
    ("overlong_memory_index", Feature, "function #0 is refused at memory.grow (zero byte expected) at byte 0x34", FEATURE),
    ("overlong_table_index", Feature, "function #0 is refused at call_indirect (zero byte expected) at byte 0x3b", FEATURE),
    ("page_size", Feature, "the memory is shared, has 64-bit addresses or its own page size at byte 0x14", FEATURE),
    ("passive_data", Feature, "data segment #0 is passive at byte 0x35", FEATURE),
    ("passive_elements", Feature, "element segment #0 is not active at byte 0x36", FEATURE),
    ("reference_operator", Feature, "function `peek` (#0) uses table.get (reference types) at byte 0x3a", FEATURE),
    ("reference_type", Feature, "type #0 uses externref at byte 0xa", FEATURE),
    ("second_global", Global, "the mutable globals #0, #1 are not exported", "only the stack pointer may stay unexported: what is not exported is lost after each turn; export the others, as `actors-build optimise` does"),
    ("select_of_eqz", Untranslatable, "function `pick` (#0) has a `select` that tests an i32 for zero (i32.eqz, or i32.eq or i32.ne with 0), which the engine gets wrong at byte 0x40", SELECT),
    ("select_of_zero", Untranslatable, "function `pick` (#0) has a `select` that tests an i32 for zero (i32.eqz, or i32.eq or i32.ne with 0), which the engine gets wrong at byte 0x4a", SELECT),
    ("shared_memory", Feature, "the memory is shared, has 64-bit addresses or its own page size at byte 0x14", FEATURE),
    ("simd", Feature, "function `fast` (#0) is refused at SIMD operator 0xfd 0x0c (unexpected SIMD opcode: 0xfd) at byte 0x32", FEATURE),
    ("stack_bound_alone", Global, "only one of `__stack_low` and `__stack_high` is exported", "export both or none"),
    ("stack_bound_mutable", Global, "the exported global `__stack_low` is not an immutable i32 constant at byte 0x27", "let the linker define it (--export=__stack_low --export=__stack_high)"),
    ("stack_bounds_swapped", Global, "`__stack_low` (2) lies above `__stack_high` (1)", "let the linker define both"),
    ("stack_pointer_exported", Global, "the stack pointer is exported at byte 0x22", "exported mutable globals are kept from turn to turn, and the stack starts afresh; do not export `__stack_pointer` (Zig: `--export=handle` instead of `-rdynamic`), or let `actors-build optimise` take the export away"),
    ("start", StartFunction, "function `main` (#0) is the module's start function at byte 0x2f", "programs start at `init` and `handle` only; export it as `_initialize`, which runs once before the first of them (`asc --exportStart _initialize`), or let `actors-build optimise` do it"),
    ("store_of_itself", Untranslatable, "function `fill` (#0) has a `i32.store8` of a local at itself with an offset above 65535, which the engine cannot translate at byte 0x3f", "add the offset to the address first (actors-build computes the value instead)"),
    ("table64", Feature, "the table is shared or has 64-bit indices at byte 0x14", FEATURE),
    ("table_copy", Feature, "function `move` (#0) uses table.copy (passive segments and bulk table operations) at byte 0x3e", FEATURE),
    ("table_of_references", Feature, "the module is refused (reference types support is not enabled) at byte 0x15", FEATURE),
    ("tail_call", Feature, "function `again` (#0) uses return_call (tail calls) at byte 0x32", FEATURE),
    ("threads", Feature, "function `lock` (#0) uses i32.atomic.load (threads and atomics) at byte 0x34", FEATURE),
    ("too_large", TooLarge, "the module has 50 bytes, and the limit is 10", "build with optimisation for size and strip debug information"),
    ("two_tables", Feature, "the module has 2 tables at byte 0x14", FEATURE),
    ("unknown_export", UnknownExport, "the exported function `main` is not an entry at byte 0x1b", "export `init`, `handle`, `handle_reply`, `handle_signal`, `state`, `migrate` and `_initialize` only"),
    ("unknown_import", UnknownImport, "the import `actors_v1.teleport` is not in the ABI at byte 0x11", "programs import functions of `actors_v1` only; if a library imports it, build without that library or for a target without a system"),
    ("unknown_module", UnknownImport, "the import `env.print` is not in the ABI at byte 0x15", "programs import functions of `actors_v1` only; if a library imports it, build without that library or for a target without a system"),
];

/// The repository's fixtures, wherever in it the including crate is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("tests/fixtures"))
        .find(|folder| folder.is_dir())
        .expect("the repository has fixtures")
}

fn path(fixture: &str) -> PathBuf {
    folder().join(fixture).with_extension("wat")
}

fn fixture(name: &str) -> Vec<u8> {
    wat::parse_file(path(name)).expect("the fixture assembles")
}

/// The default limits; those that a fixture is about are tightened, to keep fixtures small.
fn limits_for(fixture: &str) -> Limits {
    let mut limits = Limits::default();
    match fixture {
        "too_large" => limits.code = 10,
        "idl_too_large" => limits.idl = 7,
        "many_functions" => limits.functions = 2,
        "many_types" => limits.types = 2,
        "many_params" => limits.params = 2,
        "many_results" => limits.results = 0,
        "many_globals" => limits.globals = 2,
        "many_targets" => limits.br_table = 2,
        "many_data_segments" => limits.data_segments = 2,
        "many_elements" => limits.table = 2,
        "many_element_segments" => limits.element_segments = 2,
        "deep_nesting" => limits.nesting = 2,
        "many_exports" => limits.exports = 2,
        "many_imports" => limits.imports = 2,
        "large_body" => limits.function_body = 8,
        _ => {}
    }
    limits
}

fn judge(text: &str) -> Result<CodeInfo, Invalid> {
    validate(
        &wat::parse_str(text).expect("the program assembles"),
        &Limits::default(),
    )
}

#[test]
fn each_offence_is_refused_by_name() {
    for (name, kind, found, remedy) in OFFENCES {
        let error = validate(&fixture(name), &limits_for(name)).expect_err(name);
        assert_eq!(error.to_string(), format!("{found}: {remedy}"), "{name}");
        assert_eq!(error.kind, *kind, "{name}");
        if let Some(operator) = &error.operator {
            assert!(
                error.function.is_some() && found.contains(operator),
                "{name}"
            );
        }
    }
}

/// Code, and an IDL behind it.
fn with_idl(code: &[u8], idl: &[u8]) -> Vec<u8> {
    let name = b"\x0aactors:idl";
    let length = u8::try_from(name.len() + idl.len()).expect("it is short");
    [code, &[0, length], name, idl].concat()
}

#[test]
fn an_idl_changes_nothing_of_what_runs() {
    let code = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "init")))"#)
        .expect("it assembles");
    let limits = Limits {
        code: code.len() as u32,
        ..Limits::default()
    };
    let alone = validate(&code, &limits).expect("it is valid");
    for idl in [&b"\xff\0 opaque"[..], b""] {
        assert_eq!(validate(&with_idl(&code, idl), &limits), Ok(alone.clone()));
    }
    // Cut off anywhere it is no module.
    let wasm = with_idl(&code, b"abc");
    for end in code.len() + 1..wasm.len() {
        let error = validate(&wasm[..end], &Limits::default()).expect_err("it is cut off");
        assert_eq!(error.kind, Malformed, "{end}");
    }
    // One that stands at the end does not excuse what stands before it.
    let error = validate(&with_idl(&code[..code.len() - 1], b""), &Limits::default());
    assert_eq!(error.expect_err("the code is cut off").kind, Malformed);
}

#[test]
fn what_is_no_binary_is_told_so() {
    let error = validate(b"(module)", &Limits::default()).expect_err("it is text");
    assert_eq!(
        error.to_string(),
        "the file does not start like WebAssembly: upload a binary module (.wasm), not text or \
         an archive"
    );
}

#[test]
fn each_fixture_is_tried_and_each_kind_has_one() {
    let tried: BTreeSet<String> = OFFENCES
        .iter()
        .map(|(name, ..)| (*name).to_string())
        .collect();
    let mut present = BTreeSet::new();
    for file in std::fs::read_dir(folder()).expect("the folder is there") {
        let file = file.expect("the folder is readable").file_name();
        if let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".wat")) {
            present.insert(name.to_string());
            let text = std::fs::read_to_string(path(name));
            assert!(
                text.expect("it is readable").starts_with(";; Offence: "),
                "{name}"
            );
        }
    }
    assert_eq!(tried, present);
    for kind in [
        Malformed,
        TooLarge,
        Float,
        Feature,
        StartFunction,
        UnknownImport,
        ImportType,
        UnknownExport,
        ExportType,
        NoEntry,
        Memory,
        Global,
        Limit,
        IdlMisplaced,
        IdlTooLarge,
        Untranslatable,
    ] {
        assert!(
            OFFENCES.iter().any(|(_, offence, ..)| *offence == kind),
            "{kind:?}"
        );
    }
}

#[test]
fn what_a_tightened_limit_refuses_the_default_accepts() {
    for (name, ..) in OFFENCES {
        if limits_for(name) != Limits::default() {
            validate(&fixture(name), &Limits::default()).expect(name);
        }
    }
}

#[test]
fn the_info_says_what_running_needs() {
    let info = judge(
        r#"(module
            (import "actors_v1" "message_size" (func $size (result i32)))
            (global $stack (mut i32) (i32.const 4096))
            (global (export "heap") (mut i32) (i32.const 0))
            (global (export "root") (mut i64) (i64.const 0))
            (global (export "__heap_base") i32 (i32.const 8192))
            (global (export "__stack_low") i32 (i32.const 1024))
            (global (export "__stack_high") i32 (i32.const 4096))
            (table (export "__indirect_function_table") 7 funcref)
            (memory (export "memory") 2 100)
            (func (export "init") (local i32 i64 i64))
            (func (export "state"))
            (func $swap (drop (i32.extend8_s (i32.const 1)))
                (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))))"#,
    )
    .expect("it is valid");
    assert_eq!(info.functions, 4);
    assert_eq!(info.locals, 3);
    assert_eq!((info.globals, info.kept_globals), (6, 2));
    assert_eq!(info.table, 7);
    assert_eq!((info.wasm_pages, info.max_wasm_pages), (2, 100));
    assert_eq!(info.stack, Some((1024, 4096)));
    assert_eq!(
        info.exports,
        Entries::NONE.with(Entry::Init).with(Entry::State)
    );
    let own = judge(r#"(module (memory (export "memory") 1 5) (func (export "init")))"#);
    assert_eq!(own.expect("it is valid").max_wasm_pages, 5);
    let none = judge(r#"(module (memory (export "memory") 1) (func (export "init")))"#);
    assert_eq!(none.expect("it is valid").max_wasm_pages, 65_536);
}

fn declaration(import: &Import) -> String {
    let name = |ty| match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
    };
    let params: Vec<_> = import.params.iter().map(|(_, ty)| name(*ty)).collect();
    let result = import
        .result
        .map(|ty| format!("(result {})", name(ty)))
        .unwrap_or_default();
    let params = params.join(" ");
    format!(
        "(import \"{MODULE}\" \"{}\" (func (param {params}) {result}))",
        import.name
    )
}

#[test]
fn each_row_of_the_table_and_each_entry_is_accepted() {
    for import in IMPORTS {
        let text = format!(
            r#"(module {} (memory (export "memory") 1) (func (export "init")))"#,
            declaration(import)
        );
        judge(&text).unwrap_or_else(|error| panic!("{}: {error}", import.name));
    }
    let entries: String = Entry::ALL
        .into_iter()
        .map(|entry| format!(r#"(func (export "{}"))"#, entry.export()))
        .collect();
    let text = format!(r#"(module (memory (export "memory") 1) {entries})"#);
    assert_eq!(judge(&text).expect("it is valid").exports, Entries::ALL);
}

/// xorshift64*: the same bytes on every machine.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[test]
fn no_bytes_make_validation_panic() {
    let limits = Limits::default();
    let mut random = Random(0x5eed);
    let seeds: Vec<Vec<u8>> = OFFENCES.iter().map(|(name, ..)| fixture(name)).collect();
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        match random.below(4) {
            0 => bytes.truncate(random.below(bytes.len())),
            1 => {
                let other = &seeds[random.below(seeds.len())];
                let cut = random.below(bytes.len());
                bytes.truncate(cut);
                bytes.extend_from_slice(&other[cut.min(other.len())..]);
            }
            _ => {}
        }
        for _ in 0..random.below(4) {
            if !bytes.is_empty() {
                let at = random.below(bytes.len());
                bytes[at] = random.next() as u8;
            }
        }
        match validate(&bytes, &limits) {
            Ok(_) => accepted += 1,
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains(": "));
            }
        }
    }
    assert!(
        accepted > 100 && refused > 100,
        "the fuzzer sees one side only"
    );
    for length in 0..64 {
        let noise: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        assert_eq!(
            validate(&noise, &limits).expect_err("noise").kind,
            Malformed
        );
    }
}

/// Whether a function `(param i32 i32 i64) (result i32)` of that text is refused, and then for that
/// operator.
fn is_refused_for(operator: &str, body: &str) -> bool {
    let text = format!(
        r#"(module (memory (export "memory") 1) (global $set (mut i32) (i32.const 0))
            (global $zero i32 (i32.const 0)) (func $nothing) (func $one (result i32) i32.const 1)
            (func (param i32 i32 i64) (result i32) (local i32) {body}) (func (export "handle")))"#
    );
    let wasm = wat::parse_str(&text).expect("it assembles");
    match validate(&wasm, &Limits::default()) {
        Ok(_) => false,
        Err(invalid) => {
            assert_eq!(invalid.operator.as_deref(), Some(operator), "{invalid}");
            true
        }
    }
}

#[test]
fn a_select_that_tests_an_i32_for_zero_is_refused_however_it_is_written() {
    for condition in [
        "local.get 0 i32.eqz",
        "local.get 0 i32.const 0 i32.eq",
        "i32.const 0 local.get 0 i32.eq",
        "local.get 0 i32.const 0 i32.ne",
        "local.get 0 i32.eqz i32.eqz",
        "local.get 2 i64.eqz i32.eqz",
        "call $one i32.eqz",
        "global.get $zero local.get 0 i32.ne",
        "local.get 0 i32.const 3 i32.const 3 i32.sub i32.eq",
        "local.get 0 i64.const 0 i32.wrap_i64 i32.eq",
        "local.get 0 i32.eqz nop",
        "local.get 0 i32.eqz local.get 1 drop",
        "local.get 0 i32.eqz i32.const 1 i32.const 2 i32.add drop",
        "loop (result i32) local.get 0 i32.eqz end",
        "local.get 0 i32.eqz i64.extend_i32_u i64.eqz",
        "local.get 0 i32.eqz i64.extend_i32_s i64.const 0 i64.ne",
        "local.get 0 i32.eqz i64.extend_i32_u i32.wrap_i64",
        "local.get 0 i32.eqz i32.const 0 i32.or",
        "i32.const -1 local.get 0 i32.eqz i32.and",
        "local.get 0 local.get 1 i32.eqz i32.const 0 select",
        "local.get 0 i32.eqz local.get 0 i32.const 1 select",
        "i32.const 0 local.get 1 local.set 3 local.get 0 i32.eq",
        "i32.const 0 call $nothing local.get 0 i32.eq",
        "i32.const 0 block end local.get 0 i32.eq",
        "local.get 0 i32.const 5 i32.eqz i32.eq",
        "local.get 0 i32.const 3 i32.const 2 i32.lt_s i32.eq",
        "local.get 0 i32.const 2 i32.const 1 i32.and i32.ne",
        "local.get 0 block (result i32) i32.const 0 end i32.eq",
        "local.get 0 i32.const 1 if (result i32) i32.const 0 else i32.const 0 end i32.eq",
        "local.get 0 i32.const 0 i32.xor i64.extend_i32_u i64.eqz",
        "local.get 0 i32.const 0 i32.xor i64.extend_i32_u i64.const 0 i64.ne",
        // The engine computes these, though they are made of constants.
        "i32.const 1 i32.const 0 local.get 0 select local.get 1 i32.const 7 i32.mul local.set 3 i32.eqz",
        "local.get 0 if (result i32) i32.const 1 else i32.const 0 end i32.eqz",
        // And of these it makes a constant, though they are not.
        "local.get 0 i32.const 1 if (result i32) i32.const 0 else local.get 1 end i32.eq",
        "local.get 0 i32.const 1 if (result i32) i32.const 0 else unreachable end i32.eq",
        "local.get 0 i32.const 0 if (result i32) local.get 1 else i32.const 0 end i32.eq",
        "local.get 0 i32.const 0 i32.const 0 local.get 1 select i32.eq",
        "local.get 0 loop (result i32) i32.const 0 end i32.eq",
    ] {
        let body = format!("local.get 0 local.get 1 {condition} select");
        assert!(is_refused_for("select", &body), "{condition}");
    }
}

#[test]
fn a_select_by_anything_else_is_not() {
    for condition in [
        "local.get 0",
        "local.get 2 i64.eqz",
        "local.get 2 i64.const 0 i64.ne",
        "local.get 0 local.get 1 i32.eq",
        "local.get 0 i32.const 5 i32.ne",
        "local.get 0 i32.const 1 i32.lt_u",
        "local.get 0 i32.eqz i32.const 1 i32.and",
        "local.get 0 i32.eqz i32.const 1 i32.lt_u",
        "global.get $set local.get 0 i32.ne",
        "i32.const 0 i32.load local.get 0 i32.eq",
        "call $one local.get 0 i32.eq",
        "i32.const 0 memory.grow local.get 0 i32.eq",
        "block (result i32) local.get 0 i32.eqz end",
        "local.get 0 if (result i32) local.get 0 i32.eqz else i32.const 1 end",
        // Of what is computed no constant is made.
        "local.get 0 if (result i32) local.get 0 else local.get 1 end local.get 0 i32.eq",
        "i32.const 0 local.get 1 local.get 0 select local.get 0 i32.eq",
        "block (result i32) local.get 0 local.get 1 br_if 0 end local.get 0 i32.ne",
        "block (result i32) local.get 0 br 0 end local.get 0 i32.ne",
    ] {
        let body = format!("local.get 0 local.get 1 {condition} select");
        assert!(!is_refused_for("select", &body), "{condition}");
    }
}

#[test]
fn a_store_of_a_local_at_itself_far_away_is_refused_however_it_is_written() {
    for (body, operator) in [
        ("local.get 0 local.get 0 i32.store", "i32.store"),
        ("local.get 0 local.get 0 i32.store8", "i32.store8"),
        ("local.get 0 local.get 0 i32.store16", "i32.store16"),
        ("local.get 1 local.tee 0 local.get 0 i32.store", "i32.store"),
        ("local.get 0 local.get 0 nop i32.store", "i32.store"),
        (
            "local.get 0 local.get 1 drop local.get 0 i32.store",
            "i32.store",
        ),
        (
            "local.get 0 local.get 0 i64.extend_i32_u i64.store",
            "i64.store",
        ),
        (
            "local.get 0 local.get 0 i64.extend_i32_u i64.store8",
            "i64.store8",
        ),
        (
            "local.get 0 local.get 0 i64.extend_i32_u i64.store32",
            "i64.store32",
        ),
        (
            "local.get 2 i32.wrap_i64 local.get 2 i64.store16",
            "i64.store16",
        ),
        (
            "local.get 0 local.get 0 local.get 0 local.get 1 select i32.store",
            "i32.store",
        ),
        (
            "local.get 0 block (result i32) local.get 0 end i32.store",
            "i32.store",
        ),
        (
            "local.get 0 loop (result i32) local.get 0 end i32.store",
            "i32.store",
        ),
        // The engine leaves out these writes.
        ("local.get 0 local.get 0 local.tee 0 i32.store", "i32.store"),
        (
            "local.get 0 local.get 0 local.set 0 local.get 0 i32.store",
            "i32.store",
        ),
        (
            "local.get 0 local.get 0 local.get 0 local.tee 0 local.get 1 select i32.store",
            "i32.store",
        ),
        (
            "local.get 0 i32.const 1 if (result i32) local.get 0 else \
             i32.const 5 local.set 0 unreachable end i32.store",
            "i32.store",
        ),
        (
            "i32.const 1 if (result i32) local.get 0 else \
             i32.const 5 local.set 0 i32.const 7 end local.get 0 i32.store",
            "i32.store",
        ),
        // It may leave out these operators.
        (
            "local.get 0 local.get 0 i32.const 32 i32.shl i32.store",
            "i32.store",
        ),
    ] {
        let far = format!("{body} offset=65536 local.get 1");
        assert!(is_refused_for(operator, &far), "{far}");
        let near = format!("{body} offset=65535 local.get 1");
        assert!(!is_refused_for(operator, &near), "{near}");
    }
    for other in [
        "local.get 0 local.get 1 i32.store",
        "local.get 0 i32.const 7 i32.store8",
        "i32.const 7 local.get 0 i32.store8",
        "local.get 0 local.get 0 i32.const 1 i32.add i32.store",
        "local.get 0 local.get 0 i64.extend_i32_s i64.store",
        "local.get 0 local.get 2 i64.store",
    ] {
        let far = format!("{other} offset=65536 local.get 1");
        assert!(!is_refused_for("none", &far), "{far}");
    }
}
