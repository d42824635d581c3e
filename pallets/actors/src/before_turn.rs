//! Who hears of turns before they run.

use crate::{Config, Message};

/// Hears of each turn before its program runs. It is for test harnesses, in which something else than a program
/// decides what a turn does; a chain has `()`.
pub trait BeforeTurn<T: Config> {
    /// A turn is about to run, for that message: a later one of it, if it `is_resume`.
    fn before_turn(message: &Message<T>, is_resume: bool);
}

impl<T: Config> BeforeTurn<T> for () {
    fn before_turn(_: &Message<T>, _: bool) {}
}
