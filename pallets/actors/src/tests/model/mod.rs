//! The protocol, read a second time: a small model of it that knows nothing of the pallet, and
//! random steps that are played on both.
//!
//! The model ([`chain`]) is told what only an engine can know: the gas that a turn burned, whether
//! that ran out, whether a call found enough of it, and how much a hook had room for. All else it
//! foretells: every turn, event, reply, balance, purse, and what waits.
//!
//! Programs run `script.wat`, whose messages say what to do. A play that fails is shrunk to a
//! story, and to a line that plays it again.

mod agenda;
#[cfg(feature = "suite")]
pub(crate) mod blocks;
mod calls;
mod cast;
mod chain;
mod command;
mod commit;
mod compare;
mod counts;
mod delivery;
mod end;
mod happening;
mod ledger;
mod mailbox;
mod message;
mod observe;
mod play;
mod program;
mod purse;
mod reply;
mod rules;
mod script;
mod service;
mod stage;
mod step;
#[cfg(feature = "std")]
mod strategy;
mod turn;
mod waiting;

pub(crate) use play::play;
#[cfg(feature = "suite")]
pub use step::Step;
#[cfg(feature = "std")]
pub use strategy::steps;

#[cfg(test)]
mod plays {
    use codec::{DecodeAll, Encode};
    use core::cell::RefCell;
    use proptest::test_runner::{Config, TestError, TestRunner};
    use sp_core::bytes::{from_hex, to_hex};
    use sp_io::TestExternalities;

    use super::{counts::Counts, play, step::Step, steps};
    use crate::mock::{genesis, run};

    /// How many lists of steps are played by default.
    const PLAYS: u32 = 256;
    /// From so many on, everything must have happened, and that often.
    const MANY: u32 = 10_000;
    const OFTEN: u64 = 100;

    /// What an environment variable says.
    fn told(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// `CASES=10000` plays more; `STEPS=0x…` plays what has failed once more, and nothing else.
    #[test]
    fn the_chain_does_what_the_model_foretells() {
        let mut stage = genesis();
        // Nobody needs the other fixtures, which are most of the state.
        let (fixtures, scripts) = (b":fixture:", b":fixture:programs:script");
        stage
            .top
            .retain(|key, _| !key.starts_with(fixtures) || key.starts_with(scripts));
        let perform = |steps: Vec<Step>| {
            let mut counts = Counts::default();
            TestExternalities::new(stage.clone()).execute_with(|| run(|| counts = play(steps)));
            counts
        };
        if let Some(steps) = told("STEPS") {
            let bytes = from_hex(&steps).expect("STEPS is hexadecimal");
            perform(DecodeAll::decode_all(&mut &bytes[..]).expect("STEPS are steps"));
            return;
        }

        let plays = told("CASES").map_or(PLAYS, |plays| {
            plays.parse().expect("CASES is a number of cases")
        });
        let counts = RefCell::new(Counts::default());
        let mut runner = TestRunner::new(Config {
            cases: plays,
            failure_persistence: None,
            max_shrink_iters: 10_000,
            ..Config::default()
        });
        let result = runner.run(&steps(), |steps| {
            counts.borrow_mut().add(&perform(steps));
            Ok(())
        });
        if let Err(error) = result {
            if let TestError::Fail(_, steps) = &error {
                println!("To play it again: STEPS={}", to_hex(&steps.encode(), false));
            }
            panic!("{error}");
        }
        let wanted = counts.into_inner().wanted();
        for (name, count) in &wanted {
            println!("{count:>9} {name}");
        }
        let rare = wanted.iter().filter(|(_, count)| **count < OFTEN);
        let rare: Vec<_> = rare.map(|(name, _)| name).collect();
        assert!(plays < MANY || rare.is_empty(), "seldom or never: {rare:?}");
    }
}
