//! Tests of the pallet, one file a room, and a property test of the whole.

/// Makes each function a native test.
macro_rules! cases {
    ($($name:ident),+ $(,)?) => {
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

mod calls;
mod code;
mod configuration;
mod deposit;
mod exit;
mod family;
mod model;
mod purse;
mod queue;
mod service;
mod turn;
mod value;
mod views;
