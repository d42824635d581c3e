//! Messages that wait, and what resumes them.

use actors_primitives::{abi::error, program_preimage, ReplyCode};
use frame_support::{assert_noop, traits::Hooks, weights::Weight};

use super::player::*;
use crate::{
    mock::*, Error, Event, Lane, Pages, Pallet, Programs, Service, State, Status, Tombstones,
    WaitState, Waiter, Waiting,
};

/// The message that waits, of which there is one.
fn waiting() -> crate::WaitingMessage<Test> {
    let mut all = Waiting::<Test>::iter_values();
    let waiting = all.next().expect("a message waits");
    assert!(all.next().is_none(), "and no other");
    waiting
}

fn a_reply_resumes_the_message_itself_with_one_turn() {
    let (asking, asked) = (create("script"), create("script"));
    let question = script([&[reply(b"hi", 0)]]);
    let id = play(
        &asking,
        script([&[request(&asked, question), wait(10)], &[reply(b"done", 0)]]),
    );
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"done".to_vec(), 0)));
    let seen = turns_of(&asking, id);
    assert_eq!(seen.len(), 2, "one turn, and one for the reply");
    assert_eq!((seen[0].entry, seen[0].cause), (HANDLE, FRESH));
    assert_eq!((seen[1].entry, seen[1].cause), (HANDLE, REPLY));
    assert_eq!((&seen[1].source, seen[1].size), (&ALICE, seen[0].size));
    let answer = seen[1].reply.as_ref().expect("it was told of it");
    assert_eq!(answer.to, sent_by(id, 0, 0));
    assert_eq!((answer.code, answer.value), (0, 0));
    assert_eq!(answer.words, b"hi");
    assert_eq!(turns_in(&asking, HANDLE_REPLY), [], "and no other");
    assert_eq!(turns(&asked).len(), 2, "`init` and the question");
    assert_eq!(
        ended(&asking)[1..],
        [(id, ReplyCode::Replied)],
        "it ended once"
    );
    assert_quiet();
}

fn a_program_sees_what_was_reverted_with_and_has_its_value_back() {
    let (asking, asked) = (create("script"), create("script"));
    let question = Post::new(&asked, script([&[reverts(b"\xff\0\xfe")]]));
    let question = question.value(UNIT).awaited(0).act();
    let words = script([&[question, wait(10)], &[]]);
    let id = send_with(&asking, words, UNIT, PLENTY);
    idle();
    let seen = turns_of(&asking, id);
    let answer = seen[1].reply.as_ref().expect("it was told of it");
    assert_eq!(answer.to, sent_by(id, 0, 0));
    assert_eq!((answer.code, answer.value), (0x108, UNIT));
    assert_eq!((answer.size, &answer.words[..]), (3, &b"\xff\0\xfe"[..]));
    assert_eq!(turns(&asked).len(), 1, "of the turn nothing stands");
    assert_quiet();
}

/// Sends with a share of the deposit money, and awaits the reply.
fn share(to: &AccountId, words: Vec<u8>) -> Act {
    Post::new(to, words).deposit(UNIT).awaited(0).act()
}

fn replies_resume_in_the_order_in_which_they_arrive() {
    let asking = create("script");
    let asked = [create("script"), create("script"), create("script")];
    // The last that is asked is the first to answer.
    let late = |blocks| script([&[wait(blocks)], &[reply(b"late", 0)]]);
    let id = play(
        &asking,
        script([
            &[
                share(&asked[0], late(4)),
                share(&asked[1], late(2)),
                share(&asked[2], script([&[]])),
                wait(50),
            ],
            &[wait(50)],
            &[wait(50)],
            &[reply(b"all", 0)],
        ]),
    );
    pass(5);
    let to: Vec<_> = turns_of(&asking, id)
        .into_iter()
        .filter_map(|turn| Some(turn.reply?.to))
        .collect();
    let order = [2, 1, 0].map(|index| sent_by(id, 0, index));
    assert_eq!(to, order);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    assert_quiet();
}

fn causes_that_arrive_while_a_resume_is_queued_wait_their_turn() {
    let (asking, asked) = (create("script"), create("script"));
    let question = || request(&asked, script([&[]]));
    let id = send(
        &asking,
        script([
            &[question(), question(), wait(1)],
            &[wait(1)],
            &[reply(b"both", 0)],
        ]),
    );
    for _ in 0..3 {
        serve_one();
    }
    let (causes, waited) = (2, 0);
    assert_eq!(
        waiting().state,
        WaitState::Called {
            causes,
            waited,
            lane: Lane::Queue
        }
    );
    // Its deadline is void with the first of them, however long they stand in the queue.
    assert_eq!(Service::<Test>::get().scheduled, 0);
    pass_full(7);
    serve_one();
    assert_eq!(causes_of(&asking, id), [FRESH, REPLY]);
    let waits = waiting();
    let (causes, waited) = (1, 0);
    assert_eq!(
        waits.state,
        WaitState::Called {
            causes,
            waited,
            lane: Lane::Queue
        }
    );
    assert_eq!(waits.rent, 0, "what goes on at once pays no rent");
    pass_full(7);
    idle();
    let seen = turns_of(&asking, id);
    let to: Vec<_> = seen
        .iter()
        .filter_map(|turn| Some(turn.reply.as_ref()?.to))
        .collect();
    assert_eq!(to, [sent_by(id, 0, 0), sent_by(id, 0, 1)]);
    assert_eq!(seen.len(), 3);
    assert_quiet();
}

fn others_are_served_before_a_resume_that_was_queued_after_them() {
    let (asking, asked) = (create("script"), create("script"));
    let id = send(
        &asking,
        script([&[request(&asked, script([&[]])), wait(9)], &[]]),
    );
    // Behind the question, and before its answer.
    serve_one();
    let other = send(&asking, script([&[]]));
    idle();
    let order: Vec<_> = turns_in(&asking, HANDLE)
        .into_iter()
        .map(|turn| turn.message)
        .collect();
    assert_eq!(order, [id, other, id]);
}

fn a_turn_is_told_why_it_runs() {
    let (program, asked) = (create("script"), create("script"));
    let id = play(
        &program,
        script([
            &[wait(2)],
            &[request(&asked, script([&[]])), wait(10)],
            &[wait(10)],
            &[],
        ]),
    );
    pass(2);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE, REPLY]);
    play(&program, script([&[wake(0)]]));
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE, REPLY, WOKEN]);
    let numbers: Vec<_> = turns_of(&program, id)
        .iter()
        .map(|turn| turn.number)
        .collect();
    assert_eq!(numbers, [2, 3, 4, 6], "its memory goes on with it");
    assert_quiet();
}

fn a_reply_to_a_message_that_has_ended_is_handled() {
    let (asking, asked) = (create("script"), create("script"));
    let question = || share(&asked, script([&[reply(b"here", 7)]]));
    let mark = [&[1u8; 3][..]].concat();
    let before = total(&asking);
    // It awaits three replies: waits for one, ends with the second, and never waits in the other.
    let id = send_with(
        &asking,
        script([
            &[
                on_reply(&[set(1, &mark)]),
                question(),
                question(),
                question(),
                wait(9),
            ],
            &[wait(9)],
            &[reply(b"enough", 0)],
        ]),
        0,
        PLENTY,
    );
    let value = send_with(&asked, script([&[]]), 100, PLENTY);
    // Money for the replies comes first.
    let other = play(&asking, script([&[question()]]));
    assert_eq!(code_of_answer(value), Some(ReplyCode::Finished));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    let late = turns_in(&asking, HANDLE_REPLY);
    let to: Vec<_> = late
        .iter()
        .filter_map(|turn| Some(turn.reply.as_ref()?.to))
        .collect();
    assert_eq!(to, [sent_by(id, 0, 2), sent_by(other, 0, 0)]);
    assert!(late.iter().all(|turn| turn.message != id));
    let held = Programs::<Test>::get(&asking).expect("it exists").deposit
        - Pallet::<Test>::record_deposit();
    assert_eq!(
        total(&asking),
        before + 4 * 7 + PAGE + held,
        "no value is lost"
    );
    assert_quiet();
}

fn without_handle_reply_a_late_reply_leaves_its_value() {
    let (asking, asked) = (create("script-mute"), create("script"));
    let payment = || request(&asked, script([&[reply(b"here", 7)]]));
    play(&asked, vec![]);
    send_with(&asked, script([&[]]), 100, PLENTY);
    let before = total(&asking);
    let id = send(
        &asking,
        script([&[payment(), payment(), wait(9)], &[reply(b"enough", 0)]]),
    );
    idle();
    assert_eq!(causes_of(&asking, id), [FRESH, REPLY]);
    assert_eq!(turns_in(&asking, HANDLE_REPLY), []);
    assert_eq!(total(&asking), before + 2 * 7 + PAGE);
    assert_quiet();
}

fn a_program_is_initialising_until_its_init_has_ended() {
    let asked = create("script");
    let late = script([&[wait(2)], &[reply(b"late", 0)]]);
    let (program, id) = conceive(
        "script",
        script([
            &[
                on_reply(&[set(1, b"seen")]),
                share(&asked, late),
                tell(&asked, script([&[reply(b"soon", 0)]])),
                wait(10),
            ],
            &[get(1), reply(b"ready", 0)],
        ]),
        UNIT,
    );
    idle();
    let status = |program| Programs::<Test>::get(program).expect("it exists").status;
    assert_eq!(status(&program), Status::Initialising);
    // Its own conversation goes on.
    assert_eq!(turns_in(&program, HANDLE_REPLY).len(), 1);
    assert_eq!(status(&program), Status::Initialising);
    let (alice, fees) = (total(&ALICE), Fees::get());
    let early = send_with(&program, script([&[]]), 9, PLENTY);
    idle();
    assert_eq!(answer(early), Some((ReplyCode::NotInitialised, vec![], 9)));
    assert_eq!(total(&ALICE), alice + fees - Fees::get());
    let told = |event: &Event<Test>| events().contains(event);
    let initialised = Event::ProgramInitialised {
        program: program.clone(),
    };
    assert!(!told(&initialised));
    assert_eq!(answer(id), None);
    pass(2);
    assert_eq!(status(&program), Status::Active);
    assert!(told(&initialised));
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"ready".to_vec(), 0)));
    let seen = turns_of(&program, id);
    assert_eq!(
        (seen[0].entry, seen[1].entry, seen.len()),
        (INIT, INIT, 2),
        "and `_initialize` ran once"
    );
    assert_eq!(
        results(&program).last(),
        Some(&vec![4, i32::from_le_bytes(*b"seen"), 0])
    );
    let now = play(&program, script([&[reply(b"now", 0)]]));
    assert_eq!(code_of_answer(now), Some(ReplyCode::Replied));
    assert_quiet();
}

fn an_init_that_fails_after_a_turn_leaves_a_tombstone() {
    let asked = create("script");
    Fees::set(0);
    let before = total(&ALICE);
    let (program, id) = conceive(
        "script",
        script([
            &[
                set(1, b"kept"),
                touch(0, 1),
                request(&asked, script([&[reply(b"", 0)]])),
                wait(10),
            ],
            &[trap()],
        ]),
        UNIT,
    );
    idle();
    // The value had arrived with the first turn: it is inherited, not returned.
    assert_eq!(answer(id), Some((ReplyCode::Trapped, vec![], 0)));
    assert_eq!(turns(&program).len(), 1);
    assert!(!Programs::<Test>::contains_key(&program));
    assert_eq!(Tombstones::<Test>::get(&program), Some(ALICE));
    assert_eq!(total(&program), 0);
    let code = crate::Codes::<Test>::get(Pallet::<Test>::code_hash(&fixture("script")));
    assert_eq!(code.expect("it is stored").references, 1, "the one asked");
    // All is back but gas and the tombstone's price, which go the same way.
    assert_eq!(total(&ALICE), before - Fees::get());
    assert!(Fees::get() > Pallet::<Test>::tombstone_price());
    assert!(events().contains(&Event::ProgramRemoved {
        program: program.clone(),
        code: ReplyCode::Trapped,
    }));
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 0);
    assert_noop!(
        Actors::send_message(RuntimeOrigin::signed(ALICE), program, vec![], 0, PLENTY, 0),
        Error::<Test>::NotAProgram
    );
    assert_quiet();
}

fn an_init_that_fails_in_its_first_turn_leaves_nothing() {
    let (program, id) = conceive("script", script([&[wait(10), trap()]]), UNIT);
    idle();
    assert_eq!(answer(id), Some((ReplyCode::Trapped, vec![], UNIT)));
    assert!(!Tombstones::<Test>::contains_key(&program));
    assert_quiet();
}

fn a_stillborn_program_does_not_inherit_from_its_creator() {
    let code = Pallet::<Test>::code_hash(&fixture("script"));
    // In its first turn, and after one that has committed.
    for words in [script([&[trap()]]), script([&[wait(2)], &[trap()]])] {
        let creator = create("script");
        let salt = 7;
        let preimage = program_preimage(&code, &creator.clone().into(), &[salt]);
        let child = AccountId::new(sp_io::hashing::blake2_256(&preimage));
        let cost = Pallet::<Test>::creation_deposit();
        Fees::set(0);
        let before = total(&ALICE) + total(&creator);
        send_with(
            &creator,
            script([&[found(code, salt, 0, words), exit(&child)]]),
            cost + UNIT,
            PLENTY,
        );
        pass(4);
        assert!(Tombstones::<Test>::contains_key(&creator));
        assert!(!Programs::<Test>::contains_key(&child));
        assert!(events().contains(&Event::ProgramRemoved {
            program: child.clone(),
            code: ReplyCode::Trapped,
        }));
        // Alice, who paid for it all, has what nobody else is left to have.
        assert_eq!((total(&creator), total(&child)), (0, 0));
        assert_eq!(total(&ALICE), before - Fees::get());
        assert_quiet();
    }
}

fn a_chain_of_requests_is_answered_from_its_end() {
    let programs: Vec<_> = (0..16).map(|_| create("script")).collect();
    let mut words = script([&[reply(b"end", 0)]]);
    for program in programs[1..].iter().rev() {
        words = script([&[request(program, words), wait(20)], &[reply(b"on", 0)]]);
    }
    let id = play(&programs[0], words);
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"on".to_vec(), 0)));
    for program in &programs[..15] {
        assert_eq!(turns(program).len(), 3, "`init`, and two of the message");
    }
    assert_eq!(turns(&programs[15]).len(), 2);
    let order: Vec<_> = events()
        .into_iter()
        .filter_map(|event| match event {
            Event::MessageProcessed { destination, .. } => Some(destination),
            _ => None,
        })
        .skip(16)
        .collect();
    let reverse: Vec<_> = programs.iter().rev().cloned().collect();
    assert_eq!(order, reverse);
    assert_quiet();
}

fn programs_that_ask_each_other_do_not_lock() {
    let (first, second) = (create("script"), create("script"));
    let mut words = script([&[reply(b"end", 0)]]);
    for depth in 0..12 {
        let to = if depth % 2 == 0 { &first } else { &second };
        words = script([&[request(to, words), wait(20)], &[reply(b"on", 0)]]);
    }
    // And one that asks itself.
    let id = play(
        &second,
        script([&[request(&second, words), wait(20)], &[reply(b"top", 0)]]),
    );
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"top".to_vec(), 0)));
    assert_eq!(turns(&first).len() + turns(&second).len(), 2 + 13 * 2 + 1);
    assert_quiet();
}

fn one_message_gathers_many_replies() {
    // The mock's dear calls would let a turn send a dozen.
    ActorsSchedule::mutate(|schedule| (schedule.send, schedule.answer) = (0, 0));
    ActorsSchedule::mutate(|schedule| schedule.wait = 0);
    let (asking, echo) = (create("script"), create("echo"));
    let many = 60;
    let requests: Vec<_> = (0..many)
        .map(|number| request(&echo, vec![number]))
        .collect();
    let gather = [&wait(50)[..]];
    let segment = |acts: &[u8]| {
        let len = u16::try_from(acts.len()).expect("it is short");
        [&len.to_le_bytes()[..], acts].concat()
    };
    let all = requests.concat();
    let mut words = segment(&[&all[..], &wait(50)].concat());
    for _ in 1..many {
        words.extend(segment(gather[0]));
    }
    words.extend(segment(&reply(b"all", 0)));
    let id = play(&asking, words);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    let gathered: Vec<_> = turns_of(&asking, id)
        .into_iter()
        .filter_map(|turn| turn.reply?.words.first().copied())
        .collect();
    assert_eq!(gathered, (0..many).collect::<Vec<_>>());
    assert_quiet();
}

/// The payload that makes `rounds` ask that often.
fn rounds(to: &AccountId, rounds: u32) -> Vec<u8> {
    let to: &[u8; 32] = to.as_ref();
    [&to[..], &rounds.to_le_bytes()].concat()
}

fn a_message_asks_and_is_answered_a_thousand_times() {
    go_round(1_000);
}

fn go_round(times: u32) {
    ActorsSchedule::mutate(|schedule| {
        (schedule.send, schedule.answer, schedule.wait) = (0, 0, 0);
        schedule.proof_byte = 0;
    });
    let (asking, echo) = (create("rounds"), create("echo"));
    let gas = 20_000_000_000 * u64::from(times);
    let (before, spent) = (total(&ALICE), burned());
    Fees::set(0);
    let id = send_with(&asking, rounds(&echo, times), 0, gas);
    while Pallet::<Test>::queue_length() > 0 {
        Actors::on_idle(System::block_number(), Weight::MAX);
    }
    let told = answer(id).expect("it came to an end");
    assert_eq!(
        (told.0, told.1),
        (ReplyCode::Replied, times.to_le_bytes().to_vec())
    );
    assert_eq!(total(&ALICE), before - Fees::get());
    assert_eq!(Fees::get(), price(burned() - spent));
    assert_quiet();
}

fn the_reply_that_was_given_before_waiting_is_the_one() {
    let (program, asked) = (create("script"), create("script"));
    let id = send(
        &program,
        script([
            &[reply(b"early", 0), request(&asked, script([&[]])), wait(10)],
            &[reply(b"again", 0), wait(1)],
            &[],
        ]),
    );
    serve_one();
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"early".to_vec(), 0)));
    assert!(waiting().has_replied);
    idle();
    pass(1);
    assert_eq!(causes_of(&program, id), [FRESH, REPLY, DEADLINE]);
    let told = results(&program);
    assert_eq!(told[told.len() - 1], [error::ALREADY_REPLIED, 0]);
    assert_eq!(answer(id).expect("it stands").1, b"early");
    assert_eq!(ended(&program).last(), Some(&(id, ReplyCode::Replied)));
    assert_quiet();
}

fn a_later_failure_makes_no_second_reply() {
    let (program, asking) = (create("script"), create("script"));
    let words = script([&[reply(b"early", 0), wait(1)], &[trap()]]);
    let id = play(&program, words.clone());
    // To a program as well.
    let other = play(
        &asking,
        script([&[request(&program, words), wait(9)], &[wait(9)], &[]]),
    );
    pass(1);
    assert_eq!(answer(id), Some((ReplyCode::Replied, b"early".to_vec(), 0)));
    assert_eq!(
        ended(&program)
            .into_iter()
            .filter(|end| *end == (id, ReplyCode::Trapped))
            .count(),
        1
    );
    pass(9);
    assert_eq!(causes_of(&asking, other), [FRESH, REPLY, DEADLINE]);
    assert_eq!(turns_in(&asking, HANDLE_REPLY), []);
    assert_quiet();
}

fn a_later_failure_is_the_reply_if_there_was_none() {
    let (program, other) = (create("script"), create("script"));
    // There is as much of somebody else's in escrow.
    let post = Post::new(&BOB, vec![]).value(UNIT).gas(1_000).delay(2);
    send_with(&other, script([&[post.act()]]), UNIT, PLENTY);
    let base = total(&program);
    let words = script([&[wait(1)], &[panics(b"not today")]]);
    let id = send_with(&program, words, UNIT, PLENTY);
    idle();
    pass(1);
    // Its value arrived with the first turn.
    assert_eq!(
        answer(id),
        Some((ReplyCode::Panicked, b"not today".to_vec(), 0))
    );
    assert_eq!(total(&program), base + UNIT + PAGE);
    pass(1);
    assert_quiet();
}

fn value_arrives_with_the_first_turn_and_is_told_in_all() {
    let program = create("script");
    let base = Pallet::<Test>::spendable(&program);
    let words = script([&[wait(1)], &[wait(1)], &[reply(b"", 4)]]);
    let id = send_with(&program, words, 10, PLENTY);
    idle();
    assert_eq!(Pallet::<Test>::spendable(&program), base + 10);
    pass(2);
    let seen = turns_of(&program, id);
    let told: Vec<_> = seen.iter().map(|turn| (turn.value, turn.balance)).collect();
    assert_eq!(told, [(10, base + 10); 3]);
    assert_eq!(answer(id), Some((ReplyCode::Replied, vec![], 4)));
    assert_eq!(Pallet::<Test>::spendable(&program), base + 6 + PAGE);
}

fn value_that_comes_with_a_reply_is_kept_when_the_resumed_turn_fails() {
    let (asking, asked) = (create("script"), create("script"));
    send_with(&asked, script([&[]]), 10, PLENTY);
    idle();
    let base = Pallet::<Test>::spendable(&asking);
    let question = script([&[reply(b"", 10)]]);
    let id = play(
        &asking,
        script([&[request(&asked, question), wait(9)], &[trap()]]),
    );
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    // And the page, which `handle_signal` frees.
    assert_eq!(Pallet::<Test>::spendable(&asking), base + 10 + PAGE);
    assert_quiet();
}

fn value_of_a_request_that_fails_comes_back_with_the_reply() {
    let (asking, asked) = (create("script"), create("script"));
    let (base, other) = (Pallet::<Test>::spendable(&asking), total(&asked));
    let question = Post::new(&asked, script([&[trap()]])).value(10).awaited(0);
    let id = send_with(
        &asking,
        script([&[question.act(), wait(9)], &[reply(b"", 10)]]),
        10,
        PLENTY,
    );
    idle();
    let seen = turns_of(&asking, id);
    let told = seen[1].reply.as_ref().expect("it failed");
    assert_eq!((told.code, told.value), (0x100, 10));
    assert_eq!(seen[1].balance, base + 10, "it has it already");
    assert_eq!(answer(id), Some((ReplyCode::Replied, vec![], 10)));
    assert_eq!(total(&asked), other);
}

fn a_message_wakes_another_of_its_program() {
    let program = create("script");
    let (first, second) = (
        play(&program, script([&[wait(100)], &[reply(b"a", 0)]])),
        play(&program, script([&[wait(100)], &[reply(b"b", 0)]])),
    );
    play(&program, script([&[wake(1)]]));
    assert_eq!(answer(second), Some((ReplyCode::Replied, b"b".to_vec(), 0)));
    assert_eq!(answer(first), None);
    play(&program, script([&[wake(0)]]));
    assert_eq!(answer(first), Some((ReplyCode::Replied, b"a".to_vec(), 0)));
    assert_eq!(causes_of(&program, first), [FRESH, WOKEN]);
    assert_quiet();
}

fn waking_what_does_not_wait_is_told() {
    let (program, other) = (create("script"), create("script"));
    // Its place at the other program is that of a message which waits there.
    let elsewhere = play(&other, script([&[wait(100)]]));
    let slept = play(&program, script([&[wait(1)], &[]]));
    pass(1);
    assert_eq!(code_of_answer(slept), Some(ReplyCode::Finished));
    let words = script([
        &[
            tell(&other, script([&[wait(100)]])),
            wake_itself(),
            wake(0),
            wake_sent(),
            wait(1),
        ],
        &[wake_sent()],
    ]);
    play(&program, words);
    let told = results(&program);
    let missing = error::NOT_FOUND;
    assert_eq!(told[told.len() - 1], [0, missing, missing, missing, 0]);
    // What it told the other program waits there by now.
    pass(1);
    assert_eq!(results(&program).last(), Some(&vec![missing]));
    assert_eq!(answer(elsewhere), None);
    pass(100);
    assert_quiet();
}

fn a_message_that_is_woken_twice_has_two_turns() {
    let program = create("script");
    let id = play(
        &program,
        script([&[wait(100)], &[wait(100)], &[wait(2)], &[]]),
    );
    let waker = play(&program, script([&[wake(0), wake(0)]]));
    assert_eq!(results(&program).last(), Some(&vec![0]), "its second wait");
    assert_eq!(code_of_answer(waker), Some(ReplyCode::Finished));
    assert_eq!(causes_of(&program, id), [FRESH, WOKEN, WOKEN]);
    pass(2);
    assert_eq!(causes_of(&program, id), [FRESH, WOKEN, WOKEN, DEADLINE]);
    // What stands in the queue for one that has ended does nothing.
    let id = play(&program, script([&[wait(100)], &[]]));
    play(&program, script([&[wake(0), wake(0)]]));
    assert_eq!(causes_of(&program, id), [FRESH, WOKEN]);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

fn a_failed_turn_wakes_and_waits_for_nothing() {
    let program = create("script");
    let id = play(&program, script([&[wait(100)], &[]]));
    let failing = play(&program, script([&[wake(0), wait(5), trap()]]));
    assert_eq!(code_of_answer(failing), Some(ReplyCode::Trapped));
    assert_eq!(causes_of(&program, id), [FRESH]);
    let waiter = Waiter {
        epoch: 0,
        message: id,
    };
    let waiting = Pallet::<Test>::find_waiting(&program, &waiter).expect("it waits");
    assert!(matches!(waiting.state, WaitState::Parked(_)));
    assert_eq!(Waiting::<Test>::iter().count(), 1);
}

cases![
    a_reply_resumes_the_message_itself_with_one_turn,
    a_program_sees_what_was_reverted_with_and_has_its_value_back,
    replies_resume_in_the_order_in_which_they_arrive,
    causes_that_arrive_while_a_resume_is_queued_wait_their_turn,
    others_are_served_before_a_resume_that_was_queued_after_them,
    a_turn_is_told_why_it_runs,
    a_reply_to_a_message_that_has_ended_is_handled,
    without_handle_reply_a_late_reply_leaves_its_value,
    a_program_is_initialising_until_its_init_has_ended,
    an_init_that_fails_after_a_turn_leaves_a_tombstone,
    an_init_that_fails_in_its_first_turn_leaves_nothing,
    a_stillborn_program_does_not_inherit_from_its_creator,
    a_chain_of_requests_is_answered_from_its_end,
    programs_that_ask_each_other_do_not_lock,
    one_message_gathers_many_replies,
    a_message_asks_and_is_answered_a_thousand_times,
    the_reply_that_was_given_before_waiting_is_the_one,
    a_later_failure_makes_no_second_reply,
    a_later_failure_is_the_reply_if_there_was_none,
    value_arrives_with_the_first_turn_and_is_told_in_all,
    value_that_comes_with_a_reply_is_kept_when_the_resumed_turn_fails,
    value_of_a_request_that_fails_comes_back_with_the_reply,
    a_message_wakes_another_of_its_program,
    waking_what_does_not_wait_is_told,
    a_message_that_is_woken_twice_has_two_turns,
    a_failed_turn_wakes_and_waits_for_nothing,
];

/// Native only: a long road.
#[cfg(test)]
mod long {
    use super::*;

    #[test]
    fn a_message_asks_and_is_answered_ten_thousand_times() {
        on_chain(|| go_round(10_000));
    }
}
