//! `handle_signal`: where a program cleans up after a message that failed when it was resumed.

use actors_primitives::{MessageId, ReplyCode};
use frame_support::assert_ok;

use super::player::*;
use crate::{mock::*, Event, Programs, Purses, Service, Waiting};

fn a_signal_follows_a_later_turn_that_failed() {
    let program = create("script");
    play(&program, script([&[on_signal(&[set(1, b"told")])]]));
    let base = burned();
    Fees::set(0);
    let before = total(&ALICE);
    let words = script([&[wait(2)], &[panics(b"oh")]]);
    let id = send_with(&program, words.clone(), UNIT, PLENTY);
    idle();
    pass(2);
    assert_eq!(answer(id), Some((ReplyCode::Panicked, b"oh".to_vec(), 0)));
    let told = turns_in(&program, HANDLE_SIGNAL);
    assert_eq!(told.len(), 1);
    let told = &told[0];
    assert_eq!(told.signal, Some((id, 0x101)));
    assert_eq!(told.cause, FRESH);
    assert_ne!(told.message, id, "it has an id of its own");
    // Source and payload are those of the message; its value arrived with the first turn.
    assert_eq!((&told.source, told.value), (&ALICE, 0));
    assert_eq!(told.size as usize, words.len());
    assert_eq!(
        ended(&program).last(),
        Some(&(told.message, ReplyCode::Finished))
    );
    assert_eq!(results(&program).last(), Some(&vec![0]), "it stored");
    // The payer of the message has paid for it, and has the rest back.
    let rent = ActorsSchedule::get().renting(2, words.len() as u32);
    let paid = price(burned() - base + rent);
    assert!(Fees::get() <= paid && Fees::get() + 1 >= paid);
    // What it stored was paid with the page that it freed.
    assert_eq!(total(&ALICE), before - UNIT - PAGE - Fees::get());
    assert_quiet();
}

fn a_signal_follows_a_later_turn_that_reverted() {
    let program = create("script");
    let words = script([&[wait(2)], &[reverts(b"\xff")]]);
    let id = send_with(&program, words, UNIT, PLENTY);
    idle();
    pass(2);
    assert_eq!(answer(id), Some((ReplyCode::Reverted, b"\xff".to_vec(), 0)));
    let told = turns_in(&program, HANDLE_SIGNAL);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].signal, Some((id, 0x108)));
    assert_quiet();
}

fn there_is_none_after_the_first_turn() {
    let program = create("script");
    let id = play(&program, script([&[wait(2), trap()]]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_eq!(turns_in(&program, HANDLE_SIGNAL), []);
    assert_eq!(ended(&program).len(), 2, "`init`, and the message");
    assert_quiet();
}

fn there_is_none_after_success_or_exit() {
    let program = create("script");
    play(&program, script([&[wait(1)], &[]]));
    pass(1);
    play(&program, script([&[wait(1)], &[exit(&BOB)]]));
    pass(1);
    assert_eq!(turns_in(&program, HANDLE_SIGNAL), []);
    assert_quiet();
}

fn there_is_none_where_it_is_not_exported() {
    let program = create("script-mute");
    let id = play(&program, script([&[wait(2)], &[trap()]]));
    let waiting = Waiting::<Test>::iter_values().next().expect("it waits");
    assert_eq!(waiting.signal, 0, "nothing is set aside for it");
    pass(2);
    assert_eq!(ended(&program)[1..], [(id, ReplyCode::Trapped)]);
    assert_quiet();
}

fn a_signal_that_fails_has_no_signal() {
    let program = create("script");
    play(&program, script([&[on_signal(&[trap()])]]));
    let id = play(&program, script([&[wait(1)], &[trap()]]));
    pass(5);
    let ends = ended(&program);
    let codes: Vec<_> = ends[2..].iter().map(|end| end.1).collect();
    assert_eq!(codes, [ReplyCode::Trapped, ReplyCode::Trapped]);
    assert_eq!(ends[2].0, id);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_quiet();
}

fn a_signal_neither_waits_nor_replies() {
    let program = create("script");
    ActorsSchedule::mutate(|schedule| schedule.signal = 50_000_000_000);
    let acts = [wait(3), reply(b"me too", 0), request(&BOB, vec![])];
    play(&program, script([&[on_signal(&acts)]]));
    let id = play(&program, script([&[wait(1)], &[trap()]]));
    pass(1);
    let no = actors_primitives::abi::error::NOT_ALLOWED;
    assert_eq!(results(&program).last(), Some(&vec![no, no, no]));
    assert_eq!(answer(id), Some((ReplyCode::Trapped, vec![], 0)));
    assert_quiet();
}

fn a_signal_runs_although_the_purse_was_drained() {
    let program = create("script");
    play(&program, script([&[on_signal(&[set(1, b"told")])]]));
    let words = script([&[wait(1)], &[burn()]]);
    let id = send_with(&program, words, 0, 2 * GAS);
    idle();
    let aside = Waiting::<Test>::iter_values().next().expect("it waits");
    pass(1);
    assert_eq!(code_of_answer(id), Some(ReplyCode::OutOfGas));
    let told = turns_in(&program, HANDLE_SIGNAL);
    assert_eq!(told[0].signal, Some((id, 0x102)));
    let burned = events().into_iter().rev().find_map(|event| match event {
        crate::Event::MessageProcessed {
            message_id,
            gas_burned,
            ..
        } if message_id == told[0].message => Some(gas_burned),
        _ => None,
    });
    assert!(burned.expect("it ended") <= aside.signal);
    assert_eq!(Purses::<Test>::iter().count(), 0);
    assert_quiet();
}

fn a_signal_is_told_though_the_reply_was_given() {
    let program = create("script");
    let id = play(&program, script([&[reply(b"yes", 0), wait(1)], &[trap()]]));
    pass(1);
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"yes".to_vec(), 0)));
    assert_eq!(
        turns_in(&program, HANDLE_SIGNAL)[0].signal,
        Some((id, 0x100))
    );
    assert_quiet();
}

fn a_signal_of_an_init_is_not_told() {
    let (program, id) = conceive("script", script([&[wait(1)], &[trap()]]), 0);
    idle();
    pass(1);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_eq!(turns(&program).len(), 1);
    let ended: Vec<_> = events()
        .into_iter()
        .filter_map(|event| match event {
            Event::MessageProcessed { message_id, .. } => Some(message_id),
            _ => None,
        })
        .collect();
    assert_eq!(ended, [id]);
    assert_quiet();
}

fn a_wait_that_an_exit_or_an_upgrade_ends_has_no_signal() {
    let program = create("script");
    let second = upload("script-second");
    let first = play(&program, script([&[wait(9)]]));
    assert_ok!(Actors::upgrade_program(
        RuntimeOrigin::signed(ALICE),
        program.clone(),
        second,
        vec![],
        PLENTY,
        DEPOSIT
    ));
    idle();
    assert_eq!(code_of_answer(first), Some(ReplyCode::Upgraded));
    let other = play(&program, script([&[wait(9)]]));
    play(&program, script([&[exit(&BOB)]]));
    assert_eq!(code_of_answer(other), Some(ReplyCode::Exited));
    assert!(!Programs::<Test>::contains_key(&program));
    assert_eq!(turns_in(&program, HANDLE_SIGNAL), []);
    assert_quiet();
}

fn a_program_cleans_up_at_the_prices_of_a_parachain() {
    for mebibytes in [32, 10] {
        ActorsSchedule::set(parachain(mebibytes));
        let program = create("script");
        // It gives back what it had, lets somebody in, and looks around.
        let payment = Post::new(&BOB, vec![7; 200]).value(UNIT);
        let acts = [payment.act(), wake(1), waits(1), waits(2), set(1, b"told")];
        play(&program, script([&[on_signal(&acts)]]));
        send_with(&program, script([&[]]), UNIT, PLENTY);
        idle();
        let failing = play(&program, script([&[wait(1)], &[burn()]]));
        let other = play(&program, script([&[wait(99)], &[]]));
        pass(1);
        assert_eq!(code_of_answer(failing), Some(ReplyCode::OutOfGas));
        let done = results(&program);
        assert!(done.contains(&vec![0, 0, 1, 0, 0]), "{mebibytes}: {done:?}");
        assert_eq!(causes_of(&program, other), [FRESH, WOKEN]);
        assert_quiet();
    }
}

/// Grows the memory of `hoard` by so many stored pages.
fn hoard(program: &AccountId, pages: u8) -> Option<ReplyCode> {
    code_of_answer(play(program, vec![b'g', pages]))
}

fn a_signal_runs_however_large_others_have_made_the_memory() {
    for prices in [
        actors_executor::Schedule::default(),
        parachain(32),
        parachain(10),
    ] {
        ActorsSchedule::set(prices);
        let program = create("hoard");
        let words = [&b"w"[..], &9u32.to_le_bytes()].concat();
        let needed = core::cell::Cell::new(0);
        undone(|| {
            let id = play(&program, words.clone());
            let purse = Purses::<Test>::get(id).expect("it waits");
            needed.set(purse.burned + purse.aside);
        });
        // Not a unit of fuel more than the wait takes.
        let fuel = ActorsSchedule::get().fuel;
        let gas = needed.get().div_ceil(fuel) * fuel;
        let id = send_with(&program, words, 0, gas);
        idle();
        assert!(Purses::<Test>::get(id).expect("it waits").gas < fuel);
        let start = || crate::Pallet::<Test>::start_price(&program, crate::Kind::Handle);
        let before = start();
        // As many pages as the chain lets it have, to the last one.
        for pages in [64, 16, 4, 1] {
            while hoard(&program, pages) == Some(ReplyCode::Finished) {}
        }
        assert!(start() > 5 * before, "{} and {before}", start());
        pass(9);
        assert_eq!(code_of_answer(id), Some(ReplyCode::OutOfGas));
        let last = ended(&program).last().map(|end| end.1);
        assert_eq!(last, Some(ReplyCode::Finished), "the signal");
        assert_eq!(turns_of_hoard(&program), 1);
        assert_quiet();
    }
}

/// How often `hoard` has cleaned up.
fn turns_of_hoard(program: &AccountId) -> usize {
    let tidied = events().into_iter().filter(|event| {
        matches!(event, Event::ProgramEvent { program: source, data, .. }
            if source == program && data == b"tidy")
    });
    tidied.count()
}

fn a_wait_may_set_aside_more_than_a_turn_may_burn() {
    ActorsSchedule::set(parachain(10));
    ActorsSchedule::mutate(|schedule| schedule.signal = 20_000_000_000);
    let program = create("hoard");
    let words = [&b"w"[..], &9u32.to_le_bytes()].concat();
    let id = play(&program, words.clone());
    let purse = Purses::<Test>::get(id).expect("it waits");
    assert!(purse.aside + purse.burned > MaxTurnGas::get());
    // But not more than there is.
    let short = send_with(&program, words, 0, MaxTurnGas::get());
    idle();
    assert_eq!(code_of_answer(short), Some(ReplyCode::Trapped));
    pass(9);
    assert_quiet();
}

fn what_is_kept_for_a_signal_serves_the_next_wait_too() {
    let program = create("script");
    ActorsSchedule::mutate(|schedule| schedule.signal = 60_000_000_000);
    let words = script([&[wait(1)], &[wait(1)], &[wait(1)], &[]]);
    let needed = core::cell::Cell::new(0);
    undone(|| {
        play(&program, script([&[wait(1)]]));
        let purse = Purses::<Test>::iter_values().next().expect("it waits");
        needed.set(purse.aside);
    });
    // For one signal, and for the turns.
    let schedule = ActorsSchedule::get();
    let start = crate::Pallet::<Test>::start_price(&program, crate::Kind::Handle);
    let turn = 2 * start + schedule.wait + schedule.answer;
    let gas = needed.get() + 4 * turn;
    assert!(gas < 2 * needed.get(), "{gas} and {}", needed.get());
    let id = send_with(&program, words, 0, gas);
    idle();
    pass(3);
    assert_eq!(causes_of(&program, id).len(), 4);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

fn a_lock_can_be_taken_from_a_holder_that_has_failed() {
    let program = create("script");
    // The place of a message is its lock. A signal that fails does not give it back.
    play(&program, script([&[on_signal(&[trap()])]]));
    play(&program, script([&[wait(2)], &[trap()]]));
    let asked = |acts: &[Act]| {
        play(&program, script([acts]));
        results(&program).last().cloned().expect("it has counted")
    };
    assert_eq!(asked(&[waits(0), waits(1), waits_itself()]), [1, 0, 0]);
    // One that is woken holds on to it until its turn has come.
    assert_eq!(asked(&[wake(0), waits(0)]), [0, 1]);
    pass(1);
    let ends: Vec<_> = ended(&program).iter().map(|end| end.1).collect();
    assert_eq!(
        ends.iter()
            .filter(|end| **end == ReplyCode::Trapped)
            .count(),
        2,
        "the holder, and its signal"
    );
    assert_eq!(asked(&[waits(0), wake(0)]), [0, -1]);
    assert_quiet();
}

fn who_is_to_be_signalled_waits_still() {
    let program = create("script");
    play(&program, script([&[on_signal(&[waits(0)])]]));
    play(&program, script([&[wait(1)], &[burn()]]));
    tick();
    do_due_within(BlockWeights::get().max_block);
    serve_one();
    // It has failed, and its signal stands there.
    assert_eq!(Service::<Test>::get().booked.length(), 1);
    send(&program, script([&[waits(0)]]));
    serve_one();
    assert!(results(&program).contains(&vec![1]));
    idle();
    // Not in the signal itself, nor from then on.
    assert_eq!(results(&program).last(), Some(&vec![0]));
    play(&program, script([&[waits(0)]]));
    assert_eq!(results(&program).last(), Some(&vec![0]));
    assert_quiet();
}

/// What the chain says to a program that asks whether that message is still to be signalled.
fn is_signalled(program: &AccountId, message: &MessageId) -> bool {
    let record = Programs::<Test>::get(program).expect("it exists");
    let mut host = crate::host::ProgramHost::<Test> {
        account: program,
        code: record.code_hash,
        epoch: record.epoch,
        message: MessageId::default(),
        purse: None,
        arriving: 0,
    };
    actors_executor::Host::is_signalled(&mut host, message)
}

fn who_works_with_a_signals_gas_is_no_signal() {
    let (program, other, spin) = (create("script"), create("script"), create("spin"));
    let post = Post::new(&other, script([&[]])).deposit(0);
    play(&program, script([&[on_signal(&[post.act()])]]));
    let id = play(&program, script([&[wait(1)], &[burn()]]));
    tick();
    do_due_within(BlockWeights::get().max_block);
    serve_one();
    assert!(is_signalled(&program, &id));
    assert!(!is_signalled(&other, &id), "it is another's");
    // What the signal sends stands behind long turns.
    for _ in 0..3 {
        send_with(&spin, vec![], 0, 250_000_000_000);
    }
    while turns_in(&program, HANDLE_SIGNAL).is_empty() {
        serve_one();
    }
    assert!(Purses::<Test>::iter_values().any(|purse| purse.is_last));
    assert!(!is_signalled(&program, &id));
    idle();
    pass(3);
    assert_quiet();
}

cases![
    who_is_to_be_signalled_waits_still,
    who_works_with_a_signals_gas_is_no_signal,
    a_signal_follows_a_later_turn_that_failed,
    a_signal_follows_a_later_turn_that_reverted,
    there_is_none_after_the_first_turn,
    there_is_none_after_success_or_exit,
    there_is_none_where_it_is_not_exported,
    a_signal_that_fails_has_no_signal,
    a_signal_neither_waits_nor_replies,
    a_signal_runs_although_the_purse_was_drained,
    a_signal_is_told_though_the_reply_was_given,
    a_signal_of_an_init_is_not_told,
    a_wait_that_an_exit_or_an_upgrade_ends_has_no_signal,
    a_program_cleans_up_at_the_prices_of_a_parachain,
    a_signal_runs_however_large_others_have_made_the_memory,
    a_wait_may_set_aside_more_than_a_turn_may_burn,
    what_is_kept_for_a_signal_serves_the_next_wait_too,
    a_lock_can_be_taken_from_a_holder_that_has_failed,
];
