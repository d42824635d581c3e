//! Creating programs.

use actors_primitives::{
    abi::{error, flag},
    program_preimage, Charge, CodeHash,
};

use super::{
    send::{depart, is_awaited, may_await, Arrival, Departure, Luggage, Share},
    Call, Fault,
};
use crate::{Create, Effect};

#[expect(clippy::too_many_arguments, reason = "the ABI table says so")]
pub(crate) fn create_program(
    call: &mut Call<'_, '_>,
    code_hash: u32,
    salt: u32,
    salt_len: u32,
    payload: u32,
    len: u32,
    value: u32,
    deposit: u32,
    gas: i64,
    flags: u32,
    out_program: u32,
    out_message: u32,
) -> Result<i32, Fault> {
    let is_awaited = is_awaited(flags);
    call.charge_message(call.prices().create, len, is_awaited)?;
    // The code's record, and accounts and holds of both.
    call.charge_accesses(5)?;
    if flags & !flag::AWAIT != 0 || (is_awaited && !may_await(call)) {
        return Err(Fault::Error(error::NOT_ALLOWED));
    }
    let Some(share) = Share::of(gas) else {
        return Err(Fault::Error(error::OUT_OF_RANGE));
    };
    call.ensure_open()?;
    let limits = call.limits();
    if len > limits.payload || salt_len > limits.salt || call.journal.sends >= limits.sends {
        return Err(Fault::Error(error::OVER_LIMIT));
    }
    call.charge_bytes(Charge::Messages, call.prices().send_byte, len)?;
    call.charge_bytes(Charge::Calls, call.prices().copy_byte, salt_len)?;
    let code = CodeHash(call.array(code_hash)?);
    let salt = call.slice(salt, salt_len)?.to_vec();
    let value = call.read_balance(value)?;
    let deposit = call.read_deposit(deposit)?;
    let payload = call.slice(payload, len)?.to_vec();
    // Before anything is taken, so that a bad pointer is misuse whatever else is wrong.
    call.array::<32>(out_program)?;
    call.array::<32>(out_message)?;

    call.charge_look_up()?;
    if !call.journal.host.code_exists(&code) {
        return Err(Fault::Error(error::NO_SUCH_CODE));
    }
    let preimage = program_preimage(&code, &call.context().program, &salt);
    let program = call.journal.host.blake2_256(&preimage);
    call.charge_look_up()?;
    if call.journal.created.contains(&program) || call.journal.host.is_address_used(&program) {
        return Err(Fault::Error(error::ALREADY_EXISTS));
    }
    let luggage = Luggage {
        share,
        rent: 0,
        time: 0,
        spent: value.saturating_add(call.context().creation_deposit),
        deposit,
        len,
    };
    let Departure { id, gas } = depart(call, luggage, Arrival::Created)?;
    call.journal.created.insert(program);
    call.journal.effects.push(Effect::Create(Create {
        id,
        program,
        code,
        payload,
        value,
        deposit,
        gas,
        is_awaited,
    }));
    call.write(out_program, &program)?;
    call.write(out_message, &id.0)?;
    Ok(0)
}
