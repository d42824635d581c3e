//! The memory that turns take, counted as the runtime's allocator would give it.

use actors_executor::{
    execute, validate, Cause, Context, Host, Limits, Message, Modules, PageIndex, ReplyContext,
    Request, Schedule, StoredMemory,
};
use actors_primitives::{abi::Entry, Balance, CodeHash, MessageId, ReplyCode};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Counts what this thread has allocated, each piece rounded up to a power of two.
struct Counting;

thread_local! {
    static LIVE: Cell<u64> = const { Cell::new(0) };
    static PEAK: Cell<u64> = const { Cell::new(0) };
    static LARGEST: Cell<u64> = const { Cell::new(0) };
}

fn size(layout: Layout) -> u64 {
    // The runtime's allocator gives 8 bytes at least, and puts 8 before each piece.
    (layout.size().next_power_of_two().max(8) + 8) as u64
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.get() + size(layout);
        LIVE.set(live);
        PEAK.set(PEAK.get().max(live));
        LARGEST.set(LARGEST.get().max(size(layout)));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.set(LIVE.get().saturating_sub(size(layout)));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The peak of what `work` allocates besides what there was, and its largest piece.
fn peak<T>(work: impl FnOnce() -> T) -> (T, u64, u64) {
    let before = LIVE.get();
    PEAK.set(before);
    LARGEST.set(0);
    let result = work();
    (result, PEAK.get() - before, LARGEST.get())
}

/// A program whose pages and keys are all there, and as large as they may be.
struct World(Vec<u8>);

impl Host for World {
    fn code(&mut self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        Some(vec![index.0 as u8 | 1; 16 * 1024])
    }
    fn state(&mut self, _: &[u8]) -> Option<Vec<u8>> {
        Some(vec![1; 16 * 1024])
    }
    fn balance(&mut self) -> Balance {
        Balance::MAX
    }
    fn block_timestamp(&mut self) -> u64 {
        0
    }
    fn deposit_left(&mut self) -> Balance {
        0
    }
    fn code_exists(&mut self, _: &CodeHash) -> bool {
        true
    }
    fn can_receive(&mut self, _: &[u8; 32], _: actors_primitives::Balance) -> bool {
        true
    }
    fn is_address_used(&mut self, _: &[u8; 32]) -> bool {
        false
    }
    fn is_waiting(&mut self, _: &MessageId) -> bool {
        true
    }
    fn random(&mut self, _: &[u8]) -> ([u8; 32], u64) {
        ([0; 32], 0)
    }
    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(data)
    }
    fn keccak_256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
    fn sha2_256(&self, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
    fn sr25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }
    fn ed25519_verify(&self, _: &[u8; 64], _: &[u8], _: &[u8; 32]) -> bool {
        false
    }
    fn ecdsa_recover(&self, _: &[u8; 65], _: &[u8; 32]) -> Option<[u8; 33]> {
        None
    }
}

/// The peak and the largest piece of a turn that is given all the gas it wants, its code that of
/// `text`, over `pages` stored pages; besides, what stays in `modules`.
fn turn(text: &str, pages: u16, modules: &mut Modules) -> (u64, u64, u64) {
    let limits = Limits::default();
    let wasm = wat::parse_str(text).expect("the program assembles");
    let code = validate(&wasm, &limits).unwrap_or_else(|error| panic!("{error}"));
    let hash = CodeHash(sp_crypto_hashing::blake2_256(&wasm));
    let mut world = World(wasm);
    let schedule = Schedule::default();
    let request = Request {
        code: &code,
        code_hash: hash,
        entry: Entry::Handle,
        context: Context {
            message: Message {
                id: MessageId([1; 32]),
                source: [2; 32],
                payload: vec![0; 64 * 1024],
                value: 0,
            },
            turn: 0,
            // A message that waited, and the reply that it waited for.
            cause: Cause::Reply(ReplyContext {
                to: MessageId([3; 32]),
                code: ReplyCode::Replied,
                payload: vec![0; 64 * 1024],
                value: 0,
            }),
            signal: None,
            has_replied: false,
            lifetime_left: u32::MAX,
            program: [4; 32],
            block_number: 1,
            deposit_per_byte: 1,
            creation_deposit: 1,
        },
        memory: StoredMemory {
            wasm_pages: 0,
            globals: Vec::new(),
            pages: (0..pages).map(PageIndex).collect(),
        },
        replaced_pages: 0,
        gas_limit: 1_000_000_000_000_000,
        schedule: &schedule,
        limits: &limits,
    };
    let before = LIVE.get();
    let (turn, peak, largest) = peak(|| execute(request, &mut world, modules));
    if let Err(failure) = &turn.outcome {
        panic!("{failure:?}");
    }
    drop((turn, world));
    (peak, largest, LIVE.get().saturating_sub(before))
}

/// Functions that fill code with what takes most when it is translated, and a call to each.
fn functions(code: usize) -> (String, String) {
    // Six bytes of code each, which become two branches.
    let empty = "local.get 0 if else end ";
    let body = format!("(func (local i32) {})", empty.repeat(10_000));
    let count = code / 60_000;
    let calls = (IMPORTS..IMPORTS + count).map(|index| format!("call {index} "));
    (body.repeat(count), calls.collect())
}

const IMPORTS: usize = 8;

const PRELUDE: &str = r#"
    (import "actors_v1" "state_get" (func $get (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "state_set" (func $set (param i32 i32 i32 i32) (result i32)))
    (import "actors_v1" "emit" (func $emit (param i32 i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (import "actors_v1" "send"
        (func $send (param i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "wake" (func $wake (param i32) (result i32)))
    (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
    (import "actors_v1" "debug" (func $debug (param i32 i32)))"#;

/// Sends letters and wakes until it is told that it is too much, and waits.
const TALK: &str = r#"
    (i64.store (i32.const 64) (i64.const 0)) (i64.store (i32.const 72) (i64.const 0))
    (loop $letters (br_if $letters (i32.eqz (call $send
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)
        (i64.const -1) (i32.const 0) (i32.const 1) (i32.const 128)))))
    (loop $wakes (br_if $wakes (i32.eqz (call $wake (i32.const 0)))))
    (if (call $wait (i32.const 1)) (then unreachable))"#;

/// Writes, reads, says and emits until it is told that it is too much.
fn spam(event: u32, value: u32) -> String {
    format!(
        r#"(drop (call $reply (i32.const 0) (i32.const 65536) (i32.const 0)))
        (loop $reads
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (call $debug (i32.const 0) (i32.const {event}))
            (drop (call $get (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)))
            (br_if $reads (i32.lt_u (i32.load (i32.const 0)) (i32.const 5000))))
        (loop $writes
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (drop (call $emit (i32.const 0) (i32.const {event})))
            (br_if $writes (i32.eqz (call $set
                (i32.const 0) (i32.const 4) (i32.const 0) (i32.const {value})))))"#
    )
}

#[test]
fn no_turn_takes_more_than_the_worst() {
    let limits = Limits::default();
    let (functions, calls) = functions(440_000);
    let code = format!("{functions} (func $deep (if (memory.size) (then {calls})))");
    let grow = r#"(drop (memory.grow (i32.const 1)))
        (memory.fill (i32.const 0) (i32.const 3) (i32.const 4194304))"#;
    let mut modules = Modules::default();
    let (mut highest, mut kept_highest) = (0, 0);
    for (talk, event, value) in [
        ("", 0, 0),
        ("", 16, 5),
        ("", 900, 1000),
        ("", 16384, 16384),
        ("", 33, 16384),
        (TALK, 0, 0),
    ] {
        let spam = spam(event, value);
        let text = format!(
            r#"(module {PRELUDE} (memory (export "memory") 63) {code}
            (func (export "handle") {grow} (call $deep) {talk} {spam}))"#
        );
        let (peak, largest, kept) = turn(&text, 252, &mut modules);
        assert!(peak < limits.worst_heap(), "{peak} at {event} and {value}");
        assert!(largest <= limits.largest_allocation(), "{largest}");
        highest = highest.max(peak);
        kept_highest = kept_highest.max(kept);
    }
    assert!(
        highest > limits.worst_heap() / 4,
        "the bound says little: {highest}"
    );
    println!(
        "highest {highest} of {}, kept {kept_highest}",
        limits.worst_heap()
    );
    assert!(kept_highest > 0, "the modules are kept");
}

#[test]
fn what_modules_keep_is_within_what_they_count() {
    let mut modules = Modules::default();
    let before = LIVE.get();
    let (one, calls) = functions(60_000);
    for number in 0..30 {
        let text = format!(
            r#"(module {PRELUDE} (memory (export "memory") 1) {one}
            (func (export "handle") (drop (i32.const {number})) {calls}))"#
        );
        turn(&text, 0, &mut modules);
    }
    for number in 0..200 {
        let text = format!(
            r#"(module (memory (export "memory") 1)
            (func (export "handle") (drop (i32.const {number}))))"#
        );
        turn(&text, 0, &mut modules);
    }
    let kept = LIVE.get() - before;
    assert!(modules.len() > 100);
    assert!(kept < u64::from(Modules::CAPACITY) * 24, "{kept}");
}
