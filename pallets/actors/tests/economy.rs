//! What holding the queue costs, by simulation: `make economy`.
//!
//! A queue of messages that is served as the pallet serves it, in blocks of two seconds, with the
//! pallet's own price of places, and somebody who holds it by the cheapest means there are. The table
//! stands in `docs/economics.md`; `UPDATE=1` writes it there.

use pallet_actors::place::{remember, Rate};
use std::{collections::VecDeque, fmt::Write as _, path::Path};

/// Gas of a millisecond.
const MS: u64 = 1_000_000_000;
/// A block's worth of gas, as the pallet counts it: half of two seconds.
const BLOCK: u64 = 1_000 * MS;
/// What a block serves that has few transactions: a fifth before them, and three quarters of the rest.
const SERVED: u64 = 1_600 * MS;
/// The longest turn.
const LONGEST: u64 = 250 * MS;
/// What a message of somebody honest burns, and what it may burn.
const HONEST: (u64, u64) = (3 * MS, 5 * MS);
/// What a program's send costs besides its place.
const SEND: u64 = 2 * MS;
/// Blocks of six seconds in a minute.
const MINUTE: u32 = 10;

/// A message in the queue.
#[derive(Clone, Copy)]
struct Message {
    /// What it may burn.
    reserved: u64,
    /// What of a block it takes: the gas that it burns, or as much as of the code that a block may read.
    takes: u64,
    /// In which block it was sent.
    sent: u32,
}

impl Message {
    fn new(takes: u64, reserved: u64, sent: u32) -> Self {
        Self {
            reserved,
            takes,
            sent,
        }
    }
}

/// A chain's queue.
#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    /// What all of them take of blocks.
    backlog: u64,
    volume: u64,
    memory: u32,
    /// How many messages were put into the queue and have left it, and the first number when the
    /// last block began.
    tail: u64,
    head: u64,
    mark: u64,
    block: u32,
    /// Gas that the block has left of what it serves.
    left: u64,
    /// The longest that a message waited which was served, in blocks.
    longest: u32,
}

impl Queue {
    fn rate(&self) -> Rate {
        Rate::of(self.volume, self.memory, BLOCK)
    }

    /// Puts a message at the end; says what its place costs.
    fn push(&mut self, message: Message) -> u64 {
        let place = self.rate().price(message.reserved);
        self.volume += message.reserved;
        self.backlog += message.takes;
        self.tail += 1;
        self.messages.push_back(message);
        place
    }

    /// The block ends: what it has left is served. Then the next one begins.
    fn next_block(&mut self) {
        // What did not fit in one block was begun by it.
        self.left += SERVED;
        while let Some(message) = self.messages.front().copied() {
            if message.takes > self.left {
                break;
            }
            self.left -= message.takes;
            self.messages.pop_front();
            self.head += 1;
            self.volume -= message.reserved;
            self.backlog -= message.takes;
            self.longest = self.longest.max(self.block - message.sent);
        }
        if self.messages.is_empty() {
            self.left = 0;
        }
        self.block += 1;
        self.memory = remember(self.memory, self.head < self.mark);
        self.mark = self.tail;
    }
}

/// A way to hold the queue.
struct Strategy {
    name: &'static str,
    /// What one message burns, may burn, and takes of a block.
    message: (u64, u64, u64),
    /// What it costs to put one there, besides its place and what it burns.
    outlay: u64,
    /// How many blocks' worth of it at most come into one block: what somebody puts there at once.
    burst: u64,
    /// How long the queue is held, and then let be, in blocks; for ever if there is nothing else.
    cycle: Option<(u32, u32)>,
}

const CODE: u64 = 55 * MS;

/// Calls, messages of programs, and what was stored up before, of the heaviest and of light turns.
const STRATEGIES: &[Strategy] = &[
    Strategy {
        name: "calls of the longest turn, two blocks ahead",
        message: (LONGEST, LONGEST, LONGEST),
        outlay: MS,
        burst: 3,
        cycle: None,
    },
    Strategy {
        name: "the same, as much as fits a block of calls at once",
        message: (LONGEST, LONGEST, LONGEST),
        outlay: MS,
        burst: 100,
        cycle: None,
    },
    Strategy {
        name: "a program that sends itself two messages for each",
        message: (LONGEST, LONGEST, LONGEST),
        outlay: SEND,
        burst: 160,
        cycle: None,
    },
    Strategy {
        name: "light messages",
        message: HONEST_MESSAGE,
        outlay: SEND,
        burst: 3,
        cycle: None,
    },
    Strategy {
        name: "purses that wait, stored up before and woken",
        message: (LONGEST, LONGEST, LONGEST),
        outlay: 4 * MS,
        burst: 300,
        cycle: None,
    },
    Strategy {
        name: "turns of 512 KiB of code, four of which a block reads",
        message: (CODE, CODE, SERVED / 4),
        outlay: MS,
        burst: 3,
        cycle: None,
    },
    Strategy {
        name: "held for a minute, let be for two, again and again",
        message: (LONGEST, LONGEST, LONGEST),
        outlay: MS,
        burst: 3,
        cycle: Some((MINUTE, 2 * MINUTE)),
    },
];

const HONEST_MESSAGE: (u64, u64, u64) = (HONEST.0, HONEST.1, HONEST.0);

/// What holding the queue for so many blocks costs, in parts of the gas that is served in the blocks in
/// which it is held. Held is a queue in which a message waits for longer than a block.
fn holding(strategy: &Strategy, blocks: u32) -> f64 {
    let mut queue = Queue::default();
    let (burns, reserved, takes) = strategy.message;
    let (mut cost, mut held) = (0f64, 0u32);
    for block in 0..blocks {
        let is_on = match strategy.cycle {
            Some((on, off)) => block % (on + off) < on,
            None => true,
        };
        if is_on {
            held += 1;
            // Whatever is bought now keeps it held; more at once is cheaper only while places cost less than
            // they will.
            let wanted = match queue.backlog < 3 * SERVED {
                true => strategy.burst * SERVED,
                false => 0,
            };
            while queue.backlog < wanted {
                let place = queue.push(Message::new(takes, reserved, block));
                cost += place as f64 + (burns + strategy.outlay) as f64;
                if cost > 1e8 * f64::from(blocks) * SERVED as f64 {
                    return f64::INFINITY;
                }
            }
        }
        queue.next_block();
    }
    cost / (f64::from(held) * SERVED as f64)
}

/// The cheapest of some bursts for so many blocks: whoever holds the queue knows the price.
fn cheapest(strategy: &Strategy, blocks: u32) -> f64 {
    let bursts = [3, 10, 20, 30, 40, 60, 100, 160];
    bursts
        .into_iter()
        .filter(|burst| *burst <= strategy.burst && *burst <= u64::from(blocks) + 2)
        .map(|burst| {
            let strategy = Strategy { burst, ..*strategy };
            holding(&strategy, blocks)
        })
        .fold(f64::INFINITY, f64::min)
}

/// What a burst of so many honest messages in one block pays for places.
struct Burst {
    /// For each on average, and the last, in parts of the gas that each burns.
    mean: f64,
    last: f64,
    /// Blocks until all are served, and until a place costs nothing again.
    served: u32,
    back: u32,
}

fn burst(count: u32) -> Burst {
    let mut queue = Queue::default();
    let mut places = Vec::new();
    for _ in 0..count {
        places.push(queue.push(Message::new(HONEST.0, HONEST.1, 0)));
    }
    while !queue.messages.is_empty() {
        queue.next_block();
    }
    let served = queue.block;
    while queue.rate() != Rate(0) {
        queue.next_block();
    }
    let of = |place: u64| place as f64 / HONEST.0 as f64;
    Burst {
        mean: places.iter().map(|place| of(*place)).sum::<f64>() / f64::from(count),
        last: places.last().map_or(0.0, |place| of(*place)),
        served,
        back: queue.block,
    }
}

fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 1e6 => "> 10⁶".into(),
        ratio if ratio >= 10.0 => format!("{ratio:.0}"),
        ratio => format!("{ratio:.1}"),
    }
}

fn tables() -> String {
    let mut text = String::from(
        "| who holds the queue | a minute | ten minutes | half an hour | an hour | a day |\n|---|---|---|---|---|---|\n",
    );
    for strategy in STRATEGIES {
        let costs =
            [1, 10, 30, 60, 24 * 60].map(|minutes| times(cheapest(strategy, minutes * MINUTE)));
        writeln!(text, "| {} | {} |", strategy.name, costs.join(" | ")).expect("a string takes it");
    }
    text += "\n| honest messages in one block | each pays for its place | the last pays | all are served | places cost nothing again |\n|---|---|---|---|---|\n";
    for count in [500, 1_000, 3_000, 10_000, 30_000] {
        let Burst {
            mean,
            last,
            served,
            back,
        } = burst(count);
        writeln!(
            text,
            "| {count} | {mean:.2} | {last:.2} | after {served} blocks | after {back} blocks |"
        )
        .expect("a string takes it");
    }
    text
}

#[test]
fn an_hour_costs_a_thousand_times_what_it_is_worth() {
    for strategy in STRATEGIES
        .iter()
        .filter(|strategy| strategy.cycle.is_none())
    {
        let cost = cheapest(strategy, 60 * MINUTE);
        assert!(cost >= 1_000.0, "{}: {cost}", strategy.name);
    }
}

#[test]
fn honest_bursts_pay_little_and_the_price_comes_back() {
    let small = burst(3_000);
    assert!(small.mean == 0.0, "{}", small.mean);
    let large = burst(10_000);
    assert!(
        large.mean < 3.0 && large.back <= 10 * MINUTE,
        "{} {}",
        large.mean,
        large.back
    );
}

#[test]
fn the_page_has_this_table() {
    let tables = tables();
    println!("{tables}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/economics.md");
    let page = std::fs::read_to_string(&path).expect("there is the page");
    let (start, end) = ("<!-- from `make economy` -->\n", "<!-- to here -->");
    let (before, rest) = page.split_once(start).expect("it says where the table is");
    let (there, after) = rest.split_once(end).expect("it says where that ends");
    if there == tables {
        return;
    }
    if std::env::var_os("UPDATE").is_some() {
        let page = [before, start, &tables, end, after].concat();
        std::fs::write(path, page).expect("it can be written");
        return;
    }
    panic!(
        "docs/economics.md has another table:\n{there}\n`UPDATE=1 make economy` writes this one."
    );
}
