//! Snapshots: a chain as it was, to go back to.

use sp_io::TestExternalities;
use std::{fmt, rc::Rc};

use crate::{line::Line, stage::Stage, world::Moment, Chain};

/// A chain as it was when [`Chain::snapshot`] was called.
///
/// A clone is the same snapshot.
#[derive(Clone)]
pub struct Snapshot(Rc<Kept>);

struct Kept {
    /// Whose it is.
    chain: u64,
    storage: TestExternalities,
    moment: Moment,
    line: Line,
    stage: Stage,
}

impl Chain {
    /// Keeps the chain as it is, to [go back](Chain::restore) to: storage, block, time, what has
    /// happened so far and which events were read.
    #[track_caller]
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut world = self.world_mut();
        Snapshot(Rc::new(Kept {
            chain: world.id,
            storage: world.storage(),
            moment: world.now.clone(),
            line: world.line(),
            stage: world.stage.clone(),
        }))
    }

    /// Goes back to a snapshot of this chain, as often as you like, also forward again to one that
    /// was taken later.
    ///
    /// Users, programs and messages of that time can be used as before. What came after it does not
    /// exist any more, and says so. What a mock's closure has captured is the test's own: it stays
    /// as it is, while the calls that the mock recorded are those of then.
    ///
    /// # Panics
    ///
    /// When the snapshot is of another chain.
    #[track_caller]
    pub fn restore(&self, snapshot: &Snapshot) {
        let kept = &snapshot.0;
        let mut world = self.world_mut();
        assert!(
            kept.chain == world.id,
            "the snapshot is of another chain: a chain goes back to its own past only"
        );
        world.go_back(
            &kept.storage,
            kept.moment.clone(),
            &kept.line,
            kept.stage.clone(),
        );
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "snapshot of block {}", self.0.moment.number)
    }
}
