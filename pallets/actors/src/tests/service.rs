//! Pausing, the price of a backlog, and going on after damage.

use actors_primitives::ReplyCode;
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    storage::{storage_prefix, unhashed},
    traits::{Hooks, PalletInfoAccess},
    weights::Weight,
};
use sp_runtime::DispatchError;

use super::player::*;
use crate::{
    mock::*, Agenda, Delayed, Error, Event, Graves, Mailboxes, Pallet, Purses, Queue, Service,
    Ticks, Waiting,
};

fn a_paused_queue_accepts_and_serves_nothing() {
    let program = create("echo");
    let (alice, root) = (RuntimeOrigin::signed(ALICE), RuntimeOrigin::root());
    assert_noop!(
        Actors::set_service_paused(alice, true),
        DispatchError::BadOrigin
    );
    assert_ok!(Actors::set_service_paused(root.clone(), true));
    let id = send_as(&ALICE, program, b"later".to_vec(), UNIT, GAS, 0).expect("it is accepted");
    idle();
    next_block();
    assert_eq!(reply_to(id), None);
    assert!(!Pallet::<Test>::has_work(), "no block is worth making");
    assert!(Pallet::<Test>::queue().is_paused);
    assert_ok!(Actors::set_service_paused(root.clone(), false));
    assert!(Pallet::<Test>::has_work());
    idle();
    let reply = reply_to(id).expect("it was served");
    assert_eq!(
        (reply.code, reply.payload),
        (ReplyCode::Replied, b"later".to_vec())
    );
    // Twice the same says nothing.
    assert_ok!(Actors::set_service_paused(root, false));
    let told = events()
        .into_iter()
        .filter(|event| matches!(event, Event::ServicePaused | Event::ServiceResumed));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [Event::ServicePaused, Event::ServiceResumed]
    );
}

/// What turns log must not add up in the memory of a runtime, which has 128 MiB: these would keep
/// 156 of them in one hook, and a block that cannot be made stops the chain.
fn turns_that_talk_do_not_fill_the_runtime() {
    let program = create("talk");
    MaxQueueLength::set(3_000);
    let ids: Vec<_> = (0..2_500)
        .map(|_| send_as(&ALICE, program.clone(), vec![], 0, GAS / 10, 0).expect("it is accepted"))
        .collect();
    Actors::on_idle(System::block_number(), Weight::MAX);
    assert_eq!(Pallet::<Test>::queue_length(), 0, "all in one hook");
    let last = reply_to(ids[2_499]).expect("all were served");
    assert_eq!(last.code, ReplyCode::Trapped);
    let dry = Pallet::<Test>::dry_run_message(ALICE, program, vec![], 0, None, None)
        .expect("it is accepted");
    assert!(!dry.debug.is_empty(), "a dry run shows what was said");
}

/// Every record of the pallet but code, each damaged in several ways, one at a time: service
/// goes on, and what has nothing to do with the damage is answered.
fn damage_is_stepped_over() {
    let names = ["echo", "counter", "family", "store", "trap"];
    let programs: Vec<_> = names.into_iter().map(create).collect();
    ask(&programs[1], b"");
    ask(&programs[2], &[4, 1]);
    ask(&programs[3], b"kept");
    let to: &[u8; 32] = programs[4].as_ref();
    let sends = [
        &[1][..],
        to,
        &1_000_000_000i64.to_le_bytes(),
        &1u128.to_le_bytes(),
    ]
    .concat();
    let queue = || {
        for program in &programs {
            assert_ok!(send_as(
                &ALICE,
                program.clone(),
                sends.clone(),
                5,
                GAS,
                DEPOSIT
            ));
        }
        let (payload, purse) = (sends.clone(), GAS);
        assert_ok!(send_as(
            &BOB,
            programs[2].clone(),
            payload,
            1,
            purse,
            DEPOSIT
        ));
    };
    let bystander = create("echo");
    queue();
    damage_each_record(&bystander);
    // And undamaged all is well.
    idle();
    assert_eq!(Purses::<Test>::iter().count(), 0);
}

/// Every record of the pallet but code, likewise, where everything waits that can.
fn damage_to_what_waits_is_stepped_over() {
    let (program, asked, exited) = (create("script"), create("script"), create("script"));
    let bystander = create("echo");
    let second = upload("script-second");
    send(&exited, script([&[wait(9)]]));
    // It has replied and failed, and it is to be told.
    let late = script([&[wait(1)], &[reply(b"late", 3)]]);
    let words = script([
        &[
            Post::new(&asked, late).value(7).awaited(0).act(),
            Post::new(&BOB, b"well?".to_vec()).value(5).awaited(3).act(),
            Post::new(&asked, script([&[]]))
                .value(5)
                .gas(20_000_000_000)
                .delay(2)
                .act(),
            Post::new(&BOB, vec![]).gas(1_000).delay(1).act(),
            wait(3),
        ],
        &[trap()],
    ]);
    send_with(&program, words.clone(), 100, PLENTY);
    idle();
    send(&program, script([&[wait(5)], &[]]));
    idle();
    // One is called; one epoch and one program are to be swept; the rest is queued.
    send(&exited, script([&[exit(&BOB)]]));
    serve_one();
    send(&asked, script([&[wait(9)]]));
    serve_one();
    for code in [second, Pallet::<Test>::code_hash(&fixture("script"))] {
        let upgraded = Pallet::<Test>::do_upgrade_program(
            &ALICE,
            asked.clone(),
            code,
            vec![],
            PLENTY,
            DEPOSIT,
        );
        assert_ok!(upgraded);
    }
    serve_one();
    send(&program, script([&[wake(1)]]));
    serve_one();
    serve_one();
    send_with(&program, words, 100, PLENTY);
    let all = [
        Agenda::<Test>::iter().count(),
        Ticks::<Test>::iter().count(),
        Delayed::<Test>::iter().count(),
        Mailboxes::<Test>::iter().count(),
        Waiting::<Test>::iter().count(),
        Graves::<Test>::iter().count(),
        Queue::<Test>::iter().count(),
    ];
    assert!(all.iter().all(|records| *records > 0), "{all:?}");
    Pallet::<Test>::check_invariants().expect("every invariant holds before the damage");
    damage_each_record(&bystander);
    pass(9);
    assert_quiet();
}

fn damage_to_what_is_scheduled_reaches_no_further() {
    let program = create("script");
    let waits = |blocks| play(&program, script([&[wait(blocks)], &[]]));
    let [first, second, third] = [waits(2), waits(2), waits(4)];
    let resumed = |id| causes_of(&program, id) == [FRESH, DEADLINE];
    let clock = Service::<Test>::get().clock;
    let serve_some = || {
        for _ in 0..6 {
            begin_block();
            serve();
        }
    };
    // A place on the agenda.
    undone(|| {
        Agenda::<Test>::remove(clock + 2, 0);
        serve_some();
        assert!(!resumed(first) && resumed(second) && resumed(third));
    });
    // Who waits there.
    undone(|| {
        Waiting::<Test>::remove((&program, 0, first));
        serve_some();
        assert!(!resumed(first) && resumed(second) && resumed(third));
    });
    // What is known of a tick.
    undone(|| {
        Ticks::<Test>::remove(clock + 2);
        serve_some();
        assert!(!resumed(first) && !resumed(second) && resumed(third));
    });
    // All that is known of the service: it is found again, in order.
    undone(|| {
        lose_record();
        serve_some();
        assert!(resumed(first) && resumed(second) && resumed(third));
        let order: Vec<_> = ended(&program).into_iter().map(|end| end.0).collect();
        assert_eq!(order[order.len() - 3..], [first, second, third]);
        // And time goes on for what comes then.
        let late = send(&program, script([&[wait(3)], &[]]));
        serve_some();
        assert!(resumed(late));
    });
    pass(4);
    assert_quiet();
}

fn a_lost_record_strands_nothing_that_is_scheduled() {
    let (program, other) = (create("script"), create("script"));
    // More ticks than are looked at; and the first is not among the first by their lowest byte.
    for delay in 200..500 {
        let timer = Post::new(&other, script([&[]]))
            .gas(20_000_000_000)
            .delay(delay);
        play(&program, script([&[timer.act()]]));
    }
    assert_eq!(Ticks::<Test>::iter_keys().count(), 300);
    undone(|| {
        lose_record();
        for _ in 0..550 {
            begin_block();
            serve();
        }
        assert_eq!(Delayed::<Test>::iter_keys().count(), 0);
        assert_eq!(turns_in(&other, HANDLE).len(), 300);
    });
    pass(550);
    assert_quiet();
}

fn who_pauses_overwrites_no_record_that_waits_to_be_mended() {
    let id = send(&create("echo"), b"still there".to_vec());
    let root = RuntimeOrigin::root;
    let pause = || Actors::set_service_paused(root(), true);
    for damage in [
        || Service::<Test>::kill(),
        || unhashed::put_raw(&Service::<Test>::hashed_key(), &[1]),
    ] {
        undone(|| {
            damage();
            assert_noop!(pause(), Error::<Test>::QueueFull);
            idle();
            assert!(reply_to(id).is_some());
            assert_ok!(pause());
        });
    }
    idle();
}

/// Damages each record of the pallet but code in several ways, one at a time.
fn damage_each_record(bystander: &AccountId) {
    let prefix = |storage: &str| storage_prefix(Actors::name().as_bytes(), storage.as_bytes());
    let spared = [prefix("Codes"), prefix("Wasm")];
    let all = sp_io::hashing::twox_128(Actors::name().as_bytes());
    let keys: Vec<_> = keys_under(&all)
        .into_iter()
        .filter(|key| !spared.iter().any(|prefix| key.starts_with(prefix)))
        .collect();
    assert!(keys.len() > 20, "{} records", keys.len());
    let mut damaged = 0;
    for key in keys {
        let whole = unhashed::get_raw(&key).expect("it is there");
        let mut flipped = whole.clone();
        for byte in &mut flipped {
            *byte = !*byte;
        }
        let half = whole[..whole.len() / 2].to_vec();
        for value in [
            None,
            Some(vec![]),
            Some(half),
            Some(flipped),
            Some(vec![0xff; 64]),
        ] {
            undone(|| {
                match &value {
                    Some(value) => unhashed::put_raw(&key, value),
                    None => unhashed::kill(&key),
                }
                // A block's worth each: damage can make the queue look longer than it is.
                for _ in 0..6 {
                    serve();
                }
                let id = send_as(&BOB, bystander.clone(), b"?".to_vec(), 0, GAS, 0);
                serve();
                let reply = id.ok().and_then(reply_to).map(|reply| reply.payload);
                assert!(
                    reply.as_deref() == Some(b"?") || touches(&key, bystander),
                    "{} made {value:?}: {reply:?}",
                    sp_core::hexdisplay::HexDisplay::from(&key),
                );
                damaged += 1;
            });
        }
    }
    assert!(damaged > 100);
}

/// Whether a record is the program's own.
fn touches(key: &[u8], program: &AccountId) -> bool {
    let id = program.encode();
    key.windows(id.len()).any(|part| part == id)
}

fn keys_under(prefix: &[u8]) -> Vec<Vec<u8>> {
    let mut keys = Vec::new();
    let mut last = prefix.to_vec();
    while let Some(key) = sp_io::storage::next_key(&last) {
        if !key.starts_with(prefix) {
            break;
        }
        keys.push(key.clone());
        last = key;
    }
    keys
}

fn what_was_booked_and_does_not_fit_leaves_the_rest_to_the_queue() {
    let (program, echo) = (create("script"), create("echo"));
    let (long, short) = (200_000_000_000, 20_000_000_000);
    let later = Post::new(&program, script([&[]]))
        .deposit(0)
        .gas(long)
        .delay(1);
    send_with(&program, script([&[later.act()]]), 0, 3 * long);
    idle();
    let ids = [0; 2].map(|_| send_as(&ALICE, echo.clone(), b"x".to_vec(), 0, short, 0));
    let ids = ids.map(|id| id.expect("it is accepted"));
    let milliseconds = |count: u64| Weight::from_parts(count * 1_000_000_000, u64::MAX);
    assert_eq!(Service::<Test>::get().scheduled, 1);
    begin_block();
    poll_with(milliseconds(190));
    for id in ids {
        assert!(reply_to(id).is_some(), "it stands beside what does not fit");
    }
    assert_eq!(Service::<Test>::get().booked.length(), 1);
    Actors::on_idle(System::block_number(), milliseconds(300));
    assert_eq!(Service::<Test>::get().booked.length(), 0);
    assert_quiet();
}

fn what_the_queue_cannot_use_is_left_to_what_was_booked() {
    let (program, spin) = (create("script"), create("spin"));
    let (long, short) = (200_000_000_000, 20_000_000_000);
    let later = || {
        let post = Post::new(&program, script([&[]])).deposit(0);
        post.gas(short).delay(1).act()
    };
    send_with(&program, script([&[later(), later(), later()]]), 0, long);
    idle();
    for _ in 0..2 {
        assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, long, 0));
    }
    // It is the queue's turn, and will be for long.
    let ahead = -10 * long as i64;
    Service::<Test>::mutate(|service| service.ahead = ahead);
    let milliseconds = |count: u64| Weight::from_parts(count * 1_000_000_000, u64::MAX);
    begin_block();
    poll_with(milliseconds(190));
    let service = Service::<Test>::get();
    // Their replies stand behind the two.
    assert_eq!((service.queue.length(), service.booked.length()), (5, 0));
    assert_eq!(service.ahead, ahead, "it is for nothing");
    pass(3);
    assert_quiet();
}

/// Where both heads may burn a whole hook, only one begins in each, whatever it burns.
fn limits_that_nobody_burns_keep_nothing_that_was_booked_away() {
    let (program, echo) = (create("script"), create("echo"));
    let long = 200_000_000_000;
    let later = Post::new(&echo, vec![]).deposit(0).gas(long).delay(1);
    send_with(&program, script([&[later.act()]]), 0, 3 * long);
    idle();
    assert_eq!(Service::<Test>::get().scheduled, 1);
    for _ in 0..40 {
        assert_ok!(send_as(&ALICE, echo.clone(), b"x".to_vec(), 0, long, 0));
    }
    // As after a turn of what was booked that has burned as much.
    Service::<Test>::mutate(|service| service.ahead = -8 * long as i64);
    tick();
    do_due_within(BlockWeights::get().max_block);
    // Room for one limit, and hardly more.
    let room =
        Weight::from_parts(long + 2_000_000_000, u64::MAX / 2) + <() as crate::WeightInfo>::tick();
    let mut blocks = 0;
    while Service::<Test>::get().booked.length() > 0 {
        begin_block();
        poll_with(room);
        blocks += 1;
        assert!(blocks <= 12, "{:?}", Service::<Test>::get());
    }
    assert!(blocks > 5, "the queue has eight parts: {blocks}");
    pass(3);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

fn what_does_not_run_needs_no_room() {
    let program = create("echo");
    let long = 200_000_000_000;
    let send = || send_as(&ALICE, program.clone(), b"x".to_vec(), 0, long, 0);
    let ids: Vec<_> = (0..10).map(|_| send().expect("it is accepted")).collect();
    for id in &ids {
        assert_ok!(Actors::close_purse(RuntimeOrigin::signed(ALICE), *id));
    }
    begin_block();
    // Room for half of one limit.
    let room = Weight::from_parts(long / 2, u64::MAX / 2);
    poll_with(room);
    for id in ids {
        assert_eq!(code_of_answer(id), Some(ReplyCode::PurseClosed));
    }
    assert_quiet();
}

cases![
    what_does_not_run_needs_no_room,
    what_the_queue_cannot_use_is_left_to_what_was_booked,
    limits_that_nobody_burns_keep_nothing_that_was_booked_away,
    what_was_booked_and_does_not_fit_leaves_the_rest_to_the_queue,
    a_paused_queue_accepts_and_serves_nothing,
    turns_that_talk_do_not_fill_the_runtime,
    damage_is_stepped_over,
    damage_to_what_waits_is_stepped_over,
    damage_to_what_is_scheduled_reaches_no_further,
    a_lost_record_strands_nothing_that_is_scheduled,
    who_pauses_overwrites_no_record_that_waits_to_be_mended,
];
