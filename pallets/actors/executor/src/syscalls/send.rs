//! Messages, replies and events.

use actors_primitives::{
    abi::{error, flag, Entries, Entry, REST_OF_DEPOSIT},
    Balance, Charge, Gas, MessageId,
};

use super::{Call, Fault};
use crate::{Effect, Letter, Reply, Send};

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

/// Whether the flags of a call say that the reply resumes the current message.
pub(super) fn is_awaited(flags: u32) -> bool {
    flags & flag::AWAIT != 0
}

/// Whether the running entry can wait for a reply.
pub(super) fn may_await(call: &Call<'_, '_>) -> bool {
    Entries::WAITERS.contains(call.journal.entry)
}

/// For how many blocks the flags of a send say that a letter stands, 0 if they do not say; `None`
/// for flags that mean nothing.
fn letter_blocks(flags: u32) -> Option<u32> {
    let blocks = flags >> flag::LETTER_SHIFT;
    let known = (blocks << flag::LETTER_SHIFT) | (flags & flag::AWAIT);
    let is_known = flags == known && (is_awaited(flags) || blocks == 0);
    is_known.then_some(blocks)
}

/// What a message takes along, or its sender pays for it, when it leaves.
pub(super) struct Luggage {
    /// Whose gas it burns.
    pub(super) share: Share,
    /// Gas that is set aside for a letter.
    pub(super) rent: Gas,
    /// Gas that is burned for the time of a delay.
    pub(super) time: Gas,
    /// What leaves the program's balance for it.
    pub(super) spent: Balance,
    /// Deposit money that goes along.
    pub(super) deposit: Balance,
    /// How many bytes it says.
    pub(super) len: u32,
}

/// What a message has when it leaves.
pub(super) struct Departure {
    pub(super) id: MessageId,
    /// Gas split off for it.
    pub(super) gas: Option<Gas>,
}

/// When a message's value arrives, and where.
pub(super) enum Arrival {
    /// When the turn commits.
    AtOnce([u8; 32]),
    /// When somebody answers, or time has passed: nothing else that the turn sends can rely on it.
    Later([u8; 32]),
    /// At a program that the message creates.
    Created,
}

/// Takes off what is left what a message takes along and what its time costs, or says which is not enough and
/// takes nothing. Value too little to arrive, where the message does not create its
/// destination, is refused now: at the end it would undo the whole turn.
///
/// Splitting gas off and setting `rent` aside take whole units of fuel, so up to one unit each more
/// than the message gets. That rest counts as burned.
pub(super) fn depart(
    call: &mut Call<'_, '_>,
    luggage: Luggage,
    arrival: Arrival,
) -> Result<Departure, Fault> {
    let Luggage {
        share,
        rent,
        time,
        spent,
        deposit,
        len,
    } = luggage;
    if !call.covers(spent)? {
        return Err(Fault::Error(error::NOT_ENOUGH_VALUE));
    }
    if let Arrival::AtOnce(destination) | Arrival::Later(destination) = &arrival {
        if !call.can_arrive(destination, spent)? {
            return Err(Fault::Error(error::NOT_ENOUGH_VALUE));
        }
    }
    // Of the rest, nobody knows yet how much that is.
    if deposit > call.deposit_left() && deposit != REST_OF_DEPOSIT {
        return Err(Fault::Error(error::NOT_ENOUGH_DEPOSIT));
    }
    let gas = match share {
        Share::Shared => None,
        Share::Split(gas) => Some(gas),
    };
    let split = gas.unwrap_or(0);
    let prices = call.prices();
    let fuel = prices.fuel_for(split).saturating_add(prices.fuel_for(rent));
    let left = call.fuel.checked_sub(prices.fuel_for(time));
    let Some(fuel_left) = left.and_then(|left| left.checked_sub(fuel)) else {
        return Err(Fault::Error(error::NOT_ENOUGH_GAS));
    };
    if !call.journal.keep_bytes(len) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    // Nothing refuses it any more.
    call.charge(Charge::Waiting, time)?;
    let prices = call.prices();
    call.fuel = fuel_left;
    let aside = split.saturating_add(rent);
    call.journal.aside = call.journal.aside.saturating_add(aside);
    let rounded = prices.gas_in(fuel).saturating_sub(aside);
    call.journal.spending.add(Charge::Messages, rounded);
    call.spend(spent);
    let sent = call.journal.deposit_sent.saturating_add(deposit);
    call.journal.deposit_sent = sent;
    if let Arrival::AtOnce(destination) = arrival {
        let paid = call.journal.paid.entry(destination).or_default();
        *paid = paid.saturating_add(spent);
    }
    let id = call.next_message();
    Ok(Departure { id, gas })
}

#[expect(clippy::too_many_arguments, reason = "the ABI table says so")]
pub(crate) fn send(
    call: &mut Call<'_, '_>,
    dest: u32,
    payload: u32,
    len: u32,
    value: u32,
    deposit: u32,
    gas: i64,
    delay: u32,
    flags: u32,
    out_id: u32,
) -> Result<i32, Fault> {
    let is_awaited = is_awaited(flags);
    call.charge_message(call.prices().send, len, is_awaited)?;
    let Some(blocks) = letter_blocks(flags) else {
        return Err(Fault::Error(error::NOT_ALLOWED));
    };
    let Some(share) = Share::of(gas) else {
        return Err(Fault::Error(error::OUT_OF_RANGE));
    };
    let may_delay = matches!(share, Share::Split(_)) && !is_awaited;
    if (is_awaited && !may_await(call)) || (delay != 0 && !may_delay) {
        return Err(Fault::Error(error::NOT_ALLOWED));
    }
    if is_awaited || delay != 0 {
        call.ensure_open()?;
    }
    let limits = call.limits();
    // It must arrive before the purse ends.
    let left = call.context().lifetime_left.saturating_sub(1);
    let longest = limits.wait.min(left);
    if len > limits.payload || call.journal.sends >= limits.sends || delay > longest {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    if delay != 0 {
        call.charge_kept(call.prices().delay, len)?;
    }
    call.charge_bytes(Charge::Messages, call.prices().send_byte, len)?;
    let destination = call.array(dest)?;
    let value = call.read_balance(value)?;
    let deposit = call.read_deposit(deposit)?;
    let payload = call.slice(payload, len)?.to_vec();
    // Before anything is taken, so that a bad pointer is misuse whatever else is wrong.
    call.array::<32>(out_id)?;
    let letter = match is_awaited {
        true => letter(call, &destination, blocks, len)?,
        false => None,
    };
    let rent = letter.as_ref().map_or(0, |letter| letter.rent);
    let arrival = match delay != 0 || letter.is_some() {
        true => Arrival::Later(destination),
        false => Arrival::AtOnce(destination),
    };
    let time = match delay {
        0 => 0,
        delay => call.prices().renting(delay, len),
    };
    let luggage = Luggage {
        share,
        rent,
        time,
        spent: value,
        deposit,
        len,
    };
    if delay == 0 && !is_awaited {
        ensure_leaves(call, &destination)?;
    }
    let Departure { id, gas } = depart(call, luggage, arrival)?;
    call.journal.effects.push(Effect::Send(Send {
        id,
        destination,
        payload,
        value,
        deposit,
        gas,
        delay,
        is_awaited,
        letter,
    }));
    call.write(out_id, &id.0)?;
    Ok(0)
}

/// Fails if a message that is to leave at once goes to a program, and the purse is closed. To a user it
/// is an event, and a signal cleans up all the same.
fn ensure_leaves(call: &mut Call<'_, '_>, destination: &[u8; 32]) -> Result<(), Fault> {
    if call.context().outlasts || !call.is_closed()? {
        return Ok(());
    }
    match call.is_program(destination)? {
        true => Err(Fault::Error(error::PURSE_CLOSED)),
        false => Ok(()),
    }
}

/// Pays for the letter that an awaited message of `len` bytes is to a user; to a program it is
/// none. It stands for `blocks`, or as long as the chain says if that is 0.
fn letter(
    call: &mut Call<'_, '_>,
    destination: &[u8; 32],
    blocks: u32,
    len: u32,
) -> Result<Option<Letter>, Fault> {
    if call.is_program(destination)? {
        return Ok(None);
    }
    let limits = call.limits();
    let blocks = match blocks {
        0 => limits.letter,
        blocks => blocks,
    };
    if blocks > limits.wait {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    let blocks = blocks.min(call.context().lifetime_left);
    call.charge_kept(call.prices().letter, len)?;
    let rent = call.prices().renting(blocks, len);
    Ok(Some(Letter { blocks, rent }))
}

pub(crate) fn reply(
    call: &mut Call<'_, '_>,
    payload: u32,
    len: u32,
    value: u32,
) -> Result<i32, Fault> {
    call.charge(Charge::Replies, call.prices().reply)?;
    // Whoever sent the message, two accounts, and the place of a reply in the queue.
    call.charge_accesses(4)?;
    call.charge_proof(len.min(call.limits().payload))?;
    if call.journal.has_replied {
        return Err(Fault::Error(error::ALREADY_REPLIED));
    }
    if len > call.limits().payload {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.charge_bytes(Charge::Replies, call.prices().reply_byte, len)?;
    let value = call.read_balance(value)?;
    let payload = call.slice(payload, len)?.to_vec();
    // In `state` the reply is the result of a read, which moves nothing.
    if call.journal.entry == Entry::State && value != 0 {
        return Err(Fault::Error(error::NOT_ALLOWED));
    }
    let source = call.context().message.source;
    if !call.covers(value)? || !call.can_arrive(&source, value)? {
        return Err(Fault::Error(error::NOT_ENOUGH_VALUE));
    }
    if !call.journal.keep_bytes(len) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.spend(value);
    call.journal.has_replied = true;
    call.journal
        .effects
        .push(Effect::Reply(Reply { payload, value }));
    Ok(0)
}

pub(crate) fn emit(call: &mut Call<'_, '_>, data: u32, len: u32) -> Result<i32, Fault> {
    call.charge(Charge::Events, call.prices().emit)?;
    if len > call.limits().event {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.charge_bytes(Charge::Events, call.prices().emit_byte, len)?;
    let data = call.slice(data, len)?.to_vec();
    if !call.journal.keep_bytes(len) {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.journal.effects.push(Effect::Emit(data));
    Ok(0)
}
