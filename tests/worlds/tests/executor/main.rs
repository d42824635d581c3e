//! The executor's own tests, each call of which runs natively and in a runtime.

extern crate alloc;

#[path = "../../../../pallets/actors/executor/tests/executor/execution.rs"]
mod execution;
#[path = "../../../../pallets/actors/executor/tests/executor/malformed.rs"]
mod malformed;
#[path = "../../../../pallets/actors/executor/tests/executor/world.rs"]
mod native;
#[path = "../../../../pallets/actors/executor/tests/executor/validation.rs"]
mod validation;
mod world;
