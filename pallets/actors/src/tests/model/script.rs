//! Scripts: what the program `script.wat` is told to do, as a story tells it.

use alloc::vec::Vec;
use codec::{Decode, Encode};
use core::fmt;

/// A user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum User {
    /// Rich.
    Alice,
    /// Less so.
    Bob,
    /// Without an account, until somebody sends money.
    Pauper,
}

/// Somebody, as whoever acts names them.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Who {
    /// A user.
    User(User),
    /// An address that nobody has.
    Nobody,
    /// A program that stands from the beginning.
    Program(u8),
    /// The program that Alice creates with that salt.
    Alices(u8),
    /// The program that who acts creates with that salt.
    Child(u8),
    /// Who acts.
    Oneself,
}

/// Code to create from and to upgrade to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Code {
    /// Version 1, with every entry.
    First,
    /// Version 2, with every entry.
    Second,
    /// Version 3, which has `init` and `handle` and nothing else.
    Mute,
    /// A hash of which no code is stored.
    Unknown,
}

impl Code {
    /// Every code.
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Mute, Self::Unknown];

    /// The code of a program that is created with that salt.
    #[must_use]
    pub fn of(salt: u8) -> Self {
        Self::ALL[usize::from(salt) % Self::ALL.len()]
    }
}

/// Which message a `wake` or a `waits` names.
#[derive(Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Sleeper {
    /// The one that waits at that place of the program's memory.
    Place(u8),
    /// The one whose id stands in that slot.
    Slot(u8),
    /// The current one.
    Itself,
}

impl Sleeper {
    /// How a script names it.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Place(number) => number % 32,
            Self::Slot(number) => 128 + number % 4,
            Self::Itself => 255,
        }
    }
}

/// A message to send.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Post {
    /// Whom it goes to.
    pub to: Who,
    /// What it says.
    pub script: Script,
    /// What it carries.
    pub value: u128,
    /// Deposit money that goes along.
    pub deposit: u128,
    /// Gas to split off; none shares.
    pub gas: Option<u64>,
    /// Blocks until it leaves.
    pub delay: u32,
    /// Whether the reply resumes the message that sends it, and for how many blocks it stands in
    /// a mailbox (0: the default).
    pub awaited: Option<u32>,
    /// Whether the flags have a bit that there is not.
    pub is_odd: bool,
    /// The slot that gets its id.
    pub slot: u8,
}

/// A program to create.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Birth {
    /// The salt, which says the code as well.
    pub salt: u8,
    /// What its `init` is told.
    pub script: Script,
    /// What that message carries.
    pub value: u128,
    /// Deposit money that goes along.
    pub deposit: u128,
    /// Gas to split off; none shares.
    pub gas: Option<u64>,
    /// Whether the reply of `init` resumes the message that creates it.
    pub is_awaited: bool,
    /// The slot that gets the id of its first message.
    pub slot: u8,
}

/// One system call, or something else that a program does.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Op {
    /// Send.
    Send(Post),
    /// Create a program.
    Create(Birth),
    /// Reply with that many bytes, and value.
    Reply(u8, u128),
    /// Wait for at most that many blocks.
    Wait(u32),
    /// Wake another message.
    Wake(Sleeper),
    /// Ask whether another message waits.
    Waits(Sleeper),
    /// Exit and leave everything to somebody.
    Exit(Who),
    /// Deposit an event of one byte.
    Emit(u8),
    /// Store what `handle_reply` is to do.
    OnReply(Vec<Op>),
    /// Store what `handle_signal` is to do.
    OnSignal(Vec<Op>),
    /// Store that many bytes under a key.
    Set(u8, u8),
    /// Read a key.
    Get(u8),
    /// Remove a key.
    Remove(u8),
    /// Write a marker into a page of memory; 0 makes it as it was.
    Touch(u8, u8),
    /// Grow memory by a Wasm page.
    Grow,
    /// Burn all gas.
    Burn,
    /// Trap.
    Trap,
    /// Panic with a text of that many bytes.
    Panic(u8),
    /// Revert with that many bytes, which are no text.
    Revert(u8),
    /// Pass a pointer outside of memory.
    Misuse,
    /// Recurse without end.
    Recurse,
}

/// What a message is told to do, a list for each of its turns.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Script(pub Vec<Vec<Op>>);

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "{user:?}"),
            Self::Nobody => f.write_str("nobody"),
            Self::Program(number) => write!(f, "P{number}"),
            Self::Alices(salt) => write!(f, "A{salt}"),
            Self::Child(salt) => write!(f, "child {salt}"),
            Self::Oneself => f.write_str("itself"),
        }
    }
}

impl fmt::Debug for Sleeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(number) => write!(f, "place {number}"),
            Self::Slot(number) => write!(f, "slot {number}"),
            Self::Itself => f.write_str("itself"),
        }
    }
}

/// A number as a reader takes it in: `300G`, `5M`, `7`.
pub(super) struct Short(pub(super) u128);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (unit, name) in [(1_000_000_000, "G"), (1_000_000, "M")] {
            if self.0 > 0 && self.0.is_multiple_of(unit) {
                return write!(f, "{}{name}", self.0 / unit);
            }
        }
        write!(f, "{}", self.0)
    }
}

/// What a message carries, where that is something.
fn luggage(
    f: &mut fmt::Formatter<'_>,
    value: u128,
    deposit: u128,
    gas: Option<u64>,
) -> fmt::Result {
    for (name, amount) in [("value", value), ("deposit", deposit)] {
        if amount > 0 {
            write!(f, " {name} {}", Short(amount))?;
        }
    }
    gas.map_or(Ok(()), |gas| write!(f, " gas {}", Short(gas.into())))
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "send {:?} {:?}", self.to, self.script)?;
        luggage(f, self.value, self.deposit, self.gas)?;
        if self.delay > 0 {
            write!(f, " in {} blocks", self.delay)?;
        }
        match self.awaited {
            Some(0) => f.write_str(" await")?,
            Some(blocks) => write!(f, " await, a letter for {blocks}")?,
            None => {}
        }
        if self.is_odd {
            f.write_str(" oddly")?;
        }
        write!(f, " #{}", self.slot)
    }
}

impl fmt::Debug for Birth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = Code::of(self.salt);
        write!(f, "create {} of {code:?} {:?}", self.salt, self.script)?;
        luggage(f, self.value, self.deposit, self.gas)?;
        if self.is_awaited {
            f.write_str(" await")?;
        }
        write!(f, " #{}", self.slot)
    }
}

impl fmt::Debug for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(post) => write!(f, "{post:?}"),
            Self::Create(birth) => write!(f, "{birth:?}"),
            Self::Reply(bytes, value) => {
                write!(f, "reply {bytes}")?;
                luggage(f, *value, 0, None)
            }
            Self::Wait(blocks) => write!(f, "wait {blocks}"),
            Self::Wake(sleeper) => write!(f, "wake {sleeper:?}"),
            Self::Waits(sleeper) => write!(f, "ask whether {sleeper:?} waits"),
            Self::Exit(inheritor) => write!(f, "exit to {inheritor:?}"),
            Self::Emit(byte) => write!(f, "emit {byte}"),
            Self::OnReply(ops) => write!(f, "on reply {:?}", Turn(ops)),
            Self::OnSignal(ops) => write!(f, "on signal {:?}", Turn(ops)),
            Self::Set(key, bytes) => write!(f, "set {key} to {bytes} bytes"),
            Self::Get(key) => write!(f, "get {key}"),
            Self::Remove(key) => write!(f, "remove {key}"),
            Self::Touch(page, marker) => write!(f, "touch {page} with {marker}"),
            Self::Grow => f.write_str("grow"),
            Self::Burn => f.write_str("burn"),
            Self::Trap => f.write_str("trap"),
            Self::Panic(bytes) => write!(f, "panic {bytes}"),
            Self::Revert(bytes) => write!(f, "revert {bytes}"),
            Self::Misuse => f.write_str("misuse"),
            Self::Recurse => f.write_str("recurse"),
        }
    }
}

/// What one turn does.
struct Turn<'a>(&'a [Op]);

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        write_list(f, self.0, "; ")?;
        f.write_str("]")
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (number, ops) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(" | ")?;
            }
            write_list(f, ops, "; ")?;
        }
        f.write_str("]")
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, items: &[Op], between: &str) -> fmt::Result {
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        write!(f, "{item:?}")?;
    }
    Ok(())
}
