//! A play: the same steps on the chain and in the model, compared after each.

use actors_primitives::MessageId;
use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use frame_support::{assert_ok, storage::with_storage_layer};
use sp_runtime::DispatchError;

use super::{
    agenda::Agenda,
    calls,
    cast::Cast,
    chain::Chain,
    compare,
    counts::{Counts, Stored},
    happening::Happening,
    ledger::Ledger,
    observe::{self, Done, Progress},
    program::CodeFacts,
    script::{Code, User, Who},
    service::Seen,
    stage,
    step::{Order, Step},
};
use crate::{mock::*, session::Session, Pallet, Service};

/// Blocks that nothing outlasts.
const LONG: u32 = 1_000;

/// A play under way.
struct Play {
    cast: Cast,
    chain: Chain,
    counts: Counts,
    stored: Stored,
    /// Messages of users that were not answered yet.
    unanswered: BTreeSet<MessageId>,
    issuance: u128,
}

/// Plays the steps, then lets time pass until nothing is left to happen.
pub(crate) fn play(steps: Vec<Step>) -> Counts {
    let mut play = Play::begin();
    for step in steps {
        play.step(step);
    }
    play.end();
    play.counts
}

impl Play {
    fn begin() -> Self {
        stage::narrow();
        Fees::set(0);
        let cast = Cast::new(stage::CODES.map(upload));
        let facts = |number: usize| CodeFacts {
            version: number as u8 + 1,
            is_mute: cast.codes[number] == cast.code(Code::Mute),
        };
        let mut ledger = Ledger::new(EXISTENTIAL_DEPOSIT);
        for who in [ALICE, BOB] {
            ledger.accounts.insert(who.clone(), observe::account(&who));
        }
        let chain = Chain {
            rules: observe::rules(),
            codes: (0..3)
                .map(|number| (cast.codes[number], facts(number)))
                .collect(),
            ledger,
            programs: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            last_epochs: BTreeMap::new(),
            purses: BTreeMap::new(),
            queue: Default::default(),
            booked: Default::default(),
            waiting: BTreeMap::new(),
            agenda: Agenda::default(),
            delayed: BTreeMap::new(),
            mailbox: BTreeMap::new(),
            sent: 0,
            is_paused: false,
            happenings: Vec::new(),
        };
        System::reset_events();
        let mut play = Self {
            cast,
            chain,
            counts: Counts::default(),
            stored: Stored::default(),
            unanswered: BTreeSet::new(),
            issuance: Balances::total_issuance(),
        };
        for step in stage::founding() {
            play.step(step);
        }
        play
    }

    fn step(&mut self, step: Step) {
        self.chain.rules.rate = observe::rate();
        match step {
            Step::Send(to, order) => self.send(to, order),
            Step::Create(salt, order) => self.create(salt, order),
            Step::Upgrade(program, code, order) => self.upgrade(program, code, order),
            Step::SetAdmin(user, program, admin) => {
                let (who, admin) = (Cast::user(user), admin.map(Cast::user));
                let program = self.cast.address(program, &who);
                let can_be = self.chain.set_admin(&who, &program, admin.clone());
                let done = Pallet::<Test>::do_set_admin(&who, program, admin);
                self.compare_call(can_be, done);
            }
            Step::Answer(user, letter, bytes, value, only) => {
                let (who, id) = self.letter(user, letter);
                let payload = (0..bytes).collect::<Vec<_>>();
                let can_be = self
                    .chain
                    .send_reply(&who, id, payload.clone(), value, only);
                let done = with_storage_layer(|| {
                    Pallet::<Test>::do_send_reply(&who, id, payload, value, only)
                });
                self.compare_call(can_be, done);
            }
            Step::Claim(user, letter) => {
                let (who, id) = self.letter(user, letter);
                let can_be = self.chain.claim_value(&who, id);
                let done = with_storage_layer(|| Pallet::<Test>::do_claim_value(&who, id));
                self.compare_call(can_be, done);
            }
            Step::Close(user, purse) => {
                let (who, id) = self.purse(user, purse);
                let can_be = self.chain.close_purse(&who, id);
                let done = with_storage_layer(|| Pallet::<Test>::do_close_purse(&who, id));
                self.compare_call(can_be, done);
            }
            Step::Pause(is_paused) => {
                assert_ok!(Pallet::<Test>::do_set_service_paused(is_paused));
                self.chain.pause(is_paused);
                self.compare_happenings(observe::happenings());
            }
            Step::Memory(pages) => {
                ActorsLimits::mutate(|limits| limits.memory = pages);
                self.chain.rules = observe::rules();
            }
            Step::LongestTurn(gas) => {
                MaxTurnGas::set(gas);
                self.chain.rules = observe::rules();
            }
            Step::Block { idle, poll } => self.block(idle, poll),
            Step::Pass(blocks) => {
                for _ in 0..blocks {
                    self.block(2_000, 2_000);
                }
            }
            Step::Migrate(blocks) => {
                for _ in 0..blocks {
                    begin_block();
                }
                self.compare();
            }
        }
    }

    /// The accounts of a call, and what comes with it.
    fn order(&self, order: &Order, to: &AccountId) -> (AccountId, calls::Order) {
        let carried = calls::Order {
            payload: self.cast.script(&order.script, to),
            value: order.value,
            gas: order.gas,
            deposit: order.deposit,
        };
        (Cast::user(order.from), carried)
    }

    fn send(&mut self, to: Who, order: Order) {
        let to = self.cast.address(to, &ALICE);
        let (who, order) = self.order(&order, &to);
        let can_be = self.chain.send_message(&who, &to, order.clone());
        let (payload, value) = (order.payload, order.value);
        let done = send_as(&who, to, payload, value, order.gas, order.deposit);
        self.compare_order(can_be, done);
    }

    fn create(&mut self, salt: u8, order: Order) {
        let address = self.cast.child(&Cast::user(order.from), salt);
        let code = self.cast.code(Code::of(salt));
        let (who, order) = self.order(&order, &address);
        let can_be = self.chain.create_program(&who, code, salt, order.clone());
        let (payload, value) = (order.payload, order.value);
        let done = with_storage_layer(|| {
            let salt = &[salt];
            Pallet::<Test>::do_create_program(
                &who,
                code,
                salt,
                payload,
                value,
                order.gas,
                order.deposit,
            )
        });
        self.compare_order(can_be, done.map(|(id, _)| id));
    }

    fn upgrade(&mut self, program: Who, code: Code, order: Order) {
        let program = self.cast.address(program, &ALICE);
        let (who, mut order) = self.order(&order, &program);
        // Nothing comes with it.
        order.value = 0;
        let code = self.cast.code(code);
        let can_be = self
            .chain
            .upgrade_program(&who, &program, code, order.clone());
        let done = with_storage_layer(|| {
            let payload = order.payload;
            let (gas, deposit) = (order.gas, order.deposit);
            Pallet::<Test>::do_upgrade_program(&who, program, code, payload, gas, deposit)
        });
        self.compare_order(can_be, done);
    }

    /// One of the letters, and who opens it: its user, unless another tries. If there is none, one
    /// that there is not.
    fn letter(&self, user: Option<User>, number: u8) -> (AccountId, MessageId) {
        let letters = &self.chain.mailbox;
        let number = usize::from(number) % letters.len().max(1);
        let (owner, id) = letters.keys().nth(number).cloned().unwrap_or_else(|| {
            let id = MessageId::default();
            (ALICE, id)
        });
        (user.map_or(owner, Cast::user), id)
    }

    /// One of the purses that are open, and its payer or somebody else.
    fn purse(&self, user: Option<User>, number: u8) -> (AccountId, MessageId) {
        let purses = &self.chain.purses;
        let number = usize::from(number) % purses.len().max(1);
        let (payer, id) = match purses.iter().nth(number) {
            Some((id, purse)) => (purse.payer.clone(), *id),
            None => (ALICE, MessageId::default()),
        };
        (user.map_or(payer, Cast::user), id)
    }

    fn compare_order(&mut self, can_be: bool, done: Result<MessageId, DispatchError>) {
        self.unanswered.extend(done.ok());
        self.compare_call(can_be, done.map(|_| ()));
    }

    fn compare_call(&mut self, can_be: bool, done: Result<(), DispatchError>) {
        assert_eq!(done.is_ok(), can_be, "the call: {done:?}");
        self.counts.note_that(match can_be {
            true => "a call is accepted",
            false => "a call is refused",
        });
        self.compare_happenings(observe::happenings());
        self.compare();
    }

    /// The end of this block, and the beginning of the next.
    fn block(&mut self, idle: u16, poll: u16) {
        let room = observe::room(idle);
        let (mut before, mut steps) = (Progress::now(&Service::<Test>::get()), Vec::new());
        let used = Pallet::<Test>::idle_in_steps(room, &mut Session::default(), &mut |service| {
            steps.push(before.since(service));
            before = Progress::now(service);
        });
        assert!(used.all_lte(room), "{used:?} of {room:?}");
        self.compare_service(&steps);
        begin_block();
        if !self.chain.is_paused {
            let is_queued = self.chain.queued() > 0;
            self.chain.agenda.tick(is_queued);
        }
        let room = observe::room(poll);
        let (mut before, mut steps) = (Progress::now(&Service::<Test>::get()), Vec::new());
        let backlog = self.chain.queued();
        let used = Pallet::<Test>::poll_in_steps(room, &mut Session::default(), &mut |service| {
            steps.push(before.since(service));
            before = Progress::now(service);
        });
        assert!(used.all_lte(room), "{used:?} of {room:?}");
        self.compare_service(&steps);
        let is_full = poll >= 400 && !self.chain.is_paused;
        assert!(
            !is_full || backlog == 0 || steps.iter().any(|done| *done != Done::default()),
            "service makes progress"
        );
    }

    /// After these steps.
    fn compare_service(&mut self, steps: &[Done]) {
        let happenings = observe::happenings();
        let mut seen = Seen::new(&happenings);
        self.chain.serve(steps, &mut seen);
        let is_still = happenings.is_empty() && steps.iter().all(|done| *done == Done::default());
        self.compare_happenings(happenings);
        // Most blocks have nothing to do, and then nothing changes but the clock.
        match is_still {
            true => compare::clock(&self.chain),
            false => self.compare(),
        }
    }

    fn compare_happenings(&mut self, seen: Vec<Happening>) {
        let foretold = core::mem::take(&mut self.chain.happenings);
        for number in 0..seen.len().max(foretold.len()) {
            let (seen, foretold) = (seen.get(number), foretold.get(number));
            assert_eq!(seen, foretold, "event {number}");
        }
        for happening in &seen {
            self.counts.note(happening);
            if let Happening::Told {
                reply: Some((to, _)),
                ..
            } = happening
            {
                assert!(self.unanswered.remove(to), "{to:?} is answered once");
            }
        }
    }

    fn compare(&mut self) {
        compare::compare(&self.chain);
        Pallet::<Test>::check_invariants().expect("every invariant holds");
        let stored = Stored::of(&self.chain);
        self.counts.note_stored(&self.stored, &stored);
        self.stored = stored;
    }

    /// Lets time pass until nothing is scheduled and nothing is on its way.
    fn end(&mut self) {
        for step in stage::ending() {
            self.step(step);
        }
        for _ in 0..LONG {
            if !Pallet::<Test>::has_work() && self.chain.agenda.entries.is_empty() {
                break;
            }
            self.step(Step::Pass(1));
        }
        self.compare();
        compare::quiescence(&self.chain);
        assert_eq!(self.unanswered, BTreeSet::new(), "everything is answered");
        assert_eq!(
            Balances::total_issuance() + Fees::get(),
            self.issuance,
            "no unit appeared or vanished"
        );
    }
}
