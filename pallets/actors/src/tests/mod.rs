//! Tests of the pallet, one file a room, and a property test of the whole.

mod calls;
mod code;
mod configuration;
mod deposit;
mod model;
mod purse;
mod queue;
mod turn;
mod value;
mod views;
