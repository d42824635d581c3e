//! Programs that are built from their source.

#![cfg(feature = "build")]

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
