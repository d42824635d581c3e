//! What the turn may still spend.

use super::{Call, Fault};

pub(crate) fn gas_left(call: &mut Call<'_, '_>) -> Result<i64, Fault> {
    let gas = call.prices().gas_in(call.fuel);
    Ok(i64::try_from(gas).unwrap_or(i64::MAX))
}

pub(crate) fn deposit_left(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    let left = call.deposit_left();
    call.copy_out(out, &left.to_le_bytes())
}

pub(crate) fn deposit_prices(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    let context = call.context();
    let mut prices = [0; 32];
    let (item, byte) = prices.split_at_mut(16);
    item.copy_from_slice(&context.deposit_per_item.to_le_bytes());
    byte.copy_from_slice(&context.deposit_per_byte.to_le_bytes());
    call.copy_out(out, &prices)
}
