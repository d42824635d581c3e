//! Somebody who holds the queue, or keeps what is due late.

use super::{
    chain::{Blocks, Queue, Turn, Way, PAID_BLOCKS},
    strategies::{
        Strategy, DEADLINE, DELIVERIES, HONEST, LIGHT_SIGNALS, LIMITS, MIXED_SIGNALS, SIGNAL,
    },
};
use std::collections::VecDeque;

/// For how many blocks a message waits in a queue that is held.
const HELD: u64 = 3;
/// How many blocks' worth are bought at once at most.
const LARGEST: u64 = 1_203;
/// More than anybody pays, in parts of what is served.
const ENOUGH: f64 = 2e6;

/// What was stored up to come besides what is sent.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Besides {
    Nothing,
    /// These, in turns, without end.
    Booked(&'static [Turn]),
    /// So many deadlines in each block.
    Deadlines(u64),
}

/// What holds the queue first and counts nothing there, while the rest is bought behind it.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Before {
    Nothing,
    /// What was stored up, for as long as that is paid for.
    Stored,
    /// So many messages on one purse of a great deal of gas, which burn almost nothing.
    Limits(u64),
}

/// How somebody holds the queue.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    /// What is sent, in turns.
    pub(crate) pattern: &'static [Turn],
    /// So many blocks' worth at most are bought at once, when less than is wanted is left.
    pub(crate) burst: u64,
    /// What comes besides, which was stored up.
    pub(crate) besides: Besides,
    /// What holds the queue first.
    pub(crate) before: Before,
    /// How long the queue is held, and then let be, in blocks; for ever if there is nothing else.
    pub(crate) cycle: Option<(u32, u32)>,
}

impl Plan {
    /// How many of its messages a block serves.
    fn each_block(&self, blocks: Blocks) -> u64 {
        const BLOCKS: u64 = 16;
        let mut queue = Queue::free(&[]);
        let mut pattern = self.pattern.iter().cycle();
        for _ in 0..BLOCKS {
            // As many as there can be in one.
            while queue.length() < 2_048 {
                let turn = pattern.next().expect("there is something to send");
                queue.send(turn.by(Way::Call));
            }
            queue.next_block(blocks);
        }
        (queue.head / BLOCKS).max(1)
    }

    /// What holding the queue for so many blocks costs, in parts of the gas that is served in the blocks in
    /// which it is held. Held is a queue in which a message that comes now waits for three blocks or longer.
    /// Without end if it cannot be held so; and `most` if it is certain to cost more.
    fn cost(&self, time: u32, blocks: Blocks, most: f64) -> f64 {
        let too_much = most.min(ENOUGH) * f64::from(time) * blocks.serve() as f64;
        let is_booked = self.pattern[0].is_booked();
        let each_block = self.each_block(blocks);
        let mut queue = match self.besides {
            Besides::Booked(turns) => Queue::with_due(turns),
            Besides::Deadlines(each) => Queue::with_trickle(&[DEADLINE], each),
            Besides::Nothing if is_booked => Queue::with_due(self.pattern),
            Besides::Nothing => Queue::default(),
        };
        let mut pattern = self.pattern.iter().cycle();
        let mut next = || *pattern.next().expect("there is something to send");
        match self.before {
            Before::Nothing => {}
            Before::Stored => {
                while queue.length() <= u64::from(PAID_BLOCKS) * each_block {
                    queue.send(next().by(Way::Wake));
                }
            }
            Before::Limits(sends) => {
                queue.send(Turn {
                    sends: (sends, LIMITS.sends.1),
                    ..LIMITS
                });
                queue.next_block(blocks);
            }
        }
        let first = queue.length();
        // Somebody's message in each block, and how many have waited so long.
        let mut others = VecDeque::new();
        let (mut wanted, mut held) = (0u32, 0u32);
        for block in 0..time {
            let is_on = self.cycle.is_none_or(|(on, off)| block % (on + off) < on);
            if is_on {
                // No more than is needed to the end.
                let wanted_length = self.burst.min(u64::from(time - block) + HELD) * each_block
                    + if block == 0 { first } else { 0 };
                // What is held for nine tenths of the time is held.
                let is_enough = (held + others.len() as u32) * 10 >= time * 9;
                if block == 0 || queue.length() <= HELD * each_block && !is_enough {
                    while !is_booked && queue.length() <= wanted_length {
                        queue.send(next());
                        if queue.burned > too_much {
                            return most.min(ENOUGH);
                        }
                    }
                }
                wanted += 1;
                others.push_back((queue.tail, block));
            }
            queue.next_block(blocks);
            if queue.burned > too_much {
                return most.min(ENOUGH);
            }
            while others
                .front()
                .is_some_and(|(place, _)| queue.head >= *place)
            {
                let sent = others.pop_front().map_or(0, |(_, sent)| sent);
                held += u32::from(queue.block - sent >= HELD as u32);
            }
            if wanted > 200 && (held + others.len() as u32) * 2 < wanted {
                return f64::INFINITY;
            }
        }
        held += others.len() as u32;
        match held * 10 >= wanted * 9 {
            true => queue.burned / (f64::from(held) * blocks.serve() as f64),
            false => f64::INFINITY,
        }
    }
}

/// The cheapest of what may be sent, with and without what holds the queue before and comes besides, and of many
/// bursts: whoever holds the queue knows the price.
pub(crate) fn cheapest(
    strategy: &Strategy,
    cycles: &[Option<(u32, u32)>],
    time: u32,
    blocks: Blocks,
) -> f64 {
    let whole = u64::from(time) + HELD;
    let mut bursts = vec![HELD, 5, 10, 20, 30, 40, 60, 100, 160, 220, 300];
    let is_day = whole > LARGEST;
    if !is_day {
        bursts.extend((64..100).step_by(2).map(|percent| whole * percent / 100));
    }
    bursts.retain(|burst| *burst < whole.min(LARGEST));
    // Not for a day at once: nobody could pay for that.
    bursts.push(whole.min(LARGEST));
    let besides = [
        Besides::Nothing,
        Besides::Booked(&[SIGNAL]),
        Besides::Booked(LIGHT_SIGNALS),
        Besides::Booked(MIXED_SIGNALS),
        Besides::Booked(DELIVERIES),
        Besides::Deadlines(1),
        Besides::Deadlines(3),
    ];
    let before = [
        Before::Nothing,
        Before::Stored,
        Before::Limits(60),
        Before::Limits(90),
        Before::Limits(130),
        Before::Limits(160),
    ];
    // What comes besides slows the queue, and what comes before makes it long: each alone, and the two together
    // that were there from the start.
    let ways = besides
        .into_iter()
        .map(|besides| (besides, Before::Nothing))
        .chain(before.into_iter().map(|before| (Besides::Nothing, before)))
        .chain([
            (Besides::Deadlines(1), Before::Stored),
            (Besides::Booked(&[SIGNAL]), Before::Stored),
        ]);
    let mut least = f64::INFINITY;
    for pattern in strategy.patterns {
        let is_sent = matches!(pattern[0].way, Way::Call | Way::Upgrade);
        for cycle in cycles {
            for (besides, before) in ways.clone() {
                let is_alone = besides == Besides::Nothing && before == Before::Nothing;
                let is_short =
                    matches!(before, Before::Limits(_)) || besides == Besides::Deadlines(3);
                let is_left = is_day && is_short || cycle.is_some() && before != Before::Nothing;
                if !is_sent && !is_alone || is_left {
                    continue;
                }
                for burst in &bursts {
                    let plan = Plan {
                        pattern,
                        burst: *burst,
                        besides,
                        before,
                        cycle: *cycle,
                    };
                    least = least.min(plan.cost(time, blocks, least));
                }
            }
        }
    }
    least
}

/// What keeping all that is due late by an hour costs with such entries, in parts of the gas that is served
/// meanwhile; with others' calls in the queue all the time, if it is `busy`.
pub(crate) fn late(turns: &'static [Turn], blocks: Blocks, is_busy: bool) -> f64 {
    const TIME: u32 = 600;
    let mut queue = Queue::free(turns);
    let each_block = Plan {
        pattern: &[HONEST],
        burst: 0,
        besides: Besides::Nothing,
        before: Before::Nothing,
        cycle: None,
    }
    .each_block(blocks);
    for _ in 0..TIME {
        while is_busy && queue.length() < 3 * each_block {
            queue.send(HONEST);
        }
        queue.next_block(blocks);
    }
    queue.burned_by_due / (f64::from(TIME) * blocks.serve() as f64)
}
