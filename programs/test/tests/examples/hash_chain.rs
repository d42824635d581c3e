use actors_test::{Chain, Gas, Message, Program, Refusal, ReplyCode, User};

use crate::built::built;

fn hash(program: &Program, seed: [u8; 32], rounds: u32, alice: &User) -> Message {
    program.call("hash").arg(seed).arg(rounds).by(alice)
}

#[test]
fn hashes_are_those_of_the_host() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let program = chain.deploy(built("hash-chain")).by(&alice);
    let expected = (0..100).fold([7; 32], |hash, _| sp_io::hashing::sha2_256(&hash));
    hash(&program, [7; 32], 100, &alice).expect_reply(expected);
    hash(&program, [7; 32], 0, &alice).expect_reply([7; 32]);
    for (length, argument) in [(31, 0), (32, 1), (35, 1)] {
        let short = program.send([&[0], &vec![7; length][..]].concat());
        let refusal = Refusal::Arguments { argument };
        short.by(&alice).expect_refusal(refusal);
    }
}

#[test]
fn the_lowest_rung_hashes_the_same() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let program = chain.deploy(built("raw-hash-chain")).by(&alice);
    let expected = sp_io::hashing::sha2_256(&sp_io::hashing::sha2_256(&[7; 32]));
    let twice = [&[7; 32][..], &2u32.to_le_bytes()].concat();
    program.send(&twice).by(&alice).expect_reply(expected);
    let wrong = "expected a seed of 32 bytes and a u32";
    program.send(&twice[..35]).by(&alice).expect_panic(wrong);
}

#[test]
fn gas_grows_by_the_round() {
    let chain = Chain::new();
    let alice = chain.user("alice");
    let program = chain.deploy(built("hash-chain")).by(&alice);
    let gas = |rounds| -> Gas {
        let message = hash(&program, [0; 32], rounds, &alice);
        message.expect_code(ReplyCode::Replied).gas_burned
    };
    let [none, ten, twenty, thirty] = [0, 10, 20, 30].map(gas);
    assert!(ten > none);
    assert_eq!(thirty - twenty, twenty - ten, "each round burns the same");

    let forever = hash(&program, [0; 32], u32::MAX, &alice);
    forever.expect_code(ReplyCode::OutOfGas);
}
