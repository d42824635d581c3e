//! What a message caused, told to people.

use actors_primitives::MessageId;
use std::fmt::Write;

use crate::{replay, show::short, words, world::World};

/// What a message caused: turn by turn, and what happened besides; then what else was logged.
pub(crate) fn of(world: &World, root: MessageId) -> String {
    let history = &world.now.history;
    let mut story = format!("what message {} caused:", short(&root.0));
    let replay = replay::of(world, root);
    let mut told = Vec::new();
    // Writing into a string does not fail.
    match &replay {
        Some(replay) => {
            let tree = words::tree(world, replay);
            for line in tree.lines() {
                let _ = write!(story, "\n  {line}");
            }
            told.extend(replay.trace.turns.iter().flat_map(|turn| &turn.debug));
            let besides = history.besides(root);
            if !besides.is_empty() {
                story.push_str("\nand besides:");
            }
            for line in besides {
                let _ = write!(story, "\n  {line}");
            }
        }
        None => {
            let events = history.events(root);
            if events.is_empty() {
                story.push_str("\n  nothing");
            }
            for line in events {
                let _ = write!(story, "\n  {line}");
            }
        }
    }
    let logged = world.now.debug.iter().filter(|line| !told.contains(line));
    for (place, line) in logged.enumerate() {
        if place == 0 {
            story.push_str("\nwhat else was logged:");
        }
        let _ = write!(story, "\n  {line}");
    }
    story
}
