//! The clock of a development chain.
//!
//! The runtime wants every block in a slot of its own, and time to agree with slots. Blocks on
//! demand come faster than slots, so the chain's clock may run ahead of the wall clock, and waits
//! for it when nothing happens. The header of the last block says where the clock stands, so it
//! goes on from there after a restart.

use std::{error::Error, sync::Arc};

use actors_runtime::{opaque::Block, Hash};
use sc_consensus_aura::{find_pre_digest, SlotDuration};
use sp_consensus_aura::{sr25519::AuthoritySignature, Slot};
use sp_inherents::CreateInherentDataProviders;
use sp_timestamp::{InherentDataProvider, Timestamp};

use crate::components::Client;

/// Tells each new block its time.
pub(crate) struct Clock {
    pub(crate) client: Arc<Client>,
    pub(crate) slot_duration: SlotDuration,
}

#[async_trait::async_trait]
impl CreateInherentDataProviders<Block, ()> for Clock {
    type InherentDataProviders = InherentDataProvider;

    async fn create_inherent_data_providers(
        &self,
        parent: Hash,
        (): (),
    ) -> Result<InherentDataProvider, Box<dyn Error + Send + Sync>> {
        let parent = self
            .client
            .header(parent)?
            .ok_or("the parent block is not stored")?;
        let parent_slot = find_pre_digest::<Block, AuthoritySignature>(&parent)?;
        let now = *InherentDataProvider::from_system_time();
        Ok(InherentDataProvider::new(next_timestamp(
            parent_slot,
            self.slot_duration,
            now,
        )))
    }
}

/// The time of a block whose parent has `parent_slot`: the start of the current slot, or of the
/// slot after its parent's if that is later.
fn next_timestamp(parent_slot: Slot, slot_duration: SlotDuration, now: Timestamp) -> Timestamp {
    let slot = Slot::from_timestamp(now, slot_duration).max(parent_slot + 1);
    slot.timestamp(slot_duration).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOT: SlotDuration = SlotDuration::from_millis(6_000);

    #[test]
    fn clock_follows_the_wall_when_blocks_are_rare() {
        let time = next_timestamp(Slot::from(3), SLOT, Timestamp::new(60_500));
        assert_eq!(time, Timestamp::new(60_000));
    }

    #[test]
    fn every_block_has_a_slot_of_its_own() {
        let now = Timestamp::new(60_500);
        let mut slot = Slot::from(0);
        for _ in 0..5 {
            let time = next_timestamp(slot, SLOT, now);
            let next = Slot::from_timestamp(time, SLOT);
            assert!(next > slot);
            slot = next;
        }
        assert_eq!(slot, Slot::from(14));
    }

    #[test]
    fn clock_never_goes_back() {
        let time = next_timestamp(Slot::from(100), SLOT, Timestamp::new(60_500));
        assert_eq!(time, Timestamp::new(606_000));
    }
}
