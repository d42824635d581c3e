//! What the chain has chosen: the constants that the protocol's rules name.

use actors_primitives::{abi::Entry, CodeHash, Gas, GasPrice};

/// The constants, and the prices that the executor sets.
#[derive(Clone)]
pub(super) struct Rules {
    pub(super) existential_deposit: u128,
    pub(super) gas_price: GasPrice,
    pub(super) deposit_per_item: u128,
    pub(super) deposit_per_byte: u128,
    /// The deposit for a program's record.
    pub(super) record_deposit: u128,
    /// The most gas of one turn.
    pub(super) longest_turn: Gas,
    /// The most gas for which a hook promises room.
    pub(super) share: Gas,
    /// What each message in the queue adds to the price of the next place.
    /// What a place costs of each 65,536 gas.
    pub(super) rate: Gas,
    /// How long the queue may be before calls are refused.
    pub(super) longest_queue: usize,
    /// Gas of a unit of the ledger.
    pub(super) fuel: Gas,
    /// Wasm pages that a program's memory may have.
    pub(super) memory: u32,
    /// The most blocks of one wait, of a delay, of a letter.
    pub(super) longest_wait: u32,
    /// Blocks that a letter stands if its sender does not say.
    pub(super) letter: u32,
    /// Blocks that one message may wait in all.
    pub(super) longest_life: u32,
    /// Gas for each block that something waits or stands.
    pub(super) rent: Gas,
    /// What a block costs each byte that such a message says.
    pub(super) rent_byte: Gas,
    /// Gas that `handle_signal` of that code may burn besides loading.
    pub(super) clean_up: fn(CodeHash) -> Gas,
    /// What starting a turn takes: of that code, for that entry, with that many Wasm pages of
    /// memory and that many stored pages.
    pub(super) start: fn(CodeHash, Entry, u32, u32) -> Gas,
    /// What it takes besides to put other code in the place of so many stored pages.
    pub(super) replace: fn(u32) -> Gas,
}

impl Rules {
    /// What a new program costs its creator at once.
    pub(super) fn creation_deposit(&self) -> u128 {
        self.existential_deposit + self.record_deposit
    }

    /// What stands on hold for a program that stores that much.
    pub(super) fn deposit(&self, items: u128, bytes: u128) -> u128 {
        self.record_deposit + items * self.deposit_per_item + bytes * self.deposit_per_byte
    }

    /// What a tombstone costs: two accounts for ever.
    pub(super) fn tombstone(&self) -> u128 {
        self.deposit_per_item + 64 * self.deposit_per_byte
    }

    /// The most that loading takes of memory that a turn may leave.
    fn most_to_load(&self) -> Gas {
        // Code and pages are counted in whole units each.
        self.whole_units(self.longest_turn / 4 * 3) + self.fuel
    }

    /// What a signal is given: the start of it in the largest memory that others may have made of
    /// the program's by then, and what it takes to clean up.
    pub(super) fn signal(&self, code: CodeHash, wasm_pages: u32, stored: u32) -> Gas {
        let start =
            |wasm_pages, stored| (self.start)(code, Entry::HandleSignal, wasm_pages, stored);
        let largest = start(self.memory, self.memory * 4).min(self.most_to_load());
        start(wasm_pages, stored).max(largest) + (self.clean_up)(code)
    }

    /// What so many blocks cost a message that stands somewhere and says so much.
    pub(super) fn rent_for(&self, bytes: usize, blocks: u32) -> Gas {
        (self.rent + self.rent_byte * bytes as Gas) * Gas::from(blocks)
    }

    /// Gas in whole units of the ledger.
    pub(super) fn whole_units(&self, gas: Gas) -> Gas {
        gas.div_ceil(self.fuel) * self.fuel
    }
}
