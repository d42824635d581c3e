//! What a turn has burned gas for, by name.

use actors_primitives::{Charge, Gas};
use alloc::vec::Vec;

use crate::{sandbox::Stop, Schedule};

/// Sums of gas, by what it went for, for traces. They change no outcome.
#[derive(Default)]
pub(crate) struct Spending([Gas; Charge::ALL.len()]);

impl Spending {
    /// Takes the fuel that so much gas is from what is `left`, and returns the rest. Where that is not
    /// enough, the turn burns all that there is for it.
    pub(crate) fn charge(
        &mut self,
        schedule: &Schedule,
        charge: Charge,
        gas: Gas,
        left: u64,
    ) -> Result<u64, Stop> {
        let fuel = schedule.fuel_for(gas);
        self.add(charge, schedule.gas_in(fuel.min(left)));
        left.checked_sub(fuel).ok_or(Stop::OutOfGas)
    }

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
