//! Bytes that are no module, each broken in one place: refused with a text, never accepted.

use super::world::validate;
use actors_executor::{InvalidKind, Limits};

/// Magic number and version.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";
/// `() -> ()` and `(i32) -> (i32)`.
const TYPES: &[u8] = &[1, 9, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f];
const ONE_FUNCTION: &[u8] = &[3, 2, 1, 0];
const MEMORY: &[u8] = &[5, 3, 1, 0, 1];
const TABLE: &[u8] = &[4, 4, 1, 0x70, 0, 1];
/// `memory` and `handle`.
const EXPORTS: &[u8] = b"\x07\x13\x02\x06memory\x02\0\x06handle\0\0";
/// One function that does nothing.
const CODE: &[u8] = &[10, 4, 1, 2, 0, 0x0b];

/// A module whose one function has that body.
fn with_body(body: &[u8]) -> Vec<u8> {
    let length = u8::try_from(body.len()).expect("it is short");
    let code = [&[10, length + 2, 1, length], body].concat();
    [HEADER, TYPES, ONE_FUNCTION, TABLE, MEMORY, EXPORTS, &code].concat()
}

/// A module with such sections between its header and its exports.
fn with_sections(sections: &[&[u8]]) -> Vec<u8> {
    [HEADER, &sections.concat()].concat()
}

fn cases() -> Vec<(&'static str, Vec<u8>)> {
    let whole: &[&[u8]] = &[TYPES, ONE_FUNCTION, TABLE, MEMORY, EXPORTS, CODE];
    let behind = |section: &[u8]| [&with_sections(whole), section].concat();
    let before_code = |section: &[u8]| {
        with_sections(&[TYPES, ONE_FUNCTION, TABLE, MEMORY, EXPORTS, section, CODE])
    };
    vec![
        ("nothing", Vec::new()),
        ("half a magic number", b"\0a".to_vec()),
        ("the magic number alone", b"\0asm".to_vec()),
        ("another magic number", b"\x7fELF\x01\0\0\0".to_vec()),
        ("text", b"(module)".to_vec()),
        ("version 2", b"\0asm\x02\0\0\0".to_vec()),
        ("a version that is cut off", b"\0asm\x01\0".to_vec()),
        ("an unknown section", behind(&[14, 0])),
        ("a section id above 127", behind(&[0x8e, 0])),
        ("a section without its length", behind(&[11])),
        ("a section longer than the file", behind(&[11, 200, 1])),
        (
            "a section length in six bytes",
            behind(&[11, 0x80, 0x80, 0x80, 0x80, 0x80, 0]),
        ),
        (
            "a section length above 32 bits",
            behind(&[11, 0xff, 0xff, 0xff, 0xff, 0x1f]),
        ),
        ("a byte behind the last section", behind(&[0])),
        ("a custom section without a name", behind(&[0, 0])),
        (
            "a custom section with half a name",
            behind(&[0, 2, 5, b'a']),
        ),
        (
            "a custom section named in no UTF-8",
            behind(&[0, 2, 1, 0xff]),
        ),
        ("the same section twice", with_sections(&[TYPES, TYPES])),
        (
            "sections out of order",
            with_sections(&[ONE_FUNCTION, TYPES, MEMORY, EXPORTS, CODE]),
        ),
        (
            "types that say they are more",
            with_sections(&[&[1, 4, 2, 0x60, 0, 0]]),
        ),
        (
            "types with a byte too many",
            with_sections(&[&[1, 5, 1, 0x60, 0, 0, 0]]),
        ),
        (
            "a type of no function",
            with_sections(&[&[1, 4, 1, 0x61, 0, 0]]),
        ),
        (
            "a type of no value",
            with_sections(&[&[1, 5, 1, 0x60, 1, 0x01, 0]]),
        ),
        (
            "a function of no type",
            with_sections(&[TYPES, &[3, 2, 1, 9], MEMORY, EXPORTS, CODE]),
        ),
        (
            "a function without code",
            with_sections(&[TYPES, ONE_FUNCTION, MEMORY, EXPORTS]),
        ),
        (
            "code without a function",
            with_sections(&[TYPES, MEMORY, CODE]),
        ),
        (
            "less code than functions",
            with_sections(&[TYPES, &[3, 3, 2, 0, 0], MEMORY, EXPORTS, CODE]),
        ),
        (
            "more code than functions",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                EXPORTS,
                &[10, 7, 2, 2, 0, 0x0b, 2, 0, 0x0b],
            ]),
        ),
        (
            "a table of nothing",
            with_sections(&[&[4, 4, 1, 0x00, 0, 1]]),
        ),
        (
            "a memory above 4 GiB",
            with_sections(&[&[5, 5, 1, 0, 0x81, 0x80, 0x04]]),
        ),
        (
            "a memory with less than it starts with",
            with_sections(&[&[5, 4, 1, 1, 2, 1]]),
        ),
        (
            "memory limits of no kind",
            with_sections(&[&[5, 3, 1, 0x40, 1]]),
        ),
        (
            "a global of another type",
            with_sections(&[&[6, 6, 1, 0x7f, 0, 0x42, 0, 0x0b]]),
        ),
        (
            "a global that may half be set",
            with_sections(&[&[6, 6, 1, 0x7f, 2, 0x41, 0, 0x0b]]),
        ),
        (
            "a global without an end",
            with_sections(&[&[6, 5, 1, 0x7f, 0, 0x41, 0]]),
        ),
        (
            "a global that calls",
            with_sections(&[&[6, 6, 1, 0x7f, 0, 0x10, 0, 0x0b]]),
        ),
        (
            "an export of no function",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                b"\x07\x0a\x01\x06handle\0\x07",
                CODE,
            ]),
        ),
        (
            "an export of no kind",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                b"\x07\x0a\x01\x06handle\x09\0",
                CODE,
            ]),
        ),
        (
            "two exports of one name",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                b"\x07\x13\x02\x06handle\0\0\x06handle\0\0",
                CODE,
            ]),
        ),
        (
            "an export named in no UTF-8",
            with_sections(&[TYPES, ONE_FUNCTION, MEMORY, &[7, 5, 1, 1, 0xff, 0, 0], CODE]),
        ),
        (
            "an import named in no UTF-8",
            with_sections(&[TYPES, &[2, 7, 1, 1, 0xff, 1, b'a', 0, 0]]),
        ),
        (
            "an import of no kind",
            with_sections(&[TYPES, &[2, 7, 1, 1, b'a', 1, b'b', 9, 0]]),
        ),
        ("a start function that is none", before_code(&[8, 1, 9])),
        (
            "elements without a table",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                EXPORTS,
                &[9, 7, 1, 0, 0x41, 0, 0x0b, 1, 0],
                CODE,
            ]),
        ),
        (
            "elements that are no function",
            before_code(&[9, 7, 1, 0, 0x41, 0, 0x0b, 1, 9]),
        ),
        (
            "elements that say they are more",
            before_code(&[9, 7, 1, 0, 0x41, 0, 0x0b, 9, 0]),
        ),
        (
            "data without a memory",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                b"\x07\x0a\x01\x06handle\0\0",
                CODE,
                &[11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0],
            ]),
        ),
        (
            "data of another kind",
            behind(&[11, 7, 1, 9, 0x41, 0, 0x0b, 1, 0]),
        ),
        (
            "data that is cut off",
            behind(&[11, 7, 1, 0, 0x41, 0, 0x0b, 9, 0]),
        ),
        (
            "data at a place of 64 bits",
            behind(&[11, 7, 1, 0, 0x42, 0, 0x0b, 1, 0]),
        ),
        (
            "a count of data that is another",
            with_sections(&[
                TYPES,
                ONE_FUNCTION,
                MEMORY,
                EXPORTS,
                &[12, 1, 2],
                CODE,
                &[11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0],
            ]),
        ),
        ("no body", with_body(&[])),
        ("a body without an end", with_body(&[0])),
        ("a body with two ends", with_body(&[0, 0x0b, 0x0b])),
        (
            "a body with something behind its end",
            with_body(&[0, 0x0b, 0x01]),
        ),
        ("locals of no type", with_body(&[1, 1, 0x01, 0x0b])),
        (
            "more locals than 32 bits count",
            with_body(&[2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 1, 0x7f, 0x0b]),
        ),
        ("an unknown operator", with_body(&[0, 0xff, 0x0b])),
        ("an operator that is cut off", with_body(&[0, 0x41])),
        (
            "a number in six bytes",
            with_body(&[0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x1a, 0x0b]),
        ),
        (
            "a number with bits beyond its type",
            with_body(&[0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x70, 0x1a, 0x0b]),
        ),
        (
            "a block of no type",
            with_body(&[0, 0x02, 0x01, 0x0b, 0x0b]),
        ),
        (
            "a block that does not end",
            with_body(&[0, 0x02, 0x40, 0x0b]),
        ),
        ("an else without an if", with_body(&[0, 0x05, 0x0b])),
        (
            "an if without a condition",
            with_body(&[0, 0x04, 0x40, 0x0b, 0x0b]),
        ),
        (
            "an if with a value and no else",
            with_body(&[0, 0x41, 0, 0x04, 0x7f, 0x41, 0, 0x0b, 0x1a, 0x0b]),
        ),
        ("a branch to nowhere", with_body(&[0, 0x0c, 9, 0x0b])),
        (
            "a jump table to nowhere",
            with_body(&[0, 0x41, 0, 0x0e, 1, 9, 0, 0x0b]),
        ),
        (
            "a jump table that is cut off",
            with_body(&[0, 0x41, 0, 0x0e, 9, 0, 0, 0x0b]),
        ),
        ("a local that is none", with_body(&[0, 0x20, 0, 0x1a, 0x0b])),
        (
            "a global that is none",
            with_body(&[0, 0x23, 0, 0x1a, 0x0b]),
        ),
        ("a call of nothing", with_body(&[0, 0x10, 9, 0x0b])),
        (
            "an indirect call of no type",
            with_body(&[0, 0x41, 0, 0x11, 9, 0, 0x0b]),
        ),
        (
            "an operand that is missing",
            with_body(&[0, 0x6a, 0x1a, 0x0b]),
        ),
        (
            "an operand of another type",
            with_body(&[0, 0x41, 0, 0x42, 0, 0x6a, 0x1a, 0x0b]),
        ),
        ("a value that is left", with_body(&[0, 0x41, 0, 0x0b])),
        (
            "a load aligned above its size",
            with_body(&[0, 0x41, 0, 0x28, 3, 0, 0x1a, 0x0b]),
        ),
        (
            "a load at an offset of 33 bits",
            with_body(&[
                0, 0x41, 0, 0x28, 2, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1a, 0x0b,
            ]),
        ),
        (
            "a select of two types",
            with_body(&[0, 0x41, 0, 0x42, 0, 0x41, 0, 0x1b, 0x1a, 0x0b]),
        ),
    ]
}

#[test]
fn every_malformed_module_is_refused_with_a_text() {
    let mut told = String::new();
    for (name, wasm) in cases() {
        let invalid = validate(&wasm, &Limits::default()).expect_err(name);
        assert!(
            matches!(
                invalid.kind,
                InvalidKind::Malformed
                    | InvalidKind::Feature
                    | InvalidKind::Limit
                    | InvalidKind::Memory
                    | InvalidKind::StartFunction
                    | InvalidKind::UnknownImport
            ),
            "{name}: {invalid}"
        );
        assert!(
            !invalid.found.contains("exports neither") && !invalid.found.contains("has no memory"),
            "{name} is refused for what it lacks: {invalid}"
        );
        told += &format!("{name}: {invalid}\n");
    }
    assert_eq!(told, include_str!("malformed.txt"), "\n{told}");
}

#[test]
fn no_prefix_of_a_module_is_accepted() {
    let module = with_body(&[0, 0x41, 0, 0x1a, 0x0b]);
    assert!(validate(&module, &Limits::default()).is_ok());
    for end in 0..module.len() {
        assert!(
            validate(&module[..end], &Limits::default()).is_err(),
            "{end}"
        );
    }
}

#[test]
fn no_byte_that_is_changed_makes_it_panic() {
    let module = with_body(&[0, 0x41, 0, 0x04, 0x40, 0x41, 0, 0x1a, 0x0b, 0x0b]);
    let mut refused = 0;
    for at in 0..module.len() {
        for value in (0..=255).step_by(5) {
            let mut changed = module.clone();
            changed[at] = value;
            refused += usize::from(validate(&changed, &Limits::default()).is_err());
        }
    }
    assert!(refused > module.len() * 25, "{refused}");
}
