//! The chain's weights. The pallet asks for that of serving a message just before it does, which is
//! when a mock acts.

use frame_support::weights::Weight;
use pallet_actors::WeightInfo;

use crate::stage;

/// The weights of the development chain.
type Chain = ();

/// The same, with mocks.
pub struct Watched;

impl WeightInfo for Watched {
    fn upload_code(bytes: u32) -> Weight {
        Chain::upload_code(bytes)
    }

    fn keep_code() -> Weight {
        Chain::keep_code()
    }

    fn remove_code() -> Weight {
        Chain::remove_code()
    }

    fn create_program(bytes: u32) -> Weight {
        Chain::create_program(bytes)
    }

    fn send_message(bytes: u32) -> Weight {
        Chain::send_message(bytes)
    }

    fn peek_service() -> Weight {
        Chain::peek_service()
    }

    fn tick() -> Weight {
        Chain::tick()
    }

    fn peek_queue() -> Weight {
        Chain::peek_queue()
    }

    fn set_service_paused() -> Weight {
        Chain::set_service_paused()
    }

    fn send_reply(bytes: u32) -> Weight {
        Chain::send_reply(bytes)
    }

    fn upgrade_program(bytes: u32) -> Weight {
        Chain::upgrade_program(bytes)
    }

    fn set_admin() -> Weight {
        Chain::set_admin()
    }

    fn close_purse() -> Weight {
        Chain::close_purse()
    }

    fn do_due(bytes: u32) -> Weight {
        Chain::do_due(bytes)
    }

    fn answer_waiting() -> Weight {
        Chain::answer_waiting()
    }

    fn resume_message(bytes: u32) -> Weight {
        Chain::resume_message(bytes)
    }

    fn sweep(keys: u32) -> Weight {
        Chain::sweep(keys)
    }

    fn serve_message(bytes: u32) -> Weight {
        stage::before_serving(bytes);
        Chain::serve_message(bytes)
    }
}
