//! The answer to a call.

use codec::{Encode, Output};
use core::mem::MaybeUninit;

use super::buffer::{length_of, zeroes, Room};
use crate::{message, Paid};

/// What is encoded on the stack; longer encodings are on the heap.
const SMALL: usize = 256;

/// Hands the encoding of `value` to `then`.
#[inline]
pub(crate) fn with_encoded<T: Encode + ?Sized, R>(value: &T, then: impl FnOnce(&[u8]) -> R) -> R {
    // Of most types the compiler knows this, and leaves out what does not apply.
    let size = length_of(value);
    let mut small = [MaybeUninit::uninit(); SMALL];
    let mut large;
    let (place, length) = if size <= SMALL {
        (small.as_mut_ptr(), SMALL)
    } else {
        large = zeroes(size);
        (large.as_mut_ptr().cast(), size)
    };
    let mut room = Room::new(place, length);
    value.encode_to(&mut room);
    // SAFETY: so many bytes were written there, and no more than there are.
    then(unsafe { core::slice::from_raw_parts(place.cast(), length.wrapping_sub(room.left())) })
}

/// Asks what a type is: `Is::<T>::RESULT`, with [`IsNoResult`] in scope.
pub struct Is<T>(core::marker::PhantomData<T>);

impl<T, E> Is<Result<T, E>> {
    /// It is a `Result`. What a type itself has goes before what a trait gives it.
    pub const RESULT: bool = true;
}

/// What all other types are.
pub trait IsNoResult {
    /// It is none.
    const RESULT: bool = false;
}

impl<T> IsNoResult for Is<T> {}

/// What a function that may fail comes to.
pub trait Outcome {
    /// What it answers.
    type Value;
    /// What it fails with.
    type Error;
}

impl<T, E> Outcome for Result<T, E> {
    type Value = T;
    type Error = E;
}

/// What a call can be answered with.
pub trait Answer {
    /// Replies it.
    fn give(&self);
}

impl<T: Encode> Answer for T {
    #[inline]
    fn give(&self) {
        // A message that ends without a reply is answered with nothing, for less.
        if length_of(self) != 0 {
            reply(self, 0);
        }
    }
}

impl<T: Encode> Answer for Paid<T> {
    #[inline]
    fn give(&self) {
        reply(&self.0, self.1 .0);
    }
}

#[inline]
fn reply<T: Encode>(answer: &T, value: u128) {
    if with_encoded(answer, |bytes| message::reply(bytes, value)).is_err() {
        crate::panic("cannot reply: see `message::reply`");
    }
}

/// Answers the call with `value`.
#[inline]
pub fn answer<T: Answer>(value: &T) {
    value.give();
}

/// Answers the call with what its method came to; an error undoes the turn.
#[inline]
pub fn outcome<T: Answer, E: Encode>(outcome: &Result<T, E>) {
    match outcome {
        Ok(value) => answer(value),
        Err(error) => fail(error),
    }
}

/// Fails the turn with an error of the program.
#[cold]
pub fn fail<E: Encode>(error: &E) -> ! {
    with_encoded(&Refused(error), |bytes| crate::revert(bytes))
}

/// A [`Refusal::Program`](crate::Refusal::Program) of a reference.
struct Refused<'a, E>(&'a E);

impl<E: Encode> Encode for Refused<'_, E> {
    fn encode_to<W: Output + ?Sized>(&self, out: &mut W) {
        out.push_byte(PROGRAM);
        self.0.encode_to(out);
    }
}

/// The index of [`Refusal::Program`](crate::Refusal::Program).
const PROGRAM: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Refusal;
    use alloc::vec;

    #[test]
    fn encodes_short_and_long() {
        for length in [0, 1, 250, 254, 255, 256, 300, 20_000] {
            let value = vec![7u8; length];
            with_encoded(&value, |bytes| assert_eq!(bytes, value.encode()));
        }
    }

    #[test]
    fn an_error_is_a_refusal() {
        let ours = Refused(&5u32).encode();
        assert_eq!(ours, Refusal::Program(5u32).encode());
    }
}
