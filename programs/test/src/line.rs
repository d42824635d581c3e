//! Which of the things that a test made are there after a chain went back to a snapshot.

/// Things are numbered as they are made, and no number is used twice: a line has those between some
/// numbers, and all that come after the last of them.
#[derive(Clone, Default)]
pub(crate) struct Line {
    past: Vec<(u64, u64)>,
    /// What was made after this one is there.
    from: u64,
}

impl Line {
    /// Whether what has that number is there.
    pub(crate) fn has(&self, born: u64) -> bool {
        born > self.from
            || self
                .past
                .iter()
                .any(|(after, last)| born > *after && born <= *last)
    }

    /// The line up to the thing that was made last.
    pub(crate) fn until(&self, last: u64) -> Self {
        let mut line = self.clone();
        line.past.push((line.from, last));
        line.from = u64::MAX;
        line
    }

    /// The line that goes on when so many things were made, elsewhere too.
    pub(crate) fn after(&self, last: u64) -> Self {
        Self {
            past: self.past.clone(),
            from: last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_on_another_line_is_not_there() {
        let early = Line::default().until(2);
        let late = Line::default().until(5);
        // Back to the second thing; then 6 and 7 are made.
        let now = early.after(5);
        let there: Vec<_> = (1..8).filter(|born| now.has(*born)).collect();
        assert_eq!(there, [1, 2, 6, 7]);
        // And on to where there were five.
        let now = late.after(7);
        let there: Vec<_> = (1..10).filter(|born| now.has(*born)).collect();
        assert_eq!(there, [1, 2, 3, 4, 5, 8, 9]);
        let kept = now.until(8).after(9);
        let there: Vec<_> = (1..12).filter(|born| kept.has(*born)).collect();
        assert_eq!(there, [1, 2, 3, 4, 5, 8, 10, 11]);
    }
}
