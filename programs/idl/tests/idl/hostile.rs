//! Bytes that somebody made up: nothing panics, and nothing takes much longer than reading them.

use actors_idl::{compare, Entry, Idl, ValueError, MAX_BYTES};
use codec::{Compact, Encode};
use proptest::prelude::*;
use scale_info::{
    form::PortableForm, Path, PortableRegistry, PortableType, Type, TypeDef, TypeDefArray,
    TypeDefSequence, TypeDefTuple,
};

use crate::token::token;

fn ty(id: u32, def: impl Into<TypeDef<PortableForm>>) -> PortableType {
    let ty = Type::new(Path::default(), Vec::new(), def, Vec::new());
    PortableType { id, ty }
}

fn with_types(types: Vec<PortableType>) -> Idl {
    let mut idl = token();
    idl.types = PortableRegistry { types };
    idl.constructors.clear();
    idl.methods.clear();
    idl.queries.clear();
    idl.migrations.clear();
    idl.events = Some(0);
    Idl::decode_section(&idl.encode_section()).expect("it is in order")
}

#[test]
fn a_length_that_is_not_there_allocates_nothing() {
    let section = [&[1][..], &Compact(u32::MAX).encode()].concat();
    assert!(Idl::decode_section(&section).is_err());
    let types = [
        &[1, 0, 0, 0][..],
        &Compact(u32::MAX >> 4).encode(),
        &[0; 64],
    ]
    .concat();
    assert!(Idl::decode_section(&types).is_err());
}

#[test]
fn values_of_no_bytes_are_counted() {
    let nothing = TypeDefTuple::new_portable(Vec::new());
    let many = TypeDefArray::new(u32::MAX, 1.into());
    let idl = with_types(vec![ty(0, many), ty(1, nothing.clone())]);
    assert_eq!(idl.event_text(&[]), Err(ValueError::TooLarge));
    let many = TypeDefSequence::new(1.into());
    let idl = with_types(vec![ty(0, many), ty(1, nothing)]);
    assert_eq!(
        idl.event_text(&Compact(u32::MAX).encode()),
        Err(ValueError::TooLarge)
    );
}

#[test]
fn a_type_that_is_nothing_but_itself_has_an_end() {
    let own = TypeDefTuple::new_portable(vec![0.into()]);
    let idl = with_types(vec![ty(0, own)]);
    assert_eq!(idl.event_text(&[]), Err(ValueError::TooLarge));
    assert_eq!(compare(&idl, &idl), []);
    assert!(idl.to_string().contains("events (((((((((((("), "{idl}");
}

#[test]
fn a_name_that_would_double_with_each_type_is_cut() {
    let last = 200;
    let twice = |id: u32| TypeDefTuple::new_portable(vec![(id + 1).into(), (id + 1).into()]);
    let mut types: Vec<_> = (0..last).map(|id| ty(id, twice(id))).collect();
    types.push(ty(last, TypeDefTuple::new_portable(Vec::new())));
    let idl = with_types(types);
    assert!(idl.to_string().len() < 4096);
    assert_eq!(idl.event_text(&[]), Err(ValueError::TooLarge));
    assert_eq!(compare(&idl, &idl), []);
}

#[test]
fn circles_of_different_lengths_are_given_up_on() {
    // Each list refers to the next, and the last to the first.
    let circle = |length: u32| {
        let list = |id: u32| TypeDefSequence::new(((id + 1) % length).into());
        with_types((0..length).map(|id| ty(id, list(id))).collect())
    };
    let changes = compare(&circle(1499), &circle(1500));
    assert_eq!(changes.len(), 1);
    assert!(changes[0].to_string().contains("too intricate"));
    assert_eq!(compare(&circle(3), &circle(5)), []);
}

#[test]
fn long_chains_of_types_exhaust_no_stack() {
    let length = 6000;
    let list = |id: u32| TypeDefSequence::new((id + 1).into());
    let mut types: Vec<_> = (0..length).map(|id| ty(id, list(id))).collect();
    types.push(ty(length, TypeDefTuple::new_portable(Vec::new())));
    let idl = with_types(types);
    assert!(idl.encode_section().len() < MAX_BYTES);
    assert_eq!(compare(&idl, &idl), []);
    assert!(idl.to_string().contains('…'));
    // One element in each list, all the way down.
    let deep = vec![4; 200];
    assert_eq!(idl.event_text(&deep), Err(ValueError::TooLarge));
}

#[test]
fn a_long_value_is_cut_where_it_is_shown_and_read_to_its_end() {
    let bytes = TypeDefSequence::new(1.into());
    let mut idl = with_types(vec![
        ty(0, bytes),
        ty(1, TypeDef::Primitive(scale_info::TypeDefPrimitive::U16)),
    ]);
    idl.events = Some(0);
    let value = (0u16..100).collect::<Vec<_>>();
    let text = idl.event_text(&value.encode()).expect("it is a value");
    assert!(text.ends_with("62, 63, … 36 more]"), "{text}");
    let cut = &value.encode()[..150];
    assert!(matches!(
        idl.event_text(cut),
        Err(ValueError::CutOff { .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        let _ = Idl::decode_section(&bytes);
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        let _ = Idl::decode_section(&bytes);
    }

    #[test]
    fn a_section_with_bytes_changed_is_read_or_refused(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        payload in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut section = token().encode_section();
        for (at, byte) in changes {
            let at = at.index(section.len());
            section[at] = byte;
        }
        let Ok(idl) = Idl::decode_section(&section) else {
            return Ok(());
        };
        // Whatever came through can be used.
        prop_assert_eq!(&Idl::decode_section(&idl.encode_section()), &Ok(idl.clone()));
        let _ = idl.to_string();
        let _ = compare(&token(), &idl);
        prop_assert_eq!(compare(&idl, &idl), vec![]);
        for entry in Entry::ALL {
            let _ = idl.payload_text(entry, &payload);
        }
        for id in 0..idl.types.types.len() as u32 {
            let _ = idl.value_text(id, &payload);
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_none(payload in proptest::collection::vec(any::<u8>(), 0..256)) {
        let token = token();
        for entry in Entry::ALL {
            let _ = token.payload_text(entry, &payload);
        }
        for id in 0..token.types.types.len() as u32 {
            let _ = token.value_text(id, &payload);
        }
        let _ = token.refusal_text(Some(0), &payload);
    }
}
