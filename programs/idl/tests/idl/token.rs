//! A token, as its macros would describe it.

use actors_idl::{Builder, Call, Idl};
use codec::{Compact, Decode, Encode};
use scale_info::{Path, Type, TypeInfo};
use std::collections::BTreeMap;

/// An account, described as the SDK of the chain describes it.
#[derive(Clone, Encode, Decode)]
pub(crate) struct Account(pub(crate) [u8; 32]);

impl TypeInfo for Account {
    type Identity = Self;

    fn type_info() -> Type {
        let fields = scale_info::build::Fields::unnamed().field(|field| field.ty::<[u8; 32]>());
        let path = Path::from_segments(["sp_core", "crypto", "AccountId32"]);
        Type::builder()
            .path(path.expect("a path"))
            .composite(fields)
    }
}

/// Why a transfer fails.
#[derive(Encode, TypeInfo)]
pub(crate) enum Error {
    /// There is less.
    TooPoor {
        have: u128,
    },
    NotOwner,
}

#[derive(Encode, TypeInfo)]
pub(crate) enum Event {
    Transfer {
        from: Account,
        to: Account,
        amount: u128,
    },
}

/// A type that contains itself.
#[derive(Encode, TypeInfo)]
pub(crate) enum Order {
    Stop,
    Then(Vec<Order>),
}

#[derive(Encode, TypeInfo)]
pub(crate) struct Everything {
    pub(crate) flags: (bool, Option<i8>),
    pub(crate) names: Vec<String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) holders: BTreeMap<u16, Result<u64, i128>>,
    pub(crate) packed: Compact<u32>,
    pub(crate) units: [(); 3],
}

pub(crate) fn call(name: &str, route: u8) -> Call {
    Call {
        name: name.into(),
        route,
        docs: Vec::new(),
        args: Vec::new(),
        payable: false,
        is_async: false,
        returns: 0,
        error: None,
    }
}

pub(crate) fn builder() -> Builder {
    let mut builder = Builder::new("token", "1.2.0", &[" A fungible token."]);
    let nothing = builder.ty::<()>();
    let constructor = Call {
        args: vec![builder.arg::<u128>("supply")],
        returns: nothing,
        ..call("new", 0)
    };
    builder.constructor(constructor);
    let transfer = Call {
        docs: vec![" Moves some of it.".into()],
        args: vec![builder.arg::<Account>("to"), builder.arg::<u128>("amount")],
        payable: true,
        returns: builder.ty::<bool>(),
        error: Some(builder.ty::<Error>()),
        ..call("transfer", 0)
    };
    builder.method(transfer);
    let run = Call {
        args: vec![builder.arg::<Order>("order")],
        is_async: true,
        returns: nothing,
        ..call("run", 1)
    };
    builder.method(run);
    let look = Call {
        returns: builder.ty::<Everything>(),
        ..call("look", 0)
    };
    builder.query(look);
    builder.events::<Event>();
    builder.state_version(2);
    let migration = actors_idl::Migration {
        from: 1,
        docs: Vec::new(),
        args: vec![builder.arg::<u32>("decimals")],
        error: None,
    };
    builder.migration(migration);
    builder
}

pub(crate) fn token() -> Idl {
    builder().finish()
}
