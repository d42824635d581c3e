//! What several of the tests need.

use actors_test::{Message, Reply};
use codec::Encode;

/// The payload of a call: its route, and its arguments.
pub(crate) fn call(route: u8, arguments: impl Encode) -> Vec<u8> {
    [&[route][..], &arguments.encode()].concat()
}

/// The text of a message that has panicked.
#[track_caller]
pub(crate) fn panicked(message: &Message) -> String {
    let reply: Reply = message.expect_code(actors_test::ReplyCode::Panicked);
    reply.text().to_string()
}
