//! What things cost.

use actors_primitives::{abi::Entry, Gas, PAGE_SIZE, WASM_PAGE_SIZE};
use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{CodeInfo, Limits, StoredMemory, Wait};

/// The prices of a turn, in gas (1 gas = 1 ps of reference time).
///
/// **Provisional**: the defaults are derived by hand from measurements of wasmi 2.0 inside a
/// Wasm runtime and from the database weights of comparable chains, on the side of dear. They
/// are to be replaced by benchmarks of the runtime that uses them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Schedule {
    /// The version of these prices; [`CodeInfo::schedule`] records the one that code was
    /// admitted under.
    pub version: u16,
    /// Gas per unit of the engine's fuel, which is the granularity of the gas ledger. Zero
    /// counts as one.
    pub fuel: Gas,

    /// Each byte of storage proof: on a chain whose blocks carry one, the ratio of the block's
    /// two limits; 0 on a solo chain.
    pub proof_byte: Gas,
    /// The bytes of trie nodes that prove one storage access of a turn, besides its value if
    /// that is a large one.
    pub proof_access: u32,

    /// Any start: reading the program's record, the engine, the instance, its value stack.
    pub load_base: Gas,
    /// Each byte of code: read, parsed, and translated as if for the first time.
    pub load_byte: Gas,
    /// Each function: its allocations in module and instance, and its translation's overhead.
    pub load_function: Gas,
    /// Each element of the table, and each global.
    pub load_slot: Gas,
    /// The first turn of a program on code that an older validator admitted: looking up whether a
    /// turn of another has had it judged, and writing the records of the code and the program.
    pub judge: Gas,
    /// Each byte of such code, where it has not been judged yet: read, validated, and translated
    /// once more, as when it was uploaded. Each of its functions costs [`Self::load_function`].
    pub judge_byte: Gas,
    /// Each Wasm page of memory that the instance starts with: allocated, zeroed, and moved once
    /// when it grows. What is added by growing pays the engine's fuel for each byte.
    pub wasm_page: Gas,
    /// Each stored page: one storage read, copied into memory.
    pub page_load: Gas,
    /// Each page of memory: compared with what is stored and with the fresh image.
    pub page_compare: Gas,
    /// Each changed page: one storage write.
    pub page_store: Gas,
    /// Each page that is as fresh again: one storage removal.
    pub page_free: Gas,

    /// Any system call.
    pub syscall: Gas,
    /// Each byte that a system call copies into or out of memory.
    pub copy_byte: Gas,
    /// Reading a key of state: one storage read of the longest value.
    pub state_get: Gas,
    /// Writing or removing a key of state: one storage write, and the read for its deposit.
    pub state_set: Gas,
    /// Each byte of key and value written.
    pub state_set_byte: Gas,
    /// Sending a message: its id, its place in the queue, its event.
    pub send: Gas,
    /// Serving the reply to a message that was sent, for a program that handles replies or waits
    /// for this one; and serving the signal of a message that waits.
    pub answer: Gas,
    /// Each byte of payload sent.
    pub send_byte: Gas,
    /// Creating a program: as sending, and its record, its address and its deposits.
    pub create: Gas,
    /// Waiting: keeping the message, and resuming it when its deadline passes, or answering it
    /// when the program ends.
    pub wait: Gas,
    /// Waking a message: resuming it.
    pub wake: Gas,
    /// Delaying a message: keeping it until it is due, and its place in the queue then.
    pub delay: Gas,
    /// A letter: keeping it in a mailbox, and its end.
    pub letter: Gas,
    /// Each byte of payload of a message that waits, is delayed or is in a mailbox: written, and read
    /// when it goes on.
    pub kept_byte: Gas,
    /// Each block for which a message waits, is delayed, or stands in a mailbox.
    pub rent: Gas,
    /// Each byte of its payload, for each of these blocks.
    pub rent_byte: Gas,
    /// Not a price: what `handle_signal` may burn beyond [`Self::clean_up`], set aside with it.
    pub signal: Gas,
    /// Replying.
    pub reply: Gas,
    /// Each byte of payload replied, or reverted with.
    pub reply_byte: Gas,
    /// Depositing a program event.
    pub emit: Gas,
    /// Each byte of event.
    pub emit_byte: Gas,
    /// Logging a text.
    pub debug: Gas,
    /// Each byte of text, logged or panicked with.
    pub text_byte: Gas,
    /// Asking for the first time in a turn for its balance, the time or its deposit money, or
    /// whether a code or an address is there: one storage read.
    pub look_up: Gas,
    /// Asking for randomness.
    pub random: Gas,
    /// Ending the program: its record, its balance, its place among what is to be freed.
    pub exit: Gas,

    /// Any hash.
    pub hash_base: Gas,
    /// Each byte hashed with BLAKE2b.
    pub blake2_byte: Gas,
    /// Each byte hashed with Keccak.
    pub keccak_byte: Gas,
    /// Each byte hashed with SHA2.
    pub sha2_byte: Gas,
    /// Verifying an sr25519 signature.
    pub sr25519_verify: Gas,
    /// Verifying an ed25519 signature.
    pub ed25519_verify: Gas,
    /// Recovering an ECDSA key.
    pub ecdsa_recover: Gas,
    /// Each byte of a message whose signature is verified.
    pub signed_byte: Gas,
}

impl Default for Schedule {
    fn default() -> Self {
        const NS: Gas = 1_000;
        const US: Gas = 1_000 * NS;
        Self {
            version: 5,
            fuel: 1_000,
            proof_byte: 0,
            // `make bench --only scaling` measures 1,000 bytes a key with 100,000 programs.
            proof_access: 2_048,
            // A turn that does nothing takes 70 to 140 us in a fresh instance of the runtime, most of
            // it the first touch of memory, the engine's stack among it.
            load_base: 150 * US,
            // Flat, so for code of which every function is used: nearly all of it is translation, 48 to
            // 91 ns a byte for the shortest `if`, by how long the system takes to give memory; 30 to
            // 45 for ordinary code.
            load_byte: 95 * NS,
            load_function: 900 * NS,
            load_slot: 25 * NS,
            // `WeightInfo::upload_code`, whose work it is, with two reads and two writes. A byte costs
            // less: that weight must cover code of nothing but small functions, and here each
            // function costs `load_function` besides.
            judge: 400 * US,
            judge_byte: 210 * NS,
            // To make it, and to copy it once: 20 to 28 us where the system has to give it first.
            wasm_page: 34_000 * NS,
            page_load: 40 * US,
            page_compare: 5 * US,
            page_store: 150 * US,
            page_free: 100 * US,
            syscall: 200 * NS,
            copy_byte: NS,
            state_get: 50 * US,
            state_set: 130 * US,
            state_set_byte: 5 * NS,
            // What sends and serves a message outside of its turn: nothing else pays for it.
            send: 920 * US,
            // It resumes a message that waits, which is read besides.
            answer: 1_250 * US,
            // Event bytes stay in the state for a block, and whoever follows the chain fetches
            // them: a whole block of two seconds holds 20 MB at most.
            send_byte: 100 * NS,
            create: 1_400 * US,
            wait: 2_100 * US,
            wake: 1_250 * US,
            delay: 900 * US,
            letter: 900 * US,
            kept_byte: 8 * NS,
            rent: US,
            rent_byte: NS,
            signal: 0,
            reply: 150 * US,
            reply_byte: 100 * NS,
            emit: 25 * US,
            emit_byte: 100 * NS,
            debug: US,
            text_byte: 5 * NS,
            look_up: 25 * US,
            random: 30 * US,
            exit: 500 * US,
            // These are native host functions, measured inside a runtime by pallet-contracts 51
            // (its `SubstrateWeight`): 1.46 ns a byte for BLAKE2b, 3.5 for Keccak, 1.3 for SHA2
            // on a machine with instructions for it; 41 us and 4.9 ns a byte for sr25519, 48 us
            // for recovering an ECDSA key. Taken up by a quarter to a half; ed25519, which it
            // does not have, close to sr25519.
            hash_base: 3 * US,
            blake2_byte: 1_500,
            keccak_byte: 4 * NS,
            sha2_byte: 3 * NS,
            sr25519_verify: 60 * US,
            ed25519_verify: 55 * US,
            ecdsa_recover: 75 * US,
            signed_byte: 6 * NS,
        }
    }
}

/// What `handle_signal` can do, by [`Schedule::clean_up`].
struct CleanUp {
    /// Bytes of the message that it sends, and of the event that it deposits.
    bytes: u32,
    /// Questions whether a message waits, besides that of its wake.
    questions: u32,
    /// Pages that it stores for the first time.
    pages: u32,
    /// Fuel that it burns in operators.
    fuel: u64,
}

const CLEAN_UP: CleanUp = CleanUp {
    bytes: 256,
    // Two, and each looks for a signal too.
    questions: 4,
    pages: 4,
    fuel: 1_000_000,
};

impl Schedule {
    /// What loading the code costs, with a memory of `wasm_pages`: its own initial size, or the
    /// stored one if that is larger. Flat by the code's size and shape, as if it had never been
    /// loaded before, so that reusing a module changes time but never gas.
    ///
    /// Comparing the memory after the run is part of it: it must be paid before the run.
    #[must_use]
    pub fn load_code(&self, code: &CodeInfo, wasm_pages: u32) -> Gas {
        let wasm_pages = Gas::from(wasm_pages.max(code.wasm_pages));
        let slots = Gas::from(code.table).saturating_add(Gas::from(code.globals));
        self.load_base
            .saturating_add(self.load_byte.saturating_mul(Gas::from(code.code_len)))
            .saturating_add(self.load_function.saturating_mul(Gas::from(code.functions)))
            .saturating_add(self.load_slot.saturating_mul(slots))
            .saturating_add(self.wasm_page.saturating_mul(wasm_pages))
            .saturating_add(self.compare(wasm_pages))
            .saturating_add(self.proof(self.code_proof(code)))
    }

    /// What it costs at most that an older validator admitted the code: judging it again.
    #[must_use]
    pub fn judging(&self, code: &CodeInfo) -> Gas {
        self.in_fuel(self.look_up_verdict())
            .saturating_add(self.in_fuel(self.judge_code(code)))
    }

    /// What it costs to find out whether code that an older validator admitted has been judged
    /// since, and to write down the verdict.
    pub(crate) fn look_up_verdict(&self) -> Gas {
        self.judge.saturating_add(self.proof(self.verdict_proof()))
    }

    /// The bytes that prove a verdict: the code's record.
    pub(crate) fn verdict_proof(&self) -> u64 {
        let bytes = CodeInfo::max_encoded_len();
        self.access(u32::try_from(bytes).unwrap_or(u32::MAX))
    }

    /// What judging that code costs besides, if nobody has paid for it yet.
    pub(crate) fn judge_code(&self, code: &CodeInfo) -> Gas {
        let functions = self.load_function.saturating_mul(Gas::from(code.functions));
        self.judge_byte
            .saturating_mul(Gas::from(code.code_len))
            .saturating_add(functions)
            .saturating_add(self.proof(self.code_proof(code)))
    }

    /// The bytes that prove the code.
    #[must_use]
    pub fn code_proof(&self, code: &CodeInfo) -> u64 {
        self.access(code.code_len)
    }

    /// What loading `stored_pages` pages costs.
    #[must_use]
    pub fn load_pages(&self, stored_pages: u32) -> Gas {
        self.page_load
            .saturating_mul(Gas::from(stored_pages))
            .saturating_add(self.proof(self.pages_proof(stored_pages)))
    }

    /// The bytes that prove `stored_pages` pages.
    #[must_use]
    pub fn pages_proof(&self, stored_pages: u32) -> u64 {
        self.access(PAGE_SIZE)
            .saturating_mul(u64::from(stored_pages))
    }

    /// What a turn of that program costs before its first operator: below it, every turn runs
    /// out of gas. One that runs nothing ([`CodeInfo::entries`]) or only refused code costs the
    /// base alone; code of an older validator costs the judging besides, unless a turn of another
    /// program has paid for that.
    #[must_use]
    pub fn start(&self, code: &CodeInfo, entry: Entry, memory: &StoredMemory) -> Gas {
        let pages = u32::try_from(memory.pages.len()).unwrap_or(u32::MAX);
        self.start_with(code, entry, memory.wasm_pages, pages)
    }

    fn start_with(&self, code: &CodeInfo, entry: Entry, wasm_pages: u32, stored_pages: u32) -> Gas {
        let is_refused = code.is_current() && code.is_refused();
        if is_refused || code.entries(entry).next().is_none() {
            return self.in_fuel(self.load_base);
        }
        let judging = match code.is_current() {
            true => 0,
            false => self.judging(code),
        };
        self.in_fuel(self.load_code(code, wasm_pages))
            .saturating_add(self.in_fuel(self.load_pages(stored_pages)))
            .saturating_add(judging)
    }

    /// What a turn costs besides [`Self::start`] that takes the place of other code, of which
    /// `pages` pages are stored: their removal.
    #[must_use]
    pub fn replace(&self, pages: u32) -> Gas {
        let removal = self.page_free.saturating_mul(Gas::from(pages));
        self.in_fuel(removal.saturating_add(self.proof(self.replaced_proof(pages))))
    }

    /// The bytes that prove the places of `pages` pages that are removed unread.
    pub(crate) fn replaced_proof(&self, pages: u32) -> u64 {
        self.access(0).saturating_mul(u64::from(pages))
    }

    /// What `handle_signal` has besides its start, in a program of that code: enough to send one
    /// message with value and have its reply served, to wake a message and ask for two others
    /// whether they wait, to deposit an event and to store four pages, with all proofs; and
    /// [`Self::signal`].
    ///
    /// It follows from the prices, so that nobody has to think of it who raises them.
    #[must_use]
    pub fn clean_up(&self, code: &CodeInfo) -> Gas {
        let accesses = |count: u64| self.proof(self.access(0).saturating_mul(count));
        let look_up = self.look_up.saturating_add(accesses(1));
        let bytes = Gas::from(CLEAN_UP.bytes);
        let answer = match code.exports.contains(Entry::HandleReply) {
            true => self.answer,
            false => 0,
        };
        // Its balance, and whether the value can arrive.
        let send = self
            .send
            .saturating_add(answer)
            .saturating_add(self.send_byte.saturating_mul(bytes))
            .saturating_add(self.proof(self.access(CLEAN_UP.bytes)))
            .saturating_add(accesses(5))
            .saturating_add(look_up.saturating_mul(2));
        let wake = self
            .wake
            .saturating_add(look_up)
            .saturating_add(accesses(4));
        let event = self
            .emit
            .saturating_add(self.emit_byte.saturating_mul(bytes));
        let page = self.page_store.saturating_add(accesses(1));
        [
            send,
            wake,
            look_up.saturating_mul(CLEAN_UP.questions.into()),
            event,
            page.saturating_mul(CLEAN_UP.pages.into()),
            self.gas_in(CLEAN_UP.fuel),
            self.signal,
        ]
        .into_iter()
        .fold(0, Gas::saturating_add)
    }

    /// The most that the start of `entry` takes in a later turn: in the largest memory that the
    /// code may have, unless no turn could load that.
    pub(crate) fn most_to_start(
        &self,
        code: &CodeInfo,
        entry: Entry,
        limits: &Limits,
        most_to_load: Gas,
    ) -> Gas {
        let wasm_pages = code.max_wasm_pages.min(limits.memory);
        let pages = wasm_pages.saturating_mul(WASM_PAGE_SIZE.div_ceil(PAGE_SIZE));
        let largest = self.start_with(code, entry, wasm_pages, pages);
        // Code and pages are rounded up one by one.
        let loadable = self.in_fuel(most_to_load).saturating_add(self.gas_in(1));
        largest.min(loadable)
    }

    /// What waiting for `blocks` sets aside: `rent`, and what it takes to go on. The message's next turn
    /// in `entry` finds a memory of `wasm_pages`, of which `stored_pages` pages are stored. Its signal may find more: what
    /// others have added takes `most` to start.
    pub(crate) fn waiting(
        &self,
        code: &CodeInfo,
        entry: Entry,
        (blocks, rent): (u32, Gas),
        wasm_pages: u32,
        stored_pages: u32,
        most: Gas,
    ) -> Wait {
        let start = |entry| self.start_with(code, entry, wasm_pages, stored_pages);
        let signal = Entry::HandleSignal;
        Wait {
            blocks,
            rent,
            resume: start(entry),
            signal: match code.exports.contains(signal) {
                true => start(signal).max(most).saturating_add(self.clean_up(code)),
                false => 0,
            },
        }
    }

    /// What `blocks` of service cost a message of `bytes` bytes that is kept in storage.
    #[must_use]
    pub fn renting(&self, blocks: u32, bytes: u32) -> Gas {
        self.rent
            .saturating_add(self.rent_byte.saturating_mul(Gas::from(bytes)))
            .saturating_mul(Gas::from(blocks))
    }

    /// The bytes that prove the places of `pages` pages that are stored for the first time.
    pub(crate) fn new_pages_proof(&self, pages: usize) -> u64 {
        let pages = u64::try_from(pages).unwrap_or(u64::MAX);
        self.access(0).saturating_mul(pages)
    }

    /// What comparing `wasm_pages` pages of memory costs.
    pub(crate) fn compare(&self, wasm_pages: Gas) -> Gas {
        let pages = Gas::from(WASM_PAGE_SIZE.div_ceil(PAGE_SIZE));
        self.page_compare
            .saturating_mul(pages)
            .saturating_mul(wasm_pages)
    }

    /// The bytes that prove one access to a value of `bytes` bytes.
    pub(crate) fn access(&self, bytes: u32) -> u64 {
        u64::from(self.proof_access).saturating_add(u64::from(bytes))
    }

    /// What `bytes` of proof cost.
    pub(crate) fn proof(&self, bytes: u64) -> Gas {
        self.proof_byte.saturating_mul(bytes)
    }

    /// What a wait takes of the fuel of a turn that has `reserve` besides.
    pub(crate) fn fuel_aside(&self, wait: Option<&Wait>, reserve: u64) -> u64 {
        self.fuel_of(wait).saturating_sub(reserve)
    }

    /// What a wait leaves of that reserve.
    pub(crate) fn reserve_left(&self, wait: Option<&Wait>, reserve: u64) -> u64 {
        reserve.saturating_sub(self.fuel_of(wait))
    }

    fn fuel_of(&self, wait: Option<&Wait>) -> u64 {
        wait.map_or(0, |wait| self.fuel_for(wait.aside()))
    }

    /// Whole units of fuel that `gas` takes, rounded up: a charge is never below its price.
    pub(crate) fn fuel_for(&self, gas: Gas) -> u64 {
        gas.div_ceil(self.fuel.max(1))
    }

    /// The gas that `fuel` units are.
    pub(crate) fn gas_in(&self, fuel: u64) -> Gas {
        fuel.saturating_mul(self.fuel.max(1))
    }

    /// The units of fuel that fit into `gas`.
    pub(crate) fn fuel_within(&self, gas: Gas) -> u64 {
        gas.checked_div(self.fuel.max(1)).unwrap_or(0)
    }

    fn in_fuel(&self, gas: Gas) -> Gas {
        self.gas_in(self.fuel_for(gas))
    }
}
