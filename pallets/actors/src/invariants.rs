//! What must always hold of the state: every total is recomputed and compared with what is stored.

use actors_primitives::{Balance, CodeHash, Gas, MessageId};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{
    ensure,
    traits::fungible::{hold::Inspect as _, Inspect},
};
use sp_runtime::TryRuntimeError;

use crate::{
    deposit::Footprint, place::Place, queue::Lane, Agenda, Booked, Codes, Config, Delayed, Due,
    Endowment, Graves, HoldReason, Idls, Keepers, Kind, Mailboxes, Message, Pages, Pallet, Parting,
    Programs, Purses, Queue, Remains, Row, Service, Slot, State, Status, Ticks, Tombstones,
    WaitState, Waiter, Waiting, WaitingPayloads, Wasm,
};

/// What messages in all places add up to.
struct Sums<T: Config> {
    /// Value in escrow.
    in_flight: Balance,
    /// What all purses have.
    purses: Balance,
    /// References to each purse.
    references: BTreeMap<MessageId, u32>,
    /// Gas set aside in each purse.
    aside: BTreeMap<MessageId, Gas>,
    /// Gas that messages in the queue have reserved, in each purse.
    queued: BTreeMap<MessageId, Gas>,
    /// Deposit money of each purse that messages may use.
    deposits: BTreeMap<MessageId, Balance>,
    /// Causes to go on in the queue for each message that waits.
    causes: BTreeMap<(T::AccountId, u32, MessageId), u32>,
    /// In which row they stand.
    lanes: BTreeMap<(T::AccountId, u32, MessageId), Lane>,
    /// Signals that have not begun.
    signals: BTreeSet<MessageId>,
    /// Messages that run the `init` of each program.
    inits: BTreeMap<T::AccountId, u32>,
    /// Users of each code.
    users: BTreeMap<actors_primitives::CodeHash, u32>,
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "counts of what is stored, which change nothing"
)]
impl<T: Config> Sums<T> {
    fn new() -> Self {
        Self {
            in_flight: 0,
            purses: 0,
            references: BTreeMap::new(),
            aside: BTreeMap::new(),
            queued: BTreeMap::new(),
            deposits: BTreeMap::new(),
            causes: BTreeMap::new(),
            lanes: BTreeMap::new(),
            signals: BTreeSet::new(),
            inits: BTreeMap::new(),
            users: BTreeMap::new(),
        }
    }

    fn message(&mut self, message: &Message<T>) {
        self.in_flight = self.in_flight.saturating_add(message.value);
        if message.kind.has_purse() {
            *self.references.entry(message.purse).or_default() += 1;
        }
        let deposits = self.deposits.entry(message.purse).or_default();
        *deposits = deposits.saturating_add(message.deposit);
        if message.kind == Kind::Init {
            *self.inits.entry(message.destination.clone()).or_default() += 1;
        }
        if matches!(message.kind, Kind::Signal { .. }) {
            self.signals.insert(message.purse);
        }
        if let Kind::Migrate(code) = message.kind {
            *self.users.entry(code).or_default() += 1;
        }
        if let Some(waiter) = message.kind.waiter() {
            let key = (message.destination.clone(), waiter.epoch, waiter.message);
            *self.causes.entry(key).or_default() += 1;
        }
    }

    /// Causes of one message stand in one row, or they would lose their order.
    fn stands(&mut self, message: &Message<T>, lane: Lane) -> Result<(), TryRuntimeError> {
        let Some(waiter) = message.kind.waiter() else {
            return Ok(());
        };
        let key = (message.destination.clone(), waiter.epoch, waiter.message);
        let other = self.lanes.insert(key, lane);
        ensure!(
            other.is_none_or(|other| other == lane),
            "causes of one message stand in both rows"
        );
        Ok(())
    }

    fn reserve(&mut self, purse: MessageId, gas: Gas) {
        let sum = self.queued.entry(purse).or_default();
        *sum = sum.saturating_add(gas);
    }

    fn set_aside(&mut self, purse: MessageId, gas: Gas) {
        let sum = self.aside.entry(purse).or_default();
        *sum = sum.saturating_add(gas);
    }
}

#[allow(
    clippy::arithmetic_side_effects,
    reason = "counts of what is stored, which change nothing"
)]
impl<T: Config> Pallet<T> {
    /// Recomputes every total and compares it with what is stored.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check_invariants() -> Result<(), TryRuntimeError> {
        let mut sums = Sums::<T>::new();
        Self::check_queue(&mut sums)?;
        Self::check_waiting(&mut sums)?;
        Self::check_agenda(&mut sums)?;
        Self::check_purses(&mut sums)?;
        Self::check_money(&sums)?;
        Self::check_ended()?;
        Self::check_programs(&mut sums)?;
        Self::check_codes(&mut sums)?;
        Self::check_holds()?;
        Self::check_quiescence()
    }

    fn check_queue(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        let service = Service::<T>::get();
        ensure!(service.is_sound(), "the queue ends before it begins");
        ensure!(
            Queue::<T>::iter_keys().count() as u64 == service.queue.length(),
            "the queue has strays"
        );
        ensure!(
            Booked::<T>::iter_keys().count() as u64 == service.booked.length(),
            "what was booked has strays"
        );
        let mut volume: Gas = 0;
        for lane in Lane::ALL {
            let row = service.row(lane);
            for place in row.head..row.tail {
                let message = lane.message::<T>(place).ok_or("a row has a gap")?;
                ensure!(
                    lane == Lane::Queue || message.place == Place::default(),
                    "a booked message counts in the queue"
                );
                sums.message(&message);
                sums.stands(&message, lane)?;
                volume = volume.saturating_add(message.place.counts);
                sums.reserve(message.purse, message.place.reserved);
            }
        }
        ensure!(
            service.volume == volume,
            "the volume of the queue is not that of its messages"
        );
        Ok(())
    }

    fn check_waiting(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        for ((program, epoch, id), waiting) in Waiting::<T>::iter() {
            ensure!(
                waiting.message.id == id && waiting.message.destination == program,
                "a message waits under another's name"
            );
            let payload = WaitingPayloads::<T>::get((&program, epoch, id));
            ensure!(
                payload.unwrap_or_default().len() == waiting.bytes as usize
                    && waiting.message.payload.is_empty(),
                "what a message that waits says is not there"
            );
            // Its value has arrived.
            let arrived = Message {
                value: 0,
                ..waiting.message.clone()
            };
            sums.message(&arrived);
            let aside = [waiting.rent, waiting.resume, waiting.signal];
            for gas in aside {
                sums.set_aside(waiting.message.purse, gas);
            }
            let is_current =
                Programs::<T>::get(&program).is_some_and(|program| program.epoch == epoch);
            ensure!(
                is_current || Self::has_grave(&program, epoch),
                "a message waits for ever in a program that is gone"
            );
            let queued = sums.causes.get(&(program.clone(), epoch, id));
            let queued = queued.copied().unwrap_or_default();
            let known = sums.lanes.get(&(program.clone(), epoch, id)).copied();
            match waiting.state {
                WaitState::Called { causes, lane, .. } => ensure!(
                    causes > 0 && (causes == queued && known == Some(lane) || !is_current),
                    "a message waits for causes to go on that are not queued"
                ),
                WaitState::Parked(slot) => {
                    ensure!(queued == 0, "a message has a deadline and need not wait");
                    let waiter = Waiter { epoch, message: id };
                    ensure!(
                        Self::is_on_agenda(slot, &Due::Deadline { program, waiter }),
                        "a message waits without a deadline"
                    );
                }
            }
        }
        ensure!(
            WaitingPayloads::<T>::iter_keys().all(Waiting::<T>::contains_key),
            "something is said by no message that waits"
        );
        Ok(())
    }

    /// Whether the messages that wait in that epoch of a program will be answered.
    fn has_grave(program: &T::AccountId, epoch: u32) -> bool {
        Graves::<T>::iter_values().any(|grave| grave.program == *program && grave.epoch == epoch)
    }

    fn is_on_agenda(slot: Slot, due: &Due<T::AccountId>) -> bool {
        Agenda::<T>::get(slot.tick, slot.index).as_ref() == Some(due)
    }

    fn check_agenda(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        let service = Service::<T>::get();
        let mut live: BTreeMap<u64, u32> = BTreeMap::new();
        let mut deliveries = 0;
        for (tick, index, due) in Agenda::<T>::iter() {
            let slot = Slot { tick, index };
            *live.entry(tick).or_default() += 1;
            ensure!(
                (tick, index) >= (service.due_tick, service.due_index)
                    && index < Ticks::<T>::get(tick).next,
                "something is scheduled where nobody will look"
            );
            match due {
                Due::Deadline { program, waiter } => ensure!(
                    Self::find_waiting(&program, &waiter)
                        .is_some_and(|waiting| waiting.state == WaitState::Parked(slot)),
                    "a deadline is scheduled and nothing waits for it"
                ),
                Due::Delivery(id) => {
                    deliveries += 1;
                    let message = Delayed::<T>::get(id);
                    let message = message.ok_or("a delivery is scheduled of nothing")?;
                    sums.message(&message);
                    ensure!(
                        message.place == Place::default(),
                        "a message that is delivered later has reserved a place"
                    );
                }
                Due::Letter { user, message } => {
                    let letter = Mailboxes::<T>::get(user, message);
                    let letter = letter.ok_or("a letter expires that does not stand")?;
                    ensure!(letter.slot == slot, "a letter expires at another time");
                    sums.message(&letter.message);
                    sums.set_aside(letter.message.purse, letter.rent);
                    deliveries += 1;
                }
            }
        }
        let total: u32 = live.values().sum();
        ensure!(
            u64::from(total) == service.scheduled,
            "what is scheduled is miscounted"
        );
        ensure!(
            Delayed::<T>::iter_keys().count() + Mailboxes::<T>::iter_keys().count() == deliveries,
            "a message or a letter stands for ever"
        );
        ensure!(
            Ticks::<T>::iter().all(|(tick, known)| live.get(&tick) == Some(&known.live)),
            "the entries of a tick are miscounted"
        );
        ensure!(
            live.keys().all(Ticks::<T>::contains_key),
            "a tick with entries is not known"
        );
        Ok(())
    }

    /// What messages and purses have, and what is due to the fee handler, is there. More is possible: anybody
    /// can send the escrow account money.
    fn check_money(sums: &Sums<T>) -> Result<(), TryRuntimeError> {
        let till = Service::<T>::get().till;
        let owed = sums
            .in_flight
            .saturating_add(sums.purses)
            .saturating_add(till.fees);
        let there = T::Currency::balance(&Self::escrow()).saturating_add(till.cash);
        ensure!(
            there >= owed.saturating_add(Endowment::<T>::get()),
            "there is less money than purses and messages have"
        );
        Ok(())
    }

    /// What must hold besides at the end of a block.
    ///
    /// # Errors
    /// What does not hold.
    pub fn check_end_of_block() -> Result<(), TryRuntimeError> {
        ensure!(
            Service::<T>::get().till.cash == 0,
            "a block has ended, and money that was taken from accounts is on none"
        );
        Ok(())
    }

    fn check_purses(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        for (id, purse) in Purses::<T>::iter() {
            sums.purses = sums.purses.saturating_add(purse.money());
            if let Some(parent) = purse.parent {
                *sums.references.entry(parent).or_default() += 1;
            }
            let gas = purse.gas.saturating_add(purse.burned);
            ensure!(
                purse.held >= purse.price.cost(gas.saturating_add(purse.aside)),
                "a purse's gas is not covered"
            );
            ensure!(
                purse.is_signal == sums.signals.contains(&id),
                "a purse is a signal's and no signal is to run, or the other way round"
            );
            let deposits = sums.deposits.remove(&id).unwrap_or_default();
            ensure!(
                purse.deposit >= deposits,
                "messages may use more deposit money than their purse has"
            );
            let queued = sums.queued.remove(&id).unwrap_or_default();
            ensure!(
                purse.queued == queued,
                "the gas that a purse's messages have reserved is not their sum"
            );
            let aside = sums.aside.remove(&id).unwrap_or_default();
            ensure!(
                purse.aside == aside,
                "the gas that a purse has set aside is not what waits for it"
            );
        }
        ensure!(
            sums.aside.values().all(|gas| *gas == 0),
            "gas is set aside in a purse that does not exist"
        );
        ensure!(
            sums.deposits.values().all(|deposit| *deposit == 0),
            "a message may use deposit money of a purse that does not exist"
        );
        ensure!(
            sums.references.keys().all(Purses::<T>::contains_key),
            "a message or a purse draws on a purse that does not exist"
        );
        for (id, purse) in Purses::<T>::iter() {
            if let Some(parent) = purse.parent.and_then(Purses::<T>::get) {
                ensure!(
                    parent.parent.is_none()
                        && (&parent.payer, parent.price, parent.until)
                            == (&purse.payer, purse.price, purse.until),
                    "a purse was split from one that is not like it"
                );
            }
            let counted = sums.references.get(&id).copied().unwrap_or_default();
            ensure!(
                purse.references == counted,
                "a purse's references are not those to it"
            );
        }
        Ok(())
    }

    fn check_ended() -> Result<(), TryRuntimeError> {
        for (account, inheritor) in Tombstones::<T>::iter() {
            ensure!(account != inheritor, "a program inherits from itself");
            ensure!(
                !Programs::<T>::contains_key(&account),
                "a program stands at a used address"
            );
        }
        let service = Service::<T>::get();
        let is_whole = |row: Row, count: usize, is_there: &dyn Fn(u64) -> bool| {
            count as u64 == row.length() && (row.head..row.tail).all(is_there)
        };
        ensure!(
            is_whole(service.graves, Graves::<T>::iter_keys().count(), &|place| {
                Graves::<T>::contains_key(place)
            }) && is_whole(
                service.remains,
                Remains::<T>::iter_keys().count(),
                &|place| { Remains::<T>::contains_key(place) }
            ),
            "what is to be swept is miscounted"
        );
        ensure!(
            Graves::<T>::iter_values().all(|grave| match grave.parting {
                Parting::Exited => Tombstones::<T>::contains_key(&grave.program),
                // It may have exited since.
                Parting::Upgraded => Programs::<T>::get(&grave.program)
                    .is_none_or(|program| grave.epoch < program.epoch),
            }),
            "messages are answered for a program that goes on"
        );
        for remnant in Remains::<T>::iter_values() {
            let account = &remnant.program;
            ensure!(
                Tombstones::<T>::contains_key(account),
                "a program's storage is freed and it has not exited"
            );
            let pages = Pages::<T>::iter_key_prefix(account).count();
            let items = pages + State::<T>::iter_key_prefix(account).count();
            ensure!(
                items == remnant.items as usize,
                "what an exited program stores is miscounted"
            );
        }
        let owned = |account: &T::AccountId| {
            Programs::<T>::contains_key(account)
                || Remains::<T>::iter_values().any(|remnant| remnant.program == *account)
        };
        ensure!(
            Pages::<T>::iter_keys().all(|(account, _)| owned(&account))
                && State::<T>::iter_keys().all(|(account, _)| owned(&account)),
            "pages or state are stored and no program owns them"
        );
        Ok(())
    }

    fn check_programs(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        for (account, program) in Programs::<T>::iter() {
            ensure!(
                Codes::<T>::get(program.code_hash).is_some_and(|code| {
                    // What an older validator said stands there until the program's next turn.
                    code.info == program.info || !program.info.is_current()
                }),
                "a program knows its code otherwise than the code's record"
            );
            *sums.users.entry(program.code_hash).or_default() += 1;
            let waits = sums.inits.get(&account).copied().unwrap_or_default();
            ensure!(
                waits == u32::from(program.status == Status::Initialising),
                "a program waits for an `init` that is not under way, or for none that is"
            );
            let is_new = program.status == Status::Initialising || program.wasm_pages == 0;
            ensure!(
                is_new || program.globals.len() as u32 == program.info.kept_globals,
                "a program's kept globals are not its code's"
            );
            let in_memory = program
                .wasm_pages
                .saturating_mul(crate::program::PAGES_PER_WASM_PAGE);
            ensure!(
                program
                    .pages
                    .iter()
                    .all(|index| u32::from(index.0) < in_memory),
                "a page lies outside of its program's memory"
            );
            let mut footprint = Footprint::default();
            for (index, page) in Pages::<T>::iter_prefix(&account) {
                ensure!(
                    program.pages.contains(&index),
                    "a page is stored and not recorded"
                );
                ensure!(
                    page.len() == actors_primitives::PAGE_SIZE as usize,
                    "a page is cut off"
                );
                footprint.add(page.len());
            }
            ensure!(
                footprint.items as usize == program.pages.len(),
                "a page is recorded and not stored"
            );
            for (key, value) in State::<T>::iter_prefix(&account) {
                footprint.add(key.len().saturating_add(value.len()));
            }
            ensure!(
                footprint == program.footprint,
                "a footprint is not the sum of what is stored"
            );
        }
        Ok(())
    }

    fn check_codes(sums: &mut Sums<T>) -> Result<(), TryRuntimeError> {
        for (hash, code) in Codes::<T>::iter() {
            let wasm = Wasm::<T>::get(hash).ok_or("a code has no bytes")?;
            ensure!(
                wasm.len() == code.info.code_len as usize,
                "a code's length is not what its record says"
            );
            let whole = Self::view_wasm(hash).unwrap_or_default();
            ensure!(
                Self::code_hash(&whole) == hash,
                "a code's bytes are not those of its name"
            );
            let blob = actors_executor::split_idl(&whole);
            ensure!(
                blob.is_ok_and(|blob| blob.code == &wasm[..]),
                "a code and its IDL are not parted where one ends"
            );
            let counted = sums.users.remove(&hash).unwrap_or_default();
            ensure!(
                code.references == counted,
                "a code's references are not its programs and upgrades"
            );
        }
        ensure!(
            sums.users.is_empty(),
            "the code of a program or an upgrade is not stored"
        );
        ensure!(
            Wasm::<T>::iter_keys().count() == Codes::<T>::iter_keys().count(),
            "bytes are stored without their code's record"
        );
        ensure!(
            Idls::<T>::iter_keys().all(Codes::<T>::contains_key),
            "an IDL is stored without its code's record"
        );
        let mut keepers: BTreeMap<CodeHash, u32> = BTreeMap::new();
        for (code_hash, _) in Keepers::<T>::iter_keys() {
            *keepers.entry(code_hash).or_default() += 1;
        }
        for (code_hash, code) in Codes::<T>::iter() {
            let idl_len = Idls::<T>::decode_len(code_hash).unwrap_or_default();
            ensure!(
                code.idl_len as usize == idl_len,
                "a code's record knows another IDL"
            );
            ensure!(
                keepers.remove(&code_hash) == Some(code.keepers),
                "a code is kept by nobody, or its keepers are miscounted"
            );
        }
        ensure!(keepers.is_empty(), "code is kept that is not stored");
        Ok(())
    }

    fn check_holds() -> Result<(), TryRuntimeError> {
        let mut codes: BTreeMap<T::AccountId, Balance> = BTreeMap::new();
        for (_, keeper, deposit) in Keepers::<T>::iter() {
            *codes.entry(keeper).or_default() += deposit;
        }
        let remains: BTreeMap<_, _> = Remains::<T>::iter_values()
            .map(|remnant| (remnant.program, remnant.deposit))
            .collect();
        for account in frame_system::Account::<T>::iter_keys() {
            let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), &account);
            let owed = |sums: &BTreeMap<T::AccountId, Balance>| sums.get(&account).copied();
            ensure!(
                held(HoldReason::Purse) == 0,
                "something is still on hold for a purse"
            );
            ensure!(
                held(HoldReason::Code) == owed(&codes).unwrap_or_default(),
                "a hold for code is not the deposits' sum"
            );
            let left = remains.get(&account).copied().unwrap_or_default();
            let stored = Programs::<T>::get(&account).map_or(left, |program| program.deposit);
            ensure!(
                held(HoldReason::Storage) == stored,
                "a hold for storage is not the deposit"
            );
        }
        Ok(())
    }

    /// Where nothing is queued, scheduled or to be swept, nothing is under way: no purse is open,
    /// no value is in escrow, nothing waits.
    fn check_quiescence() -> Result<(), TryRuntimeError> {
        let service = Service::<T>::get();
        if service.length() > 0 || service.scheduled > 0 || service.is_sweeping() {
            return Ok(());
        }
        ensure!(
            Purses::<T>::iter_keys().next().is_none(),
            "a purse stays open for ever"
        );
        ensure!(
            Waiting::<T>::iter_keys().next().is_none(),
            "a message waits for ever"
        );
        Ok(())
    }
}
