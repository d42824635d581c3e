//! What most programs use.

pub use crate::{
    chain,
    collections::{List, Map, Set, Value},
    join, message, on_failure,
    outbox::{debug, Deposit, Gas},
    select, sleep, ActorId, CallError, Creation, Funds, Paid, Raw, Request, This,
};
pub use alloc::{
    boxed::Box,
    format,
    rc::Rc,
    string::{String, ToString},
    vec,
    vec::Vec,
};
