//! Tries.
#![cfg_attr(target_family = "wasm", no_std)]
use actors_std::prelude::*;

/// S.
#[derive(Default)]
pub struct Try { asked: u32 }

/// E.
#[actors_std::error]
pub enum TryError {
    /// Call.
    Call,
}

/// Other.
#[actors_std::interface]
pub trait Counter {
    /// Adds.
    fn add(by: u32) -> Result<u32, ()>;
}

#[actors_std::program]
impl Try {
    /// Asks.
    #[method]
    pub async fn ask(this: This<Self>, whom: ActorId, by: u32) -> Result<u32, TryError> {
        this.with(|me| me.asked += 1);
        let counter = Counter(whom);
        let answer = counter.add(by).deadline(10).await.map_err(|_| TryError::Call)?;
        let (a, b) = join(counter.add(by), counter.add(by)).await;
        let a = a.map_err(|_| TryError::Call)?;
        this.with(|me| me.asked += 1);
        Ok(answer + a + b.unwrap_or(0))
    }
}
