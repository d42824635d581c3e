//! Scripts for `script.wat`, and what the program says while it plays them.

use actors_executor::Schedule;
use actors_primitives::{abi::REST_OF_DEPOSIT, Balance, CodeHash, Gas, MessageId, ReplyCode};

use crate::{mock::*, session::Session, Event, Pallet, ReplyTo, Service, ServiceState, WeightInfo};
use frame_support::{
    traits::{Get, Hooks},
    weights::{Weight, WeightMeter},
};

/// Gas for many turns of the mock's dear calls.
pub(super) const PLENTY: Gas = 2_000_000_000_000;

/// What the page costs where `script.wat` keeps who waits, in planck: whoever makes it wait pays.
/// Once nobody waits the page is freed, and that is the program's.
pub(super) const PAGE: Balance = 1_000_000 + 16_384 * 1_000;

/// What `turn_cause` says.
pub(super) const FRESH: u8 = 0;
pub(super) const REPLY: u8 = 1;
pub(super) const WOKEN: u8 = 2;
pub(super) const DEADLINE: u8 = 3;

/// The entries as `script.wat` numbers them.
pub(super) const INIT: u8 = 0;
pub(super) const HANDLE: u8 = 1;
pub(super) const HANDLE_REPLY: u8 = 2;
pub(super) const HANDLE_SIGNAL: u8 = 3;
pub(super) const MIGRATE: u8 = 4;

/// One command of a script.
pub(super) type Act = Vec<u8>;

/// A script: what to do in each turn of the message.
pub(super) fn script<const TURNS: usize>(turns: [&[Act]; TURNS]) -> Vec<u8> {
    turns.map(|acts| sized(&acts.concat())).concat()
}

/// A message to send.
pub(super) struct Post<'a> {
    to: &'a AccountId,
    words: Vec<u8>,
    value: Balance,
    deposit: Balance,
    gas: Option<Gas>,
    delay: u32,
    flags: u32,
}

impl<'a> Post<'a> {
    /// Sharing gas, with the rest of the deposit money, without value, at once, and not awaited.
    pub(super) fn new(to: &'a AccountId, words: Vec<u8>) -> Self {
        Self {
            to,
            words,
            value: 0,
            deposit: REST_OF_DEPOSIT,
            gas: None,
            delay: 0,
            flags: 0,
        }
    }

    /// With value.
    pub(super) fn value(self, value: Balance) -> Self {
        Self { value, ..self }
    }

    /// With so much deposit money.
    pub(super) fn deposit(self, deposit: Balance) -> Self {
        Self { deposit, ..self }
    }

    /// With gas of its own.
    pub(super) fn gas(self, gas: Gas) -> Self {
        let gas = Some(gas);
        Self { gas, ..self }
    }

    /// After so many blocks.
    pub(super) fn delay(self, delay: u32) -> Self {
        Self { delay, ..self }
    }

    /// So that the reply resumes whoever sends it. A letter stands for that many blocks, or for as
    /// many as the chain says if that is 0.
    pub(super) fn awaited(self, letter: u32) -> Self {
        let flags = letter << 8 | 1;
        Self { flags, ..self }
    }

    /// The command.
    pub(super) fn act(self) -> Act {
        let gas = self.gas.unwrap_or(Gas::MAX);
        [
            &[0][..],
            self.to.as_ref(),
            &self.value.to_le_bytes(),
            &self.deposit.to_le_bytes(),
            &gas.to_le_bytes(),
            &self.delay.to_le_bytes(),
            &self.flags.to_le_bytes(),
            &[0],
            &sized(&self.words),
        ]
        .concat()
    }
}

/// Sends and awaits the reply.
pub(super) fn request(to: &AccountId, words: Vec<u8>) -> Act {
    Post::new(to, words).awaited(0).act()
}

/// Sends and does not await a reply.
pub(super) fn tell(to: &AccountId, words: Vec<u8>) -> Act {
    Post::new(to, words).act()
}

/// Creates a program with the rest of the deposit money, and awaits its reply.
pub(super) fn found(code: CodeHash, salt: u8, value: Balance, words: Vec<u8>) -> Act {
    [
        &[1][..],
        &code.0,
        &value.to_le_bytes(),
        &REST_OF_DEPOSIT.to_le_bytes(),
        &Gas::MAX.to_le_bytes(),
        &1u32.to_le_bytes(),
        &[0, salt],
        &sized(&words),
    ]
    .concat()
}

/// Replies.
pub(super) fn reply(words: &[u8], value: Balance) -> Act {
    [&[2][..], &value.to_le_bytes(), &sized(words)].concat()
}

/// Waits for at most that many blocks.
pub(super) fn wait(blocks: u32) -> Act {
    [&[3][..], &blocks.to_le_bytes()].concat()
}

/// Wakes the message at that place of the program's memory: the first that waits has 0.
pub(super) fn wake(place: u8) -> Act {
    vec![4, place]
}

/// Wakes the message that it sent last.
pub(super) fn wake_sent() -> Act {
    vec![4, 128]
}

/// Wakes itself.
pub(super) fn wake_itself() -> Act {
    vec![4, 255]
}

/// Asks whether the message at that place of the program's memory waits.
pub(super) fn waits(place: u8) -> Act {
    vec![18, place]
}

/// Asks whether the current message waits.
pub(super) fn waits_itself() -> Act {
    vec![18, 255]
}

/// Exits.
pub(super) fn exit(inheritor: &AccountId) -> Act {
    [&[5][..], inheritor.as_ref()].concat()
}

/// Stores what `handle_reply` is to do.
pub(super) fn on_reply(acts: &[Act]) -> Act {
    set(b'r', &acts.concat())
}

/// Stores what `handle_signal` is to do.
pub(super) fn on_signal(acts: &[Act]) -> Act {
    set(b's', &acts.concat())
}

/// Writes keyed state.
pub(super) fn set(key: u8, value: &[u8]) -> Act {
    [&[7, key][..], &sized(value)].concat()
}

/// Reads keyed state: counts its length, and the number that it begins with.
pub(super) fn get(key: u8) -> Act {
    vec![8, key]
}

/// Writes a marker into a page of memory of its own; counts the one that was there. Pages but the
/// first are there once memory has grown.
pub(super) fn touch(page: u8, marker: u8) -> Act {
    vec![10, page, marker]
}

/// Grows memory by a Wasm page.
pub(super) fn grow() -> Act {
    vec![11]
}

/// Burns all gas that it has.
pub(super) fn burn() -> Act {
    vec![12]
}

/// Traps.
pub(super) fn trap() -> Act {
    vec![13]
}

/// Panics.
pub(super) fn panics(text: &[u8]) -> Act {
    [&[14][..], &sized(text)].concat()
}

/// Reverts.
pub(super) fn reverts(payload: &[u8]) -> Act {
    [&[17][..], &sized(payload)].concat()
}

/// Bytes behind their length.
fn sized(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).expect("scripts are short");
    [&len.to_le_bytes()[..], bytes].concat()
}

/// The `index`-th message that a turn of `parent` sent.
pub(super) fn sent_by(parent: MessageId, turn: u32, index: u32) -> MessageId {
    let preimage = MessageId::child_preimage(&parent, turn, index);
    MessageId(sp_io::hashing::blake2_256(&preimage))
}

/// Sends a script as Alice, with plenty of everything. It is not served yet.
pub(super) fn send(program: &AccountId, words: Vec<u8>) -> MessageId {
    send_with(program, words, 0, PLENTY)
}

/// As [`send`], with value and gas.
pub(super) fn send_with(
    program: &AccountId,
    words: Vec<u8>,
    value: Balance,
    gas: Gas,
) -> MessageId {
    send_as(&ALICE, program.clone(), words, value, gas, DEPOSIT).expect("it is accepted")
}

/// Sends a script as Alice and serves it.
pub(super) fn play(program: &AccountId, words: Vec<u8>) -> MessageId {
    let id = send(program, words);
    idle();
    id
}

/// Creates a program as Alice, whose `init` has a script, and does not serve it.
pub(super) fn conceive(name: &str, words: Vec<u8>, value: Balance) -> (AccountId, MessageId) {
    let hash = Pallet::<Test>::code_hash(&fixture(name));
    if !crate::Codes::<Test>::contains_key(hash) {
        upload(name);
    }
    let salt = Service::<Test>::get().sent.to_le_bytes();
    let made = frame_support::storage::with_storage_layer(|| {
        Pallet::<Test>::do_create_program(&ALICE, hash, &salt, words, value, PLENTY, DEPOSIT)
    });
    let (id, program) = made.expect("Alice can pay");
    (program, id)
}

/// The least prices of a parachain whose blocks have two seconds and so many MiB of proof, as
/// `docs/limits.md` has them.
pub(super) fn parachain(mebibytes: u64) -> Schedule {
    let (proof_byte, send, answer, wait, delay) = match mebibytes {
        32 => (
            59_605,
            2_941_278_720,
            4_071_704_960,
            6_642_699_520,
            2_570_994_560,
        ),
        10 => (
            190_735,
            7_775_255_040,
            10_517_006_720,
            16_847_760_640,
            6_330_753_920,
        ),
        _ => panic!("{mebibytes} MiB have no row"),
    };
    Schedule {
        proof_byte,
        send,
        create: send,
        answer,
        wake: answer,
        wait,
        delay,
        letter: delay,
        ..Schedule::default()
    }
}

/// Lets whole blocks pass.
pub(super) fn pass(blocks: u32) {
    for _ in 0..blocks {
        next_block();
        idle();
    }
}

/// Lets blocks pass that have room for nothing: only the clock goes on.
pub(super) fn pass_full(blocks: u32) {
    for _ in 0..blocks {
        begin_block();
        Actors::on_poll(
            System::block_number(),
            &mut WeightMeter::with_limit(<() as WeightInfo>::tick()),
        );
    }
}

/// Does a part of a hook alone, with so much room, and says what that took.
fn do_within(limit: Weight, part: impl FnOnce(&mut ServiceState, &mut WeightMeter)) -> Weight {
    let mut meter = WeightMeter::with_limit(limit);
    if meter
        .try_consume(<() as WeightInfo>::peek_service())
        .is_ok()
    {
        Service::<Test>::mutate(|service| part(service, &mut meter));
    }
    meter.consumed()
}

pub(super) fn do_due_within(limit: Weight) -> Weight {
    do_within(limit, Pallet::<Test>::do_due)
}

pub(super) fn sweep_within(limit: Weight) -> Weight {
    do_within(limit, Pallet::<Test>::sweep)
}

pub(super) fn serve_within(limit: Weight) -> Weight {
    do_within(limit, |service, meter| {
        Pallet::<Test>::serve(service, meter, &mut Session::default(), &mut |_| ());
    })
}

/// Lets a block of service pass.
pub(super) fn tick() {
    Service::<Test>::mutate(ServiceState::tick);
}

/// The hook before the transactions of a block, with that much room.
pub(super) fn poll_with(room: Weight) {
    let mut meter = WeightMeter::with_limit(room);
    Actors::on_poll(System::block_number(), &mut meter);
}

/// Loses the record of the service between two blocks.
pub(super) fn lose_record() {
    Actors::on_finalize(System::block_number());
    Service::<Test>::kill();
}

/// Serves the message that is next, and no other but what resumes nothing any more.
pub(super) fn serve_one() {
    let service = Service::<Test>::get();
    let lane = service.next_lane().expect("there is a message");
    let head = lane.message(service.row(lane).head).expect("it is there");
    let peek = <() as WeightInfo>::peek_queue();
    let step = <() as WeightInfo>::serve_message(head.payload.len() as u32);
    let mut room = peek.saturating_add(step);
    if head.kind.waiter().is_some() {
        let payload = ActorsLimits::get().payload;
        room.saturating_accrue(<() as WeightInfo>::resume_message(payload));
    }
    // As much as it may burn, or the next would fit as well.
    let limit = Pallet::<Test>::task(&service, head).map_or(0, |task| task.gas_limit());
    let price = ActorsSchedule::get().proof_byte;
    room.saturating_accrue(Pallet::<Test>::turn_weight(limit, price));
    let least = peek.saturating_add(Pallet::<Test>::longest_step());
    serve_within(room.max(least));
    let left = Service::<Test>::get().row(lane).head;
    assert!(left > service.row(lane).head, "it is served");
    Pallet::<Test>::check_invariants().expect("every invariant holds after a message");
}

/// The gas that a purse costs, in planck, rounded as it is when it closes.
pub(super) fn price(gas: Gas) -> Balance {
    <Price as Get<actors_primitives::GasPrice>>::get().cost(gas)
}

/// What a turn saw of the reply that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) to: MessageId,
    pub(super) code: i32,
    pub(super) size: u32,
    pub(super) value: Balance,
    /// The first 16 bytes of it.
    pub(super) words: Vec<u8>,
}

/// What a turn saw, as it told when it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) version: u8,
    pub(super) entry: u8,
    pub(super) cause: u8,
    /// Turns of the program that had committed, this one included.
    pub(super) number: u32,
    pub(super) message: MessageId,
    pub(super) source: AccountId,
    pub(super) value: Balance,
    pub(super) balance: Balance,
    pub(super) size: u32,
    pub(super) reply: Option<Seen>,
    pub(super) signal: Option<(MessageId, i32)>,
}

/// What the turns of a program said that have committed, in order.
fn said(program: &AccountId, mark: u8) -> Vec<Vec<u8>> {
    let said = events().into_iter().filter_map(|event| match event {
        Event::ProgramEvent {
            program: source,
            data,
            ..
        } if source == *program && data.first() == Some(&mark) => Some(data[1..].to_vec()),
        _ => None,
    });
    said.collect()
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

fn balance(bytes: &[u8], at: usize) -> Balance {
    Balance::from_le_bytes(bytes[at..at + 16].try_into().expect("16 bytes"))
}

fn id(bytes: &[u8], at: usize) -> [u8; 32] {
    bytes[at..at + 32].try_into().expect("32 bytes")
}

/// The turns of a program that have committed, in order.
pub(super) fn turns(program: &AccountId) -> Vec<Turn> {
    let turns = said(program, b'>').into_iter().map(|said| Turn {
        version: said[0],
        entry: said[1],
        cause: said[2],
        number: number(&said, 4),
        message: MessageId(id(&said, 8)),
        source: AccountId::new(id(&said, 40)),
        value: balance(&said, 72),
        balance: balance(&said, 88),
        size: number(&said, 104),
        reply: (said.len() == 180).then(|| {
            let size = number(&said, 144);
            Seen {
                to: MessageId(id(&said, 108)),
                code: number(&said, 140) as i32,
                size,
                value: balance(&said, 148),
                words: said[164..164 + size.min(16) as usize].to_vec(),
            }
        }),
        signal: (said.len() == 144).then(|| (MessageId(id(&said, 108)), number(&said, 140) as i32)),
    });
    turns.collect()
}

/// The turns of one message that have committed, in order.
pub(super) fn turns_of(program: &AccountId, message: MessageId) -> Vec<Turn> {
    let mut turns = turns(program);
    turns.retain(|turn| turn.message == message);
    turns
}

/// Why those turns ran.
pub(super) fn causes_of(program: &AccountId, message: MessageId) -> Vec<u8> {
    let turns = turns_of(program, message);
    turns.into_iter().map(|turn| turn.cause).collect()
}

/// The turns of an entry that have committed.
pub(super) fn turns_in(program: &AccountId, entry: u8) -> Vec<Turn> {
    let mut turns = turns(program);
    turns.retain(|turn| turn.entry == entry);
    turns
}

/// What the calls of each turn returned, where there were any.
pub(super) fn results(program: &AccountId) -> Vec<Vec<i32>> {
    let all = said(program, b'<').into_iter();
    all.map(|said| {
        let numbers = said.chunks(4).map(|bytes| number(bytes, 0) as i32);
        numbers.collect()
    })
    .collect()
}

/// What a user's message was answered: at most once.
pub(super) fn answer(to: MessageId) -> Option<(ReplyCode, Vec<u8>, Balance)> {
    let mut answers = events().into_iter().filter_map(|event| match event {
        Event::UserMessage {
            payload,
            value,
            reply: Some(ReplyTo { to: known, code }),
            ..
        } if known == to => Some((code, payload, value)),
        _ => None,
    });
    let answer = answers.next();
    assert_eq!(answers.next(), None, "a message has one reply");
    answer
}

/// The code of that answer.
pub(super) fn code_of_answer(to: MessageId) -> Option<ReplyCode> {
    answer(to).map(|(code, ..)| code)
}

/// How messages to a program ended, in order, and with what.
pub(super) fn ended(program: &AccountId) -> Vec<(MessageId, ReplyCode)> {
    let ended = events().into_iter().filter_map(|event| match event {
        Event::MessageProcessed {
            message_id,
            destination,
            reply_code,
            ..
        } if destination == *program => Some((message_id, reply_code)),
        _ => None,
    });
    ended.collect()
}

/// Gas that all turns so far have burned, as their events say.
pub(super) fn burned() -> Gas {
    let gas = events().into_iter().filter_map(|event| match event {
        Event::MessageProcessed { gas_burned, .. } | Event::MessageWaiting { gas_burned, .. } => {
            Some(gas_burned)
        }
        _ => None,
    });
    gas.sum()
}

/// Nothing is under way: all that waited or stood somewhere has found its end.
pub(super) fn assert_quiet() {
    let service = Service::<Test>::get();
    assert_eq!(
        (service.length(), service.scheduled, service.is_sweeping()),
        (0, 0, false)
    );
    assert_eq!(crate::Waiting::<Test>::iter().count(), 0);
    assert_eq!(crate::Agenda::<Test>::iter().count(), 0);
    assert_eq!(crate::Ticks::<Test>::iter().count(), 0);
    assert_eq!(crate::Delayed::<Test>::iter().count(), 0);
    assert_eq!(crate::Mailboxes::<Test>::iter().count(), 0);
    assert_eq!(crate::Purses::<Test>::iter().count(), 0);
    assert_eq!(in_flight(), 0);
}
