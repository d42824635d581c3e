//! What the benchmark runtime and the program that drives it say to each other: host functions
//! that only the benchmark's executor has, and what the runtime's exports take and return.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

use alloc::vec::Vec;
use codec::{Decode, Encode};
use sp_runtime_interface::{pass_by::AllocateAndReturnByCodec, runtime_interface};

#[cfg(feature = "std")]
pub mod tally;

/// The clock, and what the storage was asked for.
#[runtime_interface]
pub trait Bench {
    /// Nanoseconds of processor time that this thread has taken: what else the machine does
    /// meanwhile does not count.
    fn now() -> u64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let nanoseconds = i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
        u64::try_from(nanoseconds).unwrap_or_default()
    }

    /// What storage was asked for since the last call, as far as anybody counts.
    fn accesses() -> AllocateAndReturnByCodec<Accesses> {
        tally::take()
    }
}

/// Accesses to storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Accesses {
    /// Keys that were read before anything wrote them.
    pub reads: u32,
    /// Keys that were written or removed.
    pub writes: u32,
    /// Calls of the host that reached storage.
    pub calls: u32,
}

/// A message that is sent and served again and again.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Ask {
    /// The program, or the contract.
    pub to: [u8; 32],
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck.
    pub value: u128,
    /// The gas that it brings.
    pub gas: u64,
    /// How many are sent before the hook serves them.
    pub batch: u32,
    /// How often all that is done.
    pub laps: u32,
    /// Not `to`, but another of that many numbered programs each time; and the hook gets just the
    /// weight that one message may take, and leaves a backlog.
    pub among: Option<u32>,
}

/// How much a hook may do.
#[derive(Clone, Copy, Debug, Encode, Decode)]
pub enum Room {
    /// Everything that there is.
    All,
    /// As much as that reference time allows, in picoseconds.
    Time(u64),
    /// As much as so many bytes of proof allow.
    Proof(u64),
    /// So many things that are due, and nothing else.
    Due(u32),
    /// To answer so many messages that wait in a program which has ended, and nothing else.
    Answers(u32),
}

/// One lap of [`Ask`], or a part of it.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub struct Lap {
    /// How many messages ended.
    pub served: u32,
    /// How many turns ran.
    pub turns: u32,
    /// Nanoseconds that the calls took.
    pub call: u64,
    /// Nanoseconds that the hook took.
    pub serve: u64,
    /// The reference time that the call declares besides that of serving, in picoseconds.
    pub call_weight: u64,
    /// All that the call declares.
    pub call_whole: Declared,
    /// The reference time that the hook says it took, or that the call charged, in picoseconds.
    pub serve_weight: u64,
    /// The bytes of proof that the hook says it took.
    pub serve_proof: u64,
    /// Gas that the turns burned.
    pub gas: u64,
    /// How the last message ended.
    pub code: u32,
    /// Messages that wait since.
    pub waiting: Vec<[u8; 32]>,
    /// Letters that stand in mailboxes since.
    pub letters: Vec<[u8; 32]>,
    /// Storage accesses of the calls.
    pub call_accesses: Accesses,
    /// Storage accesses of the hook.
    pub serve_accesses: Accesses,
}

/// What a call declares that it weighs.
#[derive(Clone, Copy, Debug, Default, Encode, Decode)]
pub struct Declared {
    /// Picoseconds of reference time.
    pub time: u64,
    /// Bytes of proof.
    pub proof: u64,
}

/// One call that was timed.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub struct Timed {
    /// Nanoseconds that it took.
    pub time: u64,
    /// The reference time that it charges, in picoseconds.
    pub weight: u64,
    /// All that it declares, serving included.
    pub whole: Declared,
    /// Whether it succeeded.
    pub ok: bool,
    /// Its storage accesses.
    pub accesses: Accesses,
}
