//! A runtime fills and copies memory with functions of its own.

use actors_worlds::{call_runtime, memory::moved};
use codec::Encode;

#[test]
fn memory_is_filled_and_copied_the_same_in_a_runtime() {
    let mut chain = sp_io::TestExternalities::default();
    let in_runtime = call_runtime(&mut chain, "move_memory", &[]).expect("it runs");
    assert_eq!(in_runtime, moved().encode());
}
