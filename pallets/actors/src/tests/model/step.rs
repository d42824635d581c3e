//! One thing that happens to the chain from outside.

use codec::{Decode, Encode};
use core::fmt;

use super::script::{Code, Script, Short, User, Who};

/// What comes with a call that queues a message.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Order {
    /// Who makes the call.
    pub from: User,
    /// What the message says.
    pub script: Script,
    /// What it carries.
    pub value: u128,
    /// Its gas limit.
    pub gas: u64,
    /// Its deposit limit.
    pub deposit: u128,
}

/// One thing that happens.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub enum Step {
    /// A user sends to a program.
    Send(Who, Order),
    /// A user creates a program with that salt.
    Create(u8, Order),
    /// The admin of a program, or somebody else, has it go on as other code.
    Upgrade(Who, Code, Order),
    /// The admin of a program, or somebody else, names another, or none.
    SetAdmin(User, Who, Option<User>),
    /// Who has that letter, or else that user, answers it with so many bytes and value.
    Answer(Option<User>, u8, u8, u128, bool),
    /// Who has that letter, or else that user, takes its value.
    Claim(Option<User>, u8),
    /// Who has opened that purse, or else that user, closes it.
    Close(Option<User>, u8),
    /// The manager pauses service or resumes it.
    Pause(bool),
    /// The chain allows programs that many Wasm pages from now on.
    Memory(u32),
    /// The chain allows turns that much gas from now on.
    LongestTurn(u64),
    /// The block ends, and leaves so many milliseconds; the next begins, and has so many more.
    Block {
        /// What is left of the block that ends.
        idle: u16,
        /// What is there in the next.
        poll: u16,
    },
    /// So many blocks without anything else.
    Pass(u8),
    /// So many blocks in which the chain migrates: no hook runs.
    Migrate(u8),
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gas = Short(self.gas.into());
        write!(f, "{:?}, gas {gas}", self.script)?;
        for (name, amount) in [("value", self.value), ("deposit", self.deposit)] {
            if amount > 0 {
                write!(f, ", {name} {}", Short(amount))?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(to, order) => write!(f, "{:?} sends {to:?} {order:?}", order.from),
            Self::Create(salt, order) => {
                let code = Code::of(*salt);
                write!(f, "{:?} creates {salt} of {code:?} {order:?}", order.from)
            }
            Self::Upgrade(program, code, order) => {
                write!(
                    f,
                    "{:?} upgrades {program:?} to {code:?} {order:?}",
                    order.from
                )
            }
            Self::SetAdmin(user, program, admin) => {
                write!(f, "{user:?} makes {admin:?} admin of {program:?}")
            }
            Self::Answer(who, letter, bytes, value, only) => {
                let value = Short(*value);
                match who {
                    Some(user) => write!(f, "{user:?} answers")?,
                    None => f.write_str("its user answers")?,
                }
                write!(f, " letter {letter} with {bytes} bytes and value {value}")?;
                f.write_str(if *only { " if that is awaited" } else { "" })
            }
            Self::Claim(Some(user), letter) => write!(f, "{user:?} claims letter {letter}"),
            Self::Claim(None, letter) => write!(f, "its user claims letter {letter}"),
            Self::Close(Some(user), purse) => write!(f, "{user:?} closes purse {purse}"),
            Self::Close(None, purse) => write!(f, "its payer closes purse {purse}"),
            Self::Pause(true) => f.write_str("service is paused"),
            Self::Pause(false) => f.write_str("service goes on"),
            Self::Memory(pages) => write!(f, "programs may have {pages} Wasm pages"),
            Self::LongestTurn(gas) => write!(f, "turns may burn {}", Short((*gas).into())),
            Self::Block { idle, poll } => {
                write!(
                    f,
                    "a block ends with {idle} ms, the next begins with {poll} ms"
                )
            }
            Self::Pass(blocks) => write!(f, "{blocks} blocks pass"),
            Self::Migrate(blocks) => write!(f, "the chain migrates for {blocks} blocks"),
        }
    }
}
