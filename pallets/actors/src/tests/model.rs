//! Random calls, cascades and block budgets: every invariant holds after each block, every
//! message has one reply, and in the end nothing is left over.

use actors_primitives::MessageId;
use frame_support::{traits::Hooks, weights::Weight};
use proptest::prelude::*;

use crate::{mock::*, Event, Pallet, Purses, ReplyTo, ValueInFlight};

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// A user sends to one of the programs.
    Send {
        user: bool,
        program: usize,
        payload: Vec<u8>,
        value: u128,
        gas: u64,
        deposit: u128,
    },
    /// A user has the relay send to a program or a user.
    Relay {
        user: bool,
        to: usize,
        split: i64,
        value: u128,
        gas: u64,
    },
    /// The rest of a block of that many milliseconds serves the queue.
    Serve { milliseconds: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let gas = prop_oneof![0..300_000_000u64, 300_000_000..20_000_000_000u64];
    let value = prop_oneof![Just(0u128), 1..1_000u128, 1_000_000..10_000_000_000u128];
    prop_oneof![
        3 => (
            any::<bool>(),
            0..6usize,
            proptest::collection::vec(any::<u8>(), 0..200),
            value.clone(),
            gas.clone(),
            0..3_000_000u128,
        )
            .prop_map(|(user, program, payload, value, gas, deposit)| Step::Send {
                user, program, payload, value, gas, deposit
            }),
        3 => (
            any::<bool>(),
            0..8usize,
            prop_oneof![Just(-1i64), 0..5_000_000_000i64],
            value,
            gas,
        )
            .prop_map(|(user, to, split, value, gas)| Step::Relay { user, to, split, value, gas }),
        2 => (0..600u64).prop_map(|milliseconds| Step::Serve { milliseconds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn nothing_is_lost_and_everything_is_answered(
        steps in proptest::collection::vec(step(), 1..40),
    ) {
        on_chain(|| {
            let names = ["echo", "counter", "trap", "spin", "store", "relay"];
            let programs: Vec<_> = names.into_iter().map(create).collect();
            let relay = programs[5].clone();
            let mut targets = programs.clone();
            targets.extend([BOB, PAUPER]);
            let accounts: Vec<_> = targets.iter().cloned().chain([ALICE]).collect();
            let sum = || accounts.iter().map(total).sum::<u128>();
            Fees::set(0);
            let before = sum();
            let mut sent: Vec<MessageId> = Vec::new();
            for step in steps {
                let user = |bob| if bob { BOB } else { ALICE };
                match step {
                    Step::Send { user: bob, program, payload, value, gas, deposit } => {
                        let to = programs[program].clone();
                        let result = send_as(
                            &user(bob), to, payload, value, gas, deposit,
                        );
                        sent.extend(result.ok());
                    }
                    Step::Relay { user: bob, to, split, value, gas } => {
                        let to: &[u8; 32] = targets[to].as_ref();
                        let payload =
                            [&to[..], &split.to_le_bytes(), &value.to_le_bytes(), b"x"].concat();
                        let result = send_as(
                            &user(bob), relay.clone(), payload, value, gas, 2_000_000,
                        );
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
                let replies = events()
                    .into_iter()
                    .filter(|event| matches!(
                        event,
                        Event::UserMessage { reply: Some(ReplyTo { to, .. }), .. } if *to == id
                    ))
                    .count();
                assert_eq!(replies, 1, "every message has exactly one reply");
            }
        });
    }
}
