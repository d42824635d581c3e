//! The end of programs: who inherits, who is told, and what is freed.

use actors_primitives::ReplyCode;
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::fungible::hold::Inspect as _};

use super::player::*;
use crate::{
    mock::*, sweep::SWEEP_KEYS, Codes, Error, Event, Graves, HoldReason, Pages, Pallet, Programs,
    Service, State, Tombstones, WeightInfo,
};

/// The payload that makes `family` exit.
fn leaving(inheritor: &AccountId, last_words: &[u8]) -> Vec<u8> {
    let inheritor: &[u8; 32] = inheritor.as_ref();
    [&[2][..], inheritor, last_words].concat()
}

/// However many have left everything to one another, and in the end to the program itself.
fn a_program_whose_init_fails_ends_whoever_its_creator_leaves_to() {
    for generations in [1, 7, 8, 9, 15, 16] {
        let creator = create("script");
        let code = Pallet::<Test>::code_hash(&fixture("script"));
        let failing = script([&[wait(50)], &[trap()]]);
        let salt = [generations];
        let words = script([&[found(code, generations, 0, failing)]]);
        send_with(&creator, words, UNIT, PLENTY);
        idle();
        let program = Pallet::<Test>::program_address(code, &creator, &salt);
        assert!(Programs::<Test>::contains_key(&program));
        let heirs: Vec<_> = (1..generations).map(|_| create("script")).collect();
        let all: Vec<_> = [creator].into_iter().chain(heirs).collect();
        for (number, leaving) in all.iter().enumerate() {
            let heir = all.get(number + 1).unwrap_or(&program);
            play(leaving, script([&[exit(heir)]]));
            assert!(!Programs::<Test>::contains_key(leaving));
        }
        pass(60);
        assert!(!Programs::<Test>::contains_key(&program), "{generations}");
        assert!(Tombstones::<Test>::contains_key(&program));
        assert_eq!(
            Balances::balance_on_hold(&HoldReason::Storage.into(), &program),
            0
        );
        assert_quiet();
    }
}

fn everything_goes_to_the_inheritor() {
    let program = create("family");
    ask(&program, &[4, 1, 2, 3]);
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 1);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 1);
    let record = Programs::<Test>::get(&program).expect("it exists");
    let (hash, stored) = (record.code_hash, record.footprint);
    let (left, before) = (total(&program), total(&BOB));
    let reply = ask_with(&program, &leaving(&BOB, b"farewell"), UNIT, GAS, 0);
    assert_eq!((reply.code, reply.value), (ReplyCode::Finished, 0));
    assert_eq!(total(&program), 0);
    let tombstone = Pallet::<Test>::tombstone_price();
    assert_eq!(total(&BOB), before + left + UNIT - tombstone);
    assert!(!Programs::<Test>::contains_key(&program));
    assert_eq!(Tombstones::<Test>::get(&program), Some(BOB));
    assert_eq!(
        Codes::<Test>::get(hash).expect("it is stored").references,
        0
    );
    assert_ok!(Actors::remove_code(RuntimeOrigin::signed(ALICE), hash));
    // What it did before it left stands.
    assert!(events().iter().any(|event| matches!(
        event,
        Event::ProgramEvent { data, .. } if data == b"bye"
    )));
    assert!(events().iter().any(|event| matches!(
        event,
        Event::UserMessage { destination, payload, reply: None, .. }
            if *destination == BOB && payload == b"farewell"
    )));
    // What is held for the page and the key comes when the rest of the block has freed them.
    let pages = Pallet::<Test>::deposit_for(stored);
    let first = left + UNIT - tombstone - pages - EXISTENTIAL_DEPOSIT;
    assert!(events().contains(&Event::ProgramExited {
        program: program.clone(),
        inheritor: BOB,
        value: first,
    }));
    assert!(events().contains(&Event::ProgramFreed {
        program: program.clone(),
        inheritor: BOB,
        value: pages + EXISTENTIAL_DEPOSIT,
    }));
    assert_eq!(Graves::<Test>::iter().count(), 0);
    assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
    assert_eq!(State::<Test>::iter_prefix(&program).count(), 0);
}

fn messages_behind_an_exit_are_told_who_inherits() {
    let program = create("family");
    let first = send_as(&ALICE, program.clone(), leaving(&BOB, b""), 0, GAS, 0).expect("accepted");
    let second = send_as(&ALICE, program.clone(), vec![3], UNIT, GAS, 0).expect("accepted");
    Fees::set(0);
    let before = total(&ALICE);
    idle();
    assert_eq!(reply_to(first).expect("served").code, ReplyCode::Finished);
    let reply = reply_to(second).expect("served");
    assert_eq!((reply.code, reply.value), (ReplyCode::Exited, UNIT));
    assert_eq!(reply.payload, BOB.encode());
    assert_eq!(reply.gas_burned, 0);
    let gas = Fees::get() - Pallet::<Test>::tombstone_price();
    assert_eq!(total(&ALICE), before + UNIT - gas);
    assert_noop!(
        Actors::send_message(RuntimeOrigin::signed(ALICE), program, vec![], 0, GAS, 0),
        Error::<Test>::NotAProgram
    );
}

fn an_address_is_used_once() {
    let hash = upload("family");
    let program = Pallet::<Test>::program_address(hash, &ALICE, b"");
    let make = || {
        Actors::create_program(
            RuntimeOrigin::signed(ALICE),
            hash,
            vec![],
            vec![],
            0,
            GAS,
            DEPOSIT,
        )
    };
    assert_ok!(make());
    idle();
    ask(&program, &leaving(&ALICE, b""));
    assert_noop!(make(), Error::<Test>::ProgramAlreadyExists);
}

fn a_program_cannot_inherit_from_itself() {
    let (program, other) = (create("family"), create("family"));
    let before = total(&program);
    let reply = ask(&program, &leaving(&program, b""));
    assert_eq!(reply.code, ReplyCode::SyscallMisuse);
    assert_eq!(total(&program), before);
    // Nor through another that has left everything to it.
    ask(&other, &leaving(&program, b""));
    let reply = ask(&program, &leaving(&other, b""));
    assert_eq!(reply.code, ReplyCode::SyscallMisuse);
    assert!(Programs::<Test>::contains_key(&program));
}

fn value_on_its_way_to_an_exited_program_goes_to_its_heirs() {
    // The first sends to a program that traps and exits before the value comes back; whom it
    // named has left as well.
    let (first, second, trap) = (create("family"), create("family"), create("trap"));
    let to: &[u8; 32] = trap.as_ref();
    let payload = [&[1][..], to, &(-1i64).to_le_bytes(), &UNIT.to_le_bytes()].concat();
    let sent = send_as(&ALICE, first.clone(), payload, UNIT, GAS, DEPOSIT);
    assert_ok!(sent);
    assert_ok!(send_as(
        &ALICE,
        first.clone(),
        leaving(&second, b""),
        0,
        GAS,
        0
    ));
    assert_ok!(send_as(
        &ALICE,
        second.clone(),
        leaving(&BOB, b""),
        0,
        GAS,
        0
    ));
    let owned = total(&first) + total(&second);
    let before = total(&BOB);
    idle();
    let tombstones = 2 * Pallet::<Test>::tombstone_price();
    assert_eq!(total(&BOB), before + owned + UNIT - tombstones);
    assert_eq!((total(&first), total(&second)), (0, 0));
}

fn a_reply_to_an_exited_program_is_its_heirs() {
    let (program, echo) = (create("family"), create("echo"));
    let to: &[u8; 32] = echo.as_ref();
    let payload = [&[1][..], to, &(-1i64).to_le_bytes(), &10u128.to_le_bytes()].concat();
    assert_ok!(send_as(&ALICE, program.clone(), payload, 10, GAS, DEPOSIT));
    assert_ok!(send_as(
        &ALICE,
        program.clone(),
        leaving(&BOB, b""),
        0,
        GAS,
        0
    ));
    let (owned, before) = (total(&program), total(&BOB));
    idle();
    let tombstone = Pallet::<Test>::tombstone_price();
    let arrived = total(&BOB) + tombstone - before;
    assert_eq!(arrived, owned + 5, "half of it came back");
    assert_eq!(total(&program), 0);
}

fn whoever_waits_is_told_who_inherits() {
    let (program, asking) = (create("script"), create("script"));
    let ids: Vec<_> = (0..3)
        .map(|_| send(&program, script([&[wait(100)]])))
        .collect();
    let replied = send(&program, script([&[reply(b"early", 0), wait(100)]]));
    let asked = send(
        &asking,
        script([&[request(&program, script([&[wait(9)]])), wait(50)], &[]]),
    );
    // One of its own messages asks another, and one has its cause in the queue.
    let itself = send(
        &program,
        script([&[request(&program, script([&[wait(9)]])), wait(50)], &[]]),
    );
    idle();
    let deadlines = Service::<Test>::get().scheduled;
    assert_eq!(deadlines, 8);
    play(&program, script([&[wake(0), exit(&BOB)]]));
    idle();
    let exited = |id| answer(id) == Some((ReplyCode::Exited, BOB.encode(), 0));
    assert!(ids.into_iter().all(exited) && exited(itself));
    assert_eq!(answer(replied).expect("it had one").1, b"early");
    let told = &turns_of(&asking, asked)[1];
    assert_eq!(told.reply.as_ref().map(|reply| reply.code), Some(0x202));
    assert_quiet();
}

fn a_resumed_message_can_exit() {
    let program = create("script");
    let other = play(&program, script([&[wait(100)]]));
    let id = play(&program, script([&[wait(1)], &[exit(&BOB)]]));
    pass(1);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_eq!(code_of_answer(other), Some(ReplyCode::Exited));
    assert_quiet();
}

fn an_inheritor_needs_no_account() {
    let program = create("script");
    let left = total(&program);
    assert_eq!(total(&PAUPER), 0);
    play(&program, script([&[exit(&PAUPER)]]));
    let tombstone = Pallet::<Test>::tombstone_price();
    assert_eq!(total(&PAUPER), left - tombstone);
}

fn an_inheritor_that_has_exited_leaves_it_to_its_own() {
    // Value that comes later follows them, whoever goes first.
    let [first, second, asked] = [create("script"), create("script"), create("script")];
    let late = script([&[wait(5)], &[reply(b"", 40)]]);
    let post = Post::new(&asked, late).value(100).awaited(0);
    send_with(&first, script([&[post.act(), wait(9)]]), 100, PLENTY);
    idle();
    play(&first, script([&[exit(&second)]]));
    play(&second, script([&[exit(&BOB)]]));
    let bob = total(&BOB);
    pass(5);
    assert_eq!(total(&BOB), bob + 40);
    // Who names one that has left is told of by its heir's name from the start.
    let third = create("script");
    play(&third, script([&[exit(&first)]]));
    assert_eq!(Tombstones::<Test>::get(&third), Some(BOB));
    assert_quiet();
}

/// Whoever creates a program may leave everything to it while it initialises. Then there is nobody
/// to inherit from it but who has left: it ends all the same.
fn an_init_fails_though_its_creator_left_everything_to_it() {
    for words in [script([&[trap()]]), script([&[wait(3)], &[trap()]])] {
        let program = create("script");
        let code = upload_once("script-second");
        let child = Pallet::<Test>::program_address(code, &program, &[7]);
        let id = send_with(
            &program,
            script([&[found(code, 7, 100, words), exit(&child)]]),
            UNIT,
            PLENTY,
        );
        serve_one();
        assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
        assert_eq!(Tombstones::<Test>::get(&program), Some(child.clone()));
        idle();
        pass(3);
        assert!(!Programs::<Test>::contains_key(&child));
        let references = Codes::<Test>::get(code).expect("it is stored").references;
        assert_eq!(references, 0);
        assert_quiet();
    }
}

fn upload_once(name: &str) -> actors_primitives::CodeHash {
    let hash = Pallet::<Test>::code_hash(&fixture(name));
    match Codes::<Test>::contains_key(hash) {
        true => hash,
        false => upload(name),
    }
}

fn whoever_waits_is_answered_in_bounded_steps() {
    ActorsSchedule::mutate(|schedule| (schedule.wait, schedule.answer) = (0, 0));
    let program = create("script");
    let ids: Vec<_> = (0..20)
        .map(|_| send(&program, script([&[wait(999)]])))
        .collect();
    idle();
    send(&program, script([&[exit(&BOB)]]));
    serve_one();
    // Room for a few.
    let room = <() as WeightInfo>::peek_queue()
        .saturating_add(<() as WeightInfo>::sweep(SWEEP_KEYS))
        .saturating_add(<() as WeightInfo>::answer_waiting())
        .saturating_add(<() as WeightInfo>::answer_waiting().saturating_mul(3));
    let answered = || ids.iter().filter(|id| answer(**id).is_some()).count();
    let (mut last, mut steps) = (0, 0);
    while answered() < ids.len() {
        let used = sweep_within(room);
        assert!(used.all_lte(room), "{used:?} of {room:?}");
        Pallet::<Test>::check_invariants().expect("every invariant holds");
        let now = answered();
        assert!(now > last && now <= last + 5, "{now} after {last}");
        // Their deadlines and what else comes find nobody.
        pass_full(1);
        (last, steps) = (now, steps + 1);
    }
    assert!(steps > 3, "{steps}");
    idle();
    assert_quiet();
}

fn what_is_on_its_way_to_or_from_an_exited_program_finds_its_end() {
    let (program, asked) = (create("script"), create("script"));
    let late = script([&[wait(2)], &[reply(b"late", 7)]]);
    // Awaited, not awaited, later, to a user; and somebody writes to it.
    let id = send_with(
        &program,
        script([&[
            Post::new(&asked, late.clone()).value(10).awaited(0).act(),
            Post::new(&asked, late).value(10).act(),
            Post::new(&asked, script([&[reply(b"", 3)]]))
                .value(10)
                .gas(20_000_000_000)
                .delay(4)
                .act(),
            Post::new(&BOB, vec![]).value(10).awaited(6).act(),
            wait(50),
        ]]),
        100,
        PLENTY,
    );
    serve_one();
    let exits = send(&program, script([&[exit(&PAUPER)]]));
    let behind = send_with(&program, script([&[]]), 9, PLENTY);
    let (alice, owned) = (total(&ALICE), total(&program));
    Fees::set(0);
    idle();
    assert_eq!(code_of_answer(exits), Some(ReplyCode::Finished));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Exited));
    assert_eq!(
        answer(behind),
        Some((ReplyCode::Exited, PAUPER.encode(), 9))
    );
    pass(7);
    let tombstone = Pallet::<Test>::tombstone_price();
    // What came back: three replies, and the letter that nobody answered.
    assert_eq!(total(&PAUPER), owned - tombstone + 7 + 7 + 3 + 10);
    assert_eq!(total(&program), 0);
    assert!(total(&ALICE) <= alice + 9);
    assert_quiet();
}

cases![
    a_program_whose_init_fails_ends_whoever_its_creator_leaves_to,
    whoever_waits_is_told_who_inherits,
    a_resumed_message_can_exit,
    an_inheritor_needs_no_account,
    an_inheritor_that_has_exited_leaves_it_to_its_own,
    an_init_fails_though_its_creator_left_everything_to_it,
    whoever_waits_is_answered_in_bounded_steps,
    what_is_on_its_way_to_or_from_an_exited_program_finds_its_end,
    everything_goes_to_the_inheritor,
    messages_behind_an_exit_are_told_who_inherits,
    an_address_is_used_once,
    a_program_cannot_inherit_from_itself,
    value_on_its_way_to_an_exited_program_goes_to_its_heirs,
    a_reply_to_an_exited_program_is_its_heirs,
];

/// Native only: what a block leaves to the next one must reach the trie between them.
#[cfg(test)]
mod blocks {
    use super::*;
    use crate::{
        deposit::Footprint,
        pallet::{Key, StateValue},
        HoldReason, Remains,
    };
    use frame_support::traits::{
        fungible::{hold::Mutate as _, Mutate as _},
        Hooks,
    };

    #[test]
    fn an_exit_to_an_account_that_is_too_small_at_first_is_paid_with_what_is_freed() {
        on_chain(|| {
            let program = create("family");
            ask(&program, &[4, 1, 2, 3]);
            // The record's part of the deposit is less than an account must have, the rest is not.
            PerByte::mutate(|price| *price *= 3);
            PerItem::mutate(|price| *price *= 3);
            let stranger = AccountId::from([9; 32]);
            let all = total(&program);
            let rest = Balances::free_balance(&program) - EXISTENTIAL_DEPOSIT;
            assert_eq!(rest, 0);
            let reply = ask_with(&program, &leaving(&stranger, b""), 0, GAS, 0);
            assert_eq!(reply.code, ReplyCode::Finished);
            idle();
            assert_eq!(total(&program), 0);
            assert!(total(&stranger) > EXISTENTIAL_DEPOSIT && total(&stranger) <= all);
            assert_quiet();
        });
    }

    #[test]
    fn whatever_the_existential_deposit_is_now_nothing_stays_behind() {
        for more in [1, 500, 5_000_000, 100_000_000] {
            on_chain(|| {
                let program = create("family");
                ask(&program, &[4, 1, 2, 3]);
                let issuance = Balances::total_issuance();
                ExistentialDeposit::mutate(|minimum| *minimum += more);
                let issuance = issuance + more;
                Pallet::<Test>::endow_escrow();
                let old = Programs::<Test>::get(&program).expect("it exists").deposit;
                let gone = send_as(&ALICE, program.clone(), leaving(&BOB, b""), 0, GAS, DEPOSIT);
                let gone = gone.expect("it is accepted");
                next_block();
                idle();
                // It exits whole, or not at all.
                match reply_to(gone).expect("it is answered").code {
                    ReplyCode::Finished => {
                        assert_eq!(total(&program), 0, "{more}");
                        assert_eq!(
                            Balances::balance_on_hold(&HoldReason::Storage.into(), &program),
                            0
                        );
                    }
                    code => {
                        assert_eq!(code, ReplyCode::LimitExceeded, "{more}");
                        let record = Programs::<Test>::get(&program).expect("it is there");
                        assert_eq!(record.deposit, old);
                    }
                }
                assert!(Balances::total_issuance() <= issuance);
            });
        }
    }

    #[test]
    fn what_damage_has_left_of_the_rows_is_found() {
        // Nothing makes whole again what is lost: no invariant holds at the end.
        sp_io::TestExternalities::new(genesis()).execute_with(|| {
            begin_block();
            let (programs, waiting) = exited(5);
            // The records of two in the middle are gone, and one is not to be read.
            Graves::<Test>::remove(1);
            Remains::<Test>::remove(3);
            let key = Graves::<Test>::hashed_key_for(0);
            frame_support::storage::unhashed::put_raw(&key, &[1]);
            for _ in 0..4 {
                serve();
                begin_block();
            }
            let answered = waiting.iter().filter(|id| answer(**id).is_some());
            assert_eq!(answered.count(), 3, "those whose records are there");
            let is_stored =
                |program: &&AccountId| State::<Test>::iter_prefix(program).next().is_some();
            assert_eq!(programs.iter().filter(is_stored).count(), 1);
            assert!(!Service::<Test>::get().is_sweeping());
        });
    }

    #[test]
    fn the_rows_are_found_again_when_the_record_of_the_service_is_lost() {
        sp_io::TestExternalities::new(genesis()).execute_with(|| {
            begin_block();
            let (programs, waiting) = exited(5);
            lose_record();
            for _ in 0..4 {
                serve();
                begin_block();
            }
            assert!(waiting.iter().all(|id| answer(*id).is_some()));
            assert_eq!(State::<Test>::iter().count(), 0, "{programs:?}");
        });
    }

    /// What waits, and what is stored, of many programs that have exited.
    fn exited(count: u32) -> (Vec<AccountId>, Vec<actors_primitives::MessageId>) {
        let programs: Vec<_> = (0..count).map(|_| create("script")).collect();
        let waiting = programs
            .iter()
            .map(|program| play(program, script([&[set(b'k', &[1; 100]), wait(999)]])))
            .collect();
        for program in &programs {
            send(program, script([&[exit(&BOB)]]));
            serve_one();
        }
        (programs, waiting)
    }

    #[test]
    fn whoever_waits_is_answered_before_anything_is_freed_and_the_oldest_first() {
        on_chain(|| {
            let (programs, waiting) = exited(5);
            // However their addresses are ordered.
            let one = <() as WeightInfo>::peek_service()
                .saturating_add(<() as WeightInfo>::sweep(0))
                .saturating_add(<() as WeightInfo>::answer_waiting().saturating_mul(2));
            let is_stored =
                |program: &AccountId| State::<Test>::iter_prefix(program).next().is_some();
            for (done, id) in waiting.iter().enumerate() {
                assert_eq!(answer(*id), None, "{done}");
                sweep_within(one);
                assert!(answer(*id).is_some(), "{done}");
                assert!(programs.iter().all(is_stored), "answers come first");
            }
            let one = <() as WeightInfo>::peek_service()
                .saturating_add(<() as WeightInfo>::sweep(SWEEP_KEYS));
            for (done, program) in programs.iter().enumerate() {
                assert!(programs[done..].iter().all(is_stored), "{done}");
                sweep_within(one);
                assert!(!is_stored(program), "{done}");
            }
            idle();
            assert_quiet();
        });
    }

    #[test]
    fn what_is_due_leaves_sweeping_its_share() {
        on_chain(|| {
            // A script's memory has places for so many that wait.
            let sleepers: Vec<_> = (0..4).map(|_| create("script")).collect();
            exited(5);
            // More is due in the next block than fits the share of the block that it has.
            let share = Pallet::<Test>::due_share().ref_time();
            let fitting = share / <() as WeightInfo>::do_due(0).ref_time() + 1;
            for (_, sleeper) in (0..fitting).zip(sleepers.iter().cycle()) {
                send(sleeper, script([&[wait(1)]]));
                serve_one();
            }
            assert!(!Service::<Test>::get().graves.is_empty());
            next_block();
            let service = Service::<Test>::get();
            assert!(service.is_due(), "not all of it was done");
            assert!(service.graves.is_empty(), "and yet somebody was answered");
            pass(5);
            assert_quiet();
        });
    }

    #[test]
    fn what_an_exited_program_stored_is_freed_in_steps() {
        let mut chain = sp_io::TestExternalities::new(genesis());
        let keys = SWEEP_KEYS * 2 + 5;
        let program = chain.execute_with(|| {
            next_block();
            let program = create("family");
            ask(&program, &[4, 1]);
            // More keys than a step frees, written directly: a program would need many turns.
            for key in 0..keys {
                let key = Key::truncate_from(key.to_le_bytes().to_vec());
                State::<Test>::insert(&program, key, StateValue::truncate_from(vec![1]));
            }
            let written = Footprint {
                items: keys,
                bytes: u64::from(keys) * 5,
            };
            let deposit = Pallet::<Test>::deposit_for(written);
            let reason = HoldReason::Storage.into();
            assert_ok!(Balances::mint_into(&program, deposit));
            assert_ok!(Balances::hold(&reason, &program, deposit));
            Programs::<Test>::mutate(&program, |program| {
                let program = program.as_mut().expect("it exists");
                program.footprint.items += written.items;
                program.footprint.bytes += written.bytes;
                program.deposit += deposit;
            });
            program
        });
        chain.commit_all().expect("the block can be committed");
        chain.execute_with(|| {
            let leaving = leaving(&BOB, b"");
            send_as(&ALICE, program.clone(), leaving, 0, GAS, 0).expect("it is accepted");
            // The backlog is served before transactions; what is freed is freed after them.
            next_block();
            assert!(!Programs::<Test>::contains_key(&program));
            assert_eq!(Service::<Test>::get().remains.length(), 1);
            assert!(Pallet::<Test>::has_work());
        });
        chain.commit_all().expect("the block can be committed");
        // One step, beside what a hook takes in any case.
        let room = <() as WeightInfo>::peek_service()
            .saturating_add(Pallet::<Test>::around())
            .saturating_add(<() as WeightInfo>::sweep(SWEEP_KEYS));
        let state = || {
            let items = State::<Test>::iter_key_prefix(&program).count()
                + Pages::<Test>::iter_key_prefix(&program).count();
            let held = Balances::balance_on_hold(&HoldReason::Storage.into(), &program);
            (items as u32, held, total(&BOB), total(&program))
        };
        let (mut left, held, heirs, all) = chain.execute_with(state);
        assert_eq!(left, keys + 2, "a page and a key of its own besides");
        assert_eq!(all, held + EXISTENTIAL_DEPOSIT);
        let (first, mut blocks) = (left, 0);
        while left > 0 {
            let (now, on_hold, inherited, rest) = chain.execute_with(|| {
                let used = Actors::on_idle(1, room);
                assert!(used.all_lte(room), "{used:?} of {room:?}");
                Pallet::<Test>::check_invariants().expect("every invariant holds");
                state()
            });
            chain.commit_all().expect("the block can be committed");
            assert_eq!(now, left.saturating_sub(SWEEP_KEYS), "a step a block");
            // The heir has the part of what is freed, and no more.
            let (freed, whole) = (u128::from(first - now), u128::from(first));
            assert!(inherited - heirs <= held * freed / whole + EXISTENTIAL_DEPOSIT);
            assert!(on_hold.abs_diff(held * u128::from(now) / whole) <= 2);
            assert_eq!(inherited + rest, heirs + all);
            left = now;
            blocks += 1;
        }
        assert_eq!(blocks, 3);
        chain.execute_with(|| {
            assert_eq!(total(&program), 0, "nothing stays there");
            idle();
            assert!(!Service::<Test>::get().is_sweeping());
            assert_eq!(Pages::<Test>::iter_prefix(&program).count(), 0);
            assert!(!Pallet::<Test>::has_work());
        });
    }
}
