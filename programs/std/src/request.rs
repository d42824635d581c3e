//! Messages to programs and users, and what becomes of them.

use alloc::{boxed::Box, string::String, vec::Vec};
use codec::{Decode, Encode};
use core::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    outbox::{self, Gas},
    refusal::Never,
    reply::Code,
    rt::{routed, zeroes, Bounded},
    task::{self, Deadline},
    ActorId, Error, Funds, Refusal,
};

/// For how many blocks of service an answer is awaited where nothing is said.
pub const DEFAULT_DEADLINE: u32 = 100;

/// A message that is not sent yet: `.await` sends it and waits for the reply, [`Request::send`] sends it and does
/// not wait.
#[must_use = "nothing is sent until it is awaited or `send` is called"]
pub struct Request<T = (), E = Never> {
    destination: ActorId,
    payload: Vec<u8>,
    value: u128,
    gas: Gas,
    deadline: u32,
    delay: u32,
    reply: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Request<T, E> {
    /// A message of those bytes.
    pub fn raw(destination: ActorId, payload: Vec<u8>) -> Self {
        Self {
            destination,
            payload,
            value: 0,
            gas: Gas::Shared,
            deadline: DEFAULT_DEADLINE,
            delay: 0,
            reply: PhantomData,
        }
    }

    /// A call of the program's route with those arguments: a tuple.
    pub fn call(destination: ActorId, route: u8, arguments: &impl Encode) -> Self {
        Self::raw(destination, routed(route, arguments))
    }

    /// Sends value along, from the program's balance.
    pub fn value(mut self, funds: Funds) -> Self {
        self.value = funds.0;
        self
    }

    /// Which gas it runs on; the current message's if nothing is said.
    pub fn gas(mut self, gas: Gas) -> Self {
        self.gas = gas;
        self
    }

    /// For how many blocks of service the reply is awaited, instead of [`DEFAULT_DEADLINE`]. So long it stands in
    /// a user's mailbox, too.
    pub fn deadline(mut self, blocks: u32) -> Self {
        self.deadline = blocks;
        self
    }

    /// Delivers it so many blocks of service later. It needs gas of its own, and cannot be awaited.
    pub fn delay(mut self, blocks: u32) -> Self {
        self.delay = blocks;
        self
    }

    /// Sends it when the turn commits, and does not wait. Returns its id.
    ///
    /// # Errors
    ///
    /// Those of [`outbox::send`] and [`outbox::send_delayed`].
    pub fn send(self) -> Result<[u8; 32], Error> {
        let Self {
            destination: ActorId(destination),
            payload,
            value,
            gas,
            delay,
            ..
        } = self;
        match (delay, gas) {
            (0, _) => outbox::send(&destination, &payload, value, gas),
            (_, Gas::Split(gas)) => outbox::send_delayed(&destination, &payload, value, gas, delay),
            (_, Gas::Shared) => Err(Error::NOT_ALLOWED),
        }
    }
}

impl<T: Decode, E: Decode> IntoFuture for Request<T, E> {
    type Output = Result<T, CallError<E>>;
    type IntoFuture = Awaited<T, E>;

    fn into_future(self) -> Awaited<T, E> {
        Awaited(self.with_value())
    }
}

impl<T: Decode, E: Decode> Request<T, E> {
    /// As awaiting it, and tells the value that comes with the reply.
    pub fn with_value(self) -> AwaitedWithValue<T, E> {
        let Self {
            destination,
            payload,
            value,
            gas,
            deadline,
            delay,
            reply,
        } = self;
        let state = State::Unsent(Request {
            destination,
            payload,
            value,
            gas,
            deadline,
            delay,
            reply: PhantomData,
        });
        AwaitedWithValue { state, reply }
    }
}

/// A reply that is awaited.
pub struct Awaited<T, E>(AwaitedWithValue<T, E>);

/// A reply that is awaited, with its value.
pub struct AwaitedWithValue<T, E> {
    state: State,
    reply: PhantomData<fn() -> (T, E)>,
}

/// What is the same for all types.
pub(crate) enum State {
    Unsent(Request),
    Sent([u8; 32], Deadline),
    Done,
}

/// Why there is no reply.
pub(crate) enum NoReply {
    Deadline,
    NotSent(Error),
}

impl State {
    #[inline(never)]
    pub(crate) fn poll(&mut self) -> Poll<Result<Box<task::Reply>, NoReply>> {
        let (id, deadline) = match self {
            Self::Sent(id, deadline) => (*id, *deadline),
            Self::Done => crate::panic("a reply was awaited twice"),
            Self::Unsent(request) => {
                let sent = match request.delay {
                    0 => outbox::send_awaited(
                        &request.destination.0,
                        &request.payload,
                        request.value,
                        request.gas,
                        request.deadline,
                    ),
                    _ => Err(Error::NOT_ALLOWED),
                };
                let blocks = request.deadline;
                match sent {
                    Ok(id) => self.sent(id, blocks),
                    Err(error) => {
                        *self = Self::Done;
                        return Poll::Ready(Err(NoReply::NotSent(error)));
                    }
                }
            }
        };
        let end = match task::reply_to(&id) {
            Some(reply) => Ok(reply),
            None if deadline.is_ahead() => return Poll::Pending,
            None => Err(NoReply::Deadline),
        };
        *self = Self::Done;
        Poll::Ready(end)
    }

    pub(crate) fn sent(&mut self, id: [u8; 32], blocks: u32) -> ([u8; 32], Deadline) {
        let deadline = Deadline::after(blocks);
        *self = Self::Sent(id, deadline);
        (id, deadline)
    }
}

impl<T, E> Unpin for Awaited<T, E> {}
impl<T, E> Unpin for AwaitedWithValue<T, E> {}

impl<T: Decode, E: Decode> Future for Awaited<T, E> {
    type Output = Result<T, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let reply = Pin::new(&mut self.0).poll(context);
        reply.map(|reply| reply.map(|(value, _)| value))
    }
}

impl<T: Decode, E: Decode> Future for AwaitedWithValue<T, E> {
    type Output = Result<(T, Funds), CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.state.poll().map(|end| match end {
            Ok(reply) => outcome(*reply),
            Err(NoReply::Deadline) => Err(CallError::Deadline),
            Err(NoReply::NotSent(error)) => Err(CallError::NotSent(error)),
        })
    }
}

/// A reply of bytes as they are, such as a user's, which is no SCALE. It is nothing where the user took the value and
/// said nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw(pub Vec<u8>);

impl Decode for Raw {
    fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
        let length = input.remaining_len()?.unwrap_or_default();
        let mut bytes = zeroes(length);
        input.read(&mut bytes)?;
        Ok(Self(bytes))
    }
}

pub(crate) fn outcome<T: Decode, E: Decode>(
    reply: task::Reply,
) -> Result<(T, Funds), CallError<E>> {
    let task::Reply {
        code,
        payload,
        value,
        ..
    } = reply;
    if code.is_success() {
        return match Bounded::whole(&payload) {
            Some(answer) => Ok((answer, Funds(value))),
            None => Err(CallError::Undecodable(payload)),
        };
    }
    if code == Code::REVERTED {
        return Err(match Refusal::read(&payload) {
            Some(Refusal::Program(error)) => CallError::Program(error),
            Some(refusal) => CallError::Refused(refusal),
            None => CallError::Undecodable(payload),
        });
    }
    Err(CallError::Failed(code, payload))
}

/// Why a call to another program came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError<E = Never> {
    /// The program's own error.
    Program(E),
    /// The program did not carry the call out.
    Refused(Refusal<E>),
    /// The message failed. The payload of a panic is its text.
    Failed(Code, Vec<u8>),
    /// Nobody answered in time. A reply that comes later is not seen, and its value is the program's.
    Deadline,
    /// It was not sent.
    NotSent(Error),
    /// The answer is not of the type that was asked for.
    Undecodable(Vec<u8>),
}

impl<E> CallError<E> {
    /// The text of a panic, if that is what it is.
    #[must_use]
    pub fn panic_text(&self) -> Option<String> {
        match self {
            Self::Failed(code, payload) if *code == Code::PANICKED => {
                Some(String::from_utf8_lossy(payload).into_owned())
            }
            _ => None,
        }
    }
}

/// Waits for so many blocks of service.
pub fn sleep(blocks: u32) -> Sleep {
    Sleep {
        blocks,
        until: None,
    }
}

/// See [`sleep`].
#[must_use = "nothing sleeps until it is awaited"]
pub struct Sleep {
    blocks: u32,
    until: Option<Deadline>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.blocks == 0 {
            return Poll::Ready(());
        }
        let blocks = self.blocks;
        let until = *self.until.get_or_insert_with(|| Deadline::after(blocks));
        match until.is_ahead() {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    }
}
