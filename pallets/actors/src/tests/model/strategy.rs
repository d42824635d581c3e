//! Random steps. Small ones: what is long does not shrink to a story.

use proptest::{collection::vec, option, prelude::*};

use super::{
    script::{Birth, Code, Op, Post, Script, Sleeper, User, Who},
    step::{Order, Step},
};

/// Gas that only whoever asks for too much has not.
const PLENTY: u64 = 2_000_000_000_000;

/// What may happen in the life of a chain.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    vec(step(), 1..32)
}

fn step() -> BoxedStrategy<Step> {
    let stranger = prop_oneof![8 => Just(None), 1 => user().prop_map(Some)].boxed();
    let longest = prop_oneof![
        2 => Just(250_000_000_000u64),
        2 => Just(1_000_000_000_000),
        1 => Just(40_000_000_000),
    ];
    let idle = prop_oneof![0..600u16, Just(2_000)];
    prop_oneof![
        24 => (program(), order()).prop_map(|(to, order)| Step::Send(to, order)),
        4 => (salt(), order()).prop_map(|(salt, order)| Step::Create(salt, order)),
        5 => (program(), code(), order())
            .prop_map(|(program, code, order)| Step::Upgrade(program, code, order)),
        1 => (user(), program(), option::of(user()))
            .prop_map(|(user, program, admin)| Step::SetAdmin(user, program, admin)),
        5 => (stranger.clone(), 0..3u8, 0..20u8, value(), any::<bool>()).prop_map(
            |(user, letter, bytes, value, only)| Step::Answer(user, letter, bytes, value, only)
        ),
        2 => (stranger.clone(), 0..3u8).prop_map(|(user, letter)| Step::Claim(user, letter)),
        2 => (stranger, 0..4u8).prop_map(|(user, purse)| Step::Close(user, purse)),
        1 => prop_oneof![1 => Just(true), 3 => Just(false)].prop_map(Step::Pause),
        2 => prop_oneof![1 => Just(1u32), 2 => Just(3)].prop_map(Step::Memory),
        1 => longest.prop_map(Step::LongestTurn),
        14 => (idle, 20..400u16).prop_map(|(idle, poll)| Step::Block { idle, poll }),
        2 => (1..12u8).prop_map(Step::Pass),
        1 => (1..5u8).prop_map(Step::Migrate),
    ]
    .boxed()
}

fn order() -> BoxedStrategy<Order> {
    let from = prop_oneof![5 => Just(User::Alice), 1 => Just(User::Bob)];
    let gas = prop_oneof![
        1 => 0..3_000_000_000u64,
        2 => 10_000_000_000..60_000_000_000u64,
        5 => 100_000_000_000..500_000_000_000u64,
        8 => Just(PLENTY),
    ];
    let deposit = prop_oneof![
        1 => Just(0u128),
        1 => 1_000_000..60_000_000u128,
        6 => Just(1_000_000_000),
    ];
    (from, script(2), value(), gas, deposit)
        .prop_map(|(from, script, value, gas, deposit)| Order {
            from,
            script,
            value,
            gas,
            deposit,
        })
        .boxed()
}

fn user() -> BoxedStrategy<User> {
    prop_oneof![
        3 => Just(User::Alice),
        1 => Just(User::Bob),
        1 => Just(User::Pauper),
    ]
    .boxed()
}

fn salt() -> BoxedStrategy<u8> {
    prop_oneof![12 => 0..3u8, 1 => Just(3), 2 => 4..7u8].boxed()
}

fn code() -> BoxedStrategy<Code> {
    prop_oneof![
        4 => Just(Code::First),
        4 => Just(Code::Second),
        2 => Just(Code::Mute),
        1 => Just(Code::Unknown),
    ]
    .boxed()
}

/// Few of them, so that they meet.
fn program() -> BoxedStrategy<Who> {
    prop_oneof![
        8 => Just(Who::Program(0)),
        3 => (0..3u8).prop_map(Who::Program),
        3 => salt().prop_map(Who::Alices),
    ]
    .boxed()
}

fn who() -> BoxedStrategy<Who> {
    prop_oneof![
        4 => Just(Who::Program(0)),
        4 => (0..3u8).prop_map(Who::Program),
        2 => Just(Who::Oneself),
        3 => salt().prop_map(Who::Child),
        2 => salt().prop_map(Who::Alices),
        4 => user().prop_map(Who::User),
        1 => Just(Who::Nobody),
    ]
    .boxed()
}

fn value() -> BoxedStrategy<u128> {
    prop_oneof![
        6 => Just(0u128),
        1 => 1..1_000u128,
        3 => 1_000_000..1_000_000_000u128,
        1 => Just(10_000_000_000_000),
    ]
    .boxed()
}

/// What a message passes on, of what calls bring.
fn deposit() -> BoxedStrategy<u128> {
    prop_oneof![
        4 => Just(0u128),
        2 => 1_000_000..60_000_000u128,
        3 => Just(400_000_000),
        3 => Just(u128::MAX),
        1 => Just(1_000_000_001),
    ]
    .boxed()
}

fn split() -> BoxedStrategy<Option<u64>> {
    prop_oneof![
        6 => Just(None),
        1 => (0..3_000_000_000u64).prop_map(Some),
        3 => (10_000_000_000..100_000_000_000u64).prop_map(Some),
    ]
    .boxed()
}

fn blocks() -> BoxedStrategy<u32> {
    prop_oneof![
        20 => 1..8u32,
        2 => 20..50u32,
        1 => Just(0),
        1 => Just(51),
    ]
    .boxed()
}

/// What a message is told: anything, or what programs are there for.
fn script(depth: u32) -> BoxedStrategy<Script> {
    let anything = vec(turn(depth), 0..4).boxed();
    if depth == 0 {
        return anything.prop_map(Script).boxed();
    }
    let rest = || vec(turn(depth - 1), 0..3).boxed();
    let asks = (asking(depth), blocks(), rest()).prop_map(|(ask, blocks, rest)| {
        let first = vec![ask, Op::Wait(blocks)];
        [vec![first], rest].concat()
    });
    let sleeps = (turn(depth), blocks(), rest()).prop_map(|(mut first, blocks, rest)| {
        first.push(Op::Wait(blocks));
        [vec![first], rest].concat()
    });
    prop_oneof![
        8 => anything,
        5 => asks.boxed(),
        3 => sleeps.boxed(),
        1 => writing_to_the_stillborn(depth),
    ]
    .prop_map(Script)
    .boxed()
}

/// Whoever is written to has gone before the message arrives.
fn writing_to_the_stillborn(depth: u32) -> BoxedStrategy<Vec<Vec<Op>>> {
    (birth(depth), failing(), post(depth))
        .prop_map(|(birth, failing, post)| {
            let to = Who::Child(birth.salt);
            let script = Script(vec![vec![failing]]);
            let create = Op::Create(Birth { script, ..birth });
            vec![vec![create, Op::Send(Post { to, ..post })]]
        })
        .boxed()
}

/// Something whose answer resumes who asked.
fn asking(depth: u32) -> BoxedStrategy<Op> {
    let post = post(depth).prop_map(|post| {
        let awaited = post.awaited.or(Some(0));
        let (is_odd, delay) = (false, 0);
        Post {
            awaited,
            is_odd,
            delay,
            ..post
        }
    });
    let post = post.boxed();
    let letter = (post.clone(), user()).prop_map(|(post, user)| {
        let to = Who::User(user);
        Op::Send(Post { to, ..post })
    });
    let create = birth(depth).prop_map(|birth| {
        let is_awaited = true;
        Op::Create(Birth {
            is_awaited,
            ..birth
        })
    });
    prop_oneof![
        4 => post.prop_map(Op::Send),
        2 => letter,
        1 => create,
    ]
    .boxed()
}

fn turn(depth: u32) -> BoxedStrategy<Vec<Op>> {
    vec(op(depth), 0..4).boxed()
}

fn op(depth: u32) -> BoxedStrategy<Op> {
    if depth == 0 {
        return plain();
    }
    prop_oneof![
        10 => plain(),
        6 => post(depth).prop_map(Op::Send),
        2 => birth(depth).prop_map(Op::Create),
        1 => turn(0).prop_map(Op::OnReply),
        1 => turn(0).prop_map(Op::OnSignal),
    ]
    .boxed()
}

/// What needs no script.
fn plain() -> BoxedStrategy<Op> {
    prop_oneof![
        8 => blocks().prop_map(Op::Wait),
        5 => (0..20u8, value()).prop_map(|(bytes, value)| Op::Reply(bytes, value)),
        7 => sleeper().prop_map(Op::Wake),
        3 => sleeper().prop_map(Op::Waits),
        1 => who().prop_map(Op::Exit),
        2 => any::<u8>().prop_map(Op::Emit),
        2 => (0..3u8, 0..40u8).prop_map(|(key, bytes)| Op::Set(key, bytes)),
        1 => (0..3u8).prop_map(Op::Get),
        1 => (0..3u8).prop_map(Op::Remove),
        3 => (0..3u8, 0..3u8).prop_map(|(page, marker)| Op::Touch(page, marker)),
        3 => Just(Op::Grow),
        4 => failing(),
    ]
    .boxed()
}

fn failing() -> BoxedStrategy<Op> {
    prop_oneof![
        Just(Op::Burn),
        Just(Op::Trap),
        (0..20u8).prop_map(Op::Panic),
        (0..20u8).prop_map(Op::Revert),
        Just(Op::Misuse),
        Just(Op::Recurse),
    ]
    .boxed()
}

fn sleeper() -> BoxedStrategy<Sleeper> {
    prop_oneof![
        6 => Just(Sleeper::Place(0)),
        2 => (1..3u8).prop_map(Sleeper::Place),
        2 => (0..2u8).prop_map(Sleeper::Slot),
        1 => Just(Sleeper::Itself),
    ]
    .boxed()
}

fn post(depth: u32) -> BoxedStrategy<Post> {
    let delay = prop_oneof![8 => Just(0), 3 => blocks()];
    let awaited = prop_oneof![
        4 => Just(None),
        3 => Just(Some(0)),
        3 => blocks().prop_map(Some),
    ];
    let is_odd = prop_oneof![30 => Just(false), 1 => Just(true)];
    let message = (
        who(),
        script(depth - 1),
        value(),
        deposit(),
        split(),
        0..2u8,
    );
    (message, delay, awaited, is_odd)
        .prop_map(|(message, delay, awaited, is_odd)| {
            let (to, script, value, deposit, gas, slot) = message;
            Post {
                to,
                script,
                value,
                deposit,
                // A delay without gas of its own is refused, which is soon said.
                gas: gas.or((delay > 1).then_some(30_000_000_000)),
                delay,
                awaited: awaited.filter(|_| delay < 3),
                is_odd,
                slot,
            }
        })
        .boxed()
}

fn birth(depth: u32) -> BoxedStrategy<Birth> {
    let message = (script(depth - 1), value(), deposit(), split(), 0..2u8);
    (salt(), message, any::<bool>())
        .prop_map(|(salt, message, is_awaited)| {
            let (script, value, deposit, gas, slot) = message;
            Birth {
                salt,
                script,
                value,
                deposit,
                gas,
                is_awaited,
                slot,
            }
        })
        .boxed()
}
