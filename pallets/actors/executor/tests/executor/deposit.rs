//! Deposit money that goes along with messages, and purses that are closed.

use super::super::world::Asked;
use super::{reply, Chain};
use actors_executor::Effect;
use actors_primitives::{
    abi::{error, Entry},
    CodeHash, ReplyCode,
};

const CODE: [u8; 32] = *b"CODECODECODECODECODECODECODECODE";

/// Sends three times and creates a program with deposit money, and replies what that returned and
/// what `deposit_left` said before and behind.
fn spender(amounts: [u8; 4]) -> Chain {
    let [first, second, third, fourth] = amounts;
    let mut chain = Chain::new(&format!(
        r#"(data (i32.const 32) "CODECODECODECODECODECODECODECODE")
        (data (i32.const 512) "\{first:02x}") (data (i32.const 528) "\{second:02x}")
        (data (i32.const 544) "\{third:02x}") (data (i32.const 560) "\{fourth:02x}")
        (func $pass (param $deposit i32) (result i32)
            (call $send (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)
                (local.get $deposit) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 700)))
        (func (export "handle")
            (call $deposit_left (i32.const 800))
            (i32.store (i32.const 832) (call $pass (i32.const 512)))
            (i32.store (i32.const 836) (call $pass (i32.const 528)))
            (i32.store (i32.const 840) (call $pass (i32.const 544)))
            (i32.store (i32.const 844) (call $create_program (i32.const 32) (i32.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 560)
                (i64.const -1) (i32.const 0) (i32.const 700) (i32.const 740)))
            (call $deposit_left (i32.const 816))
            (drop (call $reply (i32.const 800) (i32.const 48) (i32.const 1000))))"#
    ));
    chain.world.codes.insert(CodeHash(CODE));
    chain
}

fn numbers(seen: &[u8]) -> ([u128; 2], [i32; 4]) {
    let wide = |at: usize| u128::from_le_bytes(seen[at..at + 16].try_into().expect("16 bytes"));
    let number = |at: usize| i32::from_le_bytes(seen[at..at + 4].try_into().expect("4 bytes"));
    ([wide(0), wide(16)], [32, 36, 40, 44].map(number))
}

#[test]
fn deposit_money_goes_along_as_far_as_the_message_has_it() {
    let mut chain = spender([50, 28, 27, 0]);
    let effects = chain.turn();
    let short = error::NOT_ENOUGH_DEPOSIT;
    assert_eq!(
        numbers(&reply(&effects)),
        ([77, 0], [0, short, 0, 0]),
        "77 is what the message has"
    );
    let along: Vec<_> = effects
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send(send) => Some(send.deposit),
            Effect::Create(create) => Some(create.deposit),
            _ => None,
        })
        .collect();
    assert_eq!(along, [50, 27, 0]);

    let mut chain = spender([0, 0, 7, 70]);
    let effects = chain.turn();
    assert_eq!(numbers(&reply(&effects)), ([77, 0], [0, 0, 0, 0]));
    let mut chain = spender([0, 0, 8, 70]);
    let effects = chain.turn();
    assert_eq!(numbers(&reply(&effects)), ([77, 69], [0, 0, 0, short]));
}

/// Sends, creates and waits, and replies what that returned.
fn beginner() -> Chain {
    let mut chain = Chain::new(
        r#"(data (i32.const 32) "CODECODECODECODECODECODECODECODE")
        (func (export "handle")
            (i32.store (i32.const 800) (call $send (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 64) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const 0)
                (i32.const 700)))
            (i32.store (i32.const 804) (call $create_program (i32.const 32) (i32.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0)
                (i64.const -1) (i32.const 0) (i32.const 700) (i32.const 740)))
            (i32.store (i32.const 808) (call $wait (i32.const 1)))
            (drop (call $reply (i32.const 800) (i32.const 12) (i32.const 1000))))"#,
    );
    chain.world.codes.insert(CodeHash(CODE));
    // It sends to a program.
    chain.world.addresses.insert([0; 32]);
    chain
}

fn begun(chain: &mut Chain) -> [i32; 3] {
    let effects = chain.turn();
    let seen = reply(&effects);
    [0, 4, 8].map(|at| i32::from_le_bytes(seen[at..at + 4].try_into().expect("4 bytes")))
}

#[test]
fn a_closed_purse_begins_nothing() {
    let closed = error::PURSE_CLOSED;
    assert_eq!(begun(&mut beginner()), [0, 0, 0]);

    let mut chain = beginner();
    chain.context.is_closed = Some(true);
    assert_eq!(begun(&mut chain), [closed; 3]);
    assert!(!chain.world.asked.contains(&Asked::IsClosed), "it is known");

    let mut chain = beginner();
    chain.context.lifetime_left = 0;
    assert_eq!(begun(&mut chain), [closed; 3], "its time is over");
}

#[test]
fn a_closed_purse_still_pays_users_and_cleans_up() {
    let closed = error::PURSE_CLOSED;
    // To a user it is no more than an event.
    let mut chain = beginner();
    chain.context.is_closed = Some(true);
    chain.world.addresses.clear();
    assert_eq!(begun(&mut chain), [0, closed, closed]);
    // A signal may send to programs as well: at once, and no more than that.
    let mut chain = beginner();
    chain.context.is_closed = Some(true);
    chain.context.outlasts = true;
    assert_eq!(begun(&mut chain), [0, closed, closed]);
}

#[test]
fn whether_a_split_purse_is_closed_is_asked_once_and_paid() {
    let known = beginner().run(Entry::Handle, super::PLENTY).gas_burned;
    for (is_closed, expected) in [(false, 0), (true, error::PURSE_CLOSED)] {
        let mut chain = beginner();
        chain.context.is_closed = None;
        chain.world.is_closed = is_closed;
        assert_eq!(begun(&mut chain), [expected; 3]);
        assert_eq!(chain.world.times_asked(&Asked::IsClosed), 1);
    }
    let mut chain = beginner();
    chain.context.is_closed = None;
    let burned = chain.run(Entry::Handle, super::PLENTY).gas_burned;
    assert_eq!(burned, known + chain.schedule.look_up);
    // Nothing is asked where nothing begins.
    let mut idle = Chain::new(r#"(func (export "handle"))"#);
    idle.context.is_closed = None;
    idle.turn();
    assert_eq!(idle.world.asked, [Asked::Code]);
}

#[test]
fn nothing_stands_longer_than_the_purse() {
    // What is delayed arrives before its end.
    for (delay, expected) in [(4, 0), (5, error::OVER_LIMIT)] {
        let mut chain = super::sending(1_000_000, 0, 0, delay, 0);
        chain.context.lifetime_left = 5;
        assert_eq!(super::sent(&mut chain), expected);
    }
    // A letter stands, and a message waits, no longer.
    for (asked, stands) in [(4, 4), (5, 5), (6, 5)] {
        let flags = asked << actors_primitives::abi::flag::LETTER_SHIFT | 1;
        let mut chain = super::sending(-1, 0, 0, 0, flags);
        chain.context.lifetime_left = 5;
        let effects = chain.turn();
        let Effect::Send(send) = &effects.effects[0] else {
            panic!("it sends first")
        };
        assert_eq!(
            send.letter.as_ref().map(|letter| letter.blocks),
            Some(stands)
        );

        let wait = format!(r#"(func (export "handle") (drop (call $wait (i32.const {asked}))))"#);
        let mut chain = Chain::new(&wait);
        chain.context.lifetime_left = 5;
        assert_eq!(chain.turn().wait.map(|wait| wait.blocks), Some(stands));
    }
}

#[test]
fn a_deposit_outside_of_memory_is_misuse() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (drop (call $send (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64)
                (i32.const 65530) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 700))))"#,
    );
    chain.fails_with(ReplyCode::SyscallMisuse);
}
