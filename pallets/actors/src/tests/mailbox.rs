//! Mailboxes: what a program asks a user.

use actors_primitives::{Balance, MessageId, ReplyCode};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};

use super::player::*;
use crate::{mock::*, Error, Event, LetterEnd, Mailboxes, Pallet, Purses, ReplyTo, Service};

/// Has a program write to Bob with value and wait for so many blocks; the ids of the message and
/// of the letter.
fn write(program: &AccountId, value: Balance, letter: u32, blocks: u32) -> (MessageId, MessageId) {
    let post = Post::new(&BOB, b"well?".to_vec())
        .value(value)
        .awaited(letter);
    let words = script([&[post.act(), wait(blocks)], &[reply(b"heard", 0)]]);
    let id = send_with(program, words, value, PLENTY);
    idle();
    (id, sent_by(id, 0, 0))
}

fn send_reply(user: &AccountId, letter: MessageId, words: &[u8], value: Balance) {
    let signed = RuntimeOrigin::signed(user.clone());
    assert_ok!(Actors::send_reply(
        signed,
        letter,
        words.to_vec(),
        value,
        false
    ));
}

fn closed(letter: MessageId) -> Vec<(LetterEnd, Balance)> {
    let closed = events().into_iter().filter_map(|event| match event {
        Event::LetterClosed {
            message_id,
            user,
            end,
            value,
        } if message_id == letter => {
            assert_eq!(user, BOB);
            Some((end, value))
        }
        _ => None,
    });
    closed.collect()
}

/// What the message was told by the reply that resumed it.
fn heard(program: &AccountId, id: MessageId) -> Seen {
    let seen = turns_of(program, id);
    assert_eq!(seen.len(), 2);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    seen[1].reply.clone().expect("a reply resumed it")
}

fn a_user_replies_and_has_the_value() {
    let program = create("script");
    let (bob, base) = (total(&BOB), total(&program));
    let (id, letter) = write(&program, 100, 5, 9);
    assert_eq!(total(&BOB), bob, "it stands in the mailbox");
    assert_eq!(in_flight(), 100);
    assert!(events().contains(&Event::UserMessage {
        message_id: letter,
        source: program.clone(),
        destination: BOB,
        payload: b"well?".to_vec(),
        value: 100,
        reply: None,
        expires: Some(5),
    }));
    send_reply(&BOB, letter, b"fine", 30);
    assert_eq!(total(&BOB), bob + 100 - 30);
    assert_eq!(in_flight(), 30);
    idle();
    let told = heard(&program, id);
    assert_eq!((told.to, told.code, told.value), (letter, 0, 30));
    assert_eq!(told.words, b"fine");
    assert_eq!(turns_of(&program, id)[1].reply.as_ref(), Some(&told));
    assert_eq!(total(&program), base + 30 + PAGE);
    assert_eq!(closed(letter), [(LetterEnd::Replied, 100)]);
    assert_quiet();
}

fn a_user_claims_the_value_and_says_nothing() {
    let program = create("script");
    let (bob, base) = (total(&BOB), total(&program));
    let (id, letter) = write(&program, 100, 5, 9);
    assert_ok!(Actors::claim_value(RuntimeOrigin::signed(BOB), letter));
    assert_eq!(total(&BOB), bob + 100);
    idle();
    let told = heard(&program, id);
    assert_eq!(
        (told.to, told.code, told.size, told.value),
        (letter, 1, 0, 0)
    );
    assert_eq!(total(&program), base + PAGE);
    assert_eq!(closed(letter), [(LetterEnd::Claimed, 100)]);
    assert_quiet();
}

fn a_letter_expires_and_its_value_goes_back() {
    let program = create("script");
    let (bob, base) = (total(&BOB), total(&program));
    let (id, letter) = write(&program, 100, 3, 5);
    pass(2);
    assert_eq!(Mailboxes::<Test>::iter().count(), 1);
    next_block();
    assert_eq!(Mailboxes::<Test>::iter().count(), 0);
    assert_eq!(closed(letter), [(LetterEnd::Expired, 100)]);
    assert_eq!(total(&BOB), bob);
    // Nobody answers: the program's own deadline tells it so.
    assert_eq!(causes_of(&program, id), [FRESH]);
    pass(2);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert_eq!(total(&program), base + 100 + PAGE);
    assert_noop!(
        Actors::send_reply(RuntimeOrigin::signed(BOB), letter, vec![], 0, false),
        Error::<Test>::NoSuchLetter
    );
    assert_quiet();
}

fn an_answer_in_the_block_of_the_deadline_is_too_late() {
    let program = create("script");
    let (bob, base) = (total(&BOB), total(&program));
    let (id, letter) = write(&program, 100, 3, 3);
    pass(2);
    pass_full(1);
    assert_eq!(
        Mailboxes::<Test>::iter().count(),
        1,
        "it stands there still"
    );
    let signed = RuntimeOrigin::signed(BOB);
    assert_noop!(
        Actors::send_reply(signed.clone(), letter, b"fine".to_vec(), 0, false),
        Error::<Test>::LetterExpired
    );
    assert_noop!(
        Actors::claim_value(signed, letter),
        Error::<Test>::LetterExpired
    );
    idle();
    assert_eq!(closed(letter), [(LetterEnd::Expired, 100)]);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert_eq!((total(&BOB), total(&program)), (bob, base + 100 + PAGE));
    assert_quiet();
}

fn a_letter_stands_as_long_as_the_chain_says_if_the_program_does_not() {
    let program = create("script");
    let (_, letter) = write(&program, 0, 0, 1);
    let blocks = ActorsLimits::get().letter;
    pass(blocks - 1);
    assert_eq!(closed(letter), []);
    pass(1);
    assert_eq!(closed(letter), [(LetterEnd::Expired, 0)]);
    assert_quiet();
}

fn rent_of_a_letter_is_for_the_blocks_that_it_stood() {
    let program = create("script-mute");
    for (stands, answered) in [(9u64, 4u64), (9, 0), (9, 9)] {
        let (before, spent) = (total(&ALICE), burned());
        Fees::set(0);
        let post = Post::new(&BOB, vec![]).awaited(stands as u32);
        let id = play(&program, script([&[post.act()]]));
        let letter = sent_by(id, 0, 0);
        let rent = ActorsSchedule::get().rent;
        assert_eq!(Purses::<Test>::get(id).expect("open").aside, 9 * rent);
        pass(answered as u32);
        if answered < stands {
            send_reply(&BOB, letter, b"", 0);
            idle();
        }
        assert_eq!(Fees::get(), price(burned() - spent + answered * rent));
        assert_eq!(total(&ALICE), before - Fees::get());
        assert_quiet();
    }
}

fn somebody_elses_letter_is_not_to_be_had() {
    let program = create("script");
    let (_, letter) = write(&program, 100, 5, 9);
    let alice = RuntimeOrigin::signed(ALICE);
    for other in [MessageId::default(), letter] {
        assert_noop!(
            Actors::send_reply(alice.clone(), other, vec![], 0, false),
            Error::<Test>::NoSuchLetter
        );
        assert_noop!(
            Actors::claim_value(alice.clone(), other),
            Error::<Test>::NoSuchLetter
        );
    }
    assert_ok!(Actors::claim_value(RuntimeOrigin::signed(BOB), letter));
    // And nobody has it twice.
    assert_noop!(
        Actors::claim_value(RuntimeOrigin::signed(BOB), letter),
        Error::<Test>::NoSuchLetter
    );
}

fn a_letter_outlives_the_wait_and_the_late_reply_is_handled() {
    let program = create("script");
    let (id, letter) = write(&program, 100, 9, 2);
    pass(2);
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    let base = total(&program);
    send_reply(&BOB, letter, b"sorry", 30);
    idle();
    let late = turns_in(&program, HANDLE_REPLY);
    let told = late[0].reply.as_ref().expect("it tells of it");
    assert_eq!((told.to, &told.words[..]), (letter, &b"sorry"[..]));
    assert_eq!(total(&program), base + 30);
    assert_quiet();
}

fn an_answer_only_for_who_awaits_it_is_refused_when_nobody_does() {
    let answer = |letter, only| {
        Actors::send_reply(
            RuntimeOrigin::signed(BOB),
            letter,
            b"yes".to_vec(),
            30,
            only,
        )
    };
    let program = create("script");
    let (id, letter) = write(&program, 100, 9, 9);
    assert_ok!(answer(letter, true));
    idle();
    assert_eq!(heard(&program, id).words, b"yes");
    // Whoever wrote it has waited long enough, is upgraded, or has exited.
    let mute = upload("script-mute");
    for case in 0..3 {
        let program = create("script");
        let (_, letter) = write(&program, 100, 9, 2 + 7 * u32::from(case > 0));
        match case {
            0 => pass(2),
            1 => {
                let signed = RuntimeOrigin::signed(ALICE);
                let to = program.clone();
                assert_ok!(Actors::upgrade_program(
                    signed,
                    to,
                    mute,
                    vec![],
                    PLENTY,
                    DEPOSIT
                ));
            }
            _ => drop(send(&program, script([&[exit(&ALICE)]]))),
        }
        idle();
        assert_noop!(answer(letter, true), Error::<Test>::NotAwaited);
        assert_ok!(answer(letter, false));
        idle();
    }
    assert_quiet();
}

fn a_late_reply_that_nobody_handles_leaves_its_value() {
    let program = create("script-mute");
    let (_, letter) = write(&program, 100, 9, 2);
    pass(2);
    let base = total(&program);
    send_reply(&BOB, letter, b"sorry", 30);
    assert_eq!(total(&program), base + 30, "at once");
    assert_quiet();
}

fn a_letter_of_a_program_that_has_exited_is_still_answered() {
    for is_answered in [true, false] {
        let program = create("script");
        let (id, letter) = write(&program, 100, 9, 9);
        let bob = total(&BOB);
        play(&program, script([&[exit(&ALICE)]]));
        idle();
        assert_eq!(code_of_answer(id), Some(ReplyCode::Exited));
        let alice = total(&ALICE);
        Fees::set(0);
        if is_answered {
            // The value of the answer goes to who inherits.
            send_reply(&BOB, letter, b"late", 30);
            idle();
            assert_eq!(total(&BOB), bob + 100 - 30);
            assert_eq!(total(&ALICE), alice + 30 - Fees::get());
        } else {
            pass(9);
            assert_eq!(total(&BOB), bob);
            assert_eq!(total(&ALICE), alice + 100 - Fees::get());
        }
        assert_quiet();
    }
}

fn two_letters_are_answered_one_by_one() {
    let program = create("script");
    let post = || Post::new(&BOB, b"well?".to_vec()).awaited(9).act();
    let id = play(
        &program,
        script([&[post(), post(), wait(9)], &[wait(9)], &[]]),
    );
    let letters = [sent_by(id, 0, 0), sent_by(id, 0, 1)];
    send_reply(&BOB, letters[1], b"second", 0);
    send_reply(&BOB, letters[0], b"first", 0);
    idle();
    let told: Vec<_> = turns_of(&program, id)
        .into_iter()
        .filter_map(|turn| Some(turn.reply?.words))
        .collect();
    assert_eq!(told, [&b"second"[..], b"first"]);
    assert_quiet();
}

fn a_letter_answered_in_the_block_before_the_deadline_is_in_time() {
    // Calls come after what is due: the block before the deadline is the last.
    let program = create("script");
    let (id, letter) = write(&program, 0, 9, 3);
    pass(2);
    send_reply(&BOB, letter, b"just", 0);
    // However long that stands in the queue.
    pass_full(5);
    idle();
    assert_eq!(heard(&program, id).words, b"just");
    assert_quiet();
}

fn a_letter_can_be_answered_while_service_is_paused() {
    let program = create("script");
    let (id, letter) = write(&program, 0, 2, 2);
    let root = RuntimeOrigin::root();
    assert_ok!(Actors::set_service_paused(root.clone(), true));
    pass(9);
    send_reply(&BOB, letter, b"there", 0);
    pass(9);
    assert_eq!(causes_of(&program, id), [FRESH]);
    assert_ok!(Actors::set_service_paused(root, false));
    pass(3);
    assert_eq!(heard(&program, id).words, b"there");
    assert_quiet();
}

fn an_answer_must_fit_and_be_payable() {
    let program = create("script");
    let (_, letter) = write(&program, 100, 5, 9);
    let bob = RuntimeOrigin::signed(BOB);
    let long = vec![0; ActorsLimits::get().payload as usize + 1];
    assert_noop!(
        Actors::send_reply(bob.clone(), letter, long, 0, false),
        Error::<Test>::PayloadTooLong
    );
    let all = total(&BOB);
    assert_noop!(
        Actors::send_reply(bob.clone(), letter, vec![], all + 1_000, false),
        Error::<Test>::ValueNotPayable
    );
    assert_eq!(Service::<Test>::get().scheduled, 2, "it stands as it was");
    assert_ok!(Actors::claim_value(bob, letter));
}

fn value_that_could_not_arrive_is_refused_when_the_letter_is_written() {
    let program = create("script");
    let write = |value| Post::new(&PAUPER, vec![]).value(value).awaited(2).act();
    let words = script([&[write(EXISTENTIAL_DEPOSIT - 1), write(EXISTENTIAL_DEPOSIT)]]);
    send_with(&program, words, UNIT, PLENTY);
    idle();
    let dust = actors_primitives::abi::error::NOT_ENOUGH_VALUE;
    assert_eq!(results(&program).last(), Some(&vec![dust, 0]));
    assert_eq!(Mailboxes::<Test>::iter().count(), 1);
    // The value makes the account that had none.
    let letter = Mailboxes::<Test>::iter_key_prefix(&PAUPER).next();
    let letter = letter.expect("it stands");
    assert_ok!(Actors::claim_value(RuntimeOrigin::signed(PAUPER), letter));
    assert_eq!(total(&PAUPER), EXISTENTIAL_DEPOSIT);
}

fn dust_for_an_account_that_has_gone_waits_until_it_is_there_again() {
    let program = create("script");
    Balances::set_balance(&PAUPER, EXISTENTIAL_DEPOSIT);
    let post = Post::new(&PAUPER, vec![]).value(5).awaited(9);
    let id = send_with(&program, script([&[post.act()]]), 5, PLENTY);
    idle();
    Balances::set_balance(&PAUPER, 0);
    let (signed, letter) = (RuntimeOrigin::signed(PAUPER), sent_by(id, 0, 0));
    assert_noop!(
        Actors::claim_value(signed.clone(), letter),
        Error::<Test>::LetterValueTooSmall
    );
    Balances::set_balance(&PAUPER, EXISTENTIAL_DEPOSIT);
    assert_ok!(Actors::claim_value(signed, letter));
    assert_eq!(total(&PAUPER), EXISTENTIAL_DEPOSIT + 5);
}

fn a_message_that_nobody_awaits_is_no_letter() {
    let program = create("script");
    let bob = total(&BOB);
    let post = Post::new(&BOB, b"hi".to_vec()).value(7);
    let id = send_with(&program, script([&[post.act()]]), 7, PLENTY);
    idle();
    assert_eq!(total(&BOB), bob + 7);
    assert_eq!(Mailboxes::<Test>::iter().count(), 0);
    assert!(events().contains(&Event::UserMessage {
        message_id: sent_by(id, 0, 0),
        source: program,
        destination: BOB,
        payload: b"hi".to_vec(),
        value: 7,
        reply: None,
        expires: None,
    }));
}

fn an_answer_burns_from_the_purse_of_the_letter() {
    let program = create("script");
    let post = Post::new(&BOB, vec![]).gas(30_000_000_000).awaited(9);
    let id = play(&program, script([&[post.act()]]));
    let letter = sent_by(id, 0, 0);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    let split = Purses::<Test>::get(letter).expect("it has its own");
    assert_eq!(split.gas, 30_000_000_000);
    assert_eq!(
        split.aside,
        9 * ActorsSchedule::get().rent,
        "and rent besides"
    );
    let (alice, bob) = (total(&ALICE), total(&BOB));
    send_reply(&BOB, letter, b"", 0);
    idle();
    assert_eq!(turns_in(&program, HANDLE_REPLY).len(), 1);
    assert_eq!(total(&BOB), bob, "who answers pays nothing but the fee");
    assert!(total(&ALICE) <= alice);
    let told = events().into_iter().any(|event| {
        matches!(event, Event::UserMessage { reply: Some(ReplyTo { to, .. }), .. } if to == letter)
    });
    assert!(!told, "nobody replies to a reply");
    assert_eq!(Pallet::<Test>::queue_length(), 0);
    assert_quiet();
}

cases![
    a_user_replies_and_has_the_value,
    a_user_claims_the_value_and_says_nothing,
    a_letter_expires_and_its_value_goes_back,
    an_answer_in_the_block_of_the_deadline_is_too_late,
    a_letter_stands_as_long_as_the_chain_says_if_the_program_does_not,
    rent_of_a_letter_is_for_the_blocks_that_it_stood,
    somebody_elses_letter_is_not_to_be_had,
    a_letter_outlives_the_wait_and_the_late_reply_is_handled,
    an_answer_only_for_who_awaits_it_is_refused_when_nobody_does,
    a_late_reply_that_nobody_handles_leaves_its_value,
    a_letter_of_a_program_that_has_exited_is_still_answered,
    two_letters_are_answered_one_by_one,
    a_letter_answered_in_the_block_before_the_deadline_is_in_time,
    a_letter_can_be_answered_while_service_is_paused,
    an_answer_must_fit_and_be_payable,
    value_that_could_not_arrive_is_refused_when_the_letter_is_written,
    dust_for_an_account_that_has_gone_waits_until_it_is_there_again,
    a_message_that_nobody_awaits_is_no_letter,
    an_answer_burns_from_the_purse_of_the_letter,
];
