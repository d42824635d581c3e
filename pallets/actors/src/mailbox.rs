//! Mailboxes: messages to users that a program awaits the reply to. A letter stands until its user
//! answers it, claims its value, or it expires; its value is in escrow until then.

use actors_executor as executor;
use actors_primitives::{Gas, MessageId};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    ensure,
    pallet_prelude::{DecodeWithMemTracking, DispatchError},
};
use scale_info::TypeInfo;
use sp_runtime::traits::SaturatedConversion;

use crate::{
    agenda::{Due, Slot},
    message::Message,
    record::ServiceState,
    report,
    waiting::rent_for,
    Config, Error, Event, Mailboxes, Pallet,
};

/// A message that stands in a user's mailbox.
#[derive(
    frame_support::CloneNoBound,
    frame_support::DebugNoBound,
    frame_support::PartialEqNoBound,
    frame_support::EqNoBound,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
)]
#[scale_info(skip_type_params(T))]
pub struct Letter<T: Config> {
    /// The message; its destination is the user.
    pub message: Message<T>,
    /// Since when it stands, in ticks.
    pub since: u64,
    /// For how many blocks it stands.
    pub blocks: u32,
    /// Gas set aside for the rent of all these blocks.
    pub rent: Gas,
    /// The place of its end on the agenda.
    pub slot: Slot,
}

impl<T: Config> Letter<T> {
    /// How many of its blocks have passed.
    pub(crate) fn passed(&self, clock: u64) -> u32 {
        let passed = clock.saturating_sub(self.since);
        passed.min(self.blocks.into()).saturated_into()
    }
}

/// How a letter left the mailbox.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum LetterEnd {
    /// The user replied.
    Replied,
    /// The user took its value.
    Claimed,
    /// Its time was over: its value went back.
    Expired,
}

impl<T: Config> Pallet<T> {
    /// Puts a message into its user's mailbox. Its value is in escrow, and its purse holds a
    /// reference for it and has set the rent aside.
    pub(crate) fn post(service: &mut ServiceState, message: Message<T>, letter: executor::Letter) {
        let (user, id) = (message.destination.clone(), message.id);
        let due = Due::Letter {
            user: user.clone(),
            message: id,
        };
        let slot = Self::schedule(service, due, letter.blocks);
        Self::deposit_event(Event::UserMessage {
            message_id: id,
            source: message.source.clone(),
            destination: user.clone(),
            payload: message.payload.to_vec(),
            value: message.value,
            reply: None,
            expires: Some(letter.blocks),
        });
        let letter = Letter {
            message,
            since: service.clock,
            blocks: letter.blocks,
            rent: letter.rent,
            slot,
        };
        Mailboxes::<T>::insert(user, id, letter);
    }

    /// Takes a letter out of a mailbox and gives its user its value.
    pub(crate) fn open_letter(
        service: &mut ServiceState,
        user: &T::AccountId,
        id: MessageId,
        end: LetterEnd,
    ) -> Result<Message<T>, DispatchError> {
        let letter = Mailboxes::<T>::take(user, id).ok_or(Error::<T>::NoSuchLetter)?;
        // What is due may have to wait for room; whoever awaited it may know already.
        ensure!(letter.slot.tick > service.clock, Error::<T>::LetterExpired);
        Self::cancel(service, letter.slot);
        Self::pay_out(&mut service.till, user, letter.message.value)
            .map_err(|_| Error::<T>::LetterValueTooSmall)?;
        Ok(Self::close_letter(service, letter, end))
    }

    /// Settles the rent of a letter that has been taken out.
    fn close_letter(service: &ServiceState, letter: Letter<T>, end: LetterEnd) -> Message<T> {
        let passed = letter.passed(service.clock);
        let due = rent_for(letter.rent, passed, letter.blocks);
        Self::change_purse(&letter.message.purse, |purse| {
            purse.burn_aside(due);
            purse.restore(letter.rent.saturating_sub(due));
        });
        Self::deposit_event(Event::LetterClosed {
            message_id: letter.message.id,
            user: letter.message.destination.clone(),
            end,
            value: letter.message.value,
        });
        letter.message
    }

    /// Nobody answered in time: the value goes back. The program's own deadline tells it so.
    /// Returns the bytes of payload that it handled.
    pub(crate) fn letter_expires(
        service: &mut ServiceState,
        user: T::AccountId,
        id: MessageId,
    ) -> usize {
        let Some(letter) = Mailboxes::<T>::take(&user, id) else {
            report!("the letter {id:?} does not exist");
            return 0;
        };
        let message = Self::close_letter(service, letter, LetterEnd::Expired);
        Self::value_returns(&mut service.till, &message.source, message.value);
        Self::release_purse(&mut service.till, &message.purse);
        message.payload.len()
    }
}
