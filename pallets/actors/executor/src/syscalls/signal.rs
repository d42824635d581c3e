//! The message of whose failure a signal tells.

use super::{Call, Refusal};
use crate::{sandbox::Stop, SignalContext};

pub(crate) fn signal_message(call: &mut Call<'_, '_>, out: u32) -> Result<(), Stop> {
    match signal(call) {
        Some(signal) => call.copy_out(out, &signal.message.0),
        None => Refusal::refuse(),
    }
}

pub(crate) fn signal_code(call: &mut Call<'_, '_>) -> Result<i32, Stop> {
    match signal(call) {
        Some(signal) => Ok(signal.code.code()),
        None => Refusal::refuse(),
    }
}

fn signal<'h>(call: &Call<'_, 'h>) -> Option<&'h SignalContext> {
    call.context().signal.as_ref()
}
