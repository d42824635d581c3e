//! The bytes of code that one block reads anew: in uploads, and before and after transactions.

use actors_executor::Modules;
use actors_primitives::{CodeHash, ReplyCode};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::{extract_actual_weight, DispatchClass, GetDispatchInfo},
    storage::with_storage_layer,
    traits::Hooks,
    weights::Weight,
};
use sp_runtime::{traits::Dispatchable, DispatchError, Perbill};

use super::player::*;
use crate::{
    mock::*, session::HALF_BUDGET, Call, Codes, Error, Pallet, Programs, Queue, Service, WeightInfo,
};

/// Code that counts as half of what is read before transactions.
const LONG: usize = HALF_BUDGET as usize / 2 - 1_024;
/// Enough for a turn on the longest code.
const ENOUGH: u64 = 2 * GAS;

/// A fixture with so many bytes in all, most of which are ignored, and like no other.
fn padded(name: &str, length: usize, number: u8) -> Vec<u8> {
    let mut wasm = fixture(name);
    let rest = length - wasm.len() - 6;
    wasm.push(0);
    // The length of the custom section, in five bytes.
    wasm.extend((0..5).map(|at| (rest >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 }));
    wasm.extend([1, b'x']);
    wasm.resize(length, number);
    wasm
}

fn upload_of(wasm: Vec<u8>) -> CodeHash {
    let hash = Pallet::<Test>::code_hash(&wasm);
    assert_ok!(Actors::upload_code(RuntimeOrigin::signed(ALICE), wasm));
    hash
}

/// Programs whose codes have these lengths, and no turn under way.
fn programs(lengths: &[usize]) -> Vec<AccountId> {
    let numbered = (1u8..).zip(lengths);
    let created = numbered.map(|(number, length)| {
        begin_block();
        let code = upload_of(padded("echo", *length, number));
        let program = Pallet::<Test>::program_address(code, &ALICE, &[]);
        let signed = RuntimeOrigin::signed(ALICE);
        assert_ok!(Actors::create_program(
            signed,
            code,
            vec![],
            vec![],
            0,
            ENOUGH,
            DEPOSIT
        ));
        begin_block();
        idle();
        program
    });
    created.collect()
}

fn send_all(programs: &[AccountId]) {
    for program in programs {
        send_as(&ALICE, program.clone(), b"x".to_vec(), 0, ENOUGH, 0).expect("it is accepted");
    }
}

/// Where the messages in the queue go to.
fn queued() -> Vec<AccountId> {
    let service = Service::<Test>::get();
    let messages = (service.queue.head..service.queue.tail).filter_map(Queue::<Test>::get);
    messages.map(|message| message.destination).collect()
}

/// What is left after the hook before transactions.
fn polled() -> Vec<AccountId> {
    next_block();
    queued()
}

/// What is left after the hook behind them.
fn idled() -> Vec<AccountId> {
    idle();
    queued()
}

fn each_hook_reads_its_half_anew() {
    let programs = programs(&[LONG; 6]);
    send_all(&programs);
    assert_eq!(polled(), programs[2..]);
    assert_eq!(idled(), programs[4..]);
    assert_eq!(polled(), []);
}

fn code_that_was_read_needs_no_more_of_the_budget() {
    let programs = programs(&[LONG, LONG, 20_000]);
    let sent = [0, 1, 0, 1, 1, 0, 2, 0];
    let sent = sent.map(|place: usize| programs[place].clone());
    send_all(&sent);
    assert_eq!(idled(), sent[6..], "the third is read anew");
}

fn an_upgrade_that_can_just_begin_needs_its_budget() {
    // Its memory is larger than what the new code begins with.
    let program = create("script");
    play(&program, script([&[grow(), grow(), grow()]]));
    let codes = [1, 2, 3].map(|number| {
        begin_block();
        upload_of(padded("script", LONG, number))
    });
    begin_block();
    for code in codes {
        let (stored, record) = (Codes::<Test>::get(code), Programs::<Test>::get(&program));
        let (stored, record) = (stored.expect("it is stored"), record.expect("it is there"));
        let gas = Pallet::<Test>::migration_price(&stored, &record);
        let signed = RuntimeOrigin::signed(ALICE);
        assert_ok!(Actors::upgrade_program(
            signed,
            program.clone(),
            code,
            vec![],
            gas,
            0
        ));
    }
    assert_eq!(idled().len(), 1, "two are read, and fail for gas");
    assert_eq!(polled(), []);
    let epoch = Programs::<Test>::get(&program).map(|program| program.epoch);
    assert_eq!(epoch, Some(0));
}

fn what_does_not_fit_stays_at_the_head() {
    let programs = programs(&[LONG, LONG + 1 - 8_192, 8_192 - 1_024, 100_000]);
    let order = [0, 2, 1, 3, 0].map(|place: usize| programs[place].clone());
    send_all(&order);
    // A byte too much; what stands behind it is not served before.
    assert_eq!(idled(), order[2..]);
    assert_eq!(idled(), order[4..], "it fits an empty one");
}

fn each_code_counts_a_kib_besides_its_own_length() {
    let programs = programs(&[LONG, LONG - 1_424, LONG - 1_423, 400]);
    let order = [0, 1, 3, 0, 2, 3].map(|place: usize| programs[place].clone());
    send_all(&order[..3]);
    assert_eq!(idled(), []);
    send_all(&order[3..]);
    assert_eq!(idled(), order[5..], "a byte too much");
}

fn booked_code_counts_as_what_it_takes() {
    let program = programs(&[LONG])[0].clone();
    let sender = create("script");
    let later = Post::new(&program, b"x".to_vec())
        .deposit(0)
        .gas(ENOUGH)
        .delay(1);
    send_with(&sender, script([&[later.act()]]), 0, 4 * ENOUGH);
    begin_block();
    idle();
    assert_eq!(Service::<Test>::get().scheduled, 1);
    begin_block();
    tick();
    do_due_within(BlockWeights::get().max_block);
    serve_one();
    let info = Programs::<Test>::get(&program).expect("it is there").info;
    let least = 8 * Pallet::<Test>::code_share(&info) as i64;
    let ahead = Service::<Test>::get().ahead;
    // And the queue may have run what came of it.
    assert!(ahead <= -least / 4 * 3, "{ahead} of {least}");
}

fn uploads_and_what_is_served_after_them_share_a_half() {
    let programs = programs(&[LONG; 3]);
    begin_block();
    send_all(&programs);
    upload_of(padded("echo", LONG, 100));
    assert_eq!(idled(), programs[1..]);
    // The next hook has its own half, whatever was uploaded.
    assert_eq!(polled(), []);

    begin_block();
    send_all(&programs[..1]);
    upload_of(padded("echo", LONG, 101));
    let late = padded("echo", 500, 103);
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(ALICE), late.clone()),
        Error::<Test>::TooMuchCode
    );
    // What is stored already is not judged, and the read that foretells an upload is of a block of
    // its own.
    let signed = RuntimeOrigin::signed(ALICE);
    assert_ok!(Actors::upload_program(
        signed,
        padded("echo", LONG, 101),
        vec![],
        vec![],
        0,
        ENOUGH,
        DEPOSIT
    ));
    assert_ok!(Pallet::<Test>::dry_run_upload(ALICE, late.clone()));
    assert_eq!(
        idled().len(),
        1,
        "one of the longest is read, whatever was uploaded"
    );
    next_block();
    upload_of(late);
}

/// An upload as a transaction makes it; what it weighs in the end, and whether it succeeded.
fn upload_as_call(wasm: Vec<u8>) -> (Weight, bool) {
    let call = RuntimeCall::Actors(Call::upload_code { code: wasm });
    let info = call.get_dispatch_info();
    let result = call.dispatch(RuntimeOrigin::signed(ALICE));
    (extract_actual_weight(&result, &info), result.is_ok())
}

fn uploads_that_may_be_undone_fit_their_share_of_a_block() {
    let code = |number| padded("echo", LONG, number);
    let work = <() as WeightInfo>::upload_code(LONG as u32);
    let share = Pallet::<Test>::upload_weight(LONG as u32);
    assert_eq!(upload_as_call(code(1)), (work, true));
    next_block();
    // By a batch that could fail behind it, and one that fails itself.
    let batched = with_storage_layer(|| Ok::<_, DispatchError>(upload_as_call(code(2))));
    assert_eq!(batched, Ok((share, true)));
    next_block();
    assert_eq!(upload_as_call(code(2)), (share, false));
    assert!(!upload_as_call(offence("float_operator")).1);

    let normal = BlockWeights::get().get(DispatchClass::Normal).max_total;
    let normal = normal.unwrap_or(BlockWeights::get().max_block).ref_time();
    for bytes in [0, 1, 100, 5_000, 60_000, 300_000, ActorsLimits::get().code] {
        let weight = Pallet::<Test>::upload_weight(bytes);
        assert!(weight.all_gte(<() as WeightInfo>::upload_code(bytes)));
        let most = normal / weight.ref_time() * u64::from(Modules::cost(bytes));
        assert!(most <= Modules::UNDONE.into(), "{bytes}: {most}");
    }
}

fn who_cannot_pay_for_code_has_nothing_judged() {
    // Judging it would say another error.
    assert_noop!(
        Actors::upload_code(RuntimeOrigin::signed(PAUPER), offence("float_operator")),
        Error::<Test>::CodeDepositNotPayable
    );
}

fn old_code_counts_once() {
    let programs = programs(&[LONG; 3]);
    for program in &programs {
        Programs::<Test>::mutate_extant(program, |program| program.info.version = 0);
        let code = Programs::<Test>::get(program).expect("it exists").code_hash;
        Codes::<Test>::mutate_extant(code, |code| code.info.version = 0);
        let gas = MaxTurnGas::get();
        send_as(&ALICE, program.clone(), vec![], 0, 2 * gas, 0).expect("it is accepted");
    }
    // Judging it and running it takes the same twice.
    assert_eq!(idled(), programs[2..]);
    assert_eq!(idled(), []);
    let codes = events().into_iter().filter_map(|event| match event {
        crate::Event::MessageProcessed { reply_code, .. } => Some(reply_code),
        _ => None,
    });
    let codes: Vec<_> = codes.collect();
    assert_eq!(codes[codes.len() - 3..], [ReplyCode::Replied; 3]);
}

fn a_share_of_what_is_left_stays_free() {
    IdleShare::set(Perbill::from_percent(75));
    let program = create("spin");
    for _ in 0..40 {
        send_as(&ALICE, program.clone(), vec![], 0, 50_000_000_000, 0).expect("it is accepted");
    }
    let rest = BlockWeights::get().max_block / 2;
    let used = Actors::on_idle(System::block_number(), rest);
    let share = Weight::from_parts(rest.ref_time() / 4 * 3, rest.proof_size() / 4 * 3);
    assert!(used.all_lte(share), "{used:?} of {share:?}");
    // Each message burns 50 ms: the last one that fits leaves no more than that, and what it is served with.
    assert!(
        used.ref_time() > share.ref_time() - 60_000_000_000,
        "{used:?}"
    );
    assert!(Pallet::<Test>::queue_length() > 20);
}

cases![
    booked_code_counts_as_what_it_takes,
    a_share_of_what_is_left_stays_free,
    each_hook_reads_its_half_anew,
    code_that_was_read_needs_no_more_of_the_budget,
    an_upgrade_that_can_just_begin_needs_its_budget,
    what_does_not_fit_stays_at_the_head,
    each_code_counts_a_kib_besides_its_own_length,
    uploads_and_what_is_served_after_them_share_a_half,
    uploads_that_may_be_undone_fit_their_share_of_a_block,
    who_cannot_pay_for_code_has_nothing_judged,
    old_code_counts_once,
];
