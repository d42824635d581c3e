/// A program?
#[actors_std::program]
pub struct Counter;

fn main() {}
