//! The one queue: first in, first out, at a constant number of storage accesses a message.

use alloc::vec::Vec;
use frame_support::{ensure, pallet_prelude::BoundedVec, traits::Get};

use crate::{message::Message, record::ServiceState, Config, Error, Event, Pallet, Queue, Service};

impl<T: Config> Pallet<T> {
    /// How many messages stand in the queue.
    #[must_use]
    pub fn queue_length() -> u64 {
        Service::<T>::get().length()
    }

    /// Puts a message at the end of the queue. Its value is in escrow and its purse holds a
    /// reference for it already.
    pub(crate) fn enqueue(service: &mut ServiceState, message: Message<T>) {
        let event = message.kind.has_purse().then(|| Event::MessageQueued {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        });
        service.load = service.load.with(message.load);
        Queue::<T>::insert(service.queue.push(), message);
        if let Some(event) = event {
            Self::deposit_event(event);
        }
    }

    pub(crate) fn bound_payload(
        payload: Vec<u8>,
    ) -> Result<BoundedVec<u8, crate::PayloadBound>, Error<T>> {
        let most = T::Limits::get().payload as usize;
        ensure!(payload.len() <= most, Error::<T>::PayloadTooLong);
        BoundedVec::try_from(payload).map_err(|_| Error::<T>::PayloadTooLong)
    }
}
