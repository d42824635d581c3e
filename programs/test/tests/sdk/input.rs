//! Calls that are none: each is refused with its reason, for little gas, and changes nothing.

use actors_test::{Chain, Code, Program, ReadError, Refusal, ReplyCode, User, UNIT};
use codec::{Compact, Decode, Encode};

use crate::{built::built, support::call};

const NOTHING: u8 = 0;
const NUMBERS: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const TREE: u8 = 4;
const UNITS: u8 = 5;
const MAP: u8 = 6;
const SETS: u8 = 7;
const LISTS: u8 = 8;
const LONG: u8 = 9;
const MIXED: u8 = 10;
const PAY: u8 = 11;

/// All that one turn may burn.
const MOST: u64 = 250_000_000_000;
/// What a refusal may burn besides what a good call does, and besides reading the payload.
const MARGIN: u64 = 280_000_000;
/// What a byte of payload may cost that is looked at: copying it, and a little more.
const A_BYTE: u64 = 20_000;

/// What a byte of that call may cost, which is no more than where the call is well.
fn a_byte(payload: &[u8]) -> u64 {
    match payload.first() {
        // Each may be half a kilobyte in memory.
        Some(&LONG) => 2_000_000,
        // Each level of what nests has room for many, which is zeroed when the call is refused.
        Some(&TREE) => 2 * A_BYTE,
        // Each may be an entry of a map.
        Some(&LISTS) => 5_000_000,
        _ => A_BYTE,
    }
}

fn argument(argument: u8) -> Refusal {
    Refusal::Arguments { argument }
}

/// A length that no payload has.
fn huge() -> Vec<u8> {
    Compact(u32::MAX >> 2).encode()
}

/// The longest that can be said.
fn longest() -> Vec<u8> {
    Compact(u32::MAX).encode()
}

/// Bytes one after the other.
fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

struct Setup {
    chain: Chain,
    code: Code,
    calls: Program,
    alice: User,
    /// What the cheapest good call burns.
    good: u64,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let code = chain.upload(built("sdk-calls")).by(&alice);
        let calls = chain.create(&code).payload(call(0, 5u32)).by(&alice);
        let good = calls.send([NOTHING]).by(&alice).expect_success().gas_burned;
        Self {
            chain,
            code,
            calls,
            alice,
            good,
        }
    }

    fn count(&self) -> u32 {
        self.calls.query([0u8])
    }

    /// That call is refused, also if value comes along, and whoever sends it loses gas alone.
    #[track_caller]
    fn refuses(&self, payload: &[u8], refusal: Refusal) {
        let (count, balance) = (self.count(), self.calls.balance());
        let reply = self
            .calls
            .send(payload)
            .gas(MOST)
            .by(&self.alice)
            .expect_refusal(refusal);
        let most = self.good + MARGIN + a_byte(payload) * payload.len() as u64;
        assert!(
            reply.gas_burned <= most,
            "{} gas are more than {most}, for {} bytes",
            reply.gas_burned,
            payload.len()
        );
        let before = self.alice.balance();
        let paid = self
            .calls
            .send(payload)
            .value(UNIT)
            .gas(MOST)
            .by(&self.alice);
        let reply = paid.expect_code(ReplyCode::Reverted);
        assert_eq!(reply.value, UNIT);
        let gas = u128::from(reply.gas_burned) / 100;
        assert_eq!(self.alice.balance(), before - gas);
        assert_eq!((self.count(), self.calls.balance()), (count, balance));
    }

    #[track_caller]
    fn takes<T: Decode + PartialEq + std::fmt::Debug + Encode>(&self, payload: Vec<u8>, answer: T) {
        let count = self.count();
        self.calls.send(payload).by(&self.alice).expect_ok(answer);
        assert_eq!(self.count(), count + 1);
    }
}

#[test]
fn a_route_that_there_is_not() {
    let stage = Setup::new();
    stage.refuses(&[], Refusal::NoRoute);
    for route in [18, 19, 199, 201, 255] {
        stage.refuses(&[route], Refusal::UnknownRoute { route });
        stage.refuses(&[route; 60_000], Refusal::UnknownRoute { route });
    }
}

#[test]
fn value_that_is_not_taken() {
    let stage = Setup::new();
    let sent = stage.calls.send([NOTHING]).value(1).by(&stage.alice);
    assert_eq!(sent.expect_refusal(Refusal::NotPayable).value, 1);
    let paid = stage.calls.send([PAY]).value(7).by(&stage.alice);
    paid.expect_ok(7u128);
    stage.calls.send([PAY]).by(&stage.alice).expect_ok(0u128);
}

#[test]
fn arguments_that_are_cut_off_or_go_on() {
    let stage = Setup::new();
    let whole = call(NUMBERS, (7u32, 8u64, true));
    stage.takes(whole.clone(), 16u64);
    let place = |length: usize| match length {
        0..=4 => 0,
        5..=12 => 1,
        _ => 2,
    };
    for length in 1..whole.len() {
        stage.refuses(&whole[..length], argument(place(length)));
    }
    for more in [1, 2, 1_000, 60_000] {
        let bytes = more as u32;
        let longer = [&whole[..], &vec![0; more]].concat();
        stage.refuses(&longer, Refusal::TrailingBytes { bytes });
        let nothing = vec![NOTHING; 1 + more];
        stage.refuses(&nothing, Refusal::TrailingBytes { bytes });
    }
    stage.refuses(&call(NUMBERS, (7u32, 8u64, 2u8)), argument(2));
}

#[test]
fn lengths_that_lie() {
    let stage = Setup::new();
    for lie in [huge(), longest(), Compact(100_000u32).encode()] {
        for route in [BYTES, TEXT, UNITS, MAP, SETS, LISTS, LONG] {
            stage.refuses(&bytes(&[&[route], &lie]), argument(0));
            // Some of what was promised follows.
            stage.refuses(&bytes(&[&[route], &lie, &[0; 50_000]]), argument(0));
        }
        stage.refuses(&bytes(&[&[TREE, 2], &lie]), argument(0));
        stage.refuses(&bytes(&[&[TREE, 2], &lie, &[2; 50_000]]), argument(0));
        // The first argument is well, and the second lies.
        stage.refuses(&bytes(&[&[UNITS, 0], &lie]), argument(1));
        stage.refuses(&bytes(&[&[SETS, 0], &lie]), argument(1));
        stage.refuses(&bytes(&[&[LISTS, 0], &lie]), argument(1));
        stage.refuses(&bytes(&[&[LISTS, 0, 0], &lie]), argument(2));
    }
    // A vector of vectors that lie.
    stage.refuses(
        &bytes(&[&[UNITS, 0, 12], &huge(), &huge(), &huge()]),
        argument(1),
    );
    // Lengths that are not as short as they could be, or too long for any number.
    for odd in [&[1, 0][..], &[2, 0, 0, 0], &[3, 1, 0, 0, 0], &[0xff; 60]] {
        stage.refuses(&bytes(&[&[BYTES], odd]), argument(0));
    }
}

#[test]
fn what_is_short_on_the_wire_and_long_in_memory() {
    let stage = Setup::new();
    let few = call(LONG, vec![None::<[u64; 64]>; 20]);
    stage.takes(few, 20u32);
    let many = call(LONG, vec![None::<[u64; 64]>; 16_000]);
    stage.refuses(&many, argument(0));
    // What takes no bytes at all: a call holds about a thousand of them.
    let none: Vec<Vec<()>> = Vec::new();
    stage.takes(call(UNITS, (vec![(); 1_000], none)), 1_000u32);
    stage.takes(call(UNITS, (0u8, vec![vec![(); 3]; 3])), 3u32);
    stage.refuses(&call(UNITS, (vec![(); 100_000], 0u8)), argument(0));
}

#[test]
fn what_nests_too_deep() {
    let stage = Setup::new();
    let chain = |links: usize| bytes(&[&[TREE], &vec![1; links], &[0]]);
    stage.takes(chain(30), 30u32);
    for links in [40, 100, 1_000, 60_000] {
        stage.refuses(&chain(links), argument(0));
        let branches = [2, 4].repeat(links.min(30_000));
        stage.refuses(&bytes(&[&[TREE], &branches, &[0]]), argument(0));
    }
    stage.refuses(&[TREE, 9], argument(0));
    stage.refuses(&[TREE, 1, 1, 9], argument(0));
}

#[test]
fn values_that_there_are_not() {
    let stage = Setup::new();
    for text in [&[4, 0xff][..], &[8, 0xc3, 0x28], &[12, 0xed, 0xa0, 0x80]] {
        stage.refuses(&bytes(&[&[TEXT], text]), argument(0));
    }
    type Mixed = (Option<Result<bool, String>>, Compact<u128>, (u8, i64));
    let good: Mixed = (Some(Err("no".into())), Compact(1 << 100), (3, -1));
    stage.takes(call(MIXED, (&good, [0u64; 16])), 3u64);
    for mixed in [&[2][..], &[1, 2], &[1, 0, 2], &[0, 0xff], &[0, 1, 0]] {
        stage.refuses(&bytes(&[&[MIXED], mixed]), argument(0));
    }
    stage.refuses(&call(MIXED, (&good, [0u64; 15])), argument(1));
}

#[test]
fn constructors_refuse_likewise() {
    let stage = Setup::new();
    let deploys = |payload: &[u8], value: u128| {
        let deploy = stage.chain.create(&stage.code).payload(payload);
        let failed = deploy.value(value).try_by(&stage.alice);
        let failure = failed.expect_err("it is refused");
        failure.reply().expect("it came to `init`").clone()
    };
    let good = stage.calls.deployment().reply().gas_burned;
    let cases: [(&[u8], Refusal); 8] = [
        (&[], Refusal::NoRoute),
        (&[3], Refusal::UnknownRoute { route: 3 }),
        (&[0], argument(0)),
        (&[0, 1, 2, 3], argument(0)),
        (&[0, 1, 2, 3, 4, 5], Refusal::TrailingBytes { bytes: 1 }),
        (&bytes(&[&[1], &huge()]), argument(0)),
        (&bytes(&[&[1], &huge(), &[7; 50_000]]), argument(0)),
        (&[1, 4, 1, 0, 0], argument(0)),
    ];
    for (payload, refusal) in cases {
        let before = stage.alice.balance();
        let reply = deploys(payload, 0);
        let expected = (ReplyCode::Reverted, refusal.encode());
        assert_eq!((reply.code, reply.payload), expected);
        let most = good + MARGIN + A_BYTE * payload.len() as u64;
        assert!(reply.gas_burned <= most, "{} {most}", reply.gas_burned);
        let gas = u128::from(reply.gas_burned) / 100;
        assert_eq!(stage.alice.balance(), before - gas, "deposits come back");
    }
    let reply = deploys(&call(0, 5u32), UNIT);
    let expected = (Refusal::NotPayable.encode(), UNIT);
    assert_eq!((reply.payload, reply.value), expected);
    // And fail with their own errors.
    let reply = deploys(&call(1, vec![99u32, 1]), 0);
    let error = (0u8, 0u8, 100u32, "above 99").encode();
    assert_eq!((reply.code, reply.payload), (ReplyCode::Reverted, error));
}

#[test]
fn queries_refuse_likewise() {
    let stage = Setup::new();
    let long = bytes(&[&[1], &huge(), &[7; 50_000]]);
    let deep = bytes(&[&[2], &[1; 60_000]]);
    let cases: [(&[u8], Refusal); 8] = [
        (&[], Refusal::NoRoute),
        (&[4], Refusal::UnknownRoute { route: 4 }),
        (&[200], Refusal::UnknownRoute { route: 200 }),
        (&[0, 0], Refusal::TrailingBytes { bytes: 1 }),
        (&[1], argument(0)),
        (&long, argument(0)),
        (&deep, argument(0)),
        (&[2, 3], argument(0)),
    ];
    for (payload, refusal) in cases {
        match stage.calls.try_read_state(payload) {
            Err(ReadError::Failed { code, payload, .. }) => {
                assert_eq!(code, ReplyCode::Reverted);
                assert_eq!(payload, refusal.encode());
            }
            other => panic!("{payload:?}: {other:?}"),
        }
    }
    assert_eq!(stage.calls.query::<u32>((1u8, vec![7u8; 9])), 9);
    assert_eq!(stage.calls.query::<u32>((3u8, 99u32)), 99);
    match stage.calls.try_read_state(call(3, 100u32)) {
        Err(ReadError::Failed { payload, .. }) => {
            assert_eq!(payload, (0u8, 0u8, 100u32, "above 99").encode());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn migrations_refuse_likewise() {
    let stage = Setup::new();
    let upgrade = |payload: &[u8]| {
        let upgrade = stage.calls.upgrade(&stage.code).payload(payload);
        upgrade.by(&stage.alice)
    };
    // There is no route: there is one migration.
    let cases: [(Vec<u8>, Refusal); 6] = [
        (vec![], argument(0)),
        (huge(), argument(0)),
        (bytes(&[&huge(), &[7; 50_000]]), argument(0)),
        (vec![0], argument(1)),
        (bytes(&[&[0], &longest()]), argument(1)),
        (vec![0, 0, 0, 0], Refusal::TrailingBytes { bytes: 2 }),
    ];
    let count = stage.count();
    for (payload, refusal) in cases {
        let reply = upgrade(&payload).expect_refusal(refusal);
        let most = 2 * stage.good + MARGIN + A_BYTE * payload.len() as u64;
        assert!(reply.gas_burned <= most, "{} {most}", reply.gas_burned);
        assert_eq!(stage.count(), count, "the old state stands");
    }
    let failed = upgrade(&(vec![1u32; 100], "").encode());
    failed.expect_code(ReplyCode::Reverted);
    assert_eq!(stage.count(), count);
    upgrade(&(vec![1u32; 10], "abc").encode()).expect_success();
    assert_eq!(stage.count(), 13);
}
