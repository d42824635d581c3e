//! What running a program does, seen from outside.

use super::world::{execute, validate, Asked, World};
use actors_executor::{
    Cause, CodeInfo, Context, Effect, Effects, Limits, Message, PageIndex, Request, Schedule,
    StoredMemory, Turn, Wait,
};
use actors_primitives::{
    abi::{error, Entries, Entry, ValType, IMPORTS, MODULE},
    Charge, CodeHash, Gas, MessageId, ReplyCode,
};
use std::collections::BTreeMap;

#[path = "calls.rs"]
mod calls;
#[path = "deposit.rs"]
mod deposit;
#[path = "engine.rs"]
mod engine;
#[path = "verdict.rs"]
mod verdict;
#[path = "waiting.rs"]
mod waiting;

const PLENTY: Gas = 300_000_000_000;

/// A chain of one program.
struct Chain {
    code: CodeInfo,
    limits: Limits,
    schedule: Schedule,
    context: Context,
    memory: StoredMemory,
    replaced_pages: u32,
    world: World,
}

/// Every import, under its own name: the linker is made of the same table.
fn prelude() -> String {
    let imports = IMPORTS.iter();
    imports
        .map(|import| {
            let name = import.name;
            let params: String = import.params.iter().map(|(_, ty)| wasm(*ty)).collect();
            let result = import.result.map(wasm).unwrap_or_default();
            format!("(import \"{MODULE}\" \"{name}\" (func ${name} (param{params}) (result{result})))\n")
        })
        .collect()
}

fn wasm(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => " i32",
        ValType::I64 => " i64",
    }
}

impl Chain {
    fn new(body: &str) -> Self {
        let memory = if body.contains("(memory ") {
            ""
        } else {
            r#"(memory (export "memory") 1)"#
        };
        Self::raw(&format!("(module {} {memory} {body})", prelude()))
    }

    fn raw(text: &str) -> Self {
        let wasm = wat::parse_str(text).expect("the program assembles");
        let limits = Limits::default();
        let code = validate(&wasm, &limits).unwrap_or_else(|error| panic!("{error}"));
        let message = Message {
            id: MessageId([1; 32]),
            source: [2; 32],
            payload: b"hello".to_vec(),
            value: 5,
        };
        let context = Context {
            message,
            turn: 3,
            cause: Cause::Fresh,
            signal: None,
            has_replied: false,
            lifetime_left: 100_000,
            is_closed: Some(false),
            outlasts: false,
            deposit: 77,
            gas_reserve: 0,
            most_to_load: 187_500_000_000,
            program: [4; 32],
            block_number: 42,
            deposit_per_item: 8,
            deposit_per_byte: 9,
            creation_deposit: 30,
        };
        let world = World {
            code: Some(wasm),
            balance: 1_000,
            timestamp: 1_700_000_000_000,
            ..World::default()
        };
        let memory = StoredMemory::default();
        Self {
            code,
            limits,
            schedule: Schedule::default(),
            context,
            memory,
            replaced_pages: 0,
            world,
        }
    }

    fn run(&mut self, entry: Entry, gas_limit: Gas) -> Turn {
        let request = Request {
            code: &self.code,
            code_hash: CodeHash([8; 32]),
            entry,
            context: self.context.clone(),
            memory: self.memory.clone(),
            replaced_pages: self.replaced_pages,
            gas_limit,
            schedule: &self.schedule,
            limits: &self.limits,
        };
        self.world.asked.clear();
        execute(request, &mut self.world)
    }

    /// Runs `handle` and commits what it asks for, as a chain would.
    fn turn(&mut self) -> Effects {
        let turn = self.run(Entry::Handle, PLENTY);
        let effects = turn.outcome.unwrap_or_else(|failure| panic!("{failure:?}"));
        self.commit(&effects);
        effects
    }

    fn commit(&mut self, effects: &Effects) {
        let change = &effects.memory;
        self.memory.wasm_pages = change.wasm_pages;
        self.memory.globals = change.globals.clone();
        for (index, page) in &change.stored {
            assert_eq!(page.len(), 16 * 1024);
            self.world.pages.insert(*index, page.clone());
        }
        for index in &change.freed {
            assert!(
                self.world.pages.remove(index).is_some(),
                "only what is stored is freed"
            );
        }
        self.memory.pages = self.world.pages.keys().copied().collect();
    }

    fn fails_with(&mut self, code: ReplyCode) -> Turn {
        let turn = self.run(Entry::Handle, PLENTY);
        let failure = turn.outcome.as_ref().expect_err("it fails");
        assert_eq!(failure.code, code);
        assert!(turn.gas_burned <= PLENTY);
        assert!(turn.gas_burned >= self.schedule.start(&self.code, Entry::Handle, &self.memory));
        turn
    }
}

/// The payload of the reply among the effects.
fn reply(effects: &Effects) -> Vec<u8> {
    effects
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Reply(reply) => Some(reply.payload.clone()),
            _ => None,
        })
        .expect("it replied")
}

/// The gas that was taken for what the effects ask for and is not burned: split off or set aside.
fn aside(effects: &Effects) -> Gas {
    let sent = effects.effects.iter().map(|effect| match effect {
        Effect::Send(send) => {
            let letter = send.letter.as_ref();
            send.gas.unwrap_or(0) + letter.map_or(0, |letter| letter.rent)
        }
        Effect::Create(create) => create.gas.unwrap_or(0),
        Effect::Reply(_) | Effect::Wake(_) | Effect::Emit(_) => 0,
    });
    sent.sum::<Gas>() + effects.wait.as_ref().map_or(0, Wait::aside)
}

/// A handler that replies with the `i32` that an expression gives.
fn answering(expression: &str) -> Chain {
    Chain::new(&format!(
        r#"(func (export "handle")
            (i32.store (i32.const 60000) {expression})
            (drop (call $reply (i32.const 60000) (i32.const 4) (i32.const 65000))))"#
    ))
}

fn answer(chain: &mut Chain) -> i32 {
    i32::from_le_bytes(reply(&chain.turn()).try_into().expect("four bytes"))
}

// Memory.

const COUNTER: &str = r#"(func (export "handle")
    (i32.store (i32.const 20000) (i32.add (i32.load (i32.const 20000)) (i32.const 1)))
    (drop (call $reply (i32.const 20000) (i32.const 4) (i32.const 0))))"#;

#[test]
fn memory_persists_from_turn_to_turn() {
    let mut chain = Chain::new(COUNTER);
    for expected in 1..=3u32 {
        let effects = chain.turn();
        assert_eq!(reply(&effects), expected.to_le_bytes());
        let stored: Vec<_> = effects.memory.stored.keys().copied().collect();
        assert_eq!(stored, [PageIndex(1)], "only the page that changed");
        assert_eq!(effects.memory.wasm_pages, 1);
    }
}

#[test]
fn a_page_that_did_not_change_is_not_stored_again() {
    let mut chain =
        Chain::new(r#"(func (export "handle") (i32.store (i32.const 4) (i32.const 9)))"#);
    assert_eq!(chain.turn().memory.stored.len(), 1);
    let again = chain.turn().memory;
    assert!(again.stored.is_empty() && again.freed.is_empty());
}

#[test]
fn a_page_that_is_fresh_again_is_freed() {
    // Both a zero page and one with data: what is fresh is what the code made.
    let mut chain = Chain::new(
        r#"(data (i32.const 16380) "abcdefgh")
        (func (export "handle")
            (i32.store (i32.const 50000)
                (i32.xor (i32.load (i32.const 50000)) (i32.const 1)))
            (i32.store (i32.const 16380)
                (i32.xor (i32.load (i32.const 16380)) (i32.const 1)))
            (i32.store8 (i32.const 16385)
                (i32.xor (i32.load8_u (i32.const 16385)) (i32.const 1))))"#,
    );
    let changed = chain.turn().memory;
    let pages: Vec<_> = changed.stored.keys().copied().collect();
    assert_eq!(pages, [PageIndex(0), PageIndex(1), PageIndex(3)]);
    assert_eq!(&changed.stored[&PageIndex(1)][..4], b"eggh");
    let restored = chain.turn().memory;
    assert!(restored.stored.is_empty());
    assert_eq!(Vec::from_iter(restored.freed), pages);
    assert!(chain.world.pages.is_empty());
}

#[test]
fn the_stack_region_is_left_out_and_starts_afresh() {
    // The region begins in page 0, fills page 1 and ends in page 2; static data lies on it.
    let mut chain = Chain::new(
        r#"(global (export "__stack_low") i32 (i32.const 16000))
        (global (export "__stack_high") i32 (i32.const 33000))
        (data (i32.const 16100) "x")
        (func (export "handle")
            (if (i32.ne (i32.load8_u (i32.const 16100)) (i32.const 120)) (then unreachable))
            (if (i32.load (i32.const 20000)) (then unreachable))
            (i32.store8 (i32.const 16100) (i32.const 1))
            (i32.store (i32.const 20000) (i32.const 1))
            (i32.store (i32.const 32996) (i32.const 1))
            (i32.store (i32.const 33000) (i32.const 1)))"#,
    );
    let change = chain.turn().memory;
    let pages: Vec<_> = change.stored.keys().copied().collect();
    assert_eq!(pages, [PageIndex(2)], "what lies just above is kept");
    assert_eq!(
        &change.stored[&PageIndex(2)][32996 - 32768..][..8],
        [0, 0, 0, 0, 1, 0, 0, 0]
    );
    assert!(chain.turn().memory.stored.is_empty());
}

#[test]
fn exported_globals_are_kept_and_the_stack_pointer_is_not() {
    let mut chain = Chain::new(
        r#"(global $stack (mut i32) (i32.const 100))
        (global $wide (mut i64) (i64.const -1))
        (global $count (mut i32) (i32.const -5))
        (export "z_wide" (global $wide))
        (export "count" (global $count))
        (export "again" (global $count))
        (func (export "handle")
            (if (i32.ne (global.get $stack) (i32.const 100)) (then unreachable))
            (global.set $stack (i32.const 7))
            (global.set $wide (i64.add (global.get $wide) (i64.const 3)))
            (global.set $count (i32.add (global.get $count) (i32.const 1))))"#,
    );
    assert_eq!(chain.code.kept_globals, 2);
    assert_eq!(chain.turn().memory.globals, [2, 0xffff_fffc]);
    assert_eq!(chain.turn().memory.globals, [5, 0xffff_fffd]);
}

#[test]
fn memory_grows_to_the_limit_and_is_as_large_in_the_next_turn() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (i32.store (i32.const 0) (memory.grow (i32.const 2)))
            (i32.store (i32.const 4) (memory.grow (i32.const 64)))
            (i32.store8 (i32.const 190000) (i32.const 1))
            (drop (call $reply (i32.const 0) (i32.const 8) (i32.const 16))))"#,
    );
    let first = chain.turn();
    assert_eq!(reply(&first), [1, 0, 0, 0, 255, 255, 255, 255]);
    assert_eq!(first.memory.wasm_pages, 3);
    assert!(first.memory.stored.contains_key(&PageIndex(11)));
    assert_eq!(reply(&chain.turn())[0], 3);
}

#[test]
fn memory_stored_beyond_the_limit_fails_the_turn() {
    let mut chain = Chain::new(COUNTER);
    chain.memory.wasm_pages = 65;
    chain.fails_with(ReplyCode::MemoryLimit);
    chain.memory.wasm_pages = 0;
    chain.limits.memory = 0;
    chain.fails_with(ReplyCode::MemoryLimit);
}

#[test]
fn a_full_memory_works_and_is_stored_whole() {
    let mut chain = Chain::new(
        r#"(memory (export "memory") 64)
        (func (export "handle") (memory.fill (i32.const 0) (i32.const 1) (i32.const 4194304)))"#,
    );
    assert_eq!(chain.turn().memory.stored.len(), 256);
    assert!(chain.turn().memory.stored.is_empty());
}

// Failing.

#[test]
fn each_way_to_fail_has_its_code() {
    for (body, code) in [
        ("unreachable", ReplyCode::Trapped),
        (
            "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
            ReplyCode::Trapped,
        ),
        ("(drop (i32.load (i32.const 65533)))", ReplyCode::Trapped),
        ("(call $forever)", ReplyCode::StackDepth),
        (
            "(call $message_id (i32.const 65505))",
            ReplyCode::SyscallMisuse,
        ),
        (
            "(call $message_id (i32.const -1))",
            ReplyCode::SyscallMisuse,
        ),
        (
            "(call $debug (i32.const 65535) (i32.const 2))",
            ReplyCode::SyscallMisuse,
        ),
        (
            "(drop (call $emit (i32.const 65535) (i32.const 2)))",
            ReplyCode::SyscallMisuse,
        ),
        (
            "(drop (call $random (i32.const 0) (i32.const 129) (i32.const 0)))",
            ReplyCode::SyscallMisuse,
        ),
        ("(loop $l (br $l))", ReplyCode::OutOfGas),
    ] {
        let mut chain = Chain::new(&format!(
            r#"(func $forever (call $forever)) (func (export "handle") {body})"#
        ));
        let turn = chain.fails_with(code);
        assert_eq!(
            turn.gas_burned == PLENTY,
            code == ReplyCode::OutOfGas,
            "{body}"
        );
    }
}

#[test]
fn a_panic_text_reaches_the_sender_as_valid_utf8() {
    let mut chain = Chain::new(
        r#"(data (i32.const 8) "no \c3\a9 \ff")
        (func (export "handle") (call $panic (i32.const 8) (i32.const 7)))"#,
    );
    let failure = chain
        .fails_with(ReplyCode::Panicked)
        .outcome
        .expect_err("it panics");
    assert_eq!(
        String::from_utf8(failure.payload).expect("valid"),
        "no é \u{fffd}"
    );

    let mut long = Chain::new(
        r#"(func (export "handle") (memory.fill (i32.const 0) (i32.const 255) (i32.const 9000))
            (call $panic (i32.const 0) (i32.const 9000)))"#,
    );
    let failure = long
        .fails_with(ReplyCode::Panicked)
        .outcome
        .expect_err("it panics");
    assert_eq!(failure.payload.len(), 1023, "whole characters within 1 KiB");
}

#[test]
fn what_a_program_reverts_with_reaches_the_sender_as_it_is() {
    let reverting = |entry: &str, len: u32| {
        Chain::new(&format!(
            r#"(data (i32.const 8) "\00\ff\fe no \80")
            (func (export "handle"))
            (func (export "{entry}") (drop (call $emit (i32.const 0) (i32.const 8)))
                (call $revert (i32.const 8) (i32.const {len})) unreachable)"#
        ))
    };
    for entry in [
        Entry::Init,
        Entry::HandleReply,
        Entry::State,
        Entry::Migrate,
    ] {
        let turn = reverting(entry.export(), 8).run(entry, PLENTY);
        let failure = turn.outcome.expect_err("it reverts");
        assert_eq!(failure.code, ReplyCode::Reverted, "{entry:?}");
        assert_eq!(failure.payload, b"\0\xff\xfe no \x80", "{entry:?}");
    }

    // It is paid by the byte, up to the limit, and beyond that not cut but refused.
    let burned = |len| {
        let mut chain = reverting("init", len);
        let turn = chain.run(Entry::Init, PLENTY);
        let start = chain
            .schedule
            .start(&chain.code, Entry::Init, &chain.memory);
        (
            turn.gas_burned - start,
            turn.outcome.expect_err("it reverts"),
        )
    };
    let (none, failure) = burned(0);
    assert_eq!(
        (failure.code, failure.payload.len()),
        (ReplyCode::Reverted, 0)
    );
    let (most, failure) = burned(1024);
    assert_eq!(
        (failure.code, failure.payload.len()),
        (ReplyCode::Reverted, 1024)
    );
    assert_eq!(most - none, 1024 * Schedule::default().reply_byte);
    assert_eq!(burned(1025).1, ReplyCode::SyscallMisuse.into());
}

#[test]
fn an_idl_costs_no_turn_anything() {
    let mut plain = Chain::new(COUNTER);
    let alone = plain.world.code.clone().expect("there is code");
    let idl = "x".repeat(60_000);
    let module = format!(r#"(module (@custom "actors:idl" "{idl}"))"#);
    let module = wat::parse_str(module).expect("it assembles");
    let wasm = [&alone[..], &module[8..]].concat();
    // What the chain stores as code, and hands out when the program runs.
    let blob = actors_executor::split_idl(&wasm).expect("it is the last section");
    assert_eq!((blob.code, blob.idl), (&alone[..], Some(idl.as_bytes())));
    let mut described = Chain::new(COUNTER);
    described.code = validate(&wasm, &described.limits).expect("it is valid");
    described.world.code = Some(blob.code.to_vec());
    for entry in [Entry::Init, Entry::Handle] {
        assert_eq!(described.run(entry, PLENTY), plain.run(entry, PLENTY));
    }
}

#[test]
fn code_that_vanished_fails_the_turn() {
    let mut chain = Chain::new(COUNTER);
    chain.world.code = None;
    let turn = chain.run(Entry::Handle, PLENTY);
    assert_eq!(
        turn.outcome.expect_err("it fails").code,
        ReplyCode::NoSuchProgram
    );
}

#[test]
fn an_entry_that_is_not_there_does_nothing() {
    let mut chain = Chain::new(COUNTER);
    chain.turn();
    let turn = chain.run(Entry::Init, PLENTY);
    assert_eq!(turn.gas_burned, chain.schedule.load_base);
    let effects = turn.outcome.expect("it finishes");
    assert!(effects.effects.is_empty() && effects.memory.stored.is_empty());
    assert_eq!(effects.memory.wasm_pages, 1);
    let turn = chain.run(Entry::State, PLENTY);
    assert_eq!(
        turn.outcome.expect_err("there is no result").code,
        ReplyCode::Trapped
    );
}

// Gas.

#[test]
fn gas_is_the_same_every_time() {
    let mut chain = Chain::new(COUNTER);
    let first = chain.run(Entry::Handle, PLENTY).gas_burned;
    assert_eq!(chain.run(Entry::Handle, PLENTY).gas_burned, first);
    assert!(
        first
            > chain
                .schedule
                .start(&chain.code, Entry::Handle, &chain.memory)
    );
    assert!(first < PLENTY);
}

/// What the turn burned gas for by that name.
fn spent(turn: &Turn, charge: Charge) -> Gas {
    let found = turn.spent.iter().find(|(name, _)| *name == charge);
    found.map_or(0, |(_, gas)| *gas)
}

#[test]
fn gas_goes_by_the_name_of_what_it_was_charged_for() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (drop (call $state_set (i32.const 0) (i32.const 4) (i32.const 8) (i32.const 8)))
            (drop (call $emit (i32.const 0) (i32.const 10)))
            (i32.store (i32.const 30000) (i32.const 1)))"#,
    );
    let prices = chain.schedule.clone();
    let turn = chain.run(Entry::Handle, PLENTY);
    assert!(turn.outcome.is_ok());
    assert_eq!(
        spent(&turn, Charge::Loading),
        prices.load_code(&chain.code, 0)
    );
    assert_eq!(
        spent(&turn, Charge::State),
        prices.state_set + 12 * prices.state_set_byte
    );
    assert_eq!(
        spent(&turn, Charge::Events),
        prices.emit + 10 * prices.emit_byte
    );
    assert_eq!(spent(&turn, Charge::Storing), prices.page_store);
    assert_eq!(
        spent(&turn, Charge::Calls),
        2 * prices.syscall + 4 * prices.copy_byte
    );
    // Ten constants and a store, two calls, two drops.
    let operators = spent(&turn, Charge::Operators);
    assert!(
        (200 * prices.fuel..500 * prices.fuel).contains(&operators),
        "{operators}"
    );
    assert_eq!(turn.spent.len(), 6, "nothing else: {:?}", turn.spent);

    // What it could not pay for has the rest.
    let limit = turn.gas_burned - spent(&turn, Charge::Storing);
    let failed = chain.run(Entry::Handle, limit + 5 * prices.fuel);
    let code = failed.outcome.as_ref().map_err(|failure| failure.code);
    assert_eq!(code.expect_err("it runs out"), ReplyCode::OutOfGas);
    assert_eq!(spent(&failed, Charge::Storing), 5 * prices.fuel);
}

#[test]
fn exactly_enough_gas_suffices_and_one_unit_less_does_not() {
    let mut chain = Chain::new(COUNTER);
    let enough = chain.run(Entry::Handle, PLENTY).gas_burned;
    let turn = chain.run(Entry::Handle, enough);
    assert!(turn.outcome.is_ok());
    assert_eq!(turn.gas_burned, enough);
    // Every amount below fails, burns all and has no effects, wherever it runs out.
    for step in 1..200 {
        let limit = enough - enough / 200 * step - 1;
        let turn = chain.run(Entry::Handle, limit);
        assert_eq!(
            turn.outcome.expect_err("too little").code,
            ReplyCode::OutOfGas
        );
        assert_eq!(turn.gas_burned, limit);
    }
}

#[test]
fn committing_changed_pages_is_paid_for() {
    let mut chain = Chain::new(
        r#"(func (export "handle") (if (i32.eqz (call $message_size)) (then
            (i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 20000) (i32.const 1)))))"#,
    );
    let reading = chain.run(Entry::Handle, PLENTY).gas_burned;
    chain.context.message.payload.clear();
    let writing = chain.run(Entry::Handle, PLENTY).gas_burned;
    let commit = 2 * chain.schedule.page_store;
    assert!(writing >= reading + commit && writing < reading + commit + 1_000_000);
}

#[test]
fn gas_left_falls_by_what_is_burned() {
    let mut chain = Chain::new(
        r#"(func (export "handle") (i64.store (i32.const 0) (call $gas_left))
            (drop (call $reply (i32.const 0) (i32.const 8) (i32.const 16))))"#,
    );
    let left = reply(&chain.turn());
    let left = u64::from_le_bytes(left.try_into().expect("eight bytes"));
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &StoredMemory::default());
    assert!(left <= PLENTY - start && left > PLENTY - start - 1_000_000);
}

// Sending.

fn sending(gas: i64, value: u8, len: u32, delay: u32, flags: u32) -> Chain {
    Chain::new(&format!(
        r#"(data (i32.const 0) "DESTINATIONDESTINATIONDESTINATIO")
        (data (i32.const 64) "\{value:02x}")
        (func (export "handle")
            (i32.store (i32.const 200) (call $send (i32.const 0) (i32.const 0) (i32.const {len})
                (i32.const 64) (i32.const 0) (i64.const {gas}) (i32.const {delay}) (i32.const {flags})
                (i32.const 128)))
            (drop (call $reply (i32.const 128) (i32.const 76) (i32.const 1000))))"#
    ))
}

fn sent(chain: &mut Chain) -> i32 {
    i32::from_le_bytes(reply(&chain.turn())[72..].try_into().expect("four bytes"))
}

#[test]
fn a_send_is_an_effect_with_an_id_that_the_program_knows() {
    let mut chain = sending(-1, 9, 11, 0, 0);
    let effects = chain.turn();
    let Effect::Send(send) = &effects.effects[0] else {
        panic!("it sends first")
    };
    assert_eq!(send.destination, *b"DESTINATIONDESTINATIONDESTINATIO");
    assert_eq!(send.payload, b"DESTINATION");
    assert_eq!((send.value, send.gas), (9, None));
    let preimage = MessageId::child_preimage(&MessageId([1; 32]), 3, 0);
    assert_eq!(send.id.0, sp_crypto_hashing::blake2_256(&preimage));
    assert_eq!(reply(&effects)[..32], send.id.0);
}

#[test]
fn a_send_that_cannot_be_says_why() {
    assert_eq!(sent(&mut sending(-2, 0, 0, 0, 0)), error::OUT_OF_RANGE);
    assert_eq!(sent(&mut sending(-1, 0, 65537, 0, 0)), error::OVER_LIMIT);
    assert_eq!(
        sent(&mut sending(i64::MAX, 0, 0, 0, 0)),
        error::NOT_ENOUGH_GAS
    );
    let mut poor = sending(-1, 9, 0, 0, 0);
    poor.world.balance = 8;
    assert_eq!(sent(&mut poor), error::NOT_ENOUGH_VALUE);
    let mut strict = sending(-1, 0, 11, 0, 0);
    strict.limits.effect_bytes = 10;
    strict.limits.payload = 100;
    let effects = strict
        .run(Entry::Handle, PLENTY)
        .outcome
        .expect("it finishes");
    assert!(
        effects.effects.is_empty(),
        "neither the send nor the reply fits"
    );
}

#[test]
fn value_that_could_not_arrive_is_refused_with_what_was_sent_there_before() {
    // Sends 8, 10 and 8 to an account where less than 10 cannot arrive.
    let mut chain = Chain::new(
        r#"(data (i32.const 64) "\08") (data (i32.const 80) "\0a")
        (func $pay (param $value i32) (param $at i32)
            (i32.store (local.get $at) (call $send (i32.const 0) (i32.const 0) (i32.const 0)
                (local.get $value) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 128))))
        (func (export "handle")
            (call $pay (i32.const 64) (i32.const 200))
            (call $pay (i32.const 80) (i32.const 204))
            (call $pay (i32.const 64) (i32.const 208))
            (drop (call $reply (i32.const 200) (i32.const 12) (i32.const 1000))))"#,
    );
    chain.world.balance = 100;
    chain.world.minimum = 10;
    let effects = chain.turn();
    let results = [error::NOT_ENOUGH_VALUE, 0, 0].map(i32::to_le_bytes);
    assert_eq!(reply(&effects), results.concat());
    let asked = [8, 10, 18].map(|sum| Asked::CanReceive([0; 32], sum));
    let can_receive = chain.world.asked.iter();
    let can_receive = can_receive.filter(|asked| matches!(asked, Asked::CanReceive(..)));
    assert!(can_receive.eq(&asked));
}

#[test]
fn value_that_arrives_later_makes_no_room_for_what_arrives_at_once() {
    // 10 after some blocks, and 10 as a letter, make no account for 8 that arrive at once.
    let mut chain = Chain::new(
        r#"(data (i32.const 64) "\08") (data (i32.const 80) "\0a")
        (func $pay (param $value i32) (param $gas i64) (param $delay i32) (param $flags i32)
            (param $at i32)
            (i32.store (local.get $at) (call $send (i32.const 0) (i32.const 0) (i32.const 0)
                (local.get $value) (i32.const 0) (local.get $gas) (local.get $delay) (local.get $flags)
                (i32.const 128))))
        (func (export "handle")
            (call $pay (i32.const 80) (i64.const 1000) (i32.const 3) (i32.const 0) (i32.const 200))
            (call $pay (i32.const 80) (i64.const -1) (i32.const 0) (i32.const 1) (i32.const 204))
            (call $pay (i32.const 64) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 208))
            (call $pay (i32.const 80) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 212))
            (call $pay (i32.const 64) (i64.const 1000) (i32.const 3) (i32.const 0) (i32.const 216))
            (drop (call $reply (i32.const 200) (i32.const 20) (i32.const 1000))))"#,
    );
    chain.world.balance = 100;
    chain.world.minimum = 10;
    let effects = chain.turn();
    // What has arrived at once is there when the rest comes.
    let results = [0, 0, error::NOT_ENOUGH_VALUE, 0, 0].map(i32::to_le_bytes);
    assert_eq!(reply(&effects), results.concat());
}

#[test]
fn sends_of_a_turn_are_limited_and_share_one_balance() {
    let mut chain = Chain::new(
        r#"(data (i32.const 64) "\0a") (global $i (mut i32) (i32.const 0))
        (func (export "handle")
            (loop $more
                (i32.store (i32.const 200) (call $send (i32.const 0) (i32.const 0) (i32.const 0)
                    (i32.const 64) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 128)))
                (call $balance (i32.const 256))
                (global.set $i (i32.add (global.get $i) (i32.const 1)))
                (br_if $more (i32.eqz (i32.load (i32.const 200)))))
            (drop (call $reply (i32.const 200) (i32.const 72) (i32.const 1000))))"#,
    );
    chain.world.balance = 35;
    let effects = chain.turn();
    assert_eq!(effects.effects.len(), 4);
    assert_eq!(reply(&effects)[..4], error::NOT_ENOUGH_VALUE.to_le_bytes());
    assert_eq!(reply(&effects)[56], 5, "`balance` is what is left");
    chain.world.balance = 1_000_000;
    let effects = chain.turn();
    assert_eq!(effects.effects.len(), 257);
    assert_eq!(reply(&effects)[..4], error::OVER_LIMIT.to_le_bytes());
    let ids: std::collections::BTreeSet<_> = effects
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send(send) => Some(send.id),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 256);
}

#[test]
fn split_gas_is_conserved_to_the_unit() {
    let mut sharing = sending(-1, 0, 0, 0, 0);
    let shared = sharing.run(Entry::Handle, PLENTY).gas_burned;
    for gas in [0, 1, 999, 1_000, 1_001, 12_345_678, 5_000_000_999] {
        let mut chain = sending(gas, 0, 0, 0, 0);
        let turn = chain.run(Entry::Handle, PLENTY);
        let effects = turn.outcome.expect("it finishes");
        let Effect::Send(send) = &effects.effects[0] else {
            panic!("it sends first")
        };
        let split = u64::try_from(gas).expect("positive");
        assert_eq!(send.gas, Some(split));
        // Burned are the same units as without the split, and what rounding took.
        let rounding = split.div_ceil(1_000) * 1_000 - split;
        // (A larger constant makes the code itself longer.)
        let longer = u64::from(chain.code.code_len - sharing.code.code_len);
        let loading = longer * chain.schedule.load_byte;
        assert_eq!(turn.gas_burned, shared + loading + rounding);
        // The limit is met exactly: nothing appears, nothing vanishes.
        let limit = turn.gas_burned + split;
        let exact = chain.run(Entry::Handle, limit);
        assert!(exact.outcome.is_ok());
        assert_eq!(exact.gas_burned + split, limit);
    }
}

#[test]
fn a_failed_turn_splits_nothing_off() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (drop (call $send (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0)
                (i64.const 5000000000) (i32.const 0) (i32.const 0) (i32.const 128)))
            unreachable)"#,
    );
    let turn = chain.fails_with(ReplyCode::Trapped);
    assert!(
        turn.gas_burned < 5_000_000_000,
        "what was split off comes back"
    );
}

// Replies, events, logs.

#[test]
fn there_is_one_reply() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (drop (call $reply (i32.const 0) (i32.const 1) (i32.const 64)))
            (if (i32.ne (call $reply (i32.const 0) (i32.const 1) (i32.const 64)) (i32.const -9))
                (then unreachable)))"#,
    );
    assert_eq!(chain.turn().effects.len(), 1);
}

#[test]
fn events_keep_their_order_and_their_limit() {
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "ab")
        (func (export "handle")
            (if (call $emit (i32.const 1) (i32.const 1)) (then unreachable))
            (if (i32.ne (call $emit (i32.const 0) (i32.const 16385)) (i32.const -3))
                (then unreachable))
            (drop (call $reply (i32.const 0) (i32.const 1) (i32.const 64)))
            (if (call $emit (i32.const 0) (i32.const 1)) (then unreachable)))"#,
    );
    let effects = chain.turn().effects;
    assert_eq!(effects[0], Effect::Emit(b"b".to_vec()));
    assert!(matches!(effects[1], Effect::Reply(_)));
    assert_eq!(effects[2], Effect::Emit(b"a".to_vec()));
}

#[test]
fn logs_survive_a_failure_and_are_bounded() {
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "so far")
        (func (export "handle") (call $debug (i32.const 0) (i32.const 6)) unreachable)"#,
    );
    assert_eq!(chain.fails_with(ReplyCode::Trapped).debug, ["so far"]);
    let mut chatty = Chain::new(
        r#"(func (export "handle") (loop $l
            (call $debug (i32.const 0) (i32.const 10000)) (br $l)))"#,
    );
    assert_eq!(chatty.fails_with(ReplyCode::OutOfGas).debug.len(), 6);
}

// Reading.

#[test]
fn readers_show_the_message_and_what_surrounds_it() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (call $message_id (i32.const 0))
            (call $message_source (i32.const 32))
            (call $program_id (i32.const 64))
            (call $message_value (i32.const 96))
            (call $balance (i32.const 112))
            (call $deposit_left (i32.const 128))
            (i64.store (i32.const 144) (call $block_number))
            (i64.store (i32.const 152) (call $block_timestamp))
            (i32.store (i32.const 160) (call $message_size))
            (i32.store (i32.const 164) (call $turn_cause))
            (i32.store (i32.const 168) (call $message_read
                (i32.const 1) (i32.const 3) (i32.const 184)))
            (i64.store (i32.const 192) (call $random
                (i32.const 0) (i32.const 5) (i32.const 200)))
            (call $deposit_prices (i32.const 232))
            (drop (call $reply (i32.const 0) (i32.const 264) (i32.const 1000))))"#,
    );
    let seen = reply(&chain.turn());
    assert_eq!(seen[..32], [1; 32]);
    assert_eq!(seen[32..64], [2; 32]);
    assert_eq!(seen[64..96], [4; 32]);
    assert_eq!(seen[96..112], 5u128.to_le_bytes());
    assert_eq!(seen[112..128], 1_000u128.to_le_bytes());
    assert_eq!(seen[128..144], 77u128.to_le_bytes());
    assert_eq!(seen[144..152], 42u64.to_le_bytes());
    assert_eq!(seen[152..160], 1_700_000_000_000u64.to_le_bytes());
    assert_eq!(seen[160..172], [5, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(&seen[184..187], b"ell");
    assert_eq!(seen[192..202], [41, 0, 0, 0, 0, 0, 0, 0, 5, 7]);
    assert_eq!(seen[232..248], 8u128.to_le_bytes());
    assert_eq!(seen[248..264], 9u128.to_le_bytes());
}

#[test]
fn what_the_chain_stores_is_asked_for_once_and_only_if_used() {
    let mut idle = Chain::new(r#"(func (export "handle"))"#);
    idle.turn();
    assert_eq!(idle.world.asked, [Asked::Code]);
    let body = r#"
        (call $balance (i32.const 0)) (call $deposit_left (i32.const 16))
        (drop (call $block_timestamp))"#;
    let mut curious = Chain::new(&format!(r#"(func (export "handle") {body} {body})"#));
    curious.turn();
    assert_eq!(
        curious.world.asked,
        [Asked::Code, Asked::Balance, Asked::Timestamp]
    );
    // What carries no value needs no balance.
    let mut frugal = sending(-1, 0, 0, 0, 0);
    frugal.turn();
    assert_eq!(frugal.world.asked, [Asked::Code]);
}

#[test]
fn each_read_is_proven_and_the_proof_is_paid() {
    let access = u64::from(Schedule::default().proof_access);
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (i32.store (i32.const 20000) (i32.const 0))
            (i32.store (i32.const 50000) (i32.const 1))
            (call $balance (i32.const 0)) (call $balance (i32.const 0))
            (drop (call $block_timestamp))
            (drop (call $random (i32.const 0) (i32.const 0) (i32.const 32))))"#,
    );
    chain.world.pages.insert(PageIndex(1), vec![1; 16 * 1024]);
    chain.memory.pages.insert(PageIndex(1));
    let free = chain.run(Entry::Handle, PLENTY);
    let code = u64::from(chain.code.code_len) + access;
    let page = 16 * 1024 + access;
    let asked = 2 * access + (4 * 1024 + access);
    // Pages 0 and 3 are stored for the first time, page 1 again.
    assert_eq!(free.proof, code + page + asked + 2 * access);
    let stored = free
        .outcome
        .as_ref()
        .expect("it finishes")
        .memory
        .stored
        .len();
    assert_eq!(stored, 3);
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    chain.schedule.proof_byte = 1000;
    let paid = chain.run(Entry::Handle, PLENTY);
    assert_eq!(paid.proof, free.proof);
    assert_eq!(paid.gas_burned - free.gas_burned, 1000 * paid.proof);
    let start_paid = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    assert_eq!(start_paid - start, 1000 * (code + page));
    // A turn that cannot pay for the code has proven nothing.
    assert_eq!(chain.run(Entry::Handle, 1_000_000).proof, 0);
}

#[test]
fn reading_past_the_payload_is_out_of_range() {
    for (offset, len, expected) in [
        (0, 5, 5),
        (5, 0, 0),
        (0, 6, -2),
        (6, 0, -2),
        (-1, 1, -2),
        (1, -1, -2),
    ] {
        let mut chain = answering(&format!(
            "(call $message_read (i32.const {offset}) (i32.const {len}) (i32.const 0))"
        ));
        assert_eq!(answer(&mut chain), expected, "{offset} {len}");
    }
}

// Keyed state.

#[test]
fn state_is_read_through_what_the_turn_wrote() {
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "key") (data (i32.const 16) "value")
        (func $get (result i32)
            (call $state_get (i32.const 0) (i32.const 3) (i32.const 64) (i32.const 4)))
        (func $expect (param i32 i32)
            (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
        (func (export "handle")
            (call $expect (call $get) (i32.const 6))
            (call $expect (i32.load (i32.const 64)) (i32.const 0x726f7473))
            (call $expect (i32.load (i32.const 68)) (i32.const 0))
            (call $expect (call $state_remove (i32.const 0) (i32.const 3)) (i32.const 0))
            (call $expect (call $get) (i32.const -1))
            (call $expect (call $state_remove (i32.const 0) (i32.const 3)) (i32.const -1))
            (call $expect (call $state_set (i32.const 0) (i32.const 3)
                (i32.const 16) (i32.const 5)) (i32.const 0))
            (call $expect (call $get) (i32.const 5))
            (call $expect (call $state_set (i32.const 0) (i32.const 0)
                (i32.const 0) (i32.const 0)) (i32.const 0))
            (call $expect (call $state_set (i32.const 0) (i32.const 129)
                (i32.const 0) (i32.const 0)) (i32.const -3))
            (call $expect (call $state_set (i32.const 0) (i32.const 1)
                (i32.const 0) (i32.const 16385)) (i32.const -3))
            (call $expect (call $state_get (i32.const 0) (i32.const 129)
                (i32.const 0) (i32.const 0)) (i32.const -3))
            (call $expect (call $state_remove (i32.const 3) (i32.const 1)) (i32.const -1)))"#,
    );
    chain
        .world
        .state
        .insert(b"key".to_vec(), b"stored".to_vec());
    let state = chain.turn().state;
    let expected = BTreeMap::from([
        (b"key".to_vec(), Some(b"value".to_vec())),
        (Vec::new(), Some(Vec::new())),
    ]);
    assert_eq!(state, expected);
}

#[test]
fn what_a_turn_keeps_is_bounded() {
    let mut chain = Chain::new(
        r#"(func (export "handle") (loop $l
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (br_if $l (i32.eqz (call $state_set (i32.const 0) (i32.const 4)
                (i32.const 0) (i32.const 16384))))))"#,
    );
    let effects = chain.turn();
    let each = 16384 + 4 + Limits::KEPT as usize;
    assert_eq!(effects.state.len(), 1024 * 1024 / each);
}

/// Reads the key "a", writes "b" and removes "c", each twice.
fn accessing() -> Chain {
    let body = r#"
        (drop (call $state_get (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 0)))
        (drop (call $state_set (i32.const 1) (i32.const 1) (i32.const 0) (i32.const 3)))
        (drop (call $state_remove (i32.const 2) (i32.const 1)))"#;
    let mut chain = Chain::new(&format!(
        r#"(data (i32.const 0) "abc") (func (export "handle") {body} {body})"#
    ));
    for (key, length) in [("a", 1_000), ("b", 200), ("c", 30)] {
        let value = vec![1; length];
        chain.world.state.insert(key.into(), value);
    }
    chain
}

#[test]
fn a_key_is_asked_for_once_whatever_the_turn_does_with_it() {
    let mut chain = accessing();
    chain.turn();
    let state = |key: &str| Asked::State(key.into());
    let asked = [Asked::Code, state("a"), state("b"), state("c")];
    assert_eq!(chain.world.asked, asked);
}

#[test]
fn what_is_read_once_too_much_is_read_again_and_proven_again() {
    let mut chain = accessing();
    let once = chain.run(Entry::Handle, PLENTY);
    // "a" does not fit any more, "b" and "c" do: their second access is in the overlay anyway.
    chain.limits.effect_bytes = 1_256;
    let twice = chain.run(Entry::Handle, PLENTY);
    assert_eq!(chain.world.asked.len(), 5);
    assert_eq!(
        twice.proof,
        once.proof + u64::from(chain.schedule.proof_access) + 1000
    );
    assert_eq!(
        twice.gas_burned, once.gas_burned,
        "a proof costs nothing here"
    );
}

#[test]
fn a_read_reserves_the_proof_of_the_longest_value_and_pays_for_its_own() {
    let mut chain = accessing();
    let free = chain.run(Entry::Handle, PLENTY);
    assert_eq!(free.gas_required, free.gas_burned);
    let access = u64::from(chain.schedule.proof_access);
    let code = access + u64::from(chain.code.code_len);
    let access = [1_000, 200, 30].map(|length| access + length);
    assert_eq!(free.proof, code + access.iter().sum::<u64>());

    chain.schedule.proof_byte = 1_000_000;
    let paid = chain.run(Entry::Handle, PLENTY);
    assert_eq!(paid.proof, free.proof);
    assert_eq!(paid.gas_burned - free.gas_burned, free.proof * 1_000_000);
    // What follows the last read costs less than the 16 KiB that it might have had.
    let reserved = paid.gas_required - paid.gas_burned;
    assert!(reserved > 15 * 1024 * 1_000_000, "{reserved}");
    assert!(reserved < 16 * 1024 * 1_000_000, "{reserved}");
    let enough = chain.run(Entry::Handle, paid.gas_required);
    assert_eq!(enough.outcome, paid.outcome);
    assert_eq!(enough.gas_burned, paid.gas_burned);
    let less = chain.run(Entry::Handle, paid.gas_required - 1);
    assert_eq!(
        less.outcome.expect_err("too little").code,
        ReplyCode::OutOfGas
    );
    assert_eq!(
        chain.world.asked.last(),
        Some(&Asked::State("b".into())),
        "it was not made"
    );
}

/// The chain has lowered its limit under what is stored.
#[test]
fn what_is_read_beyond_todays_limit_is_in_the_block() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (drop (call $state_get (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 0))))"#,
    );
    chain.schedule.proof_byte = 1_000_000;
    chain.world.state.insert(vec![0], vec![7; 500]);
    let short = chain.run(Entry::Handle, PLENTY);
    chain.world.state.insert(vec![0], vec![7; 60_000]);
    chain.limits.state_value = 1_000;
    // Enough for the longest that may be stored today.
    let long = chain.run(Entry::Handle, short.gas_required + 1_000_000_000);
    assert_eq!(
        long.outcome.expect_err("too little").code,
        ReplyCode::OutOfGas
    );
    assert_eq!(long.proof, short.proof - 500 + 60_000);
}

// Permissions.

#[test]
fn a_read_changes_nothing() {
    let mut chain = Chain::new(
        r#"(data (i32.const 64) "\01")
        (func $refused (param i32) (if (i32.ne (local.get 0) (i32.const -6)) (then unreachable)))
        (func (export "init"))
        (func (export "state")
            (call $refused (call $state_set
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
            (call $refused (call $state_remove (i32.const 0) (i32.const 0)))
            (call $refused (call $emit (i32.const 0) (i32.const 0)))
            (call $refused (call $send (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
            (call $refused (call $reply (i32.const 0) (i32.const 1) (i32.const 64)))
            (i32.store (i32.const 30000) (i32.const 1))
            (if (call $reply (i32.const 64) (i32.const 1) (i32.const 0)) (then unreachable)))"#,
    );
    let effects = chain
        .run(Entry::State, PLENTY)
        .outcome
        .expect("it finishes");
    assert_eq!(reply(&effects), [1]);
    assert_eq!(effects.effects.len(), 1);
    assert!(effects.memory.stored.is_empty() && effects.state.is_empty());
}

#[test]
fn a_module_may_import_a_call_twice() {
    let mut chain = Chain::raw(
        r#"(module
        (import "actors_v1" "message_size" (func $first (result i32)))
        (import "actors_v1" "message_size" (func $second (result i32)))
        (memory (export "memory") 0)
        (func (export "handle")
            (if (i32.ne (call $first) (call $second)) (then unreachable))))"#,
    );
    chain.turn();
    assert_eq!(chain.code.exports, Entries::NONE.with(Entry::Handle));
}

/// Programs that differ from a valid one in a few bytes: whatever validation lets through must
/// run without a panic, within its gas, and the same way twice.
#[test]
fn whatever_is_valid_runs_without_a_panic() {
    let seed = Chain::new(
        r#"(table 2 funcref) (elem (i32.const 0) $add $add)
        (type $t (func (param i32 i32) (result i32)))
        (data (i32.const 100) "some data")
        (global (export "root") (mut i64) (i64.const 1))
        (func $add (param i32 i32) (result i32) (local i32)
            (block $out (loop $in
                (br_table $out $in $out (i32.and (local.get 0) (i32.const 3)))))
            (i32.add (local.get 0) (local.get 1)))
        (func (export "handle") (local i32 i64)
            (local.set 0 (call_indirect (type $t) (i32.const 4) (i32.const 5) (i32.const 1)))
            (global.set 0 (i64.add (global.get 0) (i64.extend_i32_s (local.get 0))))
            (if (i32.eq (local.get 0) (i32.const 9))
                (then (memory.copy (i32.const 0) (i32.const 100) (i32.const 9))
                    (drop (memory.grow (i32.const 1)))))
            (drop (call $send (i32.const 0) (i32.const 0) (i32.const 9) (i32.const 256) (i32.const 0)
                (i64.const 1000) (i32.const 0) (i32.const 0) (i32.const 128)))
            (drop (call $state_set (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 9)))
            (drop (call $wait (i32.const 9)))
            (call $debug (i32.const 0) (i32.const 9))
            (i64.store (i32.const 40000) (i64.div_u (call $gas_left) (i64.const 7))))"#,
    );
    let mut chain = seed;
    chain.turn();
    let wasm = chain.world.code.clone().expect("it is there");
    let limits = Limits::default();
    let mut random: u64 = 0x5eed;
    let mut next = |bound: usize| {
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        (random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize % bound
    };
    let (mut finished, mut failed) = (0, 0);
    for _ in 0..10_000 {
        let mut mutant = wasm.clone();
        // The imports come first and are no use mutated.
        let body = wasm.len() / 2;
        for _ in 0..=next(3) {
            let at = body + next(wasm.len() - body);
            mutant[at] = next(256) as u8;
        }
        let Ok(code) = validate(&mutant, &limits) else {
            continue;
        };
        chain.code = code;
        chain.world.code = Some(mutant);
        chain.world.pages.clear();
        chain.memory = StoredMemory::default();
        let limit = chain
            .schedule
            .start(&chain.code, Entry::Handle, &chain.memory)
            + 8_000_000_000;
        let turn = chain.run(Entry::Handle, limit);
        let aside: Gas = turn.outcome.iter().map(aside).sum();
        assert!(turn.gas_burned + aside <= limit);
        let again = chain.run(Entry::Handle, limit);
        assert_eq!(
            (turn.gas_burned, &turn.outcome),
            (again.gas_burned, &again.outcome)
        );
        match turn.outcome {
            Ok(_) => finished += 1,
            Err(_) => failed += 1,
        }
    }
    assert!(
        finished > 50 && failed > 50,
        "{finished} finished, {failed} failed"
    );
}
