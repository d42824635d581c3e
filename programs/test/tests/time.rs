//! Time on a chain.

use actors_test::{Chain, ReplyCode};
use std::time::Duration;

mod support;
use support::{awaiting, fixture, panics, tells};

#[test]
fn blocks_are_skipped_and_what_is_due_comes() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let sleeper = chain.deploy(fixture("sleeper")).by(&alice);
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let late = [
        &b"d"[..],
        &50u32.to_le_bytes(),
        &2_000_000_000u64.to_le_bytes(),
        &echo.id(),
        b"x",
    ];
    sleeper.send(late.concat()).by(&alice).expect_success();
    let waits = sleeper.send(awaiting([9; 32], 200, b"?")).by(&alice);
    let start = chain.block_number();
    chain.skip(1);
    assert!(chain.has_schedule());
    chain.skip(148);
    assert_eq!(chain.block_number(), start + 149);
    chain.skip(0);
    chain.skip(60);
    assert_eq!(waits.reply().code, ReplyCode::Panicked);
    assert!(!chain.has_schedule());
}

#[test]
fn time_is_skipped_in_slots() {
    let chain = Chain::new();
    let (block, time) = (chain.block_number(), chain.block_time());
    chain.skip_time(Duration::from_secs(60));
    assert_eq!(
        (chain.block_number(), chain.block_time()),
        (block + 10, time + 60_000)
    );
    chain.skip_time(Duration::from_millis(6_001));
    assert_eq!(
        (chain.block_number(), chain.block_time()),
        (block + 12, time + 72_000)
    );
    chain.skip_time(Duration::ZERO);
    assert_eq!(chain.block_number(), block + 12);
}

#[test]
fn a_chain_stalls() {
    let clock = r#"(module
        (import "actors_v1" "block_timestamp" (func $now (result i64)))
        (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (global (export "__stack_low") i32 (i32.const 0))
        (global (export "__stack_high") i32 (i32.const 65536))
        (func (export "handle")
            (i64.store (i32.const 0) (call $now))
            (drop (call $reply (i32.const 0) (i32.const 8) (i32.const 16)))))"#;
    let chain = Chain::new();
    let alice = chain.user("alice");
    let clock = chain.deploy(clock).by(&alice);
    let year = Duration::from_secs(365 * 86_400);
    let (block, time) = (chain.block_number(), chain.block_time());
    chain.stall(year);
    assert_eq!(chain.block_number(), block, "no block is made");
    clock.send(b"").by(&alice).expect_ok(time);
    assert_eq!(chain.block_number(), block + 1);
    let later = time + 6_000 + 365 * 86_400_000;
    clock.send(b"").by(&alice).expect_ok(later);
    clock.send(b"").by(&alice).expect_ok(later + 6_000);
    tells(
        &panics(|| chain.stall(Duration::MAX)),
        &["no clock goes that far"],
    );
}

#[test]
fn what_takes_too_long_is_refused() {
    let chain = Chain::new();
    tells(
        &panics(|| chain.skip_time(Duration::from_secs(365 * 86_400))),
        &["5256000 blocks are too many", "200000", "chain.stall(...)"],
    );
    tells(
        &panics(|| chain.skip_time(Duration::MAX)),
        &["more than a chain makes"],
    );
    assert_eq!(chain.block_number(), 1);
}

/// Not a promise: to see what it costs, `cargo test -p actors-test --test time -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn thousands_of_blocks_pass_quickly() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    for name in ["echo", "counter", "relay", "sleeper"] {
        chain.deploy(fixture(name)).by(&alice);
    }
    let mock = chain.mock("mock", |_| actors_test::MockReply::ok(1u32));
    let burned = mock.send(b"").by(&alice).reply().gas_burned;
    println!("a mock's turn: {burned} gas");
    let start = std::time::Instant::now();
    chain.skip(10_000);
    println!("10,000 blocks: {:?}", start.elapsed());
    let start = std::time::Instant::now();
    for _ in 0..1_000 {
        chain.next_block();
    }
    println!("1,000 blocks, each checked: {:?}", start.elapsed());
    let start = std::time::Instant::now();
    for _ in 0..100 {
        let snapshot = chain.snapshot();
        chain.restore(&snapshot);
    }
    println!("100 snapshots, restored: {:?}", start.elapsed());
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let message = echo.send(b"x").by(&alice);
    message.reply();
    let start = std::time::Instant::now();
    panics(|| message.expect_panic("y"));
    println!("a failure after 11,000 blocks: {:?}", start.elapsed());
}
