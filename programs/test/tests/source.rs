//! Programs that are built from their source.

#![cfg(feature = "build")]

use actors_build::{Blob, Options};
use actors_test::{Chain, Wasm};
use std::path::{Path, PathBuf};

mod support;
use support::{panics, tells};

/// A package of a program in a folder of its own.
fn package(name: &str, code: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(folder.join("src")).expect("the folder can be made");
    let manifest = format!(
        "[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2021\"\n\n\
         [lib]\ncrate-type = [\"cdylib\"]\n\n[workspace]\n"
    );
    let write = |path: &str, text: &str| {
        std::fs::write(folder.join(path), text).expect("the file can be written");
    };
    write("Cargo.toml", &manifest);
    write("src/lib.rs", code);
    folder
}

const HELLO: &str = r#"#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

#[link(wasm_import_module = "actors_v1")]
extern "C" {
    fn reply(payload: *const u8, len: i32, value: *const u8) -> i32;
}

static ZERO: [u8; 16] = [0; 16];

#[no_mangle]
pub extern "C" fn handle() {
    unsafe { reply(b"hello".as_ptr(), 5, ZERO.as_ptr()) };
}
"#;

#[test]
fn a_program_is_built_once_and_deployed() {
    let folder = package("actors-test-hello", HELLO);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let folder = folder.clone();
            std::thread::spawn(move || Wasm::from_crate(folder))
        })
        .collect();
    let built: Vec<_> = threads
        .into_iter()
        .map(|thread| thread.join().expect("it is built"))
        .collect();
    assert!(built.iter().all(|wasm| *wasm == built[0]));

    let chain = Chain::new();
    let alice = chain.user("alice");
    let hello = chain.deploy(&built[0]).by(&alice);
    hello.send(b"").by(&alice).expect_reply(b"hello");

    // What was built stays as it is while the tests run.
    std::fs::write(folder.join("src/lib.rs"), "broken").expect("it is written");
    assert_eq!(Wasm::from_crate(&folder), built[0]);
}

#[test]
fn what_cannot_be_built_says_why() {
    let folder = package("actors-test-broken", "fn what() -> u32 { \"a text\" }\n");
    let text = panics(|| Wasm::from_crate(&folder));
    tells(
        &text,
        &[
            "actors-test-broken cannot be built.",
            // What the compiler says stands on standard error, in its own colours.
            "failed (exit status: 101), see above",
            "what the compiler says comes first",
        ],
    );
    let text = panics(|| Wasm::from_crate("no/such/crate"));
    tells(&text, &["no/such/crate cannot be built.\n", "there is no"]);
}

/// What a compiler writes that neither optimises nor knows of the chain. It answers 25 if the number
/// that it is sent is 0, and 0 else; how often it was called; and whether it had begun.
const UNOPTIMISED: &str = r#"(module
    (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (global $begun (mut i32) (i32.const 0))
    (global (export "__stack_pointer") (mut i32) (i32.const 1024))
    (func $begin (global.set $begun (i32.const 1)))
    (func $counted (param i32) (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        local.get 0)
    (func $handle (local i32)
        (drop (call $read (i32.const 0) (i32.const 4) (i32.const 64)))
        (local.set 0 (i32.load (i32.const 64)))
        (i32.store (i32.const 64) (select
            (call $counted (i32.const 25))
            (call $counted (i32.const 0))
            (i32.eqz (local.get 0))))
        (i32.store (i32.const 68) (global.get $count))
        (i32.store (i32.const 72) (global.get $begun))
        (drop (call $reply (i32.const 64) (i32.const 12) (i32.const 0))))
    (export "handle" (func $handle))
    (start $begin))"#;

#[test]
fn a_module_of_another_compiler_does_on_the_chain_what_it_says() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let module = wat::parse_str(UNOPTIMISED).expect("the text is a module");
    for optimise in [true, false] {
        let options = Options {
            optimise,
            ..Options::default()
        };
        let finished = Blob::finish(&module, options).expect("the chain accepts it");
        let program = chain.deploy(finished.blob.bytes).by(&alice);
        for (sent, discount, count) in [(0u32, 25u32, 2u32), (7, 0, 4), (0, 25, 6)] {
            let answer = [discount, count, 1].map(u32::to_le_bytes).concat();
            let message = program.send(sent.to_le_bytes()).by(&alice);
            message.expect_reply(answer);
        }
    }
}
