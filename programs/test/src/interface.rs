//! What programs say of themselves: names and types for what they are sent and what they say.

use actors_idl::{Entry, Idl, SECTION};
use actors_primitives::ReplyCode;
use std::rc::Rc;

use crate::refusal::{Refusal, PROGRAM};

/// The interface in a program's code, if it has one that can be read.
pub(crate) fn of_code(wasm: &[u8]) -> Option<Idl> {
    let mut payloads = wasmparser::Parser::new(0).parse_all(wasm);
    let section = payloads.find_map(|payload| match payload {
        Ok(wasmparser::Payload::CustomSection(section)) if section.name() == SECTION => {
            Some(section.data())
        }
        _ => None,
    })?;
    Idl::decode_section(section).ok()
}

/// A message that a program has had, as the program's interface has it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) idl: Rc<Idl>,
    pub(crate) entry: Entry,
    pub(crate) payload: Vec<u8>,
}

impl Asked {
    /// What it says, such as `add(by: 5)`.
    pub(crate) fn call(&self) -> Option<String> {
        self.idl.payload_text(self.entry, &self.payload).ok()
    }

    /// What its reply says, if that is the program's.
    pub(crate) fn reply(&self, code: ReplyCode, reply: &[u8]) -> Option<String> {
        let route = self.payload.first();
        let call = route.and_then(|route| self.idl.call_by_route(self.entry, *route));
        match code {
            ReplyCode::Replied => self.idl.reply_text(call?, reply).ok(),
            ReplyCode::Reverted => {
                let error = call.and_then(|call| call.error);
                self.idl.refusal_text(error, reply).ok()
            }
            _ => None,
        }
    }
}

/// What a revert says where no interface tells more.
pub(crate) fn refused(reply: &[u8]) -> Option<String> {
    match reply.first() {
        Some(&PROGRAM) => None,
        _ => Refusal::read(reply).map(|refusal| format!("{refusal:?}, {refusal}")),
    }
}
