//! The executor in this process, and plain data for it to run on.

use actors_executor::{CodeInfo, Host, Invalid, Limits, Modules, PageIndex, Request, Turn};
use actors_primitives::{Balance, CodeHash, MessageId};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use codec::{Decode, Encode};

/// What a chain stores of one program, and what surrounds it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct World {
    /// The program's code; without it there is no program.
    pub(crate) code: Option<Vec<u8>>,
    /// What another program's turn has had it judged to be.
    pub(crate) judged: Option<CodeInfo>,
    /// The stored pages of its memory.
    pub(crate) pages: BTreeMap<PageIndex, Vec<u8>>,
    /// Its keyed state.
    pub(crate) state: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Its free balance.
    pub(crate) balance: Balance,
    /// The time of the block.
    pub(crate) timestamp: u64,
    /// Whether the payer has closed the purse that its own was split from.
    pub(crate) is_closed: bool,
    /// Codes that are stored.
    pub(crate) codes: BTreeSet<CodeHash>,
    /// Addresses at which a program stands, or did.
    pub(crate) addresses: BTreeSet<[u8; 32]>,
    /// Messages of the program that wait.
    pub(crate) waiting: BTreeSet<MessageId>,
    pub(crate) signalled: BTreeSet<MessageId>,
    /// The least that an account may have, where every account but the program's is new.
    pub(crate) minimum: Balance,
    /// What the executor has asked it for, in order: turns are told apart by it too.
    pub(crate) asked: Vec<Asked>,
}

/// A question that reads the chain's storage.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Asked {
    Code,
    Judged,
    Page(PageIndex),
    State(Vec<u8>),
    Balance,
    Timestamp,
    IsClosed,
    CodeExists(CodeHash),
    Address([u8; 32]),
    Waiting(MessageId),
    Signalled(MessageId),
    CanReceive([u8; 32], Balance),
    Random(Vec<u8>),
}

impl World {
    /// How often it was asked that.
    pub(super) fn times_asked(&self, question: &Asked) -> usize {
        self.asked.iter().filter(|asked| *asked == question).count()
    }
}

impl Host for World {
    fn code(&mut self) -> Option<Vec<u8>> {
        self.asked.push(Asked::Code);
        self.code.clone()
    }
    fn judged(&mut self) -> Option<CodeInfo> {
        self.asked.push(Asked::Judged);
        self.judged.clone()
    }
    fn page(&mut self, index: PageIndex) -> Option<Vec<u8>> {
        self.asked.push(Asked::Page(index));
        self.pages.get(&index).cloned()
    }
    fn state(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.asked.push(Asked::State(key.to_vec()));
        self.state.get(key).cloned()
    }
    fn balance(&mut self) -> Balance {
        self.asked.push(Asked::Balance);
        self.balance
    }
    fn block_timestamp(&mut self) -> u64 {
        self.asked.push(Asked::Timestamp);
        self.timestamp
    }
    fn is_closed(&mut self) -> bool {
        self.asked.push(Asked::IsClosed);
        self.is_closed
    }
    fn code_exists(&mut self, code: &CodeHash) -> bool {
        self.asked.push(Asked::CodeExists(*code));
        self.codes.contains(code)
    }
    fn can_receive(&mut self, destination: &[u8; 32], value: Balance) -> bool {
        self.asked.push(Asked::CanReceive(*destination, value));
        value >= self.minimum
    }
    fn is_address_used(&mut self, address: &[u8; 32]) -> bool {
        self.asked.push(Asked::Address(*address));
        self.addresses.contains(address)
    }
    fn is_waiting(&mut self, message: &MessageId) -> bool {
        self.asked.push(Asked::Waiting(*message));
        self.waiting.contains(message)
    }
    fn is_signalled(&mut self, message: &MessageId) -> bool {
        self.asked.push(Asked::Signalled(*message));
        self.signalled.contains(message)
    }
    fn random(&mut self, subject: &[u8]) -> ([u8; 32], u64) {
        self.asked.push(Asked::Random(subject.to_vec()));
        let mut random = [7; 32];
        random[0] = subject.len() as u8;
        (random, 41)
    }
    fn blake2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(data)
    }
    fn keccak_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::keccak_256(data)
    }
    fn sha2_256(&self, data: &[u8]) -> [u8; 32] {
        sp_crypto_hashing::sha2_256(data)
    }
    fn sr25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
        *signature == stand_in_signature(b"sr25519", message, public)
    }
    fn ed25519_verify(&self, signature: &[u8; 64], message: &[u8], public: &[u8; 32]) -> bool {
        *signature == stand_in_signature(b"ed25519", message, public)
    }
    fn ecdsa_recover(&self, signature: &[u8; 65], hash: &[u8; 32]) -> Option<[u8; 33]> {
        stand_in_recovery(signature, hash)
    }
}

/// What stands for a signature here: a hash of everything that one depends on. The real ones are
/// the chain's, whose own tests are theirs.
pub(crate) fn stand_in_signature(scheme: &[u8], message: &[u8], public: &[u8; 32]) -> [u8; 64] {
    sp_crypto_hashing::blake2_512(&[scheme, public, message].concat())
}

/// What stands for recovering a key: none for a recovery id that is none.
fn stand_in_recovery(signature: &[u8; 65], hash: &[u8; 32]) -> Option<[u8; 33]> {
    if signature[64] > 3 {
        return None;
    }
    let mut key = [2; 33];
    let recovered = sp_crypto_hashing::blake2_256(&[&signature[..], hash].concat());
    key[1..].copy_from_slice(&recovered);
    Some(key)
}

/// Judges a module.
pub(crate) fn validate(wasm: &[u8], limits: &Limits) -> Result<CodeInfo, Invalid> {
    actors_executor::validate(wasm, limits)
}

/// Runs a turn, with its code read for it and then with its code as that left it: reusing a module
/// changes nothing but that the code is not asked for.
pub(crate) fn execute(request: Request<'_>, world: &mut World) -> Turn {
    let mut modules = Modules::default();
    let mut again = world.clone();
    let first = actors_executor::execute(request.clone(), world, &mut modules);
    let is_kept = !modules.is_empty();
    let second = actors_executor::execute(request, &mut again, &mut modules);
    assert_eq!(first, second, "a reused module runs the same");
    let named: u64 = first.spent.iter().map(|(_, gas)| gas).sum();
    assert_eq!(
        named, first.gas_burned,
        "all gas has a name: {:?}",
        first.spent
    );
    if is_kept {
        let others = |world: &World| -> Vec<Asked> {
            let asked = world.asked.iter().cloned();
            asked.filter(|asked| *asked != Asked::Code).collect()
        };
        assert_eq!(
            others(world),
            others(&again),
            "a reused module asks the same"
        );
    }
    first
}
