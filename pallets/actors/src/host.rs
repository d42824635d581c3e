//! What a turn sees of the chain: its own program's code, pages and state, and what is public.

use actors_executor::{CodeInfo, Host, PageIndex};
use actors_primitives::{Balance, CodeHash, MessageId, PAGE_SIZE};
use alloc::{vec, vec::Vec};
use codec::{Compact, Encode};
use frame_support::{
    pallet_prelude::BoundedVec,
    traits::{Randomness, Time},
};
use sp_core::{ed25519, sr25519};
use sp_runtime::traits::SaturatedConversion;

use crate::{
    message::signal_id, pallet::Key, report, Codes, Config, Pages, Pallet, Purse, Purses, State,
    Waiting, Wasm,
};

/// One program's view. Each answer is read when it is asked for, and the executor asks only for
/// what has been paid.
pub(crate) struct ProgramHost<'a, T: Config> {
    pub(crate) account: &'a T::AccountId,
    pub(crate) code: CodeHash,
    /// How often the program has been upgraded.
    pub(crate) epoch: u32,
    /// The message whose turn it is.
    pub(crate) message: MessageId,
    /// What pays for the turn; none in a read.
    pub(crate) purse: Option<&'a Purse<T>>,
    /// The message's value while it is still in escrow: the program has it already.
    pub(crate) arriving: Balance,
}

/// A page of a program's memory, if it is stored whole.
pub(crate) fn stored_page<T: Config>(account: &T::AccountId, index: PageIndex) -> Option<Vec<u8>> {
    // From behind its length straight to where it stays. To decode it would copy it once more,
    // from an odd address: a runtime is slow at that. How long it is, is asked from its
    // beginning: with an offset a node counts what lies behind that, and a validator of a relay
    // chain, which runs a parachain's blocks without a node, counts all.
    let key = Pages::<T>::hashed_key_for(account, index);
    let mut page = vec![0; PAGE_SIZE as usize];
    let start = Compact(PAGE_SIZE).encoded_size() as u32;
    let is_whole = sp_io::storage::read(&key, &mut [], 0) == Some(PAGE_SIZE.saturating_add(start));
    if !is_whole || sp_io::storage::read(&key, &mut page, start).is_none() {
        report!("page {index:?} of a program is recorded and not stored");
        return None;
    }
    Some(page)
}

impl<T: Config> Host for ProgramHost<'_, T> {
    fn code(&mut self) -> Option<Vec<u8>> {
        Wasm::<T>::get(self.code).map(BoundedVec::into_inner)
    }

    fn judged(&mut self) -> Option<CodeInfo> {
        Codes::<T>::get(self.code).map(|code| code.info)
    }

    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        stored_page::<T>(self.account, index)
    }

    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        let key = Key::try_from(key.to_vec()).ok()?;
        State::<T>::get(self.account, key).map(BoundedVec::into_inner)
    }

    fn balance(&mut self) -> Balance {
        Pallet::<T>::spendable(self.account).saturating_add(self.arriving)
    }

    fn block_timestamp(&mut self) -> u64 {
        T::Time::now()
    }

    fn is_closed(&mut self) -> bool {
        self.purse.is_none_or(Pallet::<T>::is_purse_closed)
    }

    fn code_exists(&mut self, code: &CodeHash) -> bool {
        Codes::<T>::contains_key(code)
    }

    fn is_address_used(&mut self, address: &[u8; 32]) -> bool {
        Pallet::<T>::is_address_used(&T::AccountId::from(*address))
    }

    fn is_waiting(&mut self, message: &MessageId) -> bool {
        *message != self.message && Waiting::<T>::contains_key((self.account, self.epoch, message))
    }

    fn is_signalled(&mut self, message: &MessageId) -> bool {
        // Its purse has its id, and says so until the turn begins.
        let signal = signal_id(self.account, message);
        signal != self.message && Purses::<T>::get(signal).is_some_and(|purse| purse.is_signal)
    }

    fn can_receive(&mut self, destination: &[u8; 32], value: Balance) -> bool {
        // What goes to a program waits in escrow.
        self.is_address_used(destination)
            || Pallet::<T>::can_receive(&T::AccountId::from(*destination), value)
    }

    fn random(&mut self, subject: &[u8]) -> ([u8; 32], u64) {
        let (seed, known_since) = T::Randomness::random(&(self.account, subject).encode());
        // The chain's hash may have another width; what programs see has 32 bytes on every chain.
        let mixed = sp_io::hashing::blake2_256(&(seed, self.account, subject).encode());
        (mixed, known_since.saturated_into())
    }

    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::blake2_256(data)
    }

    fn keccak_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::keccak_256(data)
    }

    fn sha2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_io::hashing::sha2_256(data)
    }

    fn sr25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
        let public = sr25519::Public::from_raw(*public);
        sp_io::crypto::sr25519_verify(&(*signature).into(), message, &public)
    }

    fn ed25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
        let public = ed25519::Public::from_raw(*public);
        sp_io::crypto::ed25519_verify(&(*signature).into(), message, &public)
    }

    fn ecdsa_recover(&self, signature: &[u8; 65], hash: &[u8; 32]) -> Option<[u8; 33]> {
        sp_io::crypto::secp256k1_ecdsa_recover_compressed(signature, hash).ok()
    }
}
