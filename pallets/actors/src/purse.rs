//! Purses: the gas and deposit money that one call brought.
//!
//! A purse holds its money on the payer's account from the moment of the call. Gas is burned in
//! the purse's record and paid for when it closes, with the last reference: the floor of all gas
//! that it burned at its price, so that rounding neither creates nor destroys a unit. What
//! remains is given back.
//!
//! Deposit money of a purse can be used by those messages that were given some, and by no other:
//! each message says how much it may use ([`crate::Message::deposit`]), and what all of them may use
//! is never more than the purse has.
//!
//! A purse has an end, which what is split off it shares: from then on, or when its payer has closed
//! it, nothing new begins on it, so that it runs out.
//!
//! Whoever works on a purse takes it out of storage with [`Pallet::take_purse`], passes it on by
//! reference and gives it back with [`Pallet::put_purse`]: one read and one write a message.

use actors_primitives::{Balance, Gas, GasPrice, MessageId};
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{ensure, pallet_prelude::DispatchError, traits::Get};
use scale_info::TypeInfo;

use crate::{
    place::{Place, Rate},
    report,
    till::Till,
    Config, Error, Pallet, Purses,
};

/// Gas and deposit money of one call.
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
pub struct Purse<T: Config> {
    /// Whose money it holds, and who gets the rest back.
    pub payer: T::AccountId,
    /// What gas costs in it, fixed when it was opened.
    pub price: GasPrice,
    /// Gas that may still be burned.
    pub gas: Gas,
    /// Gas that was burned so far, and is paid for when the purse closes.
    pub burned: Gas,
    /// Gas that is set aside: for the rent, the resume and the signal of what waits.
    pub aside: Gas,
    /// Gas that is paid for and that calls and sends in the queue have reserved: so much at most counts
    /// for all of them together.
    pub queued: Gas,
    /// Gas that its turns may burn whose places in the queue are paid for.
    pub paid: Gas,
    /// The last tick at which that holds.
    pub paid_until: u64,
    /// Gas money on hold, in planck.
    pub held: Balance,
    /// Deposit money still on hold, in planck.
    pub deposit: Balance,
    /// How many messages and purses draw on it.
    pub references: u32,
    /// The purse that this one was split from: the one that the call opened.
    pub parent: Option<MessageId>,
    /// The tick at which it ends.
    pub until: u64,
    /// Whether its payer has closed it. Of a split one, the parent's says so.
    pub is_closed: bool,
    /// Whether it is what a signal has to clean up with: what is sent at once on it runs though the
    /// purse of the call has ended.
    pub is_last: bool,
    /// Whether it is the purse of a signal that has not run yet.
    pub is_signal: bool,
}

/// For how many blocks of service it holds that the places of a purse's turns are paid for: a conversation
/// keeps its price, and what was stored up does not.
const PAID_BLOCKS: u64 = 64;

/// Of a call whose first turn has not run.
const NOT_BEGUN: u64 = u64::MAX;

/// What is split off a purse.
pub(crate) struct Split {
    pub(crate) gas: Gas,
    pub(crate) deposit: Balance,
    /// The bytes of the message that it is for, if that takes a place in the queue now, and as what it counts
    /// there at most.
    pub(crate) sent: Option<(u32, Gas)>,
    /// Whether that cleans up: a signal, or what one sends at once.
    pub(crate) is_last: bool,
    /// Whether it is a signal.
    pub(crate) is_signal: bool,
}

impl<T: Config> Purse<T> {
    /// All that it has, for gas and for deposits, in planck.
    #[must_use]
    pub fn money(&self) -> Balance {
        self.held.saturating_add(self.deposit)
    }

    /// Burns gas: what there is at most.
    pub(crate) fn burn(&mut self, gas: Gas) {
        let gas = gas.min(self.gas);
        self.gas = self.gas.saturating_sub(gas);
        self.burned = self.burned.saturating_add(gas);
    }

    /// Sets gas aside, which nothing else can burn: what there is at most.
    pub(crate) fn set_aside(&mut self, gas: Gas) {
        let gas = gas.min(self.gas);
        self.gas = self.gas.saturating_sub(gas);
        self.aside = self.aside.saturating_add(gas);
    }

    /// Makes gas that was set aside available again.
    pub(crate) fn restore(&mut self, gas: Gas) {
        let gas = gas.min(self.aside);
        self.aside = self.aside.saturating_sub(gas);
        self.gas = self.gas.saturating_add(gas);
    }

    /// Burns gas that was set aside.
    pub(crate) fn burn_aside(&mut self, gas: Gas) {
        self.restore(gas);
        self.burn(gas);
    }

    /// The most that one turn may burn that takes `share` of what a block serves in any case: what
    /// that costs beyond what is paid for must be left.
    pub(crate) fn turn_limit(&self, rate: Rate, share: Gas) -> Gas {
        let left = self.gas.saturating_sub(self.surcharge(rate, share, 0));
        let free = self.paid.max(share);
        let beyond = rate.rest(left.saturating_sub(free));
        left.min(free)
            .saturating_add(beyond)
            .min(T::MaxTurnGas::get())
    }

    /// What a turn pays for its place that burns so much, and takes `share` of what a block serves
    /// in any case.
    pub(crate) fn surcharge(&self, rate: Rate, share: Gas, burned: Gas) -> Gas {
        rate.price(burned.max(share).saturating_sub(self.paid))
    }

    /// Notes that a turn is about to run at that tick: while places cost nothing, a longest turn's worth is
    /// paid for; and what was paid for long ago is not.
    pub(crate) fn renew(&mut self, clock: u64, rate: Rate) {
        // Waiting in the queue is not storing up: a call's time begins with its first turn.
        if self.paid_until == NOT_BEGUN {
            self.paid_until = clock.saturating_add(PAID_BLOCKS);
        }
        if rate == Rate(0) {
            self.paid = self.paid.max(T::MaxTurnGas::get());
            self.paid_until = clock.saturating_add(PAID_BLOCKS);
        } else if clock > self.paid_until {
            self.paid = 0;
        }
    }

    /// Burns what a turn has burned, and what its place costs beyond what is paid for; says how much that
    /// is.
    pub(crate) fn burn_turn(&mut self, rate: Rate, share: Gas, burned: Gas) -> Gas {
        self.burn(burned);
        // What burned nothing was refused before its code was read.
        let share = if burned == 0 { 0 } else { share };
        let place = self.surcharge(rate, share, burned).min(self.gas);
        self.burn(place);
        self.paid = self.paid.saturating_sub(burned.max(share));
        place
    }

    /// Reserves gas for a message of so many bytes that takes a place in the queue now: what one turn may burn of
    /// what is paid for, and no other has reserved. It counts as that, but as no more than `most`; or as the
    /// `share` that it takes of a hook in any case. What is burned beyond pays then, so it raises nobody else's
    /// price now.
    pub(crate) fn reserve(&mut self, share: Gas, bytes: u32, most: Gas) -> Place {
        let free = self.gas.min(self.paid).saturating_sub(self.queued);
        let reserved = free.min(T::MaxTurnGas::get());
        self.queued = self.queued.saturating_add(reserved);
        let counts = Pallet::<T>::counted(reserved, bytes).min(most);
        Place {
            reserved,
            counts: counts.max(Pallet::<T>::counted(share, bytes)),
        }
    }

    /// Gives up what a message has reserved, which leaves the queue.
    pub(crate) fn unreserve(&mut self, gas: Gas) {
        self.queued = self.queued.saturating_sub(gas);
    }

    /// Takes back what is left of a purse that was split off this one, and what that owes. Its gas is not burned
    /// any more.
    fn absorb(&mut self, child: &Self) {
        self.burned = self.burned.saturating_add(child.burned);
        self.held = self.held.saturating_add(child.held);
        self.deposit = self.deposit.saturating_add(child.deposit);
    }

    /// Adds a reference, for a message that shares the purse.
    pub(crate) fn share(&mut self) {
        self.references = self.references.saturating_add(1);
    }

    /// Gives up a reference. The last one goes with [`Pallet::put_purse`], which closes the purse.
    pub(crate) fn release(&mut self) {
        self.references = self.references.saturating_sub(1);
    }
}

impl<T: Config> Pallet<T> {
    /// Opens a purse for a call, with one reference for its message, and takes the money for it and for the
    /// message's value from the payer. Burns what its place in the queue costs, which takes `share` of what a
    /// block serves in any case; says what the queue has with it.
    pub(crate) fn open_purse(
        till: &mut Till,
        id: MessageId,
        payer: &T::AccountId,
        gas: Gas,
        (place, share, bytes): (Gas, Gas, u32),
        (deposit, value): (Balance, Balance),
        clock: u64,
    ) -> Result<Place, DispatchError> {
        let price = T::GasPrice::get();
        let held = price.cost(gas);
        // Who could not pay all of it could not pay so much either.
        let total = held.saturating_add(deposit).saturating_add(value);
        if Self::take_in(till, payer, total).is_err() {
            ensure!(Self::spendable(payer) >= value, Error::<T>::ValueNotPayable);
            return Err(Error::<T>::GasNotPayable.into());
        }
        let mut purse = Purse {
            payer: payer.clone(),
            price,
            gas,
            burned: 0,
            aside: 0,
            queued: 0,
            paid: 0,
            paid_until: NOT_BEGUN,
            held,
            deposit,
            references: 1,
            parent: None,
            until: clock.saturating_add(T::MaxMessageLifetime::get().into()),
            is_closed: false,
            is_last: false,
            is_signal: false,
        };
        purse.burn(place);
        purse.paid = purse.gas.min(T::MaxTurnGas::get()).max(share);
        let place = purse.reserve(share, bytes, Gas::MAX);
        Purses::<T>::insert(id, purse);
        Ok(place)
    }

    /// A purse to work on. Its record stays until [`Self::put_purse`].
    pub(crate) fn take_purse(id: &MessageId) -> Option<Purse<T>> {
        let purse = Purses::<T>::get(id);
        if purse.is_none() {
            report!("the purse {id:?} of a message does not exist");
        }
        purse
    }

    /// Gives a purse back, less one reference: with the last one it closes. What was split off another then goes
    /// back there, so that a call has one account, and one refund.
    pub(crate) fn put_purse(till: &mut Till, id: &MessageId, mut purse: Purse<T>) {
        purse.release();
        if purse.references > 0 {
            Purses::<T>::insert(id, purse);
            return;
        }
        Purses::<T>::remove(id);
        let parent = purse
            .parent
            .and_then(|id| Some((id, Self::take_purse(&id)?)));
        match parent {
            // A parent has no parent of its own: this goes no deeper.
            Some((id, mut parent)) => {
                parent.absorb(&purse);
                Self::put_purse(till, &id, parent);
            }
            None => Self::settle_purse(till, purse),
        }
    }

    /// Gives a purse back, whose message keeps its reference.
    pub(crate) fn keep_purse(id: &MessageId, purse: Purse<T>) {
        Purses::<T>::insert(id, purse);
    }

    /// Gives up one reference to a purse.
    pub(crate) fn release_purse(till: &mut Till, id: &MessageId) {
        if let Some(purse) = Self::take_purse(id) {
            Self::put_purse(till, id, purse);
        }
    }

    /// Changes a purse where it stands.
    pub(crate) fn change_purse(id: &MessageId, change: impl FnOnce(&mut Purse<T>)) {
        if let Some(mut purse) = Self::take_purse(id) {
            change(&mut purse);
            Self::keep_purse(id, purse);
        }
    }

    /// Pays for the gas that was burned and gives the rest back to the payer.
    fn settle_purse(till: &mut Till, purse: Purse<T>) {
        let due = purse.price.cost(purse.burned).min(purse.held);
        till.fees = till.fees.saturating_add(due);
        let rest = purse.money().saturating_sub(due);
        Self::give_back(till, &purse.payer, rest);
    }

    /// Splits gas and deposit money off a purse into a new one with the same payer, price and end; says what
    /// the queue has with its message, as soon as that takes a place.
    pub(crate) fn split_purse(
        id: &MessageId,
        purse: &mut Purse<T>,
        child: MessageId,
        split: Split,
    ) -> Place {
        let gas = split.gas.min(purse.gas);
        let deposit = split.deposit.min(purse.deposit);
        // Not what others have reserved.
        let paid = gas.min(purse.paid.saturating_sub(purse.queued));
        purse.paid = purse.paid.saturating_sub(paid);
        // The floors of two parts are at most the floor of the whole, so what stays covers what
        // the parent has burned and may still burn.
        let held = purse.price.cost(gas).min(purse.held);
        purse.gas = purse.gas.saturating_sub(gas);
        purse.held = purse.held.saturating_sub(held);
        purse.deposit = purse.deposit.saturating_sub(deposit);
        let mut own = Purse {
            payer: purse.payer.clone(),
            price: purse.price,
            gas,
            burned: 0,
            aside: 0,
            queued: 0,
            paid,
            paid_until: purse.paid_until,
            held,
            deposit,
            references: 1,
            parent: Some(purse.parent.unwrap_or(*id)),
            until: purse.until,
            is_closed: false,
            is_last: split.is_last,
            is_signal: split.is_signal,
        };
        let place = match split.sent {
            Some((bytes, most)) => own.reserve(0, bytes, most),
            None => Place::default(),
        };
        Purses::<T>::insert(child, own);
        match purse.parent {
            None => purse.share(),
            Some(root) => Purses::<T>::mutate(root, |root| match root {
                Some(root) => root.share(),
                None => report!("the purse that another was split from does not exist"),
            }),
        }
        place
    }

    /// Moves deposit money from the purse of a reply to that of the message which it resumes, unless
    /// they are one; says how much came.
    pub(crate) fn return_deposit(
        reply: &MessageId,
        amount: Balance,
        own: &MessageId,
        purse: &mut Purse<T>,
    ) -> Balance {
        if amount == 0 || reply == own {
            return amount;
        }
        let mut moved = 0;
        Self::change_purse(reply, |from| {
            moved = amount.min(from.deposit);
            from.deposit = from.deposit.saturating_sub(moved);
        });
        purse.deposit = purse.deposit.saturating_add(moved);
        moved
    }

    /// Whether its payer has closed the purse, or the one that it was split from.
    pub(crate) fn is_purse_closed(purse: &Purse<T>) -> bool {
        match purse.parent {
            Some(parent) => Purses::<T>::get(parent).is_none_or(|parent| parent.is_closed),
            None => purse.is_closed,
        }
    }

    /// Closes the purse that a call of `payer` has opened; whether it was open.
    pub(crate) fn end_purse(payer: &T::AccountId, id: &MessageId) -> Result<bool, DispatchError> {
        let mut purse = Purses::<T>::get(id).ok_or(Error::<T>::NoSuchPurse)?;
        ensure!(purse.payer == *payer, Error::<T>::NotPayer);
        ensure!(purse.parent.is_none(), Error::<T>::NoSuchPurse);
        let was_closed = core::mem::replace(&mut purse.is_closed, true);
        Purses::<T>::insert(id, purse);
        Ok(!was_closed)
    }
}
