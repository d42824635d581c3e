//! A chain's queue, served as the pallet serves it.

use pallet_actors::place::{remember, Rate};
use std::collections::VecDeque;

/// Gas of a millisecond.
pub(crate) const MS: u64 = 1_000_000_000;
/// The longest turn.
pub(crate) const LONGEST: u64 = 250 * MS;
/// What serving a message takes besides its turn, and what it counts as.
pub(crate) const SERVING: u64 = MS * 7 / 8;
/// What must be left besides the limit of a turn, so that it begins.
const STEP: u64 = MS * 3 / 2;
/// What every block serves at least: a fifth of two seconds, with what is due done.
pub(crate) const HOOK: u64 = 252 * MS;
/// How much more the queue is served than what was booked, while there are both; and what every block serves of it.
const QUEUE_PARTS: u64 = 8;
const OF_QUEUE: u64 = HOOK / (QUEUE_PARTS + 1) * QUEUE_PARTS;
/// How far the queue may be ahead while there is something that was booked.
const MOST_AHEAD: i64 = (OF_QUEUE * QUEUE_PARTS) as i64;
/// KiB of code that each hook reads, with one for each code.
pub(crate) const READ: u64 = 2 * 513;
/// What loading a KiB of code burns, so what a turn must have to begin.
const LOADING: u64 = MS / 10;
/// What sending a message burns, and booking one for later.
const SEND: u64 = 920 * MS / 1_000;
pub(crate) const BOOKING: u64 = SEND + 900 * MS / 1_000;
/// For how long what is paid for lasts, in blocks of service.
pub(crate) const PAID_BLOCKS: u32 = 64;
/// Of a call whose first turn has not run.
const NOT_BEGUN: u32 = u32::MAX;

/// What blocks serve of the queue.
#[derive(Clone, Copy)]
pub(crate) struct Blocks {
    /// Before their transactions.
    pub(crate) before: u64,
    /// After them.
    pub(crate) after: u64,
}

impl Blocks {
    /// With few transactions: a fifth of two seconds before them, and three quarters of the rest.
    pub(crate) const QUIET: Self = Self {
        before: 400 * MS,
        after: 1_200 * MS,
    };
    /// With as many as there can be, and with things that are due.
    pub(crate) const FULL: Self = Self {
        before: HOOK,
        after: 0,
    };

    /// Likewise, with a little left after them.
    #[cfg(test)]
    pub(crate) const NEARLY_FULL: Self = Self {
        before: HOOK,
        after: 75 * MS,
    };

    /// The gas of both.
    pub(crate) fn serve(self) -> u64 {
        self.before + self.after
    }
}

/// How messages come, and what they pay for their places.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
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

/// What a message does.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Turn {
    pub(crate) way: Way,
    /// What it burns, if it has that much.
    pub(crate) burns: u64,
    /// What its purse has.
    pub(crate) purse: u64,
    /// Whether it sends itself again as long as that lasts.
    pub(crate) goes_on: bool,
    /// KiB of its code, with one more. Other code is always between two turns of the same.
    pub(crate) code: u64,
    /// How many messages its first turn sends that share its purse, for which it pays besides, and what each of
    /// these burns.
    pub(crate) sends: (u64, u64),
}

impl Turn {
    /// A call that burns all of its gas.
    pub(crate) const fn of(gas: u64) -> Self {
        Self {
            way: Way::Call,
            burns: gas,
            purse: gas,
            goes_on: false,
            code: 0,
            sends: (0, 0),
        }
    }

    /// With a purse for so many turns, one after the other.
    pub(crate) const fn again(self, turns: u64) -> Self {
        Self {
            purse: self.burns * turns,
            goes_on: true,
            ..self
        }
    }

    pub(crate) const fn by(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// What it takes of a hook, whatever it burns.
    fn share(&self) -> u64 {
        (OF_QUEUE * self.code * 3 / 2 / READ).max(SERVING)
    }

    pub(crate) fn is_booked(&self) -> bool {
        matches!(self.way, Way::Delivery | Way::Signal)
    }
}

/// Gas of a call.
#[derive(Clone, Copy)]
struct Purse {
    gas: u64,
    paid: u64,
    paid_until: u32,
    queued: u64,
    references: u32,
}

impl Purse {
    fn surcharge(&self, rate: Rate, share: u64, burned: u64) -> u64 {
        rate.price(burned.max(share).saturating_sub(self.paid))
    }

    fn turn_limit(&self, rate: Rate, share: u64) -> u64 {
        let left = self.gas.saturating_sub(self.surcharge(rate, share, 0));
        let free = self.paid.max(share);
        let beyond = rate.rest(left.saturating_sub(free));
        (left.min(free) + beyond).min(LONGEST)
    }
}

#[derive(Clone, Copy)]
struct Message {
    turn: Turn,
    purse: usize,
    /// What it has reserved of its purse, and what it counts as in the queue's volume.
    reserved: u64,
    counts: u64,
}

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    messages: VecDeque<Message>,
    purses: Vec<Purse>,
    closed: Vec<usize>,
    volume: u64,
    memory: u32,
    mark: u64,
    /// What was booked, in turns, without end or so many for each block; and how far the queue is ahead of it.
    due: &'static [Turn],
    trickle: Option<u64>,
    /// How much of that has come and is not served.
    booked: u64,
    served: usize,
    ahead: i64,
    /// Whether the queue begins the next whole hook.
    queue_begins: bool,
    /// How many messages have left the queue and come to it.
    pub(crate) head: u64,
    pub(crate) tail: u64,
    pub(crate) block: u32,
    /// Gas that was burned, places among it.
    pub(crate) burned: f64,
    /// By what was due, and what booking that has burned.
    pub(crate) burned_by_due: f64,
    /// Whether places cost nothing, whatever there is.
    is_free: bool,
}

/// What a turn that takes so much of a hook counts as: serving it too, and as much again as it may leave
/// unused.
fn counted(gas: u64) -> u64 {
    let gas = gas + SERVING;
    let gap = (2 * gas).min(OF_QUEUE / 2);
    (u128::from(gas) * u128::from(OF_QUEUE) / u128::from(OF_QUEUE - gap)) as u64
}

impl Queue {
    /// One that has these to let in, in turns.
    pub(crate) fn with_due(turns: &'static [Turn]) -> Self {
        Self {
            due: turns,
            ..Self::default()
        }
    }

    /// One that has so many of these in each block.
    pub(crate) fn with_trickle(turns: &'static [Turn], each: u64) -> Self {
        Self {
            trickle: Some(each),
            ..Self::with_due(turns)
        }
    }

    /// One that has these without end, and where places cost nothing, whatever there is.
    pub(crate) fn free(turns: &'static [Turn]) -> Self {
        Self {
            is_free: true,
            ..Self::with_due(turns)
        }
    }

    /// The price of places.
    pub(crate) fn rate(&self) -> Rate {
        self.rate_at(self.volume)
    }

    fn rate_at(&self, volume: u64) -> Rate {
        match self.is_free {
            true => Rate(0),
            false => Rate::of(volume, self.memory, OF_QUEUE),
        }
    }

    pub(crate) fn length(&self) -> u64 {
        self.tail - self.head
    }

    /// A message comes to the queue; says what its place costs.
    pub(crate) fn send(&mut self, turn: Turn) -> u64 {
        let share = turn.share();
        let rate = self.rate();
        let paid = turn.purse.min(LONGEST).max(share);
        let place = match turn.way {
            Way::Call => rate.price(paid),
            Way::Upgrade => rate.min(Rate::OF_UPGRADE).price(paid),
            Way::Wake | Way::Delivery | Way::Signal => 0,
        };
        self.burned += place as f64;
        let (paid, paid_until) = match turn.way {
            Way::Call | Way::Upgrade => (paid, NOT_BEGUN),
            Way::Wake => (paid, PAID_BLOCKS),
            Way::Delivery | Way::Signal => panic!("what was booked is not sent"),
        };
        let purse = Purse {
            gas: turn.purse,
            paid,
            paid_until,
            queued: 0,
            references: 0,
        };
        let place_of_purse = self.closed.pop().unwrap_or(self.purses.len());
        match self.purses.get_mut(place_of_purse) {
            Some(closed) => *closed = purse,
            None => self.purses.push(purse),
        }
        match turn.way {
            // It goes on, and counts nothing.
            Way::Wake => self.push(turn, place_of_purse, 0, 0),
            _ => {
                let (reserved, counts) = self.reserve(place_of_purse, turn.share(), u64::MAX);
                self.push(turn, place_of_purse, reserved, counts);
            }
        }
        place
    }

    /// A turn that counts as `most` sends another message on its purse.
    fn pass_on(&mut self, turn: Turn, purse: usize, most: u64) {
        let (reserved, counts) = self.reserve(purse, 0, most);
        self.push(turn, purse, reserved, counts);
    }

    /// Reserves of a purse what a turn may burn: that, and what it counts as.
    fn reserve(&self, purse: usize, share: u64, most: u64) -> (u64, u64) {
        let own = &self.purses[purse];
        let free = own.gas.min(own.paid).saturating_sub(own.queued);
        let reserved = free.min(LONGEST);
        (reserved, counted(reserved).min(most).max(counted(share)))
    }

    fn push(&mut self, turn: Turn, purse: usize, reserved: u64, counts: u64) {
        let own = &mut self.purses[purse];
        own.references += 1;
        own.queued += reserved;
        self.volume += counts;
        self.tail += 1;
        self.messages.push_back(Message {
            turn,
            purse,
            reserved,
            counts,
        });
    }

    /// Serves a block; then the next one begins.
    pub(crate) fn next_block(&mut self, blocks: Blocks) {
        self.booked = match self.trickle {
            Some(each) => self.booked + each,
            None => u64::MAX,
        };
        for hook in [blocks.before, blocks.after] {
            self.serve_hook(hook);
        }
        self.block += 1;
        self.memory = remember(self.memory, self.head < self.mark);
        self.mark = self.tail;
    }

    /// Serves the queue and what was booked in turns. Where the head of one does not fit, the other has the rest.
    fn serve_hook(&mut self, hook: u64) {
        let (mut gas, mut code) = (hook, READ);
        let (mut full, mut has_queued, mut has_booked) = (None, false, false);
        let is_owed = self.ahead >= MOST_AHEAD - OF_QUEUE as i64;
        let begins = std::mem::take(&mut self.queue_begins) && !is_owed;
        loop {
            let has_queue = !self.messages.is_empty();
            let due = self.due.get(self.served % self.due.len().max(1)).copied();
            let due = due.filter(|_| self.booked > 0);
            let is_booked = match (full, due) {
                (Some(true), _) | (None, None) if has_queue => false,
                (Some(false), Some(_)) => true,
                (None, Some(_)) => {
                    let is_first = begins && !has_queued && !has_booked;
                    self.ahead >= 0 && !is_first || !has_queue
                }
                _ => return,
            };
            let served = match due.filter(|_| is_booked) {
                Some(turn) => self.serve_booked(turn, full.is_some(), &mut gas, &mut code),
                None => self.serve(&mut gas, &mut code),
            };
            let needed = match served {
                Ok(()) if is_booked => {
                    has_booked = true;
                    continue;
                }
                Ok(()) => {
                    has_queued = true;
                    continue;
                }
                Err(needed) => needed,
            };
            let is_first = begins && !has_queued && !has_booked;
            let is_behind = has_booked && needed <= hook;
            if !is_booked && self.ahead >= 0 && (is_behind || is_first) {
                match is_owed {
                    true => self.ahead = -1,
                    false => self.queue_begins = true,
                }
            }
            if full.is_some() {
                if is_booked && has_queued && !has_booked {
                    self.ahead_by(gas);
                }
                return;
            }
            full = Some(is_booked);
        }
    }

    /// The queue was served so much.
    fn ahead_by(&mut self, took: u64) {
        let most = match self.due.is_empty() || self.booked == 0 {
            true => OF_QUEUE as i64,
            false => MOST_AHEAD,
        };
        self.ahead = (self.ahead + took as i64).min(most);
        if self.messages.is_empty() {
            self.ahead = self.ahead.max(0);
        }
    }

    /// Serves what was booked, if it fits what a hook has left, or says what it needs. What is spare is for nothing.
    fn serve_booked(
        &mut self,
        turn: Turn,
        is_spare: bool,
        gas: &mut u64,
        code: &mut u64,
    ) -> Result<(), u64> {
        let purse = Purse {
            gas: turn.purse,
            paid: 0,
            paid_until: 0,
            queued: 0,
            references: 1,
        };
        let (_, took) = self.run(turn, purse, 0, (gas, code))?;
        if !is_spare {
            self.ahead = self.ahead.max(0) - (took * QUEUE_PARTS) as i64;
        }
        self.booked -= 1;
        self.served += 1;
        Ok(())
    }

    /// Serves the head of the queue, if that fits what a hook has left, or says what it needs.
    fn serve(&mut self, gas: &mut u64, code: &mut u64) -> Result<(), u64> {
        let message = *self.messages.front().expect("there is one");
        let turn = message.turn;
        let mut purse = self.purses[message.purse];
        purse.queued -= message.reserved;
        let (purse, took) = self.run(turn, purse, message.counts, (gas, code))?;
        let before = self.purses[message.purse];
        let has_run = before.gas > purse.gas;
        self.purses[message.purse] = purse;
        self.messages.pop_front();
        self.head += 1;
        self.volume -= message.counts;
        if has_run {
            let (sends, burns) = turn.sends;
            let sent = Turn {
                burns,
                sends: (0, 0),
                ..turn
            };
            for _ in 0..sends {
                self.pass_on(sent, message.purse, message.counts);
            }
            if turn.goes_on && purse.gas > 0 {
                self.pass_on(turn, message.purse, message.counts);
            }
        }
        if self.purses[message.purse].references == 0 {
            self.closed.push(message.purse);
        }
        self.ahead_by(took);
        Ok(())
    }

    /// Runs a turn if it fits: the purse after it, and what that took; or what it needs.
    fn run(
        &mut self,
        turn: Turn,
        mut purse: Purse,
        counts: u64,
        (gas, code): (&mut u64, &mut u64),
    ) -> Result<(Purse, u64), u64> {
        let share = turn.share();
        let mut rate = self.rate_at(self.volume - counts);
        if turn.way == Way::Signal {
            rate = Rate(0);
        } else {
            if purse.paid_until == NOT_BEGUN {
                purse.paid_until = self.block + PAID_BLOCKS;
            }
            if rate == Rate(0) {
                purse.paid = purse.paid.max(LONGEST);
                purse.paid_until = self.block + PAID_BLOCKS;
            } else if self.block > purse.paid_until {
                purse.paid = 0;
            }
        }
        let burns = turn.burns + turn.sends.0 * SEND;
        // What burns nothing is refused before it runs.
        let limit = match burns {
            0 => 0,
            _ => purse.turn_limit(rate, share),
        };
        let begins = limit > 0 && limit >= turn.code * LOADING;
        if limit + STEP > *gas || begins && turn.code > *code {
            return Err(limit + STEP);
        }
        // What runs out before its code is read has burned its limit.
        let burned = if begins { limit.min(burns) } else { limit };
        let counts = if burned > 0 { share } else { 0 };
        let place = purse.surcharge(rate, counts, burned);
        let place = place.min(purse.gas - burned);
        purse.gas -= burned + place;
        purse.paid = purse.paid.saturating_sub(burned.max(counts));
        purse.references -= 1;
        self.burned += (burned + place) as f64;
        if turn.is_booked() {
            self.burned_by_due += (burned + place + BOOKING) as f64;
        }
        *gas -= (burned + SERVING).min(*gas);
        *code -= if begins { turn.code } else { 0 };
        let takes = if begins { share } else { 0 };
        Ok((purse, SERVING + burned.max(takes)))
    }
}
