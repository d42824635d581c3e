//! The heap of the runtime, given out by the node's own allocator, while a block does what takes most
//! of it: every block that is allowed can be made, and checked.

use std::sync::{
    atomic::{AtomicU32, Ordering::Relaxed},
    Mutex,
};

use actors_executor::{Limits, Modules};
use actors_worlds::call_runtime_within;
use codec::{Decode, Encode};
use pallet_actors::suite::{self, Part};
use sp_io::TestExternalities;

#[path = "../../../pallets/actors/executor/tests/heap/hostile.rs"]
mod hostile;

/// Half of what a block reads anew.
const HALF: u32 = Modules::BUDGET / 2;
/// What is left of it for the turns that take most besides their code.
const FOR_TURNS: u32 = 90_000;

/// Gas for a turn that only runs code, and for one that takes all it may.
const SHORT: u64 = 60_000_000_000;
const LONG: u64 = 100_000_000_000;

/// Codes and the gas of messages to programs of them.
type Crowd = Vec<(Vec<u8>, u64)>;

/// Codes of one shape, which count as so many bytes at most, and nearly.
fn cold(shape: &str, bytes: u32) -> Crowd {
    let codes = hostile::codes(&[shape], 60_000, bytes as usize);
    let mut counted = 0;
    codes
        .into_iter()
        .take_while(|code| {
            counted += cost(code);
            counted <= bytes
        })
        .map(|code| (code, SHORT))
        .collect()
}

fn cost(code: &[u8]) -> u32 {
    Modules::cost(u32::try_from(code.len()).expect("it is short"))
}

/// Turns that take much of each kind of thing, those first that take most.
fn turns() -> Crowd {
    let turns = hostile::turns().into_iter();
    turns
        .map(|(_, text)| (wat::parse_str(text).expect("it assembles"), LONG))
        .collect()
}

/// A chain with programs of these codes and a message to each.
fn chain(crowd: &Crowd) -> TestExternalities {
    let mut chain = TestExternalities::new(suite::genesis());
    chain.execute_with(|| suite::crowd(crowd.clone()));
    chain
}

/// Does these parts of a block in one call, with no more heap than [`Limits::worst_heap`] says.
fn call(chain: &mut TestExternalities, parts: &[Part]) -> (Vec<u64>, u32) {
    // One at a time, to tell what each took.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    ear::listen();
    let pages = Limits::default().worst_heap().div_ceil(64 * 1024);
    let done = call_runtime_within(Some(pages), chain, "do_parts", &parts.encode());
    let done = done.expect("there is enough of the heap");
    println!("{} of {} bytes", ear::USED.load(Relaxed), pages * 64 * 1024);
    Decode::decode(&mut &done[..]).expect("it is encoded")
}

#[test]
fn a_queue_of_much_code_is_served_by_and_by() {
    let codes = cold("empty functions", 4 * Modules::BUDGET);
    let count = codes.len() as u64;
    let fit = u64::from(HALF / cost(&codes[0].0));
    let (left, _) = call(&mut chain(&codes), &[Part::Poll, Part::Idle]);
    assert_eq!(left, [count - fit, count - 2 * fit]);
}

#[test]
fn turns_of_all_kinds_fit_beside_as_much_code_as_a_block_reads() {
    for (before, after) in [("table", "empty functions"), ("loops", "conditions")] {
        let polled = cold(before, HALF);
        let mut crowd = [polled.clone(), cold(after, HALF - FOR_TURNS)].concat();
        let cold = crowd.len() as u64;
        crowd.extend(turns());
        let count = crowd.len() as u64;

        let (left, _) = call(&mut chain(&crowd), &[Part::Poll, Part::Idle]);
        let served: Vec<_> = left.iter().map(|left| count - left).collect();
        // Of tables, whose instances are the dearest, the hook's time allows fewer than its budget of
        // code.
        match before {
            "table" => assert!(served[0] > 40 && served[1] > 2 * served[0], "{served:?}"),
            _ => {
                assert_eq!(served[0], polled.len() as u64);
                assert!(served[1] > cold + 10, "{after}: {served:?} of {count}");
            }
        }
    }
}

#[test]
fn uploads_fit_beside_the_turns_before_and_after_them() {
    // They leave as much to be read after them.
    let uploads = cold("conditions", HALF / 2);
    let uploads: Vec<_> = uploads.into_iter().map(|(code, _)| code).collect();
    let polled = cold("empty functions", HALF);
    let idled = cold("loops", HALF / 2 - FOR_TURNS);
    let crowd = [polled.clone(), idled.clone(), turns()].concat();
    let upload = Part::Upload(uploads.clone(), false);
    let all = [Part::Poll, upload.clone(), Part::Idle];

    let mut at_once = chain(&crowd);
    let (left, accepted) = call(&mut at_once, &all);
    assert_eq!(accepted as usize, uploads.len());
    assert_eq!(left[0], left[1]);
    let idled = idled.len() as u64;
    assert!(left[2] + idled + 10 < left[1], "{left:?}");

    // An author makes the same block in two calls of the runtime, or more.
    let mut by_parts = chain(&crowd);
    let (first, _) = call(&mut by_parts, &[Part::Poll, upload]);
    let (second, _) = call(&mut by_parts, &[Part::Idle]);
    assert_eq!(left, [first, second].concat());
}

#[test]
fn uploads_that_are_undone_fit_too() {
    // Nothing counts those but the length of a block: three quarters of 5 MiB.
    let shapes = [
        "conditions",
        "loops",
        "blocks",
        "copies",
        "loads",
        "arithmetic",
    ];
    let codes = hostile::codes(&shapes, 500_000, 5 * 1024 * 1024 / 4 * 3);
    let undone = codes.into_iter().map(|code| Part::Upload(vec![code], true));
    let crowd = [cold("empty functions", HALF), turns()].concat();
    let parts: Vec<_> = [Part::Poll]
        .into_iter()
        .chain(undone)
        .chain([Part::Idle])
        .collect();
    let (left, accepted) = call(&mut chain(&crowd), &parts);
    assert_eq!(accepted as usize, parts.len() - 2);
    assert!(left.last() < left.first());
}

/// Hears from the allocator what it gave out.
mod ear {
    use super::{AtomicU32, Relaxed};

    pub(super) static USED: AtomicU32 = AtomicU32::new(0);

    struct Ear;

    impl log::Log for Ear {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.target() == "wasm-heap"
        }

        fn log(&self, record: &log::Record<'_>) {
            let said = record.args().to_string();
            let used = said.split("address_space_used: ").nth(1);
            let digits =
                used.map(|used| used.trim_end_matches(|last: char| !last.is_ascii_digit()));
            if let Some(used) = digits.and_then(|digits| digits.parse().ok()) {
                USED.store(used, Relaxed);
            }
        }

        fn flush(&self) {}
    }

    pub(super) fn listen() {
        if log::set_logger(&Ear).is_ok() {
            log::set_max_level(log::LevelFilter::Debug);
        }
    }
}
