/// A bank.
#[actors_std::interface]
pub trait Bank {
    /// Has a state of its own.
    fn balance(&self) -> u128;
}

fn main() {}
