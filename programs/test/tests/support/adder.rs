//! A program with an interface, as `actors-build` makes them, from text.

#![allow(dead_code, reason = "each file of tests uses some of it")]

use actors_idl::{Arg, Builder, Call, SECTION};
use actors_test::Wasm;
use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Its events.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub(crate) enum Event {
    Added { by: u32 },
}

/// Its error.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub(crate) enum Error {
    Empty,
    Full,
}

/// Handles `add(by)`, of route 0, which deposits an event and replies what was added, `fail()`, of
/// route 1, and `pass(to, payload)`, of route 2, which sends the payload on, awaits the reply and ends
/// as that did. It refuses other routes, and `state` of route 0 replies 5.
const CODE: &str = r#"(module
    (import "actors_v1" "message_size" (func $size (result i32)))
    (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
    (import "actors_v1" "turn_cause" (func $cause (result i32)))
    (import "actors_v1" "reply_size" (func $answer_size (result i32)))
    (import "actors_v1" "reply_read" (func $answer (param i32 i32 i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
    (import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))
    (import "actors_v1" "debug" (func $debug (param i32 i32)))
    (import "actors_v1" "revert" (func $revert (param i32 i32)))
    (memory (export "memory") 1)
    (global (export "__stack_low") i32 (i32.const 0))
    (global (export "__stack_high") i32 (i32.const 65536))
    (data (i32.const 65000) "adding")
    (func (export "init"))
    (func (export "state")
        (i32.store (i32.const 0) (i32.const 5))
        (drop (call $reply (i32.const 0) (i32.const 4) (i32.const 5000))))
    (func (export "handle") (local $route i32)
        (drop (call $read (i32.const 0) (call $size) (i32.const 3)))
        (local.set $route (i32.load8_u (i32.const 3)))
        (if (i32.eq (call $cause) (i32.const 1)) (then
            (drop (call $answer (i32.const 0) (call $answer_size) (i32.const 1000)))
            (drop (call $reply (i32.const 1000) (call $answer_size) (i32.const 5000)))
            (return)))
        (if (i32.eqz (local.get $route)) (then
            (call $debug (i32.const 65000) (i32.const 6))
            ;; The route is the number of the event.
            (drop (call $emit (i32.const 3) (i32.const 5)))
            (drop (call $reply (i32.const 4) (i32.const 4) (i32.const 5000)))
            (return)))
        (if (i32.eq (local.get $route) (i32.const 2)) (then
            ;; The length of the payload is a byte of four times its value.
            (drop (call $send (i32.const 4) (i32.const 37) (i32.sub (call $size) (i32.const 34))
                (i32.const 5000) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 1) (i32.const 6000)))
            (drop (call $wait (i32.const 10)))
            (return)))
        (if (i32.eq (local.get $route) (i32.const 1))
            (then (i32.store16 (i32.const 0) (i32.const 0x100)))
            (else
                (i32.store8 (i32.const 0) (i32.const 1))
                (i32.store8 (i32.const 1) (local.get $route))))
        (call $revert (i32.const 0) (i32.const 2))))"#;

/// The program.
pub(crate) fn adder() -> Wasm {
    with_section(&interface("1.0.0", "add").encode())
}

/// The same with another version.
pub(crate) fn newer() -> Wasm {
    with_section(&interface("1.0.1", "add").encode())
}

/// The same code, which says that it has another call instead of `add`.
pub(crate) fn other() -> Wasm {
    with_section(&interface("2.0.0", "put").encode())
}

fn interface(version: &str, first: &str) -> Builder {
    let mut idl = Builder::new("adder", version, &[]);
    let by = idl.arg::<u32>("by");
    let (to, payload) = (idl.arg::<[u8; 32]>("to"), idl.arg::<Vec<u8>>("payload"));
    let (unit, number) = (idl.ty::<()>(), idl.ty::<u32>());
    let (error, bytes) = (idl.ty::<Error>(), idl.ty::<[u8; 4]>());
    let call = |name: &str, route, args: Vec<Arg>, returns| Call {
        name: name.into(),
        route,
        docs: Vec::new(),
        args,
        payable: false,
        is_async: false,
        returns,
        error: Some(error),
    };
    idl.method(call(first, 0, vec![by.clone()], number));
    idl.method(call("fail", 1, Vec::new(), unit));
    idl.method(call("pass", 2, vec![to, payload], bytes));
    idl.constructor(call("new", 0, vec![by], unit));
    idl.query(call("total", 0, Vec::new(), number));
    idl.events::<Event>();
    idl
}

/// The code with that section.
pub(crate) fn with_section(section: &[u8]) -> Wasm {
    let code = Wasm::from(CODE);
    let name = SECTION.as_bytes();
    let length = 1 + name.len() + section.len();
    let mut wasm = code.bytes().to_vec();
    // The length in two groups of seven bits and more.
    wasm.extend([
        0,
        (length & 127 | 128) as u8,
        (length >> 7 & 127 | 128) as u8,
        (length >> 14) as u8,
    ]);
    wasm.push(name.len() as u8);
    wasm.extend(name);
    wasm.extend(section);
    wasm.into()
}
