use actors_idl::{Entry, IdlError, ValueError, MAX_BYTES, VERSION};
use codec::{Compact, Encode};
use std::collections::BTreeMap;

use crate::token::{call, token, Account, Error, Event, Everything, Order};

#[test]
fn a_section_is_read_as_it_was_written() {
    let token = token();
    let section = token.encode_section();
    assert_eq!(section.first(), Some(&VERSION));
    assert_eq!(actors_idl::Idl::decode_section(&section), Ok(token));
}

#[test]
fn what_is_wrong_with_a_section_is_said() {
    let section = token().encode_section();
    let read = |bytes: &[u8]| actors_idl::Idl::decode_section(bytes).expect_err("it is wrong");
    assert_eq!(read(&[]), IdlError::Empty);
    assert_eq!(read(&[9, 0]), IdlError::UnknownVersion { version: 9 });
    let long = vec![VERSION; MAX_BYTES + 1];
    assert_eq!(read(&long), IdlError::TooLong { bytes: long.len() });
    let more = [&section[..], &[0, 0]].concat();
    assert_eq!(read(&more), IdlError::TrailingBytes { bytes: 2 });
    assert_eq!(
        read(&section[..3]),
        IdlError::Malformed {
            field: "name",
            at: 1
        }
    );
    let cut = read(&section[..section.len() - 1]);
    assert!(
        matches!(
            cut,
            IdlError::Malformed {
                field: "state_version",
                ..
            }
        ),
        "{cut}"
    );
}

#[test]
fn what_refers_to_nothing_is_refused() {
    let refused = |change: fn(&mut actors_idl::Idl)| {
        let mut token = token();
        change(&mut token);
        actors_idl::Idl::decode_section(&token.encode_section())
            .expect_err("it is wrong")
            .to_string()
    };
    let argument = refused(|token| token.methods[0].args[1].ty = 999);
    assert_eq!(
        argument,
        "argument `amount` of `transfer` names type #999, which is not there"
    );
    let events = refused(|token| token.events = Some(500));
    assert_eq!(events, "`events` names type #500, which is not there");
    let missing = refused(|token| drop(token.types.types.pop()));
    assert!(missing.contains("which is not there"), "{missing}");
    let misplaced = refused(|token| token.types.types.swap(0, 1));
    assert_eq!(misplaced, "type #1 stands in the place of type #0");
    let route = refused(|token| token.methods[1].route = 0);
    assert_eq!(route, "it has route 0 of `handle` twice");
    let name = refused(|token| token.methods[1].name = "transfer".into());
    assert_eq!(name, "it has `transfer` of `handle` twice");
    let origin = refused(|token| token.migrations.push(token.migrations[0].clone()));
    assert_eq!(origin, "it has a migration from 1 twice");
}

#[test]
fn an_interface_is_spelt_like_rust() {
    let expected = "\
/// A fungible token.
program token 1.2.0;

init {
    0: fn new(supply: u128);
}

handle {
    /// Moves some of it.
    0: payable fn transfer(to: AccountId32, amount: u128) -> Result<bool, Error>;
    1: async fn run(order: Order);
}

state {
    0: fn look() -> Everything;
}

migrate {
    from 1: fn(decimals: u32);
}

state version 2;

events Event;

/// Why a transfer fails.
enum Error {
    /// There is less.
    0: TooPoor { have: u128 },
    1: NotOwner,
}

/// A type that contains itself.
enum Order {
    0: Stop,
    1: Then(Vec<Order>),
}

struct Everything { flags: (bool, Option<i8>), names: Vec<String>, bytes: Vec<u8>, \
holders: BTreeMap<u16, Result<u64, i128>>, packed: Compact<u32>, units: [(); 3] }

enum Event {
    0: Transfer { from: AccountId32, to: AccountId32, amount: u128 },
}
";
    assert_eq!(token().to_string(), expected);
}

#[test]
fn calls_are_found_by_name_and_by_route() {
    let token = token();
    let run = token.call(Entry::Handle, "run").expect("it is there");
    assert_eq!(token.call_by_route(Entry::Handle, 1), Some(run));
    assert_eq!(token.call(Entry::Init, "run"), None);
}

#[test]
fn payloads_replies_events_and_errors_are_read() {
    let token = token();
    let to = format!("0x{}", "07".repeat(32));
    let payload = (0u8, Account([7; 32]), 5u128).encode();
    assert_eq!(
        token.payload_text(Entry::Handle, &payload),
        Ok(format!("transfer(to: {to}, amount: 5)"))
    );
    let orders = (1u8, Order::Then(vec![Order::Stop, Order::Then(vec![])])).encode();
    assert_eq!(
        token.payload_text(Entry::Handle, &orders),
        Ok("run(order: Then([Stop, Then([])]))".into())
    );
    let transfer = token.call(Entry::Handle, "transfer").expect("it is there");
    assert_eq!(token.reply_text(transfer, &[1]), Ok("true".into()));
    let event = Event::Transfer {
        from: Account([7; 32]),
        to: Account([7; 32]),
        amount: 1,
    };
    assert_eq!(
        token.event_text(&event.encode()),
        Ok(format!("Transfer {{ from: {to}, to: {to}, amount: 1 }}"))
    );
    for (payload, expected) in [
        (
            (0u8, Error::TooPoor { have: 3 }).encode(),
            "TooPoor { have: 3 }",
        ),
        ((0u8, Error::NotOwner).encode(), "NotOwner"),
        (vec![1, 9], "UnknownRoute { route: 9 }"),
        (vec![2], "NoRoute"),
        (vec![3, 1], "Arguments { argument: 1 }"),
        (vec![4, 2, 0, 0, 0], "TrailingBytes { bytes: 2 }"),
        (vec![5], "NotPayable"),
        (vec![6, 1, 4, 0], "StateVersion { found: Some(4) }"),
        (vec![6, 0], "StateVersion { found: None }"),
    ] {
        assert_eq!(
            token.refusal_text(transfer.error, &payload),
            Ok(expected.into())
        );
    }
}

#[test]
fn every_kind_of_value_is_shown() {
    let token = token();
    let look = token.call(Entry::State, "look").expect("it is there");
    let everything = Everything {
        flags: (true, Some(-3)),
        names: vec!["a \"b\"".into(), String::new()],
        bytes: vec![0, 255],
        holders: BTreeMap::from([(1, Ok(2)), (3, Err(-4))]),
        packed: Compact(1 << 20),
        units: [(); 3],
    };
    assert_eq!(
        token.reply_text(look, &everything.encode()),
        Ok(
            "Everything { flags: (true, Some(-3)), names: [\"a \\\"b\\\"\", \"\"], \
            bytes: 0x00ff, holders: [(1, Ok(2)), (3, Err(-4))], packed: 1048576, \
            units: [(), (), ()] }"
                .into()
        )
    );
}

#[test]
fn what_is_no_value_is_said() {
    let token = token();
    let transfer = token.call(Entry::Handle, "transfer").expect("it is there");
    let invalid = token.reply_text(transfer, &[2]).expect_err("no bool");
    assert_eq!(invalid.to_string(), "2 is no value of bool");
    assert_eq!(
        token.reply_text(transfer, &[]),
        Err(ValueError::CutOff { ty: "bool".into() })
    );
    assert_eq!(
        token.reply_text(transfer, &[1, 1]),
        Err(ValueError::TrailingBytes { bytes: 1 })
    );
    assert_eq!(
        token.payload_text(Entry::Handle, &[]),
        Err(ValueError::NoRoute)
    );
    assert_eq!(
        token.payload_text(Entry::Handle, &[8]),
        Err(ValueError::UnknownRoute { route: 8 })
    );
    let variant = token.event_text(&[3]).expect_err("no such event");
    assert_eq!(variant.to_string(), "variant 3 is no value of Event");
    assert_eq!(token.refusal_text(None, &[0]), Err(ValueError::NotDeclared));
    let call = call("nothing", 0);
    assert_eq!(token.refusal_text(call.error, &[]).ok(), None);
}

/// Two types of one name: as constants make them, and functions that have types of their own.
#[test]
fn types_of_one_name_are_told_apart() {
    #[derive(scale_info::TypeInfo)]
    #[allow(dead_code, reason = "only described")]
    struct Fixed<const N: usize>([u8; N]);
    #[derive(scale_info::TypeInfo)]
    #[allow(dead_code, reason = "only described")]
    struct Wrapped<T>(T);

    let mut builder = actors_idl::Builder::new("p", "1.0.0", &[]);
    let ids = [
        builder.ty::<Fixed<10>>(),
        builder.ty::<Wrapped<Fixed<20>>>(),
        builder.ty::<Fixed<20>>(),
        builder.ty::<Wrapped<Fixed<10>>>(),
        builder.ty::<Account>(),
        builder.ty::<Fixed<10>>(),
    ];
    let idl = builder.finish();
    let names = ids.map(|id| {
        let ty = idl.types.resolve(id).expect("it is there");
        ty.path.segments.last().cloned().unwrap_or_default()
    });
    assert_eq!(
        names,
        [
            "Fixed",
            "Wrapped",
            "Fixed_2",
            "Wrapped",
            "AccountId32",
            "Fixed"
        ]
    );
}

/// The same bytes under the same name are the same to whoever reads them.
#[test]
fn a_name_that_clients_know_stays() {
    mod other {
        use scale_info::{Path, Type, TypeInfo};

        pub(crate) struct Account;

        impl TypeInfo for Account {
            type Identity = Self;

            fn type_info() -> Type {
                let path = Path::from_segments(["sp_core", "crypto", "AccountId32"]);
                let fields = scale_info::build::Fields::unnamed();
                Type::builder()
                    .path(path.expect("a path"))
                    .composite(fields.field(|field| field.ty::<[u8; 32]>()))
            }
        }
    }
    let mut builder = actors_idl::Builder::new("p", "1.0.0", &[]);
    let ids = [builder.ty::<Account>(), builder.ty::<other::Account>()];
    let idl = builder.finish();
    for id in ids {
        let ty = idl.types.resolve(id).expect("it is there");
        assert_eq!(
            ty.path.segments.last().map(String::as_str),
            Some("AccountId32")
        );
    }
}
