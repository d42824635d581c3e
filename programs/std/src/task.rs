//! Methods that wait: futures that are kept in memory, and polled when their message goes on.
//!
//! A message that waits is resumed by the chain in the same entry. Its future is found by the message's id and
//! polled; the leaves of the future look at what caused the turn. A leaf that still waits says until when, and the
//! message waits for the nearest of these deadlines.

use alloc::{boxed::Box, vec::Vec};
use core::{
    future::Future,
    pin::Pin,
    task::{Context, Waker},
};

use crate::{
    global::Global,
    message::{self, Cause},
    reply,
    rt::zeroes,
    signal as failed, Error,
};

/// Something to do if the message fails, with a number to find it by.
struct Hook {
    number: u32,
    run: Box<dyn FnOnce()>,
    next: Option<Box<Hook>>,
}

/// A message that may wait.
struct Task {
    id: [u8; 32],
    /// None while it is polled.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// What to do if the message fails, the last first.
    hooks: Option<Box<Hook>>,
    /// Replies that came and were not asked for yet.
    replies: Option<Box<Reply>>,
    next: Option<Box<Task>>,
}

/// A reply to something that this program sent.
pub(crate) struct Reply {
    to: [u8; 32],
    pub(crate) code: reply::Code,
    pub(crate) value: u128,
    pub(crate) payload: Vec<u8>,
    next: Option<Box<Reply>>,
}

/// What the turn is about.
struct Turn {
    /// The task that is polled.
    task: Option<Box<Task>>,
    /// Whether a deadline caused the turn.
    late: bool,
    /// Whether something has become ready that was polled already.
    again: bool,
    /// The block of the nearest deadline.
    until: u64,
}

/// Further off than any deadline.
const NEVER: u64 = u64::MAX;

/// The messages that wait, the last first.
static TASKS: Global<Option<Box<Task>>> = Global::new(None);
static TURN: Global<Turn> = Global::new(Turn {
    task: None,
    late: false,
    again: false,
    until: 0,
});

/// Something in a chain of boxes. A chain and not a `Vec`: taking out of one of these has a panic with numbers in it, which is larger
/// than all of this.
trait Link: Sized {
    fn next(&mut self) -> &mut Option<Box<Self>>;
}

impl Link for Task {
    fn next(&mut self) -> &mut Option<Box<Self>> {
        &mut self.next
    }
}

impl Link for Reply {
    fn next(&mut self) -> &mut Option<Box<Self>> {
        &mut self.next
    }
}

impl Link for Hook {
    fn next(&mut self) -> &mut Option<Box<Self>> {
        &mut self.next
    }
}

/// Takes the first out of a chain that is meant.
fn unlink<L: Link>(
    mut chain: &mut Option<Box<L>>,
    is_meant: impl Fn(&L) -> bool,
) -> Option<Box<L>> {
    while chain.as_deref().is_some_and(|link| !is_meant(link)) {
        chain = chain.as_deref_mut()?.next();
    }
    let mut found = chain.take()?;
    *chain = found.next().take();
    Some(found)
}

/// Runs a method until it is done or waits.
#[inline]
pub fn spawn<F: Future<Output = ()> + 'static>(future: F) {
    begin(Box::pin(future));
}

fn begin(future: Pin<Box<dyn Future<Output = ()>>>) {
    run(Box::new(Task {
        id: message::id(),
        future: Some(future),
        hooks: None,
        replies: None,
        next: None,
    }));
}

/// Goes on with the current message, if it waited; says whether it did.
#[inline]
pub fn resume() -> bool {
    let cause = message::cause();
    let resumed = cause != Cause::Fresh;
    if resumed {
        go_on(cause);
    }
    resumed
}

#[inline(never)]
fn go_on(cause: Cause) {
    let Some(mut task) = take(&message::id()) else {
        crate::panic("nothing is known of the message that waited")
    };
    if cause == Cause::Reply {
        if let Ok(mut reply) = arrived() {
            reply.next = task.replies.take();
            task.replies = Some(Box::new(reply));
        }
    }
    TURN.with(|turn| turn.late = cause == Cause::Deadline);
    run(task);
}

/// Cleans up after a message that failed: its hooks run, the last first, and its future is dropped,
/// which releases its locks.
pub fn signal() {
    let Some(task) = failed::message().ok().and_then(|id| take(&id)) else {
        return;
    };
    let Task {
        future, mut hooks, ..
    } = *task;
    while let Some(hook) = hooks {
        (hook.run)();
        hooks = hook.next;
    }
    drop(future);
}

fn take(id: &[u8; 32]) -> Option<Box<Task>> {
    TASKS.with(|tasks| unlink(tasks, |task| task.id == *id))
}

/// The reply that caused the turn.
fn arrived() -> Result<Reply, Error> {
    let mut payload = zeroes(reply::size()?);
    reply::read(0, &mut payload)?;
    Ok(Reply {
        to: reply::to()?,
        code: reply::code()?,
        value: reply::value()?,
        payload,
        next: None,
    })
}

#[inline(never)]
fn run(mut task: Box<Task>) {
    let future = task.future.take();
    TURN.with(|turn| turn.task = Some(task));
    let Some(mut future) = future else { return };
    let mut context = Context::from_waker(Waker::noop());
    let waits = loop {
        TURN.with(|turn| (turn.again, turn.until) = (false, NEVER));
        if future.as_mut().poll(&mut context).is_ready() {
            break false;
        }
        if !TURN.with(|turn| turn.again) {
            break true;
        }
    };
    let (task, until) = TURN.with(|turn| {
        turn.late = false;
        (turn.task.take(), turn.until)
    });
    let Some(mut task) = task else { return };
    if waits {
        wait(until);
        task.future = Some(future);
        TASKS.with(|tasks| {
            task.next = tasks.take();
            *tasks = Some(task);
        });
    }
}

/// Has the message wait until the block of that number.
fn wait(until: u64) {
    // Also where futures are polled only when they are woken: here each poll is of all.
    if until == NEVER {
        crate::panic("a method awaits something that nothing will bring about");
    }
    // A block of service at least: the chain has a turn for what is due.
    let blocks = until.saturating_sub(crate::chain::block_number()).max(1);
    match message::wait(u32::try_from(blocks).unwrap_or(u32::MAX)) {
        Ok(()) => {}
        Err(Error::NOT_ENOUGH_GAS) => crate::panic("not enough gas to wait"),
        Err(_) => crate::panic("the chain lets this message not wait so long"),
    }
}

/// Leaves no trace in memory, unless something waits.
pub(crate) fn tidy() {
    if TASKS.with(|tasks| tasks.is_none()) {
        TURN.with(|turn| turn.until = 0);
        #[cfg(target_family = "wasm")]
        crate::heap::tidy();
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

    /// Pending until then at most; false when it has passed.
    ///
    /// Only a turn that a deadline caused ends it: blocks go by while the service is paused, and no
    /// deadline passes then.
    pub(crate) fn is_ahead(self) -> bool {
        TURN.with(|turn| {
            if turn.late && self.block <= crate::chain::block_number() {
                return false;
            }
            turn.until = turn.until.min(self.block);
            true
        })
    }
}

/// The reply to a message, if it has come.
pub(crate) fn reply_to(id: &[u8; 32]) -> Option<Box<Reply>> {
    TURN.with(|turn| {
        let task = turn.task.as_deref_mut()?;
        unlink(&mut task.replies, |reply| reply.to == *id)
    })
}

/// Polls the current message's future once more in this turn.
pub(crate) fn again() {
    TURN.with(|turn| turn.again = true);
}

/// Something to do if the message fails while this is held: in a later turn, by a panic, an error, or for want of
/// gas. What the failed turn did is undone; what the turns before did is not, and this is the place to undo it.
///
/// It runs in the entry `handle_signal`, on gas that was set aside. It can send, and cannot reply or wait.
#[must_use = "dropping it takes the hook back"]
pub struct OnFailure(u32);

/// Has `hook` run if the message fails while what this returns is held.
///
/// # Panics
///
/// In anything but a method that waits: it is for nothing there, since a turn that fails is undone.
pub fn on_failure(hook: impl FnOnce() + 'static) -> OnFailure {
    let run = Box::new(hook);
    TURN.with(|turn| {
        let Some(task) = turn.task.as_deref_mut() else {
            crate::panic("`on_failure` stands in a method that does not wait")
        };
        let next = task.hooks.take();
        let number = next
            .as_deref()
            .map_or(0, |last| last.number.wrapping_add(1));
        task.hooks = Some(Box::new(Hook { number, run, next }));
        OnFailure(number)
    })
}

impl Drop for OnFailure {
    fn drop(&mut self) {
        // After a failure there is no task. What a hook holds is dropped outside: it may be a lock.
        let hook = TURN.with(|turn| {
            let task = turn.task.as_deref_mut()?;
            unlink(&mut task.hooks, |hook| hook.number == self.0)
        });
        drop(hook);
    }
}
