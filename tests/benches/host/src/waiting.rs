//! What waits, and what happens to it, against what is charged for that.

use bench_interface::{Ask, Lap, Room, Timed};

use crate::{
    chain::{Chain, Runtime},
    charge::{self, Charge},
    median, modules,
    ping::{ask, deploy, try_deploy},
    programs,
    table::Table,
};

/// Whoever gets letters.
pub(crate) const BOB: [u8; 32] = [2; 32];
/// What letters and delayed messages carry.
pub(crate) const VALUE: u128 = 10_000_000;
/// Longer than any scene lasts.
pub(crate) const LONG: u32 = 10_000;
/// The longest payload.
pub(crate) const LONGEST: usize = 64 * 1024;
/// So many are done in one hook, besides one alone.
const MANY: u32 = 20;

/// What the first byte of a payload tells the clerk.
#[derive(Clone, Copy)]
pub(crate) enum What {
    Await,
    Wait,
    Wake,
    Delay,
    Exit,
    Create,
    Fail,
}

/// Messages with gas for as long as anything waits: bytes pay for each block.
pub(crate) fn long(to: [u8; 32], payload: &[u8], count: u32) -> Ask {
    Ask {
        gas: 2_000_000_000_000,
        ..ask(to, payload, count, 1)
    }
}

/// A payload of the clerk's.
pub(crate) fn tell(
    what: What,
    address: [u8; 32],
    blocks: u32,
    value: u128,
    body: &[u8],
) -> Vec<u8> {
    [
        &[what as u8],
        &address[..],
        &blocks.to_le_bytes(),
        &value.to_le_bytes(),
        body,
    ]
    .concat()
}

/// The text of the clerk, and the same with an entry for signals.
pub(crate) fn clerk(handles_signals: bool) -> Vec<u8> {
    let text = programs::waiting("clerk");
    let migrate = "(func (export \"migrate\"))";
    let both = format!("{migrate} (func (export \"handle_signal\"))");
    programs::assemble(&match handles_signals {
        true => text.replace(migrate, &both),
        false => text,
    })
}

/// A chain with a clerk and its money.
struct Office<'r> {
    chain: Chain<'r>,
    clerk: [u8; 32],
    /// Whether storage accesses are counted: then no time means anything.
    is_counting: bool,
    clerks: u32,
}

impl<'r> Office<'r> {
    fn new(runtime: &'r Runtime) -> Self {
        let mut chain = Chain::new(runtime);
        let clerk = deploy(&mut chain, clerk(false), b"");
        let mut office = Self {
            chain,
            clerk,
            is_counting: false,
            clerks: 0,
        };
        office.fund(clerk);
        office
    }

    /// Money for values, by a message that waits for nothing.
    fn fund(&mut self, clerk: [u8; 32]) {
        let mut ask = ask(clerk, &[u8::MAX], 1, 1);
        ask.value = 1_000_000_000_000_000;
        let _: Vec<Lap> = self.chain.call("actors_ask", (ask,));
    }

    /// Another clerk, which has no money.
    fn hire(&mut self, handles_signals: bool) -> [u8; 32] {
        self.clerks += 1;
        let salt = self.clerks.to_le_bytes();
        deploy(&mut self.chain, clerk(handles_signals), &salt)
    }

    /// Messages to a clerk.
    fn send(&mut self, to: [u8; 32], payload: &[u8], count: u32) -> Charge {
        let ask = long(to, payload, count);
        let lap: Lap = match self.is_counting {
            true => self.chain.count("actors_send", (ask,)),
            false => self.chain.call("actors_send", (ask,)),
        };
        Charge {
            time: lap.call,
            weight: lap.call_whole.time,
            accesses: lap.call_accesses,
            ..Charge::default()
        }
    }

    /// A hook.
    fn hook(&mut self, hook: &str, room: Room) -> Lap {
        match self.is_counting {
            true => self.chain.count(hook, (room,)),
            false => self.chain.call(hook, (room,)),
        }
    }

    /// The rest of a block, which serves all that there is.
    fn idle(&mut self) -> Lap {
        let lap = self.hook("actors_idle", Room::All);
        assert!(lap.turns > 0, "nothing was served");
        lap
    }

    /// The beginning of a block.
    fn poll(&mut self, room: Room) -> Lap {
        self.hook("actors_poll", room)
    }

    /// Beginnings of blocks until nothing is left that is due or to be swept.
    fn settle(&mut self) {
        for _ in 0..4 {
            let _: Lap = self.chain.call("actors_poll", (Room::All,));
        }
    }

    fn call(&mut self, name: &str, arguments: impl codec::Encode) -> Timed {
        let timed: Timed = match self.is_counting {
            true => self.chain.count(name, arguments),
            false => self.chain.call(name, arguments),
        };
        assert!(timed.ok, "{name} was refused");
        timed
    }

    /// Messages that wait.
    fn park(&mut self, to: [u8; 32], payload: &[u8], count: u32) -> Lap {
        self.send(to, payload, count);
        let lap = self.idle();
        assert!(lap.waiting.len() >= count as usize, "they do not wait");
        lap
    }

    /// One letter to Bob that carries value, and the message that awaits its reply.
    fn letter(&mut self, blocks: u32, body: &[u8], count: u32) -> Lap {
        let payload = tell(What::Await, BOB, blocks, VALUE, body);
        let lap = self.park(self.clerk, &payload, count);
        assert_eq!(lap.letters.len(), count as usize, "no letters were sent");
        lap
    }
}

/// What a hook took, and says that it took.
fn of_hook(lap: &Lap) -> Charge {
    Charge {
        time: lap.serve,
        weight: lap.serve_weight,
        gas: lap.gas,
        end: (lap.code != u32::MAX).then_some(lap.code),
        accesses: lap.serve_accesses,
    }
}

/// What a hook took, and only the gas of its turns.
fn by_gas(lap: &Lap) -> Charge {
    Charge {
        weight: lap.gas,
        ..of_hook(lap)
    }
}

fn of_call(timed: &Timed) -> Charge {
    Charge {
        time: timed.time,
        weight: timed.weight,
        accesses: timed.accesses,
        ..Charge::default()
    }
}

/// The medians of what a scene gives, with the accesses of one that is counted.
fn scene<const N: usize>(
    office: &mut Office<'_>,
    laps: u32,
    count: u32,
    play: &mut impl FnMut(&mut Office<'_>, u32) -> [Charge; N],
) -> [Charge; N] {
    office.is_counting = true;
    let counted = play(office, count);
    office.is_counting = false;
    let played: Vec<_> = (0..laps).map(|_| play(office, count)).collect();
    let mut index = 0..N;
    counted.map(|counted| {
        let index = index.next().unwrap_or_default();
        let times = played.iter().map(|charges| charges[index].time);
        Charge {
            time: median::of(times.collect()),
            ..counted
        }
    })
}

/// Rows of a scene for one thing alone, or for each of many in one hook: whichever is nearer to
/// its charge.
fn rows<const N: usize>(
    table: &mut Table,
    office: &mut Office<'_>,
    laps: u32,
    names: [&str; N],
    mut play: impl FnMut(&mut Office<'_>, u32) -> [Charge; N],
) {
    let one = scene(office, laps, 1, &mut play);
    let many = scene(office, laps, MANY, &mut play);
    for ((name, one), many) in names.into_iter().zip(one).zip(many) {
        match one.ratio() >= many.ratio() {
            true => one.row(table, name),
            false => many.row_of(table, format!("{name}, each of {MANY}"), MANY),
        }
    }
}

/// Rows of a scene for one thing alone.
fn rows_of_one<const N: usize>(
    table: &mut Table,
    office: &mut Office<'_>,
    laps: u32,
    names: [&str; N],
    mut play: impl FnMut(&mut Office<'_>, u32) -> [Charge; N],
) {
    let charges = scene(office, laps, 1, &mut play);
    for (name, charge) in names.into_iter().zip(charges) {
        charge.row(table, name);
    }
}

/// Bytes in words.
fn size(bytes: usize) -> String {
    match bytes {
        LONGEST => "64 KiB".to_owned(),
        bytes => format!("{bytes} bytes"),
    }
}

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let laps = (laps / 10).max(5);
    let mut table = Table::new(
        "waiting: what waits, against what it is charged",
        charge::COLUMNS,
    );
    charge::explain(&mut table);
    table.note("One alone, or each of 20 in one hook: whichever is nearer to its charge.");
    let office = &mut Office::new(runtime);
    calls(&mut table, office, laps);
    due(&mut table, office, laps);
    swept(&mut table, office, laps);
    turns(&mut table, office, laps);
    lives(&mut table, office, laps);
    table
}

/// The calls, without the weight of serving what they cause.
fn calls(table: &mut Table, office: &mut Office<'_>, laps: u32) {
    for (bytes, body) in [(0, 0), (LONGEST, LONGEST - 53)] {
        let (reply, body) = (vec![7u8; bytes], vec![7; body]);
        let name = format!("send_reply, {}, to a message as long", size(bytes));
        let play = |office: &mut Office<'_>, _: u32| {
            let letter = office.letter(LONG, &body, 1).letters[0];
            let call = office.call("actors_reply", (letter, reply.clone(), VALUE));
            [of_call(&call), of_hook(&office.idle())]
        };
        rows_of_one(table, office, laps, [&name, "  resuming with it"], play);
    }
    let claim = |office: &mut Office<'_>, _: u32| {
        let letter = office.letter(LONG, &vec![7; LONGEST - 53], 1).letters[0];
        let call = office.call("actors_claim", (letter,));
        office.idle();
        [of_call(&call)]
    };
    let name = "claim_value, of a message of 64 KiB";
    rows_of_one(table, office, laps, [name], claim);

    // Two codes that take turns; a large memory is replaced each time.
    let codes = [1, 2].map(|number| {
        let step =
            format!("(i32.store (i32.mul (local.get $i) (i32.const 16384)) (i32.const {number}))");
        let text = format!(
            "(func (export \"migrate\") (local $i i32) (loop $again {step}
               (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                 (i32.const 256)))))"
        );
        modules::repeat(&text, 64, 256, &step)
    });
    for (index, wasm) in codes.iter().enumerate() {
        try_deploy(&mut office.chain, wasm.clone(), &[index as u8]).expect("the code is valid");
    }
    for (name, bytes) in [("empty", 0), ("64 KiB", LONGEST)] {
        let payload = vec![7u8; bytes];
        let program = deploy_stored(office, &codes[0], bytes);
        let mut round = 0;
        let play = |office: &mut Office<'_>, _: u32| {
            round += 1;
            let code = codes[round % 2].clone();
            let call = office.call("actors_upgrade", (program, code, payload.clone()));
            let served = office.idle();
            assert_eq!(served.code, 1, "the upgrade failed");
            [of_call(&call), of_hook(&served)]
        };
        let name = format!("upgrade_program, {name}");
        let serving = "  serving it, 256 pages replaced by 256";
        rows_of_one(table, office, laps, [&name, serving], play);
        let admin = |office: &mut Office<'_>, _: u32| {
            let alice = Some([1u8; 32]);
            [of_call(&office.call("actors_set_admin", (program, alice)))]
        };
        if bytes == 0 {
            rows_of_one(table, office, laps, ["set_admin"], admin);
        }
    }
}

/// A program of stored code, its pages written once.
fn deploy_stored(office: &mut Office<'_>, wasm: &[u8], salt: usize) -> [u8; 32] {
    let salt = salt.to_le_bytes();
    let program = deploy(&mut office.chain, wasm.to_vec(), &salt);
    let _: Vec<Lap> = office.chain.call("actors_ask", (ask(program, b"", 1, 1),));
    program
}

/// What is due, and the turns that follow.
fn due(table: &mut Table, office: &mut Office<'_>, laps: u32) {
    let clerk = office.clerk;
    for bytes in [53, LONGEST] {
        let body = vec![7; bytes - 53];
        let name = format!("deadline of a message of {}", size(bytes));
        let payload = tell(What::Wait, BOB, 1, 0, &body);
        let play = |office: &mut Office<'_>, count: u32| {
            office.park(clerk, &payload, count);
            let due = office.poll(Room::Due(count));
            [of_hook(&due), of_hook(&office.idle())]
        };
        rows(table, office, laps, [&name, "  resuming it"], play);

        let name = format!("delivery to a program, {}", size(bytes));
        let nothing = vec![u8::MAX; (bytes - 53).max(1)];
        let payload = tell(What::Delay, clerk, 1, VALUE, &nothing);
        let play = |office: &mut Office<'_>, count: u32| {
            office.send(clerk, &payload, count);
            office.idle();
            let due = office.poll(Room::Due(count));
            let served = office.idle();
            assert_eq!(served.served, count, "they were not delivered");
            [of_hook(&due), of_hook(&served)]
        };
        rows(table, office, laps, [&name, "  serving it"], play);

        let name = format!("delivery to a user, {}", size(bytes));
        let payload = tell(What::Delay, BOB, 1, VALUE, &body);
        let play = |office: &mut Office<'_>, count: u32| {
            office.send(clerk, &payload, count);
            office.idle();
            [of_hook(&office.poll(Room::Due(count)))]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("end of a letter of {}", size(bytes));
        let play = |office: &mut Office<'_>, count: u32| {
            office.letter(1, &body, count);
            let due = office.poll(Room::Due(count));
            office.settle();
            [of_hook(&due)]
        };
        rows(table, office, laps, [&name], play);
    }
}

/// What is answered because its program has ended or is another.
fn swept(table: &mut Table, office: &mut Office<'_>, laps: u32) {
    let asking = office.clerk;
    let end = |office: &mut Office<'_>, clerk: [u8; 32], count: u32| {
        office.send(clerk, &tell(What::Exit, BOB, 0, 0, b""), 1);
        let exit = office.poll(Room::All);
        let answers = office.poll(Room::Answers(count));
        office.settle();
        [of_hook(&exit), of_hook(&answers)]
    };
    for bytes in [53, LONGEST] {
        let body = vec![7; bytes - 53];
        let name = format!("answering a user's message of {}", size(bytes));
        let play = |office: &mut Office<'_>, count: u32| {
            let clerk = office.hire(false);
            office.park(clerk, &tell(What::Wait, BOB, LONG, 0, &body), count);
            let [_, answers] = end(office, clerk, count);
            [answers]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("answering an awaited message of {}", size(bytes));
        let body = vec![7; bytes.saturating_sub(106)];
        let play = |office: &mut Office<'_>, count: u32| {
            let clerk = office.hire(false);
            let inner = tell(What::Wait, BOB, LONG, 0, &body);
            let outer = tell(What::Await, clerk, LONG, 0, &inner);
            office.park(asking, &outer, count);
            let [_, answers] = end(office, clerk, count);
            [answers]
        };
        rows(table, office, laps, [&name], play);
    }
    let play = |office: &mut Office<'_>, _: u32| {
        let clerk = office.hire(false);
        let [exit, _] = end(office, clerk, 0);
        [exit]
    };
    rows_of_one(table, office, laps, ["a turn that exits"], play);
}

/// Whole turns.
fn turns(table: &mut Table, office: &mut Office<'_>, laps: u32) {
    let clerk = office.clerk;
    for bytes in [53, LONGEST] {
        let body = vec![7; bytes - 53];
        let name = format!("a turn that waits, of {}", size(bytes));
        let play = |office: &mut Office<'_>, count: u32| {
            let parked = office.park(clerk, &tell(What::Wait, BOB, 1, 0, &body), count);
            office.settle();
            [of_hook(&parked)]
        };
        rows(table, office, laps, [&name], play);

        let name = format!(
            "a turn that wakes another, of {}, and that one's",
            size(bytes)
        );
        let play = |office: &mut Office<'_>, _: u32| {
            let parked = office.park(clerk, &tell(What::Wait, BOB, LONG, 0, &body), 1);
            let wake = tell(What::Wake, parked.waiting[0], 0, 0, b"");
            office.send(clerk, &wake, 1);
            let woken = office.idle();
            assert_eq!(woken.served, 2, "it was not woken");
            [of_hook(&woken)]
        };
        rows_of_one(table, office, laps, [&name], play);

        let name = format!("a turn that delays a message of {}", size(bytes));
        let payload = tell(What::Delay, BOB, 1, VALUE, &body);
        let play = |office: &mut Office<'_>, count: u32| {
            office.send(clerk, &payload, count);
            let delayed = office.idle();
            office.settle();
            [of_hook(&delayed)]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("a turn that sends a letter of {} and waits", size(bytes));
        let play = |office: &mut Office<'_>, count: u32| {
            let sent = office.letter(1, &body, count);
            office.settle();
            [of_hook(&sent)]
        };
        rows(table, office, laps, [&name], play);
    }
    let code = sp_io::hashing::blake2_256(&self::clerk(false));
    let play = |office: &mut Office<'_>, count: u32| {
        let create = tell(What::Create, code, LONG, VALUE, b"");
        office.send(clerk, &create, count);
        let created = office.idle();
        assert_eq!(created.turns, 3 * count, "nothing was created");
        [of_hook(&created)]
    };
    let name = "a turn that creates a program, `init`, and the resumed turn";
    rows(table, office, laps, [name], play);

    let signalled = office.hire(true);
    let play = |office: &mut Office<'_>, count: u32| {
        let fail = tell(What::Fail, BOB, 1, 0, b"");
        office.park(signalled, &fail, count);
        office.poll(Room::Due(count));
        let failed = office.idle();
        assert_eq!(failed.turns, 2 * count, "there was no signal");
        [of_hook(&failed)]
    };
    rows(
        table,
        office,
        laps,
        ["a resumed turn that traps, and its signal"],
        play,
    );
}

/// Whole lives, by what the sender pays: the weight of its call, and gas. Hooks charge their own
/// weight to the block besides.
fn lives(table: &mut Table, office: &mut Office<'_>, laps: u32) {
    let clerk = office.clerk;
    for bytes in [53, LONGEST] {
        let body = vec![7; bytes - 53];
        let name = format!(
            "paid by its sender: a wait to its deadline, {}",
            size(bytes)
        );
        let play = |office: &mut Office<'_>, count: u32| {
            let mut all = office.send(clerk, &tell(What::Wait, BOB, 1, 0, &body), count);
            all.add(&by_gas(&office.idle()));
            all.add(&by_gas(&office.poll(Room::Due(count))));
            all.add(&by_gas(&office.idle()));
            [all]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("  a wait to the end of its program, {}", size(bytes));
        let play = |office: &mut Office<'_>, count: u32| {
            let clerk = office.hire(false);
            let mut all = office.send(clerk, &tell(What::Wait, BOB, LONG, 0, &body), count);
            all.add(&by_gas(&office.idle()));
            office.send(clerk, &tell(What::Exit, BOB, 0, 0, b""), 1);
            office.poll(Room::All);
            all.add(&by_gas(&office.poll(Room::Answers(count))));
            office.settle();
            [all]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("  a wake, of {}", size(bytes));
        let play = |office: &mut Office<'_>, _: u32| {
            let parked = office.park(clerk, &tell(What::Wait, BOB, LONG, 0, &body), 1);
            let wake = tell(What::Wake, parked.waiting[0], 0, 0, b"");
            let mut all = office.send(clerk, &wake, 1);
            all.add(&by_gas(&office.idle()));
            [all]
        };
        rows_of_one(table, office, laps, [&name], play);

        let name = format!("  a delayed message, {}", size(bytes));
        let payload = tell(
            What::Delay,
            clerk,
            1,
            VALUE,
            &vec![u8::MAX; (bytes - 53).max(1)],
        );
        let play = |office: &mut Office<'_>, count: u32| {
            let mut all = office.send(clerk, &payload, count);
            all.add(&by_gas(&office.idle()));
            all.add(&by_gas(&office.poll(Room::Due(count))));
            all.add(&by_gas(&office.idle()));
            [all]
        };
        rows(table, office, laps, [&name], play);

        let name = format!("  a letter that nobody answers, {}", size(bytes));
        let payload = tell(What::Await, BOB, 1, VALUE, &body);
        let play = |office: &mut Office<'_>, count: u32| {
            let mut all = office.send(clerk, &payload, count);
            all.add(&by_gas(&office.idle()));
            all.add(&by_gas(&office.poll(Room::Due(count))));
            all.add(&by_gas(&office.poll(Room::Due(count))));
            all.add(&by_gas(&office.idle()));
            [all]
        };
        rows(table, office, laps, [&name], play);
    }
    let signalled = office.hire(true);
    let play = |office: &mut Office<'_>, count: u32| {
        let mut all = office.send(signalled, &tell(What::Fail, BOB, 1, 0, b""), count);
        all.add(&by_gas(&office.idle()));
        all.add(&by_gas(&office.poll(Room::Due(count))));
        all.add(&by_gas(&office.idle()));
        [all]
    };
    rows(
        table,
        office,
        laps,
        ["  a wait to a failure and its signal"],
        play,
    );
}
