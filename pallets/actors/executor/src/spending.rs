//! What a turn has burned gas for, by name.

use actors_primitives::{Charge, Gas};
use alloc::vec::Vec;

/// Sums of gas, by what it went for. They change nothing: a trace tells them.
#[derive(Default)]
pub(crate) struct Spending([Gas; Charge::ALL.len()]);

impl Spending {
    pub(crate) fn add(&mut self, charge: Charge, gas: Gas) {
        if let Some(sum) = self.0.get_mut(charge as usize) {
            *sum = sum.saturating_add(gas);
        }
    }

    pub(crate) fn add_all(&mut self, other: &Self) {
        for (charge, gas) in Charge::ALL.into_iter().zip(other.0) {
            self.add(charge, gas);
        }
    }

    /// The sums that are not zero, of a turn that burned so much: what nothing else asked for, the
    /// program's operators did.
    pub(crate) fn of(mut self, burned: Gas) -> Vec<(Charge, Gas)> {
        let named = self
            .0
            .iter()
            .fold(0, |sum: Gas, gas| sum.saturating_add(*gas));
        self.add(Charge::Operators, burned.saturating_sub(named));
        let all = Charge::ALL.into_iter().zip(self.0);
        all.filter(|(_, gas)| *gas > 0).collect()
    }
}
