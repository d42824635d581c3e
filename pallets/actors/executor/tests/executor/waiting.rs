//! Waiting and what belongs to it: waking, awaited messages and letters, delays, signals, and the
//! entries of a program that changes.

use super::super::world::Asked;
use super::{answer, answering, aside, reply, sending, sent, Chain, PageIndex, PLENTY};
use actors_executor::{
    Cause, Effect, Effects, Letter, ReplyContext, Schedule, Send, SignalContext, StoredMemory,
    Turn, Wait,
};
use actors_primitives::{
    abi::{error, flag, Entry},
    CodeHash, Gas, MessageId, ReplyCode,
};

const US: Gas = 1_000_000;

/// What a test does between calls and before it ends, beside the calls that it is about.
const SMALL: Gas = 10 * US;

fn handling(body: &str) -> Chain {
    Chain::new(&format!(r#"(func (export "handle") {body})"#))
}

/// A call that must give 0.
fn succeeding(call: &str) -> String {
    format!("(if {call} (then unreachable))")
}

fn waiting(blocks: u32) -> String {
    succeeding(&format!("(call $wait (i32.const {blocks}))"))
}

/// What the turn waits with.
fn waits(effects: &Effects) -> &Wait {
    effects.wait.as_ref().expect("it waits")
}

/// Runs `handle` with exactly the gas that it says it requires, and with a unit of fuel less:
/// the first must end as before.
fn exactly(chain: &mut Chain, turn: &Turn) -> Turn {
    let exact = chain.run(Entry::Handle, turn.gas_required);
    assert_eq!(exact.outcome, turn.outcome);
    assert_eq!(exact.gas_burned, turn.gas_burned);
    let less = chain.run(Entry::Handle, turn.gas_required - chain.schedule.fuel);
    assert_ne!(less.outcome, turn.outcome, "less does not suffice");
    less
}

// What a wait sets aside.

#[test]
fn waiting_sets_aside_its_rent_and_the_start_of_the_next_turn() {
    let mut chain = handling(&waiting(10));
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.clone().expect("it finishes");
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    let wait = Wait {
        blocks: 10,
        // Its payload has five bytes.
        rent: 10 * (chain.schedule.rent + 5 * chain.schedule.rent_byte),
        resume: start,
        signal: 0,
    };
    assert_eq!(effects.wait, Some(wait.clone()));
    assert!(effects.effects.is_empty());
    // Not burned is what was set aside, and that is all there must be besides.
    let burned = start + chain.schedule.wait;
    assert!(turn.gas_burned > burned && turn.gas_burned < burned + SMALL);
    assert_eq!(turn.gas_required, turn.gas_burned + wait.aside());
    let less = exactly(&mut chain, &turn);
    assert_eq!(less.outcome.expect_err("-5").code, ReplyCode::Trapped);
}

#[test]
fn a_program_that_handles_signals_sets_one_aside_and_pays_for_serving_it() {
    let wait = waiting(1);
    let mut deaf = handling(&wait);
    let mut chain = Chain::new(&format!(
        r#"(func $handle {wait}) (export "handle" (func $handle))
        (export "handle_signal" (func $handle))"#
    ));
    let effects = chain.turn();
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    assert_eq!(waits(&effects).resume, start);
    let besides = chain.schedule.clean_up(&chain.code);
    assert_eq!(waits(&effects).signal, largest(&chain, 64) + besides);
    let cost = |chain: &mut Chain| {
        let turn = chain.run(Entry::Handle, PLENTY);
        turn.gas_burned
            - chain
                .schedule
                .start(&chain.code, Entry::Handle, &chain.memory)
    };
    assert_eq!(cost(&mut chain) - cost(&mut deaf), chain.schedule.answer);
}

/// What `handle_signal` takes to start in a memory of that size of which every page is stored.
fn largest(chain: &Chain, wasm_pages: u32) -> Gas {
    let memory = StoredMemory {
        wasm_pages,
        pages: (0..wasm_pages as u16 * 4).map(PageIndex).collect(),
        ..chain.memory.clone()
    };
    chain
        .schedule
        .start(&chain.code, Entry::HandleSignal, &memory)
}

/// A program that waits, of which a memory is declared, and what it sets aside for its signal's
/// start.
fn set_aside_for_a_start(memory: &str, change: impl FnOnce(&mut Chain)) -> (Chain, Gas) {
    let mut chain = Chain::new(&format!(
        r#"(memory (export "memory") {memory}) (func (export "handle") {})
        (func (export "handle_signal"))"#,
        waiting(1)
    ));
    change(&mut chain);
    let effects = chain.turn();
    let besides = chain.schedule.clean_up(&chain.code);
    let signal = waits(&effects).signal - besides;
    (chain, signal)
}

#[test]
fn a_signal_is_set_aside_for_the_largest_memory_that_there_may_be() {
    // As large as the chain allows.
    let (chain, signal) = set_aside_for_a_start("1", |_| {});
    assert_eq!(signal, largest(&chain, 64));
    let (chain, signal) = set_aside_for_a_start("1", |chain| chain.limits.memory = 9);
    assert_eq!(signal, largest(&chain, 9));
    // As large as the code says.
    let (chain, signal) = set_aside_for_a_start("1 3", |_| {});
    assert_eq!(signal, largest(&chain, 3));
    let (chain, signal) = set_aside_for_a_start("1 300", |_| {});
    assert_eq!(signal, largest(&chain, 64));
}

#[test]
fn a_signal_is_set_aside_for_no_more_memory_than_a_turn_can_load() {
    let most = 7_000 * US + 1;
    let (chain, signal) = set_aside_for_a_start("1", |chain| chain.context.most_to_load = most);
    assert!(largest(&chain, 64) > signal);
    // Code and pages are rounded up one by one, to whole units of fuel.
    let rounding = signal - most;
    assert!(rounding > 0 && rounding < 2 * chain.schedule.fuel);
    // A chain has raised its prices: what is there is more than it would admit today.
    let (chain, signal) = set_aside_for_a_start("1", |chain| chain.context.most_to_load = US);
    assert_eq!(
        signal,
        chain
            .schedule
            .start(&chain.code, Entry::HandleSignal, &chain.memory)
    );
}

/// Prices as a chain has them that counts so much of its blocks' time for each byte of proof: what
/// serving a message takes is part of what is paid for it.
fn with_proofs(proof_byte: Gas) -> Schedule {
    let proven = |gas: Gas, bytes: u64| gas + proof_byte * bytes;
    let prices = Schedule::default();
    Schedule {
        proof_byte,
        send: proven(prices.send, 36_864),
        answer: proven(prices.answer, 49_152),
        wake: proven(prices.wake, 49_152),
        ..prices
    }
}

/// A program whose signal does what [`Schedule::clean_up`] is for, and that runs `before` in
/// `handle`.
fn tidy(before: &str) -> Chain {
    Chain::new(&format!(
        r#"(memory (export "memory") 1 4)
        (func (export "handle") {before})
        (func (export "handle_reply"))
        (func (export "handle_signal")
            ;; Value 1 to the program of zeroes, with 256 bytes.
            (i32.store8 (i32.const 512) (i32.const 1))
            {}
            {}
            ;; Of one that does not wait, which takes most.
            (drop (call $waits (i32.const 512)))
            (drop (call $waits (i32.const 512)))
            {}
            (i32.store8 (i32.const 16384) (i32.const 1))
            (i32.store8 (i32.const 32768) (i32.const 1))
            (i32.store8 (i32.const 49152) (i32.const 1)))"#,
        succeeding(
            "(call $send (i32.const 0) (i32.const 256) (i32.const 256) (i32.const 512) (i32.const 0)
            (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 768))"
        ),
        succeeding("(call $wake (i32.const 0))"),
        succeeding("(call $emit (i32.const 256) (i32.const 256))"),
    ))
}

#[test]
fn what_a_signal_has_follows_the_prices_and_pays_for_cleaning_up() {
    let mut last = 0;
    // A solo chain, and blocks of two seconds with 32, 10 and 5 MiB of proof.
    for proof_byte in [0, 59_605, 190_735, 381_470] {
        let mut chain = tidy("");
        chain.world.waiting.insert(MessageId([0; 32]));
        chain.schedule = with_proofs(proof_byte);
        let start = chain
            .schedule
            .start(&chain.code, Entry::HandleSignal, &chain.memory);
        let gas = chain.schedule.clean_up(&chain.code);
        let turn = chain.run(Entry::HandleSignal, start + gas);
        let effects = turn.outcome.expect("it can be paid for");
        assert_eq!(effects.effects.len(), 3);
        assert_eq!(effects.memory.stored.len(), 4);
        // What is left is for its operators.
        let left = start + gas - turn.gas_burned;
        assert!(left > 900 * US && left < 1_000 * US, "{proof_byte}: {left}");
        let prices = &chain.schedule;
        assert!(gas > prices.send + prices.answer + prices.wake + last);
        last = gas - prices.send - prices.answer - prices.wake;
        // What the chain adds is there as well.
        let before = gas;
        chain.schedule.signal = 5 * US;
        assert_eq!(chain.schedule.clean_up(&chain.code), before + 5 * US);
    }
    // Nobody serves a reply to a program that handles none.
    let deaf = Chain::new(r#"(func (export "handle")) (func (export "handle_signal"))"#);
    let both = tidy("");
    let prices = Schedule::default();
    assert_eq!(
        prices.clean_up(&both.code) - prices.clean_up(&deaf.code),
        prices.answer
    );
}

#[test]
fn a_signal_can_clean_up_however_much_others_have_stored_meanwhile() {
    for proof_byte in [0, 59_605, 190_735, 381_470] {
        let mut chain = tidy(&waiting(9));
        chain.schedule = with_proofs(proof_byte);
        chain.context.gas_reserve = PLENTY;
        let effects = chain.turn();
        let aside = waits(&effects).signal;
        for page in 0..16 {
            let page = PageIndex(page);
            let mut bytes = vec![0; 16 * 1024];
            bytes[9_000] = 7;
            chain.world.pages.insert(page, bytes);
            chain.memory.pages.insert(page);
        }
        chain.memory.wasm_pages = 4;
        chain.world.waiting.insert(MessageId([0; 32]));
        let turn = chain.run(Entry::HandleSignal, aside);
        let failure = turn.outcome.as_ref().err();
        assert_eq!(failure, None, "{proof_byte}: {aside}");
    }
}

#[test]
fn what_a_wait_sets_aside_comes_out_of_the_reserve_first() {
    let mut chain = handling(&waiting(14_400));
    let without = chain.run(Entry::Handle, PLENTY);
    let effects = without.outcome.clone().expect("it finishes");
    let aside = waits(&effects).aside();
    for reserve in [1, aside / 2, aside, aside + 1, 9 * aside] {
        chain.context.gas_reserve = reserve;
        let turn = chain.run(Entry::Handle, PLENTY);
        assert_eq!(turn.outcome, without.outcome);
        assert_eq!(turn.gas_burned, without.gas_burned);
        assert_eq!(turn.gas_required, without.gas_required);
        // So much less does the turn itself need, and not a unit of fuel less than that.
        let units = reserve / chain.schedule.fuel * chain.schedule.fuel;
        let limit = without.gas_required - units.min(aside);
        let exact = chain.run(Entry::Handle, limit);
        assert_eq!(exact.outcome, without.outcome, "{reserve}");
        let less = chain.run(Entry::Handle, limit - chain.schedule.fuel);
        assert_ne!(less.outcome, without.outcome, "{reserve}");
    }
    // A second wait gives back to where the first one took it from.
    let mut chain = handling(&[waiting(14_400), waiting(5)].concat());
    let without = chain.run(Entry::Handle, PLENTY);
    chain.context.gas_reserve = aside / 2;
    let turn = chain.run(Entry::Handle, PLENTY);
    assert_eq!(turn, without);
}

#[test]
fn the_reserve_pays_for_nothing_else() {
    let rich = |mut chain: Chain| {
        chain.context.gas_reserve = 1_000 * PLENTY;
        chain
    };
    let mut spinning = rich(handling("(loop $for_ever (br $for_ever))"));
    let turn = spinning.run(Entry::Handle, PLENTY / 100);
    assert_eq!(
        turn.outcome.expect_err("it spins").code,
        ReplyCode::OutOfGas
    );
    assert_eq!(turn.gas_burned, PLENTY / 100);
    let split = i64::try_from(2 * PLENTY).expect("it is one");
    assert_eq!(
        sent(&mut rich(sending(split, 0, 0, 0, 0))),
        error::NOT_ENOUGH_GAS
    );
    let flags = 2 << flag::LETTER_SHIFT | flag::AWAIT;
    let mut letter = rich(sending(-1, 0, 0, 0, flags));
    letter.schedule.rent = PLENTY;
    assert_eq!(sent(&mut letter), error::NOT_ENOUGH_GAS);
}

#[test]
fn what_is_set_aside_cannot_be_spent() {
    let mut chain = Chain::new(&format!(
        r#"(func (export "handle")
            (i64.store (i32.const 0) (call $gas_left))
            {}
            (i64.store (i32.const 8) (call $gas_left))
            (drop (call $reply (i32.const 0) (i32.const 16) (i32.const 32))))"#,
        waiting(14_400)
    ));
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.expect("it finishes");
    let seen = reply(&effects);
    let left = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    let fell = left(&seen[..8]) - left(&seen[8..]);
    // The page that it stores is known at the end only.
    let settled = chain.schedule.page_load;
    let taken = waits(&effects).aside() - settled + chain.schedule.wait;
    assert!(fell > taken && fell < taken + SMALL, "{fell} {taken}");
    assert!(turn.gas_burned < taken, "and it is not burned");
    assert_eq!(turn.gas_required, turn.gas_burned + aside(&effects));
}

#[test]
fn a_wait_that_cannot_be_says_why_and_takes_nothing() {
    let ask = |blocks: u32, lifetime: u32, gas: Gas| {
        let mut chain = answering(&format!("(call $wait (i32.const {blocks}))"));
        chain.context.lifetime_left = lifetime;
        let turn = chain.run(Entry::Handle, gas);
        let effects = turn.outcome.expect("it finishes");
        if effects.wait.is_none() {
            assert_eq!(turn.gas_required, turn.gas_burned);
        }
        let number = reply(&effects).try_into().expect("four bytes");
        assert_eq!(effects.wait.is_some(), number == [0; 4]);
        (i32::from_le_bytes(number), turn.gas_burned, effects)
    };
    let (number, burned, waiting) = ask(14_400, 14_400, PLENTY);
    assert_eq!(number, 0);
    assert_eq!(ask(0, 14_400, PLENTY).0, error::OUT_OF_RANGE);
    assert_eq!(ask(14_401, 20_000, PLENTY).0, error::OVER_LIMIT);
    // The purse lives no longer: so long it waits then.
    assert_eq!(waits(&ask(100, 99, PLENTY).2).blocks, 99);
    assert_eq!(ask(100, 0, PLENTY).0, error::PURSE_CLOSED);
    assert_eq!(ask(99, 99, PLENTY).0, 0);
    // Nothing is taken: it burns the same, and for a number that is no zero one page more.
    let half = burned + waits(&waiting).aside() / 2;
    let (number, burned_then, _) = ask(14_400, 14_400, half);
    assert_eq!(number, error::NOT_ENOUGH_GAS);
    assert_eq!(burned_then, burned + Schedule::default().page_store);
}

#[test]
fn the_last_wait_of_a_turn_counts() {
    let mut chain = handling(&[waiting(5), waiting(14_400), waiting(7)].concat());
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.clone().expect("it finishes");
    assert_eq!(waits(&effects).blocks, 7);
    assert_eq!(waits(&effects).rent, chain.schedule.renting(7, 5));
    assert!(turn.gas_burned > 3 * chain.schedule.wait);
    assert!(
        turn.gas_burned
            < chain
                .schedule
                .start(&chain.code, Entry::Handle, &chain.memory)
                + 3 * chain.schedule.wait
                + SMALL
    );
    // In between it had to have the gas for the longest.
    assert!(turn.gas_required > 14_400 * chain.schedule.rent);
    // The third call is paid for before it gives anything back.
    let less = exactly(&mut chain, &turn);
    let failure = less.outcome.expect_err("too little");
    assert_eq!(failure.code, ReplyCode::OutOfGas);

    // One that fails leaves what was marked.
    let mut chain = handling(&format!(
        "{} (drop (call $wait (i32.const 0))) (drop (call $wait (i32.const 14401)))",
        waiting(5)
    ));
    assert_eq!(waits(&chain.turn()).blocks, 5);
}

#[test]
fn memory_that_grows_after_the_wait_is_set_aside_for() {
    let mut chain = handling(&format!(
        r#"{} (drop (memory.grow (i32.const 2)))
        (i32.store (i32.const 20000) (i32.const 1)) (i32.store (i32.const 150000) (i32.const 1))"#,
        waiting(1)
    ));
    chain.memory.wasm_pages = 1;
    let small = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.clone().expect("it finishes");
    assert_eq!(turn.gas_required, turn.gas_burned + aside(&effects));
    // What grows is paid for, and does not fit any more if it is not left.
    let less = exactly(&mut chain, &turn);
    assert_eq!(
        less.outcome.expect_err("too little").code,
        ReplyCode::OutOfGas
    );
    assert_eq!(less.gas_burned, turn.gas_required - chain.schedule.fuel);
    chain.commit(&effects);
    let large = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    assert_eq!(waits(&effects).resume, large);
    let pages = 2 * (chain.schedule.wasm_page + 4 * chain.schedule.page_compare);
    assert_eq!(large - small, pages + 2 * chain.schedule.page_load);
}

#[test]
fn memory_that_is_freed_after_the_wait_is_given_back() {
    let mut chain = handling(&format!(
        "{} (memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))",
        waiting(1)
    ));
    for page in 0..4 {
        chain
            .world
            .pages
            .insert(PageIndex(page), vec![1; 16 * 1024]);
        chain.memory.pages.insert(PageIndex(page));
    }
    // So that what comes back is more than what the end takes.
    chain.schedule.page_load = 500 * US;
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.clone().expect("it finishes");
    assert_eq!(effects.memory.freed.len(), 4);
    let back = 4 * chain.schedule.page_load;
    assert_eq!(
        turn.gas_required,
        turn.gas_burned + aside(&effects) + back,
        "it had to be there first"
    );
    let less = exactly(&mut chain, &turn);
    assert_eq!(
        less.outcome.expect_err("too little").code,
        ReplyCode::OutOfGas
    );
    chain.commit(&effects);
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    assert_eq!(waits(&effects).resume, start);
}

#[test]
fn a_turn_that_fails_or_exits_does_not_wait() {
    let wait = waiting(14_400);
    let mut failing = handling(&format!("{wait} unreachable"));
    let turn = failing.fails_with(ReplyCode::Trapped);
    let rent = 14_400 * failing.schedule.rent;
    assert!(turn.gas_burned < rent, "what was set aside comes back");
    assert!(turn.gas_required > rent, "but had to be there");

    let mut exiting = handling(&format!("{wait} (call $exit (i32.const 0))"));
    let turn = exiting.run(Entry::Handle, PLENTY);
    assert!(turn.gas_burned < rent && turn.gas_required > rent);
    let effects = turn.outcome.expect("it is no failure");
    assert_eq!((effects.wait, effects.exit), (None, Some([0; 32])));
}

#[test]
fn a_turn_may_reply_and_wait() {
    let mut chain = handling(&format!(
        "{} (drop (call $reply (i32.const 0) (i32.const 1) (i32.const 64)))",
        waiting(3)
    ));
    let effects = chain.turn();
    assert_eq!(reply(&effects), [0]);
    assert_eq!(waits(&effects).blocks, 3);
}

#[test]
fn what_is_burned_and_what_is_set_aside_fit_the_limit() {
    let mut random: u64 = 0x5eed;
    let mut next = |bound: u64| {
        random ^= random >> 12;
        random ^= random << 25;
        random ^= random >> 27;
        (random.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) % bound
    };
    let (mut waited, mut failed) = (0, 0);
    for _ in 0..300 {
        let calls: String = (0..=next(6))
            .map(|_| match next(8) {
                0..=2 => format!("(drop (call $wait (i32.const {})))", next(2_000)),
                3 => {
                    let flags = next(300) << flag::LETTER_SHIFT | u64::from(flag::AWAIT);
                    format!(
                        "(drop (call $send (i32.const 0) (i32.const 0) (i32.const 0) \
                        (i32.const 64) (i32.const 0) (i64.const -1) (i32.const 0) (i32.const {flags}) \
                        (i32.const 128)))"
                    )
                }
                4 => format!(
                    "(drop (call $send (i32.const 0) (i32.const 0) (i32.const 0) \
                    (i32.const 64) (i32.const 0) (i64.const {}) (i32.const {}) (i32.const 0) (i32.const 128)))",
                    next(1_000_000_007),
                    next(50)
                ),
                5 => "(drop (memory.grow (i32.const 1)))".to_string(),
                6 => format!(
                    "(i32.store (i32.const {}) (i32.const {}))",
                    next(65_000),
                    next(2)
                ),
                _ => "(if (i32.eqz (i32.and (i32.load (i32.const 128)) (i32.const 7)))
                    (then unreachable))"
                    .to_string(),
            })
            .collect();
        let signal = match next(2) {
            0 => "",
            _ => r#"(func (export "handle_signal"))"#,
        };
        let mut chain = Chain::new(&format!(r#"{signal} (func (export "handle") {calls})"#));
        // Prices that are no whole units of fuel.
        chain.schedule.fuel = 1 + next(1_500);
        chain.schedule.rent = next(3_000_000);
        chain.schedule.signal = next(3_000_000_007);
        chain.context.gas_reserve = next(3) * next(20_000_000_003);
        for _ in 0..next(3) {
            let page = PageIndex(next(4) as u16);
            chain
                .world
                .pages
                .insert(page, vec![next(2) as u8; 16 * 1024]);
            chain.memory.pages.insert(page);
        }
        let start = chain
            .schedule
            .start(&chain.code, Entry::Handle, &chain.memory);
        let limit = start + next(40_000) * US + next(1_000_000);
        let reserve = chain.context.gas_reserve;
        let turn = chain.run(Entry::Handle, limit);
        assert!(turn.gas_burned <= turn.gas_required && turn.gas_burned <= limit);
        assert!(turn.gas_required <= limit + reserve);
        match &turn.outcome {
            Ok(effects) => {
                assert!(turn.gas_burned + aside(effects) <= turn.gas_required);
                waited += u32::from(effects.wait.is_some());
            }
            Err(_) => failed += 1,
        }
        // With exactly that in its purse.
        let limit = turn.gas_required.min(limit);
        chain.context.gas_reserve = turn.gas_required - limit;
        let exact = chain.run(Entry::Handle, limit);
        // Calls that were refused for lack of gas are refused with less all the more.
        assert_eq!(exact.outcome, turn.outcome);
        assert_eq!(exact.gas_burned, turn.gas_burned);
    }
    assert!(
        waited > 50 && failed > 20,
        "{waited} waited, {failed} failed"
    );
}

#[test]
fn waking_what_does_not_wait_costs_the_look_up_alone() {
    let mut chain = handling("(drop (call $wake (i32.const 0)))");
    let (gas, proof) = costs(&mut chain);
    let price = chain.schedule.look_up;
    assert!(gas > price && gas < price + SMALL, "{gas}");
    assert_eq!(proof, u64::from(chain.schedule.proof_access));
}

// Waking.

/// Wakes the message `[9; 32]`, and then itself.
fn waking() -> Chain {
    let id: String = [r"\09"; 32].concat();
    Chain::new(&format!(
        r#"(data (i32.const 0) "{id}")
        (func (export "handle")
            (drop (call $emit (i32.const 0) (i32.const 1)))
            (i32.store (i32.const 200) (call $wake (i32.const 0)))
            (call $message_id (i32.const 64))
            (i32.store (i32.const 204) (call $wake (i32.const 64)))
            (drop (call $reply (i32.const 200) (i32.const 8) (i32.const 300))))"#
    ))
}

#[test]
fn another_message_that_waits_is_woken_in_the_order_of_the_calls() {
    let mut chain = waking();
    let (other, own) = (MessageId([9; 32]), MessageId([1; 32]));
    // The one that runs is not woken even if the chain took it for waiting.
    chain.world.waiting.extend([other, own]);
    let effects = chain.turn();
    assert_eq!(
        reply(&effects),
        [0, error::NOT_FOUND].map(i32::to_le_bytes).concat()
    );
    assert!(matches!(effects.effects[0], Effect::Emit(_)));
    assert_eq!(effects.effects[1], Effect::Wake(other));
    assert!(matches!(effects.effects[2], Effect::Reply(_)));
    assert_eq!(chain.world.asked, [Asked::Code, Asked::Waiting(other)]);
}

#[test]
fn what_does_not_wait_is_not_woken() {
    let mut chain = waking();
    let effects = chain.turn();
    assert_eq!(
        reply(&effects),
        [error::NOT_FOUND; 2].map(i32::to_le_bytes).concat()
    );
    assert_eq!(effects.effects.len(), 2, "an event and the reply");
}

#[test]
fn wakes_are_kept_bytes() {
    let mut chain = handling(
        r#"(i32.store (i32.const 200) (call $wake (i32.const 0)))
        (i32.store (i32.const 204) (call $wake (i32.const 0)))
        (i32.store (i32.const 208) (call $wake (i32.const 0)))
        (drop (call $reply (i32.const 200) (i32.const 12) (i32.const 300)))"#,
    );
    chain.world.waiting.insert(MessageId([0; 32]));
    // Two wakes of 32 bytes, and the reply of 12.
    chain.limits.effect_bytes = 3 * 256 + 2 * 32 + 12;
    let effects = chain.turn();
    let results = [0, 0, error::OVER_LIMIT].map(i32::to_le_bytes);
    assert_eq!(reply(&effects), results.concat());
    assert_eq!(effects.effects.len(), 3);
}

// Asking what waits.

/// Asks for the message `[9; 32]`, for one that nobody has heard of, and for itself.
const ASK: &str = r#"
    (i32.store (i32.const 200) (call $waits (i32.const 0)))
    (i32.store (i32.const 204) (call $waits (i32.const 32)))
    (call $message_id (i32.const 64))
    (i32.store (i32.const 208) (call $waits (i32.const 64)))"#;

fn asking(body: &str) -> Chain {
    let id: String = [r"\09"; 32].concat();
    let mut chain = Chain::new(&format!(
        r#"(data (i32.const 0) "{id}")
        (func $ask {ASK})
        (func $tell (call $ask) (drop (call $emit (i32.const 200) (i32.const 12))))
        (func $answer (call $ask)
            (drop (call $reply (i32.const 200) (i32.const 12) (i32.const 300))))
        (export "init" (func $tell)) (export "handle_reply" (func $tell))
        (export "handle_signal" (func $tell)) (export "state" (func $answer))
        (func (export "handle") {body} (call $tell))"#
    ));
    // The one that runs does not wait even if the chain took it for waiting.
    chain.world.waiting.extend([OTHER, OWN]);
    chain
}

const OTHER: MessageId = MessageId([9; 32]);
const OWN: MessageId = MessageId([1; 32]);

#[test]
fn a_program_asks_which_other_message_of_its_waits() {
    for entry in [
        Entry::Init,
        Entry::Handle,
        Entry::HandleReply,
        Entry::HandleSignal,
        Entry::State,
    ] {
        let mut chain = asking("");
        let effects = chain.run(entry, PLENTY).outcome.expect("it finishes");
        let told = match &effects.effects[..] {
            [Effect::Emit(told)] => told,
            [Effect::Reply(told)] => &told.payload,
            other => panic!("{other:?}"),
        };
        let expected = [1, 0, 0].map(i32::to_le_bytes).concat();
        assert_eq!(*told, expected, "{entry:?}");
        let none = MessageId([0; 32]);
        let asked = [
            Asked::Waiting(OTHER),
            Asked::Waiting(none),
            Asked::Signalled(none),
        ];
        assert_eq!(chain.world.asked[1..], asked, "each is asked for");
    }
}

#[test]
fn who_is_to_be_signalled_waits_still() {
    let mut chain = asking("");
    chain.world.waiting.clear();
    chain.world.signalled.extend([OTHER, OWN]);
    let effects = chain.turn();
    let Effect::Emit(told) = &effects.effects[0] else {
        panic!("{effects:?}");
    };
    assert_eq!(*told, [1, 0, 0].map(i32::to_le_bytes).concat());
}

#[test]
fn a_message_that_this_turn_has_woken_waits_still() {
    let mut chain = asking(&succeeding("(call $wake (i32.const 0))"));
    let effects = chain.turn();
    assert_eq!(effects.effects[0], Effect::Wake(OTHER));
    let Effect::Emit(told) = &effects.effects[1] else {
        panic!("{effects:?}");
    };
    assert_eq!(told[..4], 1i32.to_le_bytes());
}

#[test]
fn asking_what_waits_is_paid_for_first() {
    let mut chain = handling("(drop (call $waits (i32.const 0)))");
    chain.schedule.proof_byte = 1_000;
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.clone().expect("it finishes");
    assert_eq!(effects.effects, [], "it changes nothing");
    let (gas, proof) = costs(&mut chain);
    // Whether it waits, and whether it is signalled.
    assert_eq!(proof, 2 * u64::from(chain.schedule.proof_access));
    let price = chain.schedule.syscall + 2 * chain.schedule.look_up + 1_000 * proof;
    assert!(gas >= price && gas < price + US);
    // Before the proof can be paid, nothing is asked.
    let none = turn.gas_burned - 1_000 * proof - chain.schedule.look_up;
    let less = chain.run(Entry::Handle, none);
    let failure = less.outcome.expect_err("too little");
    assert_eq!(failure.code, ReplyCode::OutOfGas);
    assert_eq!(chain.world.asked, [Asked::Code]);
}

// Awaiting.

const SEND: &str =
    "(call $send (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0)
    (i64.const -1) (i32.const 0) (i32.const FLAGS) (i32.const 128))";
const CREATE: &str = "(call $create_program (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0) (i64.const -1) (i32.const FLAGS)
    (i32.const 128) (i32.const 160))";

/// A handler that makes a call, and replies with its number.
fn flagged(call: &str, flags: u32) -> Chain {
    let mut chain = answering(&call.replace("FLAGS", &flags.to_string()));
    chain.world.codes.insert(CodeHash([0; 32]));
    chain
}

fn send(effects: &Effects) -> &Send {
    match &effects.effects[0] {
        Effect::Send(send) => send,
        other => panic!("{other:?} is no send"),
    }
}

fn letter_flags(blocks: u32) -> u32 {
    blocks << flag::LETTER_SHIFT | flag::AWAIT
}

#[test]
fn a_send_to_a_program_is_awaited_and_no_letter() {
    // Also with more blocks than any letter may stand: they mean nothing there.
    for flags in [flag::AWAIT, letter_flags(20_000)] {
        let mut chain = flagged(SEND, flags);
        chain.world.addresses.insert([0; 32]);
        let effects = chain.turn();
        assert!(send(&effects).is_awaited);
        assert_eq!((send(&effects).delay, &send(&effects).letter), (0, &None));
        assert_eq!(chain.world.asked, [Asked::Code, Asked::Address([0; 32])]);
    }
    let mut chain = flagged(SEND, 0);
    let effects = chain.turn();
    assert!(!send(&effects).is_awaited && send(&effects).letter.is_none());
    assert_eq!(
        chain.world.asked,
        [Asked::Code],
        "nor is anything looked up"
    );
}

#[test]
fn a_send_to_a_user_that_is_awaited_is_a_letter() {
    for (blocks, stands) in [(0, 100), (1, 1), (14_400, 14_400)] {
        let mut chain = flagged(SEND, letter_flags(blocks));
        let turn = chain.run(Entry::Handle, PLENTY);
        let effects = turn.outcome.clone().expect("it finishes");
        let letter = Letter {
            blocks: stands,
            rent: Gas::from(stands) * chain.schedule.rent,
        };
        assert!(send(&effects).is_awaited);
        assert_eq!(send(&effects).letter, Some(letter.clone()));
        // Its rent is set aside: neither burned nor left.
        assert_eq!(aside(&effects), letter.rent);
        assert_eq!(turn.gas_required, turn.gas_burned + letter.rent);
        exactly(&mut chain, &turn);
    }
    assert_eq!(
        answer(&mut flagged(SEND, letter_flags(14_401))),
        error::OVER_LIMIT
    );
}

#[test]
fn a_letter_whose_rent_is_not_there_is_not_sent() {
    let mut chain = flagged(SEND, letter_flags(14_400));
    let burned = chain.run(Entry::Handle, PLENTY).gas_burned;
    let turn = chain.run(Entry::Handle, burned + 7_000 * chain.schedule.rent);
    let effects = turn.outcome.expect("it finishes");
    assert_eq!(reply(&effects), error::NOT_ENOUGH_GAS.to_le_bytes());
    assert_eq!((effects.effects.len(), aside(&effects)), (1, 0));
    // It burns the same: a page for the number instead of one for the id.
    assert_eq!(turn.gas_burned, burned);
}

#[test]
fn a_program_that_this_turn_creates_gets_no_letter() {
    let mut chain = Chain::new(&format!(
        r#"(func (export "handle") {} {})"#,
        succeeding(&CREATE.replace("FLAGS", "1")),
        succeeding(
            &SEND
                .replace("(call $send (i32.const 0)", "(call $send (i32.const 128)")
                .replace("(i32.const 128))", "(i32.const 256))")
                .replace("FLAGS", "1")
        )
    ));
    chain.world.codes.insert(CodeHash([0; 32]));
    let effects = chain.turn();
    let [Effect::Create(create), Effect::Send(send)] = &effects.effects[..] else {
        panic!("it creates and sends");
    };
    assert!(create.is_awaited && send.is_awaited);
    assert_eq!(send.destination, create.program);
    assert_eq!(send.letter, None);
}

#[test]
fn flags_that_mean_nothing_are_refused() {
    for flags in [2, 3, 0x80, 0x81, 1 << flag::LETTER_SHIFT, u32::MAX - 1] {
        assert_eq!(
            answer(&mut flagged(SEND, flags)),
            error::NOT_ALLOWED,
            "{flags:#x}"
        );
    }
    for flags in [2, 3, letter_flags(1), 1 << flag::LETTER_SHIFT, u32::MAX] {
        assert_eq!(
            answer(&mut flagged(CREATE, flags)),
            error::NOT_ALLOWED,
            "{flags:#x}"
        );
    }
    assert_eq!(answer(&mut flagged(CREATE, 0)), 0);
    let mut awaiting = flagged(CREATE, flag::AWAIT);
    assert!(matches!(&awaiting.turn().effects[0], Effect::Create(create) if create.is_awaited));
}

#[test]
fn only_a_message_that_can_wait_awaits() {
    for call in [SEND, CREATE] {
        for entry in [
            Entry::Init,
            Entry::Handle,
            Entry::HandleReply,
            Entry::HandleSignal,
            Entry::Migrate,
        ] {
            let handle = match entry {
                Entry::Handle => "",
                _ => r#"(func (export "handle"))"#,
            };
            let call = call.replace("FLAGS", "1");
            let mut chain = Chain::new(&format!(
                r#"{handle} (func (export "{}")
                (i32.store (i32.const 60000) {call})
                (drop (call $emit (i32.const 60000) (i32.const 4))))"#,
                entry.export()
            ));
            chain.world.codes.insert(CodeHash([0; 32]));
            let effects = chain.run(entry, PLENTY).outcome.expect("it finishes");
            let number = match entry {
                Entry::Init | Entry::Handle => 0i32,
                _ => error::NOT_ALLOWED,
            };
            let told = Effect::Emit(number.to_le_bytes().to_vec());
            assert_eq!(effects.effects.last(), Some(&told), "{entry:?}");
            assert_eq!(effects.effects.len() == 2, number == 0);
        }
    }
}

/// Gas that a handler burns besides its start, and bytes that it proves besides its code and
/// stored pages.
fn costs(chain: &mut Chain) -> (Gas, u64) {
    let turn = chain.run(Entry::Handle, PLENTY);
    turn.outcome.expect("it finishes");
    let start = chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory);
    let code = u64::from(chain.code.code_len + chain.schedule.proof_access);
    (turn.gas_burned - start, turn.proof - code)
}

#[test]
fn what_an_awaited_message_costs_more_is_its_answer_and_its_letter() {
    let schedule = Schedule::default();
    let access = u64::from(schedule.proof_access);
    let cost = |call: &str, flags: u32, is_program: bool, entries: &str| {
        let call = call.replace("FLAGS", &flags.to_string());
        let mut chain = Chain::new(&format!(
            r#"{entries} (func (export "handle") (drop {call}))"#
        ));
        chain.world.codes.insert(CodeHash([0; 32]));
        if is_program {
            chain.world.addresses.insert([0; 32]);
        }
        costs(&mut chain)
    };
    let more = |call, is_program, entries: &str| {
        let (gas, proof) = cost(call, 0, is_program, entries);
        let (gas_awaited, proof_awaited) = cost(call, 1, is_program, entries);
        (gas_awaited - gas, proof_awaited - proof)
    };
    let replies = r#"(func (export "handle_reply"))"#;
    let (answer, look_up) = (schedule.answer, schedule.look_up);
    assert_eq!(more(SEND, true, ""), (answer + look_up, access));
    assert_eq!(more(CREATE, false, ""), (answer, 0));
    // It is paid for once.
    assert_eq!(more(SEND, true, replies), (look_up, access));
    assert_eq!(more(CREATE, false, replies), (0, 0));
    let letter = (answer + look_up + schedule.letter, 5 * access);
    assert_eq!(more(SEND, false, ""), letter);
}

// Delays.

#[test]
fn a_delayed_message_says_so_and_its_time_is_paid_for() {
    let mut at_once = sending(1_000, 0, 11, 0, 0);
    let effects = at_once.turn();
    assert_eq!(send(&effects).delay, 0);
    let cost = |delay: u32| {
        let mut chain = sending(1_000, 0, 11, delay, 0);
        let effects = chain
            .run(Entry::Handle, PLENTY)
            .outcome
            .expect("it finishes");
        assert_eq!(send(&effects).delay, delay);
        assert_eq!(
            (send(&effects).gas, &send(&effects).letter),
            (Some(1_000), &None)
        );
        costs(&mut chain)
    };
    let schedule = Schedule::default();
    let (none, proof) = cost(0);
    let (one, proof_of_one) = cost(1);
    let bytes = 11;
    assert_eq!(
        one - none,
        schedule.delay + schedule.kept_byte * bytes + schedule.rent + schedule.rent_byte * bytes
    );
    assert_eq!(
        proof_of_one - proof,
        4 * u64::from(schedule.proof_access) + 11
    );
    assert_eq!(
        cost(14_400).0 - one,
        14_399 * (schedule.rent + schedule.rent_byte * bytes),
        "burned for each block"
    );
}

#[test]
fn a_delay_that_cannot_be_says_why() {
    assert_eq!(sent(&mut sending(0, 0, 0, 14_400, 0)), 0);
    assert_eq!(sent(&mut sending(0, 0, 0, 14_401, 0)), error::OVER_LIMIT);
    // Before its time would have to be paid for.
    assert_eq!(sent(&mut sending(0, 0, 0, u32::MAX, 0)), error::OVER_LIMIT);
    assert_eq!(sent(&mut sending(-1, 0, 0, 1, 0)), error::NOT_ALLOWED);
    assert_eq!(sent(&mut sending(0, 0, 0, 1, 1)), error::NOT_ALLOWED);
    assert_eq!(sent(&mut sending(-1, 0, 0, 0, 0)), 0);
    assert_eq!(sent(&mut sending(-2, 0, 0, 1, 0)), error::OUT_OF_RANGE);
}

#[test]
fn a_delay_whose_time_cannot_be_paid_for_says_so() {
    // A microsecond a block: ten thousand take 10 ms.
    let long = 10_000;
    let rent = Schedule::default().renting(long, 0);
    let mut chain = sending(0, 0, 0, long, 0);
    let needed = chain.run(Entry::Handle, PLENTY).gas_required;
    let sent_with = |chain: &mut Chain, gas| {
        let turn = chain.run(Entry::Handle, gas);
        let effects = turn.outcome.expect("it finishes").effects;
        (
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Send(_))),
            turn.gas_burned,
        )
    };
    assert_eq!(sent_with(&mut chain, needed), (true, needed));
    // Nothing is burned for blocks that it does not get.
    let fuel = Schedule::default().fuel;
    let (is_sent, burned) = sent_with(&mut chain, needed - rent / 2);
    assert!(!is_sent && burned <= needed - rent + 100 * fuel, "{burned}");
    // Nor where something else is not there: value, deposit money, gas to split off.
    let at_once = sending(0, 0, 0, 0, 0).run(Entry::Handle, PLENTY).gas_burned;
    let most = at_once + Schedule::default().delay + 100 * fuel;
    let refused = |mut chain: Chain, expected: i32| {
        assert_eq!(sent(&mut chain), expected);
        let burned = chain.run(Entry::Handle, PLENTY).gas_burned;
        assert!(burned <= most, "{expected}: {burned}");
    };
    let mut poor = sending(0, 99, 0, long, 0);
    poor.world.balance = 98;
    refused(poor, error::NOT_ENOUGH_VALUE);
    refused(sending(i64::MAX, 0, 0, long, 0), error::NOT_ENOUGH_GAS);
    let beyond = Chain::new(&format!(
        r#"(data (i32.const 96) "\ff\ff\ff")
        (func (export "handle")
            (i32.store (i32.const 200) (call $send (i32.const 0) (i32.const 0) (i32.const 0)
                (i32.const 64) (i32.const 96) (i64.const 0) (i32.const {long}) (i32.const 0)
                (i32.const 128)))
            (drop (call $reply (i32.const 128) (i32.const 76) (i32.const 1000))))"#
    ));
    refused(beyond, error::NOT_ENOUGH_DEPOSIT);
}

// Turns that are not the first.

#[test]
fn a_message_that_has_replied_cannot_again() {
    let mut chain = Chain::new(
        r#"(func (export "handle")
            (i32.store (i32.const 0) (call $reply (i32.const 0) (i32.const 1) (i32.const 64)))
            (drop (call $emit (i32.const 0) (i32.const 4))))"#,
    );
    let number = |chain: &mut Chain| match chain.turn().effects.pop() {
        Some(Effect::Emit(data)) => i32::from_le_bytes(data.try_into().expect("four bytes")),
        other => panic!("{other:?} is no event"),
    };
    assert_eq!(number(&mut chain), 0);
    chain.context.has_replied = true;
    assert_eq!(number(&mut chain), error::ALREADY_REPLIED);
}

#[test]
fn a_turn_knows_why_it_runs() {
    let reply = ReplyContext {
        to: MessageId([6; 32]),
        code: ReplyCode::Panicked,
        payload: b"oh no".to_vec(),
        value: 17,
    };
    for (number, cause) in [
        (0, Cause::Fresh),
        (1, Cause::Reply(reply)),
        (2, Cause::Woken),
        (3, Cause::Deadline),
    ] {
        let mut chain = answering("(call $turn_cause)");
        chain.context.cause = cause.clone();
        assert_eq!(answer(&mut chain), number);
        let mut chain = answering("(call $reply_code)");
        chain.context.cause = cause;
        let code = if number == 1 {
            0x101
        } else {
            error::NOT_ALLOWED
        };
        assert_eq!(answer(&mut chain), code, "{number}");
    }
}

#[test]
fn a_resumed_init_does_not_initialise_again() {
    let mut chain = Chain::new(&format!(
        r#"(func (export "_initialize")
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1))))
        (func (export "init") {}
            (drop (call $reply (i32.const 0) (i32.const 4) (i32.const 64))))"#,
        waiting(1)
    ));
    for cause in [Cause::Fresh, Cause::Woken, Cause::Deadline] {
        let start = chain
            .schedule
            .start(&chain.code, Entry::Init, &chain.memory);
        chain.context.cause = cause;
        let turn = chain.run(Entry::Init, PLENTY);
        assert!(turn.gas_burned > start);
        let effects = turn.outcome.expect("it finishes");
        assert_eq!(reply(&effects), [1, 0, 0, 0]);
        chain.commit(&effects);
        let next = chain
            .schedule
            .start(&chain.code, Entry::Init, &chain.memory);
        assert_eq!(waits(&effects).resume, next);
    }
}

// Signals.

const READ_SIGNAL: &str = r#"
    (call $signal_message (i32.const 0))
    (i32.store (i32.const 32) (call $signal_code))
    (call $message_id (i32.const 36))
    (call $message_value (i32.const 68))
    (drop (call $message_read (i32.const 0) (i32.const 5) (i32.const 84)))
    (drop (call $emit (i32.const 0) (i32.const 89)))"#;

#[test]
fn a_signal_tells_which_message_failed_and_how() {
    let mut chain = Chain::new(&format!(
        r#"(func (export "handle")) (func (export "handle_signal") {READ_SIGNAL})"#
    ));
    chain.context.message.value = 0;
    chain.context.signal = Some(SignalContext {
        message: MessageId([6; 32]),
        code: ReplyCode::OutOfGas,
    });
    let effects = chain
        .run(Entry::HandleSignal, PLENTY)
        .outcome
        .expect("it finishes");
    let [Effect::Emit(seen)] = &effects.effects[..] else {
        panic!("it emits");
    };
    assert_eq!(seen[..32], [6; 32]);
    assert_eq!(seen[32..36], 0x102i32.to_le_bytes());
    assert_eq!(seen[36..68], [1; 32], "the signal's own");
    assert_eq!(seen[68..84], [0; 16]);
    assert_eq!(seen[84..], *b"hello");
}

#[test]
fn without_a_signal_there_is_none_to_read() {
    let run = |body: &str| {
        let mut chain = Chain::new(&format!(
            r#"(func (export "handle")) (func (export "handle_signal") {body})"#
        ));
        chain.run(Entry::HandleSignal, PLENTY).outcome
    };
    let code = "(if (i32.ne (call $signal_code) (i32.const -6)) (then unreachable))";
    run(code).expect("it is refused by a number");
    let failure = run("(call $signal_message (i32.const 0))").expect_err("it has no number");
    assert_eq!(failure.code, ReplyCode::SyscallMisuse);
}

// Taking the place of other code.

#[test]
fn migrate_runs_after_initialize_in_a_fresh_memory() {
    let mut chain = Chain::new(
        r#"(global $root (export "root") (mut i32) (i32.const 0))
        (func (export "_initialize")
            (if (i32.load (i32.const 0)) (then unreachable))
            (i32.store (i32.const 0) (i32.const 1)))
        (func (export "migrate")
            (if (i32.ne (i32.load (i32.const 0)) (i32.const 1)) (then unreachable))
            (global.set $root (call $state_get
                (i32.const 4) (i32.const 1) (i32.const 8) (i32.const 1))))
        (func (export "handle"))"#,
    );
    chain.world.state.insert(vec![0], vec![1, 2, 3]);
    let effects = chain
        .run(Entry::Migrate, PLENTY)
        .outcome
        .expect("it finishes");
    assert_eq!(effects.memory.globals, [3], "keyed state is kept");
    assert_eq!(effects.memory.wasm_pages, 1);
    assert!(effects.memory.stored.contains_key(&PageIndex(0)));
}

#[test]
fn pages_that_are_replaced_are_paid_for_at_the_start() {
    for body in [
        r#"(func (export "handle")) (func (export "migrate"))"#,
        // Nothing runs, and the pages go all the same.
        r#"(func (export "handle"))"#,
    ] {
        let mut chain = Chain::new(body);
        chain.schedule.proof_byte = 1_000;
        let none = chain.run(Entry::Migrate, PLENTY);
        chain.replaced_pages = 256;
        let all = chain.run(Entry::Migrate, PLENTY);
        let proof = 256 * u64::from(chain.schedule.proof_access);
        let removal = 256 * chain.schedule.page_free + 1_000 * proof;
        assert_eq!(chain.schedule.replace(256), removal);
        assert_eq!(all.gas_burned - none.gas_burned, removal);
        assert_eq!(all.proof - none.proof, proof);
        // At the start: with too little, not even the code is asked for.
        let less = chain.run(Entry::Migrate, removal - 1);
        let failure = less.outcome.expect_err("too little");
        assert_eq!((failure.code, less.proof), (ReplyCode::OutOfGas, 0));
        assert!(chain.world.asked.is_empty());
    }
}

// Proofs.

#[test]
fn what_waiting_and_waking_touch_is_proven_and_paid_for() {
    let access = u64::from(Schedule::default().proof_access);
    let mut chain = handling(&waiting(1));
    let (gas, proof) = costs(&mut chain);
    assert_eq!(proof, 4 * access + 5, "its payload has five bytes");
    chain.schedule.proof_byte = 1_000;
    assert_eq!(costs(&mut chain), (gas + 1_000 * proof, proof));

    let mut chain = handling("(drop (call $wake (i32.const 0)))");
    chain.world.waiting.insert(MessageId([0; 32]));
    let (gas, proof) = costs(&mut chain);
    let price = chain.schedule.wake + chain.schedule.look_up;
    assert!(gas > price && gas < price + SMALL);
    assert_eq!(proof, 5 * access, "and the look-up");
    chain.schedule.proof_byte = 1_000;
    assert_eq!(costs(&mut chain), (gas + 1_000 * proof, proof));
}
