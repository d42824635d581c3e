//! The storage proof that a block records, against the bytes that it is charged.

use bench_interface::{Lap, Room, Timed};
use codec::Encode;

use crate::{
    chain::{Block, Chain, Runtime, Trie},
    modules,
    ping::{ask, deploy},
    programs, round_trip,
    table::{Bound, Table},
    waiting::{clerk, long, tell, What, BOB, LONG, LONGEST, VALUE},
};

/// Programs on the chain.
const PROGRAMS: u32 = 100_000;
/// Messages that wait, as many letters, and as many messages that await their replies.
const WAITING: u32 = 5_000;
/// So many are made in one call, whose memory ends with it.
const PORTION: u32 = 1_000;

/// What is on the chain before the block.
struct Town<'r> {
    chain: Chain<'r>,
    clerk: [u8; 32],
    caller: [u8; 32],
    callee: [u8; 32],
    /// With 256 pages, and with none.
    codes: [Vec<u8>; 2],
}

/// Says in which row the benchmark has failed.
struct Row(&'static str);

impl Drop for Row {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("in the row {:?}", self.0);
        }
    }
}

type Case = (
    &'static str,
    &'static [u32],
    fn(&mut Town<'_>, u32) -> Vec<[u8; 32]>,
    fn(&mut Block<'_, '_>, &Town<'_>, u32, &[[u8; 32]]) -> u64,
);

pub(crate) fn run(runtime: &Runtime, _: u32) -> Table {
    let mut table = Table::new(
        "proofs: the storage proof that blocks record, against what they are charged",
        &["in a block", "recorded", "charged", "recorded, each"],
    );
    table
        .note("With 100,000 programs and 5,000 of each: messages that wait, letters, and messages");
    table.note(
        "that await their replies. Recorded while the block runs, its new root included. Where",
    );
    table.note(
        "a row says `10 MiB`, a hook has so many bytes of proof and more work than they allow.",
    );
    let (storage, names, codes) = populate(runtime);
    for (name, counts, prepare, block) in CASES {
        let _row = Row(name);
        for count in *counts {
            let mut town = Town {
                chain: Chain::from_storage(runtime, storage.clone()),
                clerk: names[0],
                caller: names[1],
                callee: names[2],
                codes: codes.clone(),
            };
            let prepared = prepare(&mut town, *count);
            // The block needs the names alone.
            let chain = std::mem::replace(&mut town.chain, Chain::new(runtime));
            let trie = Trie::of(chain);
            let proof = trie.block(|blocks| block(blocks, &town, *count, &prepared));
            let cells = vec![
                count.to_string(),
                proof.bytes.to_string(),
                proof.result.to_string(),
                (proof.bytes / u64::from(*count)).to_string(),
            ];
            let ratio = proof.bytes as f64 / proof.result as f64;
            table.row(*name, cells, ratio, Bound::Most(1.0));
        }
    }
    table
}

type Populated = (sp_core::storage::Storage, [[u8; 32]; 3], [Vec<u8>; 2]);

fn populate(runtime: &Runtime) -> Populated {
    let mut chain = Chain::new(runtime);
    let [caller, _, callee] = round_trip::trio(&mut chain);
    let clerk = deploy(&mut chain, clerk(false), b"");
    let mut money = ask(clerk, &[u8::MAX], 1, 1);
    money.value = 1_000_000_000_000_000;
    let _: Vec<Lap> = chain.call("actors_ask", (money,));
    for first in (0..PROGRAMS).step_by(PORTION as usize) {
        chain.call::<()>("actors_populate", (callee, first, PORTION));
    }
    let wait = tell(What::Wait, BOB, LONG, 0, b"");
    let letter = tell(What::Await, BOB, LONG, VALUE, b"");
    for payload in [wait, letter] {
        for _ in (0..WAITING).step_by(PORTION as usize) {
            park(&mut chain, clerk, &payload, PORTION);
        }
    }
    let step = "(i32.store (i32.mul (local.get $i) (i32.const 16384)) (i32.const 1))";
    let codes = [
        modules::repeat("", 64, 256, step),
        modules::repeat("", 1, 1, ""),
    ];
    for code in &codes {
        deploy(&mut chain, code.clone(), b"");
    }
    (chain.into_storage(), [clerk, caller, callee], codes)
}

fn park(chain: &mut Chain<'_>, to: [u8; 32], payload: &[u8], count: u32) -> Lap {
    let _: Lap = chain.call("actors_send", (long(to, payload, count),));
    let lap: Lap = chain.call("actors_idle", (Room::All,));
    assert_eq!(lap.waiting.len(), count as usize, "they do not wait");
    lap
}

fn nothing(_: &mut Town<'_>, _: u32) -> Vec<[u8; 32]> {
    Vec::new()
}

/// Messages of users, and all that they cause at once.
fn asked(block: &mut Block<'_, '_>, to: [u8; 32], payload: &[u8], count: u32) -> u64 {
    let sent: Lap = block.call("actors_send", (long(to, payload, count),));
    sent.call_whole.proof + idle(block)
}

fn idle(block: &mut Block<'_, '_>) -> u64 {
    let lap: Lap = block.call("actors_idle", (Room::All,));
    assert!(lap.turns > 0, "nothing was served");
    lap.serve_proof
}

fn poll(block: &mut Block<'_, '_>, room: Room) -> u64 {
    let lap: Lap = block.call("actors_poll", (room,));
    lap.serve_proof
}

fn call(block: &mut Block<'_, '_>, name: &str, arguments: impl Encode) -> u64 {
    let timed: Timed = block.call(name, arguments);
    assert!(timed.ok, "{name} was refused");
    timed.whole.proof
}

/// What a clerk is told for a message of so many bytes.
fn padded(what: What, address: [u8; 32], blocks: u32, value: u128, bytes: usize) -> Vec<u8> {
    let body = vec![u8::MAX; bytes.saturating_sub(53).max(1)];
    tell(what, address, blocks, value, &body)
}

fn waits(town: &mut Town<'_>, count: u32, bytes: usize) -> Vec<[u8; 32]> {
    let payload = padded(What::Wait, BOB, 1, 0, bytes);
    park(&mut town.chain, town.clerk, &payload, count).waiting
}

fn letters(town: &mut Town<'_>, count: u32, blocks: u32, bytes: usize) -> Vec<[u8; 32]> {
    let payload = padded(What::Await, BOB, blocks, VALUE, bytes);
    park(&mut town.chain, town.clerk, &payload, count).letters
}

fn delays(town: &mut Town<'_>, count: u32, to: [u8; 32], bytes: usize) -> Vec<[u8; 32]> {
    let payload = padded(What::Delay, to, 1, VALUE, bytes);
    let ask = long(town.clerk, &payload, count);
    let _: Vec<Lap> = town.chain.call("actors_ask", (ask,));
    Vec::new()
}

/// A clerk that has exited while `count` messages waited in it; `awaited` of them were awaited.
fn graves(town: &mut Town<'_>, count: u32, awaited: u32, bytes: usize) -> Vec<[u8; 32]> {
    let gone = deploy(&mut town.chain, clerk(false), b"gone");
    let inner = padded(What::Wait, BOB, STAY, 0, bytes.saturating_sub(53));
    let outer = tell(What::Await, gone, STAY, 0, &inner);
    for (to, payload, count) in [
        (town.clerk, &outer, awaited),
        (gone, &inner, count - awaited),
    ] {
        let _: Lap = town
            .chain
            .call("actors_send", (ask(to, payload, count, 1),));
    }
    let _: Lap = town.chain.call("actors_idle", (Room::All,));
    exit(town, gone)
}

fn exit(town: &mut Town<'_>, program: [u8; 32]) -> Vec<[u8; 32]> {
    let exit = tell(What::Exit, BOB, 0, 0, b"");
    let _: Lap = town.chain.call("actors_send", (ask(program, &exit, 1, 1),));
    // The rest of a block would sweep at once.
    let _: Lap = town.chain.call("actors_poll", (Room::All,));
    Vec::new()
}

/// A hook before the transactions that has room for the clock alone: what is due is left to the next.
fn tick(block: &mut Block<'_, '_>) -> u64 {
    poll(block, Room::Due(0))
}

/// A hook after the transactions of a block whose proof has 10 MiB: there is more to do than that allows.
fn full(block: &mut Block<'_, '_>) -> u64 {
    filled(block, FULL)
}

/// Likewise, where all that there is to do is due: that has a half.
fn half(block: &mut Block<'_, '_>) -> u64 {
    filled(block, FULL / 2)
}

fn filled(block: &mut Block<'_, '_>, most: u64) -> u64 {
    let lap: Lap = block.call("actors_idle", (Room::Proof(FULL),));
    let charged = lap.serve_proof;
    assert!(charged <= most, "{charged} bytes are charged");
    assert!(
        charged > most / 10 * 9,
        "only {charged} bytes are charged: there was not enough to do"
    );
    charged
}

/// Puts messages into the queue.
fn queue(town: &mut Town<'_>, to: [u8; 32], payload: &[u8], count: u32) {
    let _: Lap = town
        .chain
        .call("actors_send", (ask(to, payload, count, 1),));
}

/// What hoarders do.
#[derive(Clone, Copy)]
enum Hoard {
    Values,
    Keys,
    Read,
    Pages,
    Send,
    Exit,
}

/// What a hoarder is told.
fn hoard(what: Hoard, count: u32, address: [u8; 32]) -> Vec<u8> {
    [&[what as u8], &count.to_le_bytes()[..], &address].concat()
}

/// So many hoarders that have done all of that.
fn hoarders(town: &mut Town<'_>, count: u32, told: &[(Hoard, u32)]) -> Vec<[u8; 32]> {
    let wasm = programs::assemble(&programs::waiting("hoarder"));
    let made =
        (0..count).map(|number| deploy(&mut town.chain, wasm.clone(), &number.to_le_bytes()));
    let made: Vec<_> = made.collect();
    for program in &made {
        for (what, items) in told {
            tell_hoarder(town, *program, *what, *items);
            let lap: Lap = town.chain.call("actors_idle", (Room::All,));
            assert_eq!(lap.code, FINISHED, "a hoarder failed");
        }
    }
    made
}

/// Queues what a hoarder is told.
fn tell_hoarder(town: &mut Town<'_>, program: [u8; 32], what: Hoard, items: u32) {
    let payload = hoard(what, items, town.callee);
    let _: Lap = town
        .chain
        .call("actors_send", (long(program, &payload, 1),));
}

/// So many hoarders that have done all of `done`, with what each is told next in the queue.
fn ready(
    town: &mut Town<'_>,
    count: u32,
    done: &[(Hoard, u32)],
    (next, items): (Hoard, u32),
) -> Vec<[u8; 32]> {
    let made = hoarders(town, count, done);
    for program in &made {
        tell_hoarder(town, *program, next, items);
    }
    made
}

/// Hoarders that have exited, and of which nothing is freed yet.
fn ruins(town: &mut Town<'_>, count: u32, done: &[(Hoard, u32)]) -> Vec<[u8; 32]> {
    let made = ready(town, count, done, (Hoard::Exit, 1));
    let _: Lap = town.chain.call("actors_poll", (Room::All,));
    made
}

fn replies(block: &mut Block<'_, '_>, letters: &[[u8; 32]], bytes: usize) -> u64 {
    let calls: u64 = letters
        .iter()
        .map(|letter| call(block, "actors_reply", (*letter, vec![7u8; bytes], VALUE)))
        .sum();
    calls + idle(block)
}

/// How a message ends that says nothing.
const FINISHED: u32 = 1;
/// What the proof of a block may have.
const FULL: u64 = 10 * 1024 * 1024;
/// Blocks for which a message of 64 KiB can wait with the gas of [`ask`].
const STAY: u32 = 100;
/// More of anything than a proof of 10 MiB allows.
const PLENTY: u32 = 300;

const FEW: &[u32] = &[1, 50];
const LONG_ONES: &[u32] = &[1, 10];

const CASES: &[Case] = &[
    ("plain messages", FEW, nothing, |block, town, count, _| {
        asked(block, town.callee, &town.callee, count)
    }),
    ("round trips", FEW, nothing, |block, town, count, _| {
        asked(block, town.caller, &town.callee, count)
    }),
    ("letters sent", FEW, nothing, |block, town, count, _| {
        let payload = padded(What::Await, BOB, LONG, VALUE, 0);
        asked(block, town.clerk, &payload, count)
    }),
    (
        "letters answered",
        FEW,
        |town, count| letters(town, count, LONG, 0),
        |block, _, _, letters| replies(block, letters, 0),
    ),
    (
        "letters answered, 64 KiB",
        LONG_ONES,
        |town, count| letters(town, count, LONG, LONGEST),
        |block, _, _, letters| replies(block, letters, LONGEST),
    ),
    (
        "letters that end",
        FEW,
        |town, count| letters(town, count, 1, 0),
        |block, _, count, _| poll(block, Room::Due(count)),
    ),
    (
        "deadlines, and their turns",
        FEW,
        |town, count| waits(town, count, 0),
        |block, _, count, _| poll(block, Room::Due(count)) + idle(block),
    ),
    (
        "deadlines, and their turns, 64 KiB",
        LONG_ONES,
        |town, count| waits(town, count, LONGEST),
        |block, _, count, _| poll(block, Room::Due(count)) + idle(block),
    ),
    (
        "deliveries, and their turns",
        FEW,
        |town, count| {
            let clerk = town.clerk;
            delays(town, count, clerk, 0)
        },
        |block, _, count, _| poll(block, Room::Due(count)) + idle(block),
    ),
    (
        "deliveries to a user, 64 KiB",
        LONG_ONES,
        |town, count| delays(town, count, BOB, LONGEST),
        |block, _, count, _| poll(block, Room::Due(count)),
    ),
    (
        "upgrades, 256 pages replaced",
        &[1],
        |town, _| {
            let program = deploy(&mut town.chain, town.codes[0].clone(), b"old");
            let ask = ask(program, b"", 1, 1);
            let _: Vec<Lap> = town.chain.call("actors_ask", (ask,));
            vec![program]
        },
        |block, town, _, programs| {
            let arguments = (programs[0], town.codes[1].clone(), Vec::<u8>::new());
            call(block, "actors_upgrade", arguments) + idle(block)
        },
    ),
    (
        "answers to what waited, half of it awaited",
        &[2, 50],
        |town, count| graves(town, count, count / 2, 0),
        |block, _, count, _| poll(block, Room::Answers(count)),
    ),
    (
        "answers to what waited, 64 KiB",
        &[2, 10],
        |town, count| graves(town, count, count / 2, LONGEST),
        |block, _, count, _| poll(block, Room::Answers(count)),
    ),
    (
        "answers that are all awaited, by 64 KiB",
        &[2, 10],
        |town, count| graves(town, count, count, LONGEST),
        |block, _, count, _| poll(block, Room::Answers(count)),
    ),
    (
        "10 MiB: answers that are all awaited, by 64 KiB",
        &[PLENTY],
        |town, count| graves(town, count, count, LONGEST),
        |block, _, _, _| full(block),
    ),
    (
        "10 MiB: answers to what waited, 64 KiB",
        &[PLENTY],
        |town, count| graves(town, count, 0, LONGEST),
        |block, _, _, _| full(block),
    ),
    (
        "10 MiB: messages of 64 KiB that begin to wait",
        &[PLENTY],
        |town, count| {
            let payload = padded(What::Wait, BOB, STAY, 0, LONGEST);
            let clerk = town.clerk;
            queue(town, clerk, &payload, count);
            Vec::new()
        },
        |block, _, _, _| full(block),
    ),
    (
        "10 MiB: deadlines of 64 KiB, and their turns",
        &[PLENTY],
        |town, count| waits(town, count, LONGEST),
        |block, _, _, _| tick(block) + full(block),
    ),
    (
        "10 MiB: messages of 64 KiB that are woken",
        &[PLENTY],
        |town, count| {
            let payload = padded(What::Wait, BOB, STAY, 0, LONGEST);
            let clerk = town.clerk;
            queue(town, clerk, &payload, count);
            let parked: Lap = town.chain.call("actors_idle", (Room::All,));
            let waiting = parked.waiting;
            for message in &waiting {
                queue(town, clerk, &tell(What::Wake, *message, 0, 0, b""), 1);
            }
            waiting
        },
        |block, _, _, _| full(block),
    ),
    (
        "10 MiB: letters of 64 KiB that end",
        &[PLENTY],
        |town, count| letters(town, count, 1, LONGEST),
        |block, _, _, _| tick(block) + half(block),
    ),
    (
        "10 MiB: deliveries of 64 KiB, and their turns",
        &[PLENTY],
        |town, count| {
            let clerk = town.clerk;
            delays(town, count, clerk, LONGEST)
        },
        |block, _, _, _| tick(block) + full(block),
    ),
    (
        "10 MiB: deliveries of 64 KiB to a user",
        &[PLENTY],
        |town, count| delays(town, count, BOB, LONGEST),
        |block, _, _, _| tick(block) + half(block),
    ),
    (
        "10 MiB: pages of exited programs that are freed",
        &[14],
        |town, count| ruins(town, count, &[(Hoard::Pages, 250)]),
        |block, _, _, _| full(block),
    ),
    (
        "10 MiB: keys of exited programs that are freed",
        &[4],
        |town, count| ruins(town, count, &[(Hoard::Keys, 900)]),
        |block, _, _, _| full(block),
    ),
    (
        "turns that read 16 KiB of state 60 times",
        &[1, 3],
        |town, count| ready(town, count, &[(Hoard::Values, 60)], (Hoard::Read, 60)),
        |block, _, _, _| idle(block),
    ),
    (
        "turns that load and store 250 pages",
        &[1, 3],
        |town, count| ready(town, count, &[(Hoard::Pages, 250)], (Hoard::Pages, 250)),
        |block, _, _, _| idle(block),
    ),
    (
        "turns that send 200 messages with gas of their own",
        &[1, 3],
        |town, count| ready(town, count, &[], (Hoard::Send, 200)),
        |block, _, _, _| idle(block),
    ),
    (
        "turns of 510 KiB of code, each other code",
        &[4],
        |town, count| {
            let made = (0..count as usize).map(|number| {
                let code = modules::ordinary(510 * 1024 - 2_048 * number);
                deploy(&mut town.chain, code, b"")
            });
            let made: Vec<_> = made.collect();
            for program in &made {
                queue(town, *program, b"", 1);
            }
            made
        },
        |block, _, _, _| idle(block),
    ),
    (
        "programs that exit",
        &[1, 50],
        |town, count| ready(town, count, &[(Hoard::Keys, 2)], (Hoard::Exit, 1)),
        |block, _, _, _| idle(block),
    ),
];
