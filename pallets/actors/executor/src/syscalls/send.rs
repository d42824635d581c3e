//! Messages, replies and events.

use actors_primitives::{
    abi::{error, Entry},
    Balance, Gas, MessageId,
};

use super::Call;
use crate::{sandbox::Stop, Effect, Reply, Send};

/// Whose gas a message that is sent burns.
#[derive(Clone, Copy)]
pub(super) enum Share {
    /// That of the current message.
    Shared,
    /// Its own, split off the current message's.
    Split(Gas),
}

impl Share {
    /// What the gas argument of a call says: -1 shares.
    pub(super) fn of(gas: i64) -> Option<Self> {
        match gas {
            -1 => Some(Self::Shared),
            _ => Gas::try_from(gas).ok().map(Self::Split),
        }
    }
}

/// What a message has when it leaves.
pub(super) struct Departure {
    pub(super) id: MessageId,
    /// Gas split off for it.
    pub(super) gas: Option<Gas>,
}

/// Takes off what is left what a message of `len` bytes costs its sender, or says which is not
/// enough and takes nothing. Value too little to arrive at `existing`, where the message does not
/// create its destination, is refused now: at the end it would undo the whole turn.
///
/// Splitting takes whole units of fuel, so up to one unit more than the message gets. That rest
/// counts as burned.
pub(super) fn depart(
    call: &mut Call<'_, '_>,
    share: Share,
    spent: Balance,
    len: u32,
    existing: Option<[u8; 32]>,
) -> Result<Result<Departure, i32>, Stop> {
    if !call.covers(spent)? {
        return Ok(Err(error::NOT_ENOUGH_VALUE));
    }
    if let Some(destination) = &existing {
        if !call.can_arrive(destination, spent)? {
            return Ok(Err(error::NOT_ENOUGH_VALUE));
        }
    }
    let gas = match share {
        Share::Shared => None,
        Share::Split(gas) => Some(gas),
    };
    let fuel = gas.map_or(0, |gas| call.prices().fuel_for(gas));
    let Some(fuel_left) = call.fuel.checked_sub(fuel) else {
        return Ok(Err(error::NOT_ENOUGH_GAS));
    };
    if !call.journal.keep_bytes(len) {
        return Ok(Err(error::OVER_LIMIT));
    }
    call.fuel = fuel_left;
    call.journal.split = call.journal.split.saturating_add(gas.unwrap_or(0));
    call.spend(spent);
    if let Some(destination) = existing {
        let paid = call.journal.paid.entry(destination).or_default();
        *paid = paid.saturating_add(spent);
    }
    let id = call.next_message();
    Ok(Ok(Departure { id, gas }))
}

#[expect(clippy::too_many_arguments, reason = "the ABI table says so")]
pub(crate) fn send(
    call: &mut Call<'_, '_>,
    dest: u32,
    payload: u32,
    len: u32,
    value: u32,
    gas: i64,
    delay: u32,
    flags: u32,
    out_id: u32,
) -> Result<i32, Stop> {
    call.charge_message(call.prices().send, len)?;
    // Neither delays nor flags are served yet, not even AWAIT.
    if delay != 0 || flags != 0 {
        return Ok(error::NOT_ALLOWED);
    }
    let Some(share) = Share::of(gas) else {
        return Ok(error::OUT_OF_RANGE);
    };
    if len > call.limits().payload || call.journal.sends >= call.limits().sends {
        return Ok(error::OVER_LIMIT);
    }
    call.charge_bytes(call.prices().send_byte, len)?;
    let destination = call.array(dest)?;
    let value = call.read_balance(value)?;
    let payload = call.slice(payload, len)?.to_vec();
    // Before anything is taken, so that a bad pointer is misuse whatever else is wrong.
    call.array::<32>(out_id)?;
    let Departure { id, gas } = match depart(call, share, value, len, Some(destination))? {
        Ok(departure) => departure,
        Err(error) => return Ok(error),
    };
    call.journal.effects.push(Effect::Send(Send {
        id,
        destination,
        payload,
        value,
        gas,
    }));
    call.write(out_id, &id.0)?;
    Ok(0)
}

pub(crate) fn reply(
    call: &mut Call<'_, '_>,
    payload: u32,
    len: u32,
    value: u32,
) -> Result<i32, Stop> {
    call.charge(call.prices().reply)?;
    // Whoever sent the message, two accounts, and the place of a reply in the queue.
    call.charge_accesses(4)?;
    call.charge_proof(len.min(call.limits().payload))?;
    if call.journal.has_replied {
        return Ok(error::ALREADY_REPLIED);
    }
    if len > call.limits().payload {
        return Ok(error::OVER_LIMIT);
    }
    call.charge_bytes(call.prices().reply_byte, len)?;
    let value = call.read_balance(value)?;
    let payload = call.slice(payload, len)?.to_vec();
    // In `state` the reply is the result of a read, which moves nothing.
    if call.journal.entry == Entry::State && value != 0 {
        return Ok(error::NOT_ALLOWED);
    }
    let source = call.context().message.source;
    if !call.covers(value)? || !call.can_arrive(&source, value)? {
        return Ok(error::NOT_ENOUGH_VALUE);
    }
    if !call.journal.keep_bytes(len) {
        return Ok(error::OVER_LIMIT);
    }
    call.spend(value);
    call.journal.has_replied = true;
    call.journal
        .effects
        .push(Effect::Reply(Reply { payload, value }));
    Ok(0)
}

pub(crate) fn emit(call: &mut Call<'_, '_>, data: u32, len: u32) -> Result<i32, Stop> {
    call.charge(call.prices().emit)?;
    if len > call.limits().event {
        return Ok(error::OVER_LIMIT);
    }
    call.charge_bytes(call.prices().emit_byte, len)?;
    let data = call.slice(data, len)?.to_vec();
    if !call.journal.keep_bytes(len) {
        return Ok(error::OVER_LIMIT);
    }
    call.journal.effects.push(Effect::Emit(data));
    Ok(0)
}
