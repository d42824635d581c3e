//! What a part of the service proves at most is what it is charged for, however long the messages are
//! that it finds.

use frame_support::{traits::Get, weights::Weight};
use sp_io::TestExternalities;

use super::player::*;
use crate::{mock::*, session::Session, Pallet};

/// Bytes of the longest message.
fn longest() -> usize {
    <ActorsLimits as Get<actors_executor::Limits>>::get().payload as usize
}

/// A message that sends the rest of what it says to `to`, with these flags, and waits.
fn asks(to: &AccountId, blocks: u32, flags: u32, words: &[u8]) -> Vec<u8> {
    [
        b"a",
        &blocks.to_le_bytes()[..],
        &flags.to_le_bytes(),
        to.as_ref(),
        words,
    ]
    .concat()
}

/// Makes a state, and measures what a part of the service proves in it, and what that is charged.
fn proven(state: impl FnOnce(), part: impl FnOnce() -> Weight) -> (u64, u64) {
    let mut chain = TestExternalities::new(genesis());
    chain.execute_with(|| run(state));
    // As a block begins: without the events of the last.
    chain.execute_with(System::reset_events);
    chain.commit_all().expect("it can be committed");
    let (weight, proof) = chain.execute_and_prove(part);
    let recorded = proof.into_nodes().iter().map(Vec::len).sum::<usize>();
    (recorded as u64, weight.proof_size())
}

/// Messages of full length ask, and wait for, others that wait.
fn asked_by_long_ones(count: u32) -> AccountId {
    let (asker, asked) = (create("sleeper"), create("sleeper"));
    for number in 0..count {
        // Each says something else: what is equal is proven once.
        let inner = asks(&BOB, 1_000, 0, &vec![number as u8; longest() - 2 * 41]);
        play(&asker, asks(&asked, 1_000, 1, &inner));
    }
    assert_eq!(
        crate::Waiting::<Test>::iter_keys().count(),
        2 * count as usize
    );
    asked
}

#[test]
fn answering_who_awaits_proves_no_payload_of_theirs() {
    let (recorded, charged) = proven(
        || {
            let asked = asked_by_long_ones(30);
            send(&asked, b"x".to_vec());
            serve_one();
        },
        || Pallet::<Test>::idle(BlockWeights::get().max_block, &mut Session::default()),
    );
    assert!(recorded > 30 * 1_024, "{recorded} bytes: it did not happen");
    assert!(recorded <= charged, "{recorded} bytes of {charged}");
}

#[test]
fn a_deadline_proves_no_payload_of_who_waited() {
    let (recorded, charged) = proven(
        || {
            let sleeper = create("sleeper");
            for number in 0..30 {
                play(&sleeper, asks(&BOB, 1, 0, &vec![number; longest() - 41]));
            }
            begin_block();
            tick();
        },
        || do_due_within(BlockWeights::get().max_block),
    );
    assert!(recorded > 30 * 400, "{recorded} bytes: it did not happen");
    assert!(recorded <= charged, "{recorded} bytes of {charged}");
    assert!(
        charged < 30 * longest() as u64,
        "nobody pays for what is not read: {charged}"
    );
}
