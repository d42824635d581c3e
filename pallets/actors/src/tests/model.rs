//! Random calls, cascades and block budgets: every invariant holds after each block, every
//! message has one reply, and in the end nothing is left over.

use actors_primitives::MessageId;
use codec::{Decode, Encode};
use frame_support::{traits::Hooks, weights::Weight};
#[cfg(feature = "std")]
use proptest::prelude::*;

use crate::{mock::*, Event, Pallet, Purses, ReplyTo, Service, ValueInFlight};

/// The programs that messages go to.
const PROGRAMS: [&str; 8] = [
    "echo", "counter", "trap", "spin", "store", "relay", "family", "family",
];
const RELAY: usize = 5;
/// The two that create, exit, and see replies.
const FAMILY: [usize; 2] = [6, 7];
/// What they create programs from.
const CODES: [&str; 4] = ["echo", "panic", "family", "spin"];

/// What a `family` is asked to do.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Act {
    /// Create a program from the code at that place, with that salt.
    Create(u8, u8),
    /// Send to the program or user at that place.
    Send(u8),
    /// Exit and leave everything to the program or user at that place.
    Exit(u8),
    /// Store a page and a key.
    Grow,
}

/// One thing that happens. The user is Bob, or else Alice.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Step {
    /// A user sends to one of the programs.
    Send {
        /// Whether Bob does.
        bob: bool,
        /// The place of the program.
        program: u8,
        /// What the message says.
        payload: Vec<u8>,
        /// What it carries.
        value: u128,
        /// Its gas limit.
        gas: u64,
        /// Its deposit limit.
        deposit: u128,
    },
    /// A user has the relay send to a program or a user.
    Relay {
        /// Whether Bob does.
        bob: bool,
        /// The place of the program, or after them of the user.
        to: u8,
        /// Gas to split off; -1 shares.
        split: i64,
        /// What the message carries.
        value: u128,
        /// Its gas limit.
        gas: u64,
    },
    /// A user has a `family` act.
    Family {
        /// Whether Bob does.
        bob: bool,
        /// Whether the second one acts.
        second: bool,
        /// What it does.
        act: Act,
        /// Gas to split off; -1 shares.
        split: i64,
        /// What the message carries.
        value: u128,
        /// Its gas limit.
        gas: u64,
    },
    /// The manager pauses service or resumes it.
    Pause(bool),
    /// The rest of a block serves the queue.
    Serve {
        /// How long that is.
        milliseconds: u64,
    },
}

/// What may happen in the life of a chain.
#[cfg(feature = "std")]
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), 1..40)
}

#[cfg(feature = "std")]
fn step() -> impl Strategy<Value = Step> {
    let gas = prop_oneof![0..300_000_000u64, 300_000_000..20_000_000_000u64];
    let value = prop_oneof![Just(0u128), 1..1_000u128, 1_000_000..10_000_000_000u128];
    prop_oneof![
        3 => (
            any::<bool>(),
            0..PROGRAMS.len() as u8,
            proptest::collection::vec(any::<u8>(), 0..200),
            value.clone(),
            gas.clone(),
            0..3_000_000u128,
        )
            .prop_map(|(bob, program, payload, value, gas, deposit)| Step::Send {
                bob, program, payload, value, gas, deposit
            }),
        3 => (
            any::<bool>(),
            0..PROGRAMS.len() as u8 + 2,
            prop_oneof![Just(-1i64), 0..5_000_000_000i64],
            value.clone(),
            gas.clone(),
        )
            .prop_map(|(bob, to, split, value, gas)| Step::Relay { bob, to, split, value, gas }),
        4 => (
            any::<bool>(),
            any::<bool>(),
            act(),
            prop_oneof![Just(-1i64), 0..5_000_000_000i64],
            value,
            gas,
        )
            .prop_map(|(bob, second, act, split, value, gas)| Step::Family {
                bob, second, act, split, value, gas
            }),
        1 => prop_oneof![1 => Just(true), 3 => Just(false)].prop_map(Step::Pause),
        2 => (0..600u64).prop_map(|milliseconds| Step::Serve { milliseconds }),
    ]
}

#[cfg(feature = "std")]
fn act() -> impl Strategy<Value = Act> {
    let targets = PROGRAMS.len() as u8 + 2;
    prop_oneof![
        4 => (0..CODES.len() as u8, 0..3u8).prop_map(|(code, salt)| Act::Create(code, salt)),
        4 => (0..targets).prop_map(Act::Send),
        1 => (0..targets).prop_map(Act::Exit),
        2 => Just(Act::Grow),
    ]
}

/// The payload that makes a `family` act.
fn asking(act: &Act, split: i64, value: u128, targets: &[AccountId]) -> Vec<u8> {
    let (gas, value) = (split.to_le_bytes(), value.to_le_bytes());
    let target = |place: u8| -> &[u8; 32] { targets[usize::from(place)].as_ref() };
    match act {
        Act::Create(code, salt) => {
            let code = Pallet::<Test>::code_hash(&fixture(CODES[usize::from(*code)]));
            [&[0][..], &code.0, &gas, &value, &[1, *salt]].concat()
        }
        Act::Send(to) => [&[1][..], target(*to), &gas, &value, b"x"].concat(),
        Act::Exit(to) => [&[2][..], target(*to), b"x"].concat(),
        Act::Grow => [&[4][..], &gas].concat(),
    }
}

/// Plays the steps and then serves what is left.
pub(crate) fn play(steps: Vec<Step>) {
    let programs = PROGRAMS.map(create);
    upload("panic");
    let relay = programs[RELAY].clone();
    let mut targets = programs.to_vec();
    targets.extend([BOB, PAUPER]);
    Fees::set(0);
    let before = Balances::total_issuance();
    let mut sent: Vec<MessageId> = Vec::new();
    let user = |bob| if bob { BOB } else { ALICE };
    for step in steps {
        match step {
            Step::Send {
                bob,
                program,
                payload,
                value,
                gas,
                deposit,
            } => {
                let to = programs[usize::from(program)].clone();
                let result = send_as(&user(bob), to, payload, value, gas, deposit);
                sent.extend(result.ok());
            }
            Step::Relay {
                bob,
                to,
                split,
                value,
                gas,
            } => {
                let to: &[u8; 32] = targets[usize::from(to)].as_ref();
                let payload = [&to[..], &split.to_le_bytes(), &value.to_le_bytes(), b"x"].concat();
                let result = send_as(&user(bob), relay.clone(), payload, value, gas, 2_000_000);
                sent.extend(result.ok());
            }
            Step::Family {
                bob,
                second,
                act,
                split,
                value,
                gas,
            } => {
                let family = programs[FAMILY[usize::from(second)]].clone();
                let payload = asking(&act, split, value / 2, &targets);
                let result = send_as(&user(bob), family, payload, value, gas, 30_000_000);
                sent.extend(result.ok());
            }
            Step::Pause(paused) => Pallet::<Test>::do_set_service_paused(paused),
            Step::Serve { milliseconds } => {
                let room = Weight::from_parts(milliseconds * 1_000_000_000, 10_000_000);
                let used = Actors::on_idle(1, room);
                assert!(used.all_lte(room), "{used:?} of {room:?}");
            }
        }
        Pallet::<Test>::check_invariants().expect("every invariant holds after each step");
    }
    Pallet::<Test>::do_set_service_paused(false);
    while Pallet::<Test>::has_work() {
        idle();
    }
    assert_eq!(Purses::<Test>::iter().count(), 0, "every purse is closed");
    assert_eq!(ValueInFlight::<Test>::get(), 0, "escrow is empty");
    assert_eq!(
        Balances::total_issuance() + Fees::get(),
        before,
        "no unit appeared or vanished"
    );
    assert_eq!(Service::<Test>::get().graves, 0, "what exited is freed");
    for id in sent {
        let is_reply = |event: &Event<Test>| matches!(event, Event::UserMessage { reply: Some(ReplyTo { to, .. }), .. } if *to == id);
        let replies = events().iter().filter(|event| is_reply(event)).count();
        assert_eq!(replies, 1, "every message has exactly one reply");
    }
}

#[cfg(test)]
proptest! {
    // `CASES=2000 cargo test -p pallet-actors model` plays longer.
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
    ))]

    #[test]
    fn nothing_is_lost_and_everything_is_answered(steps in steps()) {
        on_chain(|| play(steps));
    }
}
