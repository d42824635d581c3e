//! Weights of the calls and of serving a message, apart from the gas that turns burn.
//!
//! **Provisional**: each figure is an upper estimate from the number of storage accesses and
//! the bytes handled, priced as ParityDB and the runtime's own speed were measured elsewhere;
//! benchmarks will replace them.

use frame_support::weights::{constants::ParityDbWeight, Weight};

/// What the pallet needs weights for.
pub trait WeightInfo {
    /// `upload_code` with that many bytes.
    fn upload_code(bytes: u32) -> Weight;
    /// `remove_code`.
    fn remove_code() -> Weight;
    /// `create_program` with a payload of that many bytes.
    fn create_program(bytes: u32) -> Weight;
    /// `send_message` with a payload of that many bytes.
    fn send_message(bytes: u32) -> Weight;
    /// Looking at the ends of the queue, or at its head with its purse, program and code.
    fn peek_queue() -> Weight;
    /// `set_service_paused`.
    fn set_service_paused() -> Weight;
    /// Freeing at most that many keys of an exited program.
    fn sweep(keys: u32) -> Weight;
    /// Everything that serving one message takes besides its turn.
    fn serve_message() -> Weight;
}

fn accesses(reads: u64, writes: u64) -> Weight {
    ParityDbWeight::get().reads_writes(reads, writes)
}

fn picoseconds(base: u64, per_byte: u64, bytes: u32) -> Weight {
    Weight::from_parts(
        base.saturating_add(per_byte.saturating_mul(bytes.into())),
        0,
    )
}

impl WeightInfo for () {
    // Judging code parses it twice and translates it once: about 60 ns a byte of ordinary code
    // inside a runtime (wasmi 2 translates a 15 KiB module eagerly in 0.7 ms), and several times
    // that for code made of the smallest operators; storing it 10 ns a byte.
    fn upload_code(bytes: u32) -> Weight {
        picoseconds(100_000_000, 300_000, bytes).saturating_add(accesses(3, 4))
    }

    fn remove_code() -> Weight {
        picoseconds(40_000_000, 0, 0).saturating_add(accesses(3, 4))
    }

    // Three balances change (creator, program, escrow) with holds on two of them.
    fn create_program(bytes: u32) -> Weight {
        picoseconds(150_000_000, 2_000, bytes).saturating_add(accesses(10, 10))
    }

    // Source and escrow, program, code, purse, the queue's ends and place, the nonce.
    fn send_message(bytes: u32) -> Weight {
        picoseconds(80_000_000, 2_000, bytes).saturating_add(accesses(8, 7))
    }

    fn set_service_paused() -> Weight {
        picoseconds(10_000_000, 0, 0).saturating_add(accesses(1, 1))
    }

    // Each key is found, and removed.
    fn sweep(keys: u32) -> Weight {
        let keys = u64::from(keys);
        picoseconds(20_000_000, 0, 0)
            .saturating_add(accesses(keys.saturating_add(3), keys.saturating_add(2)))
    }

    fn peek_queue() -> Weight {
        accesses(3, 0)
    }

    // The message, ends, program, code, purse, payer, program's account, escrow, fee handler, and
    // the events; with the longest payload at 2 ns a byte.
    fn serve_message() -> Weight {
        picoseconds(150_000_000, 2_000, 64 * 1024).saturating_add(accesses(10, 9))
    }
}
