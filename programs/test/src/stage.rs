//! Where mocks act: before a turn of the program that stands for a mock runs, the mock decides what
//! that is to do.
//!
//! The closure runs, and what it says is put where the mock's program looks for it: into its keyed
//! state, from where it goes again before anything else happens.

use actors_primitives::{Balance, MessageId};
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
    },
    BoundedVec,
};
use pallet_actors::{BeforeTurn, Kind, Message, State};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::BTreeMap,
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    rc::Rc,
};

use crate::{
    mock_call::MockCall,
    mock_reply::MockReply,
    puppet,
    runtime::{AccountId, Balances, Runtime, System},
};

/// What a mock does.
pub(crate) type Act = Rc<RefCell<dyn FnMut(&MockCall) -> MockReply>>;

/// A call that a mock has had, and what it said.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) mock: AccountId,
    pub(crate) call: MockCall,
    reply: MockReply,
}

/// The mocks of a chain, and what they did so far.
#[derive(Clone, Default)]
pub(crate) struct Stage {
    mocks: BTreeMap<AccountId, Act>,
    pub(crate) scenes: Vec<Scene>,
    /// The scene that a message made.
    places: BTreeMap<MessageId, usize>,
    /// Where an answer lies.
    laid: Option<AccountId>,
}

thread_local! {
    /// The stage of the chain that runs in this thread.
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
    /// Whether the queue is served: turns also run when somebody asks what they would do.
    static SERVES: Cell<bool> = const { Cell::new(false) };
    /// What a closure panicked with.
    static PANIC: RefCell<Option<Box<dyn Any + Send>>> = const { RefCell::new(None) };
}

/// Sets the stage of the chain that is about to run, and returns the one before: a mock may use
/// another chain.
pub(crate) fn enter(stage: Stage) -> Option<Stage> {
    STAGE.replace(Some(stage))
}

/// Takes the stage back.
pub(crate) fn leave(before: Option<Stage>) -> Stage {
    SERVES.set(false);
    STAGE.replace(before).unwrap_or_default()
}

/// Serves the queue: mocks act.
pub(crate) fn serving<R>(serve: impl FnOnce() -> R) -> R {
    SERVES.set(true);
    let result = serve();
    SERVES.set(false);
    tidy();
    result
}

/// What the pallet tells of each turn.
pub struct Mocks;

impl BeforeTurn<Runtime> for Mocks {
    fn before_turn(message: &Message<Runtime>, is_resume: bool) {
        // Somebody who only asks what would happen makes no mock act.
        if !SERVES.get() {
            return;
        }
        tidy();
        let Some((scene, act)) = STAGE.with_borrow(|stage| {
            let stage = stage.as_ref()?;
            let scene = stage.places.get(&message.id);
            let scene = scene.and_then(|at| stage.scenes.get(*at)).cloned();
            let act = stage.mocks.get(&message.destination);
            let is_call = message.kind == Kind::Handle && !is_resume;
            Some((scene, act.filter(|_| is_call).cloned()))
        }) else {
            return;
        };
        let reply = match (scene, act) {
            (Some(scene), _) => scene.reply,
            (None, Some(act)) => play(message, &act),
            (None, None) => return,
        };
        let arrives = if is_resume { 0 } else { message.value };
        lay(&message.destination, &reply, arrives);
    }
}

/// Lets a mock say what it replies to a message.
fn play(message: &Message<Runtime>, act: &Act) -> MockReply {
    let call = MockCall {
        id: message.id,
        source: message.source.clone(),
        payload: message.payload.to_vec(),
        value: message.value,
        block: System::block_number(),
    };
    // What it does to another chain does not serve this one.
    SERVES.set(false);
    let played = catch_unwind(AssertUnwindSafe(|| (act.borrow_mut())(&call)));
    SERVES.set(true);
    let reply = played.unwrap_or_else(|panic| {
        PANIC.set(Some(panic));
        MockReply::panic("the mock itself panicked")
    });
    STAGE.with_borrow_mut(|stage| {
        if let Some(stage) = stage {
            stage.places.insert(message.id, stage.scenes.len());
            stage.scenes.push(Scene {
                mock: message.destination.clone(),
                call,
                reply: reply.clone(),
            });
        }
    });
    reply
}

/// Puts an answer where the mock's program looks for it, and what money it lacks for that.
fn lay(mock: &AccountId, reply: &MockReply, arrives: Balance) {
    let free = Balances::reducible_balance(mock, Preservation::Preserve, Fortitude::Polite);
    let missing = reply.money().saturating_sub(free.saturating_add(arrives));
    if missing > 0 {
        // A mock has what it gives, whatever was said. Its program says if it has not.
        let _ = Balances::mint_into(mock, missing);
    }
    for (key, part) in puppet::script(reply) {
        let key = BoundedVec::truncate_from(key);
        State::<Runtime>::insert(mock, key, BoundedVec::truncate_from(part));
    }
    STAGE.with_borrow_mut(|stage| {
        if let Some(stage) = stage {
            stage.laid = Some(mock.clone());
        }
    });
}

/// Takes away what was put there.
fn tidy() {
    let laid = STAGE.with_borrow_mut(|stage| stage.as_mut()?.laid.take());
    if let Some(mock) = laid {
        for key in puppet::keys() {
            State::<Runtime>::remove(&mock, BoundedVec::truncate_from(key));
        }
    }
}

/// Whether a mock's closure has panicked.
pub(crate) fn has_panicked() -> bool {
    PANIC.with_borrow(Option::is_some)
}

/// Panics as a mock's closure did, if one has.
pub(crate) fn raise() {
    if let Some(panic) = PANIC.take() {
        resume_unwind(panic);
    }
}

impl Stage {
    /// Lets a mock act.
    pub(crate) fn add(&mut self, mock: AccountId, act: Act) {
        self.mocks.insert(mock, act);
    }

    /// The same scenes for a replay, in which no closure runs again.
    pub(crate) fn script(&self) -> Self {
        Self {
            scenes: self.scenes.clone(),
            places: self.places.clone(),
            ..Self::default()
        }
    }
}
