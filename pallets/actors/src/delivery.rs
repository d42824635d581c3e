//! Messages on their way to where they go: at once, or after a delay.

use actors_primitives::MessageId;
use frame_support::storage::with_storage_layer;

use crate::{agenda::Due, queue::Message, report, turn::Aborted, Config, Delayed, Event, Pallet};

impl<T: Config> Pallet<T> {
    /// Keeps a program's message until it is due. Its value is in escrow, and its purse holds a
    /// reference for it.
    pub(crate) fn delay(message: Message<T>, blocks: u32) {
        Self::schedule(Due::Delivery(message.id), blocks);
        Self::deposit_event(Event::MessageDelayed {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
            blocks,
        });
        Delayed::<T>::insert(message.id, message);
    }

    /// Delivers a delayed message that is due: to a program through the queue, as if sent now.
    /// Whoever sent it may have been upgraded or have ended since.
    pub(crate) fn deliver(id: MessageId) {
        let Some(message) = Delayed::<T>::take(id) else {
            report!("the delayed message {id:?} does not exist");
            return;
        };
        if Self::is_address_used(&message.destination) {
            Self::enqueue(message);
            return;
        }
        let purse = message.purse;
        if with_storage_layer(|| Self::deliver_to_user(&message)).is_err() {
            // The account that was there when it was sent has gone.
            Self::value_returns(&message.source, message.value);
        }
        Self::release_purse(&purse);
    }

    fn deliver_to_user(message: &Message<T>) -> Result<(), Aborted> {
        Self::value_arrives(&message.destination, message.value)?;
        Self::deposit_event(Event::UserMessage {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            payload: message.payload.to_vec(),
            value: message.value,
            reply: None,
            expires: None,
        });
        Ok(())
    }
}
