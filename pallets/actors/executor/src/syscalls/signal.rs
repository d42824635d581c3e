//! The message of whose failure a signal tells.

use actors_primitives::abi::error;

use super::{Call, Fault};
use crate::SignalContext;

pub(crate) fn signal_message(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    match signal(call) {
        Some(signal) => call.copy_out(out, &signal.message.0),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

pub(crate) fn signal_code(call: &mut Call<'_, '_>) -> Result<i32, Fault> {
    match signal(call) {
        Some(signal) => Ok(signal.code.code()),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

fn signal<'h>(call: &Call<'_, 'h>) -> Option<&'h SignalContext> {
    call.context().signal.as_ref()
}
