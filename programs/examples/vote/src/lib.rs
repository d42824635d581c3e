//! Votes that end by themselves, when so many blocks have passed.
//!
//! It teaches time, in two ways. `propose` is a message that sleeps and goes on: whoever proposes is answered with the
//! result. `announce` sends the program itself a message that arrives later: whoever announces is answered at once, and
//! the result is an event. Either way nobody has to come and close the vote.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::prelude::*;

/// The votes that were begun, by number.
const VOTES: Map<u32, Tally> = Map::new(b"vote");
/// How many there are.
const COUNT: Value<u32> = Value::new(b"count");
/// Who has voted, where.
const VOTERS: Set<(u32, ActorId)> = Set::new(b"voter");

/// The gas of the message that ends a vote.
const CLOSING: u64 = 3_000_000_000;

/// A program whose state is all in entries.
#[derive(Default)]
pub struct Vote;

/// How a vote stands, or ended.
#[actors_std::data]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// For it.
    pub yes: u32,
    /// Against it.
    pub no: u32,
    /// Whether it has ended.
    pub is_over: bool,
}

/// What happens.
#[actors_std::event]
pub enum Happened {
    /// A vote has begun.
    Begun {
        /// Its number.
        vote: u32,
        /// What it is about.
        text: String,
    },
    /// A vote has ended.
    Ended {
        /// Its number.
        vote: u32,
        /// The result.
        tally: Tally,
    },
}

/// Why somebody cannot vote.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum VoteError {
    /// There is no vote of that number.
    NoSuchVote,
    /// It has ended.
    Over,
    /// Everybody has one vote.
    VotedAlready,
    /// Only the program itself ends a vote.
    NotYours,
    /// A vote cannot last so long, or the message has too little gas for it.
    NotSoLong,
}

/// The program as it calls itself.
#[actors_std::interface]
trait Itself {
    #[route(3)]
    fn close(vote: u32) -> Result<(), VoteError>;
}

#[actors_std::program(events = Happened)]
impl Vote {
    /// Begins a vote, and answers with its result after so many blocks.
    #[method]
    pub async fn propose(_this: This<Self>, text: String, blocks: u32) -> Tally {
        let vote = begin(text);
        // If this message fails when it goes on, for want of gas, the vote ends all the same.
        let _close = on_failure(move || {
            end(vote);
        });
        sleep(blocks).await;
        end(vote)
    }

    /// Begins a vote that ends after so many blocks. Answers its number.
    #[method]
    pub fn announce(&mut self, text: String, blocks: u32) -> Result<u32, VoteError> {
        let vote = begin(text);
        // The message outlives this one, so it has gas of its own; what it does not burn comes back.
        Itself(chain::program_id().into())
            .close(vote)
            .gas(Gas::Split(CLOSING))
            .delay(blocks)
            .send()
            .map_err(|_| VoteError::NotSoLong)?;
        Ok(vote)
    }

    /// Votes.
    #[method]
    pub fn vote(&mut self, vote: u32, yes: bool) -> Result<(), VoteError> {
        let mut tally = VOTES.get(&vote).ok_or(VoteError::NoSuchVote)?;
        if tally.is_over {
            return Err(VoteError::Over);
        }
        if !VOTERS.insert(&(vote, message::source().into())) {
            return Err(VoteError::VotedAlready);
        }
        let votes = if yes { &mut tally.yes } else { &mut tally.no };
        *votes += 1;
        VOTES.insert(&vote, &tally);
        Ok(())
    }

    /// Ends a vote: what `announce` has the program tell itself.
    #[method]
    pub fn close(&mut self, vote: u32) -> Result<(), VoteError> {
        if message::source() != chain::program_id() {
            return Err(VoteError::NotYours);
        }
        end(vote);
        Ok(())
    }

    /// How a vote stands, if there is one of that number.
    #[query]
    pub fn tally(&self, vote: u32) -> Option<Tally> {
        VOTES.get(&vote)
    }
}

fn begin(text: String) -> u32 {
    let vote = COUNT.update(|count| {
        *count += 1;
        *count
    });
    VOTES.insert(&vote, &Tally::default());
    Happened::Begun { vote, text }.emit();
    vote
}

/// Those who have voted stay stored: they are what nobody can do twice.
fn end(vote: u32) -> Tally {
    let mut tally = VOTES.get(&vote).unwrap_or_default();
    tally.is_over = true;
    VOTES.insert(&vote, &tally);
    let ended = tally.clone();
    Happened::Ended { vote, tally }.emit();
    ended
}
