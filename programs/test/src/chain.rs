//! A chain in memory, and how its blocks are made.

use actors_primitives::{CodeHash, MessageId};
use frame_support::{
    storage::{with_transaction_unchecked, TransactionOutcome},
    traits::fungible::Mutate,
};
use pallet_actors::Event;
use sp_core::H256;
use sp_runtime::{
    traits::Header as _,
    transaction_validity::{InvalidTransaction, TransactionValidityError},
    BuildStorage, DispatchError,
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use crate::{
    debug,
    deploy::{Code, Deploy, Source, Upload},
    history::History,
    runtime::{
        AccountId, BlockNumber, Executive, Header, Runtime, RuntimeCall, RuntimeGenesisConfig,
        System, Trusted, UncheckedExtrinsic, SLOT_DURATION,
    },
    units::FUNDS,
    Program, User, Wasm,
};

/// The time of block 0: the first of January 2026, in milliseconds since 1970.
const GENESIS_TIME: u64 = 1_767_225_600_000;

/// Blocks that are made at most while something is awaited.
pub(crate) const PATIENCE: u32 = 1_000;

/// A chain in memory with the real pallet, for one test.
///
/// It stands in an open block, from block 1 on: time is set and the backlog is served. Calls go
/// into that block at once, and [`Chain::next_block`] ends it, which serves the queue with what
/// room is left, checks every invariant of the pallet, and opens the next one. Waiting for a
/// [`Message`](crate::Message)'s reply makes blocks as the development node does: while messages
/// are queued, or something waits for blocks to pass.
///
/// Users pay for gas, value and deposits as they do on a chain. There are no transaction fees, so
/// that a balance can be compared to the planck.
///
/// A clone is the same chain.
#[derive(Clone)]
pub struct Chain(pub(crate) Rc<RefCell<World>>);

/// What a chain is made of.
pub(crate) struct World {
    state: sp_io::TestExternalities,
    parent: H256,
    number: BlockNumber,
    /// Events of the open block that are recorded already.
    recorded: usize,
    catches: bool,
    debug: Vec<String>,
    pub(crate) history: History,
    /// How much of the history each reader of program events has seen.
    pub(crate) seen: BTreeMap<AccountId, usize>,
    /// Programs that were deployed: makes their salts differ.
    pub(crate) deployed: u64,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// A new chain, in its block 1, without users or programs.
    ///
    /// # Panics
    ///
    /// Never: the genesis state is constant.
    #[must_use]
    pub fn new() -> Self {
        let storage = RuntimeGenesisConfig::default()
            .build_storage()
            .expect("the genesis state is well-formed");
        let mut world = World {
            state: storage.into(),
            parent: H256::zero(),
            number: 0,
            recorded: 0,
            catches: debug::catch(),
            debug: Vec::new(),
            history: History::default(),
            seen: BTreeMap::new(),
            deployed: 0,
        };
        world.parent = world.run(|| System::block_hash(0));
        world.open();
        Self(Rc::new(RefCell::new(world)))
    }

    /// The user of that name: a new one has [`FUNDS`].
    ///
    /// The name alone decides the address, so gas is the same each time a test runs.
    #[must_use]
    pub fn user(&self, name: &str) -> User {
        let user = User::new(self, name);
        if !self.knows(&user) {
            self.fund(&user, FUNDS);
        }
        user
    }

    /// A new user of that name, with `balance` planck.
    ///
    /// # Panics
    ///
    /// When there is a user of that name already, or when the balance is neither 0 nor at least the
    /// existential deposit.
    #[track_caller]
    pub fn user_with(&self, name: &str, balance: u128) -> User {
        let user = User::new(self, name);
        assert!(
            !self.knows(&user),
            "there is a user {name} already: take `chain.user({name:?})`, or another name"
        );
        self.fund(&user, balance);
        user
    }

    fn knows(&self, user: &User) -> bool {
        let world = self.0.borrow();
        world.history.names.contains_key(user.account())
    }

    #[track_caller]
    fn fund(&self, user: &User, balance: u128) {
        let account = user.account().clone();
        let mut world = self.0.borrow_mut();
        let names = &mut world.history.names;
        names.insert(account.clone(), user.name().to_string());
        if balance == 0 {
            return;
        }
        let minted = world.run(|| crate::runtime::Balances::mint_into(&account, balance));
        if let Err(error) = minted {
            panic!(
                "{} cannot have {balance} planck: {}. The least is the existential deposit, \
                 `MILLI_UNIT`.",
                user.name(),
                <&'static str>::from(error),
            );
        }
    }

    /// Stores code, from which [`Chain::create`] makes programs. Say who pays for it:
    /// `chain.upload(wasm).by(&alice)`.
    #[track_caller]
    pub fn upload(&self, wasm: impl Into<Wasm>) -> Upload {
        Upload::new(self, wasm.into())
    }

    /// Deploys a program: stores its code, unless it is stored already, and runs `init`. Say who
    /// does: `chain.deploy(wasm).by(&alice)`.
    #[track_caller]
    pub fn deploy(&self, wasm: impl Into<Wasm>) -> Deploy {
        Deploy::new(self, Source::Wasm(wasm.into()))
    }

    /// Deploys a program of stored code, likewise.
    pub fn create(&self, code: &Code) -> Deploy {
        Deploy::new(self, Source::Stored(code.hash()))
    }

    /// The number of the open block.
    #[must_use]
    pub fn block_number(&self) -> u32 {
        self.0.borrow().number
    }

    /// The time of the open block, in milliseconds since 1970: six seconds after the one before.
    #[must_use]
    pub fn block_time(&self) -> u64 {
        time_of(self.block_number())
    }

    /// How many messages stand in the queue.
    #[must_use]
    pub fn queue_length(&self) -> u64 {
        self.run(pallet_actors::Pallet::<Runtime>::queue_length)
    }

    /// Whether something waits for blocks to pass: a deadline, a delayed message, a letter.
    #[must_use]
    pub fn has_schedule(&self) -> bool {
        self.run(pallet_actors::Pallet::<Runtime>::has_schedule)
    }

    /// Ends the open block and opens the next one.
    ///
    /// # Panics
    ///
    /// When an invariant of the pallet does not hold at the end of the block.
    #[track_caller]
    pub fn next_block(&self) {
        self.0.borrow_mut().next();
    }

    /// Makes blocks until `number` is the open one.
    ///
    /// # Panics
    ///
    /// When that block has passed, and as [`Chain::next_block`].
    #[track_caller]
    pub fn run_to_block(&self, number: u32) {
        let now = self.block_number();
        assert!(
            number >= now,
            "block {number} has passed: the open block is {now}"
        );
        for _ in now..number {
            self.next_block();
        }
    }

    /// Makes blocks until the queue is empty.
    ///
    /// # Panics
    ///
    /// When it is not after a thousand of them: programs keep each other busy.
    #[track_caller]
    pub fn settle(&self) {
        for _ in 0..PATIENCE {
            if self.queue_length() == 0 {
                return;
            }
            self.next_block();
        }
        panic!(
            "{} messages are still queued after {PATIENCE} blocks: programs keep each other busy",
            self.queue_length()
        );
    }

    /// The program at an address, such as one that another program created.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[track_caller]
    #[must_use]
    pub fn program(&self, address: [u8; 32]) -> Program {
        let program = Program::new(self, address.into());
        assert!(program.exists(), "there is no {program:?}");
        program
    }

    /// What programs logged with `debug` since this was asked last, in order, together with what
    /// the pallet itself says of turns that it had to undo.
    ///
    /// # Panics
    ///
    /// When the process had another logger before the first chain, so that nothing was caught.
    #[track_caller]
    #[must_use]
    pub fn debug(&self) -> Vec<String> {
        let mut world = self.0.borrow_mut();
        assert!(
            world.catches,
            "nothing was caught: this process has another logger. Make the first `Chain` before \
             it is installed."
        );
        std::mem::take(&mut world.debug)
    }

    /// Runs something on the chain's state.
    pub(crate) fn run<R>(&self, on_chain: impl FnOnce() -> R) -> R {
        self.0.borrow_mut().run(on_chain)
    }

    /// Puts a call into the open block, and returns the pallet's events of it.
    #[track_caller]
    pub(crate) fn call(
        &self,
        who: &User,
        call: pallet_actors::Call<Runtime>,
    ) -> Result<Vec<Event<Runtime>>, DispatchError> {
        assert!(
            Rc::ptr_eq(&self.0, &who.chain().0),
            "{} is a user of another chain",
            who.name()
        );
        self.0
            .borrow_mut()
            .apply(who.account().clone(), call.into())
    }

    /// What a message caused, for people.
    pub(crate) fn story(&self, id: MessageId) -> String {
        let world = self.0.borrow();
        let mut story = world.history.story(id);
        if !world.debug.is_empty() {
            story.push_str("\nwhat programs logged:");
            for line in &world.debug {
                story.push_str("\n  ");
                story.push_str(line);
            }
        }
        story
    }

    /// Whether code is stored under that hash.
    #[must_use]
    pub fn has_code(&self, hash: CodeHash) -> bool {
        self.run(|| pallet_actors::Codes::<Runtime>::contains_key(hash))
    }
}

impl World {
    pub(crate) fn run<R>(&mut self, on_chain: impl FnOnce() -> R) -> R {
        // Left by a chain that panicked.
        debug::take();
        let result = self.state.execute_with(on_chain);
        self.debug.extend(debug::take());
        result
    }

    /// Opens the next block: as the executive does, with time as the one inherent.
    fn open(&mut self) {
        let number = self.number.saturating_add(1);
        let parent = self.parent;
        self.run(|| {
            let header = Header::new(
                number,
                H256::zero(),
                H256::zero(),
                parent,
                Default::default(),
            );
            Executive::initialize_block(&header);
            let now = time_of(number);
            let time = pallet_timestamp::Call::set { now }.into();
            let time = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time));
            assert_eq!(time, Ok(Ok(())), "the time of a block can be set");
            Executive::inherents_applied();
        });
        self.number = number;
        self.recorded = 0;
        let events = self.new_events();
        self.history.served(number, events);
    }

    /// Ends the open block and opens the next one.
    #[track_caller]
    fn next(&mut self) {
        let header = self.run(Executive::finalize_block);
        self.parent = header.hash();
        let events = self.new_events();
        self.history.served(self.number, events);
        let holds = self.run(pallet_actors::Pallet::<Runtime>::check_invariants);
        if let Err(error) = holds {
            panic!(
                "an invariant of the pallet does not hold after block {}: {}. That is a fault of \
                 the pallet, whatever the program does.",
                self.number,
                <&'static str>::from(error),
            );
        }
        self.state
            .commit_all()
            .expect("no transaction is open between blocks");
        self.open();
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
        if applied == Err(full) {
            self.next();
            applied = self.try_apply(extrinsic);
        }
        let events = self.new_events();
        self.history.called(self.number, events.clone());
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
            with_transaction_unchecked(|| match Executive::apply_extrinsic(extrinsic) {
                Ok(outcome) => TransactionOutcome::Commit(Ok(outcome)),
                Err(error) => TransactionOutcome::Rollback(Err(error)),
            })
        })
    }

    /// The pallet's events of the open block that are not recorded yet.
    fn new_events(&mut self) -> Vec<Event<Runtime>> {
        let recorded = self.recorded;
        let events: Vec<_> = self.run(|| {
            let new = System::read_events_no_consensus().skip(recorded);
            new.map(|record| record.event).collect()
        });
        self.recorded = recorded.saturating_add(events.len());
        events
            .into_iter()
            .filter_map(|event| event.try_into().ok())
            .collect()
    }
}

fn time_of(block: BlockNumber) -> u64 {
    GENESIS_TIME.saturating_add(SLOT_DURATION.saturating_mul(block.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "does not hold after block 1: the value in flight is not the sum. That is a fault of the pallet"
    )]
    fn broken_invariants_are_told_after_the_block() {
        let chain = Chain::new();
        chain.run(|| pallet_actors::ValueInFlight::<Runtime>::put(5));
        chain.next_block();
    }
}
