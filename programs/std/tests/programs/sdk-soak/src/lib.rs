//! Takes memory in every way, and keeps nothing: its state is in keyed state, so no page of memory is stored when nothing waits.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

use actors_std::{
    outbox::{self, Deposit},
    prelude::*,
    sync::{Mutex, RwLock},
};

static MUTEX: Mutex<()> = Mutex::new(());
static SHARED: RwLock<()> = RwLock::new(());
static MANY: [Mutex<()>; 24] = [const { Mutex::new(()) }; 24];

/// What happened, and how often.
#[actors_std::data]
#[derive(Default)]
pub struct Soak {
    /// Requests that were answered.
    answered: u32,
    /// Requests that were not, or not as they were to be.
    unanswered: u32,
    /// Locks that were held to the end.
    held: u32,
    /// Locks that were not free in time.
    late: u32,
    /// Hooks that ran.
    hooks: u32,
    /// What it is called: some memory, while a turn has the state.
    name: String,
}

/// What is wrong.
#[actors_std::error]
pub struct Wrong(pub u8);

/// How a message goes on that has waited.
#[actors_std::data]
#[derive(Clone, Copy)]
pub enum Then {
    /// It ends.
    End,
    /// It fails, and its hook runs.
    Fail,
    /// It fails, and the hook runs for ever: the signal fails as well.
    FailTwice,
}

/// Aligned as no type of Rust's own is.
#[repr(align(64))]
struct Aligned(#[allow(dead_code, reason = "it takes the space")] u8);

/// The route of [`Soak::hold`].
const HOLD: u8 = 5;

/// Deposit money for the program that is asked.
const SHARE: Deposit = Deposit::planck(100_000_000_000);

/// Nobody can drop it.
struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        loop {
            core::hint::black_box(());
        }
    }
}

/// Fails the message as it is told to, unless it is held.
fn unless_held(this: This<Soak>, then: Then) -> actors_std::OnFailure {
    on_failure(move || {
        if let Then::FailTwice = then {
            loop {
                core::hint::black_box(());
            }
        }
        this.with(|soak| soak.hooks += 1);
    })
}

fn act(then: Then) -> Result<(), Wrong> {
    match then {
        Then::End => Ok(()),
        Then::Fail | Then::FailTwice => Err(Wrong(1)),
    }
}

/// Holds the mutex for so many blocks, with `things` in hand, and fails so that the signal fails as well.
async fn hold_and_fail<T>(this: This<Soak>, things: T, blocks: u32) -> Result<(), Wrong> {
    let _hook = unless_held(this, Then::FailTwice);
    let _held = MUTEX.lock().await;
    sleep(blocks).await;
    drop(things);
    Err(Wrong(4))
}

#[actors_std::program(state_version = 1)]
impl Soak {
    /// Begins.
    #[constructor]
    pub fn new() -> Self {
        Self {
            name: "soak".into(),
            ..Self::default()
        }
    }

    /// Has blocks of that size, as many as that, and frees each second one before the others.
    #[method]
    pub fn peak(&self, size: u32, count: u32) {
        let block = |place: u32| vec![place as u8 | 1; size as usize];
        let blocks: Vec<_> = (0..count).map(block).collect();
        let (first, second): (Vec<_>, Vec<_>) = blocks
            .into_iter()
            .enumerate()
            .partition(|(place, _)| place % 2 == 0);
        drop(first);
        drop(second);
    }

    /// Whether blocks have the alignment that their type has.
    #[method]
    pub fn align(&self) -> bool {
        let blocks: Vec<_> = (0..20)
            .map(|place| (vec![place; 5], Box::new(Aligned(place))))
            .collect();
        let mut aligned = blocks.iter().map(|(_, block)| &raw const **block);
        aligned.all(|block| block.addr() % 64 == 0)
    }

    /// Sleeps with those bytes in hand, and goes on as it is told.
    #[method]
    pub async fn sleep(
        this: This<Self>,
        bytes: Vec<u8>,
        blocks: u32,
        then: Then,
    ) -> Result<u32, Wrong> {
        let _hook = unless_held(this, then);
        sleep(blocks).await;
        act(then)?;
        Ok(bytes.len() as u32)
    }

    /// Asks one time after the other, and awaits each answer for so many blocks. Answers how many came.
    #[method]
    pub async fn ask(this: This<Self>, whom: ActorId, times: u32, blocks: u32, most: u32) -> u32 {
        let mut answers = 0;
        for _ in 0..times {
            let request = Request::<Raw>::raw(whom, vec![b'?'; 100]).deposit(SHARE);
            let answer = request.deadline(blocks).max_answer(most).await;
            answers += u32::from(answer.is_ok());
        }
        this.with(|soak| {
            soak.answered += answers;
            soak.unanswered += times - answers;
        });
        answers
    }

    /// Asks, and lets go of the question after so many blocks; then sleeps as long again.
    #[method]
    pub async fn lose_interest(this: This<Self>, whom: ActorId, blocks: u32) {
        let request = Request::<Raw>::raw(whom, vec![b'?'; 100])
            .deposit(SHARE)
            .deadline(blocks * 2);
        select(request, sleep(blocks)).await;
        sleep(blocks).await;
        this.with(|soak| soak.unanswered += 1);
    }

    /// Holds the mutex for so many blocks, if it gets it in time, and goes on as it is told, in either case. Answers whether it got
    /// it.
    #[method]
    pub async fn hold(this: This<Self>, wait: u32, blocks: u32, then: Then) -> Result<bool, Wrong> {
        let _hook = unless_held(this, then);
        let Ok(_held) = MUTEX.lock().deadline(wait).await else {
            act(then)?;
            this.with(|soak| soak.late += 1);
            return Ok(false);
        };
        sleep(blocks).await;
        act(then)?;
        this.with(|soak| soak.held += 1);
        Ok(true)
    }

    /// Likewise, after a sleep.
    #[method]
    pub async fn hold_later(this: This<Self>, after: u32, wait: u32) -> bool {
        sleep(after).await;
        let held = MUTEX.lock().deadline(wait).await;
        this.with(|soak| soak.held += u32::from(held.is_ok()));
        held.is_ok()
    }

    /// Asks, and after two sleeps wants the mutex besides. Answers whether it got it.
    #[method]
    pub async fn ask_and_hold_later(
        this: This<Self>,
        whom: ActorId,
        sleeps: (u32, u32),
        wait: u32,
    ) -> bool {
        let request = Request::<Raw>::raw(whom, vec![b'?'; 100])
            .deposit(SHARE)
            .deadline(wait);
        let lock = async {
            sleep(sleeps.0).await;
            sleep(sleeps.1).await;
            MUTEX.lock().deadline(wait).await
        };
        let (_, held) = join(request, lock).await;
        this.with(|soak| soak.held += u32::from(held.is_ok()));
        held.is_ok()
    }

    /// Sleeps while it holds `count` blocks of memory, then fails, and fails to clean up.
    #[method]
    pub async fn hoard(this: This<Self>, count: u32, blocks: u32) -> Result<(), Wrong> {
        let _hook = unless_held(this, Then::FailTwice);
        let hoard: Vec<_> = (0..count).map(|place| vec![place as u8; 40]).collect();
        sleep(blocks).await;
        drop(hoard);
        Err(Wrong(3))
    }

    /// Holds the mutex with all of that in hand, and fails for good.
    #[method]
    pub async fn hold_given(
        this: This<Self>,
        things: Vec<Vec<u8>>,
        blocks: u32,
    ) -> Result<(), Wrong> {
        hold_and_fail(this, things, blocks).await
    }

    /// Likewise, in an order that the caller chooses: freeing takes longer then.
    #[method]
    pub async fn hold_sorted(
        this: This<Self>,
        things: Vec<Vec<u8>>,
        blocks: u32,
    ) -> Result<(), Wrong> {
        let things: alloc::collections::BTreeSet<_> = things.into_iter().collect();
        hold_and_fail(this, things, blocks).await
    }

    /// Likewise, with something in hand that nobody can drop.
    #[method]
    pub async fn hold_endless(this: This<Self>, blocks: u32) -> Result<(), Wrong> {
        hold_and_fail(this, Endless, blocks).await
    }

    /// Holds many locks at once, and goes on as it is told.
    #[method]
    pub async fn hold_many(this: This<Self>, blocks: u32, then: Then) -> Result<(), Wrong> {
        let _hook = unless_held(this, then);
        let mut held = Vec::new();
        for lock in &MANY {
            held.push(lock.lock().await);
        }
        sleep(blocks).await;
        act(then)
    }

    /// Holds one of the many for a block, if it gets it in time. Answers whether it did.
    #[method]
    pub async fn hold_one(this: This<Self>, which: u8, wait: u32) -> bool {
        let held = MANY[usize::from(which)].lock().deadline(wait).await;
        if held.is_ok() {
            sleep(1).await;
        }
        this.with(|soak| soak.held += u32::from(held.is_ok()));
        held.is_ok()
    }

    /// Holds the other lock, to read or to write.
    #[method]
    pub async fn share(
        this: This<Self>,
        writes: bool,
        wait: u32,
        blocks: u32,
        then: Then,
    ) -> Result<bool, Wrong> {
        let _hook = unless_held(this, then);
        let held = match writes {
            true => SHARED
                .write()
                .deadline(wait)
                .await
                .map(|guard| (Some(guard), None)),
            false => SHARED
                .read()
                .deadline(wait)
                .await
                .map(|guard| (None, Some(guard))),
        };
        if held.is_err() {
            return Ok(false);
        }
        sleep(blocks).await;
        act(then)?;
        Ok(true)
    }

    /// Holds the mutex for so many blocks, and releases it in a turn that can wake nobody any more: it keeps as much until it
    /// commits as a turn may.
    #[method]
    pub async fn hold_to_the_limit(_this: This<Self>, blocks: u32) -> Result<(), Wrong> {
        let held = MUTEX.lock().await.map_err(|_| Wrong(2))?;
        sleep(blocks).await;
        for size in [16_384, 1_024, 0] {
            while outbox::emit(&vec![0; size]).is_ok() {}
        }
        drop(held);
        Ok(())
    }

    /// Sleeps for a block, has another program of this code hold its mutex three times, and does not wait for that.
    #[method]
    pub async fn have_held(_this: This<Self>, whom: ActorId) {
        sleep(1).await;
        for _ in 0..3 {
            let hold = Request::<()>::call(whom, HOLD, &(9u32, 1u32, Then::End)).deposit(SHARE);
            let _ = hold.send();
        }
    }

    /// Sleeps for a block, again and again.
    #[method]
    pub async fn nap(_this: This<Self>, times: u32) {
        for _ in 0..times {
            sleep(1).await;
        }
    }

    /// What happened, and how often.
    #[query]
    pub fn told(&self) -> (u32, u32, u32, u32, u32) {
        (
            self.answered,
            self.unanswered,
            self.held,
            self.late,
            self.hooks,
        )
    }
}
