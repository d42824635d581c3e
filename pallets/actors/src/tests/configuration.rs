//! `integrity_test` says both numbers and the fix. Native only, as it is itself.

use crate::{mock::*, Pallet};

#[test]
fn the_mocks_configuration_holds() {
    on_chain(|| {
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Lower `MaxTurnGas` or raise `MinServiceWeight`")]
fn a_turn_that_could_never_be_served_is_told() {
    on_chain(|| {
        MaxTurnGas::set(400_000_000_000);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "is 65 Wasm pages, more than the 64")]
fn a_memory_that_no_runtime_can_hold_is_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| limits.memory = 65);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Lower `Limits::code`")]
fn code_that_could_never_be_uploaded_is_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| (limits.code, limits.memory) = (6_700_000, 0));
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "bytes of proof, and `MinServiceWeight`")]
fn a_program_that_no_block_can_prove_is_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| limits.code = 4 * 1024 * 1024);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Raise `Schedule::send`")]
fn sending_for_less_than_serving_takes_is_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.send = 200_000_000);
        Pallet::<Test>::check_configuration();
    });
}
