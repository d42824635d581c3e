//! What places in the queue cost, and who waits for one.

use actors_primitives::{Gas, MessageId, ReplyCode};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use sp_runtime::DispatchError;

use super::player::*;
use crate::{
    mock::*,
    place::{DOUBLING, FALL, RISE},
    Error, Kind, Pallet, Purses, Service,
};

/// A block's worth of gas: half of two seconds.
const BLOCK: Gas = 1_000_000_000_000;

/// What the longest turn may burn in the mock.
const LONGEST: Gas = 250_000_000_000;

/// Puts so many messages into the queue that may each burn a long turn.
fn crowd(program: &AccountId, count: u32) {
    crowd_with(program, count, LONGEST);
}

/// Likewise, with so much gas each.
fn crowd_with(program: &AccountId, count: u32, gas: Gas) {
    for _ in 0..count {
        assert_ok!(send_as(&ALICE, program.clone(), vec![], 0, gas, 0));
    }
}

/// Makes places cost as much as the gas that they are for.
fn make_dear() {
    Service::<Test>::mutate(|service| service.memory = 2 * DOUBLING);
}

fn memory() -> u32 {
    Service::<Test>::get().memory
}

fn places_cost_nothing_while_the_queue_is_short() {
    let program = create("echo");
    crowd(&program, 64);
    assert_eq!(Service::<Test>::get().volume, 16 * BLOCK);
    assert_eq!(Pallet::<Test>::queue().place_price, 0);
    let id = send_as(&ALICE, program.clone(), vec![], 0, GAS, 0).expect("it is accepted");
    let purse = Purses::<Test>::get(id).expect("it is open");
    assert_eq!((purse.gas, purse.burned), (GAS, 0));
    // The price is that of the queue as it is.
    idle();
    assert_eq!(Service::<Test>::get().volume, 0);
    assert_quiet();
}

fn places_get_dearer_with_the_gas_in_the_queue() {
    let program = create("echo");
    let start = Pallet::<Test>::start_price(&program, Kind::Handle);
    crowd(&program, 64);
    let mut last = 0;
    for step in 1..=20 {
        // What they pay comes out of the gas that they leave.
        crowd_with(&program, 8, LONGEST * 8);
        // The rule, read again: eight of these are two blocks' worth, so an eighth of a doubling; and the line
        // between two doublings is straight.
        let factor = (8 + step % 8) << (step / 8);
        let expected = factor * LONGEST / 8 - LONGEST;
        let price = Pallet::<Test>::queue().place_price;
        assert_eq!(price, expected, "{step} eighths");
        assert!(price > last);
        last = price;
    }
    // A call pays in proportion to the gas that it leaves, and that must start its turn.
    let send = |gas| send_as(&ALICE, program.clone(), vec![], 0, gas, 0);
    let place = u128::from(start) * u128::from(last) / u128::from(LONGEST);
    let least = start + place as Gas;
    let error: DispatchError = Error::<Test>::GasLimitTooLow.into();
    assert_eq!(send(least - 1_000), Err(error));
    let id = send(least + 1_000).expect("it covers both");
    let purse = Purses::<Test>::get(id).expect("it is open");
    assert!(purse.gas.abs_diff(start) <= 1_000 && purse.burned > 0);
    // Of a limit beyond the longest turn, the rest pays for the place.
    let dear = Pallet::<Test>::queue().place_price;
    let id = send(LONGEST + 2 * dear).expect("it covers both");
    let purse = Purses::<Test>::get(id).expect("it is open");
    assert_eq!((purse.burned, purse.gas), (dear, LONGEST + dear));
}

fn a_dry_run_counts_the_place() {
    let program = create("echo");
    make_dear();
    let needed =
        Pallet::<Test>::dry_run_message(ALICE, program.clone(), b"x".to_vec(), 0, None, None)
            .expect("it would be accepted")
            .gas_needed;
    let served = |gas| {
        let id = send_as(&ALICE, program.clone(), b"x".to_vec(), 0, gas, 0).expect("it starts");
        idle();
        reply_to(id).expect("served").code
    };
    // Half of it is for the place.
    let fuel = 2 * ActorsSchedule::get().fuel;
    assert_eq!(served(needed), ReplyCode::Replied);
    assert_eq!(served(needed - fuel), ReplyCode::OutOfGas);
}

fn the_price_remembers_how_long_others_have_waited() {
    let program = create("echo");
    crowd(&program, 3);
    assert_eq!(memory(), 0);
    for block in 0..10 {
        // Room for nothing: what stands there stays.
        pass_full(1);
        // In the first of them nothing has waited for a block yet.
        assert_eq!(memory(), block * RISE);
    }
    let dear = Pallet::<Test>::queue().place_price;
    assert!(dear > 0);
    idle();
    assert_eq!(Pallet::<Test>::queue_length(), 0);
    // Who lets the queue run empty and fills it again pays for what was before.
    assert!(Pallet::<Test>::queue().place_price > 0);
    let mut before = memory();
    while memory() > 0 {
        pass(1);
        assert_eq!(memory(), before.saturating_sub(FALL));
        before = memory();
    }
    assert_eq!(Pallet::<Test>::queue().place_price, 0);
    // Nothing is written where nothing changes.
    let service = Service::<Test>::get();
    pass(3);
    assert_eq!(Service::<Test>::get(), service);
    assert_quiet();
}

fn a_pause_makes_nothing_dearer() {
    let program = create("echo");
    assert_ok!(Pallet::<Test>::do_set_service_paused(true));
    crowd(&program, 3);
    pass(5);
    assert_eq!(memory(), 0);
    assert_ok!(Pallet::<Test>::do_set_service_paused(false));
    idle();
    assert_quiet();
}

/// What a turn of the script burns, in quiet times and in others.
fn burns(program: &AccountId, words: &[u8]) -> (Gas, Gas) {
    let burned = || {
        let id = send(program, words.to_vec());
        idle();
        reply_to(id).expect("it was served").gas_burned
    };
    // What the first one stores, the others load.
    burned();
    let quiet = burned();
    make_dear();
    let dear = burned();
    Service::<Test>::mutate(|service| service.memory = 0);
    (quiet, dear)
}

fn a_turn_pays_for_the_places_that_it_takes_beyond_its_own() {
    let (program, other) = (create("script"), create("script"));
    let split = |gas: Gas| Post::new(&other, script([&[]])).deposit(0).gas(gas).act();
    let few = 3_000_000_000;
    // Nothing, or one for one: the queue grows by nothing.
    let (quiet, dear) = burns(&program, &script([&[]]));
    assert_eq!(quiet, dear);
    let (quiet, dear) = burns(&program, &script([&[split(few)]]));
    // It is asked whether that is a program.
    let look_up = dear - quiet;
    assert!((25_000_000..few / 10).contains(&look_up), "{look_up}");
    // Three for one: two places at the price of the gas that they are for.
    let three = [split(few), split(few), split(few)];
    let (quiet, dear) = burns(&program, &script([&three]));
    let extra = dear - quiet - 3 * look_up;
    assert!(extra.abs_diff(2 * few) <= 1_000_000, "{extra}");
    // What goes to users takes none.
    let told = |to: &AccountId| Post::new(to, vec![]).deposit(0).act();
    let (quiet, dear) = burns(
        &program,
        &script([&[told(&ALICE), told(&BOB), told(&ALICE)]]),
    );
    assert_eq!(dear, quiet + 3 * look_up);
    assert_quiet();
}

fn a_program_that_doubles_itself_is_priced_out() {
    let program = create("script");
    // Each message sends two like it, as deep as the script is.
    let mut words = script([&[]]);
    for _ in 0..5 {
        let post = |words| Post::new(&program, words).deposit(0).act();
        words = script([&[post(words.clone()), post(words)]]);
    }
    let ran = |memory| {
        System::reset_events();
        send(&program, words.clone());
        Service::<Test>::mutate(|service| service.memory = memory);
        idle();
        pass(10);
        let handled = turns(&program);
        handled.iter().filter(|turn| turn.entry == HANDLE).count()
    };
    let quiet = ran(0);
    assert_eq!(quiet, 63, "all of them");
    let dear = ran(6 * DOUBLING);
    assert!(dear < 16, "{dear} of them");
    assert_quiet();
}

fn an_upgrade_is_not_shut_out_by_a_full_queue() {
    let program = create("script");
    let second = upload("script-second");
    MaxQueueLength::set(0);
    let signed = RuntimeOrigin::signed(ALICE);
    let upgraded = Actors::upgrade_program(signed, program, second, vec![], PLENTY, DEPOSIT);
    assert_ok!(upgraded);
    idle();
    assert_quiet();
}

/// Lets a block begin that has `poll` milliseconds, and end with `idle` left.
fn block(poll: u64, idle: u64) {
    let of = |milliseconds| Weight::from_parts(milliseconds * 1_000_000_000, u64::MAX);
    begin_block();
    let mut meter = frame_support::weights::WeightMeter::with_limit(of(poll));
    Actors::on_poll(System::block_number(), &mut meter);
    Actors::on_idle(System::block_number(), of(idle));
}

/// How many blocks pass until the message has its reply.
fn waits_for(id: MessageId) -> u32 {
    let mut blocks = 0;
    while reply_to(id).is_none() {
        block(500, 1_000);
        blocks += 1;
        assert!(blocks < 200, "it is never served");
    }
    blocks
}

fn what_was_booked_does_not_hold_the_queue() {
    let (program, echo) = (create("script"), create("echo"));
    // Ninety messages that burn all they have, due in the same block.
    let burns = || {
        let post = Post::new(&program, script([&[burn()]])).deposit(0);
        post.gas(100_000_000_000).delay(2).act()
    };
    for _ in 0..45 {
        play(&program, script([&[burns(), burns()]]));
    }
    block(500, 0);
    block(500, 0);
    let id = send_as(&ALICE, echo, b"!".to_vec(), 0, GAS, 0).expect("it is accepted");
    let blocks = waits_for(id);
    assert!(blocks <= 3, "{blocks} blocks");
    assert!(memory() < DOUBLING, "and it makes nothing dear");
    let mut blocks = 0;
    while Service::<Test>::get().scheduled > 0 {
        block(500, 1_000);
        blocks += 1;
        assert!(blocks < 200, "what is booked comes all the same");
    }
    pass(2);
    assert_quiet();
}

fn answers_of_the_ended_do_not_hold_the_queue() {
    let (ending, asking, echo) = (create("script"), create("script"), create("echo"));
    // Each asks, and burns all it has when it is told.
    let mut ids = Vec::new();
    for _ in 0..30 {
        let ask = Post::new(&ending, script([&[wait(40)]]))
            .deposit(PAGE)
            .awaited(0)
            .act();
        ids.push(play(&asking, script([&[ask, wait(45)], &[burn()]])));
    }
    play(&ending, script([&[exit(&BOB)]]));
    let id = send_as(&ALICE, echo, b"!".to_vec(), 0, GAS, 0).expect("it is accepted");
    let blocks = waits_for(id);
    assert!(blocks <= 3, "{blocks} blocks");
    for id in ids {
        waits_for(id);
        assert_eq!(code_of_answer(id), Some(ReplyCode::OutOfGas));
    }
    pass(4);
    assert_quiet();
}

cases![
    places_cost_nothing_while_the_queue_is_short,
    places_get_dearer_with_the_gas_in_the_queue,
    a_dry_run_counts_the_place,
    the_price_remembers_how_long_others_have_waited,
    a_pause_makes_nothing_dearer,
    a_turn_pays_for_the_places_that_it_takes_beyond_its_own,
    a_program_that_doubles_itself_is_priced_out,
    an_upgrade_is_not_shut_out_by_a_full_queue,
    what_was_booked_does_not_hold_the_queue,
    answers_of_the_ended_do_not_hold_the_queue,
];
