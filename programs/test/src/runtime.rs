//! The chain that tests run on: the development runtime's balances, time, randomness and Actors,
//! with the same prices and limits, and without what a test has no use for: validators,
//! transaction fees, sudo.
//!
//! The figures are those of `runtime/src/configs.rs`; `runtime/tests/agreement.rs` compares them.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "the composing macros write public items into this module"
)]

use actors_primitives::{Balance, GasPrice};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstU128, ConstU32, ConstU64},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
        Weight,
    },
    PalletId,
};
use frame_system::{
    limits::{BlockLength, BlockWeights},
    CheckWeight, EnsureSigned, WeightReclaim,
};
use scale_info::TypeInfo;
use sp_core::crypto::AccountId32;
use sp_runtime::{
    generic,
    traits::{BlakeTwo256, IdentifyAccount, IdentityLookup, Lazy, Verify},
    MultiSigner, Perbill,
};
use sp_version::RuntimeVersion;

use crate::{
    stage::Mocks,
    units::{MICRO_UNIT, MILLI_UNIT},
};

/// The length of a slot, in milliseconds. A block has a slot of its own.
pub const SLOT_DURATION: u64 = 6_000;

const NORMAL_RATIO: Perbill = Perbill::from_percent(75);

pub type AccountId = AccountId32;
pub type BlockNumber = u32;
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
pub type TxExtension = (CheckWeight<Runtime>, WeightReclaim<Runtime>);
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<AccountId, RuntimeCall, Trusted, TxExtension>;
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// The signature of a test: whoever a test says signed, signed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Trusted;

impl Verify for Trusted {
    type Signer = MultiSigner;

    fn verify<L: Lazy<[u8]>>(
        &self,
        _: L,
        _: &<Self::Signer as IdentifyAccount>::AccountId,
    ) -> bool {
        true
    }
}

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeTask
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(7)]
    pub type RandomnessCollectiveFlip = pallet_insecure_randomness_collective_flip;
    #[runtime::pallet_index(8)]
    pub type Actors = pallet_actors;
}

parameter_types! {
    pub const BlockHashCount: u32 = 2_400;
    pub const SS58Prefix: u16 = 42;
    pub const Version: RuntimeVersion = RuntimeVersion {
        spec_name: std::borrow::Cow::Borrowed("actors-test"),
        impl_name: std::borrow::Cow::Borrowed("actors-test"),
        authoring_version: 1,
        spec_version: 1,
        impl_version: 1,
        apis: std::borrow::Cow::Borrowed(&[]),
        transaction_version: 1,
        system_version: 1,
    };
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
        Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2), u64::MAX),
        NORMAL_RATIO,
    );
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(5 * 1024 * 1024)
        .modify_max_length_for_class(DispatchClass::Normal, |limit| {
            *limit = NORMAL_RATIO * *limit;
        })
        .build();
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockLength = RuntimeBlockLength;
    type BlockWeights = RuntimeBlockWeights;
    type DbWeight = ParityDbWeight;
    type Hash = sp_core::H256;
    type Lookup = IdentityLookup<AccountId>;
    type MaxConsumers = ConstU32<16>;
    type Nonce = u32;
    type SS58Prefix = SS58Prefix;
    type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = ();
    type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
    type WeightInfo = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<MILLI_UNIT>;
    type AccountStore = System;
}

impl pallet_insecure_randomness_collective_flip::Config for Runtime {}

parameter_types! {
    pub const ActorsPalletId: PalletId = PalletId(*b"actors/v");
    pub const ActorsGasPrice: GasPrice = GasPrice { planck: 1, per_gas: 100 };
    pub const DepositPerItem: Balance = MILLI_UNIT;
    pub const DepositPerByte: Balance = MICRO_UNIT;
    pub ActorsLimits: actors_executor::Limits = actors_executor::Limits::default();
    pub ActorsSchedule: actors_executor::Schedule = actors_executor::Schedule::default();
    pub const MaxTurnGas: actors_primitives::Gas = 250_000_000_000;
    pub const MinServiceWeight: Perbill = Perbill::from_percent(20);
    pub const IdleShare: Perbill = Perbill::from_percent(75);
    pub const MaxQueueLength: u32 = 16_384;
    // A week of blocks of 6 s.
    pub const MaxMessageLifetime: u32 = 100_800;
}

impl pallet_actors::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    type FeeHandler = ();
    type Randomness = RandomnessCollectiveFlip;
    type Time = Timestamp;
    type UploadOrigin = EnsureSigned<AccountId>;
    type CreateOrigin = EnsureSigned<AccountId>;
    type ManagerOrigin = frame_system::EnsureRoot<AccountId>;
    type PalletId = ActorsPalletId;
    type GasPrice = ActorsGasPrice;
    type DepositPerItem = DepositPerItem;
    type DepositPerByte = DepositPerByte;
    type Limits = ActorsLimits;
    type Schedule = ActorsSchedule;
    type MaxTurnGas = MaxTurnGas;
    type MinServiceWeight = MinServiceWeight;
    type IdleShare = IdleShare;
    type MaxQueueLength = MaxQueueLength;
    type MaxMessageLifetime = MaxMessageLifetime;
    type WeightInfo = ();
    type BeforeTurn = Mocks;
}
