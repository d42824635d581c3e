//! The interface of a program as data: what it can be sent, what it answers, and with which types.
//!
//! `docs/idl.md` is the specification. A program carries its [`Idl`] in the custom section
//! [`SECTION`], and the chain keeps it beside the code.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod builder;
mod change;
mod compare;
mod decode;
mod entry;
mod shape;
mod spelling;
mod text;
mod value;

use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::PortableRegistry;

pub use builder::{lines, Builder};
pub use change::{Audience, Change};
pub use compare::{compare, lost};
pub use decode::IdlError;
pub use entry::Entry;
pub use value::ValueError;

/// The name of the custom section.
pub const SECTION: &str = "actors:idl";

/// The first byte of the section: the version of this format.
pub const VERSION: u8 = 1;

/// The most bytes that a section may have.
pub const MAX_BYTES: usize = 64 * 1024;

/// The number of a type in [`Idl::types`].
pub type TypeId = u32;

/// The interface of a program.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Idl {
    /// The name of the program: that of its crate.
    pub name: String,
    /// The version of the program: that of its crate.
    pub version: String,
    /// What the program says of itself, a line each.
    pub docs: Vec<String>,
    /// Every type that is named below, as runtime metadata describes types.
    pub types: PortableRegistry,
    /// What `init` takes.
    pub constructors: Vec<Call>,
    /// What `handle` takes.
    pub methods: Vec<Call>,
    /// What `state` takes.
    pub queries: Vec<Call>,
    /// What `migrate` takes, for each version of the program's state that it can take over.
    pub migrations: Vec<Migration>,
    /// What the program's events are: an enum.
    pub events: Option<TypeId>,
    /// The version of the program's state, if it is kept in keyed state.
    pub state_version: Option<u16>,
}

/// Something that a program can be told or asked.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// The first byte of its payload, which tells it from the others.
    pub route: u8,
    /// What the program says of it, a line each.
    pub docs: Vec<String>,
    /// Its arguments, which follow the route.
    pub args: Vec<Arg>,
    /// Whether it takes value.
    pub payable: bool,
    /// Whether it may wait before it answers.
    pub is_async: bool,
    /// What it replies.
    pub returns: TypeId,
    /// The error of its own that it may fail with.
    pub error: Option<TypeId>,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Arg {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
}

/// A way from an older version of the program's state.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Migration {
    /// The version of the state that it takes over.
    pub from: u16,
    /// What the program says of it, a line each.
    pub docs: Vec<String>,
    /// What the payload of the upgrade is, without a route.
    pub args: Vec<Arg>,
    /// The error of its own that it may fail with.
    pub error: Option<TypeId>,
}
