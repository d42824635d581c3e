//! The chain that `actors-test` runs programs on agrees with this one on everything that decides
//! gas, deposits and what fits a block.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use std::collections::BTreeMap;

/// The constants of a runtime's pallets, as its metadata has them, by pallet and name.
fn constants(metadata: RuntimeMetadataPrefixed) -> BTreeMap<(String, String), Vec<u8>> {
    let RuntimeMetadata::V14(metadata) = metadata.1 else {
        panic!("the metadata is of another version than 14")
    };
    let pallets = metadata.pallets.into_iter();
    let constants = pallets.flat_map(|pallet| {
        let constants = pallet.constants.into_iter();
        constants.map(move |constant| ((pallet.name.clone(), constant.name), constant.value))
    });
    constants.collect()
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
    let ours = constants(actors_test::Runtime::metadata());
    let theirs = constants(actors_runtime::Runtime::metadata());
    for (key, value) in &ours {
        let (pallet, name) = (&*key.0, &*key.1);
        if !DIFFERENT.contains(&(pallet, name)) {
            assert_eq!(Some(value), theirs.get(key), "{pallet}::{name}");
        }
    }
    for key in theirs.keys().filter(|key| key.0 == "Actors") {
        assert!(ours.contains_key(key), "tests know no {}::{}", key.0, key.1);
    }
    let actors = ours.keys().filter(|key| key.0 == "Actors");
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
            Of::<T>::serve_message(1_000),
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
