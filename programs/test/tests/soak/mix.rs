//! A hostile mix: whatever takes memory, many at once, answers that come late or are too long, locks whose holders fail, and
//! messages that cannot clean up.

use actors_test::{Chain, Message, MockReply, UNIT};
use codec::Encode;

use crate::{built::built, Random, Work};

#[derive(Clone, Copy, Encode)]
enum Then {
    End,
    Fail,
    FailTwice,
}

/// Enough for many turns.
const GAS: u64 = 2_000_000_000_000;

#[test]
fn hostile_mix() {
    let chain = Chain::new();
    let users = ["alice", "bob", "carol"].map(|name| chain.user(name));
    let program = chain.deploy(built("sdk-soak")).init("new").by(&users[0]);
    let mock = |name: &str, reply: MockReply| chain.mock(name, move |_| reply.clone());
    let mocks = [
        mock("answers", MockReply::bytes([7; 20_000])),
        mock("answers at length", MockReply::bytes([7; 65_000])),
        mock("answers late", MockReply::bytes([7; 65_000]).after(3)),
        mock("fails", MockReply::panic("no")),
        mock("answers too late", MockReply::bytes([7; 200]).after(40)),
    ];
    let mut random = Random(1);
    // What messages have left that could not clean up is found by those who only sleep, one by each.
    let (calm, user, quiet) = (program.clone(), users[0].clone(), chain.clone());
    let calm = Box::new(move || {
        for _ in 0..3 {
            let call = calm.call("sleep").arg(Vec::<u8>::new()).arg(1u32);
            call.arg(Then::End).gas(GAS).by(&user).expect_ok(0u32);
            quiet.settle();
        }
    });
    let soak = program.clone();
    let step = move |turn: u32| -> Vec<Message> {
        let call = |name: &str| soak.call(name);
        let mut below = |most: u32| random.below(most);
        let whom = mocks[below(5) as usize].id();
        let then = match below(8) {
            0 => Then::Fail,
            1 => Then::FailTwice,
            _ => Then::End,
        };
        let call = match below(10) {
            // As much as there is room for, whatever else there is: the first one takes all that the program may have.
            _ if turn == 0 => call("peak").arg(1u32 << 20).arg(3u32),
            0 | 1 => {
                let size = 1 << (4 + below(16));
                let most = ((1u32 << 20) / size).min(1_000);
                call("peak")
                    .arg(size - below(size / 2))
                    .arg(below(most) + 1)
            }
            2 | 3 => {
                let bytes = vec![1u8; below(30_000) as usize];
                call("sleep").arg(bytes).arg(1 + below(4)).arg(then)
            }
            4 | 5 => {
                let call = call("ask").arg(whom).arg(1 + below(4));
                call.arg(1 + below(3)).arg(16_384 << below(3))
            }
            6 => call("lose_interest").arg(whom).arg(1 + below(3)),
            7 => {
                let call = call("hold").arg(1 + below(20));
                call.arg(below(3)).arg(then)
            }
            8 => {
                let call = call("share").arg(below(3) == 0).arg(1 + below(20));
                call.arg(below(3)).arg(then)
            }
            _ => call("hold_later").arg(below(3)).arg(1 + below(10)),
        };
        let user = &users[below(3) as usize];
        vec![call.gas(GAS).deposit(10 * UNIT).by(user)]
    };
    let work = Work {
        chain,
        program,
        step: Box::new(step),
        calm,
        is_refused: false,
    };
    work.run("sdk-soak");
}
