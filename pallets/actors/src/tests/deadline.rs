//! Deadlines: no wait is without one, and an answer in time cancels it.

use actors_primitives::{abi::error, MessageId, ReplyCode};
use frame_support::assert_ok;

use super::player::*;
use crate::{mock::*, Pallet, Service, Waiting};

/// Has `asking` ask `asked` and wait for so many blocks, twice at most; served as far as it goes.
fn ask_for(asking: &AccountId, asked: &AccountId, words: Vec<u8>, blocks: u32) -> MessageId {
    let id = send(asking, asking_for(asked, words, blocks));
    idle();
    id
}

fn asking_for(asked: &AccountId, words: Vec<u8>, blocks: u32) -> Vec<u8> {
    script([&[request(asked, words), wait(blocks)], &[reply(b"over", 0)]])
}

/// What the message was told by the reply that resumed it: its code.
fn told(asking: &AccountId, id: MessageId) -> i32 {
    let seen = turns_of(asking, id);
    assert_eq!(seen.len(), 2, "one turn, and one for the reply");
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    seen[1].reply.as_ref().expect("a reply resumed it").code
}

fn a_silent_callee_is_waited_for_as_long_as_said() {
    let (asking, asked) = (create("script"), create("script"));
    let silent = script([&[wait(9)], &[reply(b"late", 0)]]);
    let id = ask_for(&asking, &asked, silent, 3);
    pass(2);
    assert_eq!(causes_of(&asking, id), [FRESH]);
    assert_eq!(answer(id), None);
    next_block();
    assert_eq!(
        causes_of(&asking, id),
        [FRESH, DEADLINE],
        "in the third block"
    );
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"over".to_vec(), 0)));
    pass(6);
    // The answer is late and not lost.
    let late = &turns_in(&asking, HANDLE_REPLY)[0];
    let reply = late.reply.as_ref().expect("it tells of one");
    assert_eq!(
        (reply.to, &reply.words[..]),
        (sent_by(id, 0, 0), &b"late"[..])
    );
    assert_quiet();
}

fn a_wait_has_a_deadline_or_there_is_none() {
    let program = create("script");
    let longest = ActorsLimits::get().wait;
    let acts = [wait(0), wait(longest + 1), wait(u32::MAX)];
    let id = play(&program, script([&acts]));
    let refused = [error::OUT_OF_RANGE, error::OVER_LIMIT, error::OVER_LIMIT];
    assert_eq!(results(&program).last(), Some(&refused.to_vec()));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

fn the_last_wait_of_a_turn_counts() {
    let program = create("script");
    let id = play(&program, script([&[wait(9), wait(2), wait(0)], &[]]));
    pass(1);
    assert_eq!(causes_of(&program, id), [FRESH]);
    pass(1);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert_quiet();
}

fn a_callee_that_has_exited_answers_at_once() {
    let (asking, asked) = (create("script"), create("script"));
    play(&asked, script([&[exit(&BOB)]]));
    let id = ask_for(&asking, &asked, script([&[]]), 9);
    assert_eq!(told(&asking, id), 0x202);
    let seen = turns_of(&asking, id);
    let reply = seen[1].reply.as_ref().expect("it was told");
    assert_eq!(reply.words, [2; 16], "and who inherits");
    assert_quiet();
}

fn a_callee_that_exits_while_it_waits_answers() {
    let (asking, asked) = (create("script"), create("script"));
    let id = ask_for(&asking, &asked, script([&[wait(9)]]), 9);
    assert_eq!(causes_of(&asking, id), [FRESH]);
    play(&asked, script([&[exit(&BOB)]]));
    idle();
    assert_eq!(told(&asking, id), 0x202);
    assert_quiet();
}

fn a_callee_that_runs_out_of_gas_answers() {
    let (asking, asked) = (create("script"), create("script"));
    let split = Post::new(&asked, script([&[burn()]]))
        .gas(9_000_000_000)
        .awaited(0);
    let id = play(
        &asking,
        script([&[split.act(), wait(9)], &[reply(b"over", 0)]]),
    );
    assert_eq!(told(&asking, id), 0x102);
    assert_quiet();
}

fn a_callee_that_is_upgraded_while_it_waits_answers() {
    let (asking, asked) = (create("script"), create("script"));
    let second = upload("script-second");
    let id = ask_for(&asking, &asked, script([&[wait(9)]]), 9);
    assert_ok!(Actors::upgrade_program(
        RuntimeOrigin::signed(ALICE),
        asked,
        second,
        vec![],
        PLENTY,
        DEPOSIT
    ));
    idle();
    idle();
    assert_eq!(told(&asking, id), 0x203);
    assert_quiet();
}

fn an_answer_in_the_very_block_of_the_deadline_comes_too_late_before_transactions() {
    let (asking, asked) = (create("script"), create("script"));
    // Both wait for two blocks; who waited first is resumed first, and has asked.
    let slow = script([&[wait(2)], &[reply(b"late", 0)]]);
    let id = ask_for(&asking, &asked, slow, 2);
    pass(2);
    assert_eq!(causes_of(&asking, id), [FRESH, DEADLINE]);
    assert_eq!(turns_in(&asking, HANDLE_REPLY).len(), 1);
    assert_quiet();
}

fn an_answer_in_the_block_before_the_deadline_is_in_time() {
    let (asking, asked) = (create("script"), create("script"));
    let slow = script([&[wait(2)], &[reply(b"in time", 0)]]);
    let id = ask_for(&asking, &asked, slow, 3);
    pass(2);
    assert_eq!(told(&asking, id), 0);
    assert_quiet();
}

fn a_reply_that_is_queued_in_time_cancels_the_deadline_however_long_the_queue() {
    let (asking, asked) = (create("script"), create("script"));
    let id = send(&asking, asking_for(&asked, script([&[]]), 1));
    serve_one();
    // A backlog comes between.
    let others: Vec<_> = (0..30).map(|_| send(&asked, script([&[]]))).collect();
    serve_one();
    assert_eq!(Service::<Test>::get().scheduled, 0, "the reply is queued");
    pass_full(20);
    assert_eq!(causes_of(&asking, id), [FRESH]);
    idle();
    assert_eq!(told(&asking, id), 1);
    assert!(others.into_iter().all(|other| answer(other).is_some()));
    assert_eq!(turns_in(&asking, HANDLE_REPLY), []);
    assert_quiet();
}

fn a_question_that_stands_in_a_long_queue_does_not_stop_the_deadline() {
    let (asking, asked) = (create("script"), create("script"));
    let id = send(
        &asking,
        asking_for(&asked, script([&[reply(b"late", 0)]]), 2),
    );
    serve_one();
    pass_full(3);
    // What is due is done first, whatever stands in the queue; then the question is answered.
    next_block();
    idle();
    assert_eq!(causes_of(&asking, id), [FRESH, DEADLINE]);
    assert_eq!(turns_in(&asking, HANDLE_REPLY).len(), 1);
    assert_quiet();
}

fn the_value_of_a_late_reply_is_credited_whatever_handles_it() {
    for name in ["script", "script-mute"] {
        let (asking, asked) = (create(name), create("script"));
        send_with(&asked, script([&[]]), 100, PLENTY);
        idle();
        // Its own handler fails.
        let base = total(&asking);
        let late = script([&[wait(3)], &[reply(b"", 100)]]);
        let id = play(
            &asking,
            script([
                &[on_reply(&[trap()]), request(&asked, late), wait(1)],
                &[reply(b"over", 0)],
            ]),
        );
        pass(4);
        assert_eq!(causes_of(&asking, id), [FRESH, DEADLINE]);
        let record = crate::Programs::<Test>::get(&asking).expect("it goes on");
        let held = record.deposit - Pallet::<Test>::record_deposit();
        assert_eq!(total(&asking), base + PAGE + held + 100, "{name}");
        assert_quiet();
    }
}

fn a_pause_stops_the_clock() {
    let root = RuntimeOrigin::root();
    let program = create("script");
    assert!(!Pallet::<Test>::has_schedule());
    let id = play(&program, script([&[wait(3)], &[]]));
    pass(1);
    assert!(Pallet::<Test>::has_schedule(), "blocks are worth making");
    let clock = Service::<Test>::get().clock;
    assert_ok!(Actors::set_service_paused(root.clone(), true));
    assert!(!Pallet::<Test>::has_schedule(), "none brings it nearer");
    pass(20);
    assert_eq!(Service::<Test>::get().clock, clock);
    assert_eq!(causes_of(&program, id), [FRESH]);
    assert_ok!(Actors::set_service_paused(root, false));
    assert!(Pallet::<Test>::has_schedule());
    idle();
    pass(1);
    assert_eq!(causes_of(&program, id), [FRESH], "shifted by the pause");
    pass(1);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert!(!Pallet::<Test>::has_schedule());
    assert_quiet();
}

fn replies_go_before_deadlines_when_service_resumes() {
    let root = RuntimeOrigin::root();
    let (asking, asked) = (create("script"), create("script"));
    let id = send(&asking, asking_for(&asked, script([&[]]), 1));
    serve_one();
    // It waits for one block, and the question stands in the queue.
    assert_ok!(Actors::set_service_paused(root.clone(), true));
    pass(5);
    assert_ok!(Actors::set_service_paused(root, false));
    // The block that lifts the pause serves the queue; and time goes on with the next.
    idle();
    assert_eq!(causes_of(&asking, id), [FRESH, REPLY]);
    pass(1);
    assert_quiet();
}

fn the_clock_stands_still_where_nothing_is_scheduled() {
    let program = create("script");
    let clock = Service::<Test>::get().clock;
    pass(5);
    assert_eq!(Service::<Test>::get().clock, clock);
    let id = play(&program, script([&[wait(2)], &[]]));
    pass(5);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_eq!(Service::<Test>::get().clock, clock + 2);
}

fn the_clock_goes_on_while_messages_are_queued() {
    let program = create("script");
    let clock = Service::<Test>::get().clock;
    // Nothing is scheduled, and what is queued is not served.
    send(&program, script([&[]]));
    pass_full(5);
    assert_eq!(Service::<Test>::get().clock, clock + 5);
    idle();
    assert_quiet();
}

fn a_message_holds_its_purse_no_longer_than_a_lifetime() {
    MaxMessageLifetime::set(5);
    let program = create("script");
    let id = play(
        &program,
        script([
            &[wait(6), wait(3)],
            &[wait(3), wait(9)],
            &[wait(1), reply(b"end", 0)],
        ]),
    );
    pass(5);
    let told = results(&program);
    // Each waits as long as the purse lives, and no longer.
    let closed = error::PURSE_CLOSED;
    assert_eq!(told[told.len() - 3..], [[0, 0], [0, 0], [closed, 0]]);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    assert_quiet();
}

fn a_deadline_of_one_that_was_answered_leaves_nothing_behind() {
    let (asking, asked) = (create("script"), create("script"));
    for _ in 0..3 {
        let id = ask_for(&asking, &asked, script([&[]]), 14_400);
        assert_eq!(told(&asking, id), 1);
        assert_eq!(Waiting::<Test>::iter().count(), 0);
        assert_quiet();
    }
}

fn what_comes_after_a_deadline_stays_behind_it() {
    let program = create("script");
    let id = play(
        &program,
        script([&[wait(1)], &[wait(30)], &[wait(30)], &[]]),
    );
    // Its time is over, and nothing of that is served yet; then another message wakes it, which is served first.
    tick();
    do_due_within(BlockWeights::get().max_block);
    assert_eq!(Service::<Test>::get().booked.length(), 1);
    Service::<Test>::mutate(|service| service.ahead = -1);
    send(&program, script([&[wake(0)]]));
    serve_one();
    assert_eq!(Service::<Test>::get().booked.length(), 2);
    idle();
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE, WOKEN]);
    // And it waits as long as it says from then on.
    assert_eq!(Service::<Test>::get().scheduled, 1);
    pass(40);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE, WOKEN, DEADLINE]);
    assert_quiet();
}

cases![
    what_comes_after_a_deadline_stays_behind_it,
    a_silent_callee_is_waited_for_as_long_as_said,
    a_wait_has_a_deadline_or_there_is_none,
    the_last_wait_of_a_turn_counts,
    a_callee_that_has_exited_answers_at_once,
    a_callee_that_exits_while_it_waits_answers,
    a_callee_that_runs_out_of_gas_answers,
    a_callee_that_is_upgraded_while_it_waits_answers,
    an_answer_in_the_very_block_of_the_deadline_comes_too_late_before_transactions,
    an_answer_in_the_block_before_the_deadline_is_in_time,
    a_reply_that_is_queued_in_time_cancels_the_deadline_however_long_the_queue,
    a_question_that_stands_in_a_long_queue_does_not_stop_the_deadline,
    the_value_of_a_late_reply_is_credited_whatever_handles_it,
    a_pause_stops_the_clock,
    replies_go_before_deadlines_when_service_resumes,
    the_clock_stands_still_where_nothing_is_scheduled,
    the_clock_goes_on_while_messages_are_queued,
    a_message_holds_its_purse_no_longer_than_a_lifetime,
    a_deadline_of_one_that_was_answered_leaves_nothing_behind,
];
