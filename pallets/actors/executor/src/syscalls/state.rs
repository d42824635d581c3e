//! Keyed state: an overlay over what is stored, kept until the turn commits, and beneath it what
//! the turn has read.

use actors_primitives::{abi::error, Charge};
use alloc::vec::Vec;

use super::{len_i32, len_u32, Call, Fault};
use crate::{Limits, StateChange};

pub(crate) fn state_get(
    call: &mut Call<'_, '_>,
    key: u32,
    key_len: u32,
    out: u32,
    cap: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::State, call.prices().state_get)?;
    if key_len > call.limits().state_key {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    let key = read_key(call, key, key_len)?;
    let Some(value) = current(call, &key)? else {
        return Err(Fault::Error(error::NOT_FOUND));
    };
    let count = usize::try_from(cap).unwrap_or(usize::MAX).min(value.len());
    call.copy_out(out, value.get(..count).unwrap_or_default())?;
    Ok(len_i32(&value))
}

pub(crate) fn state_set(
    call: &mut Call<'_, '_>,
    key: u32,
    key_len: u32,
    value: u32,
    len: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::State, call.prices().state_set)?;
    if key_len > call.limits().state_key || len > call.limits().state_value {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.charge_bytes(
        Charge::State,
        call.prices().state_set_byte,
        key_len.saturating_add(len),
    )?;
    let key = read_key(call, key, key_len)?;
    let value = call.slice(value, len)?.to_vec();
    read_before_write(call, &key)?;
    if !call.journal.keep_bytes(key_len.saturating_add(len)) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.journal.state.insert(key, Some(value));
    Ok(0)
}

pub(crate) fn state_remove(call: &mut Call<'_, '_>, key: u32, key_len: u32) -> Result<i32, Fault> {
    call.charge(Charge::State, call.prices().state_set)?;
    if key_len > call.limits().state_key {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.charge_bytes(Charge::State, call.prices().state_set_byte, key_len)?;
    let key = read_key(call, key, key_len)?;
    if current(call, &key)?.is_none() {
        return Err(Fault::Error(error::NOT_FOUND));
    }
    if !call.journal.keep_bytes(key_len) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.journal.state.insert(key, None);
    Ok(0)
}

fn read_key(call: &mut Call<'_, '_>, key: u32, len: u32) -> Result<Vec<u8>, Fault> {
    call.charge_bytes(Charge::Calls, call.prices().copy_byte, len)?;
    call.slice(key, len).map(<[u8]>::to_vec)
}

/// What the key holds at this point of the turn.
fn current(call: &mut Call<'_, '_>, key: &[u8]) -> Result<StateChange, Fault> {
    if let Some(change) = call.journal.state.get(key) {
        return Ok(change.clone());
    }
    if let Some(read) = call.journal.read.get(key) {
        return Ok(read.clone());
    }
    read(call, key)
}

/// Reads the key for a write to it, for the chain will: its deposit depends on what was there.
fn read_before_write(call: &mut Call<'_, '_>, key: &[u8]) -> Result<(), Fault> {
    if call.journal.state.contains_key(key) || call.journal.read.contains_key(key) {
        return Ok(());
    }
    read(call, key).map(drop)
}

/// Asks the host. How long the value is shows only when it is there, so the fuel must cover
/// the proof of the longest; it pays for the proof of this one.
fn read(call: &mut Call<'_, '_>, key: &[u8]) -> Result<StateChange, Fault> {
    call.reserve_proof(call.limits().state_value)?;
    let value = call.journal.host.state(key);
    let len = value.as_deref().map_or(0, len_u32);
    call.charge_proof(len)?;
    let journal = &mut *call.journal;
    let bytes = len_u32(key)
        .saturating_add(len)
        .saturating_add(Limits::KEPT);
    let total = journal.read_bytes.saturating_add(bytes);
    if total <= journal.limits.effect_bytes {
        journal.read_bytes = total;
        journal.read.insert(key.to_vec(), value.clone());
    }
    Ok(value)
}
