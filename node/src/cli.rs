//! What the node can be asked on its command line.

use std::{str::FromStr, time::Duration};

use sc_cli::RunCmd;

/// A node for the Actors development chain.
#[derive(Debug, clap::Parser)]
pub(crate) struct Cli {
    /// Something to do instead of running a node.
    #[command(subcommand)]
    pub(crate) subcommand: Option<Subcommand>,

    /// When a development chain gets a block.
    ///
    /// `instant`: with each transaction, while messages are queued, and about every second while
    /// something waits for blocks to pass. A number: every so many milliseconds, whether there is
    /// something to do or not. The chain's own clock moves by one slot (six seconds) or more with
    /// each block.
    ///
    /// Blocks are final at once either way. `instant` unless given; only with `--dev`.
    #[arg(long, value_name = "instant|MILLISECONDS")]
    pub(crate) seal: Option<Seal>,

    /// How to run the node.
    #[command(flatten)]
    pub(crate) run: RunCmd,
}

/// When a development chain gets a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Seal {
    /// When there is something to do.
    #[default]
    Instant,
    /// Again and again, at this interval.
    Every(Duration),
}

impl FromStr for Seal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "instant" {
            return Ok(Self::Instant);
        }
        match text.parse() {
            Ok(0) => Err("an interval of 0 ms would never rest; did you mean `instant`?".into()),
            Ok(milliseconds) => Ok(Self::Every(Duration::from_millis(milliseconds))),
            Err(_) => {
                Err("say `instant`, or a whole number of milliseconds such as 1000".to_owned())
            }
        }
    }
}

/// Something to do instead of running a node.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Subcommand {
    /// Make, inspect and insert keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Print a chain specification as JSON, to be edited and passed to `--chain`.
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Write a chain specification to a file or to the terminal.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Check a block that is in the database by running it again.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Write the state of a block as a chain specification.
    ExportState(sc_cli::ExportStateCmd),

    /// Delete the chain's database.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Go back by a number of blocks that are not final yet.
    Revert(sc_cli::RevertCmd),

    /// Print what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seal_is_instant_or_an_interval() {
        assert_eq!("instant".parse(), Ok(Seal::Instant));
        assert_eq!("250".parse(), Ok(Seal::Every(Duration::from_millis(250))));
        for nonsense in ["0", "-1", "1s", "", "never"] {
            assert!(nonsense.parse::<Seal>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
