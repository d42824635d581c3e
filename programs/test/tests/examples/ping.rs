use actors_test::{Chain, ReplyCode, UNIT};

use crate::built::built;

#[test]
fn ping_answers_pong_and_nothing_else() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let ping = chain.deploy(built("ping")).by(&alice);
    let reply = ping.send(b"PING").by(&alice).expect_reply(b"PONG");
    // The turn is to stay cheap: it is what others are compared with.
    assert!(reply.gas_burned < 600_000_000, "{} gas", reply.gas_burned);
    for wrong in [&b""[..], b"PIN", b"ping", b"PING!", &[0; 1_000]] {
        ping.send(wrong).by(&alice).expect_panic("expected PING");
    }
    assert_eq!(
        ping.info().expect("it is there").stored_pages,
        0,
        "nothing is kept"
    );
}

#[test]
fn ping_gives_back_what_came_with_a_wrong_word() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let ping = chain.deploy(built("ping")).by(&alice);
    let before = ping.balance();
    let reply = ping
        .send(b"PONG")
        .value(UNIT)
        .by(&alice)
        .expect_code(ReplyCode::Panicked);
    assert_eq!((reply.value, ping.balance()), (UNIT, before));
}
