//! What places in the queue cost, and who waits for one.

use actors_primitives::{Gas, MessageId, ReplyCode};
use frame_support::{assert_ok, traits::Hooks, weights::Weight};
use sp_runtime::DispatchError;

use super::player::*;
use crate::{
    mock::*,
    place::{Rate, DOUBLING, FALL, FREE_PARTS, RISE},
    record::ServiceState,
    Error, Kind, Lane, Pallet, Purse, Purses, Service, Waiter,
};

/// What the longest turn may burn in the mock.
const LONGEST: Gas = 250_000_000_000;

/// What every block serves of the queue at least, by time and by proof: nine parts before its transactions, of
/// which what was booked has one.
fn hook() -> Gas {
    let peek = <() as crate::WeightInfo>::peek_queue();
    let hook = Pallet::<Test>::promised() - peek * 2;
    let proof = hook.proof_size() * ActorsSchedule::get().proof_byte;
    hook.ref_time().min(proof) * 8 / 9
}

/// How many messages that may burn a long turn have places for nothing.
fn free() -> u32 {
    (100 * hook() / counted()) as u32
}

/// What a message counts as that may burn a long turn: it, serving it, and as much again, since a hook may end
/// before it.
fn counted() -> Gas {
    let gas = LONGEST + Pallet::<Test>::serving_gas(0);
    let hook = u128::from(hook());
    (u128::from(gas) * hook / (hook - hook / 2)) as Gas
}

/// Parts of a doubling of what gas costs with its place, by what is in the queue: a hundred hooks' worth are free,
/// and what is beyond counts by its square.
fn doublings() -> Gas {
    let over = u128::from(Service::<Test>::get().volume - 100 * hook());
    let stretch = u128::from(90 * hook());
    (over * over * u128::from(DOUBLING) / (stretch * stretch)) as Gas
}

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
    Service::<Test>::mutate(|service| service.memory = FREE_PARTS + DOUBLING);
}

fn memory() -> u32 {
    Service::<Test>::get().memory
}

fn places_cost_nothing_while_the_queue_is_short() {
    let program = create("echo");
    crowd(&program, free());
    assert_eq!(Service::<Test>::get().volume, Gas::from(free()) * counted());
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
    crowd(&program, free());
    let mut last = 0;
    for count in 1..=20 {
        // What they pay comes out of the gas that they leave.
        crowd_with(&program, 4, LONGEST * 32);
        assert_eq!(
            Service::<Test>::get().volume,
            (Gas::from(free()) + 4 * count) * counted()
        );
        // The rule, read again: the line between two doublings is straight.
        let parts = doublings();
        let factor = (256 + parts % 256) << (parts / 256);
        let expected = factor * LONGEST / 256 - LONGEST;
        let price = Pallet::<Test>::queue().place_price;
        assert_eq!(price, expected, "{count}");
        assert!(price > last);
        last = price;
    }
    // A call pays in proportion to the gas that it leaves, and that must start its turn.
    let send = |gas| send_as(&ALICE, program.clone(), vec![], 0, gas, 0);
    let code = crate::Programs::<Test>::get(&program)
        .expect("it is there")
        .info;
    let share = Pallet::<Test>::code_share(&code).max(start);
    let place = u128::from(share) * u128::from(last) / u128::from(LONGEST);
    let least = start + place as Gas;
    let error: DispatchError = Error::<Test>::GasLimitTooLow.into();
    assert_eq!(send(least - 1_000), Err(error));
    let id = send(least + 1_000).expect("it covers both");
    let purse = Purses::<Test>::get(id).expect("it is open");
    assert!(purse.gas.abs_diff(start) <= 2_000 && purse.burned > 0);
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

fn a_dry_run_counts_what_is_burned_beyond_what_is_paid_for() {
    let (program, echo) = (create("script"), create("echo"));
    let burns = |gas| {
        let post = Post::new(&program, script([&[burn()]])).deposit(0);
        post.gas(gas).act()
    };
    let asks = || request(&echo, b"x".to_vec());
    // What two messages are given is nearly all that the call has paid for.
    let (first, second) = (110_000_000_000, 60_000_000_000);
    let words = script([
        &[burns(first), asks(), wait(10)],
        &[burns(second), asks(), wait(10)],
        &[reply(b"", 0)],
    ]);
    let dry = |gas| {
        Pallet::<Test>::dry_run_message(ALICE, program.clone(), words.clone(), 0, gas, None)
            .expect("it would be accepted")
    };
    // What is in the queue makes places as expensive as they are now while the message that is rehearsed is
    // served, which counts besides.
    crowd_with(&echo, 120, 40 * LONGEST);
    let behind_others = dry(None).gas_needed;
    let parts = doublings();
    assert!(parts > 3 * 256 && parts < 5 * 256);
    let volume = Service::<Test>::get().volume;
    idle();
    assert_eq!(memory(), 0);
    Service::<Test>::mutate(|service| service.volume += volume);
    // Without limits it has enough, however dear places are.
    let run = dry(None);
    assert_eq!(run.reply.map(|reply| reply.code), Some(ReplyCode::Replied));
    let needed = run.gas_needed;
    assert_eq!(needed, behind_others);
    assert!(needed > 8 * LONGEST + first + second);
    let served = |gas| {
        let id = send_as(&ALICE, program.clone(), words.clone(), 0, gas, DEPOSIT);
        let id = id.expect("it starts");
        let room = BlockWeights::get().max_block;
        serve_within(room);
        code_of_answer(id)
    };
    let less = needed - 64 * ActorsSchedule::get().fuel;
    let rehearsed = |gas| dry(Some(gas)).reply.map(|reply| reply.code);
    assert_eq!(rehearsed(less), Some(ReplyCode::OutOfGas));
    assert_eq!(rehearsed(needed), Some(ReplyCode::Replied));
    assert_eq!(served(needed), Some(ReplyCode::Replied));
    // Of damage, as far as the chain can tell.
    next_block();
    assert_eq!(Service::<Test>::get().volume, 0);
    assert_quiet();
}

fn the_price_remembers_how_long_others_have_waited() {
    let program = create("echo");
    crowd(&program, 3);
    assert_eq!(memory(), 0);
    for block in 0..20 {
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

fn an_empty_queue_makes_nothing_dearer() {
    // As damage leaves it: the row begins anew, and where it ended once is far behind that.
    Service::<Test>::mutate(|service| {
        (service.queue, service.mark) = (Default::default(), 1_000);
    });
    for _ in 0..3 {
        pass(1);
        assert_eq!(memory(), 0);
    }
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

/// Makes places dear and leaves what stands in the queue.
fn make_dearer(doublings: u32) {
    Service::<Test>::mutate(|service| service.memory = FREE_PARTS + doublings * DOUBLING);
}

/// What the last turn of a message has burned, its place included.
fn burned_by(id: MessageId) -> Gas {
    let mut burned = events().into_iter().filter_map(|event| match event {
        crate::Event::MessageProcessed {
            message_id,
            gas_burned,
            ..
        } if message_id == id => Some(gas_burned),
        _ => None,
    });
    burned.next_back().expect("it has ended")
}

/// A message that burns all of some long turns, one after the other.
fn burning(program: &AccountId, turns: usize, gas: Gas) -> MessageId {
    let next = |words| Post::new(program, words).deposit(0).act();
    let mut words = script([&[]]);
    for _ in 0..turns {
        words = script([&[next(words)]]);
    }
    send_with(program, words, 0, gas)
}

fn a_conversation_pays_once_for_a_longest_turns_worth() {
    let program = create("script");
    let burned = |doublings| {
        System::reset_events();
        let id = burning(&program, 4, PLENTY);
        if doublings > 0 {
            make_dearer(doublings);
        }
        idle();
        assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
        Service::<Test>::mutate(|service| service.memory = 0);
        burned()
    };
    // What the first one stores, the others load.
    burned(0);
    let quiet = burned(0);
    assert!(quiet < LONGEST);
    assert_eq!(
        burned(3),
        quiet,
        "what a call has paid for costs nothing more"
    );
}

fn what_is_burned_beyond_pays_the_price_of_the_moment() {
    let program = create("script");
    let told = |gas| {
        let words = script([&[burn()]]);
        Post::new(&program, words).deposit(0).gas(gas).act()
    };
    // Two messages burn all they have. What the call has paid for is split off with the first.
    let each = 90_000_000_000;
    let id = send_with(&program, script([&[told(each), told(each)]]), 0, PLENTY);
    make_dearer(1);
    idle();
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    let [first, second] = [0, 1].map(|index| burned_by(sent_by(id, 0, index)));
    assert_eq!(
        (first, second),
        (each, each),
        "each burns what it has, to the unit"
    );

    // A purse that has nothing paid for any more has half as far to go at twice the price.
    let purse = Purse::<Test> {
        payer: ALICE,
        price: Price::get(),
        gas: 100_000,
        burned: 0,
        aside: 0,
        queued: 0,
        paid: 10_000,
        paid_until: 5,
        held: 0,
        deposit: 0,
        references: 1,
        parent: None,
        until: 0,
        is_closed: false,
        is_last: false,
        is_signal: false,
    };
    let double = Rate(65_536);
    for (paid, share, limit) in [
        (100_000, 0, 100_000),
        (0, 0, 50_000),
        (10_000, 0, 55_000),
        // What a turn takes of the code that a block reads counts as gas.
        (0, 20_000, 50_000),
        (10_000, 80_000, 30_000),
        (0, 200_000, 0),
        (300_000, 200_000, 100_000),
    ] {
        let mut purse = Purse {
            paid,
            ..purse.clone()
        };
        assert_eq!(purse.turn_limit(double, share), limit, "{paid} {share}");
        // All of that can be burned, and what its place costs then.
        let place = purse.burn_turn(double, share, limit);
        // Who cannot pay for the code has it not read, and keeps what is there.
        let counts = if limit == 0 { 0 } else { limit.max(share) };
        assert_eq!(place, counts.saturating_sub(paid).min(100_000 - limit));
        assert_eq!(purse.burned, limit + place);
        assert_eq!(purse.paid, paid.saturating_sub(counts));
    }
    // What was paid for long ago is not any more; in quiet times a longest turn's worth is.
    let mut old = purse.clone();
    old.renew(5, double);
    assert_eq!(old.paid, 10_000);
    old.renew(6, double);
    assert_eq!(old.paid, 0);
    old.renew(6, Rate(0));
    assert_eq!((old.paid, old.paid_until), (MaxTurnGas::get(), 6 + 64));
}

fn who_stands_in_the_queue_has_paid() {
    let program = create("echo");
    let quiet = burned_by(play(&program, vec![]));
    let id = send_as(&ALICE, program, vec![], 0, GAS, 0).expect("it is accepted");
    make_dearer(3);
    let memory = memory();
    // It stands there for longer than what a conversation has paid for lasts.
    for _ in 0..80 {
        pass_full(1);
        Service::<Test>::mutate(|service| service.memory = memory);
    }
    assert!(Service::<Test>::get().clock >= 80, "time passes meanwhile");
    idle();
    assert_eq!(code_of_answer(id), Some(ReplyCode::Replied));
    assert_eq!(burned_by(id), quiet, "it pays nothing again");
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

fn what_does_not_run_burns_nothing() {
    let program = create("script");
    ActorsLimits::mutate(|limits| limits.wait = 100);
    let before = total(&ALICE);
    let words = script([&[wait(80)], &[reply(b"", 0)]]);
    let id = send_with(&program, words, 0, PLENTY);
    idle();
    pass(79);
    // Where places cost a million times the gas, it cannot even pay for its code.
    make_dearer(20);
    next_block();
    idle();
    assert_eq!(code_of_answer(id), Some(ReplyCode::OutOfGas));
    assert_eq!(burned_by(id), 0);
    assert!(before - total(&ALICE) < price(LONGEST), "the rest is back");
    Service::<Test>::mutate(|service| service.memory = 0);
    pass(4);
    assert_quiet();
}

fn what_shares_a_purse_makes_no_place_dearer_than_it_has_paid_for() {
    let (program, other) = (create("script"), create("echo"));
    let posts: Vec<_> = (0..10)
        .map(|_| Post::new(&other, vec![]).deposit(0).act())
        .collect();
    let words = script([&posts]);
    let id = send_as(&ALICE, program, words, 0, 100 * LONGEST, DEPOSIT).expect("it is accepted");
    serve_one();
    assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    let service = Service::<Test>::get();
    assert_eq!(service.length(), 10);
    let serving = Pallet::<Test>::serving_gas(0);
    assert!(
        service.volume <= counted() + 10 * 2 * serving,
        "a longest turn's worth is paid for, and serving each: {}",
        service.volume
    );
    idle();
    assert_quiet();
}

fn what_is_paid_for_counts_once() {
    let (program, other) = (create("script"), create("echo"));
    // In one order and in the other: one message shares all that is paid for, one is given as much.
    let shares = || Post::new(&other, vec![]).deposit(0).act();
    let splits = || Post::new(&other, vec![]).deposit(0).gas(LONGEST / 2).act();
    for posts in [[shares(), splits()], [splits(), shares()]] {
        let id = send_as(
            &ALICE,
            program.clone(),
            script([&posts]),
            0,
            4 * LONGEST,
            DEPOSIT,
        );
        id.expect("it is accepted");
        serve_one();
        let paid = Service::<Test>::get().volume;
        let serving = Pallet::<Test>::serving_gas(0);
        let most = counted() + 2 * serving;
        assert!(paid > LONGEST / 4 && paid <= most, "{paid}");
        idle();
    }
    assert_quiet();
}

fn what_goes_on_makes_no_place_dearer() {
    let (sender, program) = (create("script"), create("script"));
    let words = script([&[wait(100)], &[reply(b"", 0)]]);
    // On one purse, or each on its own, with all the gas that a turn can have.
    let post = || Post::new(&program, words.clone()).deposit(DEPOSIT / 10);
    let shared: Vec<_> = (0..8).map(|_| post().act()).collect();
    let split = vec![post().gas(LONGEST / 10 * 7).act()];
    for posts in [&shared, &split, &split, &split, &split, &split, &split] {
        let words = script([posts]);
        assert_ok!(send_as(
            &ALICE,
            sender.clone(),
            words,
            0,
            100 * LONGEST,
            DEPOSIT
        ));
        idle();
    }
    let waiting = || crate::Waiting::<Test>::iter_keys().count();
    assert_eq!(waiting(), 14);
    let wakes: Vec<_> = (0..14).map(wake).collect();
    send_with(&program, script([&wakes]), 0, PLENTY);
    serve_one();
    assert_eq!(Service::<Test>::get().length(), 14);
    assert_eq!(Service::<Test>::get().volume, 0);
    idle();
    assert_eq!(waiting(), 0);
    assert_quiet();
}

/// Those that are woken have been given a longest turn's worth for nothing: what they send is not that.
fn what_is_sent_counts_no_more_than_its_sender() {
    let (sender, program) = (create("script"), create("script"));
    let on = || Post::new(&program, script([&[]])).deposit(0);
    for acts in [&[on().act()], &[on().gas(GAS).act()]] {
        for _ in 0..4 {
            let words = script([&[wait(100)], acts]);
            send_with(&program, words, 0, 4 * LONGEST);
            idle();
        }
    }
    let wakes: Vec<_> = (0..8).map(wake).collect();
    send_with(&program, script([&wakes]), 0, PLENTY);
    for _ in 0..9 {
        serve_one();
    }
    let service = Service::<Test>::get();
    assert_eq!(service.queue.length(), 8, "what they have sent");
    let least = Pallet::<Test>::counted(0, 256);
    assert!(service.volume <= 8 * least, "{}", service.volume);
    idle();
    // What a call has paid for counts with what it sends, as it did itself.
    send_with(&sender, script([&[on().act()]]), 0, LONGEST);
    let before = Service::<Test>::get().volume;
    serve_one();
    let after = Service::<Test>::get().volume;
    assert!(after > before / 2 && after <= before, "{after} of {before}");
    idle();
    assert_quiet();
}

/// Has so many messages wait in some programs for 80 blocks, which fail then, and signals that burn all
/// they have; lets the blocks pass.
fn store_signals_up(count: usize) -> Vec<AccountId> {
    ActorsLimits::mutate(|limits| limits.wait = 100);
    let programs: Vec<_> = (0..8).map(|_| create("script")).collect();
    for program in &programs {
        play(program, script([&[on_signal(&[burn()])]]));
    }
    let failing = script([&[wait(80)], &[trap()]]);
    for program in programs.iter().cycle().take(count) {
        send_with(program, failing.clone(), 0, PLENTY);
        idle();
    }
    assert_eq!(Service::<Test>::get().scheduled, count as u64);
    pass(78);
    programs
}

fn signals_do_not_hold_the_queue() {
    // Messages that are woken all at once; or whose time is over, where places cost something and nothing
    // is paid for any more.
    for doublings in [None, Some(4)] {
        let (programs, echo) = (store_signals_up(200), create("echo"));
        if let Some(doublings) = doublings {
            make_dearer(doublings);
            block(500, 0);
            block(500, 0);
        } else {
            let wakes: Vec<_> = (0..25).map(wake).collect();
            for program in &programs {
                send_with(program, script([&wakes]), 0, PLENTY);
            }
            block(500, 1_000);
        }
        let id = send_as(&ALICE, echo, b"!".to_vec(), 0, PLENTY, 0).expect("it is accepted");
        let blocks = waits_for(id);
        assert!(blocks <= 3, "{blocks} blocks");
        let out_of_gas = || {
            let all = programs.iter().flat_map(ended);
            all.filter(|(_, code)| *code == ReplyCode::OutOfGas).count()
        };
        let mut blocks = 0;
        while is_booked() {
            block(500, 1_000);
            blocks += 1;
            assert!(blocks < 400, "what is booked comes all the same");
        }
        idle();
        assert_eq!(out_of_gas(), 200, "each signal has run once");
        Service::<Test>::mutate(|service| service.memory = 0);
        assert_quiet();
    }
}

fn what_was_stored_up_pays_when_it_goes_on() {
    let program = create("script");
    // It waits for longer than what it has paid for lasts.
    ActorsLimits::mutate(|limits| limits.wait = 100);
    let id = send_with(
        &program,
        script([&[wait(80)], &[reply(b"", 0)]]),
        0,
        LONGEST,
    );
    idle();
    pass(79);
    let cheap = |doublings: u32| {
        make_dearer(doublings);
        let limit = {
            next_block();
            idle();
            code_of_answer(id)
        };
        Service::<Test>::mutate(|service| service.memory = 0);
        limit
    };
    // Where places cost a thousand times the gas, what it has kept does not start it.
    assert_eq!(cheap(10), Some(ReplyCode::OutOfGas));
    pass(4);
    assert_quiet();
}

fn a_signal_cleans_up_whatever_places_cost() {
    let program = create("script");
    play(&program, script([&[on_signal(&[set(1, b"clean")])]]));
    // Nothing is paid for any more when it fails.
    ActorsLimits::mutate(|limits| limits.wait = 100);
    let id = send_with(&program, script([&[wait(80)], &[trap()]]), 0, PLENTY);
    idle();
    pass(79);
    make_dearer(4);
    pass(3);
    assert_eq!(code_of_answer(id), Some(ReplyCode::Trapped));
    assert_eq!(turns_in(&program, HANDLE_SIGNAL).len(), 1);
    Service::<Test>::mutate(|service| service.memory = 0);
    play(&program, script([&[get(1)]]));
    assert_eq!(results(&program).pop().map(|told| told[0]), Some(5));
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
    let ran = |doublings| {
        System::reset_events();
        send(&program, words.clone());
        if doublings > 0 {
            make_dearer(doublings);
        }
        idle();
        pass(10);
        let handled = turns(&program);
        Service::<Test>::mutate(|service| service.memory = 0);
        handled.iter().filter(|turn| turn.entry == HANDLE).count()
    };
    let quiet = ran(0);
    assert_eq!(quiet, 63, "all of them");
    let dear = ran(6);
    assert!(dear < 24, "{dear} of them");
}

fn heavy_code_counts_as_what_it_takes_of_a_block() {
    let info = |code_len| actors_executor::CodeInfo {
        code_len,
        ..actors_executor::CodeInfo::largest(&ActorsLimits::get())
    };
    let share = |code_len| Pallet::<Test>::code_share(&info(code_len));
    // A hook reads two of the longest, and each counts as three quarters of it.
    assert!(share(512 * 1024).abs_diff(hook() / 4 * 3) < 9);
    assert!(share(255 * 1024 + 512).abs_diff(hook() / 8 * 3) < 9);
    assert!(share(20_000) < hook() / 33, "{}", share(20_000));
    // Serving it takes that in any case.
    assert_eq!(share(1), Pallet::<Test>::serving_gas(0));
    let serving = <() as crate::WeightInfo>::serve_message(0);
    let proof = serving.proof_size() * ActorsSchedule::get().proof_byte;
    assert_eq!(share(1), serving.ref_time() + proof);
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

fn the_price_of_places_shuts_no_upgrade_out() {
    let program = create("script");
    let second = upload("script-second");
    // Nobody else can pay for a place.
    make_dearer(40);
    let gas = 16_384 * LONGEST;
    let error: DispatchError = Error::<Test>::GasLimitTooLow.into();
    let sent = send_as(&ALICE, program.clone(), vec![], 0, gas, 0);
    assert_eq!(sent, Err(error));
    let run = Pallet::<Test>::dry_run_upgrade(ALICE, program.clone(), second, vec![], None, None);
    let needed = run.expect("it would be accepted").gas_needed;
    assert!(needed < gas, "{needed}");
    let signed = RuntimeOrigin::signed(ALICE);
    let upgraded = Actors::upgrade_program(signed, program, second, vec![], needed, DEPOSIT);
    assert_ok!(upgraded);
    let (_, purse) = Purses::<Test>::iter().next().expect("it is open");
    let code = crate::Codes::<Test>::get(second).expect("it is there").info;
    let counted = Pallet::<Test>::code_share(&code).max(purse.gas);
    assert!(purse.burned.abs_diff(65_535 * counted) < 65_536);
    idle();
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

/// Lets a block begin that has `poll` milliseconds, and end with `idle` left.
fn block(poll: u64, idle: u64) {
    let of = |milliseconds| Weight::from_parts(milliseconds * 1_000_000_000, u64::MAX);
    begin_block();
    poll_with(of(poll));
    Actors::on_idle(System::block_number(), of(idle));
}

/// Whether anything is booked still, or has come and is not served.
fn is_booked() -> bool {
    let service = Service::<Test>::get();
    service.scheduled > 0 || service.booked.length() > 0
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
    // A hundred and fifty messages that burn all they have, due in the same block. What the call has paid for
    // is split off before.
    let burns = |gas| {
        let post = Post::new(&program, script([&[burn()]])).deposit(0);
        post.gas(gas).delay(2).act()
    };
    let spends = || Post::new(&echo, vec![]).deposit(0).gas(LONGEST / 2).act();
    for _ in 0..50 {
        let words = script([
            &[spends(), request(&echo, vec![]), wait(5)],
            &[burns(LONGEST / 6), burns(LONGEST / 6), burns(LONGEST / 6)],
        ]);
        // Places cost something, so nothing is paid for again.
        make_dearer(1);
        send_with(&program, words, 0, 4 * LONGEST);
        idle();
    }
    assert_eq!(Service::<Test>::get().scheduled, 150);
    Service::<Test>::mutate(|service| service.memory = 0);
    block(500, 0);
    block(500, 0);
    let id = send_as(&ALICE, echo, b"!".to_vec(), 0, GAS, 0).expect("it is accepted");
    let blocks = waits_for(id);
    assert!(blocks <= 1, "{blocks} blocks");
    assert!(memory() < FREE_PARTS, "and it makes nothing dear");
    let mut blocks = 0;
    while is_booked() {
        block(500, 1_000);
        blocks += 1;
        assert!(blocks < 200, "what is booked comes all the same");
    }
    pass(2);
    assert_quiet();
}

fn what_is_booked_comes_however_long_the_queue_is() {
    let (program, echo, spin) = (create("script"), create("echo"), create("spin"));
    // Deadlines at several ticks, of which some are cancelled, and messages that are delayed.
    let mut waiting = Vec::new();
    for blocks in [3, 3, 5, 9, 20] {
        waiting.push(send_with(
            &program,
            script([&[wait(blocks)], &[]]),
            0,
            LONGEST * 4,
        ));
        let post = Post::new(&program, script([&[]]))
            .deposit(0)
            .gas(20_000_000_000);
        send_with(
            &program,
            script([&[post.delay(blocks).act()]]),
            0,
            LONGEST * 4,
        );
        send_with(
            &program,
            script([&[request(&echo, vec![]), wait(blocks)], &[]]),
            0,
            LONGEST * 4,
        );
        idle();
    }
    assert_eq!(Service::<Test>::get().scheduled, 10);
    // More stands there all the time than a block serves, and much of it may burn all of a long turn.
    let mut blocks = 0;
    while is_booked() {
        while Service::<Test>::get().queue.length() < 12 {
            assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST * 2, 0));
        }
        block(500, 1_000);
        Service::<Test>::mutate(|service| service.memory = 0);
        let queued = Service::<Test>::get().queue.length();
        assert!(queued > 4, "the queue is held");
        blocks += 1;
        assert!(blocks < 40, "what is booked never comes");
    }
    assert!(blocks <= 22, "{blocks} blocks");
    for _ in 0..12 {
        block(500, 1_000);
    }
    for id in waiting {
        assert_eq!(code_of_answer(id), Some(ReplyCode::Finished));
    }
    Service::<Test>::mutate(|service| service.memory = 0);
    idle();
    assert_quiet();
}

fn a_little_that_is_booked_does_not_keep_long_turns_from_beginning() {
    let (program, spin, echo) = (create("script"), create("spin"), create("echo"));
    // One of them is due in each block, and what it takes is more than a hook has beside the longest turn.
    for blocks in 1..=20 {
        send_with(&program, script([&[wait(blocks)], &[]]), 0, LONGEST);
        idle();
    }
    for _ in 0..4 {
        assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST, 0));
    }
    let id = send_as(&ALICE, echo, b"!".to_vec(), 0, GAS, 0).expect("it is accepted");
    // Nothing but what every block serves.
    let least = Pallet::<Test>::promised() + <() as crate::WeightInfo>::tick();
    let mut blocks = 0;
    while reply_to(id).is_none() {
        begin_block();
        let due = <() as crate::WeightInfo>::do_due(0) * 2;
        poll_with(least + due);
        blocks += 1;
        assert!(blocks <= 11, "{:?}", Service::<Test>::get());
    }
    assert!(blocks > 5, "a little was booked for each: {blocks}");
    pass(20);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

/// Likewise, where what was booked has nothing to do any more.
fn what_was_booked_in_vain_does_not_keep_long_turns_from_beginning() {
    let (program, spin, echo) = (create("script"), create("spin"), create("echo"));
    let in_vain = |service: &mut ServiceState| {
        let nobody = Waiter {
            epoch: 0,
            message: MessageId([7; 32]),
        };
        let deadline = Pallet::<Test>::cause(&program, Kind::Deadline(nobody));
        Pallet::<Test>::enqueue(service, Lane::Booked, deadline);
    };
    let turns = 6;
    for _ in 0..turns {
        assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST, 0));
    }
    let id = send_as(&ALICE, echo, b"!".to_vec(), 0, GAS, 0).expect("it is accepted");
    // Also where a whole hook is owed to what was booked: it has that, and no more.
    Service::<Test>::mutate(|service| service.ahead = 8 * hook() as i64);
    let least = Pallet::<Test>::promised() + <() as crate::WeightInfo>::tick();
    let mut blocks = 0;
    while reply_to(id).is_none() {
        Service::<Test>::mutate(|service| (0..3).for_each(|_| in_vain(service)));
        begin_block();
        poll_with(least);
        blocks += 1;
        assert!(blocks <= 2 * turns + 1, "{:?}", Service::<Test>::get());
    }
    assert!(blocks > turns, "it came in each: {blocks}");
    pass(20);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

/// Likewise, where what was booked might burn more than is left of a hook.
fn what_was_booked_with_limits_does_not_keep_long_turns_from_beginning() {
    let (program, spin, echo) = (create("script"), create("spin"), create("echo"));
    let later = || Post::new(&echo, vec![]).deposit(0).gas(60_000_000_000);
    for _ in 0..60 {
        let posts: Vec<_> = (0..2).map(|_| later().delay(1).act()).collect();
        send_with(&program, script([&posts]), 0, LONGEST);
    }
    for _ in 0..20 {
        idle();
    }
    assert_eq!(Service::<Test>::get().scheduled, 120);
    let turns = 3;
    for _ in 0..turns {
        assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST, 0));
    }
    begin_block();
    tick();
    do_due_within(BlockWeights::get().max_block);
    let least = Pallet::<Test>::promised() + <() as crate::WeightInfo>::tick();
    for blocks in 1.. {
        // The second has no room for a long turn in any case.
        for part in [least, least / 3] {
            poll_with(part);
        }
        let service = Service::<Test>::get();
        if service.queue.is_empty() {
            break;
        }
        assert!(!service.booked.is_empty(), "there is enough of it");
        assert!(blocks <= 2 * turns + 1, "{service:?}");
        begin_block();
    }
    pass(20);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

/// Where the queue has next to nothing, and that comes first.
fn what_was_booked_does_not_wait_for_what_an_empty_queue_is_owed() {
    let (program, spin) = (create("script"), create("spin"));
    for _ in 0..3 {
        let post = Post::new(&spin, vec![]).deposit(0).gas(LONGEST * 4 / 5);
        send_with(&program, script([&[post.delay(1).act()]]), 0, 2 * LONGEST);
    }
    idle();
    begin_block();
    tick();
    do_due_within(BlockWeights::get().max_block);
    assert_eq!(Service::<Test>::get().booked.length(), 3);
    let least = Pallet::<Test>::promised() + <() as crate::WeightInfo>::tick();
    let mut blocks = 0;
    while Service::<Test>::get().booked.length() > 0 {
        assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST / 3, 0));
        poll_with(least);
        blocks += 1;
        assert!(blocks <= 9, "{:?}", Service::<Test>::get());
        begin_block();
    }
    pass(5);
    Service::<Test>::mutate(|service| service.memory = 0);
    assert_quiet();
}

/// Where each turn of the queue fits a hook of its own, and one thing that was booked behind it.
fn what_was_booked_has_its_part_behind_turns_that_leave_room_for_one() {
    let (program, spin, echo) = (create("script"), create("spin"), create("echo"));
    // What is left behind such a turn, but for serving both.
    let turn = 200_000_000_000;
    let rest = Pallet::<Test>::promised().ref_time() - turn - 1_700_000_000;
    let later = || Post::new(&echo, vec![]).deposit(0).gas(rest);
    for _ in 0..30 {
        let posts: Vec<_> = (0..3).map(|_| later().delay(1).act()).collect();
        send_with(&program, script([&posts]), 0, LONGEST);
    }
    for _ in 0..20 {
        idle();
    }
    assert_eq!(Service::<Test>::get().scheduled, 90);
    let send = || send_as(&ALICE, spin.clone(), vec![], 0, turn, 0);
    let ids: Vec<_> = (0..40).map(|_| send().expect("it is accepted")).collect();
    begin_block();
    tick();
    do_due_within(BlockWeights::get().max_block);
    let least = Pallet::<Test>::promised() + <() as crate::WeightInfo>::tick();
    for _ in 0..30 {
        poll_with(least);
        begin_block();
    }
    let is_served = |id: &&MessageId| !Purses::<Test>::contains_key(id);
    let queued = ids.iter().filter(is_served).count();
    let booked = 90 - Service::<Test>::get().booked.length();
    // One in each would be thirty.
    assert!(queued >= 24 && booked >= 60, "{queued} and {booked}");
    pass(40);
    Service::<Test>::mutate(|service| service.memory = 0);
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

/// A program in which others' messages wait whose senders have asked it, so many; and these.
fn asked(count: usize) -> (AccountId, Vec<MessageId>) {
    let (ending, asking) = (create("script"), create("script"));
    let ask = || {
        let post = Post::new(&ending, script([&[wait(40)]])).deposit(PAGE);
        let words = script([&[post.awaited(0).act(), wait(45)], &[reply(b"", 0)]]);
        play(&asking, words)
    };
    let ids = (0..count).map(|_| ask()).collect();
    (ending, ids)
}

fn answers_of_the_ended_come_at_once() {
    let (ending, ids) = asked(30);
    play(&ending, script([&[exit(&BOB)]]));
    let answered = || ids.iter().filter(|id| reply_to(**id).is_some()).count();
    // Each may burn a long turn, and burns little.
    let mut blocks = 0;
    while answered() < ids.len() {
        block(500, 1_000);
        blocks += 1;
        assert!(blocks <= 3, "{} of them", answered());
    }
    pass(4);
    assert_quiet();
}

fn what_was_booked_has_its_part_of_a_queue_that_is_never_empty() {
    let (program, spin) = (create("script"), create("spin"));
    // Each may burn a part of a long turn of which two do not fit with another in a hook, and burns little.
    let later = || {
        let post = Post::new(&program, script([&[]])).deposit(0);
        post.gas(LONGEST / 2).delay(2).act()
    };
    for _ in 0..40 {
        send_with(&program, script([&[later()]]), 0, LONGEST * 2);
        idle();
    }
    block(500, 0);
    let mut blocks = 0;
    while Pallet::<Test>::queue_length() == 0 || Service::<Test>::get().booked.length() > 0 {
        while Service::<Test>::get().queue.length() < 12 {
            assert_ok!(send_as(&ALICE, spin.clone(), vec![], 0, LONGEST * 2, 0));
        }
        block(500, 1_000);
        Service::<Test>::mutate(|service| service.memory = 0);
        assert!(
            Service::<Test>::get().queue.length() > 4,
            "the queue is held: {:?}",
            Service::<Test>::get()
        );
        blocks += 1;
        assert!(blocks <= 4, "{:?}", Service::<Test>::get());
    }
    for _ in 0..12 {
        block(500, 1_000);
    }
    Service::<Test>::mutate(|service| service.memory = 0);
    idle();
    assert_quiet();
}

cases![
    places_cost_nothing_while_the_queue_is_short,
    places_get_dearer_with_the_gas_in_the_queue,
    a_dry_run_counts_the_place,
    a_dry_run_counts_what_is_burned_beyond_what_is_paid_for,
    the_price_remembers_how_long_others_have_waited,
    an_empty_queue_makes_nothing_dearer,
    a_pause_makes_nothing_dearer,
    a_conversation_pays_once_for_a_longest_turns_worth,
    what_is_burned_beyond_pays_the_price_of_the_moment,
    what_was_stored_up_pays_when_it_goes_on,
    who_stands_in_the_queue_has_paid,
    what_does_not_run_burns_nothing,
    what_shares_a_purse_makes_no_place_dearer_than_it_has_paid_for,
    what_is_paid_for_counts_once,
    what_goes_on_makes_no_place_dearer,
    what_is_sent_counts_no_more_than_its_sender,
    signals_do_not_hold_the_queue,
    a_signal_cleans_up_whatever_places_cost,
    heavy_code_counts_as_what_it_takes_of_a_block,
    a_program_that_doubles_itself_is_priced_out,
    an_upgrade_is_not_shut_out_by_a_full_queue,
    the_price_of_places_shuts_no_upgrade_out,
    what_was_booked_does_not_hold_the_queue,
    what_is_booked_comes_however_long_the_queue_is,
    a_little_that_is_booked_does_not_keep_long_turns_from_beginning,
    what_was_booked_in_vain_does_not_keep_long_turns_from_beginning,
    what_was_booked_with_limits_does_not_keep_long_turns_from_beginning,
    what_was_booked_does_not_wait_for_what_an_empty_queue_is_owed,
    what_was_booked_has_its_part_behind_turns_that_leave_room_for_one,
    answers_of_the_ended_do_not_hold_the_queue,
    answers_of_the_ended_come_at_once,
    what_was_booked_has_its_part_of_a_queue_that_is_never_empty,
];
