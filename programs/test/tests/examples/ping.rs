use actors_test::{Chain, Refusal, ReplyCode, UNIT};

use crate::built::built;

#[test]
fn ping_answers_pong_and_nothing_else() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let ping = chain.deploy(built("ping")).by(&alice);
    let reply = ping.call("ping").by(&alice).expect_ok("PONG");
    // The turn is to stay cheap: it is what others are compared with.
    assert!(reply.gas_burned < 600_000_000, "{} gas", reply.gas_burned);
    for (wrong, refusal) in [
        (&b""[..], Refusal::NoRoute),
        (b"PING", Refusal::UnknownRoute { route: b'P' }),
        (b"\0!", Refusal::TrailingBytes { bytes: 1 }),
        (&[0; 1_000], Refusal::TrailingBytes { bytes: 999 }),
    ] {
        ping.send(wrong).by(&alice).expect_refusal(refusal);
    }
    assert_eq!(
        ping.info().expect("it is there").stored_pages,
        0,
        "nothing is kept"
    );
}

#[test]
fn ping_gives_back_what_came_with_a_message() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let ping = chain.deploy(built("ping")).by(&alice);
    let before = ping.balance();
    let paid = ping.call("ping").value(UNIT).by(&alice);
    assert_eq!(paid.expect_refusal(Refusal::NotPayable).value, UNIT);
    assert_eq!(ping.balance(), before);
}

#[test]
fn the_lowest_rung_answers_ping_with_pong() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let ping = chain.deploy(built("raw-ping")).by(&alice);
    ping.send(b"PING").by(&alice).expect_reply(b"PONG");
    for wrong in [&b""[..], b"PIN", b"ping", b"PING!", &[0; 1_000]] {
        ping.send(wrong).by(&alice).expect_panic("expected PING");
    }
    let before = ping.balance();
    let paid = ping.send(b"PONG").value(UNIT).by(&alice);
    let reply = paid.expect_code(ReplyCode::Panicked);
    assert_eq!((reply.value, ping.balance()), (UNIT, before));
}
