//! Gas that a message which waits has set aside: its rent, its resume, its signal.

use actors_executor::{PageIndex, StoredMemory};
use actors_primitives::{abi::Entry, Gas, MessageId, ReplyCode};

use super::player::*;
use crate::{mock::*, Codes, Event, Purse, Purses, Waiting};

fn purse(id: MessageId) -> Purse<Test> {
    Purses::<Test>::get(id).expect("it is open")
}

/// What a message pays for each block for which it waits with that payload.
fn rent(payload: &[u8]) -> Gas {
    let schedule = ActorsSchedule::get();
    schedule.rent + schedule.rent_byte * payload.len() as Gas
}

fn rent_is_for_the_blocks_that_passed_to_the_unit() {
    let (asking, asked) = (create("script"), create("script"));
    for (waits, resumes) in [(7u32, 1u32), (7, 4), (7, 7), (14_400, 3), (1, 1)] {
        let (before, spent) = (total(&ALICE), burned());
        Fees::set(0);
        let inner = script([&[wait(resumes)], &[]]);
        let words = script([&[request(&asked, inner.clone()), wait(waits)], &[]]);
        let (outer, inner) = (rent(&words), rent(&inner));
        let id = play(&asking, words);
        let waiting: Vec<_> = Waiting::<Test>::iter_values().collect();
        let aside: Gas = waiting
            .iter()
            .map(|waiting| waiting.rent + waiting.resume + waiting.signal)
            .sum();
        assert_eq!(purse(id).aside, aside);
        assert_eq!(
            waiting.iter().map(|waiting| waiting.rent).sum::<Gas>(),
            outer * u64::from(waits) + inner * u64::from(resumes)
        );
        pass(resumes);
        // Who is asked waits as long as it said, and who asks until the answer is queued.
        let turns = burned() - spent;
        let passed = resumes.min(waits);
        assert_eq!(
            Fees::get(),
            price(turns + outer * u64::from(passed) + inner * u64::from(resumes)),
            "{waits} and {resumes}"
        );
        assert_eq!(total(&ALICE) + Fees::get() + deposits(before), before);
        assert_quiet();
    }

    /// What Alice has paid for pages, which the programs keep.
    fn deposits(before: u128) -> u128 {
        before - total(&ALICE) - Fees::get()
    }
}

fn a_wait_that_is_resumed_at_once_pays_no_rent() {
    let (asking, asked) = (create("script-mute"), create("echo"));
    let spent = burned();
    Fees::set(0);
    play(
        &asking,
        script([&[request(&asked, vec![]), wait(14_400)], &[]]),
    );
    assert_eq!(Fees::get(), price(burned() - spent));

    // And one for which a second cause stands in the queue already.
    let program = create("script");
    Fees::set(0);
    let spent = burned();
    let words = script([&[wait(100)], &[wait(100)], &[]]);
    let id = play(&program, words);
    play(&program, script([&[wake(0), wake(0)]]));
    assert_eq!(causes_of(&program, id), [FRESH, WOKEN, WOKEN]);
    let purses = 1;
    let paid = price(burned() - spent);
    assert!(Fees::get() <= paid && Fees::get() + purses >= paid);
    assert_quiet();
}

fn rent_stops_when_an_answer_is_queued() {
    let (program, other) = (create("script"), create("script"));
    // Time goes on for what waits elsewhere.
    play(&other, script([&[wait(60)], &[]]));
    Fees::set(0);
    let words = script([&[wait(100)], &[]]);
    let rent = rent(&words);
    let id = play(&program, words);
    pass(3);
    let first = purse(id).burned;
    let waker = send(&program, script([&[wake(0)]]));
    serve_one();
    // However long its resume stands in the queue.
    pass_full(50);
    let spent = burned();
    idle();
    assert_eq!(causes_of(&program, id), [FRESH, WOKEN]);
    let waking = gas_of(waker);
    let waited = first + (burned() - spent) + 3 * rent;
    assert_eq!(Fees::get(), price(waking) + price(waited));
    pass(60);
    assert_quiet();
}

/// What the last turn of a message burned.
fn gas_of(message: MessageId) -> Gas {
    let gas = events().into_iter().find_map(|event| match event {
        Event::MessageProcessed {
            message_id,
            gas_burned,
            ..
        } if message_id == message => Some(gas_burned),
        _ => None,
    });
    gas.expect("it has ended")
}

fn a_sibling_that_burns_everything_leaves_what_is_set_aside() {
    let (program, spin) = (create("script"), create("spin"));
    play(&program, script([&[on_signal(&[set(1, b"told")])]]));
    // They share a purse.
    let words = script([&[tell(&spin, vec![]), wait(3)], &[request(&spin, vec![])]]);
    let rent = rent(&words);
    let id = send_with(&program, words, 0, 3 * GAS);
    idle();
    let left = purse(id);
    assert_eq!(left.gas, 0, "the sibling took all that it could");
    let waiting = Waiting::<Test>::iter_values().next().expect("it waits");
    assert_eq!(
        left.aside,
        3 * rent + waiting.resume + waiting.signal,
        "and no more"
    );
    assert_eq!(
        ended(&spin).last().map(|end| end.1),
        Some(ReplyCode::OutOfGas)
    );
    pass(3);
    // The resume starts, and runs out of gas with its first call.
    assert_eq!(code_of_answer(id), Some(ReplyCode::OutOfGas));
    assert_eq!(gas_of(id), waiting.resume);
    let told = turns_in(&program, HANDLE_SIGNAL);
    assert_eq!(told.len(), 1, "the signal ran all the same");
    assert_eq!(told[0].signal, Some((id, 0x102)));
    assert_quiet();
}

fn a_resume_that_only_ends_runs_on_what_is_set_aside() {
    // When a reply resumes it, it has nothing more to do; it keeps nothing in memory.
    let (rounds, spin) = (create("rounds"), create("spin"));
    ActorsSchedule::mutate(|schedule| {
        (schedule.fuel, schedule.reply, schedule.proof_byte) = (1, 0, 0);
        (schedule.syscall, schedule.copy_byte, schedule.reply_byte) = (0, 0, 0);
    });
    let to: &[u8; 32] = spin.as_ref();
    let payload = [&to[..], &1u32.to_le_bytes()].concat();
    let id = send_with(&rounds, payload, 0, GAS);
    serve_one();
    let waiting = Waiting::<Test>::iter_values().next().expect("it waits");
    assert_eq!(
        waiting.resume,
        crate::Pallet::<Test>::start_price(&rounds, crate::Kind::Handle)
    );
    idle();
    assert_eq!(
        ended(&spin).last().map(|end| end.1),
        Some(ReplyCode::OutOfGas)
    );
    // The rent came back as well: that is what its operators burn.
    assert!(gas_of(id) > waiting.resume);
    assert_eq!(
        answer(id),
        Some((ReplyCode::Replied, 1u32.to_le_bytes().to_vec(), 0))
    );
    assert_quiet();
}

fn what_a_wait_sets_aside_must_be_there() {
    let program = create("script");
    let start = crate::Pallet::<Test>::start_price(&program, crate::Kind::Handle);
    // Enough for the call, and nothing to set aside.
    let schedule = ActorsSchedule::get();
    let gas = start + schedule.wait + schedule.answer + 3_000_000_000;
    let id = send_with(&program, script([&[wait(10)]]), 0, gas);
    idle();
    let short = actors_primitives::abi::error::NOT_ENOUGH_GAS;
    assert_eq!(results(&program).last(), Some(&vec![short]));
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

fn memory_that_grows_after_the_wait_is_set_aside_for_as_well() {
    let program = create("script");
    let id = play(
        &program,
        script([&[wait(3), grow(), touch(0, 1), touch(1, 1)], &[]]),
    );
    let waiting = Waiting::<Test>::iter_values().next().expect("it waits");
    let start = crate::Pallet::<Test>::start_price(&program, crate::Kind::Handle);
    assert_eq!(waiting.resume, start, "as the turn has left it");
    // Which of it others may add is set aside for before.
    assert_eq!(waiting.signal, signal_of_script());
    pass(3);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    assert_quiet();
}

/// What is set aside for a signal of `script`, whose memory has four Wasm pages at most.
fn signal_of_script() -> Gas {
    let code = Codes::<Test>::iter_values().next().expect("it is stored");
    let memory = StoredMemory {
        wasm_pages: 4,
        globals: Vec::new(),
        pages: (0..16).map(PageIndex).collect(),
    };
    let schedule = ActorsSchedule::get();
    schedule.start(&code.info, Entry::HandleSignal, &memory) + schedule.clean_up(&code.info)
}

fn all_gas_of_a_message_is_burned_or_given_back() {
    let (asking, asked, spin) = (create("script"), create("script"), create("spin"));
    let before = total(&ALICE);
    let spent = burned();
    Fees::set(0);
    // Split and shared, a letter, a delay, a resume, and a failure with a signal.
    let words = script([
        &[
            Post::new(&spin, vec![]).gas(777_777_777).act(),
            Post::new(&asked, script([&[]]))
                .gas(5_000_000_001)
                .delay(2)
                .act(),
            Post::new(&BOB, vec![]).awaited(9).act(),
            wait(4),
        ],
        &[trap()],
    ]);
    let waits = rent(&words) * 4;
    play(&asking, words);
    pass(9);
    let programs = 3;
    let paid = price(burned() - spent + waits + rent(&[]) * 9);
    // Each of the purses rounds down for itself; the page is the program's.
    assert!(Fees::get() <= paid && Fees::get() + programs >= paid);
    assert_eq!(total(&ALICE), before - Fees::get() - PAGE);
    assert_quiet();
}

cases![
    rent_is_for_the_blocks_that_passed_to_the_unit,
    a_wait_that_is_resumed_at_once_pays_no_rent,
    rent_stops_when_an_answer_is_queued,
    a_sibling_that_burns_everything_leaves_what_is_set_aside,
    a_resume_that_only_ends_runs_on_what_is_set_aside,
    what_a_wait_sets_aside_must_be_there,
    memory_that_grows_after_the_wait_is_set_aside_for_as_well,
    all_gas_of_a_message_is_burned_or_given_back,
];
