//! What a turn sends out when it commits: messages, new programs and events.

use actors_primitives::{
    abi::{flag, REST_OF_DEPOSIT},
    PAGE_SIZE,
};

use crate::{chain, sys, sys_len, task, Error};

/// The gas of a message to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gas {
    /// It draws on the gas of the current message.
    Shared,
    /// This much is split off the gas of the current message.
    Split(u64),
}

impl Gas {
    fn as_abi(self) -> Result<i64, Error> {
        match self {
            Self::Shared => Ok(-1),
            Self::Split(gas) => i64::try_from(gas).map_err(|_| Error::OUT_OF_RANGE),
        }
    }
}

/// The deposit money that goes along with a message: what its program may grow by, and its own sends take along. What
/// is left comes back with the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deposit(u128);

impl Deposit {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// All that the current message has left when the turn commits, after what this program itself has grown by.
    pub const REST: Self = Self(REST_OF_DEPOSIT);

    /// This much.
    #[must_use]
    pub const fn planck(planck: u128) -> Self {
        // More than there can be; and the number above it is another's.
        match planck {
            REST_OF_DEPOSIT => Self(planck - 1),
            planck => Self(planck),
        }
    }
}

/// What goes along with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct With {
    /// Value, from the program's balance, in planck.
    pub value: u128,
    /// Deposit money.
    pub deposit: Deposit,
    /// The gas that it runs on.
    pub gas: Gas,
}

impl Default for With {
    /// No value and no deposit money; it shares the gas.
    fn default() -> Self {
        Self {
            value: 0,
            deposit: Deposit::NONE,
            gas: Gas::Shared,
        }
    }
}

/// Sends a message when the turn commits, and returns its id.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`] for the payload or the number of sends, [`Error::OUT_OF_RANGE`] for gas
/// above `i64::MAX`, [`Error::NOT_ENOUGH_VALUE`], [`Error::NOT_ENOUGH_DEPOSIT`], [`Error::NOT_ENOUGH_GAS`],
/// [`Error::PURSE_CLOSED`], or [`Error::NOT_ALLOWED`].
pub fn send(dest: &[u8; 32], payload: &[u8], with: With) -> Result<[u8; 32], Error> {
    let mut id = [0; 32];
    send_as(&mut id, dest, payload, &with, 0, 0).map(|()| id)
}

/// As [`send`], and awaits the reply: it resumes the current message, if that
/// [waits](crate::message::wait) when it comes. Else it is one for `handle_reply`.
///
/// A message to a user stands in the user's mailbox, with its value, until the user answers it or
/// takes its value, for at most `letter` blocks; 0 leaves it to the chain. To a program the number
/// means nothing.
///
/// # Errors
///
/// Those of [`send`]; [`Error::OVER_LIMIT`] also for too many blocks, 2²⁴ and more among them;
/// [`Error::NOT_ALLOWED`] where no message can wait: only in `init` and `handle` it can.
pub fn send_awaited(
    dest: &[u8; 32],
    payload: &[u8],
    with: With,
    letter: u32,
) -> Result<[u8; 32], Error> {
    let mut id = [0; 32];
    send_awaited_as(&mut id, dest, payload, &with, letter).map(|()| id)
}

/// As [`send_awaited`], and writes the id.
pub(crate) fn send_awaited_as(
    id: &mut [u8; 32],
    dest: &[u8; 32],
    payload: &[u8],
    with: &With,
    letter: u32,
) -> Result<(), Error> {
    send_as(id, dest, payload, with, 0, awaited(letter)?)
}

/// As [`send`], and delivers the message after so many blocks. It outlives the current message, so
/// its gas must be split off.
///
/// # Errors
///
/// Those of [`send`]; [`Error::OVER_LIMIT`] also for too many blocks, [`Error::NOT_ALLOWED`] also for shared gas.
pub fn send_delayed(
    dest: &[u8; 32],
    payload: &[u8],
    with: With,
    delay: u32,
) -> Result<[u8; 32], Error> {
    let mut id = [0; 32];
    send_as(&mut id, dest, payload, &with, delay, 0).map(|()| id)
}

/// The flags of a send whose reply is awaited.
fn awaited(letter: u32) -> Result<u32, Error> {
    match letter.leading_zeros() < flag::LETTER_SHIFT {
        true => Err(Error::OVER_LIMIT),
        false => Ok(flag::AWAIT | letter << flag::LETTER_SHIFT),
    }
}

/// Sends an empty message to the program itself, on gas that is split off, and writes its id. It is not counted as the current
/// message's, and takes some 140 bytes of code less than by [`send_as`].
///
/// What it drops may make a page more that is stored, so deposit money for one goes along, or what there is. A message that goes on
/// `keeps` as much for itself.
pub(crate) fn send_to_self(id: &mut [u8; 32], gas: u64, keeps: bool) -> Result<(), Error> {
    let (mut own, value) = (core::mem::MaybeUninit::<[u8; 32]>::uninit(), 0);
    let own = own.as_mut_ptr().cast();
    let prices = chain::deposit_prices();
    // A shift, since a product of 128 bits is a function of its own.
    let page = prices.item + (prices.byte << PAGE_SIZE.ilog2());
    let kept = if keeps { page } else { 0 };
    let deposit = page.min(chain::deposit_left().saturating_sub(kept));
    // SAFETY: `own` and `id` are valid for 32 bytes and the amounts for 16. There is less gas than an `i64` can say.
    let returned = unsafe {
        sys::program_id(own);
        sys::send(
            own,
            own,
            0,
            bytes_of(&value),
            bytes_of(&deposit),
            gas as i64,
            0,
            0,
            id.as_mut_ptr(),
        )
    };
    Error::check(returned).map(|_| ())
}

fn send_as(
    id: &mut [u8; 32],
    dest: &[u8; 32],
    payload: &[u8],
    with: &With,
    delay: u32,
    flags: u32,
) -> Result<(), Error> {
    let gas = with.gas.as_abi()?;
    // SAFETY: `payload` is valid for its length, `dest` and `id` for 32 bytes, the amounts for 16.
    let returned = unsafe {
        sys::send(
            dest.as_ptr(),
            payload.as_ptr(),
            sys_len(payload),
            bytes_of(&with.value),
            bytes_of(&with.deposit.0),
            gas,
            delay,
            flags,
            id.as_mut_ptr(),
        )
    };
    Error::check(returned).map(|_| task::sent())
}

/// The bytes of an amount in memory, as the chain reads them.
fn bytes_of(amount: &u128) -> *const u8 {
    const { assert!(cfg!(target_endian = "little")) };
    core::ptr::from_ref(amount).cast()
}

/// A program that this turn creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created {
    /// Its address.
    pub program: [u8; 32],
    /// The message that runs its `init`; its reply says how that ended.
    pub message: [u8; 32],
}

/// Creates a program from stored code when the turn commits, and queues its `init` with `payload`
/// and what goes along: an `init` that stores anything needs deposit money.
///
/// The address follows from the code, this program and `salt`. The new program's existential
/// deposit and the deposit for its record are taken from this program's balance, besides the value.
///
/// # Errors
///
/// [`Error::NO_SUCH_CODE`], [`Error::ALREADY_EXISTS`] at the address, [`Error::OVER_LIMIT`] for the
/// salt, the payload or the number of sends, [`Error::OUT_OF_RANGE`] for gas above `i64::MAX`,
/// [`Error::NOT_ENOUGH_VALUE`], [`Error::NOT_ENOUGH_DEPOSIT`], [`Error::NOT_ENOUGH_GAS`], [`Error::PURSE_CLOSED`], or
/// [`Error::NOT_ALLOWED`].
pub fn create_program(
    code_hash: &[u8; 32],
    salt: &[u8],
    payload: &[u8],
    with: With,
) -> Result<Created, Error> {
    create_program_as(code_hash, salt, payload, &with, 0)
}

/// As [`create_program`], and awaits the reply of `init`, as [`send_awaited`] does.
///
/// # Errors
///
/// Those of [`create_program`]; [`Error::NOT_ALLOWED`] also where no message can wait.
pub fn create_program_awaited(
    code_hash: &[u8; 32],
    salt: &[u8],
    payload: &[u8],
    with: With,
) -> Result<Created, Error> {
    create_program_as(code_hash, salt, payload, &with, flag::AWAIT)
}

fn create_program_as(
    code_hash: &[u8; 32],
    salt: &[u8],
    payload: &[u8],
    with: &With,
    flags: u32,
) -> Result<Created, Error> {
    let gas = with.gas.as_abi()?;
    let mut created = Created {
        program: [0; 32],
        message: [0; 32],
    };
    // SAFETY: `salt` and `payload` are valid for their lengths, `code_hash`, `program` and
    // `message` for 32 bytes, the amounts for 16.
    let returned = unsafe {
        sys::create_program(
            code_hash.as_ptr(),
            salt.as_ptr(),
            sys_len(salt),
            payload.as_ptr(),
            sys_len(payload),
            bytes_of(&with.value),
            bytes_of(&with.deposit.0),
            gas,
            flags,
            created.program.as_mut_ptr(),
            created.message.as_mut_ptr(),
        )
    };
    Error::check(returned)?;
    task::sent();
    Ok(created)
}

/// Deposits a program event.
///
/// # Errors
///
/// [`Error::OVER_LIMIT`], or [`Error::NOT_ALLOWED`] in `state`.
pub fn emit(data: &[u8]) -> Result<(), Error> {
    // SAFETY: `data` is valid for its length.
    let returned = unsafe { sys::emit(data.as_ptr(), sys_len(data)) };
    Error::check(returned).map(|_| ())
}

/// Logs `text` in tests, dry runs and traces; nothing on chain.
pub fn debug(text: &str) {
    // SAFETY: `text` is valid for its length.
    unsafe { sys::debug(text.as_ptr(), sys_len(text.as_bytes())) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_gas_is_what_an_i64_can_say() {
        assert_eq!(Gas::Shared.as_abi(), Ok(-1));
        assert_eq!(Gas::Split(0).as_abi(), Ok(0));
        assert_eq!(Gas::Split(i64::MAX as u64).as_abi(), Ok(i64::MAX));
        assert_eq!(Gas::Split(1 << 63).as_abi(), Err(Error::OUT_OF_RANGE));
        assert_eq!(Gas::Split(u64::MAX).as_abi(), Err(Error::OUT_OF_RANGE));
    }
    #[test]
    fn flags_say_for_how_many_blocks_a_letter_stands() {
        assert_eq!(awaited(0), Ok(1));
        assert_eq!(awaited(3), Ok(0x301));
        assert_eq!(awaited((1 << 24) - 1), Ok(0xffff_ff01));
        assert_eq!(awaited(1 << 24), Err(Error::OVER_LIMIT));
    }
}
