//! The harness itself, with small programs: each feature, and each expectation both met and not.

use actors_test::{
    Chain, Failure, ReadError, ReplyCode, Wasm, DEFAULT_GAS, FUNDS, MILLI_UNIT, UNIT,
};
use std::path::PathBuf;

mod support;
use support::{fixture, panics, relayed, tells};

#[test]
fn a_program_is_deployed_and_answers() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let message = echo.send(b"hello").value(UNIT).by(&alice);
    assert_eq!(message.reply_so_far(), None, "it is queued, not served");
    assert_eq!(chain.queue_length(), 1);
    let reply = message.expect_reply(b"hello");
    assert_eq!((reply.text(), reply.value), ("hello", UNIT / 2));
    assert!(reply.gas_burned > 0);
    assert_eq!(message.cascade_gas(), reply.gas_burned);
    assert_eq!(chain.queue_length(), 0);
}

#[test]
fn money_is_exact_to_the_planck() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user_with("bob", UNIT));
    assert_eq!((alice.balance(), bob.balance()), (FUNDS, UNIT));
    let echo = chain.deploy(fixture("echo")).by(&alice);
    assert_eq!(echo.balance(), MILLI_UNIT, "the existential deposit");
    assert!(echo.storage_deposit() > 0, "that of its record");

    let before = bob.balance();
    let message = echo
        .send(b"")
        .value(10)
        .gas(DEFAULT_GAS)
        .deposit(0)
        .by(&bob);
    // All that it brings has left the account, and is on hold nowhere.
    let gas = u128::from(DEFAULT_GAS) / 100;
    assert_eq!((bob.balance(), bob.held()), (before - gas - 10, 0));
    assert_eq!(bob.in_purses(), gas);
    let reply = message.expect_reply(b"");
    assert_eq!(bob.in_purses(), 0);
    // One planck for a hundred gas, rounded down; half of the value came back.
    assert_eq!(
        bob.balance(),
        before - u128::from(reply.gas_burned) / 100 - 5
    );
    assert_eq!(echo.balance(), MILLI_UNIT + 5);
}

#[test]
fn code_comes_as_bytes_as_files_and_as_text() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let text = std::fs::read_to_string(fixture("echo")).expect("the fixture is there");
    let from_text = Wasm::from(text.as_str());
    assert_eq!(Wasm::from(fixture("echo")), from_text);
    let path = fixture("echo");
    assert_eq!(Wasm::from(path.to_str().expect("it is text")), from_text);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("actors-test-echo.wasm");
    std::fs::write(&file, from_text.bytes()).expect("the folder can be written to");
    assert_eq!(Wasm::from(file.as_path()), from_text);

    let code = chain.upload(from_text.bytes()).by(&alice);
    assert!(chain.has_code(code.hash()));
    for _ in 0..2 {
        let echo = chain.create(&code).by(&alice);
        echo.send(b"one").by(&alice).expect_reply(b"one");
    }
    let info = chain
        .deploy(from_text)
        .by(&alice)
        .info()
        .expect("it is there");
    assert_eq!(info.code_hash, code.hash());

    let missing = panics(|| Wasm::from("no/such/program.wasm"));
    tells(&missing, &["no/such/program.wasm", "make programs"]);
    tells(&panics(|| Wasm::from("(module (fnc))")), &["fnc"]);
}

#[test]
fn a_salt_decides_the_address() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let first = chain.deploy(fixture("echo")).salt(b"x").by(&alice);
    let again = chain.deploy(fixture("echo")).salt(b"x").try_by(&alice);
    let refused = again.expect_err("the address is taken");
    let Failure::Refused(refused) = refused else {
        panic!("it was not refused: {refused}")
    };
    assert_eq!(refused.name(), "ProgramAlreadyExists");
    assert_eq!(
        refused.doc(),
        "A program has that address already, or had it and exited. Use another salt."
    );

    let other = Chain::new();
    let alice = other.user("alice");
    let same = other.deploy(fixture("echo")).salt(b"x").by(&alice);
    assert_eq!(same.account(), first.account());
}

#[test]
fn chains_in_one_thread_are_worlds_apart() {
    let (one, two) = (Chain::new(), Chain::new());
    let (alice, again) = (one.user("alice"), two.user("alice"));
    assert_eq!(alice.account(), again.account());
    let (first, second) = (
        one.deploy(fixture("counter")).by(&alice),
        two.deploy(fixture("counter")).by(&again),
    );
    for _ in 0..3 {
        first.send(b"").by(&alice).expect_success();
    }
    second.send(b"").by(&again).expect_success();
    assert_eq!(first.query::<u32>(()), 3);
    assert_eq!(second.query::<u32>(()), 1);
    assert_eq!((one.block_number(), two.block_number()), (5, 3));
    tells(
        &panics(|| second.send(b"").by(&alice)),
        &["alice is a user of another chain"],
    );
}

#[test]
fn blocks_are_made_by_hand_too() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    assert_eq!((chain.block_number(), chain.queue_length()), (1, 0));
    let start = chain.block_time();
    chain.run_to_block(10);
    assert_eq!(chain.block_number(), 10);
    assert_eq!(chain.block_time(), start + 9 * 6_000);
    let counter = chain.deploy(fixture("counter")).by(&alice);
    let messages: Vec<_> = (0..5).map(|_| counter.send(b"").by(&alice)).collect();
    assert_eq!(chain.queue_length(), 5);
    chain.next_block();
    assert_eq!((chain.block_number(), chain.queue_length()), (12, 0));
    for (index, message) in messages.iter().enumerate() {
        let reply = message.reply_so_far().expect("the block had room for all");
        assert_eq!(reply.payload[0] as usize, index + 1);
    }
    tells(
        &panics(|| chain.run_to_block(3)),
        &["block 3 has passed", "12", "chain.snapshot()"],
    );
}

#[test]
fn what_does_not_fit_a_block_runs_in_a_later_one() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let spin = chain.deploy(fixture("spin")).by(&alice);
    let start = chain.block_number();
    let long = 250_000_000_000;
    let messages: Vec<_> = (0..12)
        .map(|_| spin.send(b"").gas(long).by(&alice))
        .collect();
    let burned = messages[11].expect_code(ReplyCode::OutOfGas).gas_burned;
    assert_eq!(burned, long);
    assert_eq!(chain.block_number(), start + 2);
    assert!(messages
        .iter()
        .all(|message| message.reply_so_far().is_some()));
}

#[test]
fn memory_state_and_events_are_read() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = chain.deploy(fixture("counter")).by(&alice);
    assert_eq!(counter.state_entry(b"count"), None);
    assert!(counter.raw_events().is_empty());
    for _ in 0..2 {
        counter.send(b"").by(&alice).expect_success();
    }
    assert_eq!(counter.read_state(b""), [2, 0, 0, 0]);
    assert_eq!(counter.query::<u32>(()), 2);
    assert_eq!(counter.state_entry(b"count"), Some(vec![2, 0, 0, 0]));
    assert_eq!(counter.raw_events(), [[1, 0, 0, 0], [2, 0, 0, 0]]);
    assert!(counter.clone().raw_events().is_empty(), "they were read");
    counter.send(b"").by(&alice).expect_success();
    assert_eq!(counter.raw_events(), [[3, 0, 0, 0]]);
    let info = counter.info().expect("it is there");
    assert_eq!((info.stored_pages, info.state_bytes), (1, 9));

    let echo = chain.deploy(fixture("echo")).by(&alice);
    assert_eq!(echo.try_read_state(b""), Err(ReadError::NoStateEntry));
    tells(&panics(|| echo.read_state(b"")), &["NoStateEntry"]);
}

#[test]
fn users_get_mail_and_value() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user_with("bob", 0));
    let relay = chain.deploy(fixture("relay")).by(&alice);
    assert!(bob.inbox().is_empty());
    let payload = relayed(bob.id(), -1, UNIT, b"for Bob");
    relay
        .send(payload)
        .value(UNIT)
        .by(&alice)
        .expect_reply([0; 4]);
    let inbox = bob.inbox();
    let [mail] = &inbox[..] else {
        panic!("one message, not {inbox:?}")
    };
    assert_eq!((&mail.from, mail.value), (relay.account(), UNIT));
    assert_eq!(mail.payload, b"for Bob");
    assert_eq!(bob.balance(), UNIT);
    assert!(alice.inbox().is_empty(), "a reply is no mail");
}

#[test]
fn a_cascade_is_followed_through_programs() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let relay = chain.deploy(fixture("relay")).by(&alice);
    let counter = chain.deploy(fixture("counter")).by(&alice);
    let bystander = counter.send(b"").by(&alice);
    let message = relay.send(relayed(counter.id(), -1, 0, b"x")).by(&alice);
    let own = message.expect_reply([0; 4]).gas_burned;
    let other = bystander.reply().gas_burned;
    assert!(
        message.cascade_gas() > own,
        "what the counter burned is part of it"
    );
    assert_eq!(bystander.cascade_gas(), other, "and of no other cascade");
    assert_eq!(counter.query::<u32>(()), 2);
}

#[test]
fn refusals_are_told_in_the_pallets_words() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let before = alice.balance();
    let refused = echo
        .send(b"")
        .gas(1)
        .try_by(&alice)
        .expect_err("too little");
    assert_eq!(refused.name(), "GasLimitTooLow");
    tells(
        &refused.to_string(),
        &[
            "the chain refused `send_message`: GasLimitTooLow",
            "does not cover loading",
        ],
    );
    assert_eq!(
        format!("{refused:?}"),
        refused.to_string(),
        "what unwrap shows"
    );
    let poor = chain.user_with("poor", MILLI_UNIT);
    let refused = echo.send(b"").try_by(&poor).expect_err("too poor");
    assert_eq!(refused.name(), "GasNotPayable");
    tells(
        &panics(|| echo.send(vec![0; 65_537]).by(&alice)),
        &["PayloadTooLong", "limits.payload"],
    );
    assert_eq!((alice.balance(), chain.queue_length()), (before, 0));

    let float = "(module (memory (export \"memory\") 1) (func $mean (export \"handle\") \
                 (drop (f64.add (f64.const 1) (f64.const 2)))))";
    let refused = chain
        .upload(float)
        .try_by(&alice)
        .expect_err("floats are refused");
    assert_eq!(refused.name(), "CodeUsesFloat");
    let detail = refused.detail().expect("it names the function");
    tells(detail, &["mean", "f64"]);
    tells(
        &panics(|| chain.deploy(float).by(&alice)),
        &["`upload_program`: CodeUsesFloat", "mean"],
    );
}

#[test]
fn a_failed_init_is_told_with_what_it_caused() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let failure = chain.deploy(fixture("panic")).value(UNIT).try_by(&alice);
    let failure = failure.expect_err("its init panics");
    let reply = failure.reply().expect("it came to init").clone();
    assert_eq!(
        (reply.code, reply.text()),
        (ReplyCode::Panicked, "not today")
    );
    assert_eq!(reply.value, UNIT, "it came back");
    let parts = [
        "`init` failed: Panicked (0x101): \"not today\", with 1000000000000 planck",
        "The text is the program's own",
        "what message ",
        "init ",
        " from alice + 1,000,000,000,000 planck: ",
        "failed (Panicked) \"not today\"",
        "over",
        "and besides:",
        "UserMessage",
        "ProgramRemoved",
    ];
    tells(&failure.to_string(), &parts);
    assert_eq!(
        format!("{failure:?}"),
        failure.to_string(),
        "what unwrap shows"
    );
    tells(
        &panics(|| chain.deploy(fixture("panic")).by(&alice)),
        &["`init` failed: Panicked"],
    );
}

#[test]
fn expectations_that_are_met_give_the_reply() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let counter = chain.deploy(fixture("counter")).by(&alice);
    let counted: [u32; 3] = counter.send(b"").by(&alice).expect();
    assert_eq!(counted, [1; 3]);
    let trap = chain.deploy(fixture("trap")).by(&alice);
    let reply = trap
        .send(b"")
        .value(7)
        .by(&alice)
        .expect_code(ReplyCode::Trapped);
    assert_eq!((reply.value, reply.payload.len()), (7, 0));
    let store = chain.deploy(fixture("store")).by(&alice);
    let message = store.send([1; 100]).deposit(0).by(&alice);
    message.expect_code(ReplyCode::DepositShortfall);
}

#[test]
fn expectations_that_are_not_met_tell_the_whole_story() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let message = echo.send(b"PING").by(&alice);
    let text = panics(|| message.expect_reply(b"PONG"));
    let parts = [
        "expected the reply \"PONG\",\n     got Replied (0x0): \"PING\"\n",
        "what message ",
        " caused:",
        "handle ",
        " from alice \"PING\": ",
        " gas, replied",
        "replies \"PING\"",
        "over",
    ];
    tells(&text, &parts);
    let text = panics(|| message.expect_panic("expected PING"));
    tells(
        &text,
        &["a panic that says \"expected PING\"", "got Replied"],
    );
    let text = panics(|| message.expect_code(ReplyCode::Finished));
    tells(&text, &["expected Finished (0x1)", "got Replied (0x0)"]);
    tells(
        &panics(|| message.expect::<u64>()),
        &["\"PING\" is not the SCALE", "u64"],
    );

    let spin = chain.deploy(fixture("spin")).by(&alice);
    let message = spin.send(b"").gas(3_000_000_000).by(&alice);
    let text = panics(|| message.expect_success());
    tells(
        &text,
        &[
            "expected success",
            "got OutOfGas (0x102)",
            ".gas(...)",
            "3,000,000,000 gas, failed (OutOfGas)",
        ],
    );
    tells(
        &panics(|| message.expect::<()>()),
        &["expected a reply", "OutOfGas"],
    );

    let binary = echo.send([0, 255]).by(&alice);
    tells(
        &panics(|| binary.expect_reply(b"")),
        &["the reply nothing", "got Replied (0x0): 0x00ff"],
    );
    tells(
        &panics(|| binary.reply().text().len()),
        &["the reply is no text", "0x00ff"],
    );
}

#[test]
fn a_story_has_what_programs_do_to_each_other() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let relay = chain.deploy(fixture("relay")).by(&alice);
    let trap = chain.deploy(fixture("trap")).by(&alice);
    let message = relay.send(relayed(trap.id(), -1, 0, b"")).by(&alice);
    let text = panics(|| message.expect_panic("no"));
    tells(
        &text,
        &[
            "got Replied",
            "sends ",
            "failed (Trapped)",
            "replies 0x00000000",
        ],
    );
}

/// Sends the 32 bytes of its payload, an account, a letter that stands for 3 blocks, waits as long
/// for the answer, and replies it.
const SECRETARY: &str = r#"(module
    (import "actors_v1" "turn_cause" (func $cause (result i32)))
    (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
    (import "actors_v1" "message_value" (func $value (param i32)))
    (import "actors_v1" "reply_size" (func $size (result i32)))
    (import "actors_v1" "reply_read" (func $answer (param i32 i32 i32) (result i32)))
    (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
    (import "actors_v1" "wait" (func $wait (param i32) (result i32)))
    (import "actors_v1" "reply" (func $reply (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 100) "well?too late")
    (func (export "handle")
        (if (i32.eqz (call $cause)) (then
            (drop (call $read (i32.const 0) (i32.const 32) (i32.const 0)))
            (call $value (i32.const 32))
            (drop (call $send (i32.const 0) (i32.const 100) (i32.const 5) (i32.const 32) (i32.const 0)
                (i64.const -1) (i32.const 0) (i32.const 0x301) (i32.const 200)))
            (drop (call $wait (i32.const 3)))
            (return)))
        (if (i32.eq (call $cause) (i32.const 3)) (then
            (drop (call $reply (i32.const 105) (i32.const 8) (i32.const 300)))
            (return)))
        (drop (call $answer (i32.const 0) (call $size) (i32.const 300)))
        (drop (call $reply (i32.const 300) (call $size) (i32.const 400)))))"#;

#[test]
fn letters_stand_in_a_mailbox_and_are_answered() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user("bob"));
    let secretary = chain.deploy(SECRETARY).by(&alice);
    let ask = || secretary.send(bob.id()).value(UNIT).by(&alice);
    let message = ask();
    assert!(bob.mailbox().is_empty(), "it is queued, not served");
    chain.settle();
    assert!(chain.has_schedule());
    let mailbox = bob.mailbox();
    let [letter] = &mailbox[..] else {
        panic!("one letter, not {}", mailbox.len())
    };
    assert_eq!(letter.from(), secretary.account());
    assert_eq!((letter.payload(), letter.value()), (&b"well?"[..], UNIT));
    assert_eq!(bob.inbox()[0].expires, Some(3));
    assert_eq!(bob.balance(), FUNDS, "it has its value with it");
    let refused = letter.claim().try_by(&alice).expect_err("it is Bob's");
    assert_eq!(refused.name(), "NoSuchLetter");
    tells(&refused.to_string(), &["`claim_value`: NoSuchLetter"]);
    tells(
        &panics(|| letter.reply(b"").by(&alice)),
        &["`send_reply`: NoSuchLetter", "mailbox"],
    );
    letter.reply(b"yes").value(7).by(&bob);
    assert_eq!(bob.balance(), FUNDS + UNIT - 7);
    let reply = message.expect_reply(b"yes");
    assert_eq!((reply.value, secretary.balance()), (0, MILLI_UNIT + 7));
    // Both turns are the message's own.
    assert_eq!(message.cascade_gas(), reply.gas_burned);
    let text = panics(|| message.expect_panic("no"));
    tells(
        &text,
        &[
            "waits 3 blocks",
            "to bob \"well?\" + 1,000,000,000,000 planck, awaited, in the mailbox for 3 blocks",
            "handle ",
            ", reply to ",
            "replies \"yes\"",
            "over after 1 block",
            "and besides:",
            "LetterClosed",
            "Replied, 1000000000000 planck",
        ],
    );

    let message = ask();
    chain.settle();
    bob.mailbox()[0].claim().by(&bob);
    message.expect_reply(b"");
    let message = ask();
    let start = chain.block_number();
    message.expect_reply(b"too late");
    // The call's block, and three in which it waits.
    assert_eq!(chain.block_number(), start + 3);
    let text = panics(|| message.expect_panic("no"));
    tells(
        &text,
        &[
            "waits 3 blocks",
            "deadline: ",
            "block +3",
            "too late",
            "LetterClosed",
            "of bob, Expired",
        ],
    );
    assert!(!chain.has_schedule());
}

#[test]
fn delayed_messages_are_part_of_the_story() {
    let late = r#"(module
        (import "actors_v1" "message_read" (func $read (param i32 i32 i32) (result i32)))
        (import "actors_v1" "send" (func $send (param i32 i32 i32 i32 i32 i64 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 128) "\00\e8\76\48\17")
        (func (export "handle")
            (drop (call $read (i32.const 0) (i32.const 32) (i32.const 0)))
            (drop (call $send (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 64) (i32.const 128)
                (i64.const 10000000000) (i32.const 5) (i32.const 0) (i32.const 96)))))"#;
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user("bob"));
    let late = chain.deploy(late).by(&alice);
    let counter = chain.deploy(fixture("counter")).by(&alice);
    let message = late.send(counter.id()).by(&alice);
    let own = message.expect_success().gas_burned;
    assert_eq!((counter.query::<u32>(()), message.cascade_gas()), (0, own));
    // Another's turn comes in the block in which it is delivered.
    chain.run_to_block(chain.block_number() + 3);
    let bystander = late.send(bob.id()).by(&alice);
    chain.run_to_block(chain.block_number() + 1);
    assert_eq!(counter.query::<u32>(()), 1);
    assert!(
        message.cascade_gas() > own,
        "the counter's turn is its doing"
    );
    let apart = bystander.reply().gas_burned;
    assert_eq!(bystander.cascade_gas(), apart);
    let text = panics(|| message.expect_panic("no"));
    tells(
        &text,
        &[", after 5 blocks", "handle ", "replied, block +5", "over"],
    );
    assert!(bob.inbox().is_empty());
    chain.run_to_block(chain.block_number() + 5);
    assert_eq!(bob.inbox().len(), 1);
}

#[test]
fn programs_are_upgraded_by_their_admin() {
    let chain = Chain::new();
    let (alice, bob) = (chain.user("alice"), chain.user("bob"));
    let echo = chain.deploy(fixture("echo")).by(&alice);
    let code = chain.upload(fixture("counter")).by(&alice);
    let refused = echo.upgrade(&code).try_by(&bob).expect_err("not Bob's");
    assert_eq!(refused.name(), "NotAdmin");
    tells(
        &panics(|| echo.upgrade(&code).by(&bob)),
        &["`upgrade_program`: NotAdmin", "immutable"],
    );
    let failed = echo.upgrade(&code).gas(1).try_by(&alice);
    assert_eq!(failed.expect_err("too little").name(), "GasLimitTooLow");
    echo.send(b"a").by(&alice).expect_reply(b"a");

    let upgraded = echo.upgrade(&code).by(&alice);
    upgraded.expect_success();
    let info = echo.info().expect("it is there");
    assert_eq!((info.code_hash, info.epoch), (code.hash(), 1));
    tells(
        &panics(|| upgraded.expect_panic("no")),
        &["ProgramUpgraded", "epoch 1"],
    );
    echo.send(b"").by(&alice).expect_success();
    assert_eq!(echo.query::<u32>(()), 1, "it counts now");

    echo.set_admin(Some(&bob)).by(&alice);
    let info = echo.info().expect("it is there");
    assert_eq!(info.admin.as_ref(), Some(bob.account()));
    tells(
        &panics(|| echo.set_admin(None).by(&alice)),
        &["`set_admin`: NotAdmin"],
    );
    echo.set_admin(None).by(&bob);
    assert_eq!(echo.info().expect("it is there").admin, None);
}

#[test]
fn programs_log_in_tests() {
    let program = r#"(module
        (import "actors_v1" "debug" (func $debug (param i32 i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "here I amthere I was")
        (func (export "init") (call $debug (i32.const 0) (i32.const 9)))
        (func (export "handle")
            (call $debug (i32.const 9) (i32.const 11))
            unreachable))"#;
    let (chain, other) = (Chain::new(), Chain::new());
    let alice = chain.user("alice");
    let logs = chain.deploy(program).by(&alice);
    assert_eq!(chain.debug(), ["here I am"]);
    assert!(chain.debug().is_empty(), "it was read");
    assert!(other.debug().is_empty(), "it is of another chain");
    let message = logs.send(b"").by(&alice);
    let text = panics(|| message.expect_success());
    tells(
        &text,
        &["got Trapped", "chain.debug()", "says \"there I was\""],
    );
    assert_eq!(chain.debug(), ["there I was"]);
}

#[test]
fn accounts_need_the_existential_deposit() {
    let chain = Chain::new();
    tells(
        &panics(|| chain.user_with("bob", 1)),
        &["bob cannot have 1 planck", "MILLI_UNIT"],
    );
    let carol = chain.user("carol");
    assert_eq!(chain.user("carol").account(), carol.account());
    assert_eq!(carol.balance(), FUNDS, "once");
    tells(
        &panics(|| chain.user_with("carol", UNIT)),
        &["a user carol already"],
    );
}

#[test]
fn a_call_that_finds_no_room_goes_into_the_next_block() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let bare = r#"(module (memory (export "memory") 1) (func (export "handle")))"#;
    let bare = Wasm::from(bare);
    // Code of half a MiB, of which eight do not fit the length of a block.
    let padding = 500_000usize;
    let codes: Vec<_> = (0..10u8)
        .map(|tag| {
            let [a, b, c] = [padding & 127 | 128, padding >> 7 & 127 | 128, padding >> 14];
            let section = [0, a as u8, b as u8, c as u8, 0];
            let code = [bare.bytes(), &section, &vec![tag; padding - 1]].concat();
            chain.upload(code).by(&alice)
        })
        .collect();
    assert_eq!(chain.block_number(), 10, "a block judges one of them");
    assert!(codes.iter().all(|code| chain.has_code(code.hash())));
}
