//! Gas, the unit of work, and what it costs.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::Balance;

/// An amount of work: 1 gas is 1 picosecond of reference time.
pub type Gas = u64;

/// What gas costs: `planck` for every `per_gas` units of it.
///
/// A ratio, because one gas is worth less than the smallest unit of most tokens.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct GasPrice {
    /// Planck paid for every [`per_gas`](Self::per_gas) units.
    pub planck: u64,
    /// The number of gas units that [`planck`](Self::planck) buys. Zero counts as one.
    pub per_gas: u64,
}

impl GasPrice {
    /// What `gas` costs in planck, rounded down.
    ///
    /// Both factors have 64 bits, so the product cannot overflow.
    #[must_use]
    pub fn cost(&self, gas: Gas) -> Balance {
        let product = Balance::from(gas).saturating_mul(Balance::from(self.planck));
        product
            .checked_div(Balance::from(self.per_gas))
            .unwrap_or(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cost_rounds_down_and_never_overflows() {
        let price = GasPrice {
            planck: 1,
            per_gas: 1_000,
        };
        assert_eq!(price.cost(999), 0);
        assert_eq!(price.cost(1_999), 1);
        let dearest = GasPrice {
            planck: u64::MAX,
            per_gas: 0,
        };
        assert_eq!(
            dearest.cost(u64::MAX),
            u128::from(u64::MAX) * u128::from(u64::MAX)
        );
    }

    #[test]
    fn parts_never_cost_more_than_the_whole() {
        let price = GasPrice {
            planck: 7,
            per_gas: 1_000,
        };
        for split in 0..2_000 {
            assert!(price.cost(split) + price.cost(2_000 - split) <= price.cost(2_000));
        }
    }
}
