//! Storage deposits.

use actors_primitives::{ReplyCode, PAGE_SIZE};
use frame_support::traits::fungible::hold::Inspect;

use crate::{mock::*, HoldReason, Pallet};

fn held(program: &AccountId) -> u128 {
    Balances::balance_on_hold(&HoldReason::Storage.into(), program)
        - Pallet::<Test>::record_deposit()
}

fn growth_is_paid_by_the_caller_and_freed_bytes_are_the_programs() {
    let program = create("store");
    let (before, base) = (total(&ALICE), total(&program));
    Fees::set(0);
    // One item of a key of one byte and a value of a hundred.
    let deposit = 1_000_000 + 101 * 1_000;
    assert_eq!(ask(&program, &[1; 100]).payload, [0; 4]);
    assert_eq!(held(&program), deposit);
    assert_eq!(total(&program), base + deposit);
    assert_eq!(total(&ALICE), before - deposit - Fees::get());

    ask(&program, &[1; 40]);
    assert_eq!(held(&program), deposit - 60_000);
    ask(&program, b"");
    assert_eq!(held(&program), 0);
    assert_eq!(total(&program), base + deposit, "what was freed is its own");
    assert_eq!(total(&ALICE), before - deposit - Fees::get());
}

fn a_page_costs_a_page() {
    let program = create("counter");
    ask(&program, b"");
    let page = 1_000_000 + u128::from(PAGE_SIZE) * 1_000;
    let entry = 1_000_000 + (5 + 4) * 1_000;
    assert_eq!(held(&program), page + entry);
    ask(&program, b"");
    assert_eq!(
        held(&program),
        page + entry,
        "the second time nothing grows"
    );
}

fn too_little_deposit_fails_the_turn() {
    let program = create("store");
    let (before, base) = (total(&ALICE), total(&program));
    Fees::set(0);
    let deposit = 1_000_000 + 101 * 1_000;
    let reply = ask_with(&program, &[1; 100], 0, GAS, deposit - 1);
    assert_eq!(reply.code, ReplyCode::DepositShortfall);
    assert_eq!((held(&program), total(&program)), (0, base));
    assert_eq!(total(&ALICE), before - Fees::get());
    assert_eq!(
        ask_with(&program, &[1; 100], 0, GAS, deposit).code,
        ReplyCode::Replied
    );
}

/// What the next message on `program` takes from Alice's account besides its gas.
fn paid(program: &AccountId, words: &[u8]) -> u128 {
    let before = total(&ALICE);
    Fees::set(0);
    assert_eq!(ask(program, words).code, ReplyCode::Replied);
    before - total(&ALICE) - Fees::get()
}

fn a_dearer_byte_is_paid_by_who_stores_it() {
    let program = create("store");
    ask(&program, &[1; 100]);
    let old = held(&program);
    PerByte::mutate(|price| *price *= 10);
    PerItem::mutate(|price| *price *= 10);
    // One byte more, at today's price: not the arrears of the record and of what was there.
    assert_eq!(paid(&program, &[1; 101]), 10_000);
    assert_eq!(paid(&program, &[2; 101]), 0);
    let stored = Balances::balance_on_hold(&HoldReason::Storage.into(), &program);
    assert_eq!(stored, Pallet::<Test>::record_deposit() / 10 + old + 10_000);

    // What is freed takes its part of what is there with it, whatever it once cost.
    let [with, without] = [10_000_000 + 102 * 10_000, 0];
    let all = Pallet::<Test>::record_deposit() + with;
    let free = Balances::free_balance(&program);
    assert_eq!(paid(&program, b""), 0);
    let left = Balances::balance_on_hold(&HoldReason::Storage.into(), &program);
    let freed = stored * (with - without) / all;
    assert_eq!(left, stored - freed);
    assert_eq!(Balances::free_balance(&program), free + freed);
    assert!(left > 0 && freed > 0);
}

fn a_cheaper_byte_gives_nothing_back_that_was_not_freed() {
    let program = create("store");
    ask(&program, &[1; 100]);
    let stored = Balances::balance_on_hold(&HoldReason::Storage.into(), &program);
    PerByte::set(0);
    PerItem::set(100);
    assert_eq!(paid(&program, &[1; 101]), 0);
    assert_eq!(
        Balances::balance_on_hold(&HoldReason::Storage.into(), &program),
        stored
    );
    // One item of two.
    assert_eq!(paid(&program, b""), 0);
    assert_eq!(
        Balances::balance_on_hold(&HoldReason::Storage.into(), &program),
        stored.div_ceil(2)
    );
}

fn a_program_grows_although_the_existential_deposit_was_raised() {
    let program = create("store");
    ExistentialDeposit::set(Balances::free_balance(&program) + 500);
    Pallet::<Test>::endow_escrow();
    let deposit = 1_000_000 + 101 * 1_000;
    // Whoever makes it grow first brings its account to what it must have now.
    assert_eq!(paid(&program, &[1; 100]), deposit + 500);
    assert_eq!(held(&program), deposit);
    assert_eq!(paid(&program, &[1; 101]), 1_000);
}

cases![
    a_dearer_byte_is_paid_by_who_stores_it,
    a_cheaper_byte_gives_nothing_back_that_was_not_freed,
    a_program_grows_although_the_existential_deposit_was_raised,
    growth_is_paid_by_the_caller_and_freed_bytes_are_the_programs,
    a_page_costs_a_page,
    too_little_deposit_fails_the_turn,
];
