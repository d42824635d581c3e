//! The system calls: one function for each import of the ABI table.
//!
//! Which there are, their parameters and the entries that may call them are the table's
//! ([`actors_primitives::for_each_import`]); an engine links them from it, so that a call which
//! is not written here, or with other parameters, does not compile.
//!
//! Every call pays before it works. Whatever it makes the chain do later, when the turn commits,
//! is paid here as well.

mod control;
mod create;
mod crypto;
mod gas;
mod message;
mod reply;
mod send;
mod signal;
mod state;
mod wait;

use actors_primitives::{
    abi::{error, Entries, Entry},
    Balance, Charge, Gas, MessageId,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use crate::{
    sandbox::Stop, spending::Spending, CodeInfo, Context, Effect, Host, Limits, Schedule,
    StateChange, Wait,
};

pub(crate) use {
    control::*, create::*, crypto::*, gas::*, message::*, reply::*, send::*, signal::*, state::*,
    wait::*,
};

/// What a turn has brought about so far, and what it may still do.
pub(crate) struct Journal<'h> {
    pub(crate) entry: Entry,
    code: &'h CodeInfo,
    /// Pages of the program's memory that were stored before the turn.
    stored_pages: u32,
    /// What the turn has sent, by destination: at most as many as there are sends.
    paid: BTreeMap<[u8; 32], Balance>,
    pub(crate) context: &'h Context,
    pub(crate) schedule: &'h Schedule,
    pub(crate) limits: &'h Limits,
    pub(crate) host: &'h mut dyn Host,
    pub(crate) effects: Vec<Effect>,
    pub(crate) state: BTreeMap<Vec<u8>, StateChange>,
    /// What keyed state was found to hold, as long as [`Self::read_bytes`] allows: no key is
    /// read twice.
    read: BTreeMap<Vec<u8>, StateChange>,
    /// Bytes kept of what was read, bounded like what the turn produces.
    read_bytes: u32,
    pub(crate) debug: Vec<String>,
    /// Gas that sends have split off or set aside: taken from the turn's fuel, but not burned.
    pub(crate) aside: Gas,
    /// What the message waits with, which is taken from the fuel as well.
    pub(crate) wait: Option<Wait>,
    /// Bytes of storage proof that its reads took at most.
    pub(crate) proof: u64,
    /// What its gas went for.
    pub(crate) spending: Spending,
    /// Fuel that the turn does not have, and that a wait takes first.
    pub(crate) reserve: u64,
    /// The least fuel and reserve that would have been left if all that was asked for had been
    /// taken.
    pub(crate) lowest: u64,
    /// The program's free balance, once it was asked for.
    balance: Option<Balance>,
    /// What it has sent of that.
    spent: Balance,
    block_timestamp: Option<u64>,
    /// Deposit money that has been sent along.
    deposit_sent: Balance,
    /// Whether the payer has closed the purse, once that is known.
    is_closed: Option<bool>,
    /// Messages sent, those included that create programs.
    sends: u32,
    /// Addresses of the programs that it creates.
    created: BTreeSet<[u8; 32]>,
    has_replied: bool,
    effect_bytes: u32,
    debug_bytes: u32,
}

impl<'h> Journal<'h> {
    pub(crate) fn new(
        entry: Entry,
        code: &'h CodeInfo,
        stored_pages: u32,
        context: &'h Context,
        schedule: &'h Schedule,
        limits: &'h Limits,
        host: &'h mut dyn Host,
    ) -> Self {
        Self {
            entry,
            code,
            stored_pages,
            paid: BTreeMap::new(),
            context,
            schedule,
            limits,
            host,
            effects: Vec::new(),
            state: BTreeMap::new(),
            read: BTreeMap::new(),
            read_bytes: 0,
            debug: Vec::new(),
            aside: 0,
            wait: None,
            proof: 0,
            spending: Spending::default(),
            reserve: 0,
            lowest: u64::MAX,
            balance: None,
            spent: 0,
            block_timestamp: None,
            deposit_sent: 0,
            is_closed: context.is_closed,
            sends: 0,
            created: BTreeSet::new(),
            has_replied: context.has_replied,
            effect_bytes: 0,
            debug_bytes: 0,
        }
    }

    /// What waiting for `blocks` sets aside, if the turn leaves so much memory.
    pub(crate) fn waiting(&self, blocks: u32, wasm_pages: u32, stored_pages: u32) -> Wait {
        let most = self.schedule.most_to_start(
            self.code,
            Entry::HandleSignal,
            self.limits,
            self.context.most_to_load,
        );
        let bytes = len_u32(&self.context.message.payload);
        let rent = self.schedule.renting(blocks, bytes);
        self.schedule.waiting(
            self.code,
            self.entry,
            (blocks, rent),
            wasm_pages,
            stored_pages,
            most,
        )
    }

    /// Notes that there would be `fuel` left now.
    fn note_left(&mut self, fuel: u64) {
        let reserve = self.schedule.reserve_left(self.wait.as_ref(), self.reserve);
        self.lowest = self.lowest.min(fuel.saturating_add(reserve));
    }

    /// Counts one thing of `bytes` bytes that the turn keeps until it commits; `false`, and
    /// nothing counted, if that is too much.
    fn keep_bytes(&mut self, bytes: u32) -> bool {
        let bytes = bytes.saturating_add(Limits::KEPT);
        let total = self.effect_bytes.saturating_add(bytes);
        let fits = total <= self.limits.effect_bytes;
        if fits {
            self.effect_bytes = total;
        }
        fits
    }
}

/// One system call under way: the caller's memory, its fuel, and the turn.
pub(crate) struct Call<'c, 'h> {
    pub(crate) memory: &'c mut [u8],
    pub(crate) fuel: u64,
    pub(crate) journal: &'c mut Journal<'h>,
}

impl<'h> Call<'_, 'h> {
    /// Takes the price of any call, then makes this one if the running entry may.
    pub(crate) fn make<R: Outcome>(
        &mut self,
        entries: Entries,
        body: impl FnOnce(&mut Self) -> Result<R, Fault>,
    ) -> Result<R, Stop> {
        let is_allowed = entries.contains(self.journal.entry);
        let result = self
            .charge(Charge::Calls, self.prices().syscall)
            .and_then(|()| match is_allowed {
                true => body(self),
                false => Err(Fault::Error(error::NOT_ALLOWED)),
            });
        result.or_else(|fault| match fault {
            Fault::Error(error) => R::error(error),
            Fault::Stop(stop) => Err(stop),
        })
    }

    fn prices(&self) -> &'h Schedule {
        self.journal.schedule
    }

    fn limits(&self) -> &'h Limits {
        self.journal.limits
    }

    fn context(&self) -> &'h Context {
        self.journal.context
    }

    fn charge(&mut self, charge: Charge, gas: Gas) -> Result<(), Fault> {
        let prices = self.prices();
        let spending = &mut self.journal.spending;
        self.fuel = spending.charge(prices, charge, gas, self.fuel)?;
        Ok(())
    }

    fn charge_bytes(&mut self, charge: Charge, price: Gas, bytes: u32) -> Result<(), Fault> {
        self.charge(charge, price.saturating_mul(Gas::from(bytes)))
    }

    /// Pays for proving one access to storage, of a value that has `bytes` bytes.
    fn charge_proof(&mut self, bytes: u32) -> Result<(), Fault> {
        let proof = self.prices().access(bytes);
        // Also where gas runs out: what was read already is in the block.
        self.journal.proof = self.journal.proof.saturating_add(proof);
        self.charge(Charge::Proofs, self.prices().proof(proof))
    }

    /// Makes sure that the proof of an access to a value of at most `bytes` bytes can be paid.
    fn reserve_proof(&mut self, bytes: u32) -> Result<(), Fault> {
        let prices = self.prices();
        let fuel = prices.fuel_for(prices.proof(prices.access(bytes)));
        let left = self.fuel.checked_sub(fuel).ok_or(Stop::OutOfGas)?;
        self.journal.note_left(left);
        Ok(())
    }

    /// Pays for proving what committing an effect looks at.
    fn charge_accesses(&mut self, accesses: u32) -> Result<(), Fault> {
        for _ in 0..accesses {
            self.charge_proof(0)?;
        }
        Ok(())
    }

    /// Pays `price` for keeping a message of `len` bytes in storage until something is due: the
    /// proofs of its record, of what is due and of the ends of that.
    fn charge_kept(&mut self, price: Gas, len: u32) -> Result<(), Fault> {
        self.charge(Charge::Waiting, price)?;
        self.charge_bytes(Charge::Waiting, self.prices().kept_byte, len)?;
        self.charge_proof(len)?;
        self.charge_accesses(3)
    }

    /// Pays `price` for a message, and for serving the reply to it where the program wants one:
    /// it must be paid before the message has burned everything.
    ///
    /// Committing looks for a program, a tombstone and an account at the destination, and proves
    /// the places of a message and a purse.
    fn charge_message(&mut self, price: Gas, len: u32, is_awaited: bool) -> Result<(), Fault> {
        self.charge(Charge::Messages, price)?;
        // The payload, when it is served from the state.
        self.charge_proof(len.min(self.limits().payload))?;
        self.charge_accesses(5)?;
        match is_awaited || self.journal.code.exports.contains(Entry::HandleReply) {
            true => self.charge(Charge::Messages, self.prices().answer),
            false => Ok(()),
        }
    }

    /// Pays for reading a small value of the chain's.
    fn charge_look_up(&mut self) -> Result<(), Fault> {
        self.charge(Charge::Lookups, self.prices().look_up)?;
        self.charge_proof(0)
    }

    /// What the chain says to a question that a turn asks it once, and pays for then.
    fn once<V: Copy>(
        &mut self,
        known: for<'a> fn(&'a mut Journal<'h>) -> &'a mut Option<V>,
        ask: fn(&mut dyn Host) -> V,
    ) -> Result<V, Fault> {
        if let Some(value) = *known(self.journal) {
            return Ok(value);
        }
        self.charge_look_up()?;
        let value = ask(self.journal.host);
        Ok(*known(self.journal).insert(value))
    }

    /// Whether that is the address of a program, or of one that this turn creates.
    fn is_program(&mut self, address: &[u8; 32]) -> Result<bool, Fault> {
        self.charge_look_up()?;
        let is_created = self.journal.created.contains(address);
        Ok(is_created || self.journal.host.is_address_used(address))
    }

    /// Whether the purse that pays is closed, so that nothing new begins on it.
    fn is_closed(&mut self) -> Result<bool, Fault> {
        let is_closed = self.once(|journal| &mut journal.is_closed, |host| host.is_closed())?;
        Ok(is_closed || self.context().lifetime_left == 0)
    }

    /// Fails if it is.
    fn ensure_open(&mut self) -> Result<(), Fault> {
        match self.is_closed()? {
            true => Err(Fault::Error(error::PURSE_CLOSED)),
            false => Ok(()),
        }
    }

    /// Deposit money that the message has not sent along.
    fn deposit_left(&self) -> Balance {
        let sent = self.journal.deposit_sent;
        self.context().deposit.saturating_sub(sent)
    }

    /// The program's free balance without what it has sent.
    fn value_left(&mut self) -> Result<Balance, Fault> {
        let balance = self.once(|journal| &mut journal.balance, |host| host.balance())?;
        Ok(balance.saturating_sub(self.journal.spent))
    }

    /// Whether what is left covers `value`. Nothing is asked for nothing.
    fn covers(&mut self, value: Balance) -> Result<bool, Fault> {
        Ok(value == 0 || value <= self.value_left()?)
    }

    fn spend(&mut self, value: Balance) {
        self.journal.spent = self.journal.spent.saturating_add(value);
    }

    /// Pays for finding out whether `value`, with what this turn has sent there before, can
    /// arrive at `destination`. What goes to a program waits in escrow, also to one that this turn
    /// creates.
    fn can_arrive(&mut self, destination: &[u8; 32], value: Balance) -> Result<bool, Fault> {
        if value == 0 {
            return Ok(true);
        }
        self.charge_look_up()?;
        let before = self.journal.paid.get(destination).copied().unwrap_or(0);
        let sum = before.saturating_add(value);
        let is_created = self.journal.created.contains(destination);
        Ok(is_created || self.journal.host.can_receive(destination, sum))
    }

    /// The caller's memory from `pointer`; misuse if it does not lie within.
    fn slice(&self, pointer: u32, len: u32) -> Result<&[u8], Fault> {
        let start = usize::try_from(pointer).map_err(|_| Stop::Misuse)?;
        let len = usize::try_from(len).map_err(|_| Stop::Misuse)?;
        let end = start.checked_add(len).ok_or(Stop::Misuse)?;
        self.memory.get(start..end).ok_or(Stop::Misuse.into())
    }

    fn array<const N: usize>(&self, pointer: u32) -> Result<[u8; N], Fault> {
        let len = u32::try_from(N).map_err(|_| Stop::Misuse)?;
        let bytes = self.slice(pointer, len)?;
        bytes.try_into().map_err(|_| Stop::Misuse.into())
    }

    fn read_balance(&self, pointer: u32) -> Result<Balance, Fault> {
        self.array(pointer).map(Balance::from_le_bytes)
    }

    /// The deposit money that is to go along; an offset of 0 means none.
    fn read_deposit(&self, pointer: u32) -> Result<Balance, Fault> {
        match pointer {
            0 => Ok(0),
            _ => self.read_balance(pointer),
        }
    }

    /// Counts a message that is sent, and gives it its id.
    fn next_message(&mut self) -> MessageId {
        let context = self.context();
        let index = self.journal.sends;
        self.journal.sends = index.saturating_add(1);
        let preimage = MessageId::child_preimage(&context.message.id, context.turn, index);
        MessageId(self.journal.host.blake2_256(&preimage))
    }

    /// Copies `len` bytes of `payload` out, from `offset`; returns `len`.
    fn read_part(&mut self, payload: &[u8], offset: u32, len: u32, out: u32) -> Result<i32, Fault> {
        let part = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(len).ok())
            .and_then(|(offset, len)| payload.get(offset..offset.checked_add(len)?));
        let Some(part) = part else {
            return Err(Fault::Error(error::OUT_OF_RANGE));
        };
        self.copy_out(out, part)?;
        Ok(len_i32(part))
    }

    /// Pays for copying `bytes` out, then copies them.
    fn copy_out(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Fault> {
        self.charge_bytes(Charge::Calls, self.prices().copy_byte, len_u32(bytes))?;
        self.write(pointer, bytes)
    }

    fn write(&mut self, pointer: u32, bytes: &[u8]) -> Result<(), Fault> {
        let start = usize::try_from(pointer).map_err(|_| Stop::Misuse)?;
        let end = start.checked_add(bytes.len()).ok_or(Stop::Misuse)?;
        self.memory
            .get_mut(start..end)
            .ok_or(Stop::Misuse)?
            .copy_from_slice(bytes);
        Ok(())
    }
}

/// The length of what a limit has bounded already.
fn len_u32(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// A length as programs see it.
fn len_i32(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).unwrap_or(i32::MAX)
}

/// How a type of the ABI table reaches a system call.
pub(crate) trait Argument {
    /// The plain number that it is in Wasm.
    type Number;
}
impl Argument for u32 {
    type Number = u32;
}
impl Argument for i64 {
    type Number = i64;
}
impl Argument for *const u8 {
    type Number = u32;
}
impl Argument for *mut u8 {
    type Number = u32;
}

/// Why a system call does not do what it was asked for.
pub(crate) enum Fault {
    /// The call returns this error of the ABI, and the program goes on.
    Error(i32),
    /// The run ends.
    Stop(Stop),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The result of a system call.
pub(crate) trait Outcome: Sized {
    /// The result that carries this error; misuse, which ends the run, where the type has no room for one.
    fn error(error: i32) -> Result<Self, Stop>;
}
impl Outcome for i32 {
    fn error(error: i32) -> Result<Self, Stop> {
        Ok(error)
    }
}
impl Outcome for i64 {
    fn error(_: i32) -> Result<Self, Stop> {
        Err(Stop::Misuse)
    }
}
impl Outcome for () {
    fn error(_: i32) -> Result<Self, Stop> {
        Err(Stop::Misuse)
    }
}
