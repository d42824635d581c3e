//! Methods that wait: futures that are kept in memory, and polled when their message goes on.
//!
//! A message that waits is resumed by the chain in the same entry. Its future is found by the message's id and
//! polled; the leaves of the future look at what caused the turn. A leaf that still waits says until when, and the
//! message waits for the nearest of these deadlines.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use crate::{
    global::Global,
    message::{self, Cause},
    reply, signal as failed, Error,
};

/// A message that waits.
struct Task {
    id: [u8; 32],
    future: Pin<Box<dyn Future<Output = ()>>>,
    /// What to do if the message fails.
    hooks: Vec<(u32, Box<dyn FnOnce()>)>,
    /// Replies that came while nothing asked for them.
    kept: Vec<Reply>,
}

/// A reply to something that this program sent.
pub(crate) struct Reply {
    to: [u8; 32],
    pub(crate) code: reply::Code,
    pub(crate) payload: Vec<u8>,
    pub(crate) value: u128,
}

/// What the turn is about.
struct Turn {
    /// The reply that caused it, until something takes it.
    reply: Option<Reply>,
    kept: Vec<Reply>,
    hooks: Vec<(u32, Box<dyn FnOnce()>)>,
    /// Numbers the hooks.
    next_hook: u32,
    /// Whether a deadline caused it.
    late: bool,
    /// Whether something has become ready that was polled already.
    again: bool,
    /// The block of the nearest deadline.
    until: u64,
    wakers: Vec<Waker>,
}

/// Further off than any deadline.
const NEVER: u64 = u64::MAX;

static TASKS: Global<RefCell<Vec<Task>>> = Global(RefCell::new(Vec::new()));
static TURN: Global<RefCell<Turn>> = Global(RefCell::new(Turn {
    reply: None,
    kept: Vec::new(),
    hooks: Vec::new(),
    next_hook: 0,
    late: false,
    again: false,
    until: NEVER,
    wakers: Vec::new(),
}));

/// Runs a method until it is done or waits.
pub fn spawn<F: Future<Output = ()> + 'static>(future: F) {
    run(Task {
        id: message::id(),
        future: Box::pin(future),
        hooks: Vec::new(),
        kept: Vec::new(),
    });
}

/// Goes on with the current message, if it waited; says whether it did.
pub fn resume() -> bool {
    let cause = message::cause();
    if cause == Cause::Fresh {
        return false;
    }
    let Some(task) = take(&message::id()) else {
        crate::panic("nothing is known of the message that waited")
    };
    {
        let turn = &mut *TURN.0.borrow_mut();
        turn.late = cause == Cause::Deadline;
        if cause == Cause::Reply {
            turn.reply = arrived().ok();
        }
    }
    run(task);
    true
}

/// Cleans up after a message that failed: its hooks run, the last first, and its future is dropped,
/// which releases its locks.
pub fn signal() {
    let Some(task) = failed::message().ok().and_then(|id| take(&id)) else {
        return;
    };
    for (_, hook) in task.hooks.into_iter().rev() {
        hook();
    }
    drop(task.future);
}

fn take(id: &[u8; 32]) -> Option<Task> {
    let tasks = &mut *TASKS.0.borrow_mut();
    let index = tasks.iter().position(|task| task.id == *id)?;
    Some(tasks.swap_remove(index))
}

/// The reply that caused the turn.
fn arrived() -> Result<Reply, Error> {
    let mut payload = alloc::vec![0; reply::size()?];
    reply::read(0, &mut payload)?;
    Ok(Reply {
        to: reply::to()?,
        code: reply::code()?,
        payload,
        value: reply::value()?,
    })
}

fn run(mut task: Task) {
    {
        let turn = &mut *TURN.0.borrow_mut();
        turn.kept = core::mem::take(&mut task.kept);
        turn.hooks = core::mem::take(&mut task.hooks);
    }
    let mut context = Context::from_waker(Waker::noop());
    loop {
        {
            let turn = &mut *TURN.0.borrow_mut();
            (turn.again, turn.until) = (false, NEVER);
            // Combinators that poll only what was woken poll everything: any of it may have the news.
            turn.wakers.drain(..).for_each(Waker::wake);
        }
        let polled = task.future.as_mut().poll(&mut context);
        let turn = &mut *TURN.0.borrow_mut();
        if polled.is_ready() {
            (turn.reply, turn.late) = (None, false);
            turn.kept.clear();
            turn.hooks.clear();
            turn.wakers.clear();
            return;
        }
        if !turn.again {
            break;
        }
    }
    let turn = &mut *TURN.0.borrow_mut();
    turn.late = false;
    turn.kept.extend(turn.reply.take());
    task.kept = core::mem::take(&mut turn.kept);
    task.hooks = core::mem::take(&mut turn.hooks);
    if turn.until == NEVER {
        crate::panic("a method awaits something that nothing will bring about");
    }
    // A block of service at least: the chain has a turn for what is due.
    let blocks = turn.until.saturating_sub(crate::chain::block_number()).max(1);
    match message::wait(u32::try_from(blocks).unwrap_or(u32::MAX)) {
        Ok(()) => TASKS.0.borrow_mut().push(task),
        Err(Error::NOT_ENOUGH_GAS) => crate::panic("not enough gas to wait"),
        Err(Error::OVER_LIMIT) => crate::panic("the chain lets no message wait so long"),
        Err(_) => crate::panic("the chain lets this message not wait"),
    }
}

/// When something is waited for no longer.
#[derive(Clone, Copy)]
pub(crate) struct Deadline {
    block: u64,
}

impl Deadline {
    pub(crate) fn after(blocks: u32) -> Self {
        Self {
            block: crate::chain::block_number().saturating_add(blocks.into()),
        }
    }

    /// Pending until then at most; `None` when it has passed.
    ///
    /// Only a turn that a deadline caused ends it: blocks go by while the service is paused, and no
    /// deadline passes then.
    pub(crate) fn wait<T>(self, context: &Context<'_>) -> Option<Poll<T>> {
        let turn = &mut *TURN.0.borrow_mut();
        if turn.late && self.block <= crate::chain::block_number() {
            return None;
        }
        turn.until = turn.until.min(self.block);
        if !context.waker().will_wake(Waker::noop()) {
            turn.wakers.push(context.waker().clone());
        }
        Some(Poll::Pending)
    }
}

/// The reply to a message, if it has come.
pub(crate) fn reply_to(id: &[u8; 32]) -> Option<Reply> {
    let turn = &mut *TURN.0.borrow_mut();
    if let Some(reply) = turn.reply.take_if(|reply| reply.to == *id) {
        return Some(reply);
    }
    let index = turn.kept.iter().position(|reply| reply.to == *id)?;
    Some(turn.kept.swap_remove(index))
}

/// Polls the current message's future once more in this turn.
pub(crate) fn again() {
    TURN.0.borrow_mut().again = true;
}

/// Something to do if the message fails while this is held: in a later turn, by a panic, an error, or for want of
/// gas. What the failed turn did is undone; what the turns before did is not, and this is the place to undo it.
///
/// It runs in the entry `handle_signal`, on gas that was set aside. It can send, and cannot reply or wait.
#[must_use = "dropping it takes the hook back"]
pub struct OnFailure(u32);

/// Has `hook` run if the message fails while what this returns is held.
pub fn on_failure(hook: impl FnOnce() + 'static) -> OnFailure {
    let turn = &mut *TURN.0.borrow_mut();
    let number = turn.next_hook;
    turn.next_hook = turn.next_hook.wrapping_add(1);
    turn.hooks.push((number, Box::new(hook)));
    OnFailure(number)
}

impl Drop for OnFailure {
    fn drop(&mut self) {
        // After a failure the hooks are no longer there.
        TURN.0.borrow_mut().hooks.retain(|(number, _)| *number != self.0);
    }
}
