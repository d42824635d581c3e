//! Waiting, and resuming what waits.

use actors_primitives::{
    abi::{error, Entry},
    Charge, MessageId,
};

use super::{len_u32, Call, Fault};
use crate::{memory::wasm_pages, Effect};

/// Marks the message as waiting. The last mark of a turn counts: what an earlier one set aside
/// comes back first. One that cannot be leaves what was marked before.
///
/// What is set aside is for the memory as it is now; the end of the turn settles what has changed.
pub(crate) fn wait(call: &mut Call<'_, '_>, blocks: u32) -> Result<i32, Fault> {
    let payload = len_u32(&call.context().message.payload);
    call.charge_kept(call.prices().wait, payload)?;
    let code = call.journal.code;
    if code.exports.contains(Entry::HandleSignal) {
        // A signal tells the payload once more.
        call.charge(Charge::Waiting, call.prices().answer)?;
        call.charge_proof(payload)?;
    }
    if blocks == 0 {
        return Err(Fault::Error(error::OUT_OF_RANGE));
    }
    call.ensure_open()?;
    if blocks > call.limits().wait {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    // No longer than the purse lives: it goes on then, and finds that out.
    let blocks = blocks.min(call.context().lifetime_left);
    let prices = call.prices();
    let journal = &mut *call.journal;
    // Less than this would not have come so far, whatever comes back now.
    journal.note_left(call.fuel);
    let wait = journal.waiting(blocks, wasm_pages(call.memory), journal.stored_pages);
    let back = prices.fuel_aside(journal.wait.as_ref(), journal.reserve);
    let taken = prices.fuel_aside(Some(&wait), journal.reserve);
    let fuel = call.fuel.saturating_add(back);
    let Some(left) = fuel.checked_sub(taken) else {
        return Err(Fault::Error(error::NOT_ENOUGH_GAS));
    };
    call.fuel = left;
    journal.wait = Some(wait);
    Ok(0)
}

/// Whether the other message waits is asked now, and again by the chain when it is resumed.
pub(crate) fn wake(call: &mut Call<'_, '_>, message_id: u32) -> Result<i32, Fault> {
    call.charge_look_up()?;
    let id = MessageId(call.array(message_id)?);
    if !is_waiting(call, &id) {
        return Err(Fault::Error(error::NOT_FOUND));
    }
    call.charge(Charge::Waiting, call.prices().wake)?;
    // Its place in the queue, and what it waits with.
    call.charge_accesses(4)?;
    if !call.journal.keep_bytes(len_u32(&id.0)) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.journal.effects.push(Effect::Wake(id));
    Ok(0)
}

/// A message that has been woken waits until that resumes it. The one that runs does not, nor does
/// one that has ended or has not begun; but one that has failed and whose signal is still to come has not ended.
pub(crate) fn waits(call: &mut Call<'_, '_>, message_id: u32) -> Result<i32, Fault> {
    call.charge_look_up()?;
    let id = MessageId(call.array(message_id)?);
    if is_waiting(call, &id) {
        return Ok(1);
    }
    if id == call.context().message.id {
        return Ok(0);
    }
    call.charge_look_up()?;
    Ok(i32::from(call.journal.host.is_signalled(&id)))
}

fn is_waiting(call: &mut Call<'_, '_>, id: &MessageId) -> bool {
    *id != call.context().message.id && call.journal.host.is_waiting(id)
}
