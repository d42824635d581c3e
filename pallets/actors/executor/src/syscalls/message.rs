//! The current message, and what surrounds it.

use actors_primitives::Charge;

use super::{len_i32, Call, Fault};
use crate::{sandbox::Stop, Cause};

pub(crate) fn message_id(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    call.copy_out(out, &call.context().message.id.0)
}

pub(crate) fn message_source(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    call.copy_out(out, &call.context().message.source)
}

pub(crate) fn message_value(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    call.copy_out(out, &call.context().message.value.to_le_bytes())
}

pub(crate) fn message_size(call: &mut Call<'_, '_>) -> Result<i32, Fault> {
    Ok(len_i32(&call.context().message.payload))
}

pub(crate) fn message_read(
    call: &mut Call<'_, '_>,
    offset: u32,
    len: u32,
    out: u32,
) -> Result<i32, Fault> {
    call.read_part(&call.context().message.payload, offset, len, out)
}

pub(crate) fn turn_cause(call: &mut Call<'_, '_>) -> Result<i32, Fault> {
    Ok(match call.context().cause {
        Cause::Fresh => 0,
        Cause::Reply(_) => 1,
        Cause::Woken => 2,
        Cause::Deadline => 3,
    })
}

pub(crate) fn program_id(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    call.copy_out(out, &call.context().program)
}

/// The free balance without the value that this turn has sent already.
pub(crate) fn balance(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    let left = call.value_left()?;
    call.copy_out(out, &left.to_le_bytes())
}

pub(crate) fn block_number(call: &mut Call<'_, '_>) -> Result<i64, Fault> {
    Ok(number(call.context().block_number))
}

pub(crate) fn block_timestamp(call: &mut Call<'_, '_>) -> Result<i64, Fault> {
    let now = call.once(
        |journal| &mut journal.block_timestamp,
        |host| host.block_timestamp(),
    )?;
    Ok(number(now))
}

/// The subject has the limit of a key of state; a longer one is misuse, since the result is a
/// block and leaves no room for an error number.
pub(crate) fn random(
    call: &mut Call<'_, '_>,
    subject: u32,
    len: u32,
    out: u32,
) -> Result<i64, Fault> {
    // The collective flip keeps 81 hashes in one value; other sources keep one.
    const SOURCE: u32 = 4 * 1024;
    call.charge(Charge::Lookups, call.prices().random)?;
    if len > call.limits().state_key {
        return Err(Stop::Misuse.into());
    }
    call.charge_bytes(Charge::Calls, call.prices().copy_byte, len)?;
    let subject = call.slice(subject, len)?.to_vec();
    call.charge_proof(SOURCE)?;
    let (random, known_since) = call.journal.host.random(&subject);
    call.copy_out(out, &random)?;
    Ok(number(known_since))
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
