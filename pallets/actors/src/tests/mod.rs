//! Cases of the pallet, one file a room, and a model of the whole under random steps.
//!
//! A case is a function without arguments that runs on a chain at its genesis, in any world: as a
//! native test, and inside a runtime. `cases!` at the end of each file lists them; one that is not
//! listed is dead code. What needs the standard library is a native test besides.

/// A case, and what it is called.
#[cfg(feature = "suite")]
pub(crate) struct Case {
    /// The module that has it.
    pub(crate) room: &'static str,
    pub(crate) name: &'static str,
    pub(crate) run: fn(),
}

/// Makes each function a native test, and lists them for the other worlds.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
        #[cfg(feature = "suite")]
        pub(crate) const CASES: &[$crate::tests::Case] = &[$(
            $crate::tests::Case {
                room: module_path!(),
                name: stringify!($name),
                run: $name,
            },
        )+];

        #[cfg(test)]
        mod native {
            $(
                #[test]
                fn $name() {
                    $crate::mock::on_chain(super::$name);
                }
            )+
        }
    };
}

mod budget;
mod calls;
mod closing;
mod code;
#[cfg(test)]
mod configuration;
mod deadline;
mod deposit;
mod exit;
mod family;
mod mailbox;
#[cfg(test)]
mod migration;
#[allow(unreachable_pub, reason = "the suite exports the steps")]
pub(crate) mod model;
mod place;
mod player;
#[cfg(test)]
mod proof;
mod purse;
mod queue;
mod rent;
mod service;
mod signal;
mod time;
mod trace;
mod turn;
mod upgrade;
mod value;
mod verdict;
mod views;
mod waiting;

/// Every case, by room.
#[cfg(feature = "suite")]
pub(crate) const ROOMS: &[&[Case]] = &[
    budget::CASES,
    calls::CASES,
    closing::CASES,
    code::CASES,
    deadline::CASES,
    deposit::CASES,
    exit::CASES,
    family::CASES,
    mailbox::CASES,
    place::CASES,
    purse::CASES,
    queue::CASES,
    rent::CASES,
    service::CASES,
    signal::CASES,
    time::CASES,
    trace::CASES,
    turn::CASES,
    upgrade::CASES,
    value::CASES,
    verdict::CASES,
    views::CASES,
    waiting::CASES,
];
