use actors_test::{Chain, Gas, ReplyCode};

use crate::built::built;

fn rounds(seed: [u8; 32], rounds: u32) -> Vec<u8> {
    [&seed[..], &rounds.to_le_bytes()].concat()
}

#[test]
fn hashes_are_those_of_the_host() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let program = chain.deploy(built("hash-chain")).by(&alice);
    let expected = (0..100).fold([7; 32], |hash, _| sp_io::hashing::sha2_256(&hash));
    program
        .send(rounds([7; 32], 100))
        .by(&alice)
        .expect_reply(expected);
    program
        .send(rounds([7; 32], 0))
        .by(&alice)
        .expect_reply([7; 32]);
    let wrong = "expected a seed of 32 bytes and a u32";
    program.send([0; 35]).by(&alice).expect_panic(wrong);
}

#[test]
fn gas_grows_by_the_round() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let program = chain.deploy(built("hash-chain")).by(&alice);
    let gas = |count| -> Gas {
        let message = program.send(rounds([0; 32], count)).by(&alice);
        message.expect_code(ReplyCode::Replied).gas_burned
    };
    let (none, ten, twenty) = (gas(0), gas(10), gas(20));
    assert!(ten > none);
    assert_eq!(twenty - ten, ten - none, "each round burns the same");

    let forever = program.send(rounds([0; 32], u32::MAX)).by(&alice);
    forever.expect_code(ReplyCode::OutOfGas);
}
