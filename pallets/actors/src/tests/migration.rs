//! Migrations, on a state as the older version left it.

use codec::Encode;
use frame_support::{
    migrations::{SteppedMigration, SteppedMigrationError},
    storage::{storage_prefix, unhashed},
    traits::{
        fungible::{hold::Unbalanced as _, Unbalanced},
        tokens::{Fortitude, Precision, Preservation},
        Hooks, StorageVersion,
    },
    weights::{Weight, WeightMeter},
};

use super::player::*;
use crate::{
    migrations::v2::{step_weight, TakeHolds},
    mock::*,
    Endowment, HoldReason, Pallet, Purses, Service,
};

/// Where the record has the till, in bytes before the end: what follows has four numbers of 64 bits less one
/// half, and a flag.
const BEHIND_THE_TILL: usize = 1 + 8 + 8 + 8 + 4;
const TILL: usize = 32;

/// Brings the state back to version 1: the money of purses on hold on their payers' accounts, and a record of the
/// service without a till.
fn go_back() {
    Actors::on_finalize(System::block_number());
    let (exact, reason) = (Precision::Exact, HoldReason::Purse.into());
    for purse in Purses::<Test>::iter_values() {
        let all = purse.money();
        let (keep, force) = (Preservation::Preserve, Fortitude::Force);
        Balances::decrease_balance(&Pallet::<Test>::escrow(), all, exact, keep, force).unwrap();
        Balances::increase_balance_on_hold(&reason, &purse.payer, all, exact).unwrap();
    }
    let mut record = Service::<Test>::get().encode();
    let end = record.len() - BEHIND_THE_TILL;
    assert_eq!(record[end - TILL..end], [0; TILL], "nothing is in the till");
    record.drain(end - TILL..end);
    unhashed::put_raw(&storage_prefix(b"Actors", b"Service"), &record);
    unhashed::put(&storage_prefix(b"Actors", b"ValueInFlight"), &9u128);
    Endowment::<Test>::kill();
    StorageVersion::new(1).put::<Actors>();
}

/// Calls whose messages wait, one of them with value, and one on a purse that was split.
fn busy() -> Vec<actors_primitives::MessageId> {
    let (program, relay) = (create("script"), create("script"));
    let waiting = script_waiting();
    let mut ids: Vec<_> = (0..3).map(|_| play(&program, waiting.clone())).collect();
    let split = Post::new(&program, waiting.clone())
        .gas(60_000_000_000)
        .deposit(1_000_000);
    ids.push(play(&relay, script([&[split.act()]])));
    idle();
    ids.push(send_as(&ALICE, program, waiting, 9, GAS, DEPOSIT).expect("it is accepted"));
    ids
}

fn script_waiting() -> Vec<u8> {
    script([&[wait(4)], &[reply(b"over", 0)]])
}

#[test]
fn holds_become_money_in_escrow_step_by_step() {
    on_chain(|| {
        let ids = busy();
        let purses = Purses::<Test>::iter_values().count();
        assert!(purses > 3, "{purses}");
        let (service, issuance) = (Service::<Test>::get(), Balances::total_issuance());
        let (escrow, alice) = (in_purses(&ALICE), total(&ALICE));
        let deposits = Balances::reserved_balance(ALICE);
        go_back();
        assert_eq!(Balances::reserved_balance(ALICE), deposits + escrow);
        // An upgrade mints nothing meanwhile.
        Actors::on_runtime_upgrade();
        assert_eq!(Balances::total_issuance(), issuance);

        let (mut cursor, mut steps) = (None, 0);
        let room = step_weight::<Test>();
        let mut too_little = WeightMeter::with_limit(room - Weight::from_parts(1, 0));
        assert_eq!(
            TakeHolds::<Test>::step(None, &mut too_little),
            Err(SteppedMigrationError::InsufficientWeight { required: room })
        );
        loop {
            steps += 1;
            cursor = TakeHolds::<Test>::step(cursor, &mut WeightMeter::with_limit(room)).unwrap();
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(steps, purses + 1, "one purse a step");
        assert_eq!(
            Service::<Test>::get(),
            crate::ServiceState {
                till: Default::default(),
                ..service
            }
        );
        assert_eq!(Balances::reserved_balance(ALICE), deposits);
        assert_eq!(in_purses(&ALICE), escrow);
        assert_eq!((in_flight(), total(&ALICE)), (9, alice));
        assert_eq!(Balances::total_issuance(), issuance);
        assert!(!unhashed::exists(&storage_prefix(
            b"Actors",
            b"ValueInFlight"
        )));
        // It is over, and does nothing again.
        assert_eq!(
            TakeHolds::<Test>::step(None, &mut WeightMeter::new()),
            Ok(None)
        );
        pass(6);
        assert!(ids.into_iter().all(|id| answer(id).is_some()));
        assert_quiet();
    });
}

#[test]
fn a_purse_whose_hold_has_less_has_what_there_is() {
    on_chain(|| {
        let id = play(&create("script"), script_waiting());
        go_back();
        let (exact, reason) = (Precision::Exact, HoldReason::Purse.into());
        Balances::decrease_balance_on_hold(&reason, &ALICE, 1_000, exact).unwrap();
        Balances::set_total_issuance(Balances::total_issuance() - 1_000);
        let before = Purses::<Test>::get(id).unwrap();
        let step = |cursor| TakeHolds::<Test>::step(cursor, &mut WeightMeter::new()).unwrap();
        assert_eq!(step(None), None);
        let after = Purses::<Test>::get(id).unwrap();
        assert_eq!(after.money() + 1_000, before.money());
        // Its message may use more than that, so invariants do not hold until it is answered.
        for _ in 0..6 {
            begin_block();
            serve();
        }
        assert!(answer(id).is_some());
        assert_quiet();
    });
}
