//! The heap: what is freed is used again.

use actors_test::{Chain, Program, User};

use crate::built::built;

struct Setup {
    _chain: Chain,
    heap: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let heap = chain.deploy(built("sdk-heap")).by(&alice);
        Self {
            _chain: chain,
            heap,
            alice,
        }
    }

    fn keep(&self, sizes: &[u32]) {
        let message = self.heap.call("keep").arg(sizes.to_vec()).by(&self.alice);
        message.expect_ok(true);
    }

    fn pages(&self) -> u32 {
        self.heap.ask("pages").answer()
    }
}

/// Numbers that look like chance, and are the same each time.
fn sizes(seed: u32, count: u32, most: u32) -> Vec<u32> {
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % most
        })
        .collect()
}

#[test]
fn what_is_fleeting_does_not_grow_a_program() {
    let stage = Setup::new();
    let fleeting = |seed: u32| {
        let sizes = sizes(seed, 50, 2_000);
        let sum = sizes.iter().map(|size| (size & 0xff) * size).sum::<u32>();
        let message = stage.heap.call("fleeting").arg(sizes).by(&stage.alice);
        message.expect_ok(sum);
    };
    // The same turn many times over needs what it needed first.
    fleeting(1);
    let first = stage.pages();
    for _ in 0..30 {
        fleeting(1);
    }
    assert_eq!(stage.pages(), first);
    // Others come to a bound: blocks of each size as many as were there at most.
    for seed in 0..60 {
        fleeting(seed);
    }
    let settled = stage.pages();
    for seed in 0..60 {
        fleeting(seed);
    }
    assert_eq!(stage.pages(), settled);
    assert!(settled <= first + 2, "{first} {settled}");
}

#[test]
fn what_is_kept_is_whole_and_what_is_let_go_is_used_again() {
    let stage = Setup::new();
    for seed in 0..40 {
        stage.keep(&sizes(seed, 40, 1_500));
    }
    let settled = stage.pages();
    for seed in 0..40 {
        stage.keep(&sizes(seed, 40, 1_500));
    }
    assert_eq!(stage.pages(), settled);
    // Sizes at the edges of those that blocks have.
    let edges = [
        0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 255, 256, 257, 4_095, 4_096, 4_097,
    ];
    for _ in 0..3 {
        stage.keep(&edges);
    }
}

#[test]
fn what_grows_step_by_step_does_not_grow_a_program_for_ever() {
    let stage = Setup::new();
    let grow = || {
        let message = stage.heap.call("grow").arg(500u32).by(&stage.alice);
        message.expect_ok(500u32);
    };
    grow();
    let first = stage.pages();
    for _ in 0..20 {
        grow();
    }
    assert_eq!(stage.pages(), first);
}

#[test]
fn where_there_is_no_memory_that_is_told() {
    let stage = Setup::new();
    let before = stage.pages();
    for bytes in [64 << 20, 1 << 30, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        let message = stage
            .heap
            .call("fleeting")
            .arg(vec![bytes])
            .by(&stage.alice);
        let text = crate::support::panicked(&message);
        assert!(
            text == "out of memory" || text.starts_with("capacity overflow"),
            "{bytes}: {text}"
        );
        assert_eq!(stage.pages(), before, "the turn is undone");
    }
    stage.keep(&[10, 100, 1_000]);
}
