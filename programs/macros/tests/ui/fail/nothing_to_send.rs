use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// The count.
    #[query]
    pub fn count(&self) -> u32 {
        self.count
    }
}

fn main() {}
