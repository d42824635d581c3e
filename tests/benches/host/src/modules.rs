//! Modules that are too large to write by hand.

use std::fmt::Write;

use crate::mixes::BODY;

/// A module of about `bytes` bytes made of functions with that body, each called once by
/// `handle`. `unit` is a piece of text and how many bytes it assembles to.
fn of_functions(bytes: usize, each: usize, unit: (&str, usize), locals: &str) -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 1)");
    let (piece, size) = unit;
    let count = (bytes / (each + 8)).max(1);
    let body = piece.repeat(each / size);
    for _ in 0..count {
        text += &format!("(func {locals} {body})");
    }
    text += "(func (export \"handle\")";
    for index in 0..count {
        text += &format!("(call {index})");
    }
    text += "))";
    assemble(&text)
}

fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("the generated text is well-formed")
}

/// Code like a compiler's: arithmetic on locals and memory in functions of a kilobyte.
pub(crate) fn ordinary(bytes: usize) -> Vec<u8> {
    let unit = "(local.set 0 (i32.add (i32.load offset=16 (i32.and (local.get 0) \
        (i32.const 1020))) (i32.mul (local.get 1) (i32.const 77)))) \
        (if (i32.gt_u (local.get 0) (i32.const 9)) (then (local.set 1 (i32.const 3))))";
    of_functions(bytes, 1_024, (unit, 31), "(local i32 i32)")
}

/// Code of the operators that are shortest for what they make the engine write.
pub(crate) fn dense(bytes: usize) -> Vec<u8> {
    let unit = "(drop (i32.eqz (memory.size)))";
    of_functions(bytes, 60_000.min(bytes), (unit, 4), "")
}

/// Functions that do nothing: as many as fit the limit.
pub(crate) fn small_functions(count: usize) -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 1)");
    for _ in 1..count {
        text += "(func)";
    }
    text += "(func (export \"handle\")";
    for index in 1..count {
        text += &format!("(call {})", index - 1);
    }
    assemble(&(text + "))"))
}

/// Functions of one local each, nested as deep as may be.
pub(crate) fn nested(bytes: usize) -> Vec<u8> {
    let depth = 500;
    let unit = format!("{}{}", "block ".repeat(depth), "end ".repeat(depth));
    of_functions(bytes, 60_000.min(bytes), (&unit, depth * 3), "")
}

/// Functions that are one long jump table.
pub(crate) fn tables(bytes: usize) -> Vec<u8> {
    let unit = format!("(block (br_table {} (i32.const 1)))", "0 ".repeat(4_096));
    of_functions(bytes, 60_000.min(bytes), (&unit, 4_105), "")
}

/// Everything that an instance allocates, at its limit: table, globals, segments, exports.
pub(crate) fn furnished() -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 64) (table 8192 funcref)");
    for index in 0..255 {
        text += &format!("(global (export \"g{index}\") i64 (i64.const {index}))");
    }
    for index in 0..1_024 {
        text += &format!("(data (i32.const {}) \"x\")", index * 4_096);
    }
    for index in 0..64 {
        let functions = "0 ".repeat(128);
        text += &format!("(elem (i32.const {}) {functions})", index * 128);
    }
    // Exported globals fill the exports but for the memory and this.
    text = text
        .replacen("(export \"g0\") ", "", 1)
        .replacen("(export \"g1\") ", "", 1);
    assemble(&(text + "(func (export \"handle\")))"))
}

/// Data for every page of a large memory, half a megabyte of it.
pub(crate) fn data(bytes: usize) -> Vec<u8> {
    let mut text = String::from("(module (memory (export \"memory\") 64)");
    let count = 256;
    for index in 0..count {
        let data = "x".repeat(bytes / count - 8);
        text += &format!("(data (i32.const {}) \"{data}\")", index * 16_384);
    }
    assemble(&(text + "(func (export \"handle\")))"))
}

/// A program that does a step so many times; `declare` are its imports, `step` its body.
pub(crate) fn repeat(declare: &str, wasm_pages: u32, times: u32, step: &str) -> Vec<u8> {
    assemble(&format!(
        "(module {declare} (memory (export \"memory\") {wasm_pages}) \
         (func (export \"handle\") (local $i i32) \
           (loop $again {step} \
             (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) \
               (i32.const {times}))))))"
    ))
}

/// Shapes that are short for what the engine makes of them.
const SHAPES: &[(&str, &str, usize)] = &[
    ("if else end", "(if (local.get 0) (then) (else)) ", 6),
    ("loop end", "(loop) ", 3),
    ("block br_if", "(block (br_if 0 (local.get 0))) ", 7),
    ("call drop", "(drop (call $one)) ", 3),
    ("block end", "(block) ", 3),
    (
        "select",
        "(drop (select (local.get 0) (local.get 1) (local.get 0))) ",
        8,
    ),
    ("eqz chain", "(drop (i32.eqz (memory.size))) ", 4),
    ("local.tee chain", "(drop (local.tee 0 (local.get 1))) ", 5),
    (
        "br_table of one",
        "(block (br_table 0 0 (local.get 0))) ",
        9,
    ),
    ("global", "(global.set 0 (global.get 0)) ", 4),
    ("store", "(i32.store (local.get 0) (local.get 1)) ", 7),
    ("grow", "(drop (memory.grow (i32.const 0))) ", 5),
];

/// Programs whose loading is as much work as it can be, each shape at its largest.
pub(crate) fn shapes(bytes: usize) -> Vec<(String, Vec<u8>)> {
    SHAPES
        .iter()
        .map(|(name, text, size)| {
            let each = BODY / size;
            let count = bytes / (each * size + 16);
            let mut module = String::from(
                "(module (memory (export \"memory\") 1) \
                 (global (export \"g\") (mut i32) (i32.const 0)) \
                 (func $one (result i32) (i32.const 1))",
            );
            for _ in 0..count {
                let _ = write!(
                    module,
                    "(func (local i32 i32) (if (i32.eqz (global.get 0)) \
                    (then (return))) {})",
                    text.repeat(each)
                );
            }
            module += "(func (export \"handle\")";
            for index in 1..=count {
                let _ = write!(module, "(call {index})");
            }
            module += "))";
            (
                format!("largest code, {name}, translated"),
                assemble(&module),
            )
        })
        .collect()
}
