//! What happens later: delayed messages, and an agenda that holds more than a block has room for.

use actors_primitives::{abi::error, MessageId, ReplyCode};
use alloc::collections::BTreeSet;
use frame_support::{
    assert_ok,
    traits::{fungible::Mutate, Hooks},
    weights::WeightMeter,
};

use super::player::*;
use crate::{
    mock::*, Agenda, Delayed, Event, Kind, Message, Pallet, Purse, Purses, Sender, Service, Ticks,
    Waiting,
};

/// Gas for a message that does nothing much.
const SOME: u64 = 20_000_000_000;

/// Sends a script with a delay.
fn timer(to: &AccountId, words: Vec<u8>, delay: u32) -> Post<'_> {
    Post::new(to, words).gas(SOME).delay(delay)
}

fn delayed_messages_arrive_in_their_blocks_and_in_the_order_sent() {
    ActorsSchedule::mutate(|schedule| {
        (schedule.send, schedule.answer, schedule.delay) = (0, 0, 0);
    });
    let (sender, receiver) = (create("script"), create("script-mute"));
    let delays = [3u32, 1, 2, 1, 3, 0, 14_400];
    let acts: Vec<_> = delays
        .iter()
        .map(|delay| timer(&receiver, script([&[]]), *delay).act())
        .collect();
    let id = play(&sender, script([&acts]));
    let arrived = || {
        let turns = turns_in(&receiver, HANDLE);
        let ids = turns.into_iter().map(|turn| turn.message);
        ids.collect::<Vec<_>>()
    };
    let sent = |order: &[u32]| {
        let ids = order.iter().map(|index| sent_by(id, 0, *index));
        ids.collect::<Vec<_>>()
    };
    assert_eq!(arrived(), sent(&[5]));
    next_block();
    assert_eq!(arrived(), sent(&[5, 1, 3]));
    next_block();
    assert_eq!(arrived(), sent(&[5, 1, 3, 2]));
    next_block();
    assert_eq!(arrived(), sent(&[5, 1, 3, 2, 0, 4]));
    assert_eq!(Delayed::<Test>::iter().count(), 1);
    assert!(events().contains(&Event::MessageDelayed {
        message_id: sent_by(id, 0, 0),
        source: sender,
        destination: receiver,
        value: 0,
        blocks: 3,
    }));
}

fn a_program_can_send_itself_a_timer() {
    let program = create("script");
    let last = script([&[]]);
    let next = script([&[timer(&program, last, 2).gas(SOME).act()]]);
    let first = Post::new(&program, next).gas(3 * SOME).delay(2);
    let id = play(&program, script([&[first.act()]]));
    pass(3);
    assert_eq!(turns_in(&program, HANDLE).len(), 2);
    pass(1);
    let seen = turns_in(&program, HANDLE);
    let second = sent_by(id, 0, 0);
    let messages: Vec<_> = seen.iter().map(|turn| turn.message).collect();
    assert_eq!(messages, [id, second, sent_by(second, 0, 0)]);
    assert_eq!(seen[2].source, program);
    // Each is answered as any message is.
    assert_eq!(turns_in(&program, HANDLE_REPLY).len(), 2);
    assert_quiet();
}

fn a_delay_needs_gas_of_its_own_and_no_waiter() {
    let program = create("script");
    let longest = ActorsLimits::get().wait;
    let post = || Post::new(&BOB, vec![]);
    play(
        &program,
        script([&[
            post().delay(1).act(),
            post().gas(SOME).delay(1).awaited(0).act(),
            post().gas(SOME).delay(longest + 1).act(),
            post().gas(SOME).delay(longest).act(),
        ]]),
    );
    let refused = [error::NOT_ALLOWED, error::NOT_ALLOWED, error::OVER_LIMIT, 0];
    assert_eq!(results(&program).last(), Some(&refused.to_vec()));
    assert_eq!(Delayed::<Test>::iter().count(), 1);
}

fn a_delay_pays_its_rent_beforehand() {
    let program = create("script-mute");
    let gas_of = |delay| {
        let post = timer(&BOB, vec![], delay);
        let spent = burned();
        play(&program, script([&[post.act()]]));
        pass(delay);
        burned() - spent
    };
    let (one, nine) = (gas_of(1), gas_of(9));
    assert_eq!(nine - one, 8 * ActorsSchedule::get().rent);
    assert_quiet();
}

fn timers_arrive_after_their_sender_was_upgraded() {
    let program = create("script");
    let second = upload("script-second");
    let id = play(
        &program,
        script([&[timer(&program, script([&[]]), 3).act()]]),
    );
    assert_ok!(Actors::upgrade_program(
        RuntimeOrigin::signed(ALICE),
        program.clone(),
        second,
        vec![],
        PLENTY,
        DEPOSIT
    ));
    pass(3);
    let seen = turns_of(&program, sent_by(id, 0, 0));
    assert_eq!((seen.len(), seen[0].version), (1, 2));
    assert_eq!(turns_in(&program, HANDLE_REPLY)[0].version, 2);
    assert_quiet();
}

fn delayed_messages_arrive_after_their_sender_has_exited() {
    let (sender, receiver) = (create("script"), create("script"));
    let back = script([&[reply(b"thanks", 40)]]);
    let id = send_with(
        &sender,
        script([&[
            timer(&receiver, back, 3).value(100).act(),
            timer(&sender, script([&[]]), 3).value(9).act(),
        ]]),
        UNIT,
        PLENTY,
    );
    idle();
    let base = total(&receiver);
    play(&sender, script([&[exit(&BOB)]]));
    let bob = total(&BOB);
    pass(3);
    assert_eq!(turns_of(&receiver, sent_by(id, 0, 0)).len(), 1);
    assert_eq!(total(&receiver), base + 60);
    // The answer's value, and what could not be delivered, are the heir's.
    assert_eq!(total(&BOB), bob + 40 + 9);
    assert!(ended(&sender).contains(&(sent_by(id, 0, 1), ReplyCode::Exited)));
    assert_quiet();
}

fn a_delayed_message_reaches_a_user() {
    let program = create("script");
    let bob = total(&BOB);
    let post = timer(&BOB, b"later".to_vec(), 2).value(30);
    let id = send_with(&program, script([&[post.act()]]), 30, PLENTY);
    idle();
    pass(1);
    let told = Event::UserMessage {
        message_id: sent_by(id, 0, 0),
        source: program,
        destination: BOB,
        payload: b"later".to_vec(),
        value: 30,
        reply: None,
        expires: None,
    };
    assert_eq!(total(&BOB), bob);
    assert_eq!(in_flight(), 30);
    assert!(!events().contains(&told));
    let alice = total(&ALICE);
    Fees::set(0);
    pass(1);
    assert_eq!(total(&BOB), bob + 30);
    assert!(events().contains(&told));
    // Nothing ran for it: its gas goes back.
    assert_eq!(total(&ALICE), alice - Fees::get());
    assert_quiet();
}

fn value_for_a_user_who_has_gone_goes_back() {
    let program = create("script");
    Balances::set_balance(&PAUPER, EXISTENTIAL_DEPOSIT);
    let post = timer(&PAUPER, vec![], 2).value(30);
    send_with(&program, script([&[post.act()]]), 30, PLENTY);
    idle();
    let base = total(&program);
    Balances::set_balance(&PAUPER, 0);
    pass(2);
    assert_eq!(total(&program), base + 30);
    assert_eq!(total(&PAUPER), 0);
    assert_quiet();
}

fn what_is_cancelled_leaves_no_trace_on_the_agenda() {
    let program = create("script");
    // Three with the same deadline, and one later.
    let waits = |blocks| play(&program, script([&[wait(blocks)], &[]]));
    let ids = [waits(9), waits(9), waits(9), waits(11)];
    let tick = Service::<Test>::get().clock + 9;
    assert_eq!(Ticks::<Test>::get(tick).live, 3);
    play(&program, script([&[wake(1), wake(3)]]));
    assert_eq!(Ticks::<Test>::get(tick).live, 2);
    assert_eq!(Agenda::<Test>::iter().count(), 2);
    assert_eq!(Ticks::<Test>::iter().count(), 1);
    assert_eq!(causes_of(&program, ids[1]), [FRESH, WOKEN]);
    // A place that was left is not taken again while others stand; nobody is confused.
    let after = waits(9);
    assert_eq!(Ticks::<Test>::get(tick).live, 3);
    pass(9);
    for id in [ids[0], ids[2], after] {
        assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    }
    assert_eq!(Ticks::<Test>::iter().count(), 0);
    assert_quiet();
}

fn a_tick_whose_entries_were_all_cancelled_can_be_used_again() {
    let program = create("script");
    let first = play(&program, script([&[wait(3)], &[]]));
    play(&program, script([&[wake(0)]]));
    assert_eq!(Service::<Test>::get().scheduled, 0);
    let second = play(&program, script([&[wait(3)], &[]]));
    pass(3);
    assert_eq!(causes_of(&program, first), [FRESH, WOKEN]);
    assert_eq!(causes_of(&program, second), [FRESH, DEADLINE]);
    assert_quiet();
}

/// Puts that many messages to Bob on the agenda, all for the next tick.
fn crowd(entries: u32) -> Vec<MessageId> {
    let source = create("echo");
    let id = |number: u32| MessageId(sp_io::hashing::blake2_256(&number.to_le_bytes()));
    let purse = MessageId::default();
    Purses::<Test>::insert(
        purse,
        Purse {
            payer: ALICE,
            price: <Price as frame_support::traits::Get<_>>::get(),
            gas: 0,
            burned: 0,
            aside: 0,
            queued: 0,
            paid: 0,
            paid_until: 0,
            held: 0,
            deposit: 0,
            references: entries,
            parent: None,
            until: u64::MAX,
            is_closed: false,
            is_last: false,
            is_signal: false,
        },
    );
    for number in 0..entries {
        let message = Message {
            id: id(number),
            kind: Kind::Handle,
            source: source.clone(),
            sender: Sender::Program,
            destination: BOB,
            payload: Default::default(),
            value: 0,
            purse,
            deposit: 0,
            place: Default::default(),
        };
        Service::<Test>::mutate(|service| Pallet::<Test>::delay(service, message, 1));
    }
    (0..entries).map(id).collect()
}

/// The messages that Bob got in this block.
fn received() -> Vec<MessageId> {
    let received = events().into_iter().filter_map(|event| match event {
        Event::UserMessage {
            message_id,
            destination: BOB,
            reply: None,
            ..
        } => Some(message_id),
        _ => None,
    });
    received.collect()
}

/// More is due in one block than it has room for: nothing is lost, none takes more than its
/// share, and the queue is served all the while.
fn a_crowd_on_the_agenda_is_carried_over(entries: u32) {
    let (spin, echo) = (create("spin"), create("echo"));
    let expected = crowd(entries);
    let (block, share) = (
        BlockWeights::get().max_block,
        Pallet::<Test>::min_service_weight(),
    );
    let mut got = Vec::new();
    let mut blocks = 0;
    while got.len() < expected.len() {
        System::reset_events();
        begin_block();
        // The one burns all that it may, which takes long; the other might.
        let other = if blocks < 5 { &spin } else { &echo };
        let head = send_with(other, vec![], 0, MaxTurnGas::get());
        let mut meter = WeightMeter::with_limit(block);
        Actors::on_poll(System::block_number(), &mut meter);
        assert!(meter.consumed().all_lte(share), "{:?}", meter.consumed());
        assert!(answer(head).is_some(), "the head has its longest turn");
        let first = received().len();
        assert!(first > 0, "something that is due is done");
        // What is left of a block that is half full.
        let room = block / 2;
        let used = Actors::on_idle(System::block_number(), room);
        assert!(used.all_lte(room), "{used:?}");
        let now = received();
        assert!(now.len() > first || now.len() + got.len() == expected.len());
        got.extend(now);
        blocks += 1;
    }
    assert_eq!(got, expected, "in order, each once");
    assert_eq!(got.iter().collect::<BTreeSet<_>>().len(), expected.len());
    assert!(blocks > entries / 1_000, "it did not fit one block");
    begin_block();
    idle();
    assert_quiet();
}

fn what_does_not_fit_a_block_is_carried_over() {
    a_crowd_on_the_agenda_is_carried_over(1_000);
}

fn what_is_due_waits_for_room() {
    let program = create("script");
    let id = play(&program, script([&[wait(1)], &[]]));
    pass_full(9);
    assert_eq!(Agenda::<Test>::iter().count(), 1);
    assert!(Service::<Test>::get().is_due());
    assert!(Pallet::<Test>::has_work());
    // An answer is in time as long as the deadline has not been done.
    play(&program, script([&[]]));
    assert_eq!(causes_of(&program, id), [FRESH, DEADLINE]);
    assert_eq!(Waiting::<Test>::iter().count(), 0);
    assert_quiet();
}

fn a_turn_that_cannot_commit_sends_and_schedules_nothing() {
    let (program, other) = (create("script"), create("script"));
    play(&other, script([&[exit(&program)]]));
    let now = tell(&program, script([&[]]));
    let later = timer(&program, script([&[]]), 3).act();
    // Its messages are applied before its exit, which is refused: it would inherit from itself.
    let id = play(&program, script([&[now, later, exit(&other)]]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::SyscallMisuse));
    assert_eq!(turns_in(&program, HANDLE), []);
    assert_quiet();
}

cases![
    a_turn_that_cannot_commit_sends_and_schedules_nothing,
    delayed_messages_arrive_in_their_blocks_and_in_the_order_sent,
    a_program_can_send_itself_a_timer,
    a_delay_needs_gas_of_its_own_and_no_waiter,
    a_delay_pays_its_rent_beforehand,
    timers_arrive_after_their_sender_was_upgraded,
    delayed_messages_arrive_after_their_sender_has_exited,
    a_delayed_message_reaches_a_user,
    value_for_a_user_who_has_gone_goes_back,
    what_is_cancelled_leaves_no_trace_on_the_agenda,
    a_tick_whose_entries_were_all_cancelled_can_be_used_again,
    what_does_not_fit_a_block_is_carried_over,
    what_is_due_waits_for_room,
];

/// Native only: a crowd.
#[cfg(test)]
mod crowds {
    use super::*;

    #[test]
    fn a_hundred_thousand_that_are_due_at_once_are_carried_over() {
        on_chain(|| a_crowd_on_the_agenda_is_carried_over(100_000));
    }
}
