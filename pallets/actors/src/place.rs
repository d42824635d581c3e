//! What a place in the queue costs.
//!
//! A place costs a part of the gas that the turn burns which takes it: the same part for a heavy turn
//! as for a light one, since what others wait for is the time that it takes. A call pays for a longest
//! turn's worth when it is made; what its purse burns beyond that, or long after, pays when it is
//! burned ([`crate::Purse::paid`]). The part follows from two things:
//!
//! - the **volume**: the gas that is paid for of what calls, and programs at once, have sent and the
//!   queue still has. What goes on adds nothing to it: replies, resumes, signals, what was delayed; and what
//!   a turn sends adds no more than that turn did;
//! - the **memory**: it rises with each block that begins while a message is still in the queue
//!   that was there when the block before began, and falls with each other block.
//!
//! Both act on the exponent. In quiet times [`FREE`] hooks' worth of gas have places for nothing; the next
//! [`STRETCH`] double gas and place together, and twice as many make that 16 times, three times as many 512
//! times: the exponent grows with their square. So a burst that the next blocks serve pays little or nothing;
//! who holds the queue for long pays more than they have, at once or block by block.
//!
//! What was **booked** before pays nothing when its time has come, and takes no place in the queue: it has a row
//! of its own, which is served in turns with the queue ([`crate::Lane`]).

use actors_executor::{CodeInfo, Modules};
use actors_primitives::Gas;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::Get;
use scale_info::TypeInfo;
use sp_runtime::traits::SaturatedConversion;

use crate::{
    order::QUEUE_PARTS, record::ServiceState, session::HALF_BUDGET, Config, Kind, Pallet,
    WeightInfo,
};

/// How many hooks' worth of gas are in the queue before a place costs anything, in quiet times. A hook's worth
/// is what every block serves of the queue before its transactions.
pub const FREE: u64 = 100;

/// After how many more the price of gas with its place has doubled; from there on it rises ever faster.
pub const STRETCH: u64 = 90;

/// A doubling of that price, as the memory counts it.
pub const DOUBLING: u32 = 256;

/// What a block adds to the memory that begins behind a backlog: an eighth more each time.
pub const RISE: u32 = 46;

/// What any other block takes off it: it falls half as fast.
pub const FALL: u32 = 23;

/// What is free of volume and memory together, likewise: [`FREE`] hooks' worth, or fifteen blocks.
pub(crate) const FREE_PARTS: u32 = 15 * RISE;

/// The most that is remembered: nobody can pay for that any more.
const MOST: u32 = 64 * DOUBLING;

/// Gas, as a [`Rate`] counts its parts.
const WHOLE: u32 = 16;

/// A part of a doubling, likewise.
const STEP: u128 = (1 << WHOLE) / DOUBLING as u128;

/// What a message has of the queue. What goes on, and what is booked, has nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Place {
    /// Gas of its purse that is paid for and that its turn may burn: no other message of the purse has that.
    pub reserved: Gas,
    /// What it counts as in the queue's volume, in gas.
    pub counts: Gas,
}

/// The part of a turn's gas that its place costs, in parts of 65,536: it may be more than all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub u64);

impl Rate {
    /// The most that an upgrade pays: gas and place together 65,536 times the gas. Who fills the queue
    /// cannot keep a program from being mended, and who fills it with upgrades pays more than a thousand
    /// times what is served.
    pub const OF_UPGRADE: Self = Self(((1 << 16) - 1) << WHOLE);

    /// With that much gas in the queue, and that memory, where every block serves `hook` at least.
    #[must_use]
    pub fn of(volume: Gas, memory: u32, hook: Gas) -> Self {
        let parts = doublings(volume, hook).saturating_add(memory);
        let Some(over) = parts.checked_sub(FREE_PARTS) else {
            return Self(0);
        };
        let over = over.min(MOST);
        // Between two powers of two in a straight line.
        let (doublings, part) = (over / DOUBLING, over % DOUBLING);
        let factor = u128::from(DOUBLING.saturating_add(part)) << doublings.min(64);
        let whole = 1u128 << WHOLE;
        let rate = factor.saturating_mul(STEP).saturating_sub(whole);
        Self(rate.saturated_into())
    }

    /// What a place costs for a turn that may burn so much.
    #[must_use]
    pub fn price(self, gas: Gas) -> Gas {
        let parts = u128::from(gas).saturating_mul(self.0.into());
        parts.div_ceil(1 << WHOLE).saturated_into()
    }

    /// What of `gas` is left beside what its own place costs.
    #[must_use]
    pub fn rest(self, gas: Gas) -> Gas {
        let whole = 1u128 << WHOLE;
        let rest = (u128::from(gas) << WHOLE)
            .checked_div(whole.saturating_add(self.0.into()))
            .unwrap_or_default();
        rest.saturated_into()
    }

    /// What of `gas` a call pays for its place: for what is left, `longest` at most, and `least` in any
    /// case.
    #[must_use]
    pub fn price_within(self, gas: Gas, longest: Gas, least: Gas) -> Gas {
        let rest = self.rest(gas);
        match rest {
            rest if rest < least => self.price(least),
            rest if rest < longest => gas.saturating_sub(rest),
            _ => self.price(longest),
        }
    }

    /// The least gas that leaves `gas` beside the place.
    #[must_use]
    pub fn with_place(self, gas: Gas, longest: Gas, least: Gas) -> Gas {
        gas.saturating_add(self.price(gas.min(longest).max(least)))
    }
}

/// What takes `gas` of a hook, and what the hook may leave unused before it: as much again at most, and less if
/// it is a small part of `hook`. So hooks serve nine tenths of what they have at least, as it is counted, in
/// whatever order turns come.
fn with_gap(gas: Gas, hook: Gas) -> Gas {
    let (gas, hook) = (u128::from(gas), u128::from(hook));
    let rest = hook.saturating_sub(gas.saturating_mul(2).min(hook / 2));
    let all = gas.saturating_mul(hook).checked_div(rest);
    all.unwrap_or_default().saturated_into()
}

/// What that much gas in the queue adds to the price, as the memory counts it.
fn doublings(volume: Gas, hook: Gas) -> u32 {
    let (volume, hook) = (u128::from(volume), u128::from(hook.max(1)));
    let free = hook.saturating_mul(FREE.into());
    let Some(over) = volume.checked_sub(free) else {
        let parts = volume.saturating_mul(FREE_PARTS.into());
        return parts.checked_div(free).unwrap_or_default().saturated_into();
    };
    let stretch = hook.saturating_mul(STRETCH.into());
    let square = over.saturating_mul(over).saturating_mul(DOUBLING.into());
    let parts = square.checked_div(stretch.saturating_mul(stretch));
    let parts = parts.unwrap_or_default().saturating_add(FREE_PARTS.into());
    parts.saturated_into()
}

impl<T: Config> Pallet<T> {
    /// What further places cost now.
    pub(crate) fn place_rate(service: &ServiceState) -> Rate {
        Rate::of(service.volume, service.memory, Self::hook_gas())
    }

    /// What the place of a call's message costs now.
    pub(crate) fn place_rate_of(service: &ServiceState, kind: Kind) -> Rate {
        let rate = Self::place_rate(service);
        match kind {
            Kind::Migrate(_) => rate.min(Rate::OF_UPGRADE),
            _ => rate,
        }
    }

    /// Counts what an empty queue still has of others' gas as if it had been there for long: places cost the
    /// same then, and get cheaper with each block.
    pub(crate) fn remember_volume(service: &mut ServiceState) {
        if service.queue.is_empty() {
            let more = doublings(service.volume, Self::hook_gas());
            service.memory = service.memory.saturating_add(more);
            service.volume = 0;
        }
    }

    /// The most that a turn can count as: the longest, or one of the longest code.
    pub(crate) fn largest_turn() -> Gas {
        T::MaxTurnGas::get().max(Self::share_of_code(T::Limits::get().code))
    }

    /// What serving a message of that many bytes takes besides its turn, in gas.
    pub(crate) fn serving_gas(bytes: u32) -> Gas {
        Self::in_gas(T::WeightInfo::serve_message(bytes))
    }

    /// What a turn of that code takes of what a hook serves, whatever it burns: half as much again as of the
    /// code that a hook may read, since it burns less than it takes, and what it has paid for and does not burn
    /// pays for others; and at least what serving it takes.
    pub(crate) fn code_share(info: &CodeInfo) -> Gas {
        Self::share_of_code(info.code_len).max(Self::serving_gas(0))
    }

    fn share_of_code(bytes: u32) -> Gas {
        let cost = u128::from(Modules::cost(bytes));
        let share = cost.saturating_mul(Self::hook_gas().into());
        let share = share
            .saturating_mul(3)
            .checked_div(HALF_BUDGET.saturating_mul(2).into());
        share.unwrap_or_default().saturated_into()
    }

    /// The gas that each block serves of the queue, whatever else is in it: what was booked has the rest. Where a
    /// chain prices proof, as much as that allows. Two heads that do not fit are looked at besides.
    pub(crate) fn hook_gas() -> Gas {
        let peeks = T::WeightInfo::peek_queue().saturating_mul(2);
        let gas = Self::gas_within(Self::promised().saturating_sub(peeks));
        let parts = u128::from(QUEUE_PARTS);
        let of_queue = u128::from(gas).saturating_mul(parts);
        let of_queue = of_queue.checked_div(parts.saturating_add(1));
        of_queue.unwrap_or_default().saturated_into()
    }

    /// What a message of so many bytes counts as in the queue whose turn takes so much of a hook: serving it as
    /// well, and what the hook may leave unused because it does not fit.
    pub(crate) fn counted(gas: Gas, bytes: u32) -> Gas {
        with_gap(
            gas.saturating_add(Self::serving_gas(bytes)),
            Self::hook_gas(),
        )
    }

    /// What a place costs at that rate with that gas limit, in gas, for a turn that takes `share` of what
    /// a block serves in any case.
    pub(crate) fn place_price(rate: Rate, gas_limit: Gas, share: Gas) -> Gas {
        let longest = T::MaxTurnGas::get().max(share);
        rate.price_within(gas_limit, longest, share)
    }
}

/// What is remembered after a block that began behind a backlog, or did not.
#[must_use]
pub fn remember(memory: u32, is_behind: bool) -> u32 {
    match is_behind {
        true => memory.saturating_add(RISE).min(MOST),
        false => memory.saturating_sub(FALL).min(MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOK: Gas = 250_000_000_000;

    /// What gas costs with its place, in hundredths.
    fn hundredths(hooks: u64, memory: u32) -> u64 {
        let gas = 100;
        gas + Rate::of(hooks * HOOK, memory, HOOK).price(gas)
    }

    #[test]
    fn what_gas_costs_with_its_place_grows_with_the_square_of_what_is_queued() {
        for (hooks, price) in [
            (0, 100),
            (100, 100),
            (190, 200),
            (280, 1_600),
            (370, 51_200),
            (460, 6_553_600),
        ] {
            assert_eq!(hundredths(hooks, 0), price, "{hooks} hooks");
        }
        assert_eq!(hundredths(0, FREE_PARTS), 100);
        assert_eq!(hundredths(0, FREE_PARTS + 2 * DOUBLING), 400);
        assert_eq!(hundredths(190, 2 * DOUBLING), 800);
        assert_eq!(hundredths(50, FREE_PARTS / 2), 100);
        assert!(hundredths(51, FREE_PARTS / 2) > 100);
    }

    /// In whatever order turns come, what a hook serves and the head that did not fit count as nine tenths of two
    /// hooks at least.
    #[test]
    fn what_a_hook_leaves_unused_counts() {
        let counted = |gas| with_gap(gas, HOOK);
        assert_eq!(counted(HOOK), 2 * HOOK);
        assert_eq!(counted(HOOK / 2), HOOK);
        assert_eq!(counted(HOOK / 100), HOOK / 98);
        assert_eq!(counted(0), 0);
        assert_eq!(with_gap(7, 0), 0);
        for served in 1..1_000 {
            let served = served * HOOK / 1_000;
            let least_head = HOOK - served;
            let both = counted(served) + counted(least_head);
            assert!(both >= 2 * HOOK / 100 * 91, "{served}: {both}");
        }
    }

    #[test]
    fn a_place_leaves_what_it_is_for() {
        let longest = 250;
        for rate in [0, 1, 655, 65_535, 65_536, 70_000, 6_553_600, u64::MAX] {
            let rate = Rate(rate);
            for (gas, least) in [0, 1, 7, 100, 249, 250, 251, 1_000]
                .into_iter()
                .flat_map(|gas| [(gas, 0), (gas, 50), (gas, 600)])
            {
                let longest = longest.max(least);
                let needed = rate.with_place(gas, longest, least);
                if needed == Gas::MAX {
                    continue;
                }
                let left = |given: Gas| given.checked_sub(rate.price_within(given, longest, least));
                assert!(
                    left(needed) >= Some(gas),
                    "{rate:?} {gas} {least}: of {needed}"
                );
                // And not with less.
                if let Some(less) = needed.checked_sub(1).filter(|_| gas > 0) {
                    assert!(
                        left(less) < Some(gas),
                        "{rate:?} {gas} {least}: {less} is enough"
                    );
                }
            }
        }
        // Beyond the longest turn the rest pays for nothing.
        assert_eq!(Rate(65_536).price_within(1_000, 250, 0), 250);
        assert_eq!(Rate(65_536).price_within(500, 250, 0), 250);
        assert_eq!(Rate(65_536).price_within(100, 250, 0), 50);
        // What a turn takes of the code that a block reads counts as gas does.
        assert_eq!(Rate(65_536).price_within(100, 500, 500), 500);
    }

    #[test]
    fn more_never_costs_less() {
        let mut last = Rate(0);
        for volume in (0..5_000).map(|part| part * HOOK / 7) {
            let rate = Rate::of(volume, 17, HOOK);
            assert!(rate.0 >= last.0, "{volume}");
            last = rate;
        }
        assert_eq!(Rate::of(Gas::MAX, u32::MAX, 0), Rate::of(Gas::MAX, MOST, 1));
        assert_eq!(Rate::of(Gas::MAX, u32::MAX, 0).price(Gas::MAX), Gas::MAX);
    }

    #[test]
    fn memory_rises_twice_as_fast_as_it_falls() {
        let mut memory = 0;
        for _ in 0..100 {
            memory = remember(memory, true);
        }
        assert_eq!(memory, 4_600);
        for _ in 0..199 {
            memory = remember(memory, false);
        }
        assert_eq!(memory, 23);
        assert_eq!(remember(memory, false), 0);
        assert_eq!(remember(0, false), 0);
        assert_eq!(remember(u32::MAX, true), MOST);
        assert_eq!(remember(u32::MAX, false), MOST);
    }
}
