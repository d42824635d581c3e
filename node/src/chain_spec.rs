//! The chains that the node knows by name.

use actors_runtime::{
    units::{SS58_PREFIX, TOKEN_DECIMALS, TOKEN_SYMBOL},
    RuntimeGenesisConfig,
};
use sc_chain_spec::{json_merge, ChainSpec as _, ChainType, Properties};
use sp_core::storage::{well_known_keys::CODE, Storage};
use sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_runtime::BuildStorage as _;

/// The specification of a chain.
pub(crate) type ChainSpec = sc_service::GenericChainSpec;

/// A chain that the runtime has a preset for.
#[derive(Clone, Copy)]
pub(crate) enum Known {
    /// One node, which makes blocks when they are needed.
    Development,
    /// Two validators, Alice and Bob, with Aura and GRANDPA.
    Local,
}

impl Known {
    /// Its specification, to be read and edited: the runtime works the state out of it.
    pub(crate) fn spec(self) -> Result<ChainSpec, String> {
        let (name, id, chain_type) = match self {
            Self::Development => ("Actors Development", "actors_dev", ChainType::Development),
            Self::Local => ("Actors Local Testnet", "actors_local", ChainType::Local),
        };
        let mut properties = Properties::new();
        properties.insert("tokenSymbol".into(), TOKEN_SYMBOL.into());
        properties.insert("tokenDecimals".into(), TOKEN_DECIMALS.into());
        properties.insert("ss58Format".into(), SS58_PREFIX.into());
        Ok(ChainSpec::builder(code()?, None)
            .with_name(name)
            .with_id(id)
            .with_chain_type(chain_type)
            .with_properties(properties)
            .with_genesis_config_preset_name(self.preset())
            .build())
    }

    /// The same with the state worked out here, by the same code as the runtime's: the runtime
    /// itself would be translated twice for it, which takes many seconds.
    pub(crate) fn spec_with_state(self) -> Result<ChainSpec, String> {
        let mut spec = self.spec()?;
        spec.set_storage(self.state()?);
        Ok(spec)
    }

    fn state(self) -> Result<Storage, String> {
        let say = |error: serde_json::Error| format!("preset `{}`: {error}", self.preset());
        let patch = actors_runtime::genesis::preset(&self.preset().into())
            .ok_or_else(|| format!("the runtime has no preset `{}`", self.preset()))?;
        let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).map_err(say)?;
        json_merge(&mut config, serde_json::from_slice(&patch).map_err(say)?);
        let config: RuntimeGenesisConfig = serde_json::from_value(config).map_err(say)?;
        let mut storage = config.build_storage()?;
        storage.top.insert(CODE.to_vec(), code()?.to_vec());
        Ok(storage)
    }

    fn preset(self) -> &'static str {
        match self {
            Self::Development => DEV_RUNTIME_PRESET,
            Self::Local => LOCAL_TESTNET_RUNTIME_PRESET,
        }
    }
}

fn code() -> Result<&'static [u8], String> {
    actors_runtime::WASM_BINARY.ok_or_else(|| {
        "this node was built with SKIP_WASM_BUILD and so without a runtime: build it again".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_is_what_the_runtime_makes_of_the_preset() {
        for known in [Known::Development, Known::Local] {
            let ours = known.spec_with_state().unwrap().build_storage().unwrap();
            let runtimes = known.spec().unwrap().build_storage().unwrap();
            assert!(ours.top.len() > 10);
            assert_eq!(ours.top, runtimes.top);
            assert!(runtimes.children_default.is_empty());
        }
    }
}
