//! What a chain starts from.
//!
//! Two presets, named as Substrate's tools expect:
//!
//! - `development`: Alice alone, for a node on its own (`--dev`);
//! - `local_testnet`: Alice and Bob as validators. Finality needs more than two thirds of them,
//!   so it needs both.
//!
//! In each of them Alice holds the `sudo` key and the well-known accounts have money.

use alloc::{string::ToString, vec, vec::Vec};
use frame_support::build_struct_json_patch;
use serde_json::Value;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

use crate::{
    units::UNIT, AuraConfig, Balance, BalancesConfig, GrandpaConfig, RuntimeGenesisConfig,
    SudoConfig,
};

/// What each well-known account starts with.
pub const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The preset of that name, as JSON.
#[must_use]
pub fn preset(id: &PresetId) -> Option<Vec<u8>> {
    let alice = (Sr25519Keyring::Alice, Ed25519Keyring::Alice);
    let bob = (Sr25519Keyring::Bob, Ed25519Keyring::Bob);
    let patch = match id.as_ref() {
        DEV_RUNTIME_PRESET => patch(vec![alice]),
        LOCAL_TESTNET_RUNTIME_PRESET => patch(vec![alice, bob]),
        _ => return None,
    };
    Some(patch.to_string().into_bytes())
}

/// The names of all presets.
#[must_use]
pub fn preset_names() -> Vec<PresetId> {
    vec![
        PresetId::from(DEV_RUNTIME_PRESET),
        PresetId::from(LOCAL_TESTNET_RUNTIME_PRESET),
    ]
}

/// A genesis in which `validators` make blocks with their first key and finalise with the second.
fn patch(validators: Vec<(Sr25519Keyring, Ed25519Keyring)>) -> Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        balances: BalancesConfig {
            // Alice to Ferdie, and the stash of each.
            balances: Sr25519Keyring::well_known()
                .map(|account| (account.to_account_id(), ENDOWMENT))
                .collect::<Vec<_>>(),
        },
        aura: AuraConfig {
            authorities: validators
                .iter()
                .map(|(aura, _)| AuraId::from(aura.public()))
                .collect::<Vec<_>>(),
        },
        grandpa: GrandpaConfig {
            authorities: validators
                .iter()
                .map(|(_, grandpa)| (GrandpaId::from(grandpa.public()), 1))
                .collect::<Vec<_>>(),
        },
        sudo: SudoConfig {
            key: Some(Sr25519Keyring::Alice.to_account_id())
        },
    })
}
