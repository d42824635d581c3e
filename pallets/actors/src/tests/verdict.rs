//! Code that an older validator admitted: judged again once, and paid for.

use actors_primitives::{Gas, ReplyCode};
use frame_support::assert_ok;

use super::player::{panics, script};
use crate::{mock::*, Codes, Kind, Pallet, Programs};

/// Makes the code of a program, and its own record, what an older version left.
fn age(program: &AccountId) {
    Programs::<Test>::mutate_extant(program, |program| program.info.version = 0);
    let code = Programs::<Test>::get(program).map(|program| program.code_hash);
    Codes::<Test>::mutate_extant(code.expect("it exists"), |code| code.info.version = 0);
}

/// Whether the records of the program and of its code are this version's.
fn is_current(program: &AccountId) -> (bool, bool) {
    let program = Programs::<Test>::get(program).expect("it exists");
    let code = Codes::<Test>::get(program.code_hash).expect("it is stored");
    (program.info.is_current(), code.info.is_current())
}

fn start(program: &AccountId) -> Gas {
    Pallet::<Test>::start_price(program, Kind::Handle)
}

/// Limits that no stored code keeps.
fn refuse_all() {
    ActorsLimits::mutate(|limits| limits.functions = 0);
}

fn old_code_is_judged_once() {
    let (first, second) = (create("echo"), create("echo"));
    let (ordinary, usual) = (ask(&first, b"x").gas_burned, start(&first));
    for program in [&first, &second] {
        age(program);
    }
    let judging = start(&first) - usual;
    assert!(judging > 0);
    let reply = ask(&first, b"x");
    assert_eq!(reply.code, ReplyCode::Replied);
    assert_eq!(reply.gas_burned, ordinary + judging);
    assert_eq!(is_current(&first), (true, true));
    assert_eq!(ask(&first, b"x").gas_burned, ordinary);

    // Another program on the same code only looks it up.
    assert_eq!(is_current(&second), (false, true));
    let schedule = ActorsSchedule::get();
    let reply = ask(&second, b"x");
    let looked_up = reply.gas_burned - ordinary;
    assert!(looked_up >= schedule.judge && looked_up < judging - schedule.judge_byte);
    assert_eq!(is_current(&second), (true, true));
    assert_eq!(ask(&second, b"x").gas_burned, ordinary);
}

fn a_failed_turn_keeps_the_verdict() {
    let program = create("script");
    age(&program);
    let reply = ask(&program, &script([&[panics(b"no")]]));
    assert_eq!(reply.code, ReplyCode::Panicked);
    assert_eq!(is_current(&program), (true, true));
}

fn code_that_is_refused_fails_each_turn() {
    let program = create("echo");
    age(&program);
    let limits = ActorsLimits::get();
    refuse_all();
    let usual = ActorsSchedule::get().load_base;
    let most = start(&program);
    let first = ask_with(&program, b"x", UNIT, GAS, DEPOSIT);
    assert_eq!(first.code, ReplyCode::CodeRefused);
    assert_eq!((first.payload, first.value), (vec![], UNIT));
    assert!(first.gas_burned > usual && first.gas_burned < most);
    assert_eq!(is_current(&program), (true, true));

    // Nothing is judged again, whatever the limits are now: only another version does that.
    ActorsLimits::set(limits);
    for _ in 0..2 {
        let again = ask(&program, b"x");
        assert_eq!(again.code, ReplyCode::CodeRefused);
        assert_eq!(again.gas_burned, usual);
    }
    let read = Pallet::<Test>::dry_run_message(ALICE, program.clone(), vec![], 0, None, None);
    let reply = read.expect("the call is accepted").reply;
    assert_eq!(reply.map(|reply| reply.code), Some(ReplyCode::CodeRefused));

    // Its admin mends it.
    let signed = RuntimeOrigin::signed(ALICE);
    let code = upload("counter");
    assert_ok!(Actors::upgrade_program(
        signed,
        program.clone(),
        code,
        vec![],
        GAS,
        DEPOSIT
    ));
    idle();
    assert_eq!(ask(&program, b"").code, ReplyCode::Replied);
}

fn who_cannot_pay_for_judging_changes_nothing() {
    let program = create("echo");
    // Enough to begin as long as its code is current, and one unit less than judging costs.
    let info = Programs::<Test>::get(&program).expect("it exists").info;
    let gas = ActorsSchedule::get().judging(&info) - 1;
    assert!(gas >= start(&program));
    let id = send_as(&ALICE, program.clone(), vec![], 0, gas, 0).expect("it is accepted");
    age(&program);
    idle();
    let reply = reply_to(id).expect("it was served");
    assert_eq!(reply.code, ReplyCode::OutOfGas);
    assert_eq!(reply.gas_burned, gas);
    assert_eq!(is_current(&program), (false, false));
    assert_eq!(ask(&program, b"x").code, ReplyCode::Replied);
}

fn the_code_of_an_upgrade_is_judged() {
    let (program, old) = (create("script"), create("script"));
    let second = upload("script-second");
    Codes::<Test>::mutate_extant(second, |code| code.info.version = 0);
    let upgrade = || {
        let signed = RuntimeOrigin::signed(ALICE);
        let words = script([&[]]);
        assert_ok!(Actors::upgrade_program(
            signed,
            program.clone(),
            second,
            words,
            4 * GAS,
            DEPOSIT
        ));
        idle();
        Programs::<Test>::get(&program)
            .expect("it exists")
            .code_hash
            == second
    };
    let limits = ActorsLimits::get();
    refuse_all();
    assert!(!upgrade(), "it fails, and the old code goes on");
    ActorsLimits::set(limits);
    assert!(Codes::<Test>::get(second).is_some_and(|code| code.info.is_refused()));
    assert_eq!(is_current(&program), (true, true));

    Codes::<Test>::mutate_extant(second, |code| code.info.version = 0);
    assert!(upgrade());
    assert_eq!(is_current(&program), (true, true));
    assert_eq!(is_current(&old), (true, true));
}

fn a_read_judges_and_keeps_nothing() {
    let program = create("counter");
    ask(&program, b"");
    age(&program);
    let number = |read: Vec<u8>| u32::from_le_bytes(read.try_into().expect("four bytes"));
    let read = Pallet::<Test>::read_state(program.clone(), vec![]);
    assert_eq!(read.map(number), Ok(1));
    let dry = Pallet::<Test>::dry_run_message(ALICE, program.clone(), vec![], 0, None, None)
        .expect("the call is accepted");
    assert!(dry.gas_needed >= start(&program));
    assert_eq!(is_current(&program), (false, false));
    let real = ask_with(&program, b"", 0, dry.gas_needed, DEPOSIT);
    assert_eq!(real.code, ReplyCode::Replied);
    assert_eq!(real.gas_burned, dry.gas_burned);
}

cases![
    old_code_is_judged_once,
    a_failed_turn_keeps_the_verdict,
    code_that_is_refused_fails_each_turn,
    who_cannot_pay_for_judging_changes_nothing,
    the_code_of_an_upgrade_is_judged,
    a_read_judges_and_keeps_nothing,
];
