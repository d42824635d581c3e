//! Keyed state, which outlives memory and upgrades.

use crate::{sys, sys_len, Error};

/// Copies the value under `key` into `out`, as much as fits, and returns its whole length.
///
/// # Errors
///
/// [`Error::NOT_FOUND`], or [`Error::OVER_LIMIT`] for the key.
pub fn get(key: &[u8], out: &mut [u8]) -> Result<usize, Error> {
    // SAFETY: `key` and `out` are valid for their lengths.
    let returned =
        unsafe { sys::state_get(key.as_ptr(), sys_len(key), out.as_mut_ptr(), sys_len(out)) };
    Error::check(returned)
}

/// Writes `value` under `key`.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`] for the key or the value, or [`Error::NOT_ALLOWED`] in `state`.
pub fn set(key: &[u8], value: &[u8]) -> Result<(), Error> {
    // SAFETY: `key` and `value` are valid for their lengths.
    let returned =
        unsafe { sys::state_set(key.as_ptr(), sys_len(key), value.as_ptr(), sys_len(value)) };
    Error::check(returned).map(|_| ())
}

/// Removes the value under `key`.
///
/// # Errors
///
/// [`Error::NOT_FOUND`], [`Error::OVER_LIMIT`] for the key, or [`Error::NOT_ALLOWED`] in `state`.
pub fn remove(key: &[u8]) -> Result<(), Error> {
    // SAFETY: `key` is valid for its length.
    let returned = unsafe { sys::state_remove(key.as_ptr(), sys_len(key)) };
    Error::check(returned).map(|_| ())
}
