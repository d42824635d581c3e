//! The calls of the ABI: who may make them, and what they do.

use super::super::world::{stand_in_signature, Asked};
use super::{answer, answering, reply, sending, sent, Chain, PLENTY};
use actors_executor::{Cause, Create, Effect, Effects, ReplyContext, SignalContext};
use actors_primitives::{
    abi::{error, Entry, Import, ValType, IMPORTS},
    program_preimage, CodeHash, MessageId, ReplyCode,
};

// Permissions.

/// A call with arguments that are zero, and what to do with a result.
fn calling(import: &Import, with_result: &str) -> String {
    let zeroes: String = import
        .params
        .iter()
        .map(|(_, ty)| match ty {
            ValType::I32 => "(i32.const 0)",
            ValType::I64 => "(i64.const 0)",
        })
        .collect();
    let call = format!("(call ${} {zeroes})", import.name);
    match import.result {
        None => call,
        Some(ValType::I64) => format!("(drop {call})"),
        Some(ValType::I32) => {
            format!("(if ({with_result} {call} (i32.const -6)) (then unreachable))")
        }
    }
}

/// What a turn asks for that runs `entry`, and why it runs.
fn running(entry: Entry) -> (Entry, Cause) {
    match entry {
        Entry::Initialize => (Entry::Init, Cause::Fresh),
        _ => (entry, Cause::Reply(answered())),
    }
}

#[test]
fn each_entry_may_make_the_calls_that_the_table_says() {
    let mut pairs = 0;
    for import in IMPORTS {
        for entry in Entry::ALL {
            let may = import.entries.contains(entry);
            // The trap is for the other answer.
            let body = calling(import, if may { "i32.eq" } else { "i32.ne" });
            let handle = match entry {
                Entry::Handle => "",
                _ => r#"(func (export "handle"))"#,
            };
            let mut chain = Chain::new(&format!(
                r#"{handle} (func (export "{}") {body})"#,
                entry.export()
            ));
            let (asked, cause) = running(entry);
            chain.context.cause = cause;
            chain.context.signal = Some(SignalContext {
                message: MessageId([6; 32]),
                code: ReplyCode::Trapped,
            });
            let outcome = chain
                .run(asked, PLENTY)
                .outcome
                .map_err(|failure| failure.code);
            let pair = format!("{} in {}", import.name, entry.export());
            match (may, import.result, import.name) {
                (true, _, "panic") => assert_eq!(outcome, Err(ReplyCode::Panicked), "{pair}"),
                (true, _, "revert") => assert_eq!(outcome, Err(ReplyCode::Reverted), "{pair}"),
                (true, ..) | (false, Some(ValType::I32), _) => {
                    outcome.unwrap_or_else(|code| panic!("{pair}: {code:?}"));
                }
                (false, ..) => assert_eq!(outcome, Err(ReplyCode::SyscallMisuse), "{pair}"),
            }
            pairs += 1;
        }
    }
    assert_eq!(pairs, 41 * 7, "every call in every entry");
}

// The reply that caused the turn.

fn answered() -> ReplyContext {
    ReplyContext {
        to: MessageId([6; 32]),
        code: ReplyCode::Panicked,
        payload: b"oh no".to_vec(),
        value: 17,
    }
}

const READ_REPLY: &str = r#"
    (call $reply_to (i32.const 0))
    (call $reply_value (i32.const 32))
    (i32.store (i32.const 48) (call $reply_code))
    (i32.store (i32.const 52) (call $reply_size))
    (i32.store (i32.const 56) (call $reply_read (i32.const 1) (i32.const 4) (i32.const 64)))
    (i32.store (i32.const 60) (call $reply_read (i32.const 2) (i32.const 4) (i32.const 64)))
    (drop (call $emit (i32.const 0) (i32.const 68)))"#;

fn event(effects: &Effects) -> &[u8] {
    match effects.effects.first() {
        Some(Effect::Emit(data)) => data,
        other => panic!("{other:?} is no event"),
    }
}

#[test]
fn a_reply_is_read_where_it_caused_the_turn() {
    for entry in [Entry::HandleReply, Entry::Handle, Entry::Init] {
        let mut chain = Chain::new(&format!(
            r#"(func $read {READ_REPLY})
            (export "init" (func $read)) (export "handle" (func $read))
            (export "handle_reply" (func $read))"#
        ));
        chain.context.cause = Cause::Reply(answered());
        let effects = chain.run(entry, PLENTY).outcome.expect("it finishes");
        let seen = event(&effects);
        assert_eq!(seen[..32], [6; 32]);
        assert_eq!(seen[32..48], 17u128.to_le_bytes());
        let numbers: Vec<i32> = seen[48..64]
            .chunks(4)
            .map(|bytes| i32::from_le_bytes(bytes.try_into().expect("four bytes")))
            .collect();
        assert_eq!(numbers, [0x101, 5, 4, error::OUT_OF_RANGE]);
        assert_eq!(seen[64..68], *b"h no");
    }
}

#[test]
fn a_turn_without_a_reply_has_none_to_read() {
    for call in [
        "(call $reply_code)",
        "(call $reply_size)",
        "(call $reply_read (i32.const 0) (i32.const 0) (i32.const 0))",
    ] {
        assert_eq!(answer(&mut answering(call)), error::NOT_ALLOWED, "{call}");
    }
    for call in ["reply_to", "reply_value"] {
        let body = format!(r#"(func (export "handle") (call ${call} (i32.const 0)))"#);
        Chain::new(&body).fails_with(ReplyCode::SyscallMisuse);
    }
}

#[test]
fn in_handle_reply_the_message_is_the_reply() {
    let mut chain = Chain::new(
        r#"(func (export "handle"))
        (func (export "handle_reply")
            (call $message_source (i32.const 0))
            (drop (call $message_read (i32.const 0) (i32.const 5) (i32.const 32)))
            (drop (call $emit (i32.const 0) (i32.const 37))))"#,
    );
    chain.context.cause = Cause::Reply(answered());
    chain.context.message.payload = b"oh no".to_vec();
    let effects = chain
        .run(Entry::HandleReply, PLENTY)
        .outcome
        .expect("it finishes");
    assert_eq!(event(&effects)[..32], [2; 32]);
    assert_eq!(event(&effects)[32..], *b"oh no");
}

// Creating programs.

const CODE: [u8; 32] = *b"CODECODECODECODECODECODECODECODE";

/// Creates a program, and replies the result, its address and its first message.
fn creating(gas: i64, value: u8, salt_len: u32, len: u32, flags: u32) -> Chain {
    let mut chain = Chain::new(&format!(
        r#"(data (i32.const 0) "CODECODECODECODECODECODECODECODE")
        (data (i32.const 64) "\{value:02x}")
        (func (export "handle")
            (i32.store (i32.const 1200) (call $create_program (i32.const 0)
                (i32.const 4) (i32.const {salt_len}) (i32.const 8) (i32.const {len})
                (i32.const 64) (i32.const 0) (i64.const {gas}) (i32.const {flags})
                (i32.const 1204) (i32.const 1236)))
            (drop (call $reply (i32.const 1200) (i32.const 68) (i32.const 2000))))"#
    ));
    chain.world.codes.insert(CodeHash(CODE));
    chain
}

fn created(chain: &mut Chain) -> i32 {
    i32::from_le_bytes(reply(&chain.turn())[..4].try_into().expect("four bytes"))
}

#[test]
fn a_program_that_this_turn_creates_can_be_sent_any_value() {
    // What is too little for a new account: it waits in escrow until the program is there.
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "CODECODECODECODECODECODECODECODE") (data (i32.const 80) "\05")
        (func (export "handle")
            (drop (call $create_program (i32.const 0) (i32.const 4) (i32.const 4) (i32.const 0)
                (i32.const 0) (i32.const 96) (i32.const 0) (i64.const -1) (i32.const 0)
                (i32.const 1204) (i32.const 1236)))
            (i32.store (i32.const 1200) (call $send (i32.const 1204) (i32.const 0) (i32.const 0)
                (i32.const 80) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 1300)))
            (i32.store (i32.const 1204) (call $send (i32.const 1400) (i32.const 0) (i32.const 0)
                (i32.const 80) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 1300)))
            (drop (call $reply (i32.const 1200) (i32.const 8) (i32.const 2000))))"#,
    );
    chain.world.codes.insert(CodeHash(CODE));
    chain.world.minimum = 10;
    let results = [0, error::NOT_ENOUGH_VALUE].map(i32::to_le_bytes);
    assert_eq!(reply(&chain.turn()), results.concat());
}

#[test]
fn a_creation_is_an_effect_with_an_address_that_the_program_knows() {
    let mut chain = creating(-1, 9, 5, 3, 0);
    let effects = chain.turn();
    let preimage = program_preimage(&CodeHash(CODE), &[4; 32], b"CODEC");
    let program = sp_crypto_hashing::blake2_256(&preimage);
    let preimage = MessageId::child_preimage(&MessageId([1; 32]), 3, 0);
    let id = MessageId(sp_crypto_hashing::blake2_256(&preimage));
    let create = Create {
        id,
        program,
        code: CodeHash(CODE),
        payload: b"COD".to_vec(),
        value: 9,
        deposit: 0,
        gas: None,
        is_awaited: false,
    };
    assert_eq!(effects.effects[0], Effect::Create(create));
    assert_eq!(reply(&effects)[..4], [0; 4]);
    assert_eq!(reply(&effects)[4..36], program);
    assert_eq!(reply(&effects)[36..], id.0);
    let asked = [
        Asked::Code,
        Asked::CodeExists(CodeHash(CODE)),
        Asked::Address(program),
        Asked::Balance,
    ];
    assert_eq!(chain.world.asked, asked);
}

#[test]
fn a_creation_that_cannot_be_says_why() {
    assert_eq!(created(&mut creating(-2, 0, 0, 0, 0)), error::OUT_OF_RANGE);
    assert_eq!(created(&mut creating(-1, 0, 64, 0, 0)), 0);
    assert_eq!(created(&mut creating(-1, 0, 65, 0, 0)), error::OVER_LIMIT);
    assert_eq!(
        created(&mut creating(-1, 0, 0, 65537, 0)),
        error::OVER_LIMIT
    );
    let dear = &mut creating(i64::MAX, 0, 0, 0, 0);
    assert_eq!(created(dear), error::NOT_ENOUGH_GAS);

    let mut unknown = creating(-1, 0, 0, 0, 0);
    unknown.world.codes.clear();
    assert_eq!(created(&mut unknown), error::NO_SUCH_CODE);

    let mut again = creating(-1, 0, 0, 0, 0);
    let preimage = program_preimage(&CodeHash(CODE), &[4; 32], b"");
    let address = sp_crypto_hashing::blake2_256(&preimage);
    again.world.addresses.insert(address);
    assert_eq!(created(&mut again), error::ALREADY_EXISTS);

    // Both the value and what creation costs at once, which is 30.
    let mut poor = creating(-1, 9, 0, 0, 0);
    poor.world.balance = 38;
    assert_eq!(created(&mut poor), error::NOT_ENOUGH_VALUE);
    poor.world.balance = 39;
    assert_eq!(created(&mut poor), 0);
}

#[test]
fn creations_of_a_turn_are_limited_and_distinct() {
    let mut chain = Chain::new(
        r#"(func $create (param i32) (result i32)
            (i32.store (i32.const 0) (local.get 0))
            (call $create_program (i32.const 64) (i32.const 0) (i32.const 4) (i32.const 0)
                (i32.const 0) (i32.const 200) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 128)
                (i32.const 160)))
        (func (export "handle")
            (if (call $create (i32.const 0)) (then unreachable))
            (if (i32.ne (call $create (i32.const 0)) (i32.const -7)) (then unreachable))
            (loop $more
                (br_if $more (i32.eqz
                    (call $create (i32.add (i32.load (i32.const 0)) (i32.const 1))))))
            (call $balance (i32.const 256))
            (i32.store (i32.const 272) (call $create (i32.const 1000)))
            (drop (call $reply (i32.const 256) (i32.const 20) (i32.const 1000))))"#,
    );
    chain.world.codes.insert(CodeHash([0; 32]));
    chain.world.balance = 30 * 255 + 29;
    let effects = chain
        .run(Entry::Handle, 2 * PLENTY)
        .outcome
        .expect("it finishes");
    // The last fails by its balance; a richer program is stopped by the number of sends.
    assert_eq!(effects.effects.len(), 256);
    assert_eq!(reply(&effects)[..16], 29u128.to_le_bytes());
    assert_eq!(reply(&effects)[16..], error::NOT_ENOUGH_VALUE.to_le_bytes());
    chain.world.balance = 1_000_000;
    let effects = chain
        .run(Entry::Handle, 2 * PLENTY)
        .outcome
        .expect("it finishes");
    assert_eq!(effects.effects.len(), 257);
    assert_eq!(reply(&effects)[16..], error::OVER_LIMIT.to_le_bytes());
    let ids: std::collections::BTreeSet<_> = effects
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Create(create) => Some((create.id, create.program)),
            _ => None,
        })
        .collect();
    assert_eq!(ids.len(), 256);
}

#[test]
fn a_creation_splits_gas_off_like_a_send() {
    let mut sharing = creating(-1, 0, 0, 0, 0);
    let shared = sharing.run(Entry::Handle, PLENTY).gas_burned;
    let mut chain = creating(1_000_000, 0, 0, 0, 0);
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.expect("it finishes");
    assert!(matches!(&effects.effects[0], Effect::Create(create) if create.gas == Some(1_000_000)));
    let longer = u64::from(chain.code.code_len - sharing.code.code_len);
    assert_eq!(turn.gas_burned, shared + longer * chain.schedule.load_byte);
    assert_eq!(turn.gas_required, turn.gas_burned + 1_000_000);
}

// Ending the program.

#[test]
fn exit_commits_what_was_done_and_ends_the_run() {
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "INHERITORINHERITORINHERITORINHER")
        (func (export "handle")
            (drop (call $reply (i32.const 0) (i32.const 9) (i32.const 64)))
            (drop (call $state_set (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
            (i32.store (i32.const 30000) (i32.const 1))
            (drop (memory.grow (i32.const 1)))
            (call $exit (i32.const 0))
            unreachable)"#,
    );
    chain.memory.wasm_pages = 1;
    chain
        .world
        .pages
        .insert(super::PageIndex(3), vec![1; 16 * 1024]);
    chain.memory.pages.insert(super::PageIndex(3));
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.expect("it is no failure");
    assert_eq!(effects.exit, Some(*b"INHERITORINHERITORINHERITORINHER"));
    assert_eq!(reply(&effects), b"INHERITOR");
    assert!(
        effects.state.is_empty(),
        "what is deleted need not be written"
    );
    assert_eq!(effects.memory.wasm_pages, 1);
    assert!(effects.memory.stored.is_empty() && effects.memory.freed.is_empty());
    assert!(turn.gas_burned < PLENTY);
}

#[test]
fn a_program_cannot_inherit_from_itself() {
    let mut chain = Chain::new(
        r#"(func (export "handle") (call $program_id (i32.const 0)) (call $exit (i32.const 0)))"#,
    );
    chain.fails_with(ReplyCode::SyscallMisuse);
}

#[test]
fn a_program_that_does_not_exit_has_no_inheritor() {
    assert_eq!(sending(-1, 0, 0, 0, 0).turn().exit, None);
    assert_eq!(sent(&mut sending(-1, 0, 0, 0, 0)), 0);
}

// Static constructors.

#[test]
fn initialize_runs_before_init_in_the_same_memory() {
    let mut chain = Chain::new(
        r#"(global $root (export "root") (mut i32) (i32.const 0))
        (func (export "_initialize")
            (if (i32.load (i32.const 0)) (then unreachable))
            (i32.store (i32.const 0) (i32.const 1)) (global.set $root (i32.const 7)))
        (func (export "init")
            (if (i32.ne (i32.load (i32.const 0)) (i32.const 1)) (then unreachable))
            (drop (call $reply (i32.const 0) (i32.const 1) (i32.const 64))))
        (func (export "handle")
            (drop (call $reply (i32.const 0) (i32.const 1) (i32.const 64))))"#,
    );
    let effects = chain.run(Entry::Init, PLENTY).outcome.expect("it finishes");
    assert_eq!(reply(&effects), [1]);
    assert_eq!(effects.memory.globals, [7]);
    chain.commit(&effects);
    assert_eq!(reply(&chain.turn()), [1], "and not again");
}

#[test]
fn initialize_runs_without_an_init_and_its_failure_is_the_creations() {
    let mut chain = Chain::new(
        r#"(func (export "_initialize") (i32.store (i32.const 0) (i32.const 1)))
        (func (export "handle"))"#,
    );
    let turn = chain.run(Entry::Init, PLENTY);
    let start = chain
        .schedule
        .start(&chain.code, Entry::Init, &chain.memory);
    assert!(start > chain.schedule.load_base && turn.gas_burned > start);
    assert_eq!(turn.outcome.expect("it finishes").memory.stored.len(), 1);
    assert_eq!(
        chain
            .run(Entry::Init, start - 1)
            .outcome
            .expect_err("too little")
            .code,
        ReplyCode::OutOfGas
    );
    for (body, code) in [
        ("unreachable", ReplyCode::Trapped),
        (
            "(call $panic (i32.const 0) (i32.const 0))",
            ReplyCode::Panicked,
        ),
    ] {
        let mut broken = Chain::new(&format!(
            r#"(func (export "_initialize") {body}) (func (export "init"))"#
        ));
        let turn = broken.run(Entry::Init, PLENTY);
        assert_eq!(turn.outcome.expect_err("it fails").code, code);
    }
}

// Hashes and signatures.

#[test]
fn hashes_are_the_hosts() {
    let mut chain = Chain::new(
        r#"(data (i32.const 0) "abc")
        (func (export "handle")
            (call $blake2_256 (i32.const 0) (i32.const 3) (i32.const 64))
            (call $keccak_256 (i32.const 0) (i32.const 3) (i32.const 96))
            (call $sha2_256 (i32.const 0) (i32.const 3) (i32.const 128))
            (drop (call $reply (i32.const 64) (i32.const 96) (i32.const 1000))))"#,
    );
    let hashes = reply(&chain.turn());
    assert_eq!(hashes[..32], sp_crypto_hashing::blake2_256(b"abc"));
    assert_eq!(hashes[32..64], sp_crypto_hashing::keccak_256(b"abc"));
    assert_eq!(hashes[64..], sp_crypto_hashing::sha2_256(b"abc"));
}

#[test]
fn signatures_are_judged_by_the_host() {
    for scheme in ["sr25519", "ed25519"] {
        let signature = stand_in_signature(scheme.as_bytes(), b"hello", &[4; 32]);
        let text: String = signature
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect();
        let verify = |len: u32| {
            let mut chain = Chain::new(&format!(
                r#"(data (i32.const 0) "{text}")
                (func (export "handle")
                    (drop (call $message_read (i32.const 0) (i32.const 5) (i32.const 64)))
                    (call $program_id (i32.const 96))
                    (i32.store (i32.const 200) (call ${scheme}_verify
                        (i32.const 0) (i32.const 64) (i32.const {len}) (i32.const 96)))
                    (drop (call $reply (i32.const 200) (i32.const 4) (i32.const 1000))))"#
            ));
            answer(&mut chain)
        };
        assert_eq!((verify(5), verify(4)), (1, 0), "{scheme}");
    }
}

#[test]
fn a_key_is_recovered_or_there_is_none() {
    let recover = |recovery: u8| {
        let mut chain = Chain::new(&format!(
            r#"(data (i32.const 64) "\{recovery:02x}")
            (func (export "handle")
                (i32.store (i32.const 200) (call $ecdsa_recover
                    (i32.const 0) (i32.const 100) (i32.const 204)))
                (drop (call $reply (i32.const 200) (i32.const 37) (i32.const 1000))))"#
        ));
        reply(&chain.turn())
    };
    let mut signature = [0; 65];
    signature[64] = 1;
    let key = sp_crypto_hashing::blake2_256(&[&signature[..], &[0; 32]].concat());
    assert_eq!(recover(1)[..5], [0, 0, 0, 0, 2]);
    assert_eq!(recover(1)[5..], key);
    assert_eq!(recover(4)[..4], error::NOT_FOUND.to_le_bytes());
    assert_eq!(recover(4)[4..], [0; 33]);
}

#[test]
fn work_of_the_host_is_paid_by_its_size_before_it_is_done() {
    let cost = |call: &str, len: u32| {
        let body = call.replace("LEN", &format!("{len}"));
        let mut chain = Chain::new(&format!(
            r#"(global (export "__stack_low") i32 (i32.const 0))
            (global (export "__stack_high") i32 (i32.const 65536))
            (func (export "handle") {body})"#
        ));
        let start = chain
            .schedule
            .start(&chain.code, Entry::Handle, &chain.memory);
        chain.run(Entry::Handle, PLENTY).gas_burned - start
    };
    let schedule = actors_executor::Schedule::default();
    let hash = |name| format!("(call ${name} (i32.const 0) (i32.const LEN) (i32.const 0))");
    let verify = |name| {
        format!("(drop (call ${name} (i32.const 0) (i32.const 0) (i32.const LEN) (i32.const 0)))")
    };
    for (call, base, byte) in [
        (hash("blake2_256"), schedule.hash_base, schedule.blake2_byte),
        (hash("keccak_256"), schedule.hash_base, schedule.keccak_byte),
        (hash("sha2_256"), schedule.hash_base, schedule.sha2_byte),
        (
            verify("sr25519_verify"),
            schedule.sr25519_verify,
            schedule.signed_byte,
        ),
        (
            verify("ed25519_verify"),
            schedule.ed25519_verify,
            schedule.signed_byte,
        ),
    ] {
        let (none, many) = (cost(&call, 0), cost(&call, 50_000));
        assert!(none > base && none < base + 1_000_000, "{call}");
        assert_eq!(many - none, 50_000 * byte, "{call}");
    }
    // A length beyond memory is paid for before it is found out.
    let mut beyond = Chain::new(&format!(
        r#"(func (export "handle") {})"#,
        hash("keccak_256").replace("LEN", "1000000")
    ));
    let turn = beyond.fails_with(ReplyCode::SyscallMisuse);
    assert!(turn.gas_burned > 1_000_000 * schedule.keccak_byte);
}
