//! The arguments of a call, decoded from the payload of the message as they are asked for.

use codec::{Decode, Error, Input};
use core::mem::MaybeUninit;

use super::{buffer::decode, guard::Guard, refuse};
use crate::{message, sys};

/// Bytes that are read ahead: the whole payload of most calls.
const WINDOW: usize = 128;

/// The arguments of a call: the payload of the message, a window at a time, so that a call without
/// collections needs no heap.
pub struct Arguments {
    window: [MaybeUninit<u8>; WINDOW],
    /// What of the window is read and not used yet.
    start: usize,
    end: usize,
    /// What of the payload is not in the window yet.
    offset: usize,
    left: usize,
    guard: Guard,
}

impl Arguments {
    /// Those of the current message, without a route.
    #[inline]
    #[must_use]
    pub fn all() -> Self {
        let mut arguments = Self {
            window: [MaybeUninit::uninit(); WINDOW],
            start: 0,
            end: 0,
            offset: 0,
            left: 0,
            guard: Guard::new(0),
        };
        arguments.open();
        arguments
    }

    fn open(&mut self) {
        self.left = message::size();
        self.guard = Guard::new(self.left);
        self.fill();
    }

    /// The route of the current message, and its arguments. Refuses a message without.
    #[inline]
    #[must_use]
    pub fn routed() -> (u8, Self) {
        let mut arguments = Self::all();
        if arguments.end == 0 {
            refuse::no_route();
        }
        // SAFETY: at least one byte was read.
        let route = unsafe { arguments.window[0].assume_init() };
        arguments.start = 1;
        (route, arguments)
    }

    /// The next argument; refuses the call where it does not decode.
    #[inline]
    #[must_use]
    pub fn next<T: Decode + 'static>(&mut self, argument: u8) -> T {
        match decode(self) {
            Some(value) => value,
            None => refuse::argument(argument),
        }
    }

    /// Refuses the call where something follows the last argument.
    #[inline]
    pub fn end(self) {
        let bytes = self.remaining();
        if bytes != 0 {
            refuse::trailing(bytes);
        }
    }

    fn remaining(&self) -> usize {
        self.left.wrapping_add(self.end.wrapping_sub(self.start))
    }

    /// Reads the next window. What the one before had is used.
    #[inline(never)]
    fn fill(&mut self) {
        let length = self.left.min(WINDOW);
        let window = self.window.as_mut_ptr().cast();
        self.read_payload(window, length);
        (self.start, self.end) = (0, length);
    }

    /// Reads bytes of the payload that are there, and are not in the window.
    fn read_payload(&mut self, out: *mut u8, length: usize) {
        // SAFETY: both callers have `length` bytes there. The payload has so many: `left` counts.
        let _ = unsafe { sys::message_read(self.offset as u32, length as u32, out) };
        self.offset = self.offset.wrapping_add(length);
        self.left = self.left.wrapping_sub(length);
    }
}

impl Input for Arguments {
    fn remaining_len(&mut self) -> Result<Option<usize>, Error> {
        Ok(Some(self.remaining()))
    }

    // Not inlined: decoding is mostly calls of this.
    #[inline(never)]
    fn read(&mut self, into: &mut [u8]) -> Result<(), Error> {
        let wanted = into.len();
        if wanted > self.remaining() {
            return Err(Error::from("cut off"));
        }
        let there = self.end.wrapping_sub(self.start);
        let first = wanted.min(there);
        let mut out = into.as_mut_ptr();
        // SAFETY: `first` is at most what the window has and what `into` holds.
        unsafe {
            let window = self.window.as_ptr().cast::<u8>().add(self.start);
            out.copy_from_nonoverlapping(window, first);
            out = out.add(first);
        }
        self.start = self.start.wrapping_add(first);
        let rest = wanted.wrapping_sub(first);
        if rest == 0 {
            return Ok(());
        }
        if rest >= WINDOW {
            self.read_payload(out, rest);
            return Ok(());
        }
        self.fill();
        // SAFETY: the payload has so many bytes, so the window does now, and `into` holds them.
        unsafe { out.copy_from_nonoverlapping(self.window.as_ptr().cast(), rest) };
        self.start = rest;
        Ok(())
    }

    fn descend_ref(&mut self) -> Result<(), Error> {
        self.guard.descend()
    }

    fn ascend_ref(&mut self) {
        self.guard.ascend();
    }

    fn on_before_alloc_mem(&mut self, size: usize) -> Result<(), Error> {
        self.guard.allocate(size)
    }
}
