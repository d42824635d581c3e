//! What a chain is made of, and how its blocks are made.

use actors_idl::Idl;
use actors_primitives::CodeHash;
use frame_support::traits::fungible::Mutate;
use pallet_actors::{Call, Event};
use sp_core::H256;
use sp_io::{storage, TestExternalities};
use sp_runtime::{
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    BuildStorage, DispatchError,
};
use std::{
    collections::BTreeMap,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    rc::Rc,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    debug,
    history::History,
    interface,
    line::Line,
    replay::Watch,
    runtime::{
        AccountId, Balances, BlockNumber, Executive, Header, Runtime, RuntimeCall,
        RuntimeGenesisConfig, System, Trusted, UncheckedExtrinsic, SLOT_DURATION,
    },
    stage::{self, Stage},
    tape::{Op, Tape},
};

/// The time of block 0: the first of January 2026, in milliseconds since 1970.
const GENESIS_TIME: u64 = 1_767_225_600_000;

/// Blocks that take longer to make again than to keep what came of them.
const LONG: u32 = 500;

/// Blocks after each of which every invariant of the pallet is checked. That reads all that is stored:
/// afterwards it is done now and then, or long tests would take a time that is the square of their length.
const CHECKED: BlockNumber = 1_000;

/// After those, one block in this many is checked.
const SAMPLED: BlockNumber = 64;

/// Such places that are kept.
const KEYFRAMES: usize = 4;

/// A chain: its storage, and what a test knows of it.
pub(crate) struct World {
    /// Tells chains apart, also in other threads.
    pub(crate) id: u64,
    state: TestExternalities,
    pub(crate) now: Moment,
    pub(crate) stage: Stage,
    pub(crate) catches: bool,
    /// How many things were made on this chain, those that a restored snapshot undid among them.
    births: u64,
    /// Who watches, where this chain is a replay of another.
    watch: Option<Watch>,
}

/// What is known of a chain besides its storage. A snapshot keeps all of it.
#[derive(Clone)]
pub(crate) struct Moment {
    parent: H256,
    pub(crate) number: BlockNumber,
    /// The time of the open block.
    pub(crate) time: u64,
    /// What the next block is later than its slot.
    stalled: u64,
    /// Events of the open block that are recorded already.
    recorded: usize,
    pub(crate) debug: Vec<String>,
    pub(crate) history: History,
    /// How much of the history each reader of program events has seen.
    pub(crate) seen: BTreeMap<AccountId, usize>,
    /// Programs that were deployed: makes their salts differ.
    pub(crate) deployed: u64,
    /// What was done to the chain.
    pub(crate) tape: Tape,
    /// What code says of itself.
    pub(crate) interfaces: BTreeMap<CodeHash, Rc<Idl>>,
    /// When users and programs were made.
    pub(crate) births: BTreeMap<AccountId, u64>,
    line: Line,
    /// What was kept of this chain after many blocks.
    keyframes: Vec<Rc<Keyframe>>,
}

/// A chain as it was.
struct Keyframe {
    storage: TestExternalities,
    moment: Moment,
    line: Line,
}

impl World {
    /// A chain in its block 1, without users or programs.
    pub(crate) fn new() -> Self {
        Self::watched(Stage::default(), None)
    }

    /// A chain that somebody watches, and on which mocks do as `stage` says.
    fn watched(stage: Stage, watch: Option<Watch>) -> Self {
        static CHAINS: AtomicU64 = AtomicU64::new(0);
        let storage = RuntimeGenesisConfig::default()
            .build_storage()
            .expect("the genesis state is well-formed");
        let mut world = Self {
            id: CHAINS.fetch_add(1, Ordering::Relaxed),
            state: storage.into(),
            now: Moment {
                parent: H256::zero(),
                number: 0,
                time: GENESIS_TIME,
                stalled: 0,
                recorded: 0,
                debug: Vec::new(),
                history: History::default(),
                seen: BTreeMap::new(),
                deployed: 0,
                tape: Tape::default(),
                interfaces: BTreeMap::new(),
                births: BTreeMap::new(),
                line: Line::default(),
                keyframes: Vec::new(),
            },
            stage,
            catches: debug::catch(),
            births: 0,
            watch,
        };
        world.now.parent = world.run(|| System::block_hash(0));
        world.open();
        world
    }

    /// Marks something as made now.
    pub(crate) fn born(&mut self) -> u64 {
        self.births = self.births.saturating_add(1);
        self.births
    }

    /// Whether what was made then is there.
    pub(crate) fn has(&self, born: u64) -> bool {
        self.now.line.has(born)
    }

    /// The storage, as of now.
    pub(crate) fn storage(&mut self) -> TestExternalities {
        self.state
            .commit_all()
            .expect("no transaction is open between calls");
        // What nothing refers to any more: blocks leave a lot of it.
        self.state.backend.backend_storage_mut().purge();
        let mut storage = TestExternalities::default();
        storage.backend = self.state.backend.clone();
        storage
    }

    /// Goes back: all that was made since is gone.
    pub(crate) fn go_back(
        &mut self,
        storage: &TestExternalities,
        moment: Moment,
        line: &Line,
        stage: Stage,
    ) {
        self.state.reset_overlay();
        self.state.backend = storage.backend.clone();
        let line = line.after(self.births);
        self.now = Moment { line, ..moment };
        self.stage = stage;
    }

    /// What a program says of itself, by what is known of it.
    pub(crate) fn interface_of(&self, program: &AccountId) -> Option<Rc<Idl>> {
        let code = self.now.history.code_of(program)?;
        self.now.interfaces.get(&code).cloned()
    }

    /// Everything that was made up to now.
    pub(crate) fn line(&self) -> Line {
        self.now.line.until(self.births)
    }

    /// Runs something on the chain's state.
    pub(crate) fn run<R>(&mut self, on_chain: impl FnOnce() -> R) -> R {
        // Left by a chain that panicked.
        debug::take();
        let before = stage::enter(std::mem::take(&mut self.stage));
        let state = &mut self.state;
        let result = catch_unwind(AssertUnwindSafe(|| state.execute_with(on_chain)));
        self.stage = stage::leave(before);
        self.now.debug.extend(debug::take());
        match result {
            Ok(result) => result,
            Err(panic) => {
                // A mock's own panic comes first: whatever else failed, failed after it.
                stage::raise();
                resume_unwind(panic)
            }
        }
    }

    /// Does something to the chain, and remembers it. Everything that changes its state goes this
    /// way.
    #[track_caller]
    pub(crate) fn play(&mut self, op: Op) -> Result<Vec<Event<Runtime>>, DispatchError> {
        if !matches!(op, Op::Blocks(_)) {
            self.now.tape.push(op.clone());
        }
        let played = self.act(op);
        // Now that the chain is whole again.
        stage::raise();
        played
    }

    #[track_caller]
    fn act(&mut self, op: Op) -> Result<Vec<Event<Runtime>>, DispatchError> {
        match op {
            Op::Fund(account, balance) => {
                let minted = self.run(|| Balances::mint_into(&account, balance));
                minted.map(|_| Vec::new())
            }
            Op::Call(account, call) => {
                self.read_interface(&call);
                self.apply(account, RuntimeCall::clone(&call))
            }
            Op::Blocks(blocks) => {
                self.make(blocks);
                Ok(Vec::new())
            }
            Op::Stall(time) => {
                self.now.stalled = self.now.stalled.saturating_add(time);
                Ok(Vec::new())
            }
        }
    }

    /// Makes so many blocks, unless a mock panics in one, and remembers each.
    #[track_caller]
    fn make(&mut self, blocks: u32) {
        // Of many, those in which something happened are checked, and the last.
        for left in (0..blocks).rev() {
            self.now.tape.push(Op::Blocks(1));
            self.next(left == 0);
            if stage::has_panicked() {
                return;
            }
        }
        if blocks >= LONG {
            self.keep();
        }
    }

    /// Keeps the chain as it is now, so that a replay need not begin before it.
    fn keep(&mut self) {
        self.now.tape.seal();
        let keyframe = Keyframe {
            storage: self.storage(),
            moment: Moment {
                keyframes: Vec::new(),
                ..self.now.clone()
            },
            line: self.line(),
        };
        if self.now.keyframes.len() >= KEYFRAMES {
            self.now.keyframes.remove(0);
        }
        self.now.keyframes.push(Rc::new(keyframe));
    }

    /// A chain that begins where this one was before that record of its history, or earlier, and
    /// what is left to be done to it. Mocks do as they did.
    pub(crate) fn again(&self, record: usize, watch: Watch) -> (Self, Vec<Op>) {
        let mut again = Self::watched(self.stage.script(), Some(watch));
        let mut keyframes = self.now.keyframes.iter().rev();
        let before = |keyframe: &&Rc<Keyframe>| keyframe.moment.history.records.len() <= record;
        let done = keyframes.find(before).map_or(0, |keyframe| {
            let Keyframe {
                storage,
                moment,
                line,
            } = &**keyframe;
            again.go_back(storage, moment.clone(), line, self.stage.script());
            moment.tape.len()
        });
        (again, self.now.tape.after(done))
    }

    /// Keeps what the code of an upload says of itself: the chain may store code without that.
    fn read_interface(&mut self, call: &RuntimeCall) {
        let RuntimeCall::Actors(Call::upload_code { code } | Call::upload_program { code, .. }) =
            call
        else {
            return;
        };
        if let Some(idl) = interface::of_code(code) {
            let hash = CodeHash(sp_io::hashing::blake2_256(code));
            self.now.interfaces.insert(hash, Rc::new(idl));
        }
    }

    /// Opens the next block: as the executive does, with time as the one inherent.
    fn open(&mut self) {
        let number = self.now.number.saturating_add(1);
        let now = self
            .now
            .time
            .saturating_add(SLOT_DURATION)
            .saturating_add(self.now.stalled);
        let parent = self.now.parent;
        self.run(|| {
            let header = Header::new(
                number,
                H256::zero(),
                H256::zero(),
                parent,
                Default::default(),
            );
            Executive::initialize_block(&header);
            let time = pallet_timestamp::Call::set { now }.into();
            let time = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time));
            assert_eq!(time, Ok(Ok(())), "the time of a block can be set");
        });
        (self.now.number, self.now.time, self.now.stalled) = (number, now, 0);
        self.watch(false);
        self.run(|| stage::serving(Executive::inherents_applied));
        self.now.recorded = 0;
        self.record_service();
    }

    /// Ends the open block and opens the next one. It is checked if it has to be, or if something
    /// happened in it.
    #[track_caller]
    fn next(&mut self, is_checked: bool) {
        self.watch(true);
        let (header, is_busy) = self.run(|| {
            let is_sweeping = pallet_actors::Service::<Runtime>::get().is_sweeping();
            let header = stage::serving(Executive::finalize_block);
            // One event tells that the time was set.
            let events = System::read_events_no_consensus().count();
            (header, is_sweeping || events > 1)
        });
        self.now.parent = header.hash();
        self.record_service();
        let is_looked_at = self.now.number < CHECKED || self.now.number.is_multiple_of(SAMPLED);
        if (is_checked || is_busy) && is_looked_at {
            self.check();
        }
        self.state
            .commit_all()
            .expect("no transaction is open between blocks");
        self.open();
    }

    /// Checks every invariant of the pallet.
    #[track_caller]
    fn check(&mut self) {
        let holds = self.run(pallet_actors::Pallet::<Runtime>::check_invariants);
        if let Err(error) = holds {
            panic!(
                "an invariant of the pallet does not hold after block {}: {}. That is a fault of \
                 the pallet, whatever the program does.",
                self.now.number,
                <&'static str>::from(error),
            );
        }
    }

    /// Lets who watches look at the state in which the queue is about to be served.
    fn watch(&mut self, is_end: bool) {
        let Some(mut watch) = self.watch.take() else {
            return;
        };
        let (number, service) = (self.now.number, self.now.history.services);
        self.run(|| stage::serving(|| watch.look(number, service, is_end)));
        self.watch = Some(watch);
    }

    /// What was seen, when all has been watched.
    pub(crate) fn into_watch(self) -> Option<Watch> {
        self.watch
    }

    /// Applies a signed extrinsic, in the next block if the open one is full.
    #[track_caller]
    fn apply(
        &mut self,
        who: AccountId,
        call: RuntimeCall,
    ) -> Result<Vec<Event<Runtime>>, DispatchError> {
        let extension = (
            frame_system::CheckWeight::new(),
            frame_system::WeightReclaim::new(),
        );
        let extrinsic = UncheckedExtrinsic::new_signed(call, who, Trusted, extension);
        let full = TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources);
        let mut applied = self.try_apply(extrinsic.clone());
        let much_code = pallet_actors::Error::<Runtime>::TooMuchCode.into();
        if applied == Err(full) || applied == Ok(Err(much_code)) {
            self.next(true);
            applied = self.try_apply(extrinsic);
        }
        let events = self.new_events();
        self.now.history.called(self.now.number, events.clone());
        match applied {
            Ok(outcome) => outcome.map(|()| events),
            Err(error) => panic!("no block takes this call: {}", <&'static str>::from(error)),
        }
    }

    /// Applies an extrinsic as the author of a block does: what is invalid leaves no trace.
    fn try_apply(
        &mut self,
        extrinsic: UncheckedExtrinsic,
    ) -> Result<Result<(), DispatchError>, TransactionValidityError> {
        self.run(|| {
            // Around the runtime, as an author has it, and no layer of the runtime's own.
            storage::start_transaction();
            let applied = Executive::apply_extrinsic(extrinsic);
            match &applied {
                Ok(_) => storage::commit_transaction(),
                Err(_) => storage::rollback_transaction(),
            }
            applied
        })
    }

    fn record_service(&mut self) {
        let events = self.new_events();
        self.now.history.served(self.now.number, events);
    }

    /// The pallet's events of the open block that are not recorded yet.
    fn new_events(&mut self) -> Vec<Event<Runtime>> {
        let recorded = self.now.recorded;
        let events: Vec<_> = self.run(|| {
            let new = System::read_events_no_consensus().skip(recorded);
            new.map(|record| record.event).collect()
        });
        self.now.recorded = recorded.saturating_add(events.len());
        let ours = events.into_iter().filter_map(|event| event.try_into().ok());
        let events: Vec<Event<Runtime>> = ours.collect();
        for event in &events {
            if let Event::ProgramCreated { program, .. } = event {
                let born = self.born();
                self.now.births.insert(program.clone(), born);
            }
        }
        events
    }
}
