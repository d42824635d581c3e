//! A call that the chain refused.

use codec::Decode;
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::DispatchError;
use std::fmt;

use crate::runtime::Runtime;

/// A call that the chain refused: nothing was changed.
///
/// Shown, it gives the name of the error, what the pallet's documentation says of it and, for
/// code, which function and operator are meant.
#[derive(Clone, PartialEq, Eq)]
pub struct Refused {
    call: &'static str,
    error: DispatchError,
    name: String,
    doc: String,
    detail: Option<String>,
}

impl Refused {
    pub(crate) fn new(call: &'static str, error: DispatchError) -> Self {
        let (name, doc) = describe(error);
        Self {
            call,
            error,
            name,
            doc,
            detail: None,
        }
    }

    pub(crate) fn with_detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }

    /// The name of the error, such as `GasLimitTooLow`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the pallet's documentation says of the error.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// What is wrong with code that was refused: in which function, where, and how to mend it.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The error as the chain gave it.
    #[must_use]
    pub fn error(&self) -> DispatchError {
        self.error
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the chain refused `{}`: {}", self.call, self.name)?;
        if !self.doc.is_empty() {
            write!(f, "\n  {}", self.doc)?;
        }
        if let Some(detail) = &self.detail {
            write!(f, "\n  {detail}")?;
        }
        Ok(())
    }
}

// What `unwrap` shows.
impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Refused {}

/// The name of an error, and what its documentation says.
fn describe(error: DispatchError) -> (String, String) {
    type Error = pallet_actors::Error<Runtime>;
    let DispatchError::Module(module) = error else {
        return (<&'static str>::from(error).to_string(), String::new());
    };
    let name = module.message.unwrap_or("unknown error");
    let is_ours = Error::decode(&mut &module.error[..])
        .is_ok_and(|decoded| DispatchError::from(decoded) == error);
    let TypeDef::Variant(variants) = Error::type_info().type_def else {
        return (name.to_string(), String::new());
    };
    let variant = variants
        .variants
        .iter()
        .find(|variant| variant.name == name);
    let doc = match variant {
        Some(variant) if is_ours => variant.docs.iter().map(|line| line.trim()).collect(),
        _ => Vec::new(),
    };
    (name.to_string(), doc.join(" "))
}
