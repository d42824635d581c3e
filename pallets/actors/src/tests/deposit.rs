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

cases![
    growth_is_paid_by_the_caller_and_freed_bytes_are_the_programs,
    a_page_costs_a_page,
    too_little_deposit_fails_the_turn,
];
