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
    chain::gas_left,
    global::Global,
    heap,
    linked::{linked, Linked},
    message::{self, Cause},
    reply,
    rt::zeroes,
    signal as failed, Error,
};

/// Something to do if the message fails.
#[repr(C)]
struct Hook {
    next: Linked<Hook>,
    run: Box<dyn FnOnce()>,
}

linked!(Hook);

/// A message that may wait.
#[repr(C)]
struct Task {
    next: Linked<Task>,
    id: [u8; 32],
    /// None while it is polled.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    /// What to do if the message fails, the last first.
    hooks: Linked<Hook>,
    /// A message whose task is still here, though it no longer waits: see [`doubt`].
    doubted: Option<Box<[u8; 32]>>,
    /// How many messages were in doubt so far, that one among them.
    doubts: u32,
    /// How many blocks of memory its turns have taken and not given back.
    blocks: u32,
    /// Whether a message has failed that was to drop this. It never is then, and its locks are free.
    is_left: bool,
}

linked!(Task);

impl Drop for Task {
    fn drop(&mut self) {
        while self.hooks.pop().is_some() {}
    }
}

/// A reply that a future awaits.
#[repr(C)]
pub(crate) struct Reply {
    next: Linked<Reply>,
    to: [u8; 32],
    /// The most bytes that an answer may have. Once the reply has arrived, how many it has.
    size: usize,
    has_arrived: bool,
    /// How many messages had been in doubt when the request was sent: it settles none that came into doubt later.
    doubts: u32,
    pub(crate) code: reply::Code,
    pub(crate) value: u128,
    payload: Vec<u8>,
}

linked!(Reply);

impl Reply {
    /// Its payload; how long that is, if it is an answer that is longer than the request allows.
    pub(crate) fn payload(self) -> Result<Vec<u8>, usize> {
        match self.payload.len() == self.size {
            true => Ok(self.payload),
            false => Err(self.size),
        }
    }

    /// Reads the reply that caused the turn.
    fn arrive(&mut self) -> Result<(), Error> {
        let most = core::mem::replace(&mut self.size, reply::size()?);
        (self.code, self.value) = (reply::code()?, reply::value()?);
        self.has_arrived = true;
        // The chain keeps failures short.
        if self.size <= most || !self.code.is_success() {
            self.payload = zeroes(self.size);
            reply::read(0, &mut self.payload)?;
        }
        Ok(())
    }
}

/// Awaits the reply to a message for as long as it is there. A reply that nothing awaits is not even read.
pub(crate) struct Awaiting(*mut Reply);

impl Awaiting {
    /// For an answer of at most so many bytes.
    pub(crate) fn new(most: u32) -> Self {
        doubt_next();
        let reply = Box::new(Reply {
            next: Linked::new(),
            to: [0; 32],
            size: most as usize,
            has_arrived: false,
            doubts: TURN.with(|turn| turn.task.as_deref().map_or(0, |task| task.doubts)),
            code: reply::Code::FINISHED,
            value: 0,
            payload: Vec::new(),
        });
        Self(REPLIES.with(|replies| replies.push(reply)))
    }

    /// The message that it answers, to be written when that is sent.
    pub(crate) fn to(&mut self) -> &mut [u8; 32] {
        // SAFETY: the reply is in the list until it is taken, which ends this.
        unsafe { &mut (*self.0).to }
    }

    /// The reply, if it has arrived.
    pub(crate) fn take(&mut self) -> Option<Box<Reply>> {
        REPLIES.with(|replies| {
            // SAFETY: as above; nothing else has a reference to what is in the list.
            let has_arrived = unsafe { (*self.0).has_arrived };
            has_arrived.then(|| replies.take(self.0))?
        })
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        drop(REPLIES.with(|replies| replies.take(self.0)));
    }
}

/// What the turn is about.
struct Turn {
    /// The task that is polled.
    task: Option<Box<Task>>,
    /// Whether a deadline caused the turn.
    late: bool,
    /// Whether something has become ready that was polled already.
    again: bool,
    /// Whether it was asked for another task if its message waits.
    has_doubted: bool,
    /// 1 while it cleans up, and 2 once that has woken a message.
    cleaning: u8,
    /// The block of the nearest deadline.
    until: u64,
    /// How many blocks of memory there were when they were counted: at its beginning at last.
    blocks: u32,
}

/// Further off than any deadline.
const NEVER: u64 = u64::MAX;

/// The messages that wait, the last first.
static TASKS: Global<Linked<Task>> = Global::new(Linked::new());
/// The replies that are awaited.
static REPLIES: Global<Linked<Reply>> = Global::new(Linked::new());
static TURN: Global<Turn> = Global::new(Turn {
    task: None,
    late: false,
    again: false,
    has_doubted: false,
    cleaning: 0,
    until: 0,
    blocks: 0,
});

/// Runs a method until it is done or waits.
#[inline]
pub fn spawn<F: Future<Output = ()> + 'static>(future: F) {
    begin(Box::pin(future));
}

fn begin(future: Pin<Box<dyn Future<Output = ()>>>) {
    run(Box::new(Task {
        id: message::id(),
        future: Some(future),
        hooks: Linked::new(),
        doubted: None,
        doubts: 0,
        blocks: 0,
        is_left: false,
        next: Linked::new(),
    }));
}

/// Goes on with the current message, if it waited; says whether it did.
#[inline]
pub fn resume() -> bool {
    count();
    let cause = message::cause();
    let resumed = cause != Cause::Fresh;
    if resumed {
        go_on(cause);
    }
    resumed
}

/// How many blocks of memory there are more than when it was last asked.
#[inline(never)]
fn count() -> u32 {
    let blocks = heap::held().0;
    TURN.with(|turn| blocks.wrapping_sub(core::mem::replace(&mut turn.blocks, blocks)))
}

#[inline(never)]
fn go_on(cause: Cause) {
    let Some(mut task) = take(&message::id()) else {
        crate::panic("the waiting message is unknown")
    };
    let late = cause == Cause::Deadline;
    let mut is_settled = late;
    if let Ok(to) = reply::to() {
        REPLIES.with(|replies| {
            let reply = replies.find(|reply| is(&reply.to, &to));
            // SAFETY: it is in the list, and this is the only reference to it.
            if let Some(reply) = unsafe { reply.as_mut() } {
                is_settled = reply.doubts == task.doubts;
                // There is a reply: it does not fail.
                let _ = reply.arrive();
            }
        });
    }
    if is_settled {
        // Its signal has run by now, and could not drop it: otherwise it would not be here. That releases its locks.
        tidy(task.doubted.take().and_then(|id| take(&id)));
    }
    TURN.with(|turn| turn.late = late);
    run(task);
}

/// Cleans up after a message that failed: its hooks run, the last first, and its future is dropped,
/// which releases its locks.
pub fn signal() {
    let mut task = failed::message().ok().and_then(|id| take(&id));
    // Perhaps it has failed because dropping that took more than was thought: nobody else is to try.
    if let Some(mut other) = task.as_mut().and_then(|task| take(&*task.doubted.take()?)) {
        other.is_left = true;
        keep(other);
    }
    while let Some(hook) = task.as_mut().and_then(|task| task.hooks.pop()) {
        (hook.run)();
    }
    clean_up(task);
}

/// Drops a task. What releases its locks wakes one message at most: more than that no signal could pay.
#[inline(never)]
fn clean_up(task: Option<Box<Task>>) {
    TURN.with(|turn| turn.cleaning = 1);
    drop(task);
    // Leaves no trace, as `run`.
    TURN.with(|turn| (turn.cleaning, turn.blocks) = (0, 0));
}

/// Wakes a message, but for cleaning up no second one.
pub(crate) fn wake(id: &[u8; 32]) -> Result<(), Error> {
    if TURN.with(|turn| turn.cleaning > 1) {
        return Err(Error::NOT_ENOUGH_GAS);
    }
    message::wake(id)?;
    TURN.with(|turn| turn.cleaning <<= 1);
    Ok(())
}

/// Drops what another message has left, if the turn seems to be able to pay for that and go on; otherwise it stays, for a turn that can.
/// How long it takes to free blocks depends on their order too, so this can be too little: then [`signal`] marks the task.
fn tidy(task: Option<Box<Task>>) {
    let Some(task) = task else { return };
    // By the chain's prices: of a call that only reads, and of a question whether a message waits, with its proof.
    let before = gas_left();
    let between = gas_left();
    let _ = message::waits(&task.id);
    let left = gas_left();
    let (call, question) = (before.wrapping_sub(between), between.wrapping_sub(left));
    let (blocks, bytes) = heap::held();
    let blocks = blocks.min(task.blocks);
    let frees = blocks.wrapping_mul(BLOCK).wrapping_add(bytes / CHANGED);
    let frees = call.wrapping_mul(frees.min(MOST).into());
    let takes = question.wrapping_mul(WAKE).wrapping_add(frees);
    let rest = (left / 2).min(question.wrapping_mul(REST));
    if !task.is_left && takes.wrapping_add(rest) <= left {
        clean_up(Some(task));
        count();
    } else {
        keep(task);
    }
}

#[inline(never)]
fn keep(task: Box<Task>) {
    TASKS.with(|tasks| {
        tasks.push(task);
    });
}

/// Who could pay for that many tries, whatever it takes: otherwise nobody might ever.
const MOST: u32 = 480_000;
/// To wake one message and pass those that have failed, by the price of a question; and what a turn keeps for itself.
const WAKE: u64 = 64;
const REST: u64 = 1_000;
/// To free a block, by the price of a call that only reads; and of how many bytes all pages may be changed for one.
const BLOCK: u32 = 24;
const CHANGED: u32 = 24;

fn take(id: &[u8; 32]) -> Option<Box<Task>> {
    TASKS.with(|tasks| {
        let task = tasks.find(|task| is(&task.id, id));
        tasks.take(task)
    })
}

/// Whether two ids are the same, which nearly always their first word says.
fn is(id: &[u8; 32], other: &[u8; 32]) -> bool {
    let word = |id: &[u8; 32]| u64::from_le_bytes(*id.first_chunk().expect("it is longer"));
    word(id) == word(other) && id == other
}

#[inline(never)]
fn run(mut task: Box<Task>) {
    let future = task.future.take();
    TURN.with(|turn| (turn.task, turn.has_doubted) = (Some(task), false));
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
    // Who only sleeps looks as well for what others have left.
    if waits && !TURN.with(|turn| turn.has_doubted) {
        doubt_next();
    }
    let taken = count();
    // Leaves no trace: where nothing else is kept in memory, no page of it is stored.
    let (task, until) = TURN.with(|turn| {
        (turn.late, turn.again, turn.has_doubted, turn.blocks) = (false, false, false, 0);
        (turn.task.take(), core::mem::take(&mut turn.until))
    });
    let Some(mut task) = task else { return };
    if waits {
        wait(until);
        task.blocks = task.blocks.wrapping_add(taken);
        task.future = Some(future);
        keep(task);
    }
}

/// Has the message wait until the block of that number.
fn wait(until: u64) {
    // Also where futures are polled only when they are woken: here each poll is of all.
    if until == NEVER {
        crate::panic("a method awaits what never comes");
    }
    // A block of service at least: the chain has a turn for what is due.
    let blocks = until.saturating_sub(crate::chain::block_number()).max(1);
    match message::wait(u32::try_from(blocks).unwrap_or(u32::MAX)) {
        Ok(()) => {}
        Err(Error::NOT_ENOUGH_GAS) => crate::panic("not enough gas to wait"),
        Err(_) => crate::panic("the chain lets no message wait so long"),
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

/// Notes a message that no longer waits, though its task is still here: its signal is still in the queue, or has failed, so that its
/// memory and its locks would be lost for ever. Whatever is queued from now on comes after that signal, so its task can be dropped
/// in the next turn that a deadline or the reply to a later request causes.
fn doubt(is_meant: impl Fn(&mut Task) -> bool) {
    TURN.with(|turn| turn.has_doubted = true);
    TASKS.with(|tasks| {
        let task = tasks.find(is_meant);
        let Some(task) = tasks.take(task) else { return };
        TURN.with(|turn| {
            if let Some(current) = turn.task.as_deref_mut() {
                if current.doubted.is_none() && !message::waits(&task.id) {
                    current.doubted = Some(Box::new(task.id));
                    current.doubts = current.doubts.wrapping_add(1);
                }
            }
        });
        tasks.push(task);
    });
}

/// Likewise of one task after another: the last comes to the front.
fn doubt_next() {
    doubt(|task| task.next.first().is_none());
}

/// Whether a message will never run again, and the task of it can be dropped soon.
pub(crate) fn is_in_doubt(id: &[u8; 32]) -> bool {
    doubt(|task| is(&task.id, id));
    TURN.with(|turn| {
        let task = turn.task.as_deref();
        task.is_some_and(|task| task.doubted.as_deref() == Some(id))
    })
}

/// Whether its message has failed, and its task is never dropped: what that borrows from a lock, others may have.
pub(crate) fn is_left(id: &[u8; 32]) -> bool {
    TASKS.with(|tasks| {
        let task = tasks.find(|task| is(&task.id, id));
        // SAFETY: it is in the list, and this is the only reference to it.
        unsafe { task.as_ref() }.is_some_and(|task| task.is_left)
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
pub struct OnFailure(*const Hook);

/// Has `hook` run if the message fails while what this returns is held.
///
/// # Panics
///
/// In anything but a method that waits: it is for nothing there, since a turn that fails is undone.
pub fn on_failure(hook: impl FnOnce() + 'static) -> OnFailure {
    let hook = Box::new(Hook {
        next: Linked::new(),
        run: Box::new(hook),
    });
    TURN.with(|turn| match turn.task.as_deref_mut() {
        Some(task) => OnFailure(task.hooks.push(hook)),
        None => crate::panic("`on_failure` in a method that does not wait"),
    })
}

impl Drop for OnFailure {
    fn drop(&mut self) {
        // After a failure there is no task. What a hook holds is dropped outside: it may be a lock.
        drop(TURN.with(|turn| turn.task.as_deref_mut()?.hooks.take(self.0)));
    }
}
