//! Order, room and weight of the queue.

use actors_primitives::ReplyCode;
use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};

use super::player::assert_quiet;
use crate::{mock::*, Error, Event, Pallet, Queue, Service, State, WeightInfo};

fn send(program: &AccountId, payload: &[u8]) -> actors_primitives::MessageId {
    send_as(&ALICE, program.clone(), payload.to_vec(), 0, GAS, DEPOSIT)
        .expect("the message is accepted")
}

fn messages_run_in_the_order_in_which_they_were_sent() {
    let (first, second) = (create("echo"), create("counter"));
    let sent: Vec<_> = (0..30u8)
        .map(|number| send(if number % 3 == 0 { &second } else { &first }, &[number]))
        .collect();
    assert_eq!(Pallet::<Test>::queue_length(), 30);
    let served = events().len();
    idle();
    let order: Vec<_> = events()
        .into_iter()
        .skip(served)
        .filter_map(|event| match event {
            Event::MessageProcessed { message_id, .. } => Some(message_id),
            _ => None,
        })
        .collect();
    assert_eq!(order, sent);
    assert_eq!(Pallet::<Test>::queue_length(), 0);
}

fn a_full_queue_refuses_calls() {
    let program = create("echo");
    MaxQueueLength::set(2);
    send(&program, b"");
    send(&program, b"");
    assert_noop!(
        Actors::send_message(
            RuntimeOrigin::signed(ALICE),
            program.clone(),
            vec![],
            0,
            GAS,
            0
        ),
        Error::<Test>::QueueFull
    );
    idle();
    assert_ok!(Actors::send_message(
        RuntimeOrigin::signed(ALICE),
        program,
        vec![],
        0,
        GAS,
        0
    ));
}

fn nothing_starts_that_might_not_fit() {
    let program = create("spin");
    for _ in 0..4 {
        let gas = MaxTurnGas::get();
        send_as(&ALICE, program.clone(), vec![], 0, gas, 0).expect("the message is accepted");
    }
    // A fifth of two seconds holds one turn of 250 ms.
    for left in (0..4).rev() {
        let used = next_block();
        assert!(used.all_lte(Pallet::<Test>::min_service_weight()));
        assert_eq!(Pallet::<Test>::queue_length(), left);
    }
}

fn too_little_room_serves_nothing_and_loses_nothing() {
    let program = create("echo");
    let id = send(&program, b"patience");
    let peek = <() as WeightInfo>::peek_queue();
    let step = <() as WeightInfo>::serve_message(0);
    // The last is enough for the message, but not for its turn.
    let looks = <() as WeightInfo>::peek_service().saturating_add(Pallet::<Test>::around());
    let longest = looks.saturating_add(Pallet::<Test>::longest_step());
    for room in [
        Weight::zero(),
        peek,
        step,
        peek.saturating_add(step),
        longest,
    ] {
        let used = Actors::on_idle(1, room);
        assert!(used.all_lte(room), "{used:?} of {room:?}");
        assert_eq!(Pallet::<Test>::queue_length(), 1);
    }
    idle();
    assert_eq!(
        reply_to(id).map(|reply| reply.payload),
        Some(b"patience".to_vec())
    );
}

fn a_damaged_queue_is_stepped_over() {
    let program = create("echo");
    // Two messages of which the first is lost: only damaged storage can do that.
    Service::<Test>::mutate(|service| service.queue.tail += 1);
    let id = send(&program, b"after");
    idle();
    assert!(reply_to(id).is_some());
    assert_eq!(Queue::<Test>::iter_keys().count(), 0);
}

fn whatever_stands_behind_a_wide_gap_is_served() {
    let program = create("echo");
    // More than is looked at right behind it, and than is looked for.
    Service::<Test>::mutate(|service| service.queue.tail += 20);
    let sent: Vec<_> = (0..300).map(|_| send(&program, b"behind")).collect();
    while Queue::<Test>::iter_keys().next().is_some() {
        idle();
    }
    idle();
    assert!(sent.into_iter().all(|id| reply_to(id).is_some()));
    assert_eq!(Pallet::<Test>::queue_length(), 0);
}

fn a_turn_that_fits_no_block_any_more_is_answered() {
    let program = create("spin");
    MaxTurnGas::set(500_000_000_000);
    // A fifth of two seconds is what the queue can count on.
    let gas = 450_000_000_000;
    let id = send_as(&ALICE, program.clone(), vec![], UNIT, gas, 0).expect("it is accepted");
    let after = send(&create("echo"), b"next");
    idle();
    let reply = reply_to(id).expect("it was answered");
    assert_eq!(
        (reply.code, reply.value, reply.gas_burned),
        (ReplyCode::LimitExceeded, UNIT, 0)
    );
    assert!(reply_to(after).is_some());
}

/// A runtime upgrade may lower limits under what is stored and under way.
fn what_is_stored_outlives_lower_limits() {
    let (store, counter) = (create("store"), create("counter"));
    assert_eq!(ask(&store, &[1; 2_000]).code, ReplyCode::Replied);
    assert_eq!(ask(&counter, b"").code, ReplyCode::Replied);
    let id = send(&store, &[2; 2_000]);
    ActorsLimits::mutate(|limits| {
        limits.payload = 1_500;
        limits.panic_text = 1_000;
        limits.state_key = 0;
        limits.state_value = 1_500;
        limits.idl = 0;
        limits.globals = 0;
    });
    #[cfg(feature = "std")]
    Pallet::<Test>::check_configuration();
    assert_noop!(
        send_as(&ALICE, store.clone(), vec![2; 2_000], 0, GAS, DEPOSIT),
        Error::<Test>::PayloadTooLong
    );
    idle();
    assert!(reply_to(id).is_some(), "it is answered");
    assert_eq!(ask(&counter, b"").code, ReplyCode::Replied);
    let kept = State::<Test>::iter_prefix_values(&store)
        .next()
        .expect("it is kept");
    assert_eq!(kept.len(), 2_000);
    assert_quiet();
}

cases![
    what_is_stored_outlives_lower_limits,
    a_turn_that_fits_no_block_any_more_is_answered,
    messages_run_in_the_order_in_which_they_were_sent,
    a_full_queue_refuses_calls,
    nothing_starts_that_might_not_fit,
    too_little_room_serves_nothing_and_loses_nothing,
    a_damaged_queue_is_stepped_over,
    whatever_stands_behind_a_wide_gap_is_served,
];
