//! Hashes and signatures, computed by the host.

use actors_primitives::{abi::error, Charge, Gas};

use super::{Call, Fault};
use crate::Host;

pub(crate) fn blake2_256(
    call: &mut Call<'_, '_>,
    data: u32,
    len: u32,
    out: u32,
) -> Result<(), Fault> {
    let byte = call.prices().blake2_byte;
    hash(call, byte, data, len, out, |host, data| {
        host.blake2_256(data)
    })
}

pub(crate) fn keccak_256(
    call: &mut Call<'_, '_>,
    data: u32,
    len: u32,
    out: u32,
) -> Result<(), Fault> {
    let byte = call.prices().keccak_byte;
    hash(call, byte, data, len, out, |host, data| {
        host.keccak_256(data)
    })
}

pub(crate) fn sha2_256(
    call: &mut Call<'_, '_>,
    data: u32,
    len: u32,
    out: u32,
) -> Result<(), Fault> {
    let byte = call.prices().sha2_byte;
    hash(call, byte, data, len, out, |host, data| host.sha2_256(data))
}

fn hash(
    call: &mut Call<'_, '_>,
    byte: Gas,
    data: u32,
    len: u32,
    out: u32,
    hasher: fn(&dyn Host, &[u8]) -> [u8; 32],
) -> Result<(), Fault> {
    call.charge(Charge::Crypto, call.prices().hash_base)?;
    call.charge_bytes(Charge::Crypto, byte, len)?;
    let hash = hasher(call.journal.host, call.slice(data, len)?);
    call.copy_out(out, &hash)
}

pub(crate) fn sr25519_verify(
    call: &mut Call<'_, '_>,
    sig: u32,
    msg: u32,
    len: u32,
    public: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::Crypto, call.prices().sr25519_verify)?;
    verify(call, [sig, msg, len, public], |host, sig, msg, public| {
        host.sr25519_verify(sig, msg, public)
    })
}

pub(crate) fn ed25519_verify(
    call: &mut Call<'_, '_>,
    sig: u32,
    msg: u32,
    len: u32,
    public: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::Crypto, call.prices().ed25519_verify)?;
    verify(call, [sig, msg, len, public], |host, sig, msg, public| {
        host.ed25519_verify(sig, msg, public)
    })
}

/// A host's judgement of a signature, of a message, by a key.
type Verifier = fn(&dyn Host, &[u8; 64], &[u8], &[u8; 32]) -> bool;

/// Judges a signature: 1 valid, 0 not.
fn verify(
    call: &mut Call<'_, '_>,
    [sig, msg, len, public]: [u32; 4],
    verifier: Verifier,
) -> Result<i32, Fault> {
    call.charge_bytes(Charge::Crypto, call.prices().signed_byte, len)?;
    let (sig, public) = (call.array(sig)?, call.array(public)?);
    let msg = call.slice(msg, len)?;
    Ok(verifier(call.journal.host, &sig, msg, &public).into())
}

pub(crate) fn ecdsa_recover(
    call: &mut Call<'_, '_>,
    sig: u32,
    hash: u32,
    out: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::Crypto, call.prices().ecdsa_recover)?;
    let (sig, hash) = (call.array(sig)?, call.array(hash)?);
    // Before the work, so that a bad pointer is misuse whatever comes of it.
    call.array::<33>(out)?;
    match call.journal.host.ecdsa_recover(&sig, &hash) {
        Some(public) => {
            call.copy_out(out, &public)?;
            Ok(0)
        }
        None => Err(Fault::Error(error::NOT_FOUND)),
    }
}
