//! What every play begins with, and how it comes to its end.

use alloc::{vec, vec::Vec};

use super::{
    cast::FOUNDERS,
    script::{Op, Script, User},
    step::{Order, Step},
};
use crate::mock::*;

/// The fixtures of [`super::script::Code::ALL`].
pub(super) const CODES: [&str; 3] = ["script", "script-second", "script-mute"];

/// Limits that small plays reach.
pub(super) fn narrow() {
    ActorsLimits::mutate(|limits| {
        limits.memory = 3;
        limits.wait = 50;
        limits.letter = 8;
    });
    MaxMessageLifetime::set(60);
    MaxQueueLength::set(32);
}

/// Creates the programs that stand from the beginning, which do something in every entry.
pub(super) fn founding() -> Vec<Step> {
    let created = FOUNDERS.map(|salt| {
        let mut beginning = vec![
            Op::OnReply([Op::Emit(1)].into()),
            Op::OnSignal([Op::Emit(2)].into()),
        ];
        // One of them will not do with the least memory.
        if salt == FOUNDERS[1] {
            beginning.push(Op::Grow);
        }
        let order = Order {
            from: User::Alice,
            script: Script([beginning].into()),
            value: UNIT,
            gas: 1_000_000_000_000,
            deposit: UNIT,
        };
        Step::Create(salt, order)
    });
    created.into_iter().chain([Step::Pass(2)]).collect()
}

/// Lets everything come to its end.
pub(super) fn ending() -> [Step; 3] {
    [
        Step::Memory(3),
        Step::LongestTurn(250_000_000_000),
        Step::Pause(false),
    ]
}
