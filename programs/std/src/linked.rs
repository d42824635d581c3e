//! Linked lists of boxes.
//!
//! And no `Vec`: an empty list has given back all of its memory, and taking something out of a `Vec` has a panic with numbers in it,
//! which is larger than all of this.

use alloc::boxed::Box;
use core::ptr::null_mut;

/// What knows the one behind it.
pub(crate) trait Link: Sized {
    fn next(&mut self) -> &mut Linked<Self>;
}

/// Links, one behind the other. Whoever has a list takes out all before it is dropped: to look at each once more takes code
/// wherever there is one.
pub(crate) struct Linked<L> {
    first: *mut L,
}

impl<L: Link> Linked<L> {
    pub(crate) const fn new() -> Self {
        Self { first: null_mut() }
    }

    /// The first.
    pub(crate) fn first(&mut self) -> Option<&mut L> {
        // SAFETY: a link is there until it is taken out, and borrowed with its list.
        unsafe { self.first.as_mut() }
    }

    /// Puts one before the first. Returns what it can be taken out by.
    pub(crate) fn push(&mut self, mut link: Box<L>) -> *mut L {
        link.next().first = self.first;
        self.first = Box::into_raw(link);
        self.first
    }

    /// Puts one behind the last.
    pub(crate) fn append(&mut self, link: Box<L>) {
        let mut list = self;
        while !list.first.is_null() {
            // SAFETY: as in `first`.
            list = unsafe { (*list.first).next() };
        }
        list.push(link);
    }

    /// The first that is meant, or null.
    pub(crate) fn find(&mut self, is_meant: impl Fn(&mut L) -> bool) -> *mut L {
        let mut next = self.first();
        while let Some(link) = next {
            if is_meant(link) {
                return link;
            }
            next = link.next().first();
        }
        null_mut()
    }

    /// Takes out the first.
    pub(crate) fn pop(&mut self) -> Option<Box<L>> {
        self.take(self.first)
    }

    /// Takes it out, if it is in the list.
    // Not inlined: it is the same code for all types that begin with `next`, as `repr(C)` lays them out.
    #[inline(never)]
    pub(crate) fn take(&mut self, link: *const L) -> Option<Box<L>> {
        let mut list = self;
        while list.first.cast_const() != link {
            list = list.first()?.next();
        }
        if link.is_null() {
            return None;
        }
        // SAFETY: `push` made it of a box, and nothing names it any more.
        let mut taken = unsafe { Box::from_raw(list.first) };
        list.first = taken.next().first;
        Some(taken)
    }
}

/// Links by the field `next`.
macro_rules! linked {
    ($link:ident) => {
        impl $crate::linked::Link for $link {
            fn next(&mut self) -> &mut $crate::linked::Linked<Self> {
                &mut self.next
            }
        }
    };
}

pub(crate) use linked;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    struct Number {
        next: Linked<Self>,
        number: u32,
    }

    linked!(Number);

    fn number(number: u32) -> Box<Number> {
        let next = Linked::new();
        Box::new(Number { next, number })
    }

    fn numbers(list: &mut Linked<Number>) -> Vec<u32> {
        let mut numbers = Vec::new();
        let mut link = list.first();
        while let Some(Number { number, next }) = link {
            numbers.push(*number);
            link = next.first();
        }
        numbers
    }

    #[test]
    fn what_is_taken_out_leaves_the_others_in_their_order() {
        let mut list = Linked::new();
        for place in [2, 1, 0] {
            list.push(number(place));
        }
        for place in [3, 4] {
            list.append(number(place));
        }
        let mut left: Vec<_> = (0..5).collect();
        for taken in [2, 4, 0, 3, 1] {
            assert_eq!(numbers(&mut list), left);
            let link = list.find(|link| link.number == taken);
            let link = list.take(link).unwrap();
            assert_eq!(link.number, taken);
            // Now there is no such link.
            assert!(list.take(&raw const *link).is_none());
            assert!(list.find(|link| link.number == taken).is_null());
            left.retain(|number| *number != taken);
        }
        assert!(list.pop().is_none() && list.first().is_none());
        assert!(list.take(core::ptr::null()).is_none());
    }

    #[test]
    fn the_last_that_was_put_before_all_is_the_first() {
        let mut list = Linked::new();
        list.push(number(1));
        let pushed = list.push(number(2));
        assert_eq!(list.find(|_| true), pushed);
        assert_eq!(list.pop().unwrap().number, 2);
        assert_eq!(list.pop().unwrap().number, 1);
    }
}
