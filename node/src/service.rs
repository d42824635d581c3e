//! Starts a node.

use std::sync::Arc;

use actors_runtime::{opaque::Block, Hash};
use futures::FutureExt;
use sc_basic_authorship::ProposerFactory;
use sc_client_api::Backend as _;
use sc_consensus_manual_seal::consensus::aura::AuraConsensusDataProvider;
use sc_network::{
    config::{
        FullNetworkConfiguration, NetworkConfiguration, NonReservedPeerMode, TransportConfig,
    },
    NetworkBackend,
};
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{
    error::Error, BuildNetworkParams, Configuration, SpawnTasksParams, TaskManager, WarpSyncConfig,
};
use sc_telemetry::Telemetry;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;

use crate::{
    cli::Seal,
    clock::Clock,
    components::{self, Components, Consensus},
    rpc,
    seal::Sealer,
    validator::{Validator, VoterProtocol},
    welcome::Welcome,
};

/// Starts a node and all of its tasks.
pub(crate) fn start<N: NetworkBackend<Block, Hash>>(
    mut config: Configuration,
    seal: Option<Seal>,
) -> Result<TaskManager, Error> {
    let Components {
        client,
        backend,
        mut task_manager,
        import_queue,
        keystore_container,
        select_chain,
        transaction_pool,
        other: (consensus, mut telemetry),
    } = components::open(&config)?;

    let seal = match (&consensus, seal) {
        (Consensus::Sealed, seal) => Some(seal.unwrap_or_default()),
        (Consensus::Voted { .. }, None) => None,
        (Consensus::Voted { .. }, Some(_)) => {
            return Err(Error::Other(format!(
                "--seal is for development chains (--dev): on \"{}\" validators take turns",
                config.chain_spec.name(),
            )))
        }
    };
    if seal.is_some() {
        isolate(&mut config.network);
    }

    let prometheus = config.prometheus_registry().cloned();
    let metrics = N::register_notification_metrics(prometheus.as_ref());
    let mut net_config =
        FullNetworkConfiguration::<Block, Hash, N>::new(&config.network, prometheus.clone());

    let voting = match consensus {
        Consensus::Sealed => None,
        Consensus::Voted { import, link } => {
            let protocol =
                VoterProtocol::register(&client, &config, &mut net_config, metrics.clone())?;
            Some((import, link, protocol))
        }
    };
    let warp_sync_config = voting.as_ref().map(|(_, link, _)| {
        WarpSyncConfig::WithProvider(Arc::new(
            sc_consensus_grandpa::warp_proof::NetworkProvider::new(
                backend.clone(),
                link.shared_authority_set().clone(),
                Vec::new(),
            ),
        ))
    });

    let (network, system_rpc_tx, tx_handler_controller, sync_service, _bitswap) =
        sc_service::build_network(BuildNetworkParams {
            config: &config,
            net_config,
            client: client.clone(),
            transaction_pool: transaction_pool.clone(),
            spawn_handle: task_manager.spawn_handle(),
            spawn_essential_handle: task_manager.spawn_essential_handle(),
            import_queue,
            block_announce_validator_builder: None,
            warp_sync_config,
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;

    if config.offchain_worker.enabled {
        let workers = OffchainWorkers::new(OffchainWorkerOptions {
            runtime_api_provider: client.clone(),
            keystore: Some(keystore_container.keystore()),
            offchain_db: backend.offchain_storage(),
            transaction_pool: Some(OffchainTransactionPoolFactory::new(
                transaction_pool.clone(),
            )),
            network_provider: Arc::new(network.clone()),
            is_validator: config.role.is_authority(),
            enable_http_requests: true,
            custom_extensions: |_| Vec::new(),
        })?;
        task_manager.spawn_handle().spawn(
            "offchain-workers-runner",
            "offchain-worker",
            workers
                .run(client.clone(), task_manager.spawn_handle())
                .boxed(),
        );
    }

    let rpc_builder = {
        let (client, pool) = (client.clone(), transaction_pool.clone());
        Box::new(move |_| {
            rpc::module(client.clone(), pool.clone())
                .map_err(|error| Error::Application(error.into()))
        })
    };

    let chain = config.chain_spec.name().to_owned();
    let role = config.role;
    let name = config.network.node_name.clone();
    let force_authoring = config.force_authoring;
    let votes = !config.disable_grandpa;

    let rpc_handlers = sc_service::spawn_tasks(SpawnTasksParams {
        config,
        client: client.clone(),
        backend,
        task_manager: &mut task_manager,
        keystore: keystore_container.keystore(),
        transaction_pool: transaction_pool.clone(),
        rpc_builder,
        network: network.clone(),
        system_rpc_tx,
        tx_handler_controller,
        sync_service: sync_service.clone(),
        telemetry: telemetry.as_mut(),
        tracing_execute_block: None,
    })?;
    let telemetry = telemetry.as_ref().map(Telemetry::handle);

    if let Some(seal) = seal {
        let slot_duration = sc_consensus_aura::slot_duration(&*client)?;
        let sealer = Sealer {
            clock: Clock {
                client: client.clone(),
                slot_duration,
            },
            digests: Box::new(AuraConsensusDataProvider::new_with_slot_duration(
                slot_duration,
            )),
            proposer_factory: ProposerFactory::new(
                task_manager.spawn_handle(),
                client.clone(),
                transaction_pool.clone(),
                prometheus.as_ref(),
                telemetry.clone(),
            ),
            client: client.clone(),
            pool: transaction_pool.clone(),
            select_chain: select_chain.clone(),
        };
        task_manager.spawn_essential_handle().spawn_blocking(
            "seal",
            Some("block-authoring"),
            sealer.run(seal),
        );
    }

    if let Some((import, link, protocol)) = voting {
        let validator = Validator {
            client,
            select_chain,
            pool: transaction_pool,
            network,
            sync: sync_service,
            keystore: keystore_container.keystore(),
            role,
            name,
            force_authoring,
            prometheus,
            telemetry,
        };
        if role.is_authority() {
            validator.author(import, &task_manager)?;
        }
        if votes {
            validator.vote(link, protocol, &task_manager)?;
        }
    }

    Welcome {
        chain: &chain,
        rpc: rpc_handlers.listen_addresses(),
        seal,
    }
    .print();
    Ok(task_manager)
}

/// Keeps a sealed node to itself.
///
/// Two development nodes on one network have the same genesis: they would find each other and
/// take over each other's blocks.
fn isolate(network: &mut NetworkConfiguration) {
    network.listen_addresses.clear();
    network.boot_nodes.clear();
    network.default_peers_set.in_peers = 0;
    network.default_peers_set.out_peers = 0;
    network.default_peers_set.reserved_nodes.clear();
    network.default_peers_set.non_reserved_mode = NonReservedPeerMode::Deny;
    network.transport = TransportConfig::Normal {
        enable_mdns: false,
        allow_private_ip: false,
    };
}
