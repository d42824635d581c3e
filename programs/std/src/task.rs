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
    chain::{block_number, gas_left},
    global::Global,
    heap,
    linked::{linked, Linked},
    message::{self, Cause},
    outbox, reply,
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
    /// How many blocks of memory its turns have taken and not given back.
    blocks: u32,
    /// How many messages it has sent on gas that may be its own, without an answer so far.
    asked: u32,
    /// How many messages were sent to drop it, or then to give it up: see [`doubt`].
    tries: u32,
    /// The last of these messages.
    cleaner: [u8; 32],
    /// The block of the last of these messages, or in which it was first found that its own no longer waits; 0 before.
    doubted: u64,
    /// Whether it is given up: others may have its locks. It is never dropped then, since it may borrow from them.
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
        let reply = Box::new(Reply {
            next: Linked::new(),
            to: [0; 32],
            size: most as usize,
            has_arrived: false,
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
    /// Whether somebody who will never release it holds a lock that is wanted.
    is_stuck: bool,
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
    is_stuck: false,
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
        blocks: 0,
        asked: 0,
        tries: 0,
        cleaner: [0; 32],
        doubted: 0,
        is_left: false,
        next: Linked::new(),
    }));
}

/// Goes on with the current message, if it waited, or does what [`doubt`] sent it for; says whether it was one of these.
#[inline]
pub fn resume() -> bool {
    count();
    match message::cause() {
        Cause::Fresh => clean(),
        cause => {
            go_on(cause);
            true
        }
    }
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
    if let Ok(to) = reply::to() {
        REPLIES.with(|replies| {
            let reply = replies.find(|reply| is(&reply.to, &to));
            // SAFETY: it is in the list, and this is the only reference to it.
            if let Some(reply) = unsafe { reply.as_mut() } {
                task.asked = task.asked.wrapping_sub(1);
                // There is a reply: it does not fail.
                let _ = reply.arrive();
            }
        });
    }
    TURN.with(|turn| turn.late = cause == Cause::Deadline);
    run(task);
}

/// Cleans up after a message that failed: its hooks run, the last first, and its future is dropped,
/// which releases its locks.
pub fn signal() {
    let mut task = failed::message().ok().and_then(|id| take(&id));
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

fn take(id: &[u8; 32]) -> Option<Box<Task>> {
    take_where(|task| is(&task.id, id))
}

fn take_where(is_meant: impl Fn(&mut Task) -> bool) -> Option<Box<Task>> {
    TASKS.with(|tasks| {
        let task = tasks.find(is_meant);
        tasks.take(task)
    })
}

#[inline(never)]
fn keep(task: Box<Task>) {
    TASKS.with(|tasks| {
        tasks.push(task);
    });
}

/// Whether two ids are the same, which nearly always their first word says.
fn is(id: &[u8; 32], other: &[u8; 32]) -> bool {
    let word = |id: &[u8; 32]| u64::from_le_bytes(*id.first_chunk().expect("it is longer"));
    word(id) == word(other) && id == other
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
    let taken = count();
    // Leaves no trace: where nothing else is kept in memory, no page of it is stored.
    let (task, until, is_stuck) = TURN.with(|turn| {
        (turn.late, turn.again, turn.blocks) = (false, false, 0);
        (
            turn.task.take(),
            core::mem::take(&mut turn.until),
            core::mem::take(&mut turn.is_stuck),
        )
    });
    let Some(mut task) = task else { return };
    if waits {
        wait(until);
    }
    // Of gas that neither it nor what it has sent needs any more; or for itself, of what the wait leaves.
    if task.asked == 0 && (!waits || is_stuck) {
        doubt_last(waits);
    }
    if waits {
        task.blocks = task.blocks.wrapping_add(taken);
        task.future = Some(future);
        keep(task);
    }
}

/// Has the message wait until the block of that number.
fn wait(until: u64) {
    // Also where futures are polled only when they are woken: here each poll is of all.
    if until == NEVER {
        crate::panic("a method waits for ever");
    }
    // A block of service at least: the chain has a turn for what is due.
    let blocks = until.saturating_sub(block_number()).max(1);
    match message::wait(u32::try_from(blocks).unwrap_or(u32::MAX)) {
        Ok(()) => {}
        Err(Error::NOT_ENOUGH_GAS) => crate::panic("not enough gas to wait"),
        Err(Error::PURSE_CLOSED) => crate::panic("the call is over, nothing waits any more"),
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
            block: block_number().saturating_add(blocks.into()),
        }
    }

    /// Pending until then at most; false when it has passed.
    ///
    /// Only a turn that a deadline caused ends it: blocks go by while the service is paused, and no
    /// deadline passes then.
    pub(crate) fn is_ahead(self) -> bool {
        TURN.with(|turn| {
            if turn.late && self.block <= block_number() {
                return false;
            }
            turn.until = turn.until.min(self.block);
            true
        })
    }
}

/// Looks after a task whose message may have failed and left it here because its signal failed as well: its memory and its locks would
/// be lost for ever. Says in how many blocks to look at it again, or 0.
///
/// Where its message does not wait, nor its signal come, in two blocks, one more message is sent to the program itself, which does nothing but drop the task:
/// nobody else fails if that takes longer than was thought, and a message that fails on purpose changes nothing. The chain
/// says that it waits until its signal has run; mostly that is in the first of the two blocks, and nothing need be sent.
///
/// What three such messages do not drop is given up by a fourth: when that runs, all that were sent before it have.
fn doubt(task: &mut Task, sends: bool, waits: bool) -> u64 {
    if task.is_left {
        return 0;
    }
    // The chain's prices of a call that only reads, for what takes time, and of a question with its proof, for what is read.
    let before = gas_left();
    let between = gas_left();
    let is_alive = message::waits(&task.id);
    let left = gas_left();
    if is_alive {
        return 0;
    }
    let now = block_number();
    if task.doubted == 0 {
        task.doubted = now;
    }
    let age = now.wrapping_sub(task.doubted);
    let (call, question) = (before.wrapping_sub(between), between.wrapping_sub(left));
    let calls = |calls: u32| call.wrapping_mul(calls.into());
    let (blocks, bytes) = heap::held();
    let start = calls(START_CALLS + bytes / BYTES_A_CALL)
        .wrapping_add(question.wrapping_mul((START_QUESTIONS + bytes / BYTES_A_QUESTION).into()));
    let frees = match task.tries < TRIES {
        true => calls(blocks.min(task.blocks).wrapping_mul(BLOCK_CALLS)),
        false => 0,
    };
    let rest = calls(REST_CALLS + heap::pages() * PAGE_CALLS);
    let takes = start.wrapping_add(frees) << (task.tries % TRIES * 2);
    let gas = takes.min(calls(LONGEST_CALLS).wrapping_sub(start).wrapping_sub(rest));
    // Who goes on keeps as much for itself.
    if (gas << u32::from(waits)).wrapping_add(rest) > left {
        // A lock is worth more than memory.
        let is_over = age > LONG && task.tries < TRIES && (start << 1).wrapping_add(rest) <= left;
        if sends || !is_over {
            return 0;
        }
        task.tries = TRIES;
        return 1;
    }
    // What was sent before must have run.
    let patience = 1 << (task.tries % (TRIES + 1) * 3);
    if age < patience {
        return if age == 0 { 1 } else { patience - age };
    }
    if sends {
        if outbox::send_to_self(&mut task.cleaner, gas, waits).is_err() {
            return 0;
        }
        task.doubted = now;
        task.tries += 1;
    }
    1
}

/// How many messages are sent to drop a task: each with four times the gas of the one before, since freeing in another order than that of
/// addresses takes longer, and after eight times as many blocks. For those that give it up, gas and blocks begin anew.
const TRIES: u32 = 3;
/// After how many blocks it is given up where somebody wants its lock and cannot pay for them.
const LONG: u64 = 3_600;

// What takes time, by the price of a call that only reads. To begin a turn:
const START_CALLS: u32 = 48_000;
/// To free a block.
const BLOCK_CALLS: u32 = 36;
/// How many bytes of pages are loaded and changed for one.
const BYTES_A_CALL: u32 = 8;
/// The longest turn.
const LONGEST_CALLS: u32 = 1_250_000;
/// What a message that sends another for it keeps, to go on or to end.
const REST_CALLS: u32 = 100_000;
/// Likewise for each Wasm page that may be stored at its end.
const PAGE_CALLS: u32 = 3_000;

// What is read, by the price of a question, which reads twice. To begin a turn, wake one message and pass those that have failed:
const START_QUESTIONS: u32 = 32;
/// How many bytes of pages are proved for one.
const BYTES_A_QUESTION: u32 = 4_096;

/// Looks after the last task, which comes to the front.
fn doubt_last(waits: bool) {
    TASKS.with(|tasks| {
        let last = tasks.find(|task| task.next.first().is_none());
        if let Some(mut task) = tasks.take(last) {
            doubt(&mut task, true, waits);
            tasks.push(task);
        }
    });
}

/// In how many blocks a message that will never run again may have been cleaned up after, or 0 if it will run, or nothing can be done.
/// What is due is the next that is looked after.
pub(crate) fn is_out_in(id: &[u8; 32]) -> u64 {
    let has_asked = |turn: &mut Turn| turn.task.as_deref().is_some_and(|task| task.asked != 0);
    if TURN.with(has_asked) {
        return 0;
    }
    let Some(mut task) = take(id) else { return 0 };
    let blocks = doubt(&mut task, false, true);
    if blocks != 1 {
        keep(task);
        return blocks;
    }
    TASKS.with(|tasks| tasks.append(task));
    TURN.with(|turn| turn.is_stuck = true);
    1
}

/// Notes that the current message has sent another.
pub(crate) fn sent() {
    TURN.with(|turn| {
        if let Some(task) = turn.task.as_deref_mut() {
            task.asked = task.asked.wrapping_add(1);
        }
    });
}

/// Whether a message has failed, and its task is given up.
pub(crate) fn is_left(id: &[u8; 32]) -> bool {
    TASKS.with(|tasks| {
        let task = tasks.find(|task| is(&task.id, id));
        // SAFETY: it is in the list, and this is the only reference to it.
        unsafe { task.as_ref() }.is_some_and(|task| task.is_left)
    })
}

/// Drops what another message has left, or gives it up, if the current one was sent for that: says whether it was.
fn clean() -> bool {
    if message::size() != 0 {
        return false;
    }
    let id = message::id();
    let Some(mut task) = take_where(|task| is(&task.cleaner, &id)) else {
        return false;
    };
    let task = match task.tries > TRIES {
        true => {
            task.is_left = true;
            keep(task);
            None
        }
        false => Some(task),
    };
    clean_up(task);
    true
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
