//! Blocks on demand, for a development chain.
//!
//! One task makes every block, one after the other, and finalises it as it is imported.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actors_runtime::{opaque::Block, AccountId, Hash};
use actors_runtime_api::ActorsApi;
use futures::{channel::oneshot, FutureExt, StreamExt};
use sc_basic_authorship::ProposerFactory;
use sc_consensus_manual_seal::{seal_block, ConsensusDataProvider, Error, SealBlockParams};
use sc_transaction_pool_api::TransactionPool;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use tokio::time::MissedTickBehavior;

use crate::{
    cli::Seal,
    clock::Clock,
    components::{Client, Pool, SelectChain},
};

const LOG_TARGET: &str = "seal";

/// The shortest rest between two blocks that serve a backlog.
const REST: Duration = Duration::from_millis(50);

/// How long a block is put off that nothing asks for but the passing of time. Deadlines, delays
/// and letters count blocks: a chain that stood still between transactions would never come to
/// them. A second is short enough to see a deadline pass, and costs an idle machine little.
const TICK: Duration = Duration::from_secs(1);

/// How long to wait before trying again after a block could not be made.
const RETRY: Duration = Duration::from_secs(1);

/// How long the pool may take to catch up with a new block.
const POOL_PATIENCE: Duration = Duration::from_secs(1);

/// Makes blocks and finalises them.
pub(crate) struct Sealer {
    pub(crate) client: Arc<Client>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) select_chain: SelectChain,
    pub(crate) proposer_factory: ProposerFactory<Pool, Client>,
    pub(crate) clock: Clock,
    pub(crate) digests: Box<dyn ConsensusDataProvider<Block>>,
}

impl Sealer {
    /// Makes blocks when `seal` says so, for as long as the node runs.
    pub(crate) async fn run(self, seal: Seal) {
        match seal {
            Seal::Instant => self.on_demand().await,
            Seal::Every(interval) => self.at_interval(interval).await,
        }
    }

    /// A block at every tick, empty or not. Ticks missed while the machine slept are not made up.
    async fn at_interval(mut self, interval: Duration) {
        let mut ticks = tokio::time::interval(interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.seal(true).await {
                log::error!(target: LOG_TARGET, "No block made: {error}");
            }
        }
    }

    /// A block while there is a transaction, or work that earlier blocks left over; and with each
    /// tick while something is scheduled, so that its time comes.
    ///
    /// What there is to do is read from the pool and the chain's state before each block, not
    /// from the events that wake this task: so nothing is missed, and nothing made twice.
    async fn on_demand(mut self) {
        let mut arrivals = self.pool.import_notification_stream().fuse();
        let mut last_block = Instant::now();
        loop {
            while let Some(Some(_)) = arrivals.next().now_or_never() {}

            let best = self.client.info().best_hash;
            let has_backlog = self.has_work(best);
            let next_tick = self
                .has_schedule(best)
                .then(|| TICK.saturating_sub(last_block.elapsed()));
            let has_transactions = self
                .pool
                .ready_at_with_timeout(best, POOL_PATIENCE)
                .await
                .next()
                .is_some();

            let allow_empty = has_backlog || next_tick == Some(Duration::ZERO);
            let rest = if allow_empty || has_transactions {
                let start = Instant::now();
                match self.seal(allow_empty).await {
                    Ok(()) => {
                        last_block = Instant::now();
                        // There may be more than fitted into one block.
                        if has_transactions {
                            continue;
                        }
                        // Rest for as long as the work took, so that a queue that never empties
                        // takes half a core at most.
                        Some(start.elapsed().max(REST))
                    }
                    // What is ready does not fit a block: wait for something that does.
                    Err(Error::EmptyTransactionPool) => next_tick,
                    Err(error) => {
                        log::error!(target: LOG_TARGET, "No block made: {error}");
                        Some(RETRY)
                    }
                }
            } else {
                next_tick
            };

            let arrival = match rest {
                Some(rest) => tokio::time::timeout(rest, arrivals.next()).await,
                None => Ok(arrivals.next().await),
            };
            // The pool is gone: the node is stopping.
            if arrival == Ok(None) {
                return;
            }
        }
    }

    /// Whether the block after that one has messages to serve or storage to free.
    fn has_work(&self, at: Hash) -> bool {
        let api = self.client.runtime_api();
        known(
            "there is work",
            ActorsApi::<Block, AccountId>::has_work(&*api, at),
        )
    }

    /// Whether something waits for the blocks after that one.
    fn has_schedule(&self, at: Hash) -> bool {
        let api = self.client.runtime_api();
        known(
            "something is scheduled",
            ActorsApi::<Block, AccountId>::has_schedule(&*api, at),
        )
    }

    /// Makes one block on the best one. Fails when it would be empty, unless `allow_empty`.
    async fn seal(&mut self, allow_empty: bool) -> Result<(), Error> {
        let (sender, outcome) = oneshot::channel();
        seal_block(SealBlockParams {
            create_empty: allow_empty,
            finalize: true,
            parent_hash: None,
            sender: Some(sender),
            pool: self.pool.clone(),
            client: self.client.clone(),
            env: &mut self.proposer_factory,
            select_chain: &self.select_chain,
            consensus_data_provider: Some(&*self.digests),
            block_import: &mut self.client.clone(),
            create_inherent_data_providers: &self.clock,
        })
        .await;
        outcome.await?.map(drop)
    }
}

/// The runtime's answer; no, if it could not be asked.
fn known(what: &str, answer: Result<bool, ApiError>) -> bool {
    answer.unwrap_or_else(|error| {
        log::error!(target: LOG_TARGET, "Cannot ask whether {what}: {error}");
        false
    })
}
