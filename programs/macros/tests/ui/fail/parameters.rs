use actors_std::prelude::*;

#[derive(Default)]
pub struct Counter {
    count: u32,
}

#[actors_std::program]
impl Counter {
    /// Borrows from nothing.
    #[method]
    pub fn greet(&self, name: &str) -> u32 {
        name.len() as u32
    }

    /// Takes two values.
    #[method]
    pub fn pay(&mut self, first: Funds, second: Funds) {}

    /// Names nothing.
    #[method]
    pub fn pair(&self, (a, b): (u32, u32)) -> u32 {
        a + b
    }

    /// Has types for parameters.
    #[method]
    pub fn any<T>(&self, value: T) {}

    /// Nobody can see it.
    #[method]
    fn hidden(&self) {}

    /// A route that is taken.
    #[method(route = 0)]
    pub fn first(&self) {}
    /// A route that is taken.
    #[method(route = 0)]
    pub fn second(&self) {}

    /// Takes what SCALE does not know.
    #[query]
    pub fn paid(&self, funds: Funds) {}
}

fn main() {}
