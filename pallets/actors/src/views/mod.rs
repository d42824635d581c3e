//! What the runtime API answers. Nothing here changes the chain's state.

mod dry_run;
mod reads;
mod rehearsal;
mod trace;
