//! Counts, and tells each count.
//!
//! What it teaches: **state** in memory, which is kept from turn to turn; a constructor, an event, an error that undoes the turn, and a
//! query that programs can ask, too.

#![cfg_attr(target_family = "wasm", no_std)]

/// A number.
pub struct Counter {
    count: u32,
}

/// What the counter tells.
#[actors_std::event]
pub enum Counted {
    /// Something was added.
    Added {
        /// How much.
        by: u32,
        /// The count since.
        count: u32,
    },
}

/// Why the counter refuses.
#[actors_std::error]
#[derive(Debug, PartialEq, Eq)]
pub enum CounterError {
    /// The count would be larger than a `u32`.
    Overflow,
}

#[actors_std::program(events = Counted)]
impl Counter {
    /// Begins with a number.
    #[constructor]
    pub fn new(count: u32) -> Self {
        Self { count }
    }

    /// Adds, and answers the count.
    #[method]
    pub fn add(&mut self, by: u32) -> Result<u32, CounterError> {
        let count = self.count.checked_add(by).ok_or(CounterError::Overflow)?;
        self.count = count;
        Counted::Added { by, count }.emit();
        Ok(count)
    }

    /// The count.
    #[method]
    #[query]
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overflow_is_an_error() {
        let mut counter = Counter::new(u32::MAX);
        assert_eq!(counter.add(1), Err(CounterError::Overflow));
        assert_eq!(counter.count(), u32::MAX);
    }
}
