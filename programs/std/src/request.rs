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
    outbox::{self, Deposit, Gas, With},
    refusal::Never,
    reply::Code,
    rt::{routed, zeroes, Bounded},
    task::{self, Awaiting, Deadline},
    ActorId, Error, Funds, Refusal,
};

/// For how many blocks of service an answer is awaited where nothing is said.
pub const DEFAULT_DEADLINE: u32 = 100;

/// How many bytes an answer may have where nothing is said: 16 KiB.
pub const DEFAULT_MAX_ANSWER: u32 = 16 * 1024;

/// A message that is not sent yet: `.await` sends it and waits for the reply, [`Request::send`] sends it and does
/// not wait.
#[must_use = "nothing is sent until it is awaited or `send` is called"]
pub struct Request<T = (), E = Never> {
    destination: ActorId,
    payload: Vec<u8>,
    with: With,
    deadline: u32,
    max_answer: u32,
    delay: u32,
    reply: PhantomData<fn() -> (T, E)>,
}

impl<T, E> Request<T, E> {
    /// A message of those bytes.
    pub fn raw(destination: ActorId, payload: Vec<u8>) -> Self {
        Self {
            destination,
            payload,
            with: With::default(),
            deadline: DEFAULT_DEADLINE,
            max_answer: DEFAULT_MAX_ANSWER,
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
        self.with.value = funds.0;
        self
    }

    /// Sends deposit money along: what it makes programs store more is paid out of that. None if nothing is said.
    pub fn deposit(mut self, deposit: Deposit) -> Self {
        self.with.deposit = deposit;
        self
    }

    /// Which gas it runs on; the current message's if nothing is said.
    pub fn gas(mut self, gas: Gas) -> Self {
        self.with.gas = gas;
        self
    }

    /// For how many blocks of service the reply is awaited, instead of [`DEFAULT_DEADLINE`]. So long it stands in
    /// a user's mailbox, too.
    pub fn deadline(mut self, blocks: u32) -> Self {
        self.deadline = blocks;
        self
    }

    /// The most bytes that the answer may have, instead of [`DEFAULT_MAX_ANSWER`]. Of a longer one nothing is read, and it
    /// takes no memory: it is [`CallError::AnswerTooLong`].
    pub fn max_answer(mut self, bytes: u32) -> Self {
        self.max_answer = bytes;
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
            with,
            delay,
            ..
        } = self;
        // One that is not delayed is the same by both.
        outbox::send_delayed(&destination, &payload, with, delay)
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
            with,
            deadline,
            max_answer,
            delay,
            reply,
        } = self;
        let state = State::Unsent(Request {
            destination,
            payload,
            with,
            deadline,
            max_answer,
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
enum State {
    Unsent(Request),
    Sent(Sent),
    Done,
}

impl State {
    #[inline(never)]
    fn poll(&mut self) -> Poll<Result<Box<task::Reply>, NoReply>> {
        if let Self::Unsent(request) = self {
            let mut reply = Awaiting::new(request.max_answer);
            let sent = match request.delay {
                0 => outbox::send_awaited_as(
                    reply.to(),
                    &request.destination.0,
                    &request.payload,
                    &request.with,
                    request.deadline,
                ),
                _ => Err(Error::NOT_ALLOWED),
            };
            if let Err(error) = sent {
                *self = Self::Done;
                return Poll::Ready(Err(NoReply::NotSent(error)));
            }
            *self = Self::Sent(Sent::new(reply, request.deadline));
        }
        let Self::Sent(sent) = self else {
            crate::panic("a reply was awaited twice")
        };
        let end = sent.poll();
        if end.is_ready() {
            *self = Self::Done;
        }
        end
    }
}

/// A message that was sent, and whose reply is awaited.
pub(crate) struct Sent {
    reply: Awaiting,
    deadline: Deadline,
}

/// Why there is no reply.
pub(crate) enum NoReply {
    Deadline,
    NotSent(Error),
}

impl Sent {
    /// For so many blocks.
    pub(crate) fn new(reply: Awaiting, blocks: u32) -> Self {
        Self {
            reply,
            deadline: Deadline::after(blocks),
        }
    }

    pub(crate) fn poll(&mut self) -> Poll<Result<Box<task::Reply>, NoReply>> {
        match self.reply.take() {
            Some(reply) => Poll::Ready(Ok(reply)),
            None if self.deadline.is_ahead() => Poll::Pending,
            None => Poll::Ready(Err(NoReply::Deadline)),
        }
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
        self.state.poll().map(outcome)
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
    end: Result<Box<task::Reply>, NoReply>,
) -> Result<(T, Funds), CallError<E>> {
    let reply = match end {
        Ok(reply) => *reply,
        Err(NoReply::Deadline) => return Err(CallError::Deadline),
        Err(NoReply::NotSent(error)) => return Err(CallError::NotSent(error)),
    };
    let (code, value) = (reply.code, reply.value);
    let payload = match reply.payload() {
        Ok(payload) => payload,
        Err(bytes) => return Err(CallError::AnswerTooLong(bytes)),
    };
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
    /// The answer has so many bytes, which is more than [`Request::max_answer`] allows. The program did what it was asked, and
    /// value that came is this program's.
    AnswerTooLong(usize),
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
