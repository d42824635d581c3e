//! Code that an older validator admitted: judged again once, and paid for.

use super::{answer, answering, Asked, Chain, COUNTER, PLENTY};
use actors_primitives::{abi::Entry, Gas, ReplyCode};

/// A chain whose code an older version admitted.
fn aged(mut chain: Chain) -> Chain {
    chain.code.version = 0;
    chain
}

/// What starting a turn costs.
fn start(chain: &Chain) -> Gas {
    chain
        .schedule
        .start(&chain.code, Entry::Handle, &chain.memory)
}

/// What judging takes besides its proof.
fn work(chain: &Chain) -> Gas {
    let (code, schedule) = (&chain.code, &chain.schedule);
    let functions = schedule.load_function * Gas::from(code.functions);
    schedule.judge + schedule.judge_byte * Gas::from(code.code_len) + functions
}

#[test]
fn old_code_is_judged_at_a_price() {
    let mut chain = Chain::new(COUNTER);
    let current = chain.code.clone();
    let (usual, ordinary) = (start(&chain), chain.run(Entry::Handle, PLENTY));
    assert_eq!(ordinary.judged, None);

    chain = aged(chain);
    let judging = start(&chain) - usual;
    assert_eq!(judging, work(&chain));
    let turn = chain.run(Entry::Handle, PLENTY);
    assert_eq!(turn.gas_burned, ordinary.gas_burned + judging);
    assert_eq!(turn.outcome, ordinary.outcome);
    assert_eq!(turn.judged.as_ref(), Some(&current));
    assert_eq!(chain.world.asked, [Asked::Judged, Asked::Code]);

    chain.code = turn.judged.expect("it was judged");
    let again = chain.run(Entry::Handle, PLENTY);
    assert_eq!(again, ordinary);
}

#[test]
fn its_proof_is_paid_for() {
    let mut chain = Chain::new(COUNTER);
    chain.schedule.proof_byte = 7_000;
    let (usual, ordinary) = (start(&chain), chain.run(Entry::Handle, PLENTY));
    chain = aged(chain);
    let turn = chain.run(Entry::Handle, PLENTY);
    let judging = turn.gas_burned - ordinary.gas_burned;
    assert_eq!(judging, start(&chain) - usual);
    let length = u64::from(chain.code.code_len);
    let proof = turn.proof - ordinary.proof;
    assert!(proof > length + 2 * u64::from(chain.schedule.proof_access));
    assert_eq!(judging, work(&chain) + proof * chain.schedule.proof_byte);
}

#[test]
fn a_verdict_is_looked_up() {
    let mut chain = Chain::new(COUNTER);
    let ordinary = chain.run(Entry::Handle, PLENTY);
    chain.world.judged = Some(chain.code.clone());
    chain = aged(chain);
    let turn = chain.run(Entry::Handle, PLENTY);
    assert_eq!(turn.gas_burned, ordinary.gas_burned + chain.schedule.judge);
    assert_eq!(turn.judged, chain.world.judged);
    // What is as old is no verdict.
    chain.world.judged = Some(chain.code.clone());
    let turn = chain.run(Entry::Handle, PLENTY);
    assert!(turn.gas_burned > ordinary.gas_burned + chain.schedule.judge);
    assert!(turn.judged.is_some_and(|code| code.is_current()));
}

#[test]
fn it_is_judged_by_the_schedule_and_the_limits_of_today() {
    let mut chain = aged(Chain::new(COUNTER));
    chain.schedule.version = 77;
    let judged = |chain: &mut Chain| chain.run(Entry::Handle, PLENTY).judged;
    let code = judged(&mut chain).expect("it was judged");
    assert!(code.schedule == 77 && !code.is_refused());
    chain.limits.functions = code.functions - 1;
    let code = judged(&mut chain).expect("it was judged");
    assert!(code.is_refused());
}

#[test]
fn refused_code_is_not_judged_again() {
    // Bytes that no validator accepts, and code that this chain's limits do not allow any more.
    let malformed = wat::parse_str("(module (func i32.add))").expect("it assembles");
    let mut broken = aged(Chain::new(COUNTER));
    broken.world.code = Some(malformed);
    let mut large = aged(Chain::new(COUNTER));
    large.limits.code = large.code.code_len - 1;
    for mut chain in [broken, large] {
        let turn = chain.run(Entry::Handle, PLENTY);
        let failure = turn.outcome.expect_err("it fails");
        assert_eq!(failure.code, ReplyCode::CodeRefused);
        assert!(failure.payload.is_empty());
        assert!(turn.gas_burned < start(&chain));
        let judged = turn.judged.expect("it was judged");
        assert!(judged.is_current() && judged.is_refused());

        chain.code = judged;
        let again = chain.run(Entry::Handle, PLENTY);
        let failure = again.outcome.expect_err("it fails");
        assert_eq!(failure.code, ReplyCode::CodeRefused);
        assert_eq!((again.judged, again.proof), (None, 0));
        assert_eq!(again.gas_burned, chain.schedule.load_base);
        assert_eq!(start(&chain), chain.schedule.load_base);
        assert_eq!(chain.world.asked, []);
    }
}

#[test]
fn a_later_version_judges_anew_what_an_older_one_refused() {
    let mut chain = answering("(i32.const 7)");
    chain.code.version = 1 | 1 << 15;
    assert!(chain.code.is_refused() && !chain.code.is_current());
    assert_eq!(answer(&mut chain), 7);
}

#[test]
fn who_cannot_pay_has_nothing_judged() {
    let mut chain = Chain::new(COUNTER);
    let usual = start(&chain);
    chain = aged(chain);
    let judging = start(&chain) - usual;
    for (gas, is_judged) in [
        (0, false),
        (chain.schedule.judge - 1, false),
        (judging - 1, false),
        // Enough for judging and not for loading: the next turn need not pay for it.
        (judging, true),
        (start(&chain) - 1, true),
    ] {
        let turn = chain.run(Entry::Handle, gas);
        let failure = turn.outcome.expect_err("it has too little");
        assert_eq!(failure.code, ReplyCode::OutOfGas);
        assert_eq!((turn.gas_burned, turn.judged.is_some()), (gas, is_judged));
        assert_eq!(chain.world.asked.contains(&Asked::Code), is_judged);
    }
}

#[test]
fn nothing_is_judged_for_an_entry_that_the_program_has_not() {
    let mut chain = aged(Chain::new(COUNTER));
    let turn = chain.run(Entry::HandleReply, PLENTY);
    assert_eq!(
        (turn.gas_burned, turn.judged),
        (chain.schedule.load_base, None)
    );
    assert!(turn.outcome.is_ok());
}

#[test]
fn code_that_is_gone_is_not_judged() {
    let mut chain = aged(Chain::new(COUNTER));
    chain.world.code = None;
    let turn = chain.run(Entry::Handle, PLENTY);
    let failure = turn.outcome.expect_err("there is none");
    assert_eq!(
        (failure.code, turn.judged),
        (ReplyCode::NoSuchProgram, None)
    );
}

#[test]
fn who_waits_sets_aside_what_the_judged_code_takes() {
    let mut chain = aged(Chain::new(
        r#"(func (export "handle") (drop (call $wait (i32.const 5))))"#,
    ));
    let turn = chain.run(Entry::Handle, PLENTY);
    let effects = turn.outcome.expect("it waits");
    let resume = effects.wait.expect("it waits").resume;
    chain.code = turn.judged.expect("it was judged");
    chain.turn();
    assert_eq!(resume, start(&chain));
}
