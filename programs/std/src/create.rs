//! Programs that a program creates.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::{
    future::{Future, IntoFuture},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    outbox::{self, Created, Deposit, Gas, With},
    refusal::Never,
    request::{outcome, Sent},
    rt::routed,
    task::Awaiting,
    ActorId, CallError, Error, Funds, DEFAULT_DEADLINE,
};

/// A program that is not created yet: `.await` creates it and waits until its `init` has ended, [`Creation::send`] creates it and
/// does not wait.
///
/// The new program's existential deposit and the deposit for its record are taken from this program's balance, besides the value.
#[must_use = "nothing is created until it is awaited or `send` is called"]
pub struct Creation<E = Never> {
    code: [u8; 32],
    salt: Vec<u8>,
    payload: Vec<u8>,
    with: With,
    deadline: u32,
    error: PhantomData<fn() -> E>,
}

impl<E> Creation<E> {
    /// A program of the code of that hash, whose address follows from it, from this program and from `salt`. Its `init` reads those
    /// bytes.
    pub fn raw(code: [u8; 32], salt: Vec<u8>, payload: Vec<u8>) -> Self {
        Self {
            code,
            salt,
            payload,
            with: With::default(),
            deadline: DEFAULT_DEADLINE,
            error: PhantomData,
        }
    }

    /// Likewise, by the constructor of that route with those arguments: a tuple.
    pub fn call(code: [u8; 32], salt: Vec<u8>, route: u8, arguments: &impl Encode) -> Self {
        Self::raw(code, salt, routed(route, arguments))
    }

    /// Sends value along, from the program's balance.
    pub fn value(mut self, funds: Funds) -> Self {
        self.with.value = funds.0;
        self
    }

    /// Sends deposit money along: an `init` that stores anything needs some. None if nothing is said.
    pub fn deposit(mut self, deposit: Deposit) -> Self {
        self.with.deposit = deposit;
        self
    }

    /// Which gas its `init` runs on; the current message's if nothing is said.
    pub fn gas(mut self, gas: Gas) -> Self {
        self.with.gas = gas;
        self
    }

    /// For how many blocks of service the end of `init` is awaited, instead of [`DEFAULT_DEADLINE`].
    pub fn deadline(mut self, blocks: u32) -> Self {
        self.deadline = blocks;
        self
    }

    /// Creates it when the turn commits, and does not wait.
    ///
    /// # Errors
    ///
    /// Those of [`outbox::create_program`].
    pub fn send(self) -> Result<Created, Error> {
        outbox::create_program(&self.code, &self.salt, &self.payload, self.with)
    }

    /// Creates it when the turn commits, and returns what waits until its `init` has ended: to do something between
    /// the two, such as to find out what the program took.
    ///
    /// # Errors
    ///
    /// Those of [`outbox::create_program_awaited`].
    pub fn start(self) -> Result<Creating<E>, Error> {
        let mut creating = Creating {
            step: Step::Unsent(self),
            program: ActorId::default(),
        };
        creating.start().map(|()| creating)
    }
}

impl<E: Decode> IntoFuture for Creation<E> {
    type Output = Result<ActorId, CallError<E>>;
    type IntoFuture = Creating<E>;

    fn into_future(self) -> Creating<E> {
        Creating {
            step: Step::Unsent(self),
            program: ActorId::default(),
        }
    }
}

/// A program whose `init` is awaited.
pub struct Creating<E> {
    step: Step<E>,
    program: ActorId,
}

enum Step<E> {
    Unsent(Creation<E>),
    Sent(Sent),
    Done,
}

impl<E> Unpin for Creating<E> {}

impl<E> Creating<E> {
    /// The address of the program that is being created.
    #[must_use]
    pub fn program(&self) -> ActorId {
        self.program
    }

    fn start(&mut self) -> Result<(), Error> {
        let Step::Unsent(creation) = &self.step else {
            return Ok(());
        };
        // Whatever `init` answers is not read.
        let mut reply = Awaiting::new(0);
        let created = outbox::create_program_awaited(
            &creation.code,
            &creation.salt,
            &creation.payload,
            creation.with,
        );
        let blocks = creation.deadline;
        self.step = Step::Done;
        let created = created?;
        *reply.to() = created.message;
        self.program = ActorId(created.program);
        self.step = Step::Sent(Sent::new(reply, blocks));
        Ok(())
    }
}

impl<E: Decode> Future for Creating<E> {
    type Output = Result<ActorId, CallError<E>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if let Err(error) = self.start() {
            return Poll::Ready(Err(CallError::NotSent(error)));
        }
        let Step::Sent(sent) = &mut self.step else {
            crate::panic("a reply was awaited twice")
        };
        let Poll::Ready(end) = sent.poll() else {
            return Poll::Pending;
        };
        self.step = Step::Done;
        Poll::Ready(match outcome::<(), E>(end) {
            // Whatever `init` replies.
            Ok(_) | Err(CallError::AnswerTooLong(_)) => Ok(self.program),
            Err(error) => Err(error),
        })
    }
}
