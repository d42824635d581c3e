//! A chain in memory, and how its blocks are made.

use actors_idl::Idl;
use actors_primitives::{CodeHash, MessageId};
use pallet_actors::Event;
use sp_runtime::DispatchError;
use std::{
    cell::{Ref, RefCell, RefMut},
    rc::Rc,
};

use crate::{
    deploy::{Code, Deploy, Source, Upload},
    runtime::{AccountId, Runtime},
    story,
    tape::Op,
    units::FUNDS,
    world::World,
    Program, User, Wasm,
};

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
pub struct Chain(Rc<RefCell<World>>);

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
        Self(Rc::new(RefCell::new(World::new())))
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
        let world = self.world();
        world.now.history.names.contains_key(user.account())
    }

    #[track_caller]
    fn fund(&self, user: &User, balance: u128) {
        let account = user.account().clone();
        let mut world = self.world_mut();
        let born = world.born();
        world.now.births.insert(account.clone(), born);
        let names = &mut world.now.history.names;
        names.insert(account.clone(), user.name().to_string());
        if balance == 0 {
            return;
        }
        if let Err(error) = world.play(Op::Fund(account, balance)) {
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
        self.world().now.number
    }

    /// The time of the open block, in milliseconds since 1970: six seconds after the one before,
    /// unless the chain [stalled](Chain::stall).
    #[must_use]
    pub fn block_time(&self) -> u64 {
        self.world().now.time
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
        let mut world = self.world_mut();
        assert!(
            world.catches,
            "nothing was caught: this process has another logger. Make the first `Chain` before \
             it is installed."
        );
        std::mem::take(&mut world.now.debug)
    }

    /// Whether code is stored under that hash.
    #[must_use]
    pub fn has_code(&self, hash: CodeHash) -> bool {
        self.run(|| pallet_actors::Codes::<Runtime>::contains_key(hash))
    }

    /// The chain, to look at.
    #[track_caller]
    pub(crate) fn world(&self) -> Ref<'_, World> {
        match self.0.try_borrow() {
            Ok(world) => world,
            Err(_) => panic!("{BUSY}"),
        }
    }

    /// The chain, to change.
    #[track_caller]
    pub(crate) fn world_mut(&self) -> RefMut<'_, World> {
        match self.0.try_borrow_mut() {
            Ok(world) => world,
            Err(_) => panic!("{BUSY}"),
        }
    }

    /// Whether the other is this same chain.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// Runs something on the chain's state.
    #[track_caller]
    pub(crate) fn run<R>(&self, on_chain: impl FnOnce() -> R) -> R {
        self.world_mut().run(on_chain)
    }

    /// Puts a call into the open block, and returns the pallet's events of it.
    #[track_caller]
    pub(crate) fn call(
        &self,
        who: &User,
        call: pallet_actors::Call<Runtime>,
    ) -> Result<Vec<Event<Runtime>>, DispatchError> {
        assert!(
            self.is(who.chain()),
            "{} is a user of another chain",
            who.name()
        );
        who.expect_there();
        let call = Op::Call(who.account().clone(), Rc::new(call.into()));
        self.world_mut().play(call)
    }

    /// Marks something as made now.
    #[track_caller]
    pub(crate) fn born(&self) -> u64 {
        self.world_mut().born()
    }

    /// Since when there is an account at that address, as far as it matters.
    pub(crate) fn birth_of(&self, account: &AccountId) -> u64 {
        self.world().now.births.get(account).copied().unwrap_or(0)
    }

    /// What code says of itself, if it has an interface.
    pub(crate) fn interface(&self, code: CodeHash) -> Option<Rc<Idl>> {
        self.world().now.interfaces.get(&code).cloned()
    }

    /// What a message caused, for people.
    pub(crate) fn story(&self, id: MessageId) -> String {
        story::of(&self.world(), id)
    }
}

/// What a mock's closure finds that uses the chain which runs it.
const BUSY: &str =
    "the chain is at work: a mock's closure cannot use the chain that calls it. What \
                    it may know is in the `MockCall`.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(
        expected = "does not hold after block 1: there is less money than purses and messages have. That is a fault of the pallet"
    )]
    fn broken_invariants_are_told_after_the_block() {
        let chain = Chain::new();
        chain.run(|| pallet_actors::Endowment::<Runtime>::mutate(|endowment| *endowment += 5));
        chain.next_block();
    }
}
