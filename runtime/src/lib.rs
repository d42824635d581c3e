//! The development chain: accounts, balances and Actors under Aura and GRANDPA.
//!
//! - this file composes the pallets;
//! - [`units`] names money and time;
//! - `configs` gives each pallet its types and constants, each with its unit and its reason;
//! - [`genesis`] holds the presets that a chain starts from;
//! - [`apis`] is what the node and wallets may ask.

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(
    missing_docs,
    reason = "the composing macros write public items into the crate's root"
)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

pub mod apis;
mod configs;
#[warn(missing_docs)]
pub mod genesis;
#[warn(missing_docs)]
pub mod units;

use alloc::{borrow::Cow, vec::Vec};
use frame_system::{
    CheckEra, CheckGenesis, CheckNonZeroSender, CheckNonce, CheckSpecVersion, CheckTxVersion,
    CheckWeight, WeightReclaim,
};
use pallet_transaction_payment::ChargeTransactionPayment;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

pub use actors_primitives::Balance;

/// Any of the signatures that an account may sign with.
pub type Signature = MultiSignature;
/// 32 bytes that name an account; a program's address is one too.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// How calls name an account.
pub type Address = MultiAddress<AccountId, ()>;
/// The number of transactions an account has signed.
pub type Nonce = u32;
/// The hash of a block, of an extrinsic, of a state.
pub type Hash = sp_core::H256;
/// The height of a block.
pub type BlockNumber = u32;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;

/// What a signed transaction carries beside its call. All of them are stock, so that a wallet
/// signs for this chain without an extension of its own.
pub type TxExtension = (
    CheckNonZeroSender<Runtime>,
    CheckSpecVersion<Runtime>,
    CheckTxVersion<Runtime>,
    CheckGenesis<Runtime>,
    CheckEra<Runtime>,
    CheckNonce<Runtime>,
    CheckWeight<Runtime>,
    ChargeTransactionPayment<Runtime>,
    WeightReclaim<Runtime>,
);
/// An extrinsic as it comes in.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// Runs blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// Types for code that moves blocks about without looking into them: the node.
pub mod opaque {
    use super::*;

    pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

    /// A block whose extrinsics are bytes.
    pub type Block = generic::Block<Header, UncheckedExtrinsic>;

    impl_opaque_keys! {
        /// The keys of a validator.
        pub struct SessionKeys {
            /// Makes blocks.
            pub aura: Aura,
            /// Finalises blocks.
            pub grandpa: Grandpa,
        }
    }
}

/// What this runtime is, for nodes and wallets.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("actors"),
    impl_name: Cow::Borrowed("actors-runtime"),
    authoring_version: 1,
    spec_version: 100,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

#[frame_support::runtime]
mod runtime {
    /// The chain.
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(2)]
    pub type Aura = pallet_aura;
    #[runtime::pallet_index(3)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(4)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(5)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(6)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(7)]
    pub type RandomnessCollectiveFlip = pallet_insecure_randomness_collective_flip;
    #[runtime::pallet_index(8)]
    pub type Actors = pallet_actors;
}
