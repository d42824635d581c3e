//! The reference pages in `docs` have a row for each event, each error and each constant of the
//! pallet: what a wallet shows, its user can look up.

use frame_metadata::{RuntimeMetadata, RuntimeMetadataPrefixed};
use scale_info::TypeDef;

fn page(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs");
    std::fs::read_to_string(format!("{folder}/{name}")).expect("the page is there")
}

/// The names of the pallet's events, errors and constants, as the metadata has them.
fn names() -> [Vec<String>; 3] {
    let metadata: RuntimeMetadataPrefixed = actors_runtime::Runtime::metadata();
    let RuntimeMetadata::V14(metadata) = metadata.1 else {
        panic!("the metadata is of another version than 14")
    };
    let mut pallets = metadata.pallets.iter();
    let pallet = pallets
        .find(|pallet| pallet.name == "Actors")
        .expect("the runtime has the pallet");
    let variants = |id: u32| -> Vec<String> {
        let ty = metadata.types.resolve(id).expect("the type is there");
        let TypeDef::Variant(of) = &ty.type_def else {
            panic!("it is an enum")
        };
        of.variants
            .iter()
            .map(|variant| variant.name.clone())
            .collect()
    };
    let events = pallet.event.as_ref().expect("it has events");
    let errors = pallet.error.as_ref().expect("it has errors");
    let constants = pallet.constants.iter();
    [
        variants(events.ty.id),
        variants(errors.ty.id),
        constants.map(|constant| constant.name.clone()).collect(),
    ]
}

/// Each name begins a row, alone or with others.
fn each_has_a_row(page: &str, names: &[String]) {
    let firsts: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('|').nth(1))
        .collect();
    assert!(!names.is_empty());
    for name in names {
        let quoted = format!("`{name}`");
        assert!(
            firsts.iter().any(|first| first.contains(&quoted)),
            "{name} has no row"
        );
    }
}

#[test]
fn events_and_errors_have_their_rows() {
    let [events, errors, _] = names();
    let page = page("events-and-errors.md");
    each_has_a_row(&page, &events);
    each_has_a_row(&page, &errors);
}

#[test]
fn constants_have_their_rows() {
    let [_, _, constants] = names();
    each_has_a_row(&page("limits.md"), &constants);
}
