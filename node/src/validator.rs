//! Making blocks in turn (Aura) and voting on them (GRANDPA).

use std::{sync::Arc, time::Duration};

use actors_runtime::opaque::Block;
use sc_basic_authorship::ProposerFactory;
use sc_client_api::BlockBackend;
use sc_consensus_aura::{SlotDuration, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{GrandpaParams, SharedVoterState, VotingRulesBuilder};
use sc_network::{
    config::{FullNetworkConfiguration, Role},
    service::{traits::NetworkService, NotificationMetrics},
    NetworkBackend, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_service::{error::Error, Configuration, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{inherents::InherentDataProvider as SlotProvider, sr25519::AuthorityPair};
use sp_keystore::KeystorePtr;
use sp_timestamp::InherentDataProvider as TimestampProvider;

use crate::components::{Client, Pool, SelectChain, VotedImport, VoterLink};

/// A proof of finality is kept of every so many blocks, for nodes that join later.
pub(crate) const JUSTIFICATION_PERIOD: u32 = 512;

/// How long a vote takes to reach the other validators, at most, when all is well.
const GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// What a block must carry from outside the chain: the time, and the slot it falls into.
pub(crate) fn inherents(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
    let time = TimestampProvider::from_system_time();
    (
        SlotProvider::from_timestamp_and_slot_duration(*time, slot_duration),
        time,
    )
}

/// The validators' own network protocol, registered before the network starts.
pub(crate) struct VoterProtocol {
    name: ProtocolName,
    notifications: Box<dyn NotificationService>,
}

impl VoterProtocol {
    /// Adds the protocol to the network's configuration.
    pub(crate) fn register<N: NetworkBackend<Block, actors_runtime::Hash>>(
        client: &Client,
        config: &Configuration,
        network: &mut FullNetworkConfiguration<Block, actors_runtime::Hash, N>,
        metrics: NotificationMetrics,
    ) -> Result<Self, Error> {
        let genesis = client
            .block_hash(0)?
            .ok_or_else(|| Error::Other("the database holds no genesis block".into()))?;
        let name = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
        let (set, notifications) = sc_consensus_grandpa::grandpa_peers_set_config::<_, N>(
            name.clone(),
            metrics,
            network.peer_store_handle(),
        );
        network.add_notification_protocol(set);
        Ok(Self {
            name,
            notifications,
        })
    }
}

/// A node that takes part in consensus, or follows it.
pub(crate) struct Validator {
    pub(crate) client: Arc<Client>,
    pub(crate) select_chain: SelectChain,
    pub(crate) pool: Arc<Pool>,
    pub(crate) network: Arc<dyn NetworkService>,
    pub(crate) sync: Arc<SyncingService<Block>>,
    pub(crate) keystore: KeystorePtr,
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) force_authoring: bool,
    pub(crate) prometheus: Option<substrate_prometheus_endpoint::Registry>,
    pub(crate) telemetry: Option<TelemetryHandle>,
}

impl Validator {
    /// Makes a block in each slot that is this validator's. The node stops if the task does.
    pub(crate) fn author(&self, import: VotedImport, tasks: &TaskManager) -> Result<(), Error> {
        let slot_duration = sc_consensus_aura::slot_duration(&*self.client)?;
        let proposer_factory = ProposerFactory::new(
            tasks.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.prometheus.as_ref(),
            self.telemetry.clone(),
        );
        let author = sc_consensus_aura::start_aura::<AuthorityPair, _, _, _, _, _, _, _, _, _, _>(
            StartAuraParams {
                slot_duration,
                client: self.client.clone(),
                select_chain: self.select_chain.clone(),
                block_import: import,
                proposer_factory,
                sync_oracle: self.sync.clone(),
                justification_sync_link: self.sync.clone(),
                create_inherent_data_providers: move |_, ()| async move { Ok(inherents(slot_duration)) },
                force_authoring: self.force_authoring,
                backoff_authoring_blocks: None::<()>,
                keystore: self.keystore.clone(),
                // The rest of the slot is for the block to reach the others.
                block_proposal_slot_portion: SlotProportion::new(2.0 / 3.0),
                max_block_proposal_slot_portion: None,
                telemetry: self.telemetry.clone(),
                compatibility_mode: Default::default(),
            },
        )?;
        tasks
            .spawn_essential_handle()
            .spawn_blocking("aura", Some("block-authoring"), author);
        Ok(())
    }

    /// Votes if the node holds a validator's keys, and follows the others' votes in any case.
    /// The node stops if the task does.
    pub(crate) fn vote(
        self,
        link: VoterLink,
        protocol: VoterProtocol,
        tasks: &TaskManager,
    ) -> Result<(), Error> {
        let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
            config: sc_consensus_grandpa::Config {
                gossip_duration: GOSSIP_DURATION,
                justification_generation_period: JUSTIFICATION_PERIOD,
                observer_enabled: false,
                keystore: self.role.is_authority().then_some(self.keystore),
                local_role: self.role,
                name: Some(self.name),
                telemetry: self.telemetry.clone(),
                protocol_name: protocol.name,
            },
            link,
            network: self.network,
            sync: self.sync,
            notification_service: protocol.notifications,
            voting_rule: VotingRulesBuilder::default().build(),
            prometheus_registry: self.prometheus,
            shared_voter_state: SharedVoterState::empty(),
            telemetry: self.telemetry,
            offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(self.pool),
        })?;
        tasks
            .spawn_essential_handle()
            .spawn_blocking("grandpa-voter", None, voter);
        Ok(())
    }
}
