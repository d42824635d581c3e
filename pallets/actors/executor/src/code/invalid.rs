//! Why code was refused.

use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// The rule that was broken.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum InvalidKind {
    /// It is not a valid WebAssembly module.
    Malformed,
    /// It has more bytes than the chain allows.
    TooLarge,
    /// It uses floating point.
    Float,
    /// It uses a feature of WebAssembly that is not allowed.
    Feature,
    /// It has a start function.
    StartFunction,
    /// It imports something that the ABI has not.
    UnknownImport,
    /// It imports a function of the ABI with another signature.
    ImportType,
    /// It exports a function that is not an entry.
    UnknownExport,
    /// An export has the wrong kind or type.
    ExportType,
    /// It exports neither `init` nor `handle`.
    NoEntry,
    /// Its memory or a data segment breaks a rule.
    Memory,
    /// A global breaks a rule.
    Global,
    /// It has more of something than the chain allows.
    Limit,
    /// The engine cannot translate it, or would translate it wrongly.
    Untranslatable,
    /// It has an IDL that is not its one last section.
    IdlMisplaced,
    /// Its IDL has more bytes than the chain allows.
    IdlTooLarge,
}

/// A function of the module, as its author knows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FunctionRef {
    /// Its index, imported functions included.
    pub index: u32,
    /// Its name, if the module has a name section.
    pub name: Option<String>,
}

/// Why code was refused, where, and how to mend it: [`Display`](fmt::Display) is a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Invalid {
    /// The rule that was broken.
    pub kind: InvalidKind,
    /// The function that broke it.
    pub function: Option<FunctionRef>,
    /// The byte of the blob where it was broken.
    pub offset: Option<u32>,
    /// The operator that broke it, in Wasm's own words.
    pub operator: Option<String>,
    /// What was found.
    pub found: String,
    /// How to mend it.
    pub remedy: String,
}

impl Invalid {
    /// An error of the module as a whole.
    pub(crate) fn module(
        kind: InvalidKind,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            function: None,
            offset: None,
            operator: None,
            found: found.into(),
            remedy: remedy.into(),
        }
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = u32::try_from(offset).ok();
        self
    }

    pub(crate) fn within(mut self, function: FunctionRef) -> Self {
        self.function = Some(function);
        self
    }

    pub(crate) fn using(mut self, operator: String) -> Self {
        self.operator = Some(operator);
        self
    }
}

impl fmt::Display for FunctionRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "function `{name}` (#{})", self.index),
            None => write!(formatter, "function #{}", self.index),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(function) = &self.function {
            write!(formatter, "{function} ")?;
        }
        write!(formatter, "{}", self.found)?;
        if let Some(offset) = self.offset {
            write!(formatter, " at byte {offset:#x}")?;
        }
        write!(formatter, ": {}", self.remedy)
    }
}

impl core::error::Error for Invalid {}
