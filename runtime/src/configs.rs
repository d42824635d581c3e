//! The types and constants of each pallet.

use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::{ConstBool, ConstU128, ConstU32, ConstU64, ConstU8, VariantCountOf},
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
        ConstantMultiplier, Weight, WeightToFee,
    },
    PalletId,
};
use frame_system::{
    limits::{BlockLength, BlockWeights},
    EnsureRoot, EnsureSigned,
};
use pallet_transaction_payment::{ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::{traits::One, Perbill};
use sp_version::RuntimeVersion;

use crate::{
    units::{MICRO_UNIT, MILLI_UNIT, NANO_UNIT, SLOT_DURATION, SS58_PREFIX},
    AccountId, Aura, Balance, Balances, Block, Hash, Nonce, PalletInfo, RandomnessCollectiveFlip,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeFreezeReason, RuntimeHoldReason, RuntimeOrigin,
    RuntimeTask, System, Timestamp, VERSION,
};

/// The share of a block's weight and length that ordinary transactions may take; the rest is for
/// operational ones, such as an emergency `sudo`. 75% is what public chains use.
const NORMAL_RATIO: Perbill = Perbill::from_percent(75);

parameter_types! {
    /// Blocks whose hashes the state keeps: four hours, the longest that a mortal transaction
    /// can live.
    pub const BlockHashCount: u32 = 2_400;

    /// What this runtime is.
    pub const Version: RuntimeVersion = VERSION;

    /// Two seconds of work in a slot of six, which leaves the rest for the network. Proof size
    /// has no price: nobody validates a solo chain from proofs.
    pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
        Weight::from_parts(WEIGHT_REF_TIME_PER_SECOND.saturating_mul(2), u64::MAX),
        NORMAL_RATIO,
    );

    /// Five MiB, as on public chains.
    pub RuntimeBlockLength: BlockLength = BlockLength::builder()
        .max_length(5 * 1024 * 1024)
        .modify_max_length_for_class(DispatchClass::Normal, |limit| {
            *limit = NORMAL_RATIO * *limit;
        })
        .build();

    /// Addresses start like those of any Substrate chain.
    pub const SS58Prefix: u16 = SS58_PREFIX as u16;
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
    type Hash = Hash;
    type MaxConsumers = ConstU32<16>;
    type Nonce = Nonce;
    type SS58Prefix = SS58Prefix;
    type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
    type Moment = u64;
    type OnTimestampSet = Aura;
    // Half a slot: a validator whose clock is late still follows one whose clock is early.
    type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
    type WeightInfo = ();
}

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = ();
    type MaxAuthorities = ConstU32<32>;
    type AllowMultipleBlocksPerSlot = ConstBool<false>;
    type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_grandpa::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
    type MaxAuthorities = ConstU32<32>;
    // There is no staking, so there is no one to report an equivocation against.
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = ConstU64<0>;
    type KeyOwnerProof = sp_core::Void;
    type EquivocationReportSystem = ();
}

impl pallet_balances::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type RuntimeFreezeReason = RuntimeFreezeReason;
    type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
    type Balance = Balance;
    type DustRemoval = ();
    /// The least that an account may have, in planck: a thousandth of a unit. Small enough that
    /// creating programs by the hundred costs little, large enough that dust accounts cost.
    type ExistentialDeposit = ConstU128<MILLI_UNIT>;
    type AccountStore = System;
    type ReserveIdentifier = [u8; 8];
    type FreezeIdentifier = RuntimeFreezeReason;
    type MaxLocks = ConstU32<50>;
    type MaxReserves = ConstU32<0>;
    type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
    type DoneSlashHandler = ();
}

/// One planck buys a hundred gas, so a whole block of two seconds costs 0.02 unit.
const GAS_PRICE: actors_primitives::GasPrice = actors_primitives::GasPrice {
    planck: 1,
    per_gas: 100,
};

/// The price of a transaction's weight: the price of gas, since both count picoseconds.
pub struct PricedAsGas;

impl WeightToFee for PricedAsGas {
    type Balance = Balance;

    fn weight_to_fee(weight: &Weight) -> Balance {
        GAS_PRICE.cost(weight.ref_time())
    }
}

parameter_types! {
    /// What a byte of a transaction costs: ten nano-units. A full block of them costs 0.05 unit.
    pub const TransactionByteFee: Balance = 10 * NANO_UNIT;

    /// Fees do not rise with load: on a development chain a price is to be the same twice.
    pub FeeMultiplier: Multiplier = Multiplier::one();
}

impl pallet_transaction_payment::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    // Fees are burned, as gas is.
    type OnChargeTransaction = FungibleAdapter<Balances, ()>;
    type WeightToFee = PricedAsGas;
    type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
    type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
    type OperationalFeeMultiplier = ConstU8<5>;
    type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type RuntimeCall = RuntimeCall;
    type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

impl pallet_insecure_randomness_collective_flip::Config for Runtime {}

parameter_types! {
    /// Names the account that holds value in flight.
    pub const ActorsPalletId: PalletId = PalletId(*b"actors/v");

    /// The price of gas, which is that of a transaction's weight.
    pub const GasPrice: actors_primitives::GasPrice = GAS_PRICE;

    /// The deposit for an item in storage: a thousandth of a unit, what an account must have too.
    pub const DepositPerItem: Balance = MILLI_UNIT;

    /// The deposit for a byte in storage: a millionth of a unit. A page of 16 KiB takes 0.016
    /// unit, the longest code (512 KiB) 0.52 unit.
    pub const DepositPerByte: Balance = MICRO_UNIT;

    /// The limits that the executor proposes.
    pub ActorsLimits: actors_executor::Limits = actors_executor::Limits::default();

    /// The prices that the executor proposes.
    pub ActorsSchedule: actors_executor::Schedule = actors_executor::Schedule::default();

    /// The most that a turn may burn: 250 ms of work, an eighth of a block.
    pub const MaxTurnGas: actors_primitives::Gas = 250_000_000_000;

    /// What the queue gets of each block before its transactions: 400 ms of two seconds, so that
    /// the longest turn always fits.
    pub const MinServiceWeight: Perbill = Perbill::from_percent(20);

    /// Of what the transactions of a block leave, a quarter stays free: for what weights do not know.
    pub const IdleShare: Perbill = Perbill::from_percent(75);

    /// Messages that may be queued before calls are refused. With the longest payload each they
    /// take 64 MiB of state.
    pub const MaxQueueLength: u32 = 16_384;
    // A week of blocks of 6 s.
    pub const MaxMessageLifetime: u32 = 100_800;
}

impl pallet_actors::Config for Runtime {
    type RuntimeHoldReason = RuntimeHoldReason;
    type Currency = Balances;
    // Gas is burned, as fees are.
    type FeeHandler = ();
    // Block authors can influence it, as the name of its pallet says: good enough to develop with.
    type Randomness = RandomnessCollectiveFlip;
    type Time = Timestamp;
    type UploadOrigin = EnsureSigned<AccountId>;
    type CreateOrigin = EnsureSigned<AccountId>;
    type ManagerOrigin = EnsureRoot<AccountId>;
    type PalletId = ActorsPalletId;
    type GasPrice = GasPrice;
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
    type BeforeTurn = ();
}
