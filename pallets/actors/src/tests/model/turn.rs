//! One turn of a program: what its script does, and what every call returns.

use actors_primitives::{
    abi::{error, Entry},
    CodeHash, Gas, MessageId, ReplyCode,
};
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

use super::{
    cast::address_of,
    chain::Chain,
    command::{Command, Create, Reader, Send},
    happening::TurnSeen,
    message::{id_of_send, id_of_signal, Kind, Message},
    program::{CodeFacts, Place, Program},
};
use crate::mock::AccountId;

/// A reply that causes a turn.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) to: MessageId,
    pub(super) code: ReplyCode,
    pub(super) payload: Vec<u8>,
    pub(super) value: u128,
}

/// Why a turn runs.
#[derive(Clone, Debug)]
pub(super) enum Cause {
    Fresh,
    Reply(Answer),
    Woken,
    Deadline,
}

impl Cause {
    pub(super) fn number(&self) -> u8 {
        match self {
            Self::Fresh => 0,
            Self::Reply(_) => 1,
            Self::Woken => 2,
            Self::Deadline => 3,
        }
    }
}

/// A turn to run.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) message: Message,
    pub(super) entry: Entry,
    /// The number of this turn of the message.
    pub(super) number: u32,
    pub(super) cause: Cause,
    /// Whether an earlier turn gave the reply.
    pub(super) has_replied: bool,
    /// Gas that the wait before it set aside for a signal.
    pub(super) signal: Gas,
    /// Causes that are queued behind this one.
    pub(super) pending: u32,
}

/// Why a turn failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: ReplyCode,
    pub(super) payload: Vec<u8>,
}

impl From<ReplyCode> for Failure {
    fn from(code: ReplyCode) -> Self {
        let payload = Vec::new();
        Self { code, payload }
    }
}

/// A message that leaves when the turn commits.
#[derive(Clone, Debug)]
pub(super) struct Departing {
    pub(super) id: MessageId,
    pub(super) to: AccountId,
    pub(super) payload: Vec<u8>,
    pub(super) value: u128,
    pub(super) deposit: u128,
    pub(super) gas: Option<Gas>,
    pub(super) delay: u32,
    pub(super) is_awaited: bool,
    /// Blocks for which it stands in a mailbox.
    pub(super) letter: Option<u32>,
}

/// Something that a turn asks for.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    Emit(Vec<u8>),
    Send(Departing),
    Create(Departing, CodeHash),
    Wake(MessageId),
}

/// What a wait has set aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    pub(super) blocks: u32,
    pub(super) rent: Gas,
    pub(super) resume: Gas,
    pub(super) signal: Gas,
}

impl Wait {
    fn aside(self) -> Gas {
        self.rent + self.resume + self.signal
    }
}

/// A turn that succeeded.
#[derive(Clone, Debug)]
pub(super) struct Done {
    /// The program after it.
    pub(super) program: Program,
    pub(super) effects: Vec<Effect>,
    pub(super) reply: Option<(Vec<u8>, u128)>,
    pub(super) wait: Option<Wait>,
    pub(super) exit: Option<AccountId>,
}

/// A turn under way.
struct Run<'a> {
    chain: &'a Chain,
    turn: &'a Turn,
    facts: CodeFacts,
    limit: Gas,
    /// Gas that it may set aside besides.
    reserve: Gas,
    seen: &'a TurnSeen,
    done: Done,
    /// What its calls returned.
    results: Vec<i32>,
    /// Free balance that is left.
    balance: u128,
    /// What arrives at whom as soon as it commits.
    paid: BTreeMap<AccountId, u128>,
    created: BTreeSet<AccountId>,
    /// Deposit money that goes along.
    deposit: u128,
    /// Gas that is split off, and set aside for letters.
    taken: Gas,
    sends: u32,
    slots: [MessageId; 4],
}

impl Chain {
    /// What a turn of `program` comes to. What only the engine knows is told by `seen`: the gas
    /// it burned, whether that ran out, and whether there was enough to split off.
    pub(super) fn run(
        &self,
        program: Program,
        turn: &Turn,
        limit: Gas,
        reserve: Gas,
        seen: &TurnSeen,
    ) -> Result<Done, Failure> {
        if seen.code == Some(ReplyCode::OutOfGas) {
            assert_eq!(seen.burned, limit, "running out of gas burns the limit");
            return Err(ReplyCode::OutOfGas.into());
        }
        let account = &turn.message.destination;
        let facts = self.codes[&program.code];
        let units = |gas: Gas| gas / self.rules.fuel * self.rules.fuel;
        let mut run = Run {
            chain: self,
            turn,
            facts,
            limit: units(limit),
            reserve: units(limit + reserve) - units(limit),
            seen,
            results: Vec::new(),
            balance: self.ledger.spendable(account) + turn.arriving(),
            paid: BTreeMap::new(),
            created: BTreeSet::new(),
            deposit: 0,
            taken: 0,
            sends: 0,
            slots: Default::default(),
            done: Done {
                program,
                effects: Vec::new(),
                reply: None,
                wait: None,
                exit: None,
            },
        };
        if !facts.exports(turn.entry) {
            return Ok(run.done);
        }
        if run.done.program.memory.wasm_pages > self.rules.memory {
            return Err(ReplyCode::MemoryLimit.into());
        }
        run.all()?;
        Ok(run.done)
    }
}

impl Turn {
    /// The value that comes with it and is not the program's before.
    pub(super) fn arriving(&self) -> u128 {
        match self.message.kind {
            Kind::Init | Kind::Handle if self.number == 0 => self.message.value,
            _ => 0,
        }
    }

    /// How long its purse may still pay for what waits.
    fn life_left(&self, chain: &Chain) -> u32 {
        let end = chain.purses[&self.message.purse].end;
        end.saturating_sub(chain.agenda.now) as u32
    }
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        let turn = self.turn;
        let memory = &mut self.done.program.memory;
        memory.wasm_pages = memory.wasm_pages.max(1);
        memory.turns += 1;
        let place = memory.find(&turn.message.id);
        let sight = self.sight();
        self.done.effects.push(Effect::Emit(sight));
        let mut skip = 0;
        if let Some(place) = place.and_then(|place| self.done.program.memory.places[place].clone())
        {
            skip = place.turns;
            self.slots = place.slots;
        }
        let payload = match turn.entry {
            Entry::HandleReply => self.handler(b'r'),
            Entry::HandleSignal => {
                self.forget(self.of_signal());
                self.handler(b's')
            }
            _ => turn.message.payload.clone(),
        };
        let commands = match turn.entry {
            Entry::HandleReply | Entry::HandleSignal => Reader::of_handler(&payload),
            _ => Reader::of_turn(&payload, skip),
        };
        for command in commands {
            self.command(command)?;
            if self.done.exit.is_some() {
                // Who exits does not wait.
                self.done.wait = None;
                self.tell();
                return Ok(());
            }
        }
        if turn.entry != Entry::HandleReply && turn.entry != Entry::HandleSignal {
            match self.done.wait {
                Some(_) => self.keep(place)?,
                None => self.forget(place),
            }
        }
        self.tell();
        self.settle_wait();
        // A turn that failed has not told what there was too little gas for.
        let (burned, limit) = (self.seen.burned, self.limit);
        let taken = self.taken + self.waits_beyond(self.done.wait);
        assert!(
            self.seen.results.is_none() || taken + burned <= limit,
            "{taken} taken and {burned} burned of {limit}"
        );
        Ok(())
    }

    /// What the readers say.
    fn sight(&self) -> Vec<u8> {
        let turn = self.turn;
        let message = &turn.message;
        let number = match turn.entry {
            Entry::Init => 0,
            Entry::Handle => 1,
            Entry::HandleReply => 2,
            Entry::HandleSignal => 3,
            _ => 4,
        };
        let is_new = matches!(turn.entry, Entry::Init | Entry::Migrate) && turn.number == 0;
        let is_prepared = is_new && self.facts.exports(Entry::Initialize);
        let kind = [
            self.facts.version,
            number,
            turn.cause.number(),
            u8::from(is_prepared),
        ];
        let mut sight = [
            &b">"[..],
            &kind,
            &self.done.program.memory.turns.to_le_bytes(),
            &message.id.0,
            message.source.as_ref(),
            &message.value.to_le_bytes(),
            &self.balance.to_le_bytes(),
            &(message.payload.len() as u32).to_le_bytes(),
        ]
        .concat();
        if let Cause::Reply(answer) = &turn.cause {
            let mut head = [0; 16];
            for (to, from) in head.iter_mut().zip(&answer.payload) {
                *to = *from;
            }
            sight.extend(answer.to.0);
            sight.extend(answer.code.code().to_le_bytes());
            sight.extend((answer.payload.len() as u32).to_le_bytes());
            sight.extend(answer.value.to_le_bytes());
            sight.extend(head);
        }
        if let Kind::Signal { of, code } = message.kind {
            sight.extend(of.0);
            sight.extend(code.code().to_le_bytes());
        }
        sight
    }

    /// Tells what the calls returned.
    fn tell(&mut self) {
        if !self.results.is_empty() {
            let numbers = self.results.iter().flat_map(|number| number.to_le_bytes());
            let told = b"<".iter().copied().chain(numbers).collect();
            self.done.effects.push(Effect::Emit(told));
        }
    }

    /// What the keyed state has for a handler to do.
    fn handler(&self, key: u8) -> Vec<u8> {
        let stored = self.done.program.state.get(&key);
        stored.cloned().unwrap_or_default()
    }

    fn of_signal(&self) -> Option<usize> {
        match self.turn.message.kind {
            Kind::Signal { of, .. } => self.done.program.memory.find(&of),
            _ => None,
        }
    }

    fn forget(&mut self, place: Option<usize>) {
        if let Some(place) = place {
            self.done.program.memory.places[place] = None;
        }
    }

    fn keep(&mut self, place: Option<usize>) -> Result<(), Failure> {
        let places = &mut self.done.program.memory.places;
        let place = place.or_else(|| places.iter().position(Option::is_none));
        let Some(place) = place else {
            return Err(Failure {
                code: ReplyCode::Panicked,
                payload: b"full".to_vec(),
            });
        };
        let turns = places[place].as_ref().map_or(0, |place| place.turns);
        places[place] = Some(Place {
            id: self.turn.message.id,
            turns: turns + 1,
            slots: self.slots,
        });
        Ok(())
    }

    /// Counts what a call returned: `good`, unless one of the refusals holds. Which of several it
    /// is, is not said anywhere.
    fn returns(&mut self, refusals: &[i32], good: i32) -> bool {
        let told = self.told();
        let result = match refusals {
            [] => good,
            [first, ..] => told
                .filter(|told| refusals.contains(told))
                .unwrap_or(*first),
        };
        self.results.push(result);
        refusals.is_empty()
    }

    /// What the call under way has returned, if that is known.
    fn told(&self) -> Option<i32> {
        let results = self.seen.results.as_ref()?;
        results.get(self.results.len()).copied()
    }

    /// Whether there is so much gas besides what is taken already: only the engine knows what the
    /// turn had burned before.
    fn has_gas(&mut self, asked: Gas, taken: Gas) -> bool {
        if self.told() == Some(error::NOT_ENOUGH_GAS) {
            let left = self.limit.saturating_sub(self.seen.burned + taken);
            assert!(asked > left, "{left} gas was there, and {asked} asked for");
            self.returns(&[error::NOT_ENOUGH_GAS], 0);
            return false;
        }
        self.returns(&[], 0)
    }

    /// Takes gas, whole units of it for `asked`, or says that there was too little.
    fn takes(&mut self, asked: Gas, gas: Gas) -> bool {
        let has_gas = self.has_gas(asked, self.taken + self.waits_beyond(self.done.wait));
        self.taken += if has_gas { gas } else { 0 };
        has_gas
    }

    /// What a wait takes of the gas that the turn could burn.
    fn waits_beyond(&self, wait: Option<Wait>) -> Gas {
        wait.map_or(0, Wait::aside).saturating_sub(self.reserve)
    }

    fn is_user(&self, who: &AccountId) -> bool {
        !self.chain.is_address_used(who) && !self.created.contains(who)
    }

    /// Whether value can arrive at a user, with what this turn has paid them before.
    fn can_arrive(&self, to: &AccountId, value: u128) -> bool {
        let before = self.paid.get(to).copied().unwrap_or(0);
        value == 0 || !self.is_user(to) || self.chain.ledger.can_receive(to, before + value)
    }

    fn may_wait(&self) -> bool {
        matches!(self.turn.entry, Entry::Init | Entry::Handle)
    }

    fn command(&mut self, command: Command<'_>) -> Result<(), Failure> {
        let program = self.turn.message.destination.clone();
        match command {
            Command::Send(send) => self.send(send),
            Command::Create(create) => self.create(create),
            Command::Reply { value, payload } => self.reply(value, payload),
            Command::Wait(blocks) => self.wait(blocks),
            Command::Wake(which) => self.wake(which),
            Command::Waits(which) => self.waits(which),
            Command::Exit(inheritor) => {
                let may_exit = self.may_wait() || self.turn.entry == Entry::Migrate;
                if !may_exit || inheritor == program {
                    return Err(ReplyCode::SyscallMisuse.into());
                }
                self.done.exit = Some(inheritor);
            }
            Command::Emit(byte) => {
                self.returns(&[], 0);
                self.done.effects.push(Effect::Emit(vec![b'!', byte]));
            }
            Command::Set { key, value } => {
                self.returns(&[], 0);
                self.done.program.state.insert(key, value.to_vec());
            }
            Command::Get(key) => {
                let stored = self.done.program.state.get(&key).cloned();
                let mut head = [0; 4];
                for (to, from) in head.iter_mut().zip(stored.iter().flatten()) {
                    *to = *from;
                }
                let refusals = stored.is_none().then_some(error::NOT_FOUND);
                let len = stored.map_or(0, |value| value.len() as i32);
                self.returns(refusals.as_slice(), len);
                self.returns(&[], i32::from_le_bytes(head));
            }
            Command::Remove(key) => {
                let removed = self.done.program.state.remove(&key);
                let refusals = removed.is_none().then_some(error::NOT_FOUND);
                self.returns(refusals.as_slice(), 0);
            }
            Command::Touch { page, marker } => {
                let memory = &mut self.done.program.memory;
                if !memory.has(page) {
                    return Err(ReplyCode::Trapped.into());
                }
                let before = match marker {
                    0 => memory.marks.remove(&page),
                    _ => memory.marks.insert(page, marker),
                };
                self.returns(&[], before.unwrap_or(0).into());
            }
            Command::Grow => {
                let memory = &mut self.done.program.memory;
                let before = memory.wasm_pages;
                let fits = before < self.chain.rules.memory;
                memory.wasm_pages += u32::from(fits);
                self.returns(&[], if fits { before as i32 } else { -1 });
            }
            // It was not seen to run out of gas, so it differs.
            Command::Burn => return Err(ReplyCode::OutOfGas.into()),
            Command::Trap => return Err(ReplyCode::Trapped.into()),
            Command::Panic(text) => {
                return Err(Failure {
                    code: ReplyCode::Panicked,
                    payload: text.to_vec(),
                })
            }
            Command::Revert(payload) => {
                return Err(Failure {
                    code: ReplyCode::Reverted,
                    payload: payload.to_vec(),
                })
            }
            Command::Misuse => return Err(ReplyCode::SyscallMisuse.into()),
            Command::Recurse => return Err(ReplyCode::StackDepth.into()),
        }
        Ok(())
    }

    fn send(&mut self, send: Send<'_>) {
        let rules = &self.chain.rules;
        let is_awaited = send.flags & 1 == 1;
        let life_left = self.turn.life_left(self.chain);
        let asked = send.flags >> 8;
        let is_user = self.is_user(&send.to);
        let letter = (is_awaited && is_user).then_some(match asked {
            0 => rules.letter,
            blocks => blocks,
        });
        let is_over = self.is_over();
        let is_last = self.chain.purses[&self.turn.message.purse].is_last;
        let lacks_deposit = self.lacks(send.deposit);
        let mut refusals = Vec::new();
        let mut refuse = |holds: bool, error| {
            if holds {
                refusals.push(error);
            }
        };
        refuse(send.flags & 0xfe != 0, error::NOT_ALLOWED);
        refuse(!is_awaited && asked != 0, error::NOT_ALLOWED);
        refuse(is_awaited && !self.may_wait(), error::NOT_ALLOWED);
        let has_delay = send.delay > 0;
        refuse(
            has_delay && (is_awaited || send.gas == -1),
            error::NOT_ALLOWED,
        );
        // At once, to a user or by a signal, something still leaves.
        let is_late = is_over && (is_awaited || has_delay || !(is_user || is_last));
        refuse(is_late, error::PURSE_CLOSED);
        refuse(lacks_deposit, error::NOT_ENOUGH_DEPOSIT);
        let longest = rules.longest_wait.min(life_left.saturating_sub(1));
        refuse(send.delay > longest, error::OVER_LIMIT);
        refuse(
            letter.is_some_and(|blocks| blocks > rules.longest_wait),
            error::OVER_LIMIT,
        );
        let letter = letter.map(|blocks| blocks.min(life_left));
        refuse(send.value > self.balance, error::NOT_ENOUGH_VALUE);
        refuse(
            !self.can_arrive(&send.to, send.value),
            error::NOT_ENOUGH_VALUE,
        );
        if !refusals.is_empty() {
            self.returns(&refusals, 0);
            return;
        }
        let split = u64::try_from(send.gas).ok();
        let rent = letter.map_or(0, |blocks| rules.rent_for(send.payload.len(), blocks));
        let gas = split.unwrap_or(0);
        let asked = rules.whole_units(gas) + rules.whole_units(rent);
        if !self.takes(asked, gas + rent) {
            return;
        }
        self.balance -= send.value;
        self.deposit = self.deposit.saturating_add(send.deposit);
        if is_user && letter.is_none() && send.delay == 0 {
            *self.paid.entry(send.to.clone()).or_default() += send.value;
        }
        let id = self.next_id();
        self.slots[usize::from(send.slot % 4)] = id;
        self.done.effects.push(Effect::Send(Departing {
            id,
            to: send.to,
            payload: send.payload.to_vec(),
            value: send.value,
            deposit: send.deposit,
            gas: split,
            delay: send.delay,
            is_awaited,
            letter,
        }));
    }

    fn create(&mut self, create: Create<'_>) {
        let program = &self.turn.message.destination;
        let address = address_of(create.code, program, &[create.salt]);
        let is_awaited = create.flags & 1 == 1;
        let spent = create.value + self.chain.rules.creation_deposit();
        let is_over = self.is_over();
        let lacks_deposit = self.lacks(create.deposit);
        let mut refusals = Vec::new();
        let mut refuse = |holds: bool, error| {
            if holds {
                refusals.push(error);
            }
        };
        refuse(is_awaited && !self.may_wait(), error::NOT_ALLOWED);
        refuse(is_over, error::PURSE_CLOSED);
        refuse(lacks_deposit, error::NOT_ENOUGH_DEPOSIT);
        refuse(
            !self.chain.codes.contains_key(&create.code),
            error::NO_SUCH_CODE,
        );
        refuse(!self.is_user(&address), error::ALREADY_EXISTS);
        refuse(spent > self.balance, error::NOT_ENOUGH_VALUE);
        if !refusals.is_empty() {
            self.returns(&refusals, 0);
            return;
        }
        let split = u64::try_from(create.gas).ok();
        let gas = split.unwrap_or(0);
        if !self.takes(self.chain.rules.whole_units(gas), gas) {
            return;
        }
        self.balance -= spent;
        self.deposit = self.deposit.saturating_add(create.deposit);
        self.created.insert(address.clone());
        let id = self.next_id();
        self.slots[usize::from(create.slot % 4)] = id;
        let departing = Departing {
            id,
            to: address,
            payload: create.payload.to_vec(),
            value: create.value,
            deposit: create.deposit,
            gas: split,
            delay: 0,
            is_awaited,
            letter: None,
        };
        let effect = Effect::Create(departing, create.code);
        self.done.effects.push(effect);
    }

    /// Whether the purse that pays is closed.
    fn is_over(&self) -> bool {
        self.chain.is_over(&self.turn.message.purse)
    }

    /// Whether the message has not so much deposit money left; the rest, `u128::MAX`, it has always.
    fn lacks(&self, deposit: u128) -> bool {
        let left = self.turn.message.deposit.saturating_sub(self.deposit);
        deposit > left && deposit != u128::MAX
    }

    fn next_id(&mut self) -> MessageId {
        let turn = self.turn;
        let id = id_of_send(&turn.message.id, turn.number, self.sends);
        self.sends += 1;
        id
    }

    fn reply(&mut self, value: u128, payload: &[u8]) {
        let mut refusals = Vec::new();
        if !self.may_wait() {
            refusals.push(error::NOT_ALLOWED);
        }
        if self.turn.has_replied || self.done.reply.is_some() {
            refusals.push(error::ALREADY_REPLIED);
        }
        if value > self.balance || !self.can_arrive(&self.turn.message.source, value) {
            refusals.push(error::NOT_ENOUGH_VALUE);
        }
        if self.returns(&refusals, 0) {
            self.balance -= value;
            self.done.reply = Some((payload.to_vec(), value));
        }
    }

    fn wait(&mut self, blocks: u32) {
        let mut refusals = Vec::new();
        if !self.may_wait() {
            refusals.push(error::NOT_ALLOWED);
        }
        if blocks == 0 {
            refusals.push(error::OUT_OF_RANGE);
        }
        if self.is_over() {
            refusals.push(error::PURSE_CLOSED);
        }
        if blocks > self.chain.rules.longest_wait {
            refusals.push(error::OVER_LIMIT);
        }
        let blocks = blocks.min(self.turn.life_left(self.chain));
        if !refusals.is_empty() {
            self.returns(&refusals, 0);
            return;
        }
        // With the pages that were stored before the turn; its end settles what has changed.
        let before = self.chain.programs.get(&self.turn.message.destination);
        let stored = before.map_or(0, |before| before.memory.stored());
        let wait = self.waiting(blocks, stored);
        // What an earlier one took comes back first.
        if self.has_gas(self.waits_beyond(Some(wait)), self.taken) {
            self.done.wait = Some(wait);
        }
    }

    /// What waiting for so many blocks sets aside, with so many stored pages.
    fn waiting(&self, blocks: u32, stored: u32) -> Wait {
        let rules = &self.chain.rules;
        let program = &self.done.program;
        let wasm_pages = program.memory.wasm_pages;
        let resume = (rules.start)(program.code, self.turn.entry, wasm_pages, stored);
        Wait {
            blocks,
            rent: rules.rent_for(self.turn.message.payload.len(), blocks),
            resume,
            signal: match self.facts.exports(Entry::HandleSignal) {
                true => rules.signal(program.code, wasm_pages, stored),
                false => 0,
            },
        }
    }

    /// At the end a wait has set aside what the memory asks for as the turn leaves it.
    fn settle_wait(&mut self) {
        if let Some(before) = self.done.wait {
            let stored = self.done.program.memory.stored();
            self.done.wait = Some(self.waiting(before.blocks, stored));
        }
    }

    /// The message that a script names, and whether it is another one that waits.
    fn sleeper(&self, which: u8) -> (MessageId, bool) {
        let message = &self.turn.message;
        let id = match which {
            255 => message.id,
            128.. => self.slots[usize::from(which % 4)],
            _ => {
                let places = &self.done.program.memory.places;
                let place = places[usize::from(which % 32)].as_ref();
                place.map_or(MessageId::default(), |place| place.id)
            }
        };
        let waits = self.chain.is_waiting(&message.destination, &id);
        (id, waits && id != message.id)
    }

    fn waits(&mut self, which: u8) {
        let (id, waits) = self.sleeper(which);
        // A signal's purse has its id.
        let signal = id_of_signal(&self.turn.message.destination, &id);
        let purse = self.chain.purses.get(&signal);
        let waits = waits || purse.is_some_and(|purse| purse.is_signal);
        match self.turn.entry {
            Entry::Migrate => self.returns(&[error::NOT_ALLOWED], 0),
            _ => self.returns(&[], waits.into()),
        };
    }

    fn wake(&mut self, which: u8) {
        let (id, waits) = self.sleeper(which);
        let mut refusals = Vec::new();
        if self.turn.entry == Entry::Migrate {
            refusals.push(error::NOT_ALLOWED);
        } else if !waits {
            refusals.push(error::NOT_FOUND);
        }
        if self.returns(&refusals, 0) {
            self.done.effects.push(Effect::Wake(id));
        }
    }
}
