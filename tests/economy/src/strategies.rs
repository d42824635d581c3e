//! Ways to hold the queue up, and to make what is due late.

use super::chain::{Turn, Way, LONGEST, MS};

/// Messages of which some are in the queue all the time.
pub(crate) struct Strategy {
    pub(crate) name: &'static str,
    /// What may be sent for it, in turns: the cheapest of these is.
    pub(crate) patterns: &'static [&'static [Turn]],
}

/// What somebody honest sends: it burns less than it may.
pub(crate) const HONEST: Turn = Turn {
    burns: 3 * MS,
    ..Turn::of(5 * MS)
};

const HEAVY: Turn = Turn::of(245 * MS);
const LIGHT: Turn = Turn::of(3 * MS);

/// The longest code, which burns little more than it takes to load that.
const CODE: Turn = Turn {
    code: 513,
    ..Turn::of(55 * MS)
};

/// Code of which two are read in a hook, and a third would nearly be.
const SHORTER: Turn = Turn {
    code: 343,
    ..Turn::of(37 * MS)
};

const SMALL: Turn = Turn {
    code: 5,
    ..Turn::of(MS)
};

/// The shortest turn of which a hook serves one.
const HALF: Turn = Turn::of(126 * MS);

/// A limit that is not burned.
const IDLE: Turn = Turn {
    burns: MS,
    ..Turn::of(LONGEST)
};

/// A purse of which much is held and little burned, with many messages on it.
const SHARED: Turn = Turn {
    purse: 4_000 * LONGEST,
    sends: (255, MS),
    burns: MS,
    ..Turn::of(0)
};

/// The same with limits that are not burned.
pub(crate) const LIMITS: Turn = Turn {
    purse: LONGEST << 24,
    sends: (0, MS / 5),
    ..SHARED
};

/// The longest code's signal.
pub(crate) const SIGNAL: Turn = CODE.by(Way::Signal);

/// Signals that burn next to nothing.
pub(crate) const LIGHT_SIGNALS: &[Turn] = &[LIGHT_SIGNAL];

const LIGHT_SIGNAL: Turn = Turn {
    burns: MS * 2 / 5,
    ..HEAVY_SIGNAL
};

const HEAVY_SIGNAL: Turn = Turn::of(18 * MS).by(Way::Signal);

/// Some that burn all they have, and as many that do not.
pub(crate) const MIXED_SIGNALS: &[Turn] = [[HEAVY_SIGNAL; 11], [LIGHT_SIGNAL; 11]].as_flattened();

/// Delayed messages that burn a little of the longest limit.
pub(crate) const DELIVERIES: &[Turn] = &[Turn {
    burns: 27 * MS,
    ..Turn::of(LONGEST).by(Way::Delivery)
}];

/// The deadline of a message that has no gas: serving it is all that it takes.
pub(crate) const DEADLINE: Turn = Turn::of(0).by(Way::Signal);

/// What anybody could think of who has read how it works.
pub(crate) const STRATEGIES: &[Strategy] = &[
    Strategy {
        name: "calls of the longest turn",
        patterns: &[&[Turn::of(LONGEST)], &[HALF], &[IDLE]],
    },
    Strategy {
        name: "calls of long turns and short ones, so that long ones do not fit",
        patterns: &[
            &[Turn::of(LONGEST), SMALL],
            &[Turn::of(170 * MS), Turn::of(84 * MS)],
            &[IDLE, SMALL],
        ],
    },
    Strategy {
        name: "programs that go on and on, one message for each, on large purses",
        patterns: &[&[HEAVY.again(4)], &[HEAVY.again(40)], &[HEAVY.again(4_000)]],
    },
    Strategy {
        name: "light messages",
        patterns: &[
            &[HONEST],
            &[LIGHT],
            &[LIGHT.again(4_000)],
            &[SMALL],
            &[Turn::of(MS / 20)],
        ],
    },
    Strategy {
        name: "many messages on one purse",
        patterns: &[
            &[SHARED],
            &[Turn {
                sends: (255, 0),
                ..SHARED
            }],
            &[Turn {
                code: 513,
                burns: 55 * MS,
                sends: (200, 55 * MS),
                ..SHARED
            }],
            &[Turn {
                sends: (255, 125 * MS),
                ..SHARED
            }],
        ],
    },
    Strategy {
        name: "purses stored up in quiet times, which go on at once",
        patterns: &[
            &[Turn::of(LONGEST).by(Way::Wake)],
            &[HEAVY.again(4_000).by(Way::Wake)],
            &[CODE.by(Way::Wake)],
        ],
    },
    Strategy {
        name: "signals stored up in quiet times, each with all that it can have",
        patterns: &[
            &[Turn::of(18 * MS).by(Way::Signal)],
            &[Turn::of(LONGEST).by(Way::Signal)],
            &[SIGNAL],
        ],
    },
    Strategy {
        name: "delayed messages that nothing is paid for any more, all due at one time",
        patterns: &[
            &[Turn::of(LONGEST).by(Way::Delivery)],
            &[CODE.by(Way::Delivery)],
        ],
    },
    Strategy {
        name: "turns of 512 KiB of code, two of which a hook reads",
        patterns: &[
            &[CODE],
            &[CODE.again(4)],
            &[CODE.again(4_000)],
            &[CODE, SMALL],
        ],
    },
    Strategy {
        name: "turns of less code, so that a part of what a hook reads is left",
        patterns: &[&[SHORTER], &[CODE, SHORTER], &[SHORTER.again(4_000)]],
    },
    Strategy {
        name: "upgrades of own programs to such code",
        patterns: &[
            &[CODE.by(Way::Upgrade)],
            &[SHORTER.by(Way::Upgrade)],
            &[Turn::of(LONGEST).by(Way::Upgrade)],
            &[HALF.by(Way::Upgrade)],
            &[Turn::of(LONGEST).by(Way::Upgrade), SMALL.by(Way::Upgrade)],
        ],
    },
];

/// What keeps timers late: entries that are due before others.
pub(crate) const ENTRIES: &[Strategy] = &[
    Strategy {
        name: "delayed messages of the longest turn",
        patterns: &[&[Turn::of(LONGEST).by(Way::Delivery)]],
    },
    Strategy {
        name: "delayed messages that burn little of what they may",
        patterns: &[&[IDLE.by(Way::Delivery)]],
    },
    Strategy {
        name: "delayed messages to 512 KiB of code",
        patterns: &[&[CODE.by(Way::Delivery)]],
    },
    Strategy {
        name: "delayed messages without gas to 512 KiB of code",
        patterns: &[&[Turn {
            burns: 0,
            purse: 0,
            ..CODE.by(Way::Delivery)
        }]],
    },
];
