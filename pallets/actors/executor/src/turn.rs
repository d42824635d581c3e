//! One run of one entry: what goes in and what comes out.

use actors_primitives::{abi::Entry, Balance, Charge, CodeHash, Gas, MessageId, ReplyCode};
use alloc::{collections::BTreeSet, rc::Rc, string::String, vec::Vec};
use codec::{Decode, Encode};

use crate::{
    image::Image,
    memory::{self, wasm_pages, Difference, Overlay},
    modules::Loaded,
    sandbox::{Engine, Sandbox, Stop},
    spending::Spending,
    syscalls::Journal,
    validate, CodeInfo, Effects, Limits, MemoryChange, Modules, PageIndex, Schedule, Wait,
};

/// The message that the turn handles.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who sent it.
    pub source: [u8; 32],
    /// What it says.
    pub payload: Vec<u8>,
    /// What it carries, in planck; already part of [`Host::balance`].
    pub value: Balance,
}

/// The reply that caused a turn.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ReplyContext {
    /// The message that it answers.
    pub to: MessageId,
    /// How that message ended.
    pub code: ReplyCode,
    /// What the reply says.
    pub payload: Vec<u8>,
    /// What it carries, in planck; the program has it already.
    pub value: Balance,
}

/// Why a turn runs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Cause {
    /// For a message that has not run before.
    Fresh,
    /// A reply arrived. In [`Entry::HandleReply`] it is what [`Context::message`] says as well.
    Reply(ReplyContext),
    /// Another message of the program has woken this one.
    Woken,
    /// The deadline of its wait has passed.
    Deadline,
}

/// The message whose failure a signal tells of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignalContext {
    /// Its id.
    pub message: MessageId,
    /// How it failed.
    pub code: ReplyCode,
}

/// What surrounds the turn.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Context {
    /// The message it handles. In [`Entry::HandleSignal`] it has the id of the signal, the source
    /// and payload of the message that failed, and no value.
    pub message: Message,
    /// The number of this turn of the message, from 0; part of the ids of what it sends.
    pub turn: u32,
    /// Why it runs.
    pub cause: Cause,
    /// In [`Entry::HandleSignal`], of what it is told.
    pub signal: Option<SignalContext>,
    /// Whether an earlier turn of the message gave its one reply.
    pub has_replied: bool,
    /// Blocks of service after which the purse that pays is closed; 0 if it is.
    pub lifetime_left: u32,
    /// Whether the payer has closed the purse before its time; `None` if only [`Host::is_closed`]
    /// knows.
    pub is_closed: Option<bool>,
    /// Whether what is sent at once runs though the purse is closed: a signal cleans up.
    pub outlasts: bool,
    /// Deposit money that the message may use or send along, in planck.
    pub deposit: Balance,
    /// Gas that the message has besides [`Request::gas_limit`], what an earlier wait has set aside
    /// for a signal included: the turn cannot burn it, but what a wait sets aside comes out of it
    /// first.
    pub gas_reserve: Gas,
    /// What loading the program takes at most: the chain refuses a turn after which its memory has
    /// grown past that.
    pub most_to_load: Gas,
    /// The program's own id.
    pub program: [u8; 32],
    /// The height of the block.
    pub block_number: u64,
    /// The deposit for one stored item, in planck.
    pub deposit_per_item: Balance,
    /// The deposit for one stored byte, in planck.
    pub deposit_per_byte: Balance,
    /// What creating a program takes from its creator at once besides the value, in planck: the
    /// existential deposit and the deposit for the program's record.
    pub creation_deposit: Balance,
}

/// The program's memory as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct StoredMemory {
    /// Its size in Wasm pages; a program that never ran has zero, and starts with its code's
    /// own size.
    pub wasm_pages: u32,
    /// The kept globals, as [`crate::MemoryChange::globals`]; empty before the first turn.
    pub globals: Vec<u64>,
    /// Which pages are stored.
    pub pages: BTreeSet<PageIndex>,
}

/// What the turn may ask of the world outside, each time after it was paid for.
///
/// Balance, time, and what is known of the purse and its payer are asked for at most once a turn,
/// and only by one that uses them: each is a read of the chain's storage.
pub trait Host {
    /// The program's code: what [`crate::validate`] accepted when it returned
    /// [`Request::code`], without the IDL behind it ([`crate::Blob::code`]). `None` fails the turn as [`ReplyCode::NoSuchProgram`].
    ///
    /// Code that [`CodeInfo::version`] says this version validated is not validated again:
    /// returning other bytes breaks a promise on which memory safety rests.
    fn code(&mut self) -> Option<Vec<u8>>;
    /// What [`Turn::judged`] of an earlier turn said of the code, if that was kept: asked if
    /// [`Request::code`] is what an older validator made. Without it the code is judged again.
    fn judged(&mut self) -> Option<CodeInfo> {
        None
    }
    /// A stored page of the program. A missing one reads as the code's fresh image.
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>>;
    /// A stored value of the program's keyed state.
    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>>;
    /// The program's free balance, the message's value included, in planck.
    fn balance(&mut self) -> Balance;
    /// The time of the block, in milliseconds since 1970.
    fn block_timestamp(&mut self) -> u64;
    /// Whether the payer has closed the purse that this turn's was split from: asked if
    /// [`Context::is_closed`] does not say.
    fn is_closed(&mut self) -> bool;
    /// Whether code of that hash is stored.
    fn code_exists(&mut self, code: &CodeHash) -> bool;
    /// Whether a program stands at that address, or did.
    fn is_address_used(&mut self, address: &[u8; 32]) -> bool;
    /// Whether `message` is another message of this program, and waits.
    fn is_waiting(&mut self, message: &MessageId) -> bool;

    /// Whether a message has failed whose signal is still to run.
    fn is_signalled(&mut self, message: &MessageId) -> bool;
    /// Whether `value` can arrive at `destination`: it is not below the existential deposit of an
    /// account that does not exist yet.
    fn can_receive(&mut self, destination: &[u8; 32], value: Balance) -> bool;
    /// The chain's randomness for `subject`, and the block since which it was knowable.
    fn random(&mut self, subject: &[u8]) -> ([u8; 32], u64);
    /// `blake2_256` of `data`.
    fn blake2_256(&self, data: &[u8]) -> [u8; 32];
    /// `keccak_256` of `data`.
    fn keccak_256(&self, data: &[u8]) -> [u8; 32];
    /// `sha2_256` of `data`.
    fn sha2_256(&self, data: &[u8]) -> [u8; 32];
    /// Whether `signature` is one of `message` by the sr25519 key `public`.
    fn sr25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool;
    /// Whether `signature` is one of `message` by the ed25519 key `public`.
    fn ed25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool;
    /// The compressed secp256k1 key that made `signature` of `hash`.
    fn ecdsa_recover(&self, signature: &[u8; 65], hash: &[u8; 32]) -> Option<[u8; 33]>;
}

/// One turn to run.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What validation said of the code.
    pub code: &'a CodeInfo,
    /// The hash of the code that [`Host::code`] gives, by which [`Modules`] knows it: under a
    /// wrong one, other code would run.
    pub code_hash: CodeHash,
    /// The entry to run.
    pub entry: Entry,
    /// What surrounds it.
    pub context: Context,
    /// The program's memory. [`Entry::Migrate`] starts with none.
    pub memory: StoredMemory,
    /// Stored pages of other code that are removed if the turn commits: what [`Entry::Migrate`]
    /// takes the place of.
    pub replaced_pages: u32,
    /// The most gas the turn may burn.
    pub gas_limit: Gas,
    /// The prices.
    pub schedule: &'a Schedule,
    /// The limits.
    pub limits: &'a Limits,
}

/// Why a turn has no effects.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Failure {
    /// The code of the error reply.
    pub code: ReplyCode,
    /// The payload of the error reply, at most `Limits::panic_text` bytes: the panic text, which
    /// is valid UTF-8, or what the program reverted with; else empty.
    pub payload: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Turn {
    /// The gas it burned: the whole limit if it ran out.
    pub gas_burned: Gas,
    /// What it burned gas for, without zeros; together [`Self::gas_burned`]. A turn that ran out
    /// has burned the rest of its limit for what it could not pay.
    pub spent: Vec<(Charge, Gas)>,
    /// The least limit with which it would have ended the same way: what it burned and what it
    /// wanted to split off or set aside. Not quite, for a program that asks how much gas is left.
    pub gas_required: Gas,
    /// An upper bound of the bytes of storage proof that its reads took, and the writes of
    /// pages that it asks for. It does not depend on what [`Modules`] had.
    pub proof: u64,
    /// What this version of the validator says of the code, if [`Request::code`] was an older
    /// one's. It takes the place of that whether the turn succeeded or not: the turn has paid for
    /// it, and the next one need not.
    pub judged: Option<CodeInfo>,
    /// What it asks for, or why it failed.
    pub outcome: Result<Effects, Failure>,
    /// Texts it logged with `debug`, for tests and dry runs; bounded like payloads.
    pub debug: Vec<String>,
}

impl From<ReplyCode> for Failure {
    /// A failure that has nothing more to say than its code.
    fn from(code: ReplyCode) -> Self {
        Self {
            code,
            payload: Vec::new(),
        }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        let (code, payload) = stop.into_reply();
        Self { code, payload }
    }
}

/// Runs one entry of a program.
///
/// # Gas
///
/// The ledger is the engine's fuel, `gas_limit` divided by [`Schedule::fuel`] and rounded down;
/// every charge is rounded up to whole units. Gas that a send splits off, and what a letter or a
/// wait sets aside, is taken from it but is not burned: each has exactly what was asked for. What
/// the rounding took more for a send counts as burned. So [`Turn::gas_burned`] and the gas split off and
/// set aside never exceed `gas_limit` and [`Context::gas_reserve`] together. A turn that fails
/// sends nothing, splits nothing off and sets nothing aside; one that runs out of gas burns its
/// whole limit.
///
/// # Waiting
///
/// sets aside what the message's next turn costs to start, and all that its signal may cost. The
/// first depends on the memory, so the end of a successful run settles it: a turn that has grown
/// its memory since runs out of gas if that is not left. It comes out of [`Context::gas_reserve`]
/// first, which nothing else can use.
///
/// # `_initialize`
///
/// runs before `init` and before `migrate`, on the same ledger and in the same memory, but may not
/// make their calls. A program that has it and no `init` still runs it when it is created. A
/// message that waited is in the midst of its entry: nothing runs before that again.
///
/// # An entry that the program has not
///
/// costs the base of loading and does nothing, so a program may lack `init`; only
/// [`Entry::State`] fails then, as [`ReplyCode::Trapped`], because nothing would be taken for
/// its result.
///
/// # Code that an older validator admitted
///
/// is judged again by the rules and the limits of today, and pays for that besides loading
/// ([`Schedule::judge`]); [`Turn::judged`] is the verdict. Code that is refused fails each turn as
/// [`ReplyCode::CodeRefused`], and this version does not judge it again.
///
/// # A program that ends itself
///
/// has succeeded: what it did before that commits, and [`Effects::exit`] names its inheritor. It
/// does not wait any more.
pub fn execute<H: Host>(request: Request<'_>, host: &mut H, modules: &mut Modules) -> Turn {
    let schedule = request.schedule;
    let gas_limit = request.gas_limit;
    let total = schedule.fuel_within(gas_limit);
    let gas = gas_limit.saturating_add(request.context.gas_reserve);
    let all = schedule.fuel_within(gas);
    let mut account = Account {
        fuel: total,
        reserve: all.saturating_sub(total),
        lowest: all,
        aside: 0,
        proof: 0,
        spending: Spending::default(),
        judged: None,
        debug: Vec::new(),
    };
    let outcome = attempt(request, host, modules, &mut account);
    let (gas_required, gas_burned) = match &outcome {
        Err(failure) if failure.code == ReplyCode::OutOfGas => (gas, gas_limit),
        _ => {
            let taken = schedule.gas_in(total.saturating_sub(account.fuel));
            let left = account.fuel.saturating_add(account.reserve);
            let most = all.saturating_sub(left.min(account.lowest));
            let burned = taken.saturating_sub(account.aside);
            (schedule.gas_in(most), burned)
        }
    };
    Turn {
        gas_burned,
        spent: account.spending.of(gas_burned),
        gas_required,
        proof: account.proof,
        judged: account.judged,
        outcome,
        debug: account.debug,
    }
}

/// What remains to be told of a turn however it ends.
struct Account {
    fuel: u64,
    /// Fuel that can only be set aside.
    reserve: u64,
    /// The least of both that would have been left if all that was asked for had been taken.
    lowest: u64,
    /// Gas that was taken from the fuel and is not burned: split off or set aside.
    aside: Gas,
    proof: u64,
    /// What gas went for.
    spending: Spending,
    judged: Option<CodeInfo>,
    debug: Vec<String>,
}

impl Account {
    fn charge(&mut self, schedule: &Schedule, charge: Charge, gas: Gas) -> Result<(), Stop> {
        self.fuel = self.spending.charge(schedule, charge, gas, self.fuel)?;
        Ok(())
    }

    /// Sets aside what the message waits `with`, instead of what it took `before`.
    fn set_aside(&mut self, schedule: &Schedule, before: &Wait, with: &Wait) -> Result<(), Stop> {
        let left = schedule.reserve_left(Some(before), self.reserve);
        self.lowest = self.lowest.min(self.fuel.saturating_add(left));
        let back = schedule.fuel_aside(Some(before), self.reserve);
        let taken = schedule.fuel_aside(Some(with), self.reserve);
        let left = self.fuel.saturating_add(back);
        self.fuel = left.checked_sub(taken).ok_or(Stop::OutOfGas)?;
        Ok(())
    }

    /// Counts what a wait has taken as not burned, whether the message waits or not.
    fn keep_aside(&mut self, schedule: &Schedule, wait: Option<&Wait>) {
        let own = schedule.gas_in(schedule.fuel_aside(wait, self.reserve));
        self.aside = self.aside.saturating_add(own);
        self.reserve = schedule.reserve_left(wait, self.reserve);
    }

    fn prove(&mut self, bytes: u64) {
        self.proof = self.proof.saturating_add(bytes);
    }
}

fn attempt(
    request: Request<'_>,
    host: &mut dyn Host,
    modules: &mut Modules,
    account: &mut Account,
) -> Result<Effects, Failure> {
    let Request {
        code,
        code_hash,
        entry,
        context,
        memory,
        replaced_pages,
        schedule,
        limits,
        ..
    } = request;
    account.charge(schedule, Charge::Storing, schedule.replace(replaced_pages))?;
    account.prove(schedule.replaced_proof(replaced_pages));
    let is_fresh = matches!(context.cause, Cause::Fresh);
    let entries = code
        .entries(entry)
        .filter(|first| is_fresh || *first == entry);
    let entries: Vec<_> = entries.collect();
    if entries.is_empty() {
        account.charge(schedule, Charge::Loading, schedule.load_base)?;
        return match entry {
            Entry::State => Err(Stop::Trapped.into()),
            _ => Ok(Effects {
                memory: unchanged(&memory),
                ..Effects::default()
            }),
        };
    }
    let (wasm, judged) = match code.is_current() {
        true => (None, None),
        false => judge(code, schedule, limits, host, modules, account)?,
    };
    let code = judged.as_ref().unwrap_or(code);
    if code.is_refused() {
        account.charge(schedule, Charge::Loading, schedule.load_base)?;
        return Err(ReplyCode::CodeRefused.into());
    }
    account.charge(
        schedule,
        Charge::Loading,
        schedule.load_code(code, memory.wasm_pages),
    )?;
    account.prove(schedule.code_proof(code));
    let kept = modules.get(&code_hash, code, limits).cloned();
    let wasm = match kept {
        Some(_) => None,
        None => wasm.or_else(|| {
            modules.spend(code.code_len);
            host.code()
        }),
    };
    if kept.is_none() && wasm.is_none() {
        return Err(ReplyCode::NoSuchProgram.into());
    }
    let count = u32::try_from(memory.pages.len()).unwrap_or(u32::MAX);
    account.charge(schedule, Charge::Pages, schedule.load_pages(count))?;
    account.prove(schedule.pages_proof(count));
    let pages: Vec<_> = memory
        .pages
        .iter()
        .map(|index| (*index, host.page(*index)))
        .collect();

    let loaded = match kept {
        Some(loaded) => loaded,
        None => {
            let wasm = wasm.unwrap_or_default();
            let loaded = Rc::new(Loaded::read(&wasm, code, limits)?);
            modules.keep(code_hash, &loaded);
            loaded
        }
    };
    let mut journal = Journal::new(entry, code, count, &context, schedule, limits, host);
    journal.reserve = account.reserve;
    let mut engine = Engine::load(&loaded.module, limits, account.fuel, journal)?;
    let turn = Run {
        code,
        image: &loaded.image,
        entries,
        schedule,
    };
    let outcome = turn.run(&mut engine, &memory, pages);
    account.fuel = engine.fuel();
    let mut journal = engine.into_journal();
    account.lowest = account.lowest.min(journal.lowest);
    account.aside = journal.aside;
    account.prove(journal.proof);
    account.debug = core::mem::take(&mut journal.debug);
    account.spending.add_all(&journal.spending);
    let mut wait = journal.wait.take();
    if let Ok(change) = &outcome {
        let new = change
            .stored
            .keys()
            .filter(|index| !memory.pages.contains(index));
        let new = new.count();
        account.prove(schedule.new_pages_proof(new));
        if let Some(marked) = wait.take() {
            let stored = memory.pages.len().saturating_add(new);
            let stored = stored.saturating_sub(change.freed.len());
            let stored = u32::try_from(stored).unwrap_or(u32::MAX);
            let with = journal.waiting(marked.blocks, change.wasm_pages, stored);
            account.set_aside(schedule, &marked, &with)?;
            wait = Some(with);
        }
    }
    account.keep_aside(schedule, wait.as_ref());
    let mut effects = Effects {
        effects: journal.effects,
        ..Effects::default()
    };
    match outcome {
        Ok(memory) => {
            effects.state = journal.state;
            effects.memory = memory;
            effects.wait = wait;
        }
        // The pages are deleted, so nothing is compared; keyed state likewise.
        Err(Stop::Exit(inheritor)) => {
            effects.memory = unchanged(&memory);
            effects.exit = Some(inheritor);
        }
        Err(stop) => return Err(stop.into()),
    }
    Ok(effects)
}

/// What this version of the validator says of code that an older one admitted, which is left in
/// the account; and the code, if it was read for that.
fn judge(
    code: &CodeInfo,
    schedule: &Schedule,
    limits: &Limits,
    host: &mut dyn Host,
    modules: &mut Modules,
    account: &mut Account,
) -> Result<(Option<Vec<u8>>, Option<CodeInfo>), Failure> {
    account.charge(schedule, Charge::Judging, schedule.look_up_verdict())?;
    account.prove(schedule.verdict_proof());
    let (wasm, info) = match host.judged().filter(CodeInfo::is_current) {
        Some(info) => (None, info),
        None => {
            account.charge(schedule, Charge::Judging, schedule.judge_code(code))?;
            account.prove(schedule.code_proof(code));
            let wasm = host.code().ok_or(ReplyCode::NoSuchProgram)?;
            modules.spend(code.code_len);
            let info = match validate(&wasm, limits) {
                Ok(info) => CodeInfo {
                    schedule: schedule.version,
                    ..info
                },
                Err(_) => code.refused(),
            };
            (Some(wasm), info)
        }
    };
    account.judged = Some(info.clone());
    Ok((wasm, Some(info)))
}

/// What running an entry takes besides the engine.
struct Run<'a> {
    code: &'a CodeInfo,
    image: &'a Image,
    /// What to run, in order.
    entries: Vec<Entry>,
    schedule: &'a Schedule,
}

impl Run<'_> {
    /// Runs the entry in a loaded engine, and finds what it changed in memory.
    fn run<'h>(
        &self,
        engine: &mut impl Sandbox<'h>,
        stored: &StoredMemory,
        pages: Vec<(PageIndex, Option<Vec<u8>>)>,
    ) -> Result<MemoryChange, Stop> {
        engine.grow(stored.wasm_pages)?;
        let loaded = wasm_pages(engine.memory());
        for (export, value) in self.image.kept().iter().zip(&stored.globals) {
            engine.set_global(export, *value);
        }
        let mut overlay = Overlay::default();
        for (index, page) in pages {
            overlay.lay(engine.memory_mut(), index, page);
        }

        for entry in &self.entries {
            engine.journal_mut().entry = *entry;
            engine.run(*entry)?;
        }
        if self.entries.contains(&Entry::State) {
            return Ok(unchanged(stored));
        }

        let wasm_pages = wasm_pages(engine.memory());
        // Comparing what was there before the run is part of the price of loading.
        let grown = Gas::from(wasm_pages.saturating_sub(loaded));
        let schedule = self.schedule;
        self.burn(engine, Charge::Loading, schedule.compare(grown))?;
        let memory = engine.memory_mut();
        let difference = Difference::find(memory, self.image, &overlay, self.code.stack);
        let changed = count(&difference.changed);
        let freed = count(&difference.freed);
        let [store, free] = [(schedule.page_store, changed), (schedule.page_free, freed)]
            .map(|(price, count)| price.saturating_mul(count));
        self.burn(engine, Charge::Storing, store)?;
        self.burn(engine, Charge::Storing, free)?;
        let new = difference
            .changed
            .iter()
            .filter(|index| !overlay.has(**index));
        let new = new.count();
        let proofs = schedule.proof(schedule.new_pages_proof(new));
        self.burn(engine, Charge::Proofs, proofs)?;
        let stored = difference
            .changed
            .into_iter()
            .filter_map(|index| Some((index, memory::page(engine.memory(), index)?.to_vec())))
            .collect();
        let globals = self
            .image
            .kept()
            .iter()
            .map(|export| engine.global(export).unwrap_or_default())
            .collect();
        Ok(MemoryChange {
            wasm_pages,
            globals,
            stored,
            freed: difference.freed,
        })
    }

    /// Burns gas after the run.
    fn burn<'h>(
        &self,
        engine: &mut impl Sandbox<'h>,
        charge: Charge,
        gas: Gas,
    ) -> Result<(), Stop> {
        let before = engine.fuel();
        let spending = &mut engine.journal_mut().spending;
        let left = spending.charge(self.schedule, charge, gas, before)?;
        engine.burn(before.saturating_sub(left))
    }
}

fn unchanged(stored: &StoredMemory) -> MemoryChange {
    MemoryChange {
        wasm_pages: stored.wasm_pages,
        globals: stored.globals.clone(),
        ..MemoryChange::default()
    }
}

fn count(pages: &BTreeSet<PageIndex>) -> Gas {
    Gas::try_from(pages.len()).unwrap_or(Gas::MAX)
}
