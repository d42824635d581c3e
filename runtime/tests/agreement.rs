//! The chain that `actors-test` runs programs on agrees with this one on everything that decides
//! gas, deposits and what fits a block.

use std::collections::BTreeMap;

/// The constants of a runtime's pallets, as its metadata has them, by pallet and name.
macro_rules! constants {
    ($runtime:ty) => {{
        let pallets = <$runtime>::metadata_ir().pallets.into_iter();
        let constants = pallets.flat_map(|pallet| {
            let constants = pallet.constants.into_iter();
            constants.map(move |constant| ((pallet.name, constant.name), constant.value))
        });
        constants.collect::<BTreeMap<_, _>>()
    }};
}

/// What tests have otherwise, with the reason.
const DIFFERENT: [(&str, &str); 4] = [
    // Its name.
    ("System", "Version"),
    // Tests freeze and lock nothing.
    ("Balances", "MaxLocks"),
    ("Balances", "MaxReserves"),
    ("Balances", "MaxFreezes"),
];

#[test]
fn constants_are_those_of_the_development_chain() {
    let ours = constants!(actors_test::Runtime);
    let theirs = constants!(actors_runtime::Runtime);
    for ((pallet, name), value) in &ours {
        if DIFFERENT.contains(&(pallet, name)) {
            continue;
        }
        assert_eq!(
            Some(value),
            theirs.get(&(*pallet, *name)),
            "{pallet}::{name}"
        );
    }
    for (pallet, name) in theirs.keys() {
        let is_ours = *pallet != "Actors" || ours.contains_key(&(*pallet, *name));
        assert!(is_ours, "tests know no {pallet}::{name}");
    }
    let actors = ours.keys().filter(|(pallet, _)| *pallet == "Actors");
    assert!(actors.count() >= 8, "the pallet's constants are among them");
}

#[test]
fn weights_are_those_of_the_development_chain() {
    fn weights<T: pallet_actors::Config>() -> Vec<frame_support::weights::Weight> {
        use pallet_actors::WeightInfo;
        type Of<T> = <T as pallet_actors::Config>::WeightInfo;
        vec![
            Of::<T>::upload_code(1_000),
            Of::<T>::create_program(1_000),
            Of::<T>::send_message(1_000),
            Of::<T>::serve_message(),
        ]
    }
    let theirs = weights::<actors_runtime::Runtime>();
    assert_eq!(weights::<actors_test::Runtime>(), theirs);
}

#[test]
fn units_and_time_are_those_of_the_development_chain() {
    use actors_runtime::units;
    assert_eq!(actors_test::UNIT, units::UNIT);
    assert_eq!(actors_test::MILLI_UNIT, units::MILLI_UNIT);
    assert_eq!(actors_test::MICRO_UNIT, units::MICRO_UNIT);
    let chain = actors_test::Chain::new();
    let first = chain.block_time();
    chain.next_block();
    assert_eq!(chain.block_time() - first, units::SLOT_DURATION);
}
