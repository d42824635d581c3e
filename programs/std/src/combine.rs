//! Waiting for several things at once.

use alloc::{boxed::Box, vec::Vec};
use core::{
    future::{poll_fn, Future, IntoFuture},
    pin::{pin, Pin},
    task::{Context, Poll},
};

/// What a future comes to, once it is there.
enum Slot<F: Future> {
    Waits(Pin<Box<F>>),
    Done(Option<F::Output>),
}

impl<F: Future> Slot<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> bool {
        if let Self::Waits(future) = self {
            match future.as_mut().poll(context) {
                Poll::Ready(output) => *self = Self::Done(Some(output)),
                Poll::Pending => return false,
            }
        }
        true
    }

    fn take(&mut self) -> F::Output {
        match self {
            Self::Done(output) => output.take(),
            Self::Waits(_) => None,
        }
        .unwrap_or_else(|| crate::panic("a future was polled after its end"))
    }
}

/// Waits for both. What they send is sent at once.
pub async fn join<A: IntoFuture, B: IntoFuture>(first: A, second: B) -> (A::Output, B::Output) {
    let mut first = Slot::Waits(Box::pin(first.into_future()));
    let mut second = Slot::Waits(Box::pin(second.into_future()));
    poll_fn(|context| {
        let done = (first.poll(context), second.poll(context));
        match done {
            (true, true) => Poll::Ready((first.take(), second.take())),
            _ => Poll::Pending,
        }
    })
    .await
}

/// Waits for all. What they send is sent at once.
pub async fn join_all<F: IntoFuture>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut slots: Vec<_> = futures
        .into_iter()
        .map(|future| Slot::Waits(Box::pin(future.into_future())))
        .collect();
    poll_fn(|context| {
        // Each is polled: any may have the news.
        let waits = slots
            .iter_mut()
            .filter_map(|slot| (!slot.poll(context)).then_some(()))
            .count();
        match waits {
            0 => Poll::Ready(slots.iter_mut().map(Slot::take).collect()),
            _ => Poll::Pending,
        }
    })
    .await
}

/// What came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first.
    First(A),
    /// The second.
    Second(B),
}

/// Waits for either, and drops the other: a reply to that is not seen, and its value is the program's. Of two
/// that are there together, the first.
pub async fn select<A: IntoFuture, B: IntoFuture>(
    first: A,
    second: B,
) -> Either<A::Output, B::Output> {
    let mut first = pin!(first.into_future());
    let mut second = pin!(second.into_future());
    poll_fn(|context| {
        if let Poll::Ready(output) = first.as_mut().poll(context) {
            return Poll::Ready(Either::First(output));
        }
        second.as_mut().poll(context).map(Either::Second)
    })
    .await
}
