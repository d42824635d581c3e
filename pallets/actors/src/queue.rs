//! The rows of messages that are served, each first in, first out, at a constant number of storage accesses
//! a message: the queue, and what was booked before and has come.

use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{ensure, pallet_prelude::BoundedVec, traits::Get};
use scale_info::TypeInfo;

use crate::{
    message::Message, record::ServiceState, Booked, Config, Error, Event, Pallet, Queue, Service,
};

/// A row of messages.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum Lane {
    /// What calls and programs have sent, and what goes on.
    #[default]
    Queue,
    /// Deadlines, deliveries, signals, and the answers of programs that have ended. Nobody pays for a place
    /// there.
    Booked,
}

impl Lane {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Queue, Self::Booked];

    /// The one beside it.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Queue => Self::Booked,
            Self::Booked => Self::Queue,
        }
    }

    /// The message at a place.
    pub fn message<T: Config>(self, place: u64) -> Option<Message<T>> {
        match self {
            Self::Queue => Queue::<T>::get(place),
            Self::Booked => Booked::<T>::get(place),
        }
    }

    pub(crate) fn has_message<T: Config>(self, place: u64) -> bool {
        match self {
            Self::Queue => Queue::<T>::contains_key(place),
            Self::Booked => Booked::<T>::contains_key(place),
        }
    }

    /// Takes what stands at a place away, also what cannot be read.
    pub(crate) fn clear<T: Config>(self, place: u64) {
        match self {
            Self::Queue => Queue::<T>::remove(place),
            Self::Booked => Booked::<T>::remove(place),
        }
    }
}

impl<T: Config> Pallet<T> {
    /// How many messages are to be served.
    #[must_use]
    pub fn queue_length() -> u64 {
        Service::<T>::get().length()
    }

    /// Puts a message at the end of a row. Its value is in escrow and its purse holds a
    /// reference for it already.
    pub(crate) fn enqueue(service: &mut ServiceState, lane: Lane, message: Message<T>) {
        let event = message.kind.has_purse().then(|| Event::MessageQueued {
            message_id: message.id,
            source: message.source.clone(),
            destination: message.destination.clone(),
            value: message.value,
        });
        let place = service.row_mut(lane).push();
        match lane {
            Lane::Queue => {
                service.volume = service.volume.saturating_add(message.place.counts);
                Queue::<T>::insert(place, message);
            }
            Lane::Booked => Booked::<T>::insert(place, message),
        }
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
