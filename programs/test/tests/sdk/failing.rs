//! Errors and panics: what they tell, and that they undo the turn.

use actors_test::{Chain, Program, User};
use codec::Encode;
use std::{fs, path::Path};

use crate::{
    built::built,
    support::{call, panicked},
};

const FAIL: u8 = 12;
const PANIC: u8 = 13;
const FIXED: u8 = 14;
const INDEX: u8 = 15;
const TRIPLE: u8 = 17;

fn stage() -> (Chain, Program, User) {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let deploy = chain.deploy(built("sdk-calls")).payload(call(0, 5u32));
    let calls = deploy.by(&alice);
    (chain, calls, alice)
}

/// Where that stands in the source of the program, as a panic tells it.
fn line_of(text: &str) -> String {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../std/tests/programs/sdk-calls/src/lib.rs");
    let source = fs::read_to_string(source).expect("it was built from this");
    let line = source.lines().position(|line| line.contains(text));
    format!("src/lib.rs:{}", line.expect("it is there") + 1)
}

#[test]
fn an_error_arrives_as_it_is_and_undoes_the_turn() {
    let (_chain, calls, alice) = stage();
    calls.send(call(FAIL, 99u32)).by(&alice).expect_success();
    assert_eq!(calls.events::<u32>(), [6]);
    let failed = calls.send(call(FAIL, 150u32)).by(&alice);
    failed.expect_revert((0u8, 150u32, "above 99"));
    assert_eq!(calls.query::<u32>([0u8]), 6);
    assert_eq!(calls.raw_events().len(), 0);
}

#[test]
fn a_panic_says_what_and_where() {
    let (_chain, calls, alice) = stage();
    let cases = [
        (
            call(PANIC, 7u32),
            "the number is 7, and the count 6, at ",
            line_of("panic!(\"the number"),
        ),
        (
            call(INDEX, 9u32),
            "index out of bounds: the len is 3 but the index is 9, at ",
            line_of("b\"abc\"[place"),
        ),
        (
            call(TRIPLE, 2_000_000_000u32),
            "attempt to multiply with overflow, at ",
            line_of("3 * number"),
        ),
    ];
    for (payload, says, place) in cases {
        let text = panicked(&calls.send(payload).by(&alice));
        assert!(text.starts_with(says), "{text}");
        assert!(text.ends_with(&place), "{text}: {place}");
        // Nothing of the machine that it was built on.
        for local in [env!("CARGO_MANIFEST_DIR"), "/root/", "/home/", "/work/"] {
            assert!(!text.contains(local), "{text}");
        }
    }
    let fixed = calls.send([FIXED]).by(&alice);
    fixed.expect_panic("nothing but this");
    assert_eq!(calls.query::<u32>([0u8]), 5, "nothing was counted");
    calls.send(call(INDEX, 2u32)).by(&alice).expect_ok(b'c');
    assert_eq!(6u32.encode(), calls.read_state([0u8]));
}
