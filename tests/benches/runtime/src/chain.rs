//! A chain with balances, time, actors and contracts.

use actors_executor::{Limits, Schedule};
use actors_primitives::{Balance, Gas, GasPrice};
use alloc::{vec, vec::Vec};
use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstBool, ConstU32, ConstU64, Hooks, Nothing},
    weights::{constants::ParityDbWeight, Weight},
    PalletId,
};
use frame_system::EnsureSigned;
use sp_core::crypto::AccountId32;
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentityLookup},
    MultiSignature, Perbill,
};

pub(crate) type AccountId = AccountId32;
type Header = generic::Header<u64, BlakeTwo256>;
type Extrinsic = generic::UncheckedExtrinsic<AccountId, RuntimeCall, MultiSignature, ()>;
pub(crate) type Block = generic::Block<Header, Extrinsic>;

pub(crate) const ALICE: AccountId = AccountId32::new([1; 32]);
/// Whoever gets letters.
pub(crate) const BOB: AccountId = AccountId32::new([2; 32]);
const UNIT: Balance = 1_000_000_000_000;

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
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(3)]
    pub type Actors = pallet_actors;
    #[runtime::pallet_index(4)]
    pub type Contracts = pallet_contracts;
}

parameter_types! {
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::simple_max(
            // No scenario is to be cut short by the block: a hundred seconds.
            Weight::from_parts(100_000_000_000_000, u64::MAX),
        );
    pub const ExistentialDeposit: Balance = 1_000_000;
    pub const ActorsPalletId: PalletId = PalletId(*b"actors/v");
    pub const Price: GasPrice = GasPrice { planck: 1, per_gas: 1_000 };
    pub const PerItem: Balance = 1_000_000;
    pub const PerByte: Balance = 1_000;
    pub const DepositLimit: Balance = 1_000 * UNIT;
    pub const NoLockup: Perbill = Perbill::zero();
    pub ActorsLimits: Limits = Limits::default();
    pub ActorsSchedule: Schedule = Schedule::default();
    pub const MaxTurnGas: Gas = 10_000_000_000_000;
    pub const MinServiceWeight: Perbill = Perbill::from_percent(20);
    // Blocks are filled to what is charged.
    pub const IdleShare: Perbill = Perbill::one();
    pub ContractsSchedule: pallet_contracts::Schedule<Runtime> = Default::default();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type Block = Block;
    type BlockWeights = BlockWeights;
    type DbWeight = ParityDbWeight;
    type AccountId = AccountId;
    type Lookup = IdentityLookup<AccountId>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = frame_support::traits::ConstU64<1>;
    type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type Balance = Balance;
    type ExistentialDeposit = ExistentialDeposit;
    type AccountStore = System;
    type RuntimeHoldReason = RuntimeHoldReason;
}

/// The parent's hash as randomness.
pub struct ParentHash;
impl frame_support::traits::Randomness<sp_core::H256, u64> for ParentHash {
    fn random(_: &[u8]) -> (sp_core::H256, u64) {
        (
            System::parent_hash(),
            System::block_number().saturating_sub(1),
        )
    }
}

impl pallet_actors::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type FeeHandler = ();
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
    type MaxQueueLength = ConstU32<{ u32::MAX }>;
    type MaxMessageLifetime = ConstU32<{ u32::MAX }>;
    type WeightInfo = ();
    type BeforeTurn = ();
}

#[derive_impl(pallet_contracts::config_preludes::TestDefaultConfig)]
impl pallet_contracts::Config for Runtime {
    type Time = Timestamp;
    type Randomness = ParentHash;
    type Currency = Balances;
    type CallFilter = Nothing;
    type Schedule = ContractsSchedule;
    type CallStack = [pallet_contracts::Frame<Self>; 5];
    type DepositPerByte = PerByte;
    type DefaultDepositLimit = DepositLimit;
    type DepositPerItem = PerItem;
    type CodeHashLockupDepositPercent = NoLockup;
    type WeightPrice = FreeWeight;
    type UnsafeUnstableInterface = ConstBool<false>;
    type UploadOrigin = EnsureSigned<AccountId>;
    type InstantiateOrigin = EnsureSigned<AccountId>;
}

/// Contracts may ask what weight costs; none here does.
pub struct FreeWeight;
impl sp_runtime::traits::Convert<Weight, Balance> for FreeWeight {
    fn convert(_: Weight) -> Balance {
        0
    }
}

/// Gives Alice and Bob money and makes the first block begin.
pub(crate) fn genesis() {
    let genesis = RuntimeGenesisConfig {
        balances: pallet_balances::GenesisConfig {
            balances: vec![(ALICE, 1_000_000_000_000 * UNIT), (BOB, 1_000_000 * UNIT)],
            ..Default::default()
        },
        ..Default::default()
    };
    frame_support::traits::BuildGenesisConfig::build(&genesis);
    System::initialize(&1, &Default::default(), &Default::default());
    <Actors as Hooks<u64>>::on_initialize(1);
    pallet_timestamp::Now::<Runtime>::put(1_700_000_000_000);
}

/// Removes the events of the block. `System::reset_events` clears a whole prefix besides, for
/// which storage in memory goes through all its keys.
pub(crate) fn forget_events() {
    for item in [&b"Events"[..], b"EventCount"] {
        sp_io::storage::clear(&frame_support::storage::storage_prefix(b"System", item));
    }
}
