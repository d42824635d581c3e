//! Value in escrow.

use actors_primitives::ReplyCode;
use frame_support::{
    assert_ok,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
        Hooks,
    },
};

use crate::{mock::*, Pallet, Service};

fn the_first_block_endows_the_escrow_account() {
    let escrow = Pallet::<Test>::escrow();
    let minimum = Balances::minimum_balance();
    assert_eq!(Balances::balance(&escrow), minimum);
    // Whatever the genesis of other pallets has made of it.
    let all: u128 = frame_system::Account::<Test>::iter()
        .map(|(_, account)| account.data.free + account.data.reserved)
        .sum();
    assert_eq!(Balances::total_issuance(), all);
    // No other block does, and an upgrade adds what is missing of that, beside what is in flight.
    let program = create("echo");
    send_as(&ALICE, program, vec![], 100, GAS, 0).expect("it is accepted");
    let brought = 100 + Price::get().cost(GAS);
    ExistentialDeposit::mutate(|minimum| *minimum += 5);
    begin_block();
    assert_eq!(Balances::balance(&escrow), minimum + brought);
    Actors::on_runtime_upgrade();
    assert_eq!(Balances::balance(&escrow), minimum + 5 + brought);
    // What was taken out of it by others is not minted again.
    assert_ok!(Balances::burn_from(
        &escrow,
        1,
        Preservation::Expendable,
        Precision::Exact,
        Fortitude::Force
    ));
    Actors::on_runtime_upgrade();
    assert_eq!(Balances::balance(&escrow), minimum + 4 + brought);
    assert_ok!(Balances::mint_into(&escrow, 1));
    ExistentialDeposit::mutate(|minimum| *minimum -= 5);
    idle();
}

fn value_waits_in_escrow_and_arrives_with_the_turn() {
    let program = create("echo");
    let (alice, base) = (total(&ALICE), total(&program));
    let id = send_as(&ALICE, program.clone(), vec![], 9, GAS, 0).expect("the message is accepted");
    assert_eq!(in_flight(), 9);
    // Neither it nor what the call brought for gas has touched another account, until the block ends.
    let brought = 9 + Price::get().cost(GAS);
    let escrow = || Balances::balance(&Pallet::<Test>::escrow());
    assert_eq!(Service::<Test>::get().till.cash, brought);
    assert_eq!(escrow(), EXISTENTIAL_DEPOSIT);
    begin_block();
    assert_eq!(escrow(), EXISTENTIAL_DEPOSIT + brought);
    Fees::set(0);
    idle();
    assert_eq!(in_flight(), 0);
    assert_eq!(escrow(), EXISTENTIAL_DEPOSIT);
    let reply = reply_to(id).expect("it was served");
    assert_eq!((reply.code, reply.value), (ReplyCode::Replied, 4));
    assert_eq!(total(&program), base + 5);
    assert_eq!(total(&ALICE), alice - 5 - Fees::get());
}

fn issuance_changes_by_burned_gas_alone() {
    let before = Balances::total_issuance();
    Fees::set(0);
    let program = create("counter");
    for _ in 0..3 {
        ask_with(&program, b"", 12_345, GAS, DEPOSIT);
    }
    assert!(Fees::get() > 0);
    assert_eq!(Balances::total_issuance(), before - Fees::get());
}

cases![
    the_first_block_endows_the_escrow_account,
    value_waits_in_escrow_and_arrives_with_the_turn,
    issuance_changes_by_burned_gas_alone,
];
