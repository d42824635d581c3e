//! Hashes and signatures, computed by the host.

use actors_primitives::{abi::error, Gas};

use super::Call;
use crate::sandbox::Stop;

pub(crate) fn blake2_256(
    call: &mut Call<'_, '_>,
    data: u32,
    len: u32,
    out: u32,
) -> Result<(), Stop> {
    charge_hash(call, call.prices().blake2_byte, len)?;
    let hash = call.journal.host.blake2_256(call.slice(data, len)?);
    call.copy_out(out, &hash)
}

pub(crate) fn keccak_256(
    call: &mut Call<'_, '_>,
    data: u32,
    len: u32,
    out: u32,
) -> Result<(), Stop> {
    charge_hash(call, call.prices().keccak_byte, len)?;
    let hash = call.journal.host.keccak_256(call.slice(data, len)?);
    call.copy_out(out, &hash)
}

pub(crate) fn sha2_256(call: &mut Call<'_, '_>, data: u32, len: u32, out: u32) -> Result<(), Stop> {
    charge_hash(call, call.prices().sha2_byte, len)?;
    let hash = call.journal.host.sha2_256(call.slice(data, len)?);
    call.copy_out(out, &hash)
}

fn charge_hash(call: &mut Call<'_, '_>, byte: Gas, len: u32) -> Result<(), Stop> {
    call.charge(call.prices().hash_base)?;
    call.charge_bytes(byte, len)
}

pub(crate) fn sr25519_verify(
    call: &mut Call<'_, '_>,
    sig: u32,
    msg: u32,
    len: u32,
    public: u32,
) -> Result<i32, Stop> {
    call.charge(call.prices().sr25519_verify)?;
    call.charge_bytes(call.prices().signed_byte, len)?;
    let (signature, public) = (call.array(sig)?, call.array(public)?);
    let message = call.slice(msg, len)?;
    let host = &call.journal.host;
    Ok(host.sr25519_verify(&signature, message, &public).into())
}

pub(crate) fn ed25519_verify(
    call: &mut Call<'_, '_>,
    sig: u32,
    msg: u32,
    len: u32,
    public: u32,
) -> Result<i32, Stop> {
    call.charge(call.prices().ed25519_verify)?;
    call.charge_bytes(call.prices().signed_byte, len)?;
    let (signature, public) = (call.array(sig)?, call.array(public)?);
    let message = call.slice(msg, len)?;
    let host = &call.journal.host;
    Ok(host.ed25519_verify(&signature, message, &public).into())
}

pub(crate) fn ecdsa_recover(
    call: &mut Call<'_, '_>,
    sig: u32,
    hash: u32,
    out: u32,
) -> Result<i32, Stop> {
    call.charge(call.prices().ecdsa_recover)?;
    let (signature, hash) = (call.array(sig)?, call.array(hash)?);
    // Before the work, so that a bad pointer is misuse whatever comes of it.
    call.array::<33>(out)?;
    match call.journal.host.ecdsa_recover(&signature, &hash) {
        Some(public) => {
            call.copy_out(out, &public)?;
            Ok(0)
        }
        None => Ok(error::NOT_FOUND),
    }
}
