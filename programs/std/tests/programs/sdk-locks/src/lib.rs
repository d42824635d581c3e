//! Waits for locks, and keeps a log of who had them in which order.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{
    prelude::*,
    sync::{Mutex, RwLock, TimedOut},
    Either,
};

static MUTEX: Mutex<u32> = Mutex::new(0);
static SHARED: RwLock<u32> = RwLock::new(0);

/// A log.
#[derive(Default)]
pub struct Locks {
    log: Vec<String>,
}

/// The lock was not free in time.
#[actors_std::error]
pub struct Late;

impl From<TimedOut> for Late {
    fn from(_: TimedOut) -> Self {
        Self
    }
}

/// How a message that holds a lock goes on.
#[actors_std::data]
#[derive(Clone, Copy)]
pub enum Then {
    /// It ends.
    End,
    /// It fails with an error.
    Fail,
    /// It panics.
    Panic,
    /// It runs out of gas.
    Burn,
}

impl Then {
    fn act(self) -> Result<(), Late> {
        match self {
            Self::End => Ok(()),
            Self::Fail => Err(Late),
            Self::Panic => panic!("with a lock in hand"),
            Self::Burn => loop {
                core::hint::black_box(());
            },
        }
    }
}

fn log(this: This<Locks>, text: String) {
    this.with(|state| state.log.push(text));
}

#[actors_std::program]
impl Locks {
    /// Has the mutex for so many blocks. Answers how many have had it.
    #[method]
    pub async fn hold(
        this: This<Self>,
        name: String,
        wait: u32,
        blocks: u32,
        then: Then,
    ) -> Result<u32, Late> {
        let mut held = MUTEX.lock().deadline(wait).await?;
        log(this, format!("{name} has it"));
        sleep(blocks).await;
        *held += 1;
        let count = *held;
        then.act()?;
        log(this, format!("{name} leaves"));
        Ok(count)
    }

    /// Waits for the mutex, for as long as the default says.
    #[method]
    pub async fn wait(this: This<Self>, name: String) -> Result<(), Late> {
        let _held = MUTEX.lock().await?;
        log(this, format!("{name} has it"));
        Ok(())
    }

    /// Waits for the mutex or for so many blocks, whichever comes first. Then waits so many blocks more.
    #[method]
    pub async fn impatient(this: This<Self>, name: String, blocks: u32, more: u32) -> bool {
        let has = match select(MUTEX.lock(), sleep(blocks)).await {
            Either::First(held) => held.is_ok(),
            Either::Second(()) => false,
        };
        log(
            this,
            format!("{name} {}", if has { "had it" } else { "goes away" }),
        );
        sleep(more).await;
        has
    }

    /// Waits for the mutex, where it fails at the same time as it could have it.
    #[method]
    pub async fn fail_waiting(_this: This<Self>, blocks: u32) -> Result<(), Late> {
        match select(sleep(blocks), MUTEX.lock()).await {
            Either::First(()) => panic!("while it waited"),
            Either::Second(held) => held.map(drop).map_err(Late::from),
        }
    }

    /// Wants the mutex twice.
    #[method]
    pub async fn twice(_this: This<Self>, blocks: u32) -> Result<(), Late> {
        let _once = MUTEX.lock().await?;
        let _again = MUTEX.lock().deadline(blocks).await?;
        Ok(())
    }

    /// Has the mutex, and lets go of it and takes it anew in the same turn.
    #[method]
    pub async fn again(this: This<Self>, times: u32) -> Result<u32, Late> {
        let mut had = 0;
        for _ in 0..times {
            let _held = MUTEX.lock().await?;
            had += 1;
        }
        log(this, format!("had it {had} times"));
        Ok(had)
    }

    /// Reads for so many blocks.
    #[method]
    pub async fn read(this: This<Self>, name: String, wait: u32, blocks: u32) -> Result<u32, Late> {
        let value = SHARED.read().deadline(wait).await?;
        log(this, format!("{name} reads {}", *value));
        sleep(blocks).await;
        Ok(*value)
    }

    /// Writes for so many blocks.
    #[method]
    pub async fn write(
        this: This<Self>,
        name: String,
        wait: u32,
        blocks: u32,
        then: Then,
    ) -> Result<u32, Late> {
        let mut value = SHARED.write().deadline(wait).await?;
        log(this, format!("{name} writes"));
        *value += 1;
        sleep(blocks).await;
        then.act()?;
        Ok(*value)
    }

    /// Has the mutex for so many blocks, and fails; a hook sends something back.
    #[method]
    pub async fn hold_and_pay(_this: This<Self>, blocks: u32) -> Result<(), Late> {
        let _held = MUTEX.lock().await?;
        let source = ActorId(message::source());
        let _back = on_failure(move || {
            if Request::<()>::raw(source, vec![1]).send().is_err() {
                panic!("it is not sent");
            }
        });
        sleep(blocks).await;
        panic!("as it was to");
    }

    /// The log.
    #[query]
    pub fn told(&self) -> Vec<String> {
        self.log.clone()
    }
}
