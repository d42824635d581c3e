//! The reply that caused the turn.

use actors_primitives::abi::error;

use super::{len_i32, Call, Fault};
use crate::{Cause, ReplyContext};

pub(crate) fn reply_to(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    match cause(call) {
        Some(reply) => call.copy_out(out, &reply.to.0),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

pub(crate) fn reply_code(call: &mut Call<'_, '_>) -> Result<i32, Fault> {
    match cause(call) {
        Some(reply) => Ok(reply.code.code()),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

pub(crate) fn reply_size(call: &mut Call<'_, '_>) -> Result<i32, Fault> {
    match cause(call) {
        Some(reply) => Ok(len_i32(&reply.payload)),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

pub(crate) fn reply_read(
    call: &mut Call<'_, '_>,
    offset: u32,
    len: u32,
    out: u32,
) -> Result<i32, Fault> {
    match cause(call) {
        Some(reply) => call.read_part(&reply.payload, offset, len, out),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

pub(crate) fn reply_value(call: &mut Call<'_, '_>, out: u32) -> Result<(), Fault> {
    match cause(call) {
        Some(reply) => call.copy_out(out, &reply.value.to_le_bytes()),
        None => Err(Fault::Error(error::NOT_ALLOWED)),
    }
}

fn cause<'h>(call: &Call<'_, 'h>) -> Option<&'h ReplyContext> {
    match &call.context().cause {
        Cause::Reply(reply) => Some(reply),
        Cause::Fresh | Cause::Woken | Cause::Deadline => None,
    }
}
