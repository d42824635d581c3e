use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Takes the state away.
    #[method]
    pub fn take(self) -> u32 {
        self.count
    }

    /// Has no state.
    #[method]
    pub fn nothing() -> u32 {
        0
    }

    /// Waits without a way to the state.
    #[method]
    pub async fn waits(by: u32) -> u32 {
        by
    }

    /// Does not wait, and could not keep the state.
    #[method]
    pub fn hurries(this: This<Self>) -> u32 {
        this.with(|state| state.count)
    }

    /// Changes what it only reads.
    #[query]
    pub fn query(&mut self) -> u32 {
        self.count
    }

    /// Makes a number.
    #[constructor]
    pub fn new() -> u32 {
        0
    }
}

fn main() {}
