//! A chain with nothing but balances, time and actors, for the pallet's own cases: in native tests
//! and, with the feature `suite`, inside a runtime.

use actors_executor::{Limits, Schedule};
use actors_primitives::{Balance, CodeHash, Gas, GasPrice, MessageId, ReplyCode};
use frame_support::{
    derive_impl, parameter_types,
    storage::unhashed,
    traits::{fungible::Inspect, Hooks, OnUnbalanced},
    weights::{Weight, WeightMeter},
    PalletId,
};
use frame_system::EnsureSigned;
use sp_core::crypto::AccountId32;
use sp_runtime::{generic, traits::IdentityLookup, Perbill};
use sp_version::RuntimeVersion;

use crate::{CreditOf, Endowment, Event, Pallet, Purses, ReplyTo, Service};

// What the prelude of `std` has, for the cases as well.
pub(crate) use alloc::{vec, vec::Vec};

pub(crate) type AccountId = AccountId32;
pub(crate) type Block = generic::Block<
    generic::Header<u64, sp_runtime::traits::BlakeTwo256>,
    generic::UncheckedExtrinsic<AccountId, RuntimeCall, (), ()>,
>;

pub(crate) const ALICE: AccountId = AccountId32::new([1; 32]);
pub(crate) const BOB: AccountId = AccountId32::new([2; 32]);
/// An account that has nothing.
pub(crate) const PAUPER: AccountId = AccountId32::new([9; 32]);

pub(crate) const UNIT: Balance = 1_000_000_000_000;
pub(crate) const EXISTENTIAL_DEPOSIT: Balance = 1_000_000;
pub(crate) const GAS: Gas = 50_000_000_000;
pub(crate) const DEPOSIT: Balance = 10 * UNIT;

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeHoldReason,
        RuntimeFreezeReason,
        RuntimeTask
    )]
    pub struct Test;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(3)]
    pub type Actors = crate;
}

parameter_types! {
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::simple_max(
            Weight::from_parts(2_000_000_000_000, 32 * 1024 * 1024),
        );
    pub const ActorsPalletId: PalletId = PalletId(*b"actors/v");
    pub const MinServiceWeight: Perbill = Perbill::from_percent(20);
}

/// What a case may change. It is state, so that every world has it and it counts in the root.
macro_rules! knobs {
    ($($(#[$doc:meta])* $vis:vis $name:ident: $type:ty = $default:expr;)+) => {$(
        $(#[$doc])*
        $vis struct $name;
        #[allow(dead_code, reason = "not every knob is turned")]
        impl $name {
            const KEY: &'static [u8] = concat!(":knob:", stringify!($name)).as_bytes();

            pub(crate) fn get() -> $type {
                if outside_state() {
                    return $default;
                }
                unhashed::get(Self::KEY).unwrap_or_else(|| $default)
            }

            pub(crate) fn set(value: $type) {
                unhashed::put(Self::KEY, &value);
            }

            pub(crate) fn mutate<R>(change: impl FnOnce(&mut $type) -> R) -> R {
                let mut value = Self::get();
                let result = change(&mut value);
                Self::set(value);
                result
            }
        }
        impl frame_support::traits::Get<$type> for $name {
            fn get() -> $type {
                Self::get()
            }
        }
    )+};
}

knobs! {
    pub ActorsLimits: Limits = Limits::default();
    /// With the ratio of the block's two limits as the price of proofs.
    pub ActorsSchedule: Schedule = Schedule {
        proof_byte: 59_604,
        send: 9_000_000_000,
        answer: 9_000_000_000,
        create: 9_000_000_000,
        wait: 9_000_000_000,
        wake: 9_000_000_000,
        delay: 9_000_000_000,
        letter: 9_000_000_000,
        ..Schedule::default()
    };
    /// Seven planck for a unit of fuel: what is burned costs whole planck, unless a limit was odd.
    pub Price: GasPrice = GasPrice { planck: 7, per_gas: 1_000 };
    pub ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
    pub PerItem: Balance = 1_000_000;
    pub PerByte: Balance = 1_000;
    pub MaxTurnGas: Gas = 250_000_000_000;
    pub IdleShare: Perbill = Perbill::one();
    pub MaxQueueLength: u32 = 1_000;
    pub MaxMessageLifetime: u32 = 100_000;
    pub Version: RuntimeVersion = RuntimeVersion {
        system_version: 1,
        ..RuntimeVersion::default()
    };
    /// What the fee handler has received.
    pub(crate) Fees: Balance = 0;
}

/// Whether there is no state to read: the runtime macro's own test of the configuration has none.
#[cfg(test)]
fn outside_state() -> bool {
    sp_externalities::with_externalities(|_| ()).is_none()
}

#[cfg(not(test))]
fn outside_state() -> bool {
    false
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type DbWeight = frame_support::weights::constants::ParityDbWeight;
    type Block = Block;
    type BlockWeights = BlockWeights;
    type Version = Version;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
}

/// Counts what gas was paid with, and burns it.
pub struct CountFees;
impl OnUnbalanced<CreditOf<Test>> for CountFees {
    fn on_nonzero_unbalanced(credit: CreditOf<Test>) {
        use frame_support::traits::Imbalance;
        Fees::mutate(|fees| *fees += credit.peek());
    }
}

/// The parent's hash as randomness, which is what the weakest source would give.
pub struct ParentHash;
impl frame_support::traits::Randomness<sp_core::H256, u64> for ParentHash {
    fn random(_: &[u8]) -> (sp_core::H256, u64) {
        (
            System::parent_hash(),
            System::block_number().saturating_sub(1),
        )
    }
}

impl crate::Config for Test {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type FeeHandler = CountFees;
    type Randomness = ParentHash;
    type Time = Timestamp;
    type UploadOrigin = EnsureSigned<AccountId>;
    type CreateOrigin = EnsureSigned<AccountId>;
    type ManagerOrigin = frame_system::EnsureRoot<AccountId>;
    type PalletId = ActorsPalletId;
    type GasPrice = Price;
    type DepositPerItem = PerItem;
    type DepositPerByte = PerByte;
    type Limits = ActorsLimits;
    type Schedule = ActorsSchedule;
    type MaxTurnGas = MaxTurnGas;
    type MinServiceWeight = MinServiceWeight;
    type IdleShare = IdleShare;
    type MaxQueueLength = MaxQueueLength;
    type MaxMessageLifetime = MaxMessageLifetime;
    type WeightInfo = ();
    type BeforeTurn = ();
}

/// The state that every case begins with: the accounts, and the fixtures under keys of their own,
/// since a runtime can neither read files nor assemble them.
#[cfg(feature = "std")]
pub(crate) fn genesis() -> sp_runtime::Storage {
    static GENESIS: std::sync::LazyLock<sp_runtime::Storage> = std::sync::LazyLock::new(|| {
        let balances = pallet_balances::GenesisConfig::<Test> {
            balances: vec![(ALICE, 1_000_000 * UNIT), (BOB, 1_000 * UNIT)],
            ..Default::default()
        };
        let genesis = RuntimeGenesisConfig {
            balances,
            ..Default::default()
        };
        let mut storage = sp_runtime::BuildStorage::build_storage(&genesis)
            .expect("the genesis state is well-formed");
        let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");
        for folder in [OFFENCES, PROGRAMS] {
            let path = format!("{fixtures}/{folder}");
            for entry in std::fs::read_dir(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
            {
                let path = entry.expect("the folder can be read").path();
                if path.extension().is_none_or(|extension| extension != "wat") {
                    continue;
                }
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let code = wat::parse_file(&path).unwrap_or_else(|error| panic!("{error}"));
                storage.top.insert(fixture_key(folder, &name), code);
            }
        }
        for (name, code) in scripts(&format!("{fixtures}/{PROGRAMS}/script.wat")) {
            storage.top.insert(fixture_key(PROGRAMS, name), code);
        }
        storage
    });
    GENESIS.clone()
}

/// What `script.wat` is upgraded to: the same with another version, and one which has no entries
/// but `init` and `handle`.
#[cfg(feature = "std")]
fn scripts(path: &str) -> [(&'static str, Vec<u8>); 2] {
    let first = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let version = |number: u8| {
        let changed = first.replace(
            "(global $version i32 (i32.const 1))",
            &format!("(global $version i32 (i32.const {number}))"),
        );
        assert_ne!(changed, first, "{path} has its version elsewhere");
        changed
    };
    let mut mute = version(3);
    for entry in ["_initialize", "handle_reply", "handle_signal", "migrate"] {
        mute = mute.replace(&format!("(export \"{entry}\")"), "");
    }
    let assembled = |text: String| wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"));
    [
        ("script-second", assembled(version(2))),
        ("script-mute", assembled(mute)),
    ]
}

/// Runs a case on a fresh chain.
#[cfg(test)]
pub(crate) fn on_chain(case: impl FnOnce()) {
    sp_io::TestExternalities::new(genesis()).execute_with(|| run(case));
}

/// Runs a case on a chain that is at its genesis, and checks every invariant after it.
pub(crate) fn run(case: impl FnOnce()) {
    begin_block();
    case();
    Pallet::<Test>::check_invariants().expect("every invariant holds after the case");
}

/// Begins the next block.
pub(crate) fn begin_block() {
    let last = System::block_number();
    Actors::on_finalize(last);
    let all = frame_system::Account::<Test>::iter_values();
    let all = all.map(|account| account.data.free + account.data.reserved);
    assert_eq!(
        all.sum::<Balance>(),
        Balances::total_issuance(),
        "all money is on accounts"
    );
    let parent = sp_io::hashing::blake2_256(&last.to_le_bytes()).into();
    System::initialize(&(last + 1), &parent, &Default::default());
    Actors::on_initialize(last + 1);
}

/// Lets the rest of a block serve the queue.
pub(crate) fn idle() {
    let used = Actors::on_idle(System::block_number(), BlockWeights::get().max_block);
    assert!(
        used.all_lte(BlockWeights::get().max_block),
        "service took more than it was given"
    );
    Pallet::<Test>::check_invariants().expect("every invariant holds after the block");
}

/// Serves as a block does, on a state that may be damaged.
pub(crate) fn serve() {
    let room = BlockWeights::get().max_block;
    let mut meter = WeightMeter::with_limit(room);
    Actors::on_poll(System::block_number(), &mut meter);
    assert!(
        Actors::on_idle(System::block_number(), room).all_lte(room),
        "service took more than it was given"
    );
}

/// The value of all messages, by what money there is.
pub(crate) fn in_flight() -> Balance {
    let till = Service::<Test>::get().till;
    let purses = Purses::<Test>::iter_values().map(|purse| purse.money());
    let owed = purses.sum::<Balance>() + till.fees + Endowment::<Test>::get();
    let there = Balances::free_balance(Pallet::<Test>::escrow()) + till.cash;
    there.checked_sub(owed).expect("what is owed is there")
}

/// Does something and undoes it.
pub(crate) fn undone(act: impl FnOnce()) {
    use frame_support::storage::{with_transaction_unchecked, TransactionOutcome};
    with_transaction_unchecked(|| {
        act();
        TransactionOutcome::Rollback(())
    });
}

/// Begins the next block and serves the backlog in it; returns the weight that took.
pub(crate) fn next_block() -> Weight {
    begin_block();
    let mut meter = WeightMeter::with_limit(BlockWeights::get().max_block);
    Actors::on_poll(System::block_number(), &mut meter);
    Pallet::<Test>::check_invariants().expect("every invariant holds after the block");
    meter.consumed()
}

/// The fixtures that are refused, one a rule.
const OFFENCES: &str = "";
/// The fixtures that run.
const PROGRAMS: &str = "programs";

fn fixture_key(folder: &str, name: &str) -> Vec<u8> {
    [":fixture:", folder, ":", name].concat().into_bytes()
}

fn stored_fixture(folder: &str, name: &str) -> Vec<u8> {
    let code = unhashed::get_raw(&fixture_key(folder, name));
    code.unwrap_or_else(|| panic!("there is no fixture `{folder}/{name}.wat`"))
}

/// A program of the fixtures, assembled.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    stored_fixture(PROGRAMS, name)
}

/// A fixture that breaks a rule, assembled.
pub(crate) fn offence(name: &str) -> Vec<u8> {
    stored_fixture(OFFENCES, name)
}

/// Uploads a fixture as Alice.
pub(crate) fn upload(name: &str) -> CodeHash {
    Actors::upload_code(RuntimeOrigin::signed(ALICE), fixture(name)).expect("the fixture is valid");
    Pallet::<Test>::code_hash(&fixture(name))
}

/// Creates a program from a fixture as Alice and runs its `init`.
pub(crate) fn create(name: &str) -> AccountId {
    let hash = Pallet::<Test>::code_hash(&fixture(name));
    if !crate::Codes::<Test>::contains_key(hash) {
        upload(name);
    }
    let salt = crate::Service::<Test>::get().sent.to_le_bytes().to_vec();
    let program = Pallet::<Test>::program_address(hash, &ALICE, &salt);
    Actors::create_program(
        RuntimeOrigin::signed(ALICE),
        hash,
        salt,
        vec![],
        0,
        GAS,
        DEPOSIT,
    )
    .expect("Alice can pay");
    idle();
    program
}

/// Sends a message as Alice and serves it; returns its reply.
pub(crate) fn ask(program: &AccountId, payload: &[u8]) -> Reply {
    ask_with(program, payload, 0, GAS, DEPOSIT)
}

/// As [`ask`], with value, gas and deposit limit.
pub(crate) fn ask_with(
    program: &AccountId,
    payload: &[u8],
    value: Balance,
    gas: Gas,
    deposit: Balance,
) -> Reply {
    let id = send_as(
        &ALICE,
        program.clone(),
        payload.to_vec(),
        value,
        gas,
        deposit,
    )
    .expect("the message is accepted");
    idle();
    reply_to(id).expect("the message was served")
}

/// Sends a message as the call does: refused whole or not at all.
pub(crate) fn send_as(
    who: &AccountId,
    to: AccountId,
    payload: Vec<u8>,
    value: Balance,
    gas: Gas,
    deposit: Balance,
) -> Result<MessageId, sp_runtime::DispatchError> {
    frame_support::storage::with_storage_layer(|| {
        Pallet::<Test>::do_send_message(who, to, payload, value, gas, deposit)
    })
}

/// A reply as its user sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) code: ReplyCode,
    pub(crate) payload: Vec<u8>,
    pub(crate) value: Balance,
    pub(crate) gas_burned: Gas,
}

/// The one reply to a message.
pub(crate) fn reply_to(id: MessageId) -> Option<Reply> {
    let mut replies = events().into_iter().filter_map(|event| match event {
        Event::UserMessage {
            payload,
            value,
            reply: Some(ReplyTo { to, code }),
            ..
        } if to == id => Some((code, payload, value)),
        _ => None,
    });
    let reply = replies.next();
    assert!(replies.next().is_none(), "a message has one reply");
    let gas_burned = events().into_iter().find_map(|event| match event {
        Event::MessageProcessed {
            message_id,
            gas_burned,
            ..
        } if message_id == id => Some(gas_burned),
        _ => None,
    });
    let (code, payload, value) = reply?;
    Some(Reply {
        code,
        payload,
        value,
        gas_burned: gas_burned.expect("a reply is a turn's end"),
    })
}

/// The pallet's events so far.
pub(crate) fn events() -> Vec<Event<Test>> {
    let records = System::read_events_no_consensus();
    records
        .filter_map(|record| record.event.try_into().ok())
        .collect()
}

/// Free balance and everything held.
pub(crate) fn total(who: &AccountId) -> Balance {
    Balances::total_balance(who) + in_purses(who)
}

/// What an account has in purses.
pub(crate) fn in_purses(who: &AccountId) -> Balance {
    let own = Purses::<Test>::iter_values().filter(|purse| purse.payer == *who);
    own.map(|purse| purse.money()).sum()
}
