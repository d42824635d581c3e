//! The pallet's cases for other worlds: the same functions that the native tests run, to be run
//! inside a runtime and compared.
//!
//! Only with the feature `suite`, which is no part of a chain.

use alloc::vec::Vec;

use crate::{
    mock,
    tests::{self, model},
};

#[cfg(feature = "std")]
pub use model::steps;
pub use model::Step;

/// The state that every case begins with, the programs that it needs included.
#[cfg(feature = "std")]
pub fn genesis() -> sp_runtime::Storage {
    mock::genesis()
}

/// The names of the cases, as `module::function`; a case is known by its place among them.
pub fn cases() -> impl Iterator<Item = alloc::string::String> {
    all().map(|case| {
        let room = case.room.rsplit("::").next().unwrap_or(case.room);
        alloc::format!("{room}::{}", case.name)
    })
}

/// Runs the case at `place` on a chain at its genesis.
///
/// # Panics
///
/// Panics when the case fails, or there is none at that place.
pub fn run(place: u32) {
    let case = usize::try_from(place)
        .ok()
        .and_then(|place| all().nth(place));
    mock::run(case.expect("there is a case at that place").run);
}

/// Plays random steps on a chain at its genesis, to the end.
///
/// # Panics
///
/// Panics when the model does not hold.
pub fn play(steps: Vec<Step>) {
    mock::run(|| {
        model::play(steps);
    });
}

/// The random steps that a seed gives, today and tomorrow.
#[cfg(feature = "std")]
pub fn steps_of(seed: u32) -> Vec<Step> {
    use proptest::{
        strategy::{Strategy, ValueTree},
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let tree = steps().new_tree(&mut runner);
    tree.expect("the strategy refuses nothing").current()
}

fn all() -> impl Iterator<Item = &'static tests::Case> {
    tests::ROOMS.iter().copied().flatten()
}
