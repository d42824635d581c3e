//! Who is who on the chain, and scripts as the bytes that `script.wat` reads.

use actors_primitives::{program_preimage, CodeHash};
use alloc::vec::Vec;
use sp_io::hashing::blake2_256;

use super::script::{Birth, Code, Op, Post, Script, User, Who};
use crate::mock::{AccountId, ALICE, BOB, PAUPER};

/// An address that nobody has.
pub(super) const NOBODY: AccountId = AccountId::new([8; 32]);

/// The salts of the programs that stand from the beginning, one of each code.
pub(super) const FOUNDERS: [u8; 3] = [200, 201, 202];

/// The accounts and codes behind the names of a story.
#[derive(Clone)]
pub(super) struct Cast {
    /// The programs that stand from the beginning.
    pub(super) programs: Vec<AccountId>,
    /// The hashes of [`Code::ALL`].
    pub(super) codes: [CodeHash; 4],
}

impl Cast {
    /// Who plays, if the chain has stored these codes.
    pub(super) fn new(stored: [CodeHash; 3]) -> Self {
        let unknown = CodeHash([7; 32]);
        let mut cast = Self {
            programs: Vec::new(),
            codes: [stored[0], stored[1], stored[2], unknown],
        };
        cast.programs = FOUNDERS.map(|salt| cast.child(&ALICE, salt)).into();
        cast
    }

    /// A user's account.
    pub(super) fn user(user: User) -> AccountId {
        match user {
            User::Alice => ALICE,
            User::Bob => BOB,
            User::Pauper => PAUPER,
        }
    }

    /// The hash of a code.
    pub(super) fn code(&self, code: Code) -> CodeHash {
        self.codes[code as usize]
    }

    /// Whom `actor` means.
    pub(super) fn address(&self, who: Who, actor: &AccountId) -> AccountId {
        match who {
            Who::User(user) => Self::user(user),
            Who::Nobody => NOBODY,
            Who::Program(number) => {
                self.programs[usize::from(number) % self.programs.len()].clone()
            }
            Who::Alices(salt) => self.child(&ALICE, salt),
            Who::Child(salt) => self.child(actor, salt),
            Who::Oneself => actor.clone(),
        }
    }

    /// The address of the program that `creator` makes with that salt.
    pub(super) fn child(&self, creator: &AccountId, salt: u8) -> AccountId {
        let code = self.code(Code::of(salt));
        address_of(code, creator, &[salt])
    }

    /// The payload that makes `actor` do what the script says.
    pub(super) fn script(&self, script: &Script, actor: &AccountId) -> Vec<u8> {
        let turns = script.0.iter().map(|ops| sized(self.ops(ops, actor)));
        turns.collect::<Vec<_>>().concat()
    }

    fn ops(&self, ops: &[Op], actor: &AccountId) -> Vec<u8> {
        let ops = ops.iter().map(|op| self.op(op, actor));
        ops.collect::<Vec<_>>().concat()
    }

    fn op(&self, op: &Op, actor: &AccountId) -> Vec<u8> {
        match op {
            Op::Send(post) => self.post(post, actor),
            Op::Create(birth) => self.birth(birth, actor),
            Op::Reply(bytes, value) => {
                let payload = sized(filler(*bytes));
                [&[2][..], &value.to_le_bytes(), &payload].concat()
            }
            Op::Wait(blocks) => [&[3][..], &blocks.to_le_bytes()].concat(),
            Op::Wake(sleeper) => [4, sleeper.number()].into(),
            Op::Waits(sleeper) => [18, sleeper.number()].into(),
            Op::Exit(inheritor) => {
                let inheritor: [u8; 32] = self.address(*inheritor, actor).into();
                [&[5][..], &inheritor].concat()
            }
            Op::Emit(byte) => [6, *byte].into(),
            Op::OnReply(ops) => [&[7, b'r'][..], &sized(self.ops(ops, actor))].concat(),
            Op::OnSignal(ops) => [&[7, b's'][..], &sized(self.ops(ops, actor))].concat(),
            Op::Set(key, bytes) => [&[7, *key][..], &sized(filler(*bytes))].concat(),
            Op::Get(key) => [8, *key].into(),
            Op::Remove(key) => [9, *key].into(),
            Op::Touch(page, marker) => [10, *page, *marker].into(),
            Op::Grow => [11].into(),
            Op::Burn => [12].into(),
            Op::Trap => [13].into(),
            Op::Panic(bytes) => [&[14][..], &sized(filler(*bytes))].concat(),
            Op::Misuse => [15].into(),
            Op::Recurse => [16].into(),
            Op::Revert(bytes) => [&[17][..], &sized(error(*bytes))].concat(),
        }
    }

    fn post(&self, post: &Post, actor: &AccountId) -> Vec<u8> {
        let to = self.address(post.to, actor);
        let flags = post.awaited.map_or(0, |blocks| blocks << 8 | 1) | u32::from(post.is_odd) << 1;
        [
            &[0][..],
            to.as_ref(),
            &post.value.to_le_bytes(),
            &post.deposit.to_le_bytes(),
            &gas(post.gas),
            &post.delay.to_le_bytes(),
            &flags.to_le_bytes(),
            &[post.slot],
            &sized(self.script(&post.script, &to)),
        ]
        .concat()
    }

    fn birth(&self, birth: &Birth, actor: &AccountId) -> Vec<u8> {
        let child = self.child(actor, birth.salt);
        [
            &[1][..],
            &self.code(Code::of(birth.salt)).0,
            &birth.value.to_le_bytes(),
            &birth.deposit.to_le_bytes(),
            &gas(birth.gas),
            &u32::from(birth.is_awaited).to_le_bytes(),
            &[birth.slot, birth.salt],
            &sized(self.script(&birth.script, &child)),
        ]
        .concat()
    }
}

/// `blake2_256("actors/program" ++ SCALE(code, creator, salt))`.
pub(super) fn address_of(code: CodeHash, creator: &AccountId, salt: &[u8]) -> AccountId {
    let preimage = program_preimage(&code, creator.as_ref(), salt);
    blake2_256(&preimage).into()
}

/// -1 shares.
fn gas(split: Option<u64>) -> [u8; 8] {
    split.map_or(u64::MAX, |gas| gas).to_le_bytes()
}

fn filler(bytes: u8) -> Vec<u8> {
    (0..bytes).map(|at| b'a' + at % 26).collect()
}

/// As [`filler`], and no text.
fn error(bytes: u8) -> Vec<u8> {
    (0..bytes).map(|at| 0xff - at).collect()
}

/// The bytes behind their length.
fn sized(bytes: Vec<u8>) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).expect("scripts are short");
    [&len.to_le_bytes()[..], &bytes].concat()
}
