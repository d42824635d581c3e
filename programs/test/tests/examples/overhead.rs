//! What a typed call burns more than one that reads and writes bytes itself.

use actors_test::{Chain, Gas};

use crate::built::built;

#[test]
fn a_typed_call_burns_a_tenth_more_than_a_raw_one_at_most() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let gas = |name, payload: &[u8]| -> Gas {
        let program = chain.deploy(built(name)).by(&alice);
        let reply = program.send(payload).by(&alice).expect_success();
        reply.gas_burned
    };
    let (raw, typed) = (gas("raw-ping", b"PING"), gas("ping", b"\0"));
    println!("raw-ping burns {raw}, ping {typed}");
    assert!(
        typed * 100 <= raw * 110,
        "{typed} is more than 110 % of {raw}"
    );
}
