//! Does what the command line asks for.

use std::sync::Arc;

use actors_runtime::opaque::Block;
use sc_chain_spec::ChainType;
use sc_cli::{Error, SubstrateCli, TransactionPoolType};
use sc_network::config::NetworkBackendType;
use sc_service::PartialComponents;

use crate::{
    chain_spec::{ChainSpec, Known},
    cli::{Cli, Subcommand},
    components::{self, Backend, Client, Consensus},
    service,
};

/// Takes back what the voter recorded of the blocks that go.
type RevertVotes =
    Box<dyn FnOnce(Arc<Client>, Arc<Backend>, actors_runtime::BlockNumber) -> sc_cli::Result<()>>;

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Actors Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        "the Actors authors".into()
    }

    fn support_url() -> String {
        "README.md and docs/ in the node's repository".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        let known = match id {
            "dev" => Known::Development,
            // Commands that need some chain, whichever it is, give no name.
            "" | "local" => Known::Local,
            path => {
                let spec = ChainSpec::from_json_file(path.into()).map_err(|error| {
                    format!("`{path}` is neither `dev`, `local` nor a chain specification: {error}")
                })?;
                return Ok(Box::new(spec));
            }
        };
        // Who prints a specification is to see the preset, not the state that comes of it.
        let is_printed = matches!(
            self.subcommand,
            Some(Subcommand::BuildSpec(_) | Subcommand::ExportChainSpec(_))
        );
        Ok(Box::new(if is_printed {
            known.spec()?
        } else {
            known.spec_with_state()?
        }))
    }
}

/// Reads the command line and does what it says.
pub(crate) fn run() -> sc_cli::Result<()> {
    let cli = Cli::from_args();
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Subcommand::Key(command)) => command.run(&cli),
        Some(Subcommand::BuildSpec(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.chain_spec, config.network))
        }
        Some(Subcommand::ExportChainSpec(command)) => {
            let spec = cli.load_spec(&command.chain)?;
            command.run(spec)
        }
        Some(Subcommand::CheckBlock(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = components::open(&config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Some(Subcommand::ExportBlocks(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    ..
                } = components::open(&config)?;
                Ok((command.run(client, config.database), task_manager))
            })
        }
        Some(Subcommand::ImportBlocks(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    import_queue,
                    ..
                } = components::open(&config)?;
                Ok((command.run(client, import_queue), task_manager))
            })
        }
        Some(Subcommand::ExportState(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    ..
                } = components::open(&config)?;
                Ok((command.run(client, config.chain_spec), task_manager))
            })
        }
        Some(Subcommand::PurgeChain(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run(config.database))
        }
        Some(Subcommand::Revert(command)) => {
            let runner = cli.create_runner(command)?;
            runner.async_run(|config| {
                let PartialComponents {
                    client,
                    task_manager,
                    backend,
                    other,
                    ..
                } = components::open(&config)?;
                let revert_votes: Option<RevertVotes> = match other.0 {
                    Consensus::Sealed => None,
                    Consensus::Voted { .. } => Some(Box::new(|client, _, blocks| {
                        sc_consensus_grandpa::revert(client, blocks)?;
                        Ok(())
                    })),
                };
                Ok((command.run(client, backend, revert_votes), task_manager))
            })
        }
        Some(Subcommand::ChainInfo(command)) => {
            let runner = cli.create_runner(command)?;
            runner.sync_run(|config| command.run::<Block>(&config))
        }
    }
}

/// Runs a node until it is told to stop.
fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let shared = &cli.run.shared_params;
    if shared.chain.is_none() && !shared.dev {
        return Err(Error::Input(
            "which chain? `--dev` starts one of your own; `--chain local` joins a local network \
             (add `--alice` or `--bob` to validate); `--chain <file>` takes a specification"
                .into(),
        ));
    }
    let mut run = cli.run.clone();
    let spec = cli.load_spec(&shared.chain_id(shared.is_dev()))?;
    if spec.chain_type() == ChainType::Local {
        // Elsewhere a validator that loses its network key is to be told so. On a local network
        // it has none to lose, and makes one when it first starts.
        run.network_params
            .node_key_params
            .unsafe_force_node_key_generation = true;
    }
    let seal = cli.seal;
    let mut runner = cli.create_runner(&run)?;
    if components::is_sealed(runner.config()) {
        // The fork-aware pool, which is the default, loses transactions that arrive while the
        // block they were checked against is finalised. A sealed chain has no forks.
        run.pool_config.pool_type = TransactionPoolType::SingleState;
        runner.config_mut().transaction_pool = run.pool_config.transaction_pool(shared.is_dev());
    }
    runner.run_node_until_exit(|config| async move {
        match config.network.network_backend {
            NetworkBackendType::Litep2p => {
                service::start::<sc_network::Litep2pNetworkBackend>(config, seal)
            }
            NetworkBackendType::Libp2p => {
                service::start::<sc_network::NetworkWorker<_, _>>(config, seal)
            }
        }
        .map_err(Error::from)
    })
}
