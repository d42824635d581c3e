//! The interface of a token, read, spelt, compared and held against hostile bytes.

#![allow(
    dead_code,
    missing_docs,
    reason = "the types are described to be looked at, not to be used"
)]

mod changes;
mod hostile;
mod page;
mod reading;
mod token;
