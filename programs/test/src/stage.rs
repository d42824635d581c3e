//! Where mocks act: before the queue's head is served, the mock that it is for decides what its
//! program is to do.
//!
//! The pallet asks what serving a message weighs when it has read the message and before it runs
//! the program. The answer to that question is the chain's; but a message to a mock is noticed
//! then, the closure runs, and what it says is put where the mock's program looks for it: into its
//! keyed state, from where it goes again before anything else happens.

use actors_primitives::{Balance, MessageId};
use frame_support::{
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Preservation},
    },
    BoundedVec,
};
use pallet_actors::{Kind, Lane, Service, State};
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
    /// Whether the queue is served: the pallet asks for weights at other times, too.
    static SERVES: Cell<bool> = const { Cell::new(false) };
    /// Which message is served.
    static SERVED: Cell<Option<(Lane, u64)>> = const { Cell::new(None) };
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
    SERVED.set(None);
    result
}

/// The head of one of the two rows, with a payload of that many bytes, is served now.
pub(crate) fn before_serving(bytes: u32) {
    let has_mocks = STAGE.with_borrow(|stage| {
        stage
            .as_ref()
            .is_some_and(|stage| !stage.mocks.is_empty() || !stage.scenes.is_empty())
    });
    if !SERVES.get() || !has_mocks {
        return;
    }
    let service = Service::<Runtime>::get();
    let Some(next) = service.next_lane() else {
        return;
    };
    // Where the head of the row whose turn it is does not fit, the other is served.
    let other = [Lane::Queue, Lane::Booked]
        .into_iter()
        .filter(|lane| *lane != next);
    let heads = [next].into_iter().chain(other).filter_map(|lane| {
        let place = service.row(lane).head;
        let message = lane.message::<Runtime>(place)?;
        Some((Some((lane, place)), message))
    });
    // What serving the longest message weighs is asked for, too, also while one is served.
    let mut fitting = heads.filter(|(place, message)| {
        message.payload.len() == bytes as usize && SERVED.get() != *place
    });
    let Some((place, message)) = fitting.next() else {
        return;
    };
    tidy();
    SERVED.set(place);
    let id = match message.kind {
        Kind::Handle => message.id,
        Kind::Deadline(waiter) => waiter.message,
        _ => return,
    };
    let mock = message.destination;
    let is_call = message.kind == Kind::Handle;
    let Some((scene, act)) = STAGE.with_borrow(|stage| {
        let stage = stage.as_ref()?;
        let scene = stage.places.get(&id).and_then(|at| stage.scenes.get(*at));
        let act = stage.mocks.get(&mock).filter(|_| is_call);
        Some((scene.cloned(), act.cloned()))
    }) else {
        return;
    };
    let reply = match (scene, act) {
        (Some(scene), _) => scene.reply,
        (None, Some(act)) => {
            let call = MockCall {
                id,
                source: message.source,
                payload: message.payload.into_inner(),
                value: message.value,
                block: System::block_number(),
            };
            // What it does to another chain does not serve this one.
            SERVES.set(false);
            let played = catch_unwind(AssertUnwindSafe(|| (act.borrow_mut())(&call)));
            SERVES.set(true);
            STAGE
                .with_borrow_mut(|stage| {
                    let stage = stage.as_mut()?;
                    let reply = played.unwrap_or_else(|panic| {
                        PANIC.set(Some(panic));
                        MockReply::panic("the mock itself panicked")
                    });
                    stage.places.insert(id, stage.scenes.len());
                    stage.scenes.push(Scene {
                        mock: mock.clone(),
                        call,
                        reply: reply.clone(),
                    });
                    Some(reply)
                })
                .unwrap_or_else(MockReply::finish)
        }
        (None, None) => return,
    };
    let arrives = if is_call { message.value } else { 0 };
    lay(&mock, &reply, arrives);
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
