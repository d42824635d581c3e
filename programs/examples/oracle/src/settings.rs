//! Whom to ask, and for how long: kept in keyed state, which outlives an upgrade.

use actors_std::state;

use crate::Outcome;

const USER: &[u8] = b"user";
const BLOCKS: &[u8] = b"blocks";

/// What the oracle works by.
pub(crate) struct Settings {
    /// Who answers.
    pub(crate) user: [u8; 32],
    /// For how many blocks a question stands.
    pub(crate) blocks: u32,
}

impl Settings {
    pub(crate) fn get() -> Outcome<Self> {
        let (mut user, mut blocks) = ([0; 32], [0; 4]);
        match (state::get(USER, &mut user), state::get(BLOCKS, &mut blocks)) {
            (Ok(32), Ok(4)) => Ok(Self {
                user,
                blocks: u32::from_le_bytes(blocks),
            }),
            _ => Err("the settings are missing"),
        }
    }

    pub(crate) fn keep(&self) -> Outcome {
        let user = state::set(USER, &self.user);
        user.and(state::set(BLOCKS, &self.blocks.to_le_bytes()))
            .map_err(|_| "the chain takes no entry")
    }
}
