use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Adds.
    #[method]
    pub fn add(&mut self) {}

    /// The state is in memory, and no upgrade keeps it.
    #[migrate(from = 1)]
    pub fn from_old(old: u32) -> Self {
        Self { count: old }
    }
}

fn main() {}
