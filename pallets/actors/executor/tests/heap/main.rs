//! The memory that turns and uploads take, counted as the runtime's allocator would give it.

use actors_executor::{
    execute, validate, Cause, CodeInfo, Context, Host, Limits, Message, Modules, PageIndex,
    ReplyContext, Request, Schedule, StoredMemory,
};
use actors_primitives::{abi::Entry, Balance, CodeHash, MessageId, ReplyCode};

mod allocator;
mod hostile;

use allocator::growth;

/// A program whose pages and keys are all there, and as large as they may be.
struct World(Vec<u8>);

impl Host for World {
    fn code(&mut self) -> Option<Vec<u8>> {
        Some(self.0.clone())
    }
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        Some(vec![index.0 as u8 | 1; 16 * 1024])
    }
    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        // The key says how long the value is.
        let size = key.get(4..8)?.try_into().ok()?;
        Some(vec![1; u32::from_le_bytes(size) as usize])
    }
    fn balance(&mut self) -> Balance {
        Balance::MAX
    }
    fn block_timestamp(&mut self) -> u64 {
        0
    }
    fn is_closed(&mut self) -> bool {
        false
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

    fn is_signalled(&mut self, _: &MessageId) -> bool {
        false
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

/// Code, its name and what validation says of it.
struct Code {
    wasm: Vec<u8>,
    hash: CodeHash,
    info: CodeInfo,
}

/// Code that is valid.
fn code(wasm: Vec<u8>) -> Code {
    let info = validate(&wasm, &Limits::default()).unwrap_or_else(|error| panic!("{error}"));
    let hash = CodeHash(sp_crypto_hashing::blake2_256(&wasm));
    Code { wasm, hash, info }
}

/// Code of `text`.
fn assembled(text: &str) -> Code {
    code(wat::parse_str(text).expect("the program assembles"))
}

/// Turns that each take much of one kind of thing.
fn turns() -> Vec<(String, Code)> {
    let turns = hostile::turns().into_iter();
    turns.map(|(name, text)| (name, assembled(&text))).collect()
}

/// Runs a turn over `pages` stored pages that is given all the gas it wants.
fn turn(code: &Code, pages: u16, modules: &mut Modules) {
    let limits = Limits::default();
    let schedule = Schedule::default();
    let request = Request {
        code: &code.info,
        code_hash: code.hash,
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
            is_closed: Some(false),
            outlasts: false,
            deposit: 0,
            gas_reserve: 0,
            most_to_load: u64::MAX,
            program: [4; 32],
            block_number: 1,
            deposit_per_item: 1,
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
    let turn = execute(request, &mut World(code.wasm.clone()), modules);
    if let Err(failure) = &turn.outcome {
        panic!("{failure:?}");
    }
}

/// What a node gives a runtime for its heap.
const HEAP: u64 = 128 * 1024 * 1024;

/// Runs what there is room for; the code and how many pages its program has stored.
fn serve<'a>(turns: impl Iterator<Item = (&'a Code, u16)>, modules: &mut Modules) {
    let limits = Limits::default();
    for (code, pages) in turns {
        if !modules.has_room(&code.hash, &code.info, &limits) {
            return;
        }
        turn(code, pages, modules);
    }
}

#[test]
fn no_turn_takes_more_than_the_worst() {
    let limits = Limits::default();
    for (name, code) in turns() {
        let ((), grown, largest) = growth(|| turn(&code, 256, &mut Modules::default()));
        assert!(grown < limits.worst_heap() / 2, "{grown}: {name}");
        assert!(largest <= limits.largest_allocation(), "{largest}: {name}");
    }
}

#[test]
fn no_code_takes_more_than_it_counts() {
    // With pointers of 64 bits; inside a runtime it is 18 at most.
    const MOST: u64 = 36;
    let idle = assembled(r#"(module (memory (export "memory") 64) (func (export "handle")))"#);
    let base = || turn(&idle, 256, &mut Modules::default());
    let ((), alone, _) = growth(base);
    let mut highest = 0;
    for length in [100, 10_000, 60_000] {
        for (name, text) in hostile::shapes(length) {
            // Several, since a piece may be rounded up to twice its size.
            let codes = [0, 1, 2].map(|number| assembled(&text(number)));
            let costs = codes.each_ref();
            let costs = costs.map(|code| u64::from(Modules::cost(code.info.code_len)));
            let cost = costs.iter().sum::<u64>();
            let ((), grown, _) = growth(|| {
                base();
                let mut modules = Modules::default();
                for code in &codes {
                    // To be judged and then run takes the same pieces twice.
                    assert!(validate(&code.wasm, &Limits::default()).is_ok());
                    turn(code, 0, &mut modules);
                }
                assert_eq!(u64::from(modules.spent()), cost);
            });
            let taken = grown.saturating_sub(alone) / cost;
            highest = highest.max(taken);
            assert!(taken <= MOST, "{taken} for each byte of {name}");
        }
    }
    assert!(highest > MOST / 2, "the bound says little: {highest}");
}

/// What a whole block does in one call of the runtime: turns before its transactions on these codes,
/// then uploads that are undone, uploads, which take a share of what may be read from there on, and
/// turns. The last of those
/// take most besides their code, all of which is kept by then.
fn block(polled: &[Code], undone: &[Code], uploads: u32, idled: &[Code], turns: &[Code]) {
    let half = Modules::BUDGET / 2;
    let at_first = polled.iter().map(|code| (code, 0));
    serve(at_first, &mut Modules::with_budget(half));
    for code in undone {
        validate(&code.wasm, &Limits::default()).expect("it is valid");
    }
    let (mut rest, mut uploaded) = (idled.iter(), 0);
    for code in rest.by_ref() {
        let cost = Modules::cost(code.info.code_len);
        if uploaded + cost > uploads {
            break;
        }
        uploaded += cost;
        validate(&code.wasm, &Limits::default()).expect("it is valid");
    }
    let mut modules = Modules::with_budget(half - uploaded);
    for code in rest {
        let left = half - uploaded - modules.spent();
        if left < Modules::cost(code.info.code_len) + FOR_TURNS {
            break;
        }
        turn(code, 0, &mut modules);
    }
    serve(turns.iter().map(|code| (code, 256)), &mut modules);
}

/// Bytes of the budget that are left for the last turns.
const FOR_TURNS: u32 = 90_000;

#[test]
fn any_block_fits_the_heap_of_one_call() {
    let turns: Vec<_> = turns().into_iter().map(|(_, code)| code).collect();
    let half = Modules::BUDGET / 2;
    let codes = |shapes: &[&str]| -> Vec<_> {
        let codes = hostile::codes(shapes, 60_000, half as usize + 100_000);
        codes.into_iter().map(code).collect()
    };
    let mut highest = 0;
    // Pieces of few sizes, which no other code takes; and of all sizes.
    for (before, between, after) in [
        (
            &["table"][..],
            &["conditions"][..],
            &["empty functions"][..],
        ),
        (&["empty functions"], &["globals"], &["loops"]),
        (
            &["conditions", "types", "segments"],
            &["loops", "table"],
            &["copies", "branch tables", "globals"],
        ),
    ] {
        let (polled, idled) = (codes(before), codes(after));
        let undone = hostile::codes(between, 60_000, Modules::UNDONE as usize);
        let undone: Vec<_> = undone.into_iter().map(code).collect();
        for uploads in [0, half / 2, half - FOR_TURNS] {
            let ((), grown, _) = growth(|| block(&polled, &undone, uploads, &idled, &turns));
            assert!(grown < HEAP, "{grown}: {before:?}, {after:?}, {uploads}");
            highest = highest.max(grown);
        }
    }
    println!("{highest} of {HEAP} bytes, with pointers of 64 bits");
    assert!(highest > HEAP / 2, "the test does little: {highest}");
}
