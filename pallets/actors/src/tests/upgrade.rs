//! Upgrades, and who may make them.

use actors_primitives::{abi::error, CodeHash, Gas, MessageId, ReplyCode};
use frame_support::{assert_noop, assert_ok};

use super::player::*;
use crate::{
    mock::*, place::FREE_PARTS, sweep::SWEEP_KEYS, Codes, Error, Event, Graves, Kind, Pages,
    Pallet, Program, Programs, Purses, Queue, Service, State, Tombstones, Waiting, WeightInfo,
};

fn record(program: &AccountId) -> Program<Test> {
    Programs::<Test>::get(program).expect("it exists")
}

fn references(code: CodeHash) -> u32 {
    Codes::<Test>::get(code).expect("it is stored").references
}

/// Queues an upgrade as Alice.
fn queue(program: &AccountId, code: CodeHash, words: Vec<u8>) -> MessageId {
    queue_with(program, code, words, PLENTY, DEPOSIT)
}

fn queue_with(
    program: &AccountId,
    code: CodeHash,
    words: Vec<u8>,
    gas: Gas,
    deposit: u128,
) -> MessageId {
    frame_support::storage::with_storage_layer(|| {
        Pallet::<Test>::do_upgrade_program(&ALICE, program.clone(), code, words, gas, deposit)
    })
    .expect("it is accepted")
}

/// Upgrades a program as Alice.
fn upgrade(program: &AccountId, code: CodeHash, words: Vec<u8>) -> MessageId {
    let id = queue(program, code, words);
    idle();
    id
}

fn may_not_upgrade(who: AccountId, program: &AccountId, code: CodeHash) {
    assert_noop!(
        Actors::upgrade_program(
            RuntimeOrigin::signed(who),
            program.clone(),
            code,
            vec![],
            PLENTY,
            DEPOSIT
        ),
        Error::<Test>::NotAdmin
    );
}

fn a_program_goes_on_with_other_code() {
    let program = create("script");
    let first = record(&program).code_hash;
    let second = upload("script-second");
    let words = script([&[set(1, b"kept"), grow(), touch(0, 5), touch(3, 7)]]);
    send_with(&program, words, UNIT, PLENTY);
    idle();
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 2);
    let money = Pallet::<Test>::spendable(&program);
    let id = upgrade(&program, second, script([&[get(1), reply(b"done", 0)]]));
    assert_eq!(
        answer(id),
        Some((ReplyCode::Finished, vec![], 0)),
        "its end is its result"
    );
    let seen = turns_of(&program, id);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].version, seen[0].entry), (2, MIGRATE));
    assert_eq!(seen[0].number, 1, "its memory and globals are fresh");
    assert_eq!((&seen[0].source, seen[0].value), (&ALICE, 0));
    let kept = [4, i32::from_le_bytes(*b"kept"), error::NOT_ALLOWED];
    assert_eq!(results(&program).last(), Some(&kept.to_vec()));
    let now = record(&program);
    assert_eq!((now.code_hash, now.epoch), (second, 1));
    assert!(now.pages.is_empty());
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 1);
    assert_eq!((references(first), references(second)), (0, 1));
    // What the old pages had on hold is the program's.
    assert_eq!(Pallet::<Test>::spendable(&program), money + 2 * PAGE);
    assert!(events().contains(&Event::ProgramUpgraded {
        program: program.clone(),
        code_hash: second,
        epoch: 1,
    }));
    let after = play(&program, script([&[touch(0, 1)]]));
    assert_eq!(turns_of(&program, after)[0].version, 2);
    assert_eq!(
        results(&program).last(),
        Some(&vec![0]),
        "nothing of it is left"
    );
    assert_ok!(Actors::remove_code(RuntimeOrigin::signed(ALICE), first));
    assert_quiet();
}

fn messages_before_it_run_the_old_code_and_those_after_it_the_new() {
    let program = create("script");
    let second = upload("script-second");
    let before = send(&program, script([&[]]));
    let id = queue(&program, second, vec![]);
    let after = send(&program, script([&[]]));
    idle();
    let versions: Vec<_> = [before, id, after]
        .iter()
        .map(|id| turns_of(&program, *id)[0].version)
        .collect();
    assert_eq!(versions, [1, 2, 2]);
}

fn pages_that_migrate_writes_take_the_place_of_the_old() {
    let program = create("script");
    let second = upload("script-second");
    play(&program, script([&[grow(), touch(0, 5), touch(1, 5)]]));
    let alice = total(&ALICE);
    Fees::set(0);
    // One of the old places, and one of its own.
    upgrade(
        &program,
        second,
        script([&[grow(), grow(), touch(0, 9), touch(6, 9)]]),
    );
    let pages: Vec<_> = Pages::<Test>::iter_key_prefix(&program).collect();
    assert_eq!(pages.len(), 2);
    assert_eq!(
        total(&ALICE),
        alice - Fees::get(),
        "what they cost was there"
    );
    let told = play(&program, script([&[touch(0, 9), touch(1, 0), touch(6, 9)]]));
    assert_eq!(code_of_answer(told), Some(ReplyCode::Finished));
    assert_eq!(results(&program).last(), Some(&vec![9, 0, 9]));
    assert_quiet();
}

fn an_upgrade_to_the_same_code_starts_afresh() {
    let program = create("script");
    play(&program, script([&[touch(0, 5)]]));
    let code = record(&program).code_hash;
    upgrade(&program, code, vec![]);
    assert_eq!((record(&program).epoch, references(code)), (1, 1));
    play(&program, script([&[touch(0, 5)]]));
    assert_eq!(results(&program).last(), Some(&vec![0]));
}

fn code_without_migrate_can_be_upgraded_to() {
    let program = create("script");
    let mute = upload("script-mute");
    play(&program, script([&[grow(), touch(0, 5), touch(1, 5)]]));
    let waits = play(&program, script([&[wait(9)]]));
    let id = upgrade(&program, mute, script([&[trap()]]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished), "nothing ran");
    assert_eq!(code_of_answer(waits), Some(ReplyCode::Upgraded));
    assert_eq!(record(&program).code_hash, mute);
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    let after = play(&program, script([&[touch(0, 5)]]));
    let seen = turns_of(&program, after);
    assert_eq!((seen[0].version, seen[0].number), (3, 1));
    assert_eq!(results(&program).last(), Some(&vec![0]));
    // And it cannot go back by itself, but its admin can.
    let first = Pallet::<Test>::code_hash(&fixture("script"));
    upgrade(&program, first, vec![]);
    assert_eq!(record(&program).epoch, 2);
    assert_quiet();
}

fn an_upgrade_that_fails_changes_nothing() {
    let program = create("script");
    let second = upload("script-second");
    play(&program, script([&[set(1, b"kept"), touch(0, 5)]]));
    let waits = play(&program, script([&[wait(100)], &[reply(b"on", 0)]]));
    let all = || {
        let pages: Vec<_> = Pages::<Test>::iter_prefix(&program).collect();
        let state: Vec<_> = State::<Test>::iter_prefix(&program).collect();
        let waiting: Vec<_> = Waiting::<Test>::iter().collect();
        (record(&program), pages, state, waiting, total(&program))
    };
    let before = all();
    let grows = |acts: &[Act]| {
        let all = [&[set(2, &[1; 99]), grow(), touch(1, 5), touch(2, 5)], acts].concat();
        script([&all[..]])
    };
    let start = Pallet::<Test>::start_price(&program, Kind::Migrate(second));
    for (words, gas, deposit, code) in [
        (grows(&[trap()]), PLENTY, DEPOSIT, ReplyCode::Trapped),
        (
            grows(&[panics(b"no")]),
            PLENTY,
            DEPOSIT,
            ReplyCode::Panicked,
        ),
        (grows(&[burn()]), PLENTY, DEPOSIT, ReplyCode::OutOfGas),
        (grows(&[]), start, DEPOSIT, ReplyCode::OutOfGas),
        // Two of the pages are paid for by the old ones.
        (grows(&[]), PLENTY, 99_000, ReplyCode::DepositShortfall),
    ] {
        let alice = total(&ALICE);
        Fees::set(0);
        let id = queue_with(&program, second, words, gas, deposit);
        assert_eq!(references(second), 1);
        idle();
        assert_eq!(code_of_answer(id), Some(code));
        assert_eq!(turns_of(&program, id), []);
        assert!(all() == before, "{code:?}");
        assert_eq!(references(second), 0);
        assert_eq!(total(&ALICE), alice - Fees::get(), "but the gas");
        assert_eq!(Graves::<Test>::iter().count(), 0);
    }
    // The old code goes on, also with what waited.
    play(&program, script([&[wake(0)]]));
    assert_eq!(answer(waits), Some((ReplyCode::Replied, b"on".to_vec(), 0)));
    assert_quiet();
}

fn whoever_waits_is_answered() {
    let (program, asking) = (create("script"), create("script"));
    let second = upload("script-second");
    let ids: Vec<_> = (0..3)
        .map(|_| send(&program, script([&[wait(100)]])))
        .collect();
    let replied = send(&program, script([&[reply(b"early", 0), wait(100)]]));
    let asked = play(
        &asking,
        script([&[request(&program, script([&[wait(9)]])), wait(50)], &[]]),
    );
    upgrade(&program, second, vec![]);
    idle();
    for id in ids {
        assert_eq!(answer(id), Some((ReplyCode::Upgraded, vec![], 0)));
    }
    assert_eq!(answer(replied).expect("it had one").1, b"early");
    let told = &turns_of(&asking, asked)[1];
    assert_eq!(told.reply.as_ref().map(|reply| reply.code), Some(0x203));
    assert_quiet();
}

fn what_waited_is_void_at_once() {
    let (program, asked) = (create("script"), create("script"));
    let second = upload("script-second");
    // One is called by a reply, one by a wake, one by its deadline; the upgrade comes between.
    let by_reply = send(
        &program,
        script([&[request(&asked, script([&[reply(b"hi", 0)]])), wait(99)]]),
    );
    let by_wake = send(&program, script([&[wait(99)]]));
    let by_deadline = send(&program, script([&[wait(1)]]));
    let id = queue(&program, second, vec![]);
    for _ in 0..3 {
        serve_one();
    }
    send(&program, script([&[wake(1)]]));
    // Nothing is swept meanwhile: one message after the other, and the clock.
    let mut stale = 0;
    while Pallet::<Test>::queue_length() > 0 {
        serve_one();
        if stale == 0 && answer(id).is_some() {
            stale = Waiting::<Test>::iter().count();
            pass_full(1);
            do_due_within(BlockWeights::get().max_block);
        }
    }
    assert_eq!(stale, 3, "they stand there still");
    assert_eq!(Graves::<Test>::iter().count(), 1);
    for stale in [by_reply, by_wake, by_deadline] {
        assert_eq!(causes_of(&program, stale), [FRESH]);
        assert_eq!(answer(stale), None);
    }
    // The reply is late, and the new code handles it.
    let late = turns_in(&program, HANDLE_REPLY);
    assert_eq!((late.len(), late[0].version), (1, 2));
    assert_eq!(results(&program).last(), Some(&vec![-1]), "nothing to wake");
    idle();
    for stale in [by_reply, by_wake, by_deadline] {
        assert_eq!(code_of_answer(stale), Some(ReplyCode::Upgraded));
    }
    assert_quiet();
}

fn new_messages_wait_beside_the_stale_ones() {
    let program = create("script");
    let second = upload("script-second");
    let stale = play(&program, script([&[wait(99)]]));
    queue(&program, second, vec![]);
    serve_one();
    let fresh = send(&program, script([&[wait(2)], &[]]));
    serve_one();
    assert_eq!(Waiting::<Test>::iter().count(), 2);
    pass(2);
    assert_eq!(code_of_answer(stale), Some(ReplyCode::Upgraded));
    assert_eq!(causes_of(&program, fresh), [FRESH, DEADLINE]);
    assert_quiet();
}

fn whoever_waits_is_answered_in_bounded_steps() {
    ActorsSchedule::mutate(|schedule| (schedule.wait, schedule.answer) = (0, 0));
    let program = create("script");
    let second = upload("script-second");
    let ids: Vec<_> = (0..20)
        .map(|_| send(&program, script([&[wait(999)]])))
        .collect();
    idle();
    queue(&program, second, vec![]);
    serve_one();
    // Room for a few.
    let room = <() as WeightInfo>::peek_queue()
        .saturating_add(<() as WeightInfo>::sweep(SWEEP_KEYS))
        .saturating_add(<() as WeightInfo>::answer_waiting())
        .saturating_add(<() as WeightInfo>::answer_waiting().saturating_mul(3));
    let answered = || ids.iter().filter(|id| answer(**id).is_some()).count();
    let mut last = 0;
    let mut steps = 0;
    while !Service::<Test>::get().graves.is_empty() {
        let used = sweep_within(room);
        assert!(used.all_lte(room), "{used:?} of {room:?}");
        Pallet::<Test>::check_invariants().expect("every invariant holds");
        assert!(answered() > last && answered() <= last + 5 || answered() == ids.len());
        last = answered();
        steps += 1;
    }
    assert_eq!(answered(), ids.len());
    assert!(steps > 3, "{steps}");
    idle();
    assert_quiet();
}

fn code_is_kept_from_the_moment_an_upgrade_is_queued() {
    let program = create("script");
    let second = upload("script-second");
    let remove = || Actors::remove_code(RuntimeOrigin::signed(ALICE), second);
    queue(&program, second, script([&[trap()]]));
    assert_noop!(remove(), Error::<Test>::CodeInUse);
    idle();
    assert_ok!(remove());
    // And of two that are queued one may succeed.
    upload("script-second");
    queue(&program, second, script([&[trap()]]));
    queue(&program, second, vec![]);
    assert_eq!(references(second), 2);
    idle();
    assert_eq!((references(second), record(&program).epoch), (1, 1));
    assert_noop!(remove(), Error::<Test>::CodeInUse);
}

fn an_upgrade_that_is_refused_keeps_no_code() {
    let program = create("script");
    let second = upload("script-second");
    let start = Pallet::<Test>::start_price(&program, Kind::Migrate(second));
    let signed = RuntimeOrigin::signed(ALICE);
    let call = |gas, deposit| {
        Actors::upgrade_program(
            signed.clone(),
            program.clone(),
            second,
            vec![],
            gas,
            deposit,
        )
    };
    assert_noop!(call(start - 1, DEPOSIT), Error::<Test>::GasLimitTooLow);
    assert_noop!(call(PLENTY, u128::MAX), Error::<Test>::GasNotPayable);
    assert_ok!(call(start, DEPOSIT));
    assert_noop!(
        Actors::upgrade_program(
            signed.clone(),
            program.clone(),
            CodeHash([7; 32]),
            vec![],
            PLENTY,
            DEPOSIT
        ),
        Error::<Test>::CodeNotFound
    );
    assert_noop!(
        Actors::upgrade_program(signed, BOB, second, vec![], PLENTY, DEPOSIT),
        Error::<Test>::NotAProgram
    );
}

fn only_the_admin_upgrades() {
    let program = create("script");
    let second = upload("script-second");
    may_not_upgrade(BOB, &program, second);
    assert_noop!(
        Actors::set_admin(RuntimeOrigin::signed(BOB), program.clone(), Some(BOB)),
        Error::<Test>::NotAdmin
    );
    assert_ok!(Actors::set_admin(
        RuntimeOrigin::signed(ALICE),
        program.clone(),
        Some(BOB)
    ));
    assert!(events().contains(&Event::AdminSet {
        program: program.clone(),
        admin: Some(BOB),
    }));
    may_not_upgrade(ALICE, &program, second);
    assert_noop!(
        Actors::set_admin(RuntimeOrigin::signed(ALICE), program.clone(), None),
        Error::<Test>::NotAdmin
    );
    assert_ok!(Actors::upgrade_program(
        RuntimeOrigin::signed(BOB),
        program.clone(),
        second,
        vec![],
        PLENTY,
        DEPOSIT
    ));
    idle();
    assert_eq!(record(&program).epoch, 1);
}

fn without_an_admin_a_program_is_immutable() {
    let program = create("script");
    let second = upload("script-second");
    let alice = RuntimeOrigin::signed(ALICE);
    assert_ok!(Actors::set_admin(alice.clone(), program.clone(), None));
    assert_eq!(record(&program).admin, None);
    for who in [ALICE, BOB, program.clone()] {
        may_not_upgrade(who.clone(), &program, second);
        assert_noop!(
            Actors::set_admin(RuntimeOrigin::signed(who), program.clone(), Some(ALICE)),
            Error::<Test>::NotAdmin
        );
    }
}

fn a_program_that_initialises_cannot_be_upgraded() {
    let (program, id) = conceive("script", script([&[wait(3)], &[]]), 0);
    let second = upload("script-second");
    idle();
    let refused = upgrade(&program, second, vec![]);
    assert_eq!(code_of_answer(refused), Some(ReplyCode::NotInitialised));
    assert_eq!(answer(id), None, "its `init` goes on");
    pass(3);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_eq!((references(second), record(&program).epoch), (0, 0));
    assert_eq!(turns_of(&program, id)[1].version, 1);
    assert_quiet();
}

fn a_program_that_has_exited_cannot_be_upgraded() {
    let program = create("script");
    let second = upload("script-second");
    send(&program, script([&[exit(&BOB)]]));
    let late = upgrade(&program, second, vec![]);
    assert_eq!(code_of_answer(late), Some(ReplyCode::Exited));
    assert_eq!(references(second), 0);
    let signed = RuntimeOrigin::signed(ALICE);
    assert_noop!(
        Actors::upgrade_program(signed.clone(), program.clone(), second, vec![], PLENTY, 0),
        Error::<Test>::NotAProgram
    );
    assert_noop!(
        Actors::set_admin(signed, program, None),
        Error::<Test>::NotAProgram
    );
    assert_quiet();
}

fn a_program_can_exit_when_it_is_upgraded() {
    let program = create("script");
    let (first, second) = (record(&program).code_hash, upload("script-second"));
    let waits = play(&program, script([&[touch(0, 1), wait(99)]]));
    let id = upgrade(&program, second, script([&[exit(&BOB)]]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_eq!(code_of_answer(waits), Some(ReplyCode::Exited));
    assert_eq!(Tombstones::<Test>::get(&program), Some(BOB));
    assert_eq!((references(first), references(second)), (0, 0));
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_quiet();
}

fn a_migration_sends_and_is_answered_but_does_not_wait() {
    let (program, asked) = (create("script"), create("script"));
    let second = upload("script-second");
    let id = upgrade(
        &program,
        second,
        script([&[
            tell(&asked, script([&[reply(b"hi", 0)]])),
            request(&asked, vec![]),
            wait(3),
        ]]),
    );
    let no = error::NOT_ALLOWED;
    assert_eq!(results(&program)[0], [0, no, no]);
    let handled = turns_in(&program, HANDLE_REPLY);
    let told = handled[0].reply.as_ref().expect("it tells of it");
    assert_eq!((handled[0].version, told.to), (2, sent_by(id, 0, 0)));
    assert_quiet();
}

fn a_queued_upgrade_pays_and_waits_like_a_message() {
    let program = create("script");
    let second = upload("script-second");
    let other = send(&program, script([&[]]));
    // Where places cost something.
    Service::<Test>::mutate(|service| service.memory = 2 * FREE_PARTS);
    let id = queue(&program, second, vec![]);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert!(Purses::<Test>::get(id).expect("it is open").burned > 0);
    assert_eq!(Queue::<Test>::iter().count(), 2);
    assert_eq!(answer(other), None);
    idle();
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

/// As `Program` is kept loadable by each turn that makes it grow.
fn code_that_could_not_be_loaded_with_the_memory_it_leaves_is_refused() {
    // Both have one page; the new code is larger.
    let program = create("counter");
    let second = upload("script-second");
    ask(&program, b"");
    let before = record(&program);
    let code = Codes::<Test>::get(second).expect("it is stored");
    let schedule = ActorsSchedule::get();
    let load = |info| schedule.load_code(info, 1) + schedule.load_pages(1);
    let (old, new) = (load(&before.info), load(&code.info));
    assert!(old < new);
    // Of which three quarters may be for loading.
    let longest = MaxTurnGas::get();
    MaxTurnGas::set((new - 1) / 3 * 4);
    let words = script([&[touch(0, 1)]]);
    let id = upgrade(&program, second, words.clone());
    assert_eq!(code_of_answer(id), Some(ReplyCode::LimitExceeded));
    assert!(record(&program) == before);
    MaxTurnGas::set(longest);
    let reply = ask(&program, b"").payload;
    assert_eq!(reply[..4], [2, 0, 0, 0], "the old code goes on");
    MaxTurnGas::set(new.div_ceil(3) * 4);
    let id = upgrade(&program, second, words);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
}

fn an_upgrade_that_was_queued_by_who_is_admin_no_more_fails() {
    let second = upload("script-second");
    for admin in [None, Some(BOB)] {
        let program = create("script");
        let id = queue(&program, second, vec![]);
        assert_ok!(Actors::set_admin(
            RuntimeOrigin::signed(ALICE),
            program.clone(),
            admin.clone()
        ));
        let before = record(&program);
        idle();
        // Whoever looks and sees no admin can rely on the code that they see.
        assert_eq!(code_of_answer(id), Some(ReplyCode::LimitExceeded));
        assert!(record(&program) == before);
        assert_eq!(turns_in(&program, MIGRATE), []);
        assert_eq!(references(second), 0);
    }
    assert_quiet();
}

cases![
    code_that_could_not_be_loaded_with_the_memory_it_leaves_is_refused,
    an_upgrade_that_was_queued_by_who_is_admin_no_more_fails,
    a_program_goes_on_with_other_code,
    messages_before_it_run_the_old_code_and_those_after_it_the_new,
    pages_that_migrate_writes_take_the_place_of_the_old,
    an_upgrade_to_the_same_code_starts_afresh,
    code_without_migrate_can_be_upgraded_to,
    an_upgrade_that_fails_changes_nothing,
    whoever_waits_is_answered,
    what_waited_is_void_at_once,
    new_messages_wait_beside_the_stale_ones,
    whoever_waits_is_answered_in_bounded_steps,
    code_is_kept_from_the_moment_an_upgrade_is_queued,
    an_upgrade_that_is_refused_keeps_no_code,
    only_the_admin_upgrades,
    without_an_admin_a_program_is_immutable,
    a_program_that_initialises_cannot_be_upgraded,
    a_program_that_has_exited_cannot_be_upgraded,
    a_program_can_exit_when_it_is_upgraded,
    a_migration_sends_and_is_answered_but_does_not_wait,
    a_queued_upgrade_pays_and_waits_like_a_message,
];
