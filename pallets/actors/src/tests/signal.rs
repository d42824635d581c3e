//! `handle_signal`: where a program cleans up after a message that failed when it was resumed.

use actors_primitives::ReplyCode;
use frame_support::assert_ok;

use super::player::*;
use crate::{mock::*, Event, Programs, Purses, Waiting};

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
    let rent = 2 * ActorsSchedule::get().rent;
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
    let id = send_with(&program, words, 0, GAS);
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

cases![
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
];
