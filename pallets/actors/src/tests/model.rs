//! Random calls, cascades and block budgets: every invariant holds after each block, every
//! message has one reply, and in the end nothing is left over.

use actors_primitives::MessageId;
use codec::{Decode, Encode};
use frame_support::{traits::Hooks, weights::Weight};
#[cfg(feature = "std")]
use proptest::prelude::*;

use crate::{mock::*, Event, Pallet, Purses, ReplyTo, ValueInFlight};

/// The programs that messages go to.
const PROGRAMS: [&str; 6] = ["echo", "counter", "trap", "spin", "store", "relay"];

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
            value,
            gas,
        )
            .prop_map(|(bob, to, split, value, gas)| Step::Relay { bob, to, split, value, gas }),
        2 => (0..600u64).prop_map(|milliseconds| Step::Serve { milliseconds }),
    ]
}

/// Plays the steps and then serves what is left.
pub(crate) fn play(steps: Vec<Step>) {
    let programs = PROGRAMS.map(create);
    let relay = programs[5].clone();
    let mut targets = programs.to_vec();
    targets.extend([BOB, PAUPER]);
    let accounts: Vec<_> = targets.iter().cloned().chain([ALICE]).collect();
    let sum = || accounts.iter().map(total).sum::<u128>();
    Fees::set(0);
    let before = sum();
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
            Step::Serve { milliseconds } => {
                let room = Weight::from_parts(milliseconds * 1_000_000_000, 10_000_000);
                let used = Actors::on_idle(1, room);
                assert!(used.all_lte(room), "{used:?} of {room:?}");
            }
        }
        Pallet::<Test>::check_invariants().expect("every invariant holds after each step");
    }
    while Pallet::<Test>::queue_length() > 0 {
        idle();
    }
    assert_eq!(Purses::<Test>::iter().count(), 0, "every purse is closed");
    assert_eq!(ValueInFlight::<Test>::get(), 0, "escrow is empty");
    assert_eq!(sum() + Fees::get(), before, "no unit appeared or vanished");
    for id in sent {
        let is_reply = |event: &Event<Test>| matches!(event, Event::UserMessage { reply: Some(ReplyTo { to, .. }), .. } if *to == id);
        let replies = events().iter().filter(|event| is_reply(event)).count();
        assert_eq!(replies, 1, "every message has exactly one reply");
    }
}

#[cfg(test)]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_is_lost_and_everything_is_answered(steps in steps()) {
        on_chain(|| play(steps));
    }
}
