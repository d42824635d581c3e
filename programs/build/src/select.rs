//! Selects that the chain's engine computes wrongly, written so that it does not.
//!
//! The engine fuses a `select` with a comparison against zero before it, and then tests the wrong
//! value. wasm-opt exchanges the two values instead of comparing, but only where evaluating them
//! in another order changes nothing. What is left is spelt as another comparison here.

use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// `i32.const 1`, `i32.lt_u`: true of zero alone, as `i32.eqz`.
const BELOW_ONE: [u8; 3] = [0x41, 0x01, 0x49];
/// `i32.const 1`, `i32.and`: keeps a truth value as it is.
const LOWEST_BIT: [u8; 3] = [0x41, 0x01, 0x71];

/// An operator, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// `i32.const 0`.
    Zero,
    /// Another one that takes nothing and pushes a value.
    Value,
    Other,
}

/// A comparison with zero, and where in the body it begins and ends.
#[derive(Clone, Copy)]
enum Test {
    Eqz(usize, usize),
    Equal(usize),
}

/// The body without such selects, or nothing if it has none.
pub(crate) fn rewrite(body: &FunctionBody<'_>) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let found = tests(body)?;
    if found.is_empty() {
        return Ok(None);
    }
    let bytes = body.as_bytes();
    let mut written = Vec::new();
    let mut copied = 0;
    for test in found {
        let (until, from, instead) = match test {
            Test::Eqz(start, end) => (start, end, BELOW_ONE),
            Test::Equal(end) => (end, end, LOWEST_BIT),
        };
        written.extend_from_slice(bytes.get(copied..until).unwrap_or_default());
        written.extend_from_slice(&instead);
        copied = from;
    }
    written.extend_from_slice(bytes.get(copied..).unwrap_or_default());
    Ok(Some(written))
}

/// The comparisons that a `select` follows, in order.
fn tests(body: &FunctionBody<'_>) -> Result<Vec<Test>, BinaryReaderError> {
    let base = body.range().start;
    let mut reader = body.get_operators_reader()?;
    let mut found = Vec::new();
    let mut test = None;
    let mut before = [Seen::Other; 2];
    while !reader.eof() {
        let (operator, start) = reader.read_with_offset()?;
        let start = start.saturating_sub(base);
        let end = reader.original_position().saturating_sub(base);
        let seen = match operator {
            // These compute nothing.
            Operator::Nop | Operator::End => continue,
            Operator::Select | Operator::TypedSelect { .. } => {
                found.extend(test);
                Seen::Other
            }
            Operator::I32Const { value: 0 } => Seen::Zero,
            Operator::I32Const { .. } | Operator::LocalGet { .. } | Operator::GlobalGet { .. } => {
                Seen::Value
            }
            _ => Seen::Other,
        };
        test = match (operator, before) {
            (Operator::I32Eqz, _) => Some(Test::Eqz(start, end)),
            (Operator::I32Eq | Operator::I32Ne, [_, Seen::Zero] | [Seen::Zero, Seen::Value]) => {
                Some(Test::Equal(end))
            }
            _ => None,
        };
        before = [before[1], seen];
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use wasmi::{Engine, Linker, Store};

    use crate::module::Module;

    /// A function of three numbers, without and with what is done here.
    fn rewritten(body: &str) -> (Vec<u8>, Vec<u8>) {
        let text = format!(
            "(module
                (import \"host\" \"say\" (func $say (param i32) (result i32)))
                (memory 1) (data (i32.const 200) \"\\01\")
                (func (export \"f\") (param i32 i32 i32) (result i32) (local i32)
                    (local.set 3 (i32.load (i32.const 200))) {body}))"
        );
        let before = wat::parse_str(text).expect("the text is a module");
        let mut module = Module::parse(&before).expect("a module");
        module.rewrite_bodies(super::rewrite).expect("bodies");
        let after = module.encode();
        wasmparser::validate(&after).expect("still a module");
        (before, after)
    }

    /// What the chain's engine makes of it.
    fn run(wasm: &[u8], args: (i32, i32, i32)) -> i32 {
        let engine = Engine::default();
        let module = wasmi::Module::new(&engine, wasm).expect("a module");
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("host", "say", |number: i32| number)
            .expect("one function");
        let instance = linker
            .instantiate_and_start(&mut store, &module)
            .expect("an instance");
        instance
            .get_typed_func::<(i32, i32, i32), i32>(&store, "f")
            .expect("a function")
            .call(&mut store, args)
            .expect("it returns")
    }

    #[test]
    fn selects_choose_what_they_say() {
        let (a, b) = ("local.get 0", "local.get 1");
        for (body, if_zero, else_) in [
            (format!("{a} {b} local.get 2 i32.eqz select"), 10, 20),
            (
                format!("{a} {b} local.get 2 i32.eqz select (result i32)"),
                10,
                20,
            ),
            (
                format!("{a} {b} local.get 2 i32.eqz i32.eqz select"),
                20,
                10,
            ),
            (
                format!("{a} {b} local.get 2 i32.const 0 i32.eq select"),
                10,
                20,
            ),
            (
                format!("{a} {b} i32.const 0 local.get 2 i32.eq select"),
                10,
                20,
            ),
            (
                format!("{a} {b} local.get 2 i32.const 0 i32.ne select"),
                20,
                10,
            ),
            (
                format!("{a} {b} i32.const 0 local.get 2 i32.ne select"),
                20,
                10,
            ),
            (format!("{a} {b} local.get 2 i32.eqz nop select"), 10, 20),
            (
                format!("{a} {b} block (result i32) local.get 2 i32.eqz end select"),
                10,
                20,
            ),
            // wasm-opt cannot exchange these: each has an effect.
            (
                "local.get 0 call $say local.get 1 call $say local.get 2 i32.eqz select".into(),
                10,
                20,
            ),
        ] {
            let (before, after) = rewritten(&body);
            assert_ne!(before, after, "{body}");
            for (third, expected) in [(0, if_zero), (7, else_), (1, else_), (-1, else_)] {
                assert_eq!(run(&after, (10, 20, third)), expected, "{body}: {third}");
            }
        }
    }

    #[test]
    fn the_rest_stays_as_it_is() {
        for body in [
            "local.get 0 local.get 1 local.get 2 select",
            "local.get 0 local.get 1 local.get 2 i32.const 5 i32.eq select",
            "local.get 0 local.get 1 local.get 2 i64.extend_i32_s i64.eqz select",
            "local.get 2 i32.eqz",
            "local.get 0 local.get 1 local.get 2 i32.eqz local.tee 3 select",
        ] {
            let (before, after) = rewritten(body);
            assert_eq!(before, after, "{body}");
        }
    }
}
