//! Programs that create programs, send to them, and see their replies.

use actors_primitives::{abi::error, program_preimage, CodeHash, MessageId, ReplyCode};

use crate::{mock::*, Codes, Event, Pallet, Programs, Purses, Status, Tombstones};

/// The payload that makes `family` create a program.
fn creation(code: CodeHash, salt: &[u8], gas: i64, value: u128, payload: &[u8]) -> Vec<u8> {
    [
        &[0][..],
        &code.0,
        &gas.to_le_bytes(),
        &value.to_le_bytes(),
        &[salt.len() as u8],
        salt,
        payload,
    ]
    .concat()
}

/// The payload that makes `family` send a message.
fn sending(to: &AccountId, gas: i64, value: u128, payload: &[u8]) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    let (gas, value) = (gas.to_le_bytes(), value.to_le_bytes());
    [&[1][..], to, &gas, &value, payload].concat()
}

fn number(bytes: &[u8]) -> i32 {
    i32::from_le_bytes(bytes[..4].try_into().expect("four bytes"))
}

fn id_at(bytes: &[u8], at: usize) -> MessageId {
    MessageId(bytes[at..at + 32].try_into().expect("32 bytes"))
}

/// What `family` remembers of replies.
struct Seen {
    count: i32,
    to: MessageId,
    code: i32,
    source: AccountId,
    value: u128,
    payload: Vec<u8>,
}

fn seen(family: &AccountId) -> Seen {
    let told = ask(family, &[3]).payload;
    assert!(told.len() >= 88, "a reply was handled");
    Seen {
        count: number(&told),
        to: id_at(&told, 4),
        code: number(&told[36..]),
        source: AccountId::new(told[40..72].try_into().expect("32 bytes")),
        value: u128::from_le_bytes(told[72..88].try_into().expect("16 bytes")),
        payload: told[88..].to_vec(),
    }
}

fn count_of_replies(family: &AccountId) -> i32 {
    number(&ask(family, &[3]).payload)
}

fn a_program_sees_the_reply_to_what_it_sent() {
    let (family, echo) = (create("family"), create("echo"));
    assert_eq!(count_of_replies(&family), 0);
    let base = total(&echo);
    // `echo` sends half of the value back.
    let reply = ask_with(&family, &sending(&echo, -1, 10, b"hello"), 10, GAS, DEPOSIT);
    assert_eq!(number(&reply.payload), 0);
    let seen = seen(&family);
    assert_eq!((seen.count, seen.code), (1, 0));
    assert_eq!(seen.to, id_at(&reply.payload, 4), "the id that send gave");
    assert_eq!(
        (seen.source, seen.value, seen.payload),
        (echo.clone(), 5, b"hello".to_vec())
    );
    assert_eq!(total(&echo), base + 5);
    assert_eq!(Purses::<Test>::iter().count(), 0);
}

fn a_program_sees_how_its_message_failed_and_has_its_value_back() {
    let (family, trap) = (create("family"), create("trap"));
    let base = total(&family);
    ask_with(&family, &sending(&trap, -1, UNIT, b""), UNIT, GAS, DEPOSIT);
    let kept = Programs::<Test>::get(&family).expect("it exists").deposit
        - Pallet::<Test>::record_deposit();
    assert_eq!(total(&family), base + UNIT + kept);
    let seen = seen(&family);
    assert_eq!((seen.code, seen.value), (0x100, UNIT));
    assert!(seen.payload.is_empty());
    assert_eq!(in_flight(), 0);
}

fn a_failing_handle_reply_keeps_the_value_and_nothing_else() {
    let (family, echo) = (create("family"), create("echo"));
    let base = total(&family);
    let payload = sending(&echo, -1, 10, b"!");
    let id = send_as(&ALICE, family.clone(), payload, 10, GAS, DEPOSIT).expect("it is accepted");
    idle();
    assert_eq!(
        reply_to(id).expect("the first turn replied").code,
        ReplyCode::Replied
    );
    assert_eq!(count_of_replies(&family), 0, "its turn left no trace");
    assert_eq!(total(&family), base + 5, "but the value that came with it");
    assert!(events().iter().any(|event| matches!(
        event,
        Event::MessageProcessed { destination, reply_code: ReplyCode::Trapped, .. }
            if *destination == family
    )));
}

fn a_reply_burns_from_the_purse_of_the_send_it_answers() {
    let (family, echo) = (create("family"), create("echo"));
    Fees::set(0);
    let before = total(&ALICE);
    // Enough for the send's own turn, and nothing left to handle its reply with.
    let split = Pallet::<Test>::start_price(&echo, crate::Kind::Handle) + 20_000_000_000;
    for gas in [split, 1_000_000] {
        ask_with(
            &family,
            &sending(&echo, gas as i64, 0, b"x"),
            0,
            GAS,
            DEPOSIT,
        );
    }
    assert_eq!(total(&ALICE) + Fees::get() + held(&family), before);
    // The second send could not even start: its reply found nothing to burn.
    assert_eq!(count_of_replies(&family), 1);
    assert!(events().iter().any(|event| matches!(
        event,
        Event::MessageProcessed { destination, reply_code: ReplyCode::OutOfGas, gas_burned, .. }
            if *destination == family && *gas_burned < 2_000_000
    )));
}

/// What a program has on hold besides its record: paid by those who made it grow.
fn held(program: &AccountId) -> u128 {
    Programs::<Test>::get(program).expect("it exists").deposit - Pallet::<Test>::record_deposit()
}

fn a_program_creates_a_program_and_pays_for_it() {
    let family = create("family");
    let code = upload("counter");
    let cost = Pallet::<Test>::creation_deposit();
    let base = total(&family);
    let payload = creation(code, b"salt", -1, 7, b"");
    let reply = ask_with(&family, &payload, cost + 7, GAS, DEPOSIT);
    assert_eq!(
        (reply.code, number(&reply.payload)),
        (ReplyCode::Replied, 0)
    );
    let creator: [u8; 32] = family.clone().into();
    let address = sp_io::hashing::blake2_256(&program_preimage(&code, &creator, b"salt"));
    assert_eq!(reply.payload[4..36], address);
    let child = AccountId::new(address);
    let record = Programs::<Test>::get(&child).expect("it was created");
    assert_eq!((record.status, &record.creator), (Status::Active, &family));
    assert_eq!(total(&child), cost + 7);
    assert_eq!(
        Codes::<Test>::get(code).expect("it is stored").references,
        1
    );
    let seen = seen(&family);
    assert_eq!((seen.to, seen.code), (id_at(&reply.payload, 36), 1));
    assert_eq!(total(&family), base + held(&family));
    assert_eq!(number(&ask(&child, b"").payload), 1, "it works");
}

fn a_program_is_told_why_it_cannot_create() {
    let family = create("family");
    let code = upload("echo");
    let cost = Pallet::<Test>::creation_deposit();
    let refused = |payload: &[u8], value| {
        let reply = ask_with(&family, payload, value, GAS, DEPOSIT);
        assert_eq!(reply.code, ReplyCode::Replied);
        number(&reply.payload)
    };
    let unknown = creation(CodeHash([7; 32]), b"", -1, 0, b"");
    assert_eq!(refused(&unknown, cost), error::NO_SUCH_CODE);
    let payload = creation(code, b"", -1, 0, b"");
    // The value of the call that failed to find its code is the program's.
    let left = Pallet::<Test>::spendable(&family);
    assert_eq!(left, cost);
    let dear = creation(code, b"", -1, 1, b"");
    assert_eq!(refused(&dear, 0), error::NOT_ENOUGH_VALUE);
    assert_eq!(refused(&payload, 0), 0);
    assert_eq!(refused(&payload, cost), error::ALREADY_EXISTS);
    let salt = [0; 65];
    assert_eq!(
        refused(&creation(code, &salt, -1, 0, b""), 0),
        error::OVER_LIMIT
    );
}

fn a_failed_init_gives_everything_back_to_the_program_that_created() {
    let family = create("family");
    let code = upload("panic");
    let cost = Pallet::<Test>::creation_deposit();
    let base = total(&family);
    let payload = creation(code, b"", -1, 9, b"");
    let reply = ask_with(&family, &payload, cost + 9, GAS, DEPOSIT);
    let child = AccountId::new(reply.payload[4..36].try_into().expect("32 bytes"));
    assert!(!Programs::<Test>::contains_key(&child));
    assert!(
        !Tombstones::<Test>::contains_key(&child),
        "no turn of it committed"
    );
    assert_eq!(total(&child), 0);
    assert_eq!(total(&family), base + cost + 9 + held(&family));
    let seen = seen(&family);
    assert_eq!((seen.code, seen.value), (0x101, 9));
    assert_eq!(seen.payload, b"not today");
    assert_eq!(
        Codes::<Test>::get(code).expect("it is stored").references,
        0
    );
    // The address is free again.
    let again = ask_with(&family, &payload, 0, GAS, DEPOSIT);
    assert_eq!(number(&again.payload), 0);
}

cases![
    a_program_sees_the_reply_to_what_it_sent,
    a_program_sees_how_its_message_failed_and_has_its_value_back,
    a_failing_handle_reply_keeps_the_value_and_nothing_else,
    a_reply_burns_from_the_purse_of_the_send_it_answers,
    a_program_creates_a_program_and_pays_for_it,
    a_program_is_told_why_it_cannot_create,
    a_failed_init_gives_everything_back_to_the_program_that_created,
];
