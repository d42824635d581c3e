//! What holding the queue costs, by simulation: `make economy`.
//!
//! A queue of messages that is served as the pallet serves it, in blocks of two seconds, with the
//! pallet's own price of places, and somebody who holds it by the cheapest means there are. The table
//! stands in `docs/economics.md`; `UPDATE=1` writes it there.

use pallet_actors::place::{remember, Rate};
use std::{collections::VecDeque, fmt::Write as _, path::Path};

/// How much gas of what was booked the queue has before no more of it is let in: 400 ms are guaranteed, less what
/// is due takes of that.
const ROOM: u64 = 252 * MS;
/// Gas of a millisecond.
const MS: u64 = 1_000_000_000;
/// A block's worth of gas, as the pallet counts it: half of two seconds.
const BLOCK: u64 = 1_000 * MS;
/// What a block serves that has few transactions: a fifth before them, and three quarters of the rest.
const SERVED: u64 = 1_600 * MS;
/// What it serves while as many calls come in as it takes.
const SERVED_FULL: u64 = 475 * MS;
/// How many calls a block takes.
const CALLS: u32 = 1_100;
/// The longest turn.
const LONGEST: u64 = 250 * MS;
/// What serving a message takes besides its turn, and as gas in the volume.
const SERVING: u64 = 750_000_000;
/// What a message of somebody honest burns, and what it may burn.
const HONEST: (u64, u64) = (3 * MS, 5 * MS);
/// For how long what is paid for lasts, in blocks of service.
const PAID_BLOCKS: u32 = 64;
/// Of a call whose first turn has not run.
const NOT_BEGUN: u32 = u32::MAX;
/// For how many blocks a message waits in a queue that is held.
const HELD: u64 = 3;
/// Blocks of six seconds in a minute.
const MINUTE: u32 = 10;

/// How messages of a strategy come, and what they pay for their places.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Calls, which pay.
    Call,
    /// Upgrades, which pay so much at most.
    Upgrade,
    /// What was stored up and is woken: it was paid for when that cost nothing, and that lasts from when the
    /// queue is first held.
    Wake,
    /// What was booked, and nothing is paid for any more: it pays the price of the moment, when it is let in.
    Delivery,
    /// Signals, which pay nothing, and are let in likewise.
    Signal,
}

/// What a message of a strategy does.
#[derive(Clone, Copy, PartialEq)]
struct Turn {
    /// What it burns.
    burns: u64,
    /// What its code counts as, and takes of a block: two turns of 512 KiB are as much as a block reads.
    share: u64,
    takes: u64,
    /// What its purse has, in all; a message goes on as long as that lasts.
    purse: u64,
    way: Way,
    /// How many messages without gas it sends besides.
    sends: u32,
}

impl Turn {
    const fn of(burns: u64, purse: u64) -> Self {
        Self {
            burns,
            share: 0,
            takes: 0,
            purse,
            way: Way::Call,
            sends: 0,
        }
    }
}

/// A message in the queue, which alone draws on its purse.
#[derive(Clone, Copy)]
struct Message {
    turn: Turn,
    gas: u64,
    paid: u64,
    paid_until: u32,
    /// What it counts as in the queue's volume, and as something that was booked.
    reserved: u64,
    booked: u64,
}

impl Message {
    /// What serving it takes of a block.
    fn takes(&self) -> u64 {
        (self.turn.burns.min(self.gas) + SERVING).max(self.turn.takes)
    }
}

/// A chain's queue.
#[derive(Default)]
struct Queue {
    messages: VecDeque<Message>,
    /// What all of them take of blocks.
    backlog: u64,
    volume: u64,
    booked: u64,
    memory: u32,
    /// What is to come of that, without end.
    agenda: Option<Turn>,
    /// How many messages have left the queue and come to it, and the latter when the last block began.
    head: u64,
    tail: u64,
    mark: u64,
    block: u32,
    /// Gas that was burned, places among it.
    burned: f64,
}

impl Queue {
    fn rate(&self, volume: u64) -> Rate {
        Rate::of(volume, self.memory, BLOCK)
    }

    /// A message comes; says what its place costs.
    fn send(&mut self, turn: Turn) -> u64 {
        let paid = turn.purse.min(LONGEST).max(turn.share);
        let rate = self.rate(self.volume);
        let place = match turn.way {
            Way::Call => rate.price(paid),
            Way::Upgrade => rate.min(Rate::OF_UPGRADE).price(paid),
            Way::Wake | Way::Delivery | Way::Signal => 0,
        };
        self.burned += place as f64;
        self.push(Message {
            turn,
            gas: turn.purse,
            paid: match turn.way {
                Way::Signal => u64::MAX,
                Way::Delivery => 0,
                Way::Call | Way::Upgrade | Way::Wake => paid,
            },
            // For a call, from its first turn on.
            paid_until: match turn.way {
                Way::Call | Way::Upgrade => NOT_BEGUN,
                Way::Wake | Way::Delivery | Way::Signal => PAID_BLOCKS,
            },
            reserved: 0,
            booked: 0,
        });
        place
    }

    fn push(&mut self, mut message: Message) {
        let Turn {
            share, purse, way, ..
        } = message.turn;
        let is_new = message.gas == purse;
        let least = SERVING.max(if is_new { share } else { 0 });
        let paid = message.gas.min(message.paid).min(LONGEST);
        message.reserved = match way {
            // What was sent before adds nothing when it comes.
            Way::Wake | Way::Delivery | Way::Signal if is_new => 0,
            _ => paid.max(least),
        };
        message.booked = match way {
            Way::Delivery | Way::Signal if is_new => message.gas.clamp(SERVING, LONGEST).max(share),
            _ => 0,
        };
        self.volume += message.reserved;
        self.booked += message.booked;
        self.backlog += message.takes();
        self.tail += 1;
        self.messages.push_back(message);
    }

    /// Lets in what is booked, while the queue has little of that.
    fn let_in(&mut self) {
        while let Some(turn) = self.agenda.filter(|_| self.booked < ROOM) {
            self.send(turn);
        }
    }

    /// The block ends: so much is served. Then the next one begins.
    fn next_block(&mut self, served: u64) {
        let mut left = served;
        self.let_in();
        while let Some(mut message) = self.messages.front().copied() {
            let rate = self.rate(self.volume - message.reserved);
            if message.paid_until == NOT_BEGUN {
                message.paid_until = self.block + PAID_BLOCKS;
            }
            if rate == Rate(0) {
                message.paid = message.paid.max(LONGEST);
                message.paid_until = self.block + PAID_BLOCKS;
            } else if message.turn.way != Way::Signal && self.block > message.paid_until {
                message.paid = 0;
            }
            // What it can burn, so that what its place costs then is there.
            let Turn { burns, share, .. } = message.turn;
            let surcharge = |burns: u64| rate.price(burns.max(share).saturating_sub(message.paid));
            let can_go_on = burns.saturating_add(surcharge(burns)) <= message.gas;
            let (burned, takes) = match can_go_on {
                true => (burns, message.takes()),
                false => {
                    let rest = message.gas.saturating_sub(surcharge(0));
                    let free = message.paid.max(share);
                    let burned = rest.min(free) + rate.rest(rest.saturating_sub(free));
                    // Code that it cannot pay for is not read.
                    (burned.min(burns), burned.min(burns) + SERVING)
                }
            };
            if takes > left {
                break;
            }
            left -= takes;
            self.messages.pop_front();
            self.backlog -= message.takes();
            self.head += 1;
            self.volume -= message.reserved;
            self.booked -= message.booked;
            self.let_in();
            // What does not run burns nothing.
            let due = match burned {
                0 => 0,
                burned => burned.saturating_add(surcharge(burned)).min(message.gas),
            };
            self.burned += due as f64;
            if !can_go_on {
                continue;
            }
            message.gas -= due;
            message.paid = message.paid.saturating_sub(burns.max(share));
            for _ in 0..message.turn.sends {
                self.push(Message {
                    turn: Turn::of(0, 0),
                    gas: 0,
                    ..message
                });
            }
            // What is left of less than another turn comes back.
            if message.gas > 0 && message.turn.purse >= 2 * burns {
                self.push(message);
            }
        }
        self.block += 1;
        self.memory = remember(self.memory, self.head < self.mark);
        self.mark = self.tail;
    }
}

/// A way to hold the queue.
struct Strategy {
    name: &'static str,
    /// What may be sent for it: the cheapest is.
    turns: &'static [Turn],
    /// How long the queue is held, and then let be, in blocks; for ever if there is nothing else.
    cycle: Option<(u32, u32)>,
}

const HEAVY: u64 = 245 * MS;

const CODE: Turn = Turn {
    share: BLOCK / 2,
    takes: SERVED / 2,
    ..Turn::of(55 * MS, 55 * MS)
};

/// The longest code's signal.
const SIGNAL: Turn = Turn {
    way: Way::Signal,
    ..CODE
};

/// Code of which two could be read in a hook, if no other came between.
const PACKED: Turn = Turn {
    share: BLOCK / 1_000 * 499,
    ..CODE
};

/// What anybody could think of who has read how it works.
const STRATEGIES: &[Strategy] = &[
    Strategy {
        name: "calls of the longest turn",
        turns: &[Turn::of(LONGEST, LONGEST)],
        cycle: None,
    },
    Strategy {
        name: "programs that go on and on, one message for each, on large purses",
        turns: &[
            Turn::of(HEAVY, 4 * HEAVY),
            Turn::of(HEAVY, 40 * HEAVY),
            Turn::of(HEAVY, 4_000 * HEAVY),
        ],
        cycle: None,
    },
    Strategy {
        name: "light messages",
        turns: &[
            Turn::of(HONEST.0, HONEST.1),
            Turn::of(HONEST.0, 4_000 * HONEST.0),
        ],
        cycle: None,
    },
    Strategy {
        name: "purses stored up in quiet times, which go on at once",
        turns: &[
            Turn {
                way: Way::Wake,
                ..Turn::of(LONGEST, LONGEST)
            },
            Turn {
                way: Way::Wake,
                ..Turn::of(HEAVY, 4_000 * HEAVY)
            },
        ],
        cycle: None,
    },
    Strategy {
        name: "signals stored up in quiet times, each with all that it can have",
        turns: &[
            Turn {
                way: Way::Signal,
                ..Turn::of(18 * MS, 18 * MS)
            },
            Turn {
                way: Way::Signal,
                ..Turn::of(LONGEST, LONGEST)
            },
            SIGNAL,
        ],
        cycle: None,
    },
    Strategy {
        name: "delayed messages that nothing is paid for any more, all due at one time",
        turns: &[
            Turn {
                way: Way::Delivery,
                ..Turn::of(LONGEST, LONGEST)
            },
            Turn {
                way: Way::Delivery,
                ..CODE
            },
        ],
        cycle: None,
    },
    Strategy {
        name: "messages without gas, 255 from each turn",
        turns: &[Turn {
            sends: 255,
            ..Turn::of(HEAVY, 4_000 * HEAVY)
        }],
        cycle: None,
    },
    Strategy {
        name: "turns of 512 KiB of code, two of which a block reads",
        turns: &[
            CODE,
            Turn {
                purse: 4 * CODE.burns,
                ..CODE
            },
            Turn {
                purse: 4_000 * CODE.burns,
                ..CODE
            },
            Turn {
                way: Way::Wake,
                ..CODE
            },
        ],
        cycle: None,
    },
    Strategy {
        name:
            "turns of a little less code, and of other code between them: a block reads two as well",
        turns: &[
            PACKED,
            Turn {
                purse: 4_000 * PACKED.burns,
                ..PACKED
            },
        ],
        cycle: None,
    },
    Strategy {
        name: "upgrades of own programs to such code",
        turns: &[Turn {
            way: Way::Upgrade,
            ..PACKED
        }],
        cycle: None,
    },
    Strategy {
        name: "held for a minute, let be for two, again and again",
        turns: &[Turn::of(LONGEST, LONGEST)],
        cycle: Some((MINUTE, 2 * MINUTE)),
    },
];

/// How somebody holds the queue.
#[derive(Clone, Copy)]
struct Plan {
    /// What is sent.
    turn: Turn,
    /// So many blocks' worth at most are bought at once, when less than is wanted is left.
    burst: u64,
    /// Whether signals of the longest code come besides, which were stored up.
    has_signals: bool,
    /// Whether the queue is held first by what was stored up, for as long as that is paid for.
    has_stored: bool,
    /// How long the queue is held, and then let be, in blocks; for ever if there is nothing else.
    cycle: Option<(u32, u32)>,
}

/// What holding the queue for so many blocks costs, in parts of the gas that is served in the blocks in
/// which it is held. Held is a queue in which a message that comes now waits for three blocks or longer.
/// Without end, if it cannot be held so.
fn holding(plan: Plan, blocks: u32) -> f64 {
    let Plan { turn, burst, .. } = plan;
    let is_booked = matches!(turn.way, Way::Delivery | Way::Signal);
    let agenda = match plan.has_signals {
        true => Some(SIGNAL),
        false => is_booked.then_some(turn),
    };
    let mut queue = Queue {
        agenda,
        ..Queue::default()
    };
    if plan.has_stored {
        while queue.backlog <= u64::from(PAID_BLOCKS) * SERVED {
            queue.send(Turn {
                way: Way::Wake,
                ..turn
            });
        }
    }
    // Somebody's message in each block, and how many have waited so long.
    let mut others = VecDeque::new();
    let (mut wanted, mut held) = (0u32, 0u32);
    for block in 0..blocks {
        let is_on = plan.cycle.is_none_or(|(on, off)| block % (on + off) < on);
        if is_on {
            // No more than is needed to the end.
            let most = burst.min(u64::from(blocks - block) + HELD);
            if queue.backlog <= HELD * SERVED {
                while !is_booked && queue.backlog <= most * SERVED {
                    queue.send(turn);
                    if queue.burned > 2e6 * f64::from(blocks) * SERVED as f64 {
                        return 2e6;
                    }
                }
            }
            wanted += 1;
            others.push_back((queue.tail, block));
        }
        queue.next_block(SERVED);
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
        true => queue.burned / (f64::from(held) * SERVED as f64),
        false => f64::INFINITY,
    }
}

/// The cheapest of what may be sent, with and without what was stored up, and of some bursts: whoever holds
/// the queue knows the price.
fn cheapest(strategy: &Strategy, blocks: u32) -> f64 {
    let whole = u64::from(blocks) + HELD;
    let bursts = [HELD, 5, 10, 20, 30, 40, 60, 100, 160, 300, 603];
    let ways = [(false, false), (true, false), (false, true), (true, true)];
    let mut least = f64::INFINITY;
    for turn in strategy.turns {
        let is_sent = matches!(turn.way, Way::Call | Way::Upgrade);
        for (has_signals, has_stored) in ways {
            if !is_sent && (has_signals || has_stored) || strategy.cycle.is_some() && has_stored {
                continue;
            }
            for burst in bursts.into_iter().filter(|burst| *burst <= whole) {
                let plan = Plan {
                    turn: *turn,
                    burst,
                    has_signals,
                    has_stored,
                    cycle: strategy.cycle,
                };
                least = least.min(holding(plan, blocks));
            }
        }
    }
    least
}

/// What a burst of so many honest messages pays for places, as many in each block as it takes.
struct Burst {
    /// For each on average, and the most, in parts of the gas that each burns.
    mean: f64,
    most: f64,
    /// Blocks until all are served, and until a place costs nothing again.
    served: u32,
    back: u32,
}

fn burst(count: u32) -> Burst {
    let mut queue = Queue::default();
    let mut places = Vec::new();
    let mut left = count;
    while left > 0 || !queue.messages.is_empty() {
        let now = left.min(CALLS);
        for _ in 0..now {
            places.push(queue.send(Turn::of(HONEST.0, HONEST.1)));
        }
        left -= now;
        queue.next_block(if now == CALLS { SERVED_FULL } else { SERVED });
        // Each is one turn, and gives back what is left.
    }
    let served = queue.block;
    while queue.rate(queue.volume) != Rate(0) {
        queue.next_block(SERVED);
    }
    let of = |place: u64| place as f64 / HONEST.0 as f64;
    let all = places.iter().map(|place| of(*place));
    Burst {
        mean: all.clone().sum::<f64>() / f64::from(count),
        most: all.fold(0.0, f64::max),
        served,
        back: queue.block,
    }
}

fn times(ratio: f64) -> String {
    match ratio {
        f64::INFINITY => "cannot".into(),
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
    text += "\n| honest messages | each pays for its place | the most that one pays | all are served | places cost nothing again |\n|---|---|---|---|---|\n";
    for count in [500, 1_000, 3_000, 10_000, 30_000] {
        let Burst {
            mean,
            most,
            served,
            back,
        } = burst(count);
        writeln!(
            text,
            "| {count} | {mean:.2} | {most:.2} | after {served} blocks | after {back} blocks |"
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
    assert!(small.mean < 0.5, "{}", small.mean);
    let large = burst(10_000);
    assert!(large.mean < 10.0, "{}", large.mean);
    assert!(large.back <= 15 * MINUTE, "{}", large.back);
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
