//! The program itself and its end, the block, gas, deposits and randomness.

use crate::{crypto, rt, sys, sys_len, ActorId};

/// The program's own id.
#[must_use]
pub fn program_id() -> [u8; 32] {
    let mut out = [0; 32];
    // SAFETY: `out` is valid for 32 bytes.
    unsafe { sys::program_id(out.as_mut_ptr()) };
    out
}

/// The address of the program that `creator` makes of the code of that hash with that salt, made or not.
#[must_use]
pub fn address_of(code: &[u8; 32], creator: ActorId, salt: &[u8]) -> ActorId {
    rt::with_encoded(&preimage(code, &creator, salt), |bytes| {
        ActorId(crypto::blake2_256(bytes))
    })
}

/// What an address is the hash of.
fn preimage<'a>(
    code: &'a [u8; 32],
    creator: &'a ActorId,
    salt: &'a [u8],
) -> impl codec::Encode + 'a {
    (b"actors/program", code, creator, salt)
}

/// The program's own free balance.
#[must_use]
pub fn balance() -> u128 {
    let mut out = [0; 16];
    // SAFETY: `out` is valid for 16 bytes.
    unsafe { sys::balance(out.as_mut_ptr()) };
    u128::from_le_bytes(out)
}

/// Ends the run at once, and the program with it: what the turn did so far commits, its balance and
/// deposits go to `inheritor`, and its memory and state are deleted.
///
/// Where a program cannot exit, in `handle_reply` and `state`, and where the inheritor is the
/// program itself, the turn fails with `SyscallMisuse` instead.
pub fn exit(inheritor: &[u8; 32]) -> ! {
    // SAFETY: `inheritor` is valid for 32 bytes.
    unsafe { sys::exit(inheritor.as_ptr()) };
    // The chain does not come back here.
    crate::panic("exit returned")
}

/// The height of the block.
#[must_use]
pub fn block_number() -> u64 {
    // SAFETY: takes no pointer. The chain's number is unsigned; Wasm's integers have no sign.
    (unsafe { sys::block_number() }) as u64
}

/// The time of the block, in milliseconds since 1970.
#[must_use]
pub fn block_timestamp() -> u64 {
    // SAFETY: takes no pointer. The chain's number is unsigned; Wasm's integers have no sign.
    (unsafe { sys::block_timestamp() }) as u64
}

/// The gas that this turn may still burn.
#[must_use]
pub fn gas_left() -> u64 {
    // SAFETY: takes no pointer. The chain's number is unsigned; Wasm's integers have no sign.
    (unsafe { sys::gas_left() }) as u64
}

/// The deposit money that the message may still use or send along.
#[must_use]
pub fn deposit_left() -> u128 {
    let mut out = [0; 16];
    // SAFETY: `out` is valid for 16 bytes.
    unsafe { sys::deposit_left(out.as_mut_ptr()) };
    u128::from_le_bytes(out)
}

/// The deposits for what programs store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DepositPrices {
    /// For one item, in planck: a page of memory, or a key of state.
    pub item: u128,
    /// For one byte, in planck: a page has 16,384.
    pub byte: u128,
}

impl DepositPrices {
    /// The deposit for so many items that have so many bytes together.
    #[must_use]
    pub fn of(self, items: u32, bytes: u32) -> u128 {
        let items = self.item.saturating_mul(items.into());
        items.saturating_add(self.byte.saturating_mul(bytes.into()))
    }
}

/// The deposits for what programs store.
#[must_use]
pub fn deposit_prices() -> DepositPrices {
    let mut out = [0u128; 2];
    // SAFETY: `out` is valid for 32 bytes. The chain writes them in the order of Wasm's memory.
    unsafe { sys::deposit_prices(out.as_mut_ptr().cast()) };
    let [item, byte] = out.map(u128::from_le);
    DepositPrices { item, byte }
}

/// Randomness of a chain, and how old it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Random {
    /// The bytes, mixed with the subject they were asked for.
    pub bytes: [u8; 32],
    /// The block since which they were knowable: safe only for a bet placed before it.
    pub known_since: u64,
}

/// The chain's randomness, mixed with `subject`.
#[must_use]
pub fn random(subject: &[u8]) -> Random {
    let mut bytes = [0; 32];
    // SAFETY: `subject` is valid for its length and `bytes` for 32 bytes.
    let since = unsafe { sys::random(subject.as_ptr(), sys_len(subject), bytes.as_mut_ptr()) };
    // The chain's number is unsigned; Wasm's integers have no sign.
    Random {
        bytes,
        known_since: since as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn an_address_is_the_hash_of_code_creator_and_salt() {
        let expected = [&b"actors/program"[..], &[1; 32], &[2; 32], &[12], b"abc"].concat();
        let creator = ActorId([2; 32]);
        assert_eq!(preimage(&[1; 32], &creator, b"abc").encode(), expected);
    }
}
