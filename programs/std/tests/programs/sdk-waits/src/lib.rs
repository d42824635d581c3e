//! Waits in every way, and keeps a log of what happened in which order.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{join_all, prelude::*, signal, Either};

/// A log.
#[derive(Default)]
pub struct Waits {
    log: Vec<String>,
    turns: u32,
}

/// What is asked of another program: the raw bytes of a message, and for how long the answer is awaited.
#[actors_std::data]
pub struct Ask {
    /// Whom.
    pub to: ActorId,
    /// What.
    pub payload: Vec<u8>,
    /// How many blocks; 0 says nothing, which leaves it to the default.
    pub blocks: u32,
}

/// What became of it.
#[actors_std::data]
pub enum End {
    /// An answer, with so much value.
    Answer(u32, u128),
    /// The other program's own error.
    Program(u8),
    /// The other program did not carry the call out.
    Refused,
    /// The message failed with that code, and that text if it has panicked.
    Failed(i32, Option<String>),
    /// Nobody answered.
    Deadline,
    /// It was not sent.
    NotSent(i32),
    /// An answer of another type.
    Undecodable(Vec<u8>),
    /// A sleep was over.
    Slept,
}

/// Its own error.
#[actors_std::error]
pub struct WaitError(pub u32);

/// Deposit money for the program that is asked.
const DEPOSIT: u128 = 30_000_000_000;

impl Ask {
    async fn end(self) -> End {
        let request = Request::<u32, u8>::raw(self.to, self.payload);
        let request = request.deposit(Deposit::planck(DEPOSIT));
        let request = match self.blocks {
            0 => request,
            blocks => request.deadline(blocks),
        };
        match request.with_value().await {
            Ok((answer, Funds(value))) => End::Answer(answer, value),
            Err(CallError::Program(error)) => End::Program(error),
            Err(CallError::Refused(_)) => End::Refused,
            Err(CallError::Deadline) => End::Deadline,
            Err(CallError::NotSent(error)) => End::NotSent(error.code()),
            Err(CallError::Undecodable(bytes)) => End::Undecodable(bytes),
            Err(failed) => {
                let text = failed.panic_text();
                match failed {
                    CallError::Failed(code, _) => End::Failed(code.number(), text),
                    _ => End::Failed(0, None),
                }
            }
        }
    }
}

#[actors_std::program]
impl Waits {
    /// Asks.
    #[method]
    pub async fn ask(_this: This<Self>, ask: Ask) -> End {
        ask.end().await
    }

    /// Asks two at once.
    #[method]
    pub async fn both(_this: This<Self>, first: Ask, second: Ask) -> (End, End) {
        join(first.end(), second.end()).await
    }

    /// Asks many at once.
    #[method]
    pub async fn all(_this: This<Self>, asks: Vec<Ask>) -> Vec<End> {
        join_all(asks.into_iter().map(Ask::end)).await
    }

    /// Asks two, and goes on with the first answer; then asks once more.
    #[method]
    pub async fn either(
        _this: This<Self>,
        first: Ask,
        second: Ask,
        then: Option<Ask>,
    ) -> (bool, End, Option<End>) {
        let (is_first, end) = match select(first.end(), second.end()).await {
            Either::First(end) => (true, end),
            Either::Second(end) => (false, end),
        };
        let then = match then {
            Some(ask) => Some(ask.end().await),
            None => None,
        };
        (is_first, end, then)
    }

    /// Asks, and sleeps at most so long.
    #[method]
    pub async fn at_most(_this: This<Self>, ask: Ask, blocks: u32) -> End {
        match select(ask.end(), sleep(blocks)).await {
            Either::First(end) => end,
            Either::Second(()) => End::Slept,
        }
    }

    /// Sleeps some times, one after the other.
    #[method]
    pub async fn sleep(this: This<Self>, blocks: Vec<u32>) -> u64 {
        for blocks in blocks {
            sleep(blocks).await;
            this.with(|state| state.turns += 1);
        }
        chain::block_number()
    }

    /// Writes down when it begins and when it goes on.
    #[method]
    pub async fn log(this: This<Self>, name: String, blocks: u32) -> u32 {
        this.with(|state| state.log.push(format!("{name} begins")));
        sleep(blocks).await;
        this.with(|state| {
            state.log.push(format!("{name} goes on"));
            state.log.len() as u32
        })
    }

    /// Reaches for the state where it has it already.
    #[method]
    pub async fn nest(this: This<Self>) -> u32 {
        let that = this;
        this.with(|state| {
            state.turns += 1;
            that.with(|state| state.turns)
        })
    }

    /// Awaits what nothing brings about.
    #[method]
    pub async fn never(_this: This<Self>) {
        core::future::pending::<()>().await;
    }

    /// Waits, and then fails as it is told, with hooks that write down that they ran.
    #[method]
    pub async fn hooked(this: This<Self>, how: u8, blocks: u32) -> Result<u32, WaitError> {
        let write = move |text: &'static str| {
            move || {
                let code = signal::code().map_or(0, |code| code.number());
                this.with(|state| state.log.push(format!("{text} {code:x}")));
            }
        };
        let _first = on_failure(write("first"));
        let dropped = on_failure(write("dropped"));
        let _third = on_failure(write("third"));
        drop(dropped);
        sleep(blocks).await;
        let late = on_failure(write("undone with its turn"));
        this.with(|state| state.turns += 1);
        match how {
            0 => Ok(7),
            1 => Err(WaitError(1)),
            2 => panic!("as it was told"),
            3 => burn(),
            // A second turn that stands, and then a failure.
            _ => {
                drop(late);
                let _fourth = on_failure(write("fourth"));
                sleep(blocks).await;
                Err(WaitError(2))
            }
        }
    }

    /// Puts a hook where there is nothing to wait for.
    #[method]
    pub fn misplaced(&mut self) {
        self.turns += 1;
        let _hook = on_failure(|| ());
    }

    /// Fails in its first turn.
    #[method]
    pub async fn fail_at_once(this: This<Self>, funds: Funds) -> Result<(), WaitError> {
        this.with(|state| state.turns += 1);
        Err(WaitError(funds.0 as u32))
    }

    /// Answers its argument, to whoever asks.
    #[method(route = 100)]
    pub fn echo(&mut self, number: u32) -> u32 {
        number
    }

    /// Answers itself later.
    #[method]
    pub async fn ask_itself(_this: This<Self>, numbers: Vec<u32>) -> Vec<u32> {
        let here = ActorId(chain::program_id());
        let echo = |number: u32| Request::<u32>::call(here, 100, &number);
        let answers = join_all(numbers.into_iter().map(echo)).await;
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or(0))
            .collect()
    }

    /// Ends, in favour of somebody.
    #[method]
    pub fn leave(&mut self, heir: ActorId) {
        chain::exit(&heir.0)
    }

    /// Creates a program, and answers its address.
    #[method]
    pub async fn create(
        _this: This<Self>,
        code: [u8; 32],
        payload: Vec<u8>,
        value: u128,
    ) -> Result<ActorId, WaitError> {
        let creation = Creation::<u8>::raw(code, vec![1], payload).value(Funds(value));
        let creation = creation.deposit(Deposit::REST);
        match creation.await {
            Ok(program) => Ok(program),
            Err(CallError::Program(error)) => Err(WaitError(error.into())),
            Err(_) => Err(WaitError(1_000)),
        }
    }

    /// The log.
    #[query]
    pub fn read(&self) -> Vec<String> {
        self.log.clone()
    }

    /// How many turns were counted.
    #[query]
    pub fn turns(&self) -> u32 {
        self.turns
    }
}

/// Burns all that there is.
fn burn() -> ! {
    let mut number = 0u32;
    loop {
        number = core::hint::black_box(number.wrapping_add(1));
    }
}
