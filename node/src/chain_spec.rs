//! The chains that the node knows by name.

use actors_runtime::units::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL};
use sc_chain_spec::{ChainType, Properties};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};

/// The specification of a chain.
pub(crate) type ChainSpec = sc_service::GenericChainSpec;

/// A chain of one node, which makes blocks when they are needed.
pub(crate) fn development() -> Result<ChainSpec, String> {
    Ok(
        builder("Actors Development", "actors_dev", ChainType::Development)?
            .with_genesis_config_preset_name(DEV_RUNTIME_PRESET)
            .build(),
    )
}

/// A chain of two validators, Alice and Bob, with Aura and GRANDPA.
pub(crate) fn local() -> Result<ChainSpec, String> {
    Ok(
        builder("Actors Local Testnet", "actors_local", ChainType::Local)?
            .with_genesis_config_preset_name(LOCAL_TESTNET_RUNTIME_PRESET)
            .build(),
    )
}

fn builder(
    name: &str,
    id: &str,
    chain_type: ChainType,
) -> Result<sc_chain_spec::ChainSpecBuilder, String> {
    let code = actors_runtime::WASM_BINARY.ok_or(
        "this node was built with SKIP_WASM_BUILD and so without a runtime: build it again",
    )?;
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), SS58_PREFIX.into());
    Ok(ChainSpec::builder(code, None)
        .with_name(name)
        .with_id(id)
        .with_chain_type(chain_type)
        .with_properties(properties))
}
