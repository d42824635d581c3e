//! Weights of the calls and of serving a message, apart from the gas that turns burn.
//!
//! **Provisional**: each figure is an upper estimate from the number of storage accesses and
//! the bytes handled, priced as ParityDB and the runtime's own speed were measured elsewhere;
//! benchmarks will replace them.

use frame_support::weights::{constants::ParityDbWeight, Weight};

use crate::bounds;

/// What the pallet needs weights for.
pub trait WeightInfo {
    /// `upload_code` with that many bytes, its IDL included.
    fn upload_code(bytes: u32) -> Weight;
    /// `keep_code`.
    fn keep_code() -> Weight;
    /// `remove_code`.
    fn remove_code() -> Weight;
    /// `create_program` with a payload of that many bytes.
    fn create_program(bytes: u32) -> Weight;
    /// `send_message` with a payload of that many bytes.
    fn send_message(bytes: u32) -> Weight;
    /// Looking at the record of the service, or at that of the block's uploads.
    fn peek_service() -> Weight;
    /// Moving the clock on.
    fn tick() -> Weight;
    /// Handing over to the fee handler what a hook has earned, and taking money from the escrow account.
    fn hand_over() -> Weight;
    /// Putting what is in the till at the end of a block on the escrow account.
    fn close_till() -> Weight;
    /// Looking at the head of the queue, which may not fit.
    fn peek_queue() -> Weight;
    /// `set_service_paused`.
    fn set_service_paused() -> Weight;
    /// `send_reply` with a payload of that many bytes, serving it included; `claim_value`.
    fn send_reply(bytes: u32) -> Weight;
    /// `upgrade_program` with a payload of that many bytes.
    fn upgrade_program(bytes: u32) -> Weight;
    /// `set_admin`.
    fn set_admin() -> Weight;
    /// `close_purse`.
    fn close_purse() -> Weight;
    /// Doing one thing that is due, with a message of that many bytes.
    fn do_due(bytes: u32) -> Weight;
    /// Answering a message that waits in a program which has ended.
    fn answer_waiting() -> Weight;
    /// What resuming a message of that many bytes takes besides serving what resumes it.
    fn resume_message(bytes: u32) -> Weight;
    /// Freeing at most that many keys of an exited program, and releasing the deposit for them.
    fn sweep(keys: u32) -> Weight;
    /// Everything that serving one message with a payload of that many bytes takes besides its
    /// turn.
    fn serve_message(bytes: u32) -> Weight;
}

/// Bytes that prove one access: nodes of the trie and a record of the pallet's. `make bench --only
/// scaling` measures 1,000 bytes a key with 100,000 programs.
pub(crate) const PROOF_PER_ACCESS: u64 = 2_048;

/// Every key that is written is read as well.
fn accesses(reads: u64, writes: u64) -> Weight {
    let proof = PROOF_PER_ACCESS.saturating_mul(reads.max(writes));
    ParityDbWeight::get()
        .reads_writes(reads, writes)
        .saturating_add(Weight::from_parts(0, proof))
}

fn picoseconds(base: u64, per_byte: u64, bytes: u32) -> Weight {
    Weight::from_parts(
        base.saturating_add(per_byte.saturating_mul(bytes.into())),
        0,
    )
}

// What `make bench` measures in a runtime (in parentheses), and a margin; storage apart.
impl WeightInfo for () {
    // Judging code parses it twice and translates it once (80 to 115 ns a byte of ordinary code, 160
    // of the shortest `if`, 200 to 260 of code that is nothing but small functions). An IDL is
    // hashed and stored only, and pays the same.
    fn upload_code(bytes: u32) -> Weight {
        picoseconds(120_000_000, 300_000, bytes).saturating_add(accesses(4, 7))
    }

    // The code's record, the keeper's, the account and what it has on hold.
    fn keep_code() -> Weight {
        picoseconds(80_000_000, 0, 0).saturating_add(accesses(4, 4))
    }

    // (39 to 138 us.)
    fn remove_code() -> Weight {
        picoseconds(180_000_000, 0, 0).saturating_add(accesses(4, 6))
    }

    // Three balances change (creator, program, escrow) with holds on two of them (135 us and 0.5
    // ns a byte).
    fn create_program(bytes: u32) -> Weight {
        picoseconds(200_000_000, 2_000, bytes).saturating_add(accesses(10, 10))
    }

    // The service, the program, the source and what it has on hold, the purse, the message, with
    // value the escrow account and its sum (58 us and 0.5 ns a byte).
    fn send_message(bytes: u32) -> Weight {
        picoseconds(100_000_000, 2_000, bytes).saturating_add(accesses(6, 7))
    }

    fn set_service_paused() -> Weight {
        picoseconds(20_000_000, 0, 0).saturating_add(accesses(1, 1))
    }

    // The letter, its place on the agenda, the user, the escrow, the purse, the waiter (132 us, and
    // 100 us for a letter of 64 KiB, whatever the reply); then the turn that it causes.
    fn send_reply(bytes: u32) -> Weight {
        picoseconds(350_000_000, 2_000, bytes)
            .saturating_add(accesses(14, 12))
            .saturating_add(Self::serve_message(bytes))
            .saturating_add(Self::resume_message(bounds::PAYLOAD))
    }

    // As sending, and the code's record; and what the turn changes besides: two codes, the program,
    // who waits in it.
    fn upgrade_program(bytes: u32) -> Weight {
        Self::send_message(bytes).saturating_add(accesses(8, 6))
    }

    fn set_admin() -> Weight {
        picoseconds(40_000_000, 0, 0).saturating_add(accesses(1, 1))
    }

    fn close_purse() -> Weight {
        picoseconds(40_000_000, 0, 0).saturating_add(accesses(1, 1))
    }

    // The service, the tick and the entry; the message, its purse, what waits for it, and its place
    // in the queue. For a user three accounts, two purses, the sums of issuance and escrow (140 us
    // and 1.6 ns a byte).
    fn do_due(bytes: u32) -> Weight {
        picoseconds(150_000_000, 2_000, bytes)
            .saturating_add(accesses(14, 12))
            .saturating_add(Weight::from_parts(0, bytes.into()))
    }

    // The message and what it says, its place on the agenda, its purse, payer and source; a message
    // that awaits its reply.
    fn answer_waiting() -> Weight {
        picoseconds(150_000_000, 0, 0).saturating_add(accesses(19, 13))
    }

    // The message that waits, and the purse of the send that is answered; where it waits again,
    // its place on the agenda.
    fn resume_message(bytes: u32) -> Weight {
        picoseconds(50_000_000, 4_000, bytes)
            .saturating_add(accesses(6, 6))
            .saturating_add(Weight::from_parts(0, bytes.into()))
    }

    // Each key is found, and removed. The service, the place in the row, the account, what is held
    // on it, the heirs, the heir's account and the sums of both.
    fn sweep(keys: u32) -> Weight {
        let keys = u64::from(keys);
        picoseconds(80_000_000, 0, 0)
            .saturating_add(accesses(keys.saturating_add(16), keys.saturating_add(6)))
    }

    fn peek_service() -> Weight {
        accesses(1, 0)
    }

    fn tick() -> Weight {
        accesses(1, 1)
    }

    // The escrow account and the issuance; what the handler does is the chain's own.
    fn hand_over() -> Weight {
        picoseconds(60_000_000, 0, 0).saturating_add(accesses(3, 2))
    }

    // The service and the escrow account.
    fn close_till() -> Weight {
        picoseconds(30_000_000, 0, 0).saturating_add(accesses(2, 2))
    }

    // The service, the head of the queue, its program, its purse; and the message that it resumes, the purse
    // that its own was split from, or the code that it upgrades to.
    fn peek_queue() -> Weight {
        let payloads = u64::from(bounds::PAYLOAD).saturating_mul(2);
        accesses(5, 0).saturating_add(Weight::from_parts(0, payloads))
    }

    // The message, service, program, purse and the one that it was split from, payer and what it has on
    // hold, the program's account, escrow and its sum, the issuance, the heirs of a source that has
    // exited, and the events (172 us and 0.9 ns a byte, for a turn of an echo and all).
    fn serve_message(bytes: u32) -> Weight {
        picoseconds(150_000_000, 2_000, bytes)
            .saturating_add(accesses(18, 9))
            .saturating_add(Weight::from_parts(0, bytes.into()))
    }
}
