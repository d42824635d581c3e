//! `integrity_test` says both numbers and the fix. Native only, as it is itself.

use super::player::parachain;
use crate::{mock::*, Pallet};

#[test]
fn the_mocks_configuration_holds() {
    on_chain(|| {
        Pallet::<Test>::check_configuration();
    });
}

#[test]
fn a_block_that_proves_what_it_removes_is_told() {
    on_chain(|| {
        Version::mutate(|version| version.system_version = 0);
        let told = std::panic::catch_unwind(Pallet::<Test>::check_configuration);
        let told = told.expect_err("the mock prices proofs");
        let told = told.downcast_ref::<&str>().expect("it says why");
        assert!(told.contains("`system_version`"), "{told}");
    });
}

/// The first question that somebody asks a development node is of its genesis.
#[test]
fn a_dry_run_before_the_first_block_knows_where_value_waits() {
    let mut chain = sp_io::TestExternalities::new(genesis());
    chain.execute_with(|| {
        let wasm = fixture("echo");
        let run =
            Pallet::<Test>::dry_run_upload_program(ALICE, wasm, vec![], vec![], 7, None, None);
        let run = run.expect("it would be accepted");
        let code = run.reply.map(|reply| reply.code);
        assert_eq!(code, Some(actors_primitives::ReplyCode::Finished));
        // The pallet itself has no part in a genesis, but for its version.
        let prefix = sp_io::hashing::twox_128(b"Actors");
        let version = [prefix, sp_io::hashing::twox_128(b":__STORAGE_VERSION__:")].concat();
        let keys =
            std::iter::successors(Some(prefix.to_vec()), |key| sp_io::storage::next_key(key));
        let keys: Vec<_> = keys
            .skip(1)
            .take_while(|key| key.starts_with(&prefix))
            .collect();
        assert_eq!(keys, [version]);
        assert!(!frame_system::Account::<Test>::contains_key(
            Pallet::<Test>::escrow()
        ));
    });
}

#[test]
fn the_prices_of_a_parachain_hold() {
    on_chain(|| {
        // The longest code of `docs/limits.md`.
        for (mebibytes, kibibytes) in [(32, 512), (10, 326)] {
            let schedule = parachain(mebibytes);
            ActorsSchedule::set(schedule.clone());
            let limits = |code: u32| {
                let mut limits = ActorsLimits::get();
                limits.code = code * 1024;
                limits
            };
            let takes = |code| {
                let largest = actors_executor::CodeInfo::largest(&limits(code));
                schedule.judging(&largest) + schedule.load_code(&largest, limits(code).memory)
            };
            let is_all = kibibytes == 512 || takes(kibibytes + 1) > MaxTurnGas::get();
            let at: Vec<_> = (100..512)
                .filter(|code| takes(*code) <= MaxTurnGas::get())
                .collect();
            assert!(is_all, "{mebibytes} MiB: {:?} KiB", at.last());
            ActorsLimits::set(limits(kibibytes));
            Pallet::<Test>::check_configuration();
        }
    });
}

#[test]
#[should_panic(
    expected = "has 4000 gas besides its start, and to serve one message that it \
                           sends, the reply to that and one that it wakes takes 4001"
)]
fn a_signal_that_could_not_clean_up_is_told() {
    Pallet::<Test>::check_signal(4_000, 4_001, 9_000);
}

#[test]
#[should_panic(expected = "of `MaxTurnGas` are left. Lower `Schedule::signal`")]
fn a_signal_that_fits_no_turn_is_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.signal = MaxTurnGas::get() / 4);
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
#[should_panic(expected = "Lower `Limits::panic_text`")]
fn reverts_that_would_be_cut_are_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| limits.panic_text = limits.payload + 1);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "bytes could never be uploaded")]
fn code_that_could_never_be_uploaded_is_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| (limits.code, limits.memory) = (8_100_000, 0));
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "could be stored and never run")]
fn code_that_no_turn_could_load_is_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.load_byte *= 10);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "could never run again")]
fn code_that_no_turn_could_judge_again_is_told() {
    on_chain(|| {
        // Judging alone would do, and loading.
        ActorsSchedule::mutate(|schedule| schedule.judge_byte = 400_000);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Lower `Limits::locals`")]
fn locals_that_no_call_pays_for_are_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| limits.locals = 271);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "operators would be free")]
fn free_operators_are_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.fuel = 0);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Raise `Schedule::answer`")]
fn answering_for_less_than_serving_takes_is_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.answer = 200_000_000);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "Raise `Schedule::proof_byte`")]
fn proofs_that_are_too_cheap_are_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.proof_byte = 59_000);
        Pallet::<Test>::check_configuration();
    });
}

#[test]
#[should_panic(expected = "bytes of the runtime's memory")]
fn a_turn_that_needs_more_memory_than_there_is_is_told() {
    on_chain(|| {
        ActorsLimits::mutate(|limits| limits.effect_bytes = 60 * 1024 * 1024);
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

#[test]
#[should_panic(expected = "Raise `Schedule::kept_byte`")]
fn keeping_for_less_than_reading_takes_is_told() {
    on_chain(|| {
        ActorsSchedule::mutate(|schedule| schedule.kept_byte = 0);
        Pallet::<Test>::check_configuration();
    });
}
