//! The parts of a node that every command needs.

use std::sync::Arc;

use actors_runtime::{apis::RuntimeApi, opaque::Block};
use directories::ProjectDirs;
use sc_chain_spec::ChainType;
use sc_consensus::{DefaultImportQueue, LongestChain};
use sc_consensus_aura::ImportQueueParams;
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf};
use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_service::{error::Error, Configuration, TFullBackend, TFullClient};
use sc_telemetry::{Telemetry, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sp_consensus_aura::sr25519::AuthorityPair;

use crate::validator;

/// Runs the runtime with the host functions of a stock node.
type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;
/// The chain: its blocks, its state, its runtime.
pub(crate) type Client = TFullClient<Block, RuntimeApi, Executor>;
/// Where blocks and state are stored.
pub(crate) type Backend = TFullBackend<Block>;
/// Decides which of several forks to build on.
pub(crate) type SelectChain = LongestChain<Backend, Block>;
/// Transactions that wait for a block.
pub(crate) type Pool = TransactionPoolHandle<Block, Client>;
/// Imports blocks, and finalises them when enough validators have voted.
pub(crate) type VotedImport = GrandpaBlockImport<Backend, Block, Client, SelectChain>;
/// What the voter needs of the import.
pub(crate) type VoterLink = LinkHalf<Block, Client, SelectChain>;

/// How the chain's blocks come about.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one in the life of a process"
)]
pub(crate) enum Consensus {
    /// This node makes each block and finalises it at once.
    Sealed,
    /// Validators take turns (Aura) and vote (GRANDPA).
    Voted {
        /// Imports a validator's own blocks.
        import: VotedImport,
        /// Connects the voter to the import.
        link: VoterLink,
    },
}

/// A chain opened, but not running.
pub(crate) type Components = sc_service::PartialComponents<
    Client,
    Backend,
    SelectChain,
    DefaultImportQueue<Block>,
    Pool,
    (Consensus, Option<Telemetry>),
>;

/// Whether blocks of the chain that `config` names are sealed: those of development chains are.
pub(crate) fn is_sealed(config: &Configuration) -> bool {
    config.chain_spec.chain_type() == ChainType::Development
}

/// Runs the runtime as native code, which takes many seconds to make and is therefore kept for the
/// next start: in the user's cache folder, since a chain's own is often a temporary one.
fn executor(config: &Configuration) -> Executor {
    let config = &config.executor;
    let heap = config
        .default_heap_pages
        .map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
            HeapAllocStrategy::Static {
                extra_pages: pages.try_into().unwrap_or(u32::MAX),
            }
        });
    let mut builder = Executor::builder()
        .with_execution_method(config.wasm_method)
        .with_onchain_heap_alloc_strategy(heap)
        .with_offchain_heap_alloc_strategy(heap)
        .with_max_runtime_instances(config.max_runtime_instances)
        .with_runtime_cache_size(config.runtime_cache_size);
    // There is none without a home folder.
    if let Some(folders) = ProjectDirs::from("", "", "actors-node") {
        builder = builder.with_cache_path(folders.cache_dir());
    }
    builder.build()
}

/// Opens the chain that `config` names.
pub(crate) fn open(config: &Configuration) -> Result<Components, Error> {
    let telemetry = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
        .map(|endpoints| -> Result<_, sc_telemetry::Error> {
            let worker = TelemetryWorker::new(16)?;
            let telemetry = worker.handle().new_telemetry(endpoints);
            Ok((worker, telemetry))
        })
        .transpose()?;

    let executor = executor(config);
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, Executor>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            executor,
            Vec::new(),
        )?;
    let client = Arc::new(client);

    let telemetry = telemetry.map(|(worker, telemetry)| {
        task_manager
            .spawn_handle()
            .spawn("telemetry", None, worker.run());
        telemetry
    });

    let select_chain = SelectChain::new(backend.clone());

    let transaction_pool = Arc::new(
        sc_transaction_pool::Builder::new(
            task_manager.spawn_essential_handle(),
            client.clone(),
            config.role.is_authority().into(),
        )
        .with_options(config.transaction_pool.clone())
        .with_prometheus(config.prometheus_registry())
        .build(),
    );

    let spawner = task_manager.spawn_essential_handle();
    let (import_queue, consensus) = if is_sealed(config) {
        let import_queue = sc_consensus_manual_seal::import_queue(
            Box::new(client.clone()),
            &spawner,
            config.prometheus_registry(),
        );
        (import_queue, Consensus::Sealed)
    } else {
        let (import, link) = sc_consensus_grandpa::block_import(
            client.clone(),
            validator::JUSTIFICATION_PERIOD,
            &client,
            select_chain.clone(),
            telemetry.as_ref().map(Telemetry::handle),
        )?;
        let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
        let import_queue =
            sc_consensus_aura::import_queue::<AuthorityPair, _, _, _, _, _>(ImportQueueParams {
                block_import: import.clone(),
                justification_import: Some(Box::new(import.clone())),
                client: client.clone(),
                create_inherent_data_providers: move |_, ()| async move {
                    Ok(validator::inherents(slot_duration))
                },
                spawner: &spawner,
                registry: config.prometheus_registry(),
                check_for_equivocation: Default::default(),
                telemetry: telemetry.as_ref().map(Telemetry::handle),
                compatibility_mode: Default::default(),
            })?;
        (import_queue, Consensus::Voted { import, link })
    };

    Ok(Components {
        client,
        backend,
        task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (consensus, telemetry),
    })
}
