//! Messages on their way to where they go: at once, or after a delay.

use actors_primitives::MessageId;

use crate::{
    agenda::Due, message::Message, queue::Lane, record::ServiceState, report, Config, Delayed,
    Event, Pallet,
};

impl<T: Config> Pallet<T> {
    /// Keeps a program's message until it is due. Its value is in escrow, and its purse holds a
    /// reference for it.
    pub(crate) fn delay(service: &mut ServiceState, message: Message<T>, blocks: u32) {
        Self::deposit_event(Event::MessageDelayed {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
            blocks,
        });
        Self::schedule(service, Due::Delivery(message.id), blocks);
        Delayed::<T>::insert(message.id, message);
    }

    /// Delivers a delayed message that is due: to a program with what else was booked.
    /// Whoever sent it may have been upgraded or have ended since. Returns the bytes of payload
    /// that it handled.
    pub(crate) fn deliver(service: &mut ServiceState, id: MessageId) -> usize {
        let Some(message) = Delayed::<T>::take(id) else {
            report!("the delayed message {id:?} does not exist");
            return 0;
        };
        let bytes = message.payload.len();
        if Self::is_address_used(&message.destination) {
            Self::enqueue(service, Lane::Booked, message);
            return bytes;
        }
        let arrived = match Self::pay_out(&mut service.till, &message.destination, message.value) {
            Ok(()) => message.value,
            Err(_) => {
                // The account that was there when it was sent has gone.
                Self::value_returns(&mut service.till, &message.source, message.value);
                0
            }
        };
        Self::release_purse(&mut service.till, &message.purse);
        Self::deposit_event(Event::UserMessage {
            message_id: message.id,
            source: message.source,
            destination: message.destination,
            payload: message.payload.into_inner(),
            value: arrived,
            reply: None,
            expires: None,
        });
        bytes
    }
}
