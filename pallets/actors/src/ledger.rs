//! What a turn changes besides storage, and is undone with it.

use actors_primitives::{Balance, Gas, MessageId, ReplyCode};
use frame_support::storage::with_storage_layer;

use crate::{
    aborted::Aborted, place::Place, purse::Split, record::ServiceState, Config, Message, Pallet,
    Purse,
};

/// The records that a turn has at hand: they are written once, when it has ended.
pub(crate) struct Ledger<'s, T: Config> {
    /// The record of the service.
    pub(crate) service: &'s mut ServiceState,
    /// The purse that pays.
    pub(crate) purse: Purse<T>,
    /// Deposit money of that purse which the message may still use.
    pub(crate) deposit: Balance,
    /// Deposit money that the turn has used.
    pub(crate) used: Balance,
}

/// How a message that a program sends leaves it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaves {
    /// Into the queue, with so many bytes.
    AtOnce(u32),
    /// Into the queue, after a delay.
    Later,
    /// Into a user's mailbox.
    AsLetter,
}

/// What pays for a message that a program sends.
pub(crate) struct Paying {
    /// The purse.
    pub(crate) purse: MessageId,
    /// What the message may use of its deposit money.
    pub(crate) deposit: Balance,
    /// What it has of the queue.
    pub(crate) place: Place,
}

impl<'s, T: Config> Ledger<'s, T> {
    pub(crate) fn new(service: &'s mut ServiceState, purse: Purse<T>, deposit: Balance) -> Self {
        Self {
            service,
            purse,
            deposit,
            used: 0,
        }
    }

    /// Makes changes here and in storage, or none of them.
    pub(crate) fn apply<R>(
        &mut self,
        changes: impl FnOnce(&mut Self) -> Result<R, Aborted>,
    ) -> Result<R, Aborted> {
        let service = *self.service;
        let (purse, deposit, used) = (self.purse.clone(), self.deposit, self.used);
        let result = with_storage_layer(|| changes(self));
        if result.is_err() {
            *self.service = service;
            (self.purse, self.deposit, self.used) = (purse, deposit, used);
        }
        result
    }

    /// Takes deposit money for what a program stores more.
    pub(crate) fn take_deposit(&mut self, amount: Balance) -> Result<(), Aborted> {
        for has in [&mut self.deposit, &mut self.purse.deposit] {
            let left = has.checked_sub(amount);
            *has = left.ok_or(Aborted::Reply(ReplyCode::DepositShortfall))?;
        }
        self.used = self.used.saturating_add(amount);
        Ok(())
    }

    /// The purse that a sent message draws on, `message`'s or one split off it, and what it may use of
    /// the deposit money there: as much of `deposit` as `message` has left. Gas is reserved
    /// for it if it takes a place in the queue now. What a signal sends cleans up as well,
    /// unless it comes later: that ends with the call, as anything does.
    pub(crate) fn pay_for(
        &mut self,
        message: &Message<T>,
        sent: MessageId,
        gas: Option<Gas>,
        deposit: Balance,
        leaves: Leaves,
    ) -> Paying {
        let deposit = deposit.min(self.deposit);
        self.deposit = self.deposit.saturating_sub(deposit);
        // A turn whose place was paid for by nobody can raise nobody's price by what it sends.
        let most = message.place.counts;
        let takes = match leaves {
            Leaves::AtOnce(bytes) => Some((bytes, most)),
            Leaves::Later | Leaves::AsLetter => None,
        };
        let (purse, place) = match gas {
            Some(gas) => {
                let split = Split {
                    gas,
                    deposit,
                    sent: takes,
                    is_last: self.purse.is_last && leaves != Leaves::Later,
                    is_signal: false,
                };
                let own = &mut self.purse;
                let place = Pallet::<T>::split_purse(&message.purse, own, sent, split);
                (sent, place)
            }
            None => {
                self.purse.share();
                let place = takes.map(|(bytes, most)| self.purse.reserve(0, bytes, most));
                (message.purse, place.unwrap_or_default())
            }
        };
        Paying {
            purse,
            deposit,
            place,
        }
    }
}
