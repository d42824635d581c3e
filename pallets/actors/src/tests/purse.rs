//! Purses: what a call costs, to the unit.

use actors_primitives::{GasPrice, ReplyCode};
use frame_support::traits::{
    fungible::Inspect as _,
    tokens::{Fortitude, Preservation},
    LockableCurrency, WithdrawReasons,
};

use crate::{mock::*, Error, Purses};

fn a_call_holds_its_price_and_gets_the_rest_back() {
    let program = create("echo");
    let before = total(&ALICE);
    Fees::set(0);
    let id = send_as(&ALICE, program, vec![], 0, GAS, UNIT).expect("the message is accepted");
    assert_eq!(in_purses(&ALICE), u128::from(GAS) * 7 / 1_000 + UNIT);
    assert_eq!(total(&ALICE), before);
    idle();
    assert_eq!(in_purses(&ALICE), 0);
    let burned = reply_to(id).expect("it was served").gas_burned;
    assert_eq!(Fees::get(), u128::from(burned) * 7 / 1_000);
    assert_eq!(total(&ALICE), before - Fees::get());
}

fn a_frozen_balance_does_not_make_gas_free() {
    let program = create("echo");
    let before = total(&ALICE);
    let id = send_as(&ALICE, program, vec![], 0, GAS, 0).expect("the message is accepted");
    // A lock on everything, between the call and the turn.
    Balances::set_lock(*b"vesting ", &ALICE, before, WithdrawReasons::all());
    let spendable =
        Balances::reducible_balance(&ALICE, Preservation::Expendable, Fortitude::Polite);
    assert_eq!(spendable, 0);
    Fees::set(0);
    idle();
    let burned = reply_to(id).expect("it was served").gas_burned;
    assert!(burned > 0);
    assert_eq!(Fees::get(), u128::from(burned) * 7 / 1_000);
    assert_eq!(total(&ALICE), before - Fees::get());
}

/// A lock on all that Alice has.
fn lock() {
    Balances::set_lock(*b"vesting ", &ALICE, total(&ALICE), WithdrawReasons::all());
}

fn a_frozen_balance_pays_for_no_call() {
    let program = create("store");
    lock();
    for deposit in [0, UNIT] {
        assert_eq!(
            send_as(&ALICE, program.clone(), vec![1; 100], 0, GAS, deposit),
            Err(Error::<Test>::GasNotPayable.into())
        );
    }
    assert_eq!(in_purses(&ALICE), 0);
}

fn no_number_of_calls_is_paid_out_of_what_is_frozen() {
    let program = create("store");
    let all = total(&ALICE);
    let frozen = all - 10 * UNIT;
    Balances::set_lock(*b"vesting ", &ALICE, frozen, WithdrawReasons::all());
    let call = |value, deposit| {
        send_as(&ALICE, program.clone(), vec![1; 100], value, GAS, deposit).map(|_| ())
    };
    let refused = Err(Error::<Test>::GasNotPayable.into());
    // Neither one after the other.
    assert_eq!(call(0, 8 * UNIT), Ok(()));
    assert_eq!(call(0, 8 * UNIT), refused);
    // Nor value besides.
    assert_eq!(
        call(8 * UNIT, 0),
        Err(Error::<Test>::ValueNotPayable.into())
    );
    idle();
    assert_eq!(call(8 * UNIT, 8 * UNIT), refused);
    assert_eq!(call(8 * UNIT, UNIT), Ok(()));
    idle();
    assert!(total(&ALICE) >= frozen);
}

fn a_lock_reaches_nothing_that_a_call_has_brought() {
    let program = create("store");
    let (before, base) = (total(&ALICE), total(&program));
    let id = send_as(&ALICE, program.clone(), vec![1; 100], 0, GAS, UNIT).expect("accepted");
    Balances::set_lock(*b"vesting ", &ALICE, before, WithdrawReasons::all());
    Fees::set(0);
    idle();
    // It had left before, as what a transfer sends has.
    assert_eq!(
        reply_to(id).expect("it was served").code,
        ReplyCode::Replied
    );
    let grown = total(&program) - base;
    assert!(grown > 0);
    assert_eq!(total(&ALICE), before - Fees::get() - grown);
    assert_eq!(in_purses(&ALICE), 0);
}

fn split_gas_is_the_receivers_and_comes_back_to_the_payer() {
    let (relay, spin, echo) = (create("relay"), create("spin"), create("echo"));
    let before = total(&ALICE);
    Fees::set(0);
    for (to, gas) in [(&spin, 777_777_777i64), (&echo, 3_000_000_001)] {
        let to: &[u8; 32] = to.as_ref();
        let payload = [&to[..], &gas.to_le_bytes(), &[0; 16], b"x"].concat();
        let reply = ask(&relay, &payload);
        assert_eq!(
            (reply.code, reply.payload),
            (ReplyCode::Replied, vec![0; 4])
        );
    }
    assert_eq!(Purses::<Test>::iter().count(), 0);
    assert_eq!(in_purses(&ALICE), 0);
    assert_eq!(total(&ALICE), before - Fees::get());
    // Four turns, of two calls: each is paid at the floor of all that it burned.
    let burned: Vec<u64> = events()
        .into_iter()
        .filter_map(|event| match event {
            crate::Event::MessageProcessed { gas_burned, .. } => Some(gas_burned),
            _ => None,
        })
        .collect();
    let turns = &burned[burned.len() - 4..];
    assert_eq!(
        turns[1], 777_777_777,
        "the spinning one burned all that was split off"
    );
    let calls = turns.chunks(2).map(|turns| turns.iter().sum::<u64>());
    let paid: u128 = calls.map(|gas| u128::from(gas) * 7 / 1_000).sum();
    assert_eq!(Fees::get(), paid);
}

fn shared_gas_is_paid_at_the_floor_of_the_sum() {
    let (relay, echo) = (create("relay"), create("echo"));
    let to: &[u8; 32] = echo.as_ref();
    let price = GasPrice {
        planck: 7,
        per_gas: 3_001,
    };
    Price::set(price);
    Fees::set(0);
    ask(
        &relay,
        &[&to[..], &(-1i64).to_le_bytes(), &[0; 16], b"x"].concat(),
    );
    let burned: Vec<u64> = events()
        .into_iter()
        .filter_map(|event| match event {
            crate::Event::MessageProcessed { gas_burned, .. } => Some(gas_burned),
            _ => None,
        })
        .collect();
    let turns = &burned[burned.len() - 2..];
    let sum: u64 = turns.iter().sum();
    let floors: u128 = turns.iter().map(|gas| u128::from(*gas) * 7 / 3_001).sum();
    assert_eq!(Fees::get(), u128::from(sum) * 7 / 3_001);
    assert_ne!(Fees::get(), floors, "rounding shows {turns:?}");
}

cases![
    a_call_holds_its_price_and_gets_the_rest_back,
    a_frozen_balance_does_not_make_gas_free,
    a_frozen_balance_pays_for_no_call,
    no_number_of_calls_is_paid_out_of_what_is_frozen,
    a_lock_reaches_nothing_that_a_call_has_brought,
    split_gas_is_the_receivers_and_comes_back_to_the_payer,
    shared_gas_is_paid_at_the_floor_of_the_sum,
];
