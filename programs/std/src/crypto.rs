//! Hashes and signatures, computed by the chain's own code and priced by the length of the data:
//! far cheaper than in a program.

use crate::{sys, sys_len, Error};

/// The BLAKE2b hash of `data`, in 32 bytes.
#[must_use]
pub fn blake2_256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `data` is valid for its length and `out` for 32 bytes.
    unsafe { sys::blake2_256(data.as_ptr(), sys_len(data), out.as_mut_ptr()) };
    out
}

/// The Keccak hash of `data`, in 32 bytes.
#[must_use]
pub fn keccak_256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `data` is valid for its length and `out` for 32 bytes.
    unsafe { sys::keccak_256(data.as_ptr(), sys_len(data), out.as_mut_ptr()) };
    out
}

/// The SHA-2 hash of `data`, in 32 bytes.
#[must_use]
pub fn sha2_256(data: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `data` is valid for its length and `out` for 32 bytes.
    unsafe { sys::sha2_256(data.as_ptr(), sys_len(data), out.as_mut_ptr()) };
    out
}

/// Whether `public` signed `message` with sr25519, as most accounts of Substrate chains do.
#[must_use]
pub fn sr25519_verify(signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
    // SAFETY: `signature` is valid for 64 bytes, `message` for its length, `public` for 32 bytes.
    let returned = unsafe {
        sys::sr25519_verify(
            signature.as_ptr(),
            message.as_ptr(),
            sys_len(message),
            public.as_ptr(),
        )
    };
    returned == 1
}

/// Whether `public` signed `message` with ed25519.
#[must_use]
pub fn ed25519_verify(signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
    // SAFETY: `signature` is valid for 64 bytes, `message` for its length, `public` for 32 bytes.
    let returned = unsafe {
        sys::ed25519_verify(
            signature.as_ptr(),
            message.as_ptr(),
            sys_len(message),
            public.as_ptr(),
        )
    };
    returned == 1
}

/// The compressed secp256k1 key that signed `hash`, as accounts of Ethereum do.
///
/// # Errors
///
/// [`Error::NOT_FOUND`] when none did: the signature is none.
pub fn ecdsa_recover(signature: &[u8; 65], hash: &[u8; 32]) -> Result<[u8; 33], Error> {
    let mut public = [0; 33];
    // SAFETY: `signature` is valid for 65 bytes, `hash` for 32 and `public` for 33.
    let returned =
        unsafe { sys::ecdsa_recover(signature.as_ptr(), hash.as_ptr(), public.as_mut_ptr()) };
    Error::check(returned).map(|_| public)
}
