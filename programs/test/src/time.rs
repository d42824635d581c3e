//! Time on a chain: blocks that pass, many at once too.

use std::time::Duration;

use crate::{runtime::SLOT_DURATION, tape::Op, Chain};

/// The most blocks that one skip makes. Nothing that a chain schedules is further ahead.
const MOST_BLOCKS: u32 = 200_000;

impl Chain {
    /// Ends the open block and opens the next one.
    ///
    /// # Panics
    ///
    /// When an invariant of the pallet does not hold at the end of the block.
    #[track_caller]
    pub fn next_block(&self) {
        self.make(1);
    }

    /// Makes blocks until `number` is the open one.
    ///
    /// # Panics
    ///
    /// When that block has passed, and as [`Chain::skip`].
    #[track_caller]
    pub fn run_to_block(&self, number: u32) {
        let now = self.block_number();
        assert!(
            number >= now,
            "block {number} has passed: the open block is {now}. To go back, take a \
             `chain.snapshot()` there, and `chain.restore(...)` it."
        );
        self.skip(number.saturating_sub(now));
    }

    /// Makes so many blocks. What comes due in them (deadlines, delayed messages, letters) does.
    ///
    /// Each is a block like any other. Of a hundred or more, those in which nothing happened are
    /// not checked for the pallet's invariants, except for the last.
    ///
    /// # Panics
    ///
    /// When they are more than 200,000, two weeks: a chain schedules nothing that late. To let
    /// much time pass, see [`Chain::stall`]. And when an invariant of the pallet does not hold.
    #[track_caller]
    pub fn skip(&self, blocks: u32) {
        assert!(
            blocks <= MOST_BLOCKS,
            "{blocks} blocks are too many to make: the most is {MOST_BLOCKS}, and nothing that a \
             chain schedules is further ahead. If a program looks at the time, and not at blocks, \
             `chain.stall(...)` lets it pass without blocks."
        );
        self.make(blocks);
    }

    /// Makes blocks until so much time has passed: a block for every six seconds that have begun.
    ///
    /// # Panics
    ///
    /// As [`Chain::skip`].
    #[track_caller]
    pub fn skip_time(&self, time: Duration) {
        let slots = time.as_millis().div_ceil(u128::from(SLOT_DURATION));
        let Ok(blocks) = u32::try_from(slots) else {
            panic!("{time:?} are {slots} blocks: more than a chain makes")
        };
        self.skip(blocks);
    }

    /// Lets so much time pass in which the chain makes no block, as if all its validators had been
    /// away: the next block is that much later, and it is one block. Deadlines, delays and letters
    /// are counted in blocks, and stand; what compares times sees it.
    #[track_caller]
    pub fn stall(&self, time: Duration) {
        let time = u64::try_from(time.as_millis());
        let latest = u64::MAX.saturating_sub(self.block_time()) / 2;
        let Some(time) = time.ok().filter(|time| *time < latest) else {
            panic!("no clock goes that far")
        };
        self.do_to(Op::Stall(time));
    }

    #[track_caller]
    fn make(&self, blocks: u32) {
        if blocks > 0 {
            self.do_to(Op::Blocks(blocks));
        }
    }

    #[track_caller]
    fn do_to(&self, op: Op) {
        if let Err(error) = self.world_mut().play(op) {
            panic!("{}", <&'static str>::from(error));
        }
    }
}
