use actors_std::prelude::*;

/// What SCALE does not know.
pub struct Opaque;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Answers what SCALE does not know.
    #[method]
    pub fn raw(&self) -> Opaque {
        Opaque
    }
}

fn main() {}
