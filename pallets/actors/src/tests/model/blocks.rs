//! The same steps without the model: as blocks of calls between two hooks. Nothing is foretold,
//! compared or checked, so that a block does what it is charged for and nothing else.

use actors_primitives::MessageId;
use alloc::{vec, vec::Vec};
use codec::{Decode, Encode};
use frame_support::{
    dispatch::{extract_actual_weight, GetDispatchInfo},
    traits::Hooks,
    weights::{Weight, WeightMeter},
};
use sp_runtime::traits::Dispatchable;

#[cfg(feature = "std")]
use super::script::{Op, Post, Script, Who};
use super::{
    cast::Cast,
    observe,
    script::{Code, User},
    stage,
    step::{Order, Step},
};
use crate::{mock::*, Call, Event, Mailboxes, Pallet, Purses};

/// What the hooks of a long block have room for, in milliseconds.
#[cfg(feature = "std")]
const LONG: u16 = 2_000;

/// A block: what its hooks have room for, in milliseconds, and what happens between them. In a
/// migration of the chain no hook runs.
#[cfg(feature = "std")]
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// What is there for `on_poll`.
    pub poll: Option<u16>,
    /// What happens then.
    pub steps: Vec<Step>,
    /// What is left for `on_idle`.
    pub idle: Option<u16>,
}

#[cfg(feature = "std")]
impl Block {
    /// A block in which nothing happens but service.
    pub const QUIET: Self = Self {
        poll: Some(LONG),
        steps: Vec::new(),
        idle: Some(LONG),
    };
}

/// What a step is to a chain: a call, signed by somebody or made by root, or another rule.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Act {
    /// A call, signed by somebody or made by root.
    Call(Option<AccountId>, RuntimeCall),
    /// The limit of a program's memory is another.
    Memory(u32),
    /// The limit of a turn's gas is another.
    LongestTurn(u64),
}

/// The blocks of a play, from the first to the last whose steps are known: until nothing is under
/// way, quiet ones follow.
#[cfg(feature = "std")]
pub fn blocks(steps: Vec<Step>) -> Vec<Block> {
    let steps = stage::founding()
        .into_iter()
        .chain(steps)
        .chain(stage::ending());
    let (mut blocks, mut now) = (Vec::new(), Block::default());
    let mut next = |now: &mut Block, idle, poll| {
        now.idle = idle;
        let (steps, idle) = (Vec::new(), None);
        blocks.push(core::mem::replace(now, Block { poll, steps, idle }));
    };
    for step in steps {
        match step {
            // Without room, `on_idle` is not called.
            Step::Block { idle, poll } => {
                next(&mut now, Some(idle).filter(|room| *room > 0), Some(poll));
            }
            Step::Pass(count) => {
                for _ in 0..count {
                    next(&mut now, Some(LONG), Some(LONG));
                }
            }
            Step::Migrate(count) => {
                for _ in 0..count {
                    next(&mut now, None, None);
                }
            }
            step => now.steps.push(step),
        }
    }
    next(&mut now, Some(LONG), None);
    blocks
}

/// Rounds of each message of [`cascades`]: as many as in the test that kills a node amid them.
#[cfg(feature = "std")]
const ROUNDS: [u8; 10] = [60, 55, 50, 45, 40, 35, 30, 30, 25, 20];

/// Blocks that each begin a cascade, as the test that kills a node amid them has them: a program
/// asks another, awaits the reply, rests for a block, and begins anew. After its rounds it writes
/// a letter that nobody answers, rests until that has ended, sends a message that is delivered
/// later, and replies.
#[cfg(feature = "std")]
pub fn cascades() -> Vec<Block> {
    let calls = ROUNDS.into_iter().enumerate().map(|(number, rounds)| {
        let post = |to: Who, op: Op| Post {
            to,
            script: Script(vec![vec![op]]),
            value: 0,
            deposit: 0,
            gas: None,
            delay: 0,
            awaited: None,
            is_odd: false,
            slot: 0,
        };
        let ask = Post {
            awaited: Some(0),
            ..post(Who::Program(1), Op::Reply(4, 0))
        };
        let letter = Post {
            value: UNIT,
            awaited: Some(4),
            ..post(Who::User(User::Pauper), Op::Emit(0))
        };
        let later = Post {
            gas: Some(30_000_000_000),
            delay: 3,
            ..post(Who::Program(2), Op::Emit(1))
        };
        let round = [vec![Op::Send(ask), Op::Wait(100)], vec![Op::Wait(1)]];
        let mut turns = vec![round; rounds.into()].concat();
        turns.push(vec![Op::Send(letter), Op::Wait(4)]);
        turns.push(vec![Op::Send(later), Op::Reply(4, UNIT)]);
        let order = Order {
            from: [User::Alice, User::Bob][number % 2],
            script: Script(turns),
            value: 2 * UNIT,
            gas: 10_000_000_000_000,
            deposit: UNIT,
        };
        [Step::Send(Who::Program(0), order), Step::Pass(1)]
    });
    blocks(calls.flatten().collect())
}

/// Makes the rules of the chain those of a play, and stores the codes.
pub(crate) fn prepare(is_narrow: bool) {
    begin_block();
    if is_narrow {
        stage::narrow();
    }
    for code in stage::CODES {
        upload(code);
    }
}

/// What the step is to the chain as it is now; nothing, if it is no call and no rule.
pub(crate) fn act(step: Step) -> Option<Act> {
    let cast = Cast::new(stage::CODES.map(|name| Pallet::<Test>::code_hash(&fixture(name))));
    let order = |order: Order, to: &AccountId| {
        let payload = cast.script(&order.script, to);
        (Cast::user(order.from), payload, order)
    };
    let (who, call) = match step {
        Step::Send(to, carried) => {
            let destination = cast.address(to, &ALICE);
            let (who, payload, carried) = order(carried, &destination);
            let call = Call::send_message {
                destination,
                payload,
                value: carried.value,
                gas_limit: carried.gas,
                deposit_limit: carried.deposit,
            };
            (Some(who), call)
        }
        Step::Create(salt, carried) => {
            let address = cast.child(&Cast::user(carried.from), salt);
            let (who, payload, carried) = order(carried, &address);
            let call = Call::create_program {
                code_hash: cast.code(Code::of(salt)),
                salt: vec![salt],
                payload,
                value: carried.value,
                gas_limit: carried.gas,
                deposit_limit: carried.deposit,
            };
            (Some(who), call)
        }
        Step::Upgrade(program, code, carried) => {
            let program = cast.address(program, &ALICE);
            let (who, payload, carried) = order(carried, &program);
            let call = Call::upgrade_program {
                program,
                code_hash: cast.code(code),
                payload,
                gas_limit: carried.gas,
                deposit_limit: carried.deposit,
            };
            (Some(who), call)
        }
        Step::SetAdmin(user, program, admin) => {
            let who = Cast::user(user);
            let program = cast.address(program, &who);
            let admin = admin.map(Cast::user);
            (Some(who), Call::set_admin { program, admin })
        }
        Step::Answer(user, number, bytes, value, only_if_awaited) => {
            let (who, message_id) = letter(user, number);
            let call = Call::send_reply {
                message_id,
                payload: (0..bytes).collect(),
                value,
                only_if_awaited,
            };
            (Some(who), call)
        }
        Step::Claim(user, number) => {
            let (who, message_id) = letter(user, number);
            (Some(who), Call::claim_value { message_id })
        }
        Step::Close(user, number) => {
            let (who, message_id) = purse(user, number);
            (Some(who), Call::close_purse { message_id })
        }
        Step::Pause(paused) => (None, Call::set_service_paused { paused }),
        Step::Memory(pages) => return Some(Act::Memory(pages)),
        Step::LongestTurn(gas) => return Some(Act::LongestTurn(gas)),
        Step::Block { .. } | Step::Pass(_) | Step::Migrate(_) => return None,
    };
    Some(Act::Call(who, RuntimeCall::Actors(call)))
}

/// One of the letters, in the order of their users, and who opens it; as a play has it. Storage has
/// them in the order of hashes.
fn letter(user: Option<User>, number: u8) -> (AccountId, MessageId) {
    let mut letters: Vec<_> = Mailboxes::<Test>::iter_keys().collect();
    letters.sort_unstable();
    let number = usize::from(number) % letters.len().max(1);
    let none = || (ALICE, MessageId::default());
    let (owner, id) = letters.get(number).cloned().unwrap_or_else(none);
    (user.map_or(owner, Cast::user), id)
}

/// One of the purses that are open, and who closes it; likewise.
fn purse(user: Option<User>, number: u8) -> (AccountId, MessageId) {
    let mut purses: Vec<_> = Purses::<Test>::iter()
        .map(|(id, purse)| (id, purse.payer))
        .collect();
    purses.sort_unstable();
    let number = usize::from(number) % purses.len().max(1);
    let none = || (MessageId::default(), ALICE);
    let (id, payer) = purses.get(number).cloned().unwrap_or_else(none);
    (user.map_or(payer, Cast::user), id)
}

/// Does it; returns what is charged for a call, whether it is refused or not.
pub(crate) fn perform(act: Act) -> Option<Weight> {
    let (who, call) = match act {
        Act::Call(who, call) => (who, call),
        Act::Memory(pages) => {
            ActorsLimits::mutate(|limits| limits.memory = pages);
            return None;
        }
        Act::LongestTurn(gas) => {
            MaxTurnGas::set(gas);
            return None;
        }
    };
    let info = call.get_dispatch_info();
    let result = call.dispatch(who.map_or(RuntimeOrigin::root(), RuntimeOrigin::signed));
    Some(extract_actual_weight(&result, &info))
}

/// How many turns have ended in the block so far.
pub(crate) fn turns() -> usize {
    let is_turn = |event: &Event<Test>| {
        matches!(
            event,
            Event::MessageProcessed { .. } | Event::MessageWaiting { .. }
        )
    };
    events().iter().filter(|event| is_turn(event)).count()
}

/// The hook before the calls of a block, with room for so many milliseconds; returns what it is
/// charged.
pub(crate) fn poll(room: u16) -> Weight {
    let mut meter = WeightMeter::with_limit(observe::room(room));
    Actors::on_poll(System::block_number(), &mut meter);
    meter.consumed()
}

/// The hook after them.
pub(crate) fn idle(room: u16) -> Weight {
    Actors::on_idle(System::block_number(), observe::room(room))
}
