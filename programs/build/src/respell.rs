//! What the chain's engine does not get right, written so that it does.
//!
//! The validator refuses a `select` that tests an `i32` for zero. wasm-opt swaps the two values
//! instead of comparing, but only where evaluating them in another order changes nothing. What is
//! left chooses by another comparison, of which the engine makes what it should.
//!
//! It refuses as well the store of a local at itself with an offset above 65,535: here the value
//! is computed, and no local any more.

use crate::{judge::first_pitfall, module::Module, Error};

/// `i32.const 0`, `i32.gt_u`: true of what is true.
const IS_TRUE: [u8; 3] = [0x41, 0x00, 0x4b];
/// `i32.const 0`, `i32.or`: the same number.
const SAME_I32: [u8; 3] = [0x41, 0x00, 0x72];
/// `i64.const 0`, `i64.or`: likewise.
const SAME_I64: [u8; 3] = [0x42, 0x00, 0x84];

/// The module without such operators.
pub(crate) fn respell(mut wasm: Vec<u8>) -> Result<Vec<u8>, Error> {
    while let Some((at, operator)) = first_pitfall(&wasm) {
        let before = match operator.as_str() {
            "select" => IS_TRUE,
            store if store.starts_with("i64") => SAME_I64,
            _ => SAME_I32,
        };
        let mut module = Module::parse(&wasm)?;
        module.insert(at, &before)?;
        wasm = module.encode();
    }
    Ok(wasm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmi::{Engine, Linker, Store};

    /// A program that takes three numbers where its memory begins, and writes another behind them.
    fn program(body: &str) -> Vec<u8> {
        let text = format!(
            "(module
                (import \"actors_v1\" \"message_size\" (func $size (result i32)))
                (memory (export \"memory\") 2) (data (i32.const 200) \"\\01\")
                (func $f (param i32 i32 i32) (result i32) (local i32)
                    (local.set 3 (i32.load (i32.const 200))) {body})
                (func (export \"handle\") (i32.store (i32.const 12) (call $f
                    (i32.load (i32.const 0)) (i32.load (i32.const 4)) (i32.load (i32.const 8))))))"
        );
        wat::parse_str(text).expect("the text is a module")
    }

    /// What the chain's engine makes of it.
    fn run(wasm: &[u8], numbers: [i32; 3]) -> i32 {
        let engine = Engine::default();
        let module = wasmi::Module::new(&engine, wasm).expect("a module");
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("actors_v1", "message_size", || 0)
            .expect("one function");
        let instance = linker
            .instantiate_and_start(&mut store, &module)
            .expect("an instance");
        let memory = instance.get_memory(&store, "memory").expect("a memory");
        let numbers = numbers.map(i32::to_le_bytes).concat();
        memory.write(&mut store, 0, &numbers).expect("it fits");
        instance
            .get_typed_func::<(), ()>(&store, "handle")
            .expect("a function")
            .call(&mut store, ())
            .expect("it returns");
        let mut found = [0; 4];
        memory.read(&store, 12, &mut found).expect("it is there");
        i32::from_le_bytes(found)
    }

    #[test]
    fn selects_choose_what_they_say() {
        const A: &str = "local.get 0 local.get 1 ";
        // With an effect each: wasm-opt cannot exchange these.
        const CALLS: &str = "local.get 0 call $size i32.add local.get 1 call $size i32.add ";
        for (values, condition, if_zero, else_) in [
            (A, "local.get 2 i32.eqz", 10, 20),
            (A, "local.get 2 i32.eqz i32.eqz", 20, 10),
            (A, "local.get 2 i32.const 0 i32.eq", 10, 20),
            (A, "i32.const 0 local.get 2 i32.eq", 10, 20),
            (A, "local.get 2 i32.const 0 i32.ne", 20, 10),
            (
                A,
                "i32.const 0 local.get 2 call $size i32.add i32.ne",
                20,
                10,
            ),
            (A, "local.get 2 i32.eqz nop i32.const 5 drop", 10, 20),
            (
                A,
                "local.get 2 i32.eqz i64.extend_i32_u i32.wrap_i64",
                10,
                20,
            ),
            (A, "local.get 2 i32.eqz i32.const 0 i32.or", 10, 20),
            (CALLS, "local.get 2 i32.eqz", 10, 20),
        ] {
            let before = program(&format!("{values} {condition} select"));
            assert!(first_pitfall(&before).is_some(), "{condition}");
            let after = respell(before).expect("it is a module");
            for (third, expected) in [(0, if_zero), (7, else_), (1, else_), (-1, else_)] {
                let found = run(&after, [10, 20, third]);
                assert_eq!(found, expected, "{condition}: {third}");
            }
        }
    }

    #[test]
    fn stores_keep_what_they_store() {
        // Local 3 is 1, and in the engine's register when it is stored at itself.
        const ONE: &str = "local.get 3 i32.const 7 i32.and local.tee 3";
        for (store, low, high) in [
            ("local.get 3 i32.store offset=65636", 1, 0),
            ("local.get 3 i32.store8 offset=65636", 1, 0),
            ("local.get 3 i32.store16 offset=65636", 1, 0),
            ("local.get 3 i64.extend_i32_u i64.store offset=65636", 1, 0),
            ("local.get 3 i64.extend_i32_u i64.store8 offset=65636", 1, 0),
        ] {
            let body = format!(
                "{ONE} {store} i32.const 0 i32.load offset=65637 i32.const 0 i32.load offset=65641
                i32.const 16 i32.shl i32.add"
            );
            let before = program(&body);
            assert!(first_pitfall(&before).is_some(), "{store}");
            let after = respell(before).expect("it is a module");
            assert_eq!(run(&after, [0, 0, 0]), low + (high << 16), "{store}");
        }
    }

    #[test]
    fn the_rest_stays_as_it_is() {
        for body in [
            "local.get 0 local.get 1 local.get 2 select",
            "local.get 0 local.get 1 local.get 2 i32.const 5 i32.eq select",
            "local.get 0 local.get 1 local.get 2 i64.extend_i32_s i64.eqz select",
            "local.get 2 i32.eqz",
            "local.get 0 local.get 0 i32.store offset=65535 local.get 0",
            "local.get 0 local.get 1 i32.store offset=65536 local.get 0",
        ] {
            let before = program(body);
            assert!(
                respell(before.clone()).expect("a module") == before,
                "{body}"
            );
        }
    }

    #[test]
    fn each_of_many_is_found() {
        let one = "local.get 0 local.get 1 local.get 2 i32.eqz select local.set 3 ";
        let body = format!("{} local.get 3", one.repeat(40));
        let after = respell(program(&body)).expect("it is a module");
        assert_eq!(run(&after, [10, 20, 0]), 10);
        // The size of the body takes another byte on the way.
        assert_eq!(first_pitfall(&after), None);
    }
}
