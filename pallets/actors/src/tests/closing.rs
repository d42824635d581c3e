//! Deposit money goes where its sender says, and a purse ends.

use actors_primitives::{abi::error, MessageId, ReplyCode};
use frame_support::{assert_noop, assert_ok, traits::fungible::hold::Inspect as _};

use super::player::*;
use crate::{mock::*, Error, Event, HoldReason, Pallet, Purses};

/// How the reply that resumed the message says that the other ended.
fn told(asking: &AccountId, id: MessageId) -> i32 {
    let seen = turns_of(asking, id).pop().and_then(|turn| turn.reply);
    seen.expect("a reply resumed it").code
}

/// What the deposits of a program have grown by since it was created.
fn grown(program: &AccountId) -> u128 {
    let all = Balances::balance_on_hold(&HoldReason::Storage.into(), program);
    all - Pallet::<Test>::record_deposit()
}

fn a_callee_uses_no_deposit_money_that_it_was_not_given() {
    let (asking, hostile) = (create("script"), create("script"));
    let takes = || script([&[set(1, &[1; 100])]]);
    let key = 1_000_000 + 101 * 1_000;
    for gas in [None, Some(100_000_000_000)] {
        for (deposit, code) in [
            (0, ReplyCode::DepositShortfall),
            (key - 1, ReplyCode::DepositShortfall),
            (key, ReplyCode::Finished),
        ] {
            let before = grown(&hostile);
            let post = Post::new(&hostile, takes()).deposit(deposit).awaited(0);
            let post = match gas {
                Some(gas) => post.gas(gas),
                None => post,
            };
            let id = play(&asking, script([&[post.act(), wait(9)], &[]]));
            assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
            assert_eq!(told(&asking, id), code.code());
            let growth = if code.is_success() { key } else { 0 };
            assert_eq!(grown(&hostile) - before, growth, "{gas:?} {deposit}");
            assert_quiet();
        }
        play(&hostile, script([&[vec![9, 1]]]));
    }
}

fn what_a_callee_leaves_comes_back_with_its_reply() {
    let (asking, asked) = (create("script"), create("script"));
    // All goes along, and the answer brings back what was not used: enough for what comes then.
    for gas in [None, Some(100_000_000_000)] {
        let post = |words| {
            let post = Post::new(&asked, words).awaited(0);
            let post = match gas {
                Some(gas) => post.gas(gas),
                None => post,
            };
            post.act()
        };
        let first = post(script([&[set(1, &[1; 10])]]));
        let asks = script([&[first, wait(9)], &[set(2, &[2; 100]), wait(1)], &[]]);
        // The page where who waits is kept, and the two keys.
        let deposit = PAGE + 1_000_000 + 11 * 1_000 + 1_000_000 + 101 * 1_000;
        for (deposit, code) in [
            (deposit - 1, ReplyCode::DepositShortfall),
            (deposit, ReplyCode::Finished),
        ] {
            let id = send_as(&ALICE, asking.clone(), asks.clone(), 0, PLENTY, deposit);
            let id = id.expect("it is accepted");
            pass(3);
            assert_eq!(code_of_answer(id), Some(code), "{gas:?}");
            assert_quiet();
            assert_eq!(in_purses(&ALICE), 0);
            play(&asking, script([&[vec![9, 2]]]));
            play(&asked, script([&[vec![9, 1]]]));
        }
    }
}

fn a_failed_callee_gives_its_deposit_money_back() {
    let (asking, asked) = (create("script"), create("script"));
    // Also where it has waited, so that a signal follows: what is left is the asker's.
    let fails = script([&[wait(1)], &[trap()]]);
    let at_once = script([&[trap()]]);
    for words in [at_once, fails] {
        let ask = request(&asked, words);
        let id = play(
            &asking,
            script([&[ask, wait(9)], &[set(3, &[1; 100]), wait(1)], &[]]),
        );
        pass(3);
        assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
        assert_quiet();
        play(&asking, script([&[vec![9, 3]]]));
    }
}

fn a_signal_has_what_is_left_of_the_deposit_money() {
    let key = 1_000_000 + 201 * 1_000;
    // The page where who waits was kept is freed, and another one is stored.
    for (deposit, growth) in [(PAGE + key - 1, PAGE), (PAGE + key, PAGE + key)] {
        let program = create("script");
        play(
            &program,
            script([&[on_signal(&[touch(0, 1), set(4, &[1; 200])])]]),
        );
        let before = grown(&program);
        let words = script([&[wait(1)], &[trap()]]);
        let id = send_as(&ALICE, program.clone(), words, 0, PLENTY, deposit);
        idle();
        pass(3);
        assert_eq!(
            code_of_answer(id.expect("accepted")),
            Some(ReplyCode::Trapped)
        );
        assert_eq!(grown(&program) - before, growth);
        assert_eq!(in_purses(&ALICE), 0);
        assert_quiet();
    }
}

fn more_than_there_is_does_not_go_along() {
    let (asking, asked) = (create("script"), create("script"));
    let post = Post::new(&asked, script([&[]])).deposit(DEPOSIT + 1);
    play(&asking, script([&[post.act()]]));
    assert_eq!(
        results(&asking).pop(),
        Some(vec![error::NOT_ENOUGH_DEPOSIT])
    );
    // What the turn itself grows by is not there either, which only its end knows: the rest goes along.
    let key = 1_000_000 + 2 * 1_000;
    let takes = script([&[set(1, &[1; 100])]]);
    let needs = PAGE + key + 1_000_000 + 101 * 1_000;
    for (deposit, code) in [
        (needs - 1, ReplyCode::DepositShortfall),
        (needs, ReplyCode::Finished),
    ] {
        let post = Post::new(&asked, takes.clone())
            .deposit(deposit)
            .awaited(0)
            .act();
        let asks = script([&[post, set(1, b"x"), wait(9)], &[]]);
        let id = send_as(&ALICE, asking.clone(), asks, 0, PLENTY, deposit).expect("accepted");
        idle();
        assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
        assert_eq!(told(&asking, id), code.code());
        play(&asking, script([&[vec![9, 1]]]));
    }
    assert_quiet();
}

fn close(who: &AccountId, id: MessageId) -> frame_support::dispatch::DispatchResult {
    Actors::close_purse(RuntimeOrigin::signed(who.clone()), id)
}

fn a_payer_closes_what_a_call_has_opened() {
    let (program, other) = (create("script"), create("script"));
    let again = Post::new(&program, script([&[]])).act();
    let found = found(
        Pallet::<Test>::code_hash(&fixture("script")),
        7,
        0,
        script([&[]]),
    );
    // It begins what it can, and ends when it cannot wait any more.
    let id = play(
        &program,
        script([&[wait(50)], &[again, found, wait(50), reply(b"over", 0)]]),
    );
    assert_eq!(code_of_answer(id), None);
    assert_noop!(close(&BOB, id), Error::<Test>::NotPayer);
    assert_noop!(
        close(&ALICE, MessageId::default()),
        Error::<Test>::NoSuchPurse
    );
    assert_ok!(close(&ALICE, id));
    let closed = Event::PurseClosed {
        message_id: id,
        payer: ALICE,
    };
    assert!(events().contains(&closed));
    assert!(in_purses(&ALICE) > 0, "what waits goes on waiting");
    // Once is enough.
    System::reset_events();
    assert_ok!(close(&ALICE, id));
    assert_eq!(events(), []);

    play(&other, script([&[]]));
    play(&program, script([&[wake(0)]]));
    let told = results(&program);
    let over = error::PURSE_CLOSED;
    assert!(told.contains(&vec![over, over, over, 0]), "{told:?}");
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    assert_eq!(in_purses(&ALICE), 0);
    assert_noop!(close(&ALICE, id), Error::<Test>::NoSuchPurse);
    assert_quiet();
}

fn what_was_split_off_is_closed_with_it() {
    let (asking, asked) = (create("script"), create("script"));
    let echo = || Post::new(&asking, script([&[]])).act();
    let ask = Post::new(&asked, script([&[wait(2)], &[echo()]]))
        .gas(120_000_000_000)
        .act();
    let id = play(&asking, script([&[ask, wait(3)], &[]]));
    let split = sent_by(id, 0, 0);
    assert!(Purses::<Test>::get(split).is_some_and(|purse| purse.parent == Some(id)));
    assert_noop!(close(&ALICE, split), Error::<Test>::NoSuchPurse);
    assert_ok!(close(&ALICE, id));
    pass(2);
    let told = results(&asked);
    assert_eq!(told.last(), Some(&vec![error::PURSE_CLOSED]));
    pass(2);
    assert_quiet();
}

fn what_has_not_begun_does_not_begin_on_a_closed_purse() {
    let program = create("script");
    let before = total(&ALICE);
    Fees::set(0);
    let id = send_with(
        &program,
        script([&[set(1, b"x"), reply(b"", 0)]]),
        UNIT,
        PLENTY,
    );
    assert_ok!(close(&ALICE, id));
    idle();
    // Whole or not at all: it does not run without what it would have sent.
    assert_eq!(answer(id), Some((ReplyCode::PurseClosed, vec![], UNIT)));
    assert_eq!((Fees::get(), total(&ALICE)), (0, before));
    assert_eq!(turns_of(&program, id), []);

    // Likewise an upgrade, and a program that is gone then.
    let second = upload("script-second");
    let upgraded =
        Pallet::<Test>::do_upgrade_program(&ALICE, program.clone(), second, vec![], PLENTY, 0);
    let (other, init) = conceive("script", script([&[]]), 5);
    for id in [upgraded.expect("it is accepted"), init] {
        assert_ok!(close(&ALICE, id));
    }
    idle();
    for id in [upgraded.expect("it is accepted"), init] {
        assert_eq!(code_of_answer(id), Some(ReplyCode::PurseClosed));
    }
    assert!(!crate::Programs::<Test>::contains_key(other));
    assert_quiet();
}

fn a_closed_purse_gives_back_what_is_owed() {
    let (program, other) = (create("script"), create("script"));
    // A hook pays a user and tells a program, both after its call is over.
    let refunds = [
        Post::new(&BOB, vec![]).deposit(0).value(UNIT).act(),
        Post::new(&other, script([&[]])).deposit(0).value(7).act(),
    ];
    play(&program, script([&[on_signal(&refunds)]]));
    let id = send_with(&program, script([&[wait(2)], &[trap()]]), 2 * UNIT, PLENTY);
    idle();
    assert_ok!(close(&ALICE, id));
    let (bob, others) = (total(&BOB), total(&other));
    pass(3);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_eq!(total(&BOB), bob + UNIT);
    assert_eq!(total(&other), others + 7, "and that message ran");
    // A turn that goes on pays users as well.
    let pays = Post::new(&BOB, vec![]).deposit(0).value(UNIT).act();
    let id = send_with(&program, script([&[wait(2)], &[pays]]), 2 * UNIT, PLENTY);
    idle();
    assert_ok!(close(&ALICE, id));
    pass(3);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_eq!(total(&BOB), bob + 2 * UNIT);
    assert_quiet();
}

fn what_a_signal_delays_ends_with_the_purse() {
    let program = create("script");
    let later = Post::new(&program, script([&[]]))
        .deposit(0)
        .gas(500_000_000)
        .delay(5)
        .act();
    play(&program, script([&[on_signal(&[later])]]));
    let id = send_with(&program, script([&[wait(2)], &[trap()]]), 0, PLENTY);
    idle();
    pass(2);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_eq!(
        crate::Service::<Test>::get().scheduled,
        1,
        "the signal has sent it"
    );
    assert_ok!(close(&ALICE, id));
    pass(5);
    let closed = ended(&program).into_iter();
    assert!(closed
        .map(|end| end.1)
        .any(|code| code == ReplyCode::PurseClosed));
    assert_quiet();
}

fn messages_to_oneself_do_not_outlive_the_purse() {
    MaxMessageLifetime::set(5);
    let program = create("script");
    // Each sends the next, two blocks later.
    let next = |words, gas| Post::new(&program, words).gas(gas).delay(2).act();
    let third = script([&[next(script([&[]]), 1_000_000_000)]]);
    let second = script([&[next(third, 60_000_000_000)]]);
    let id = play(&program, script([&[next(second, 150_000_000_000)]]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert!(in_purses(&ALICE) > 0);
    pass(5);
    let told = results(&program);
    assert_eq!(told.last(), Some(&vec![error::OVER_LIMIT]), "{told:?}");
    assert_eq!(in_purses(&ALICE), 0);
    assert_quiet();
}

cases![
    a_callee_uses_no_deposit_money_that_it_was_not_given,
    what_a_callee_leaves_comes_back_with_its_reply,
    a_failed_callee_gives_its_deposit_money_back,
    a_signal_has_what_is_left_of_the_deposit_money,
    more_than_there_is_does_not_go_along,
    a_payer_closes_what_a_call_has_opened,
    what_was_split_off_is_closed_with_it,
    what_has_not_begun_does_not_begin_on_a_closed_purse,
    a_closed_purse_gives_back_what_is_owed,
    what_a_signal_delays_ends_with_the_purse,
    messages_to_oneself_do_not_outlive_the_purse,
];
