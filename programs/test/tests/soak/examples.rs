//! Each example, with everything that it does.

use actors_test::{Chain, Message, MockReply, NamedSend, Program, User, MILLI_UNIT, UNIT};

use crate::{built::built, Work};

/// A chain with some users.
struct Setup {
    chain: Chain,
    alice: User,
    bob: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let [alice, bob] = ["alice", "bob"].map(|name| chain.user(name));
        Self { chain, alice, bob }
    }

    /// A program that has no constructor.
    fn deploy(&self, name: &str) -> Program {
        self.chain.deploy(built(name)).by(&self.alice)
    }

    fn work(
        self,
        program: Program,
        step: impl FnMut(&Self, u32) -> Vec<Message> + 'static,
    ) -> Work {
        let (chain, mut step) = (self.chain.clone(), step);
        Work {
            chain,
            program,
            step: Box::new(move |turn| step(&self, turn)),
            calm: Box::new(|| ()),
            is_refused: false,
        }
    }

    fn by(&self, turn: u32) -> &User {
        match turn % 2 {
            0 => &self.alice,
            _ => &self.bob,
        }
    }
}

#[test]
fn ping() {
    let stage = Setup::new();
    let program = stage.deploy("ping");
    let ping = program.clone();
    let step = move |stage: &Setup, turn| vec![ping.call("ping").by(stage.by(turn))];
    stage.work(program, step).run("ping");
}

#[test]
fn raw_ping() {
    let stage = Setup::new();
    let program = stage.deploy("raw-ping");
    let ping = program.clone();
    let step = move |stage: &Setup, turn| vec![ping.send(b"PING").by(stage.by(turn))];
    stage.work(program, step).run("raw-ping");
}

#[test]
fn counter() {
    let stage = Setup::new();
    let deploy = stage.chain.deploy(built("counter")).init("new");
    let program = deploy.arg(u32::MAX - 1_000).by(&stage.alice);
    let counter = program.clone();
    // In the end it is full, and each call is refused.
    let step = move |stage: &Setup, turn| vec![counter.call("add").arg(7u32).by(stage.by(turn))];
    stage.work(program, step).run("counter");
}

#[test]
fn hash_chain() {
    let stage = Setup::new();
    let program = stage.deploy("hash-chain");
    let chain = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let call = chain.call("hash").arg([turn as u8; 32]).arg(turn % 10);
        vec![call.by(stage.by(turn))]
    };
    stage.work(program, step).run("hash-chain");
}

#[test]
fn raw_hash_chain() {
    let stage = Setup::new();
    let program = stage.deploy("raw-hash-chain");
    let chain = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let payload = [&[turn as u8; 32][..], &(turn % 10).to_le_bytes()].concat();
        vec![chain.send(payload).by(stage.by(turn))]
    };
    stage.work(program, step).run("raw-hash-chain");
}

#[test]
fn ledger() {
    let stage = Setup::new();
    let deploy = stage.chain.deploy(built("ledger")).init("new");
    let deploy = deploy.arg("Token").arg("TOK").arg(12u8);
    let program = deploy.arg(1_000_000_000u128).by(&stage.alice);
    let ledger = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let (alice, bob) = (&stage.alice, &stage.bob);
        let call = |name: &str| ledger.call(name);
        let amount = u128::from(turn % 7);
        let message = match turn % 6 {
            0 => call("transfer").arg(bob.id()).arg(amount).by(alice),
            1 => call("approve").arg(bob.id()).arg(amount).by(alice),
            2 => call("transfer_from")
                .arg(alice.id())
                .arg(bob.id())
                .arg(amount)
                .by(bob),
            3 => call("mint")
                .arg(alice.id())
                .arg(amount)
                .by(stage.by(turn / 6)),
            4 => call("burn").arg(amount).by(bob),
            _ => call("balance_of").arg(bob.id()).by(bob),
        };
        vec![message]
    };
    stage.work(program, step).run("ledger");
}

#[test]
fn vault() {
    let stage = Setup::new();
    let program = stage.deploy("vault");
    let vault = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let call = |name: &str| vault.call(name);
        let message = match turn % 4 {
            0 => call("deposit").value(MILLI_UNIT).by(&stage.alice),
            1 => call("give")
                .arg(stage.bob.id())
                .arg(MILLI_UNIT / 2)
                .by(&stage.alice),
            2 => call("withdraw").arg(MILLI_UNIT / 2).by(&stage.alice),
            // The second one has nothing left.
            _ => call("withdraw")
                .arg(MILLI_UNIT / 2 * u128::from(1 + turn / 4 % 2))
                .by(&stage.bob),
        };
        vec![message]
    };
    stage.work(program, step).run("vault");
}

#[test]
fn vote() {
    let stage = Setup::new();
    let program = stage.deploy("vote");
    let vote = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let call = |name: &str| vote.call(name);
        let message = match turn % 8 {
            0 => call("propose").arg("Shall we?").arg(2u32).by(&stage.alice),
            1 => call("announce")
                .arg("Shall we not?")
                .arg(3u32)
                .by(&stage.alice),
            _ => call("vote")
                .arg(1 + turn / 4)
                .arg(turn.is_multiple_of(3))
                .by(stage.by(turn)),
        };
        vec![message]
    };
    stage.work(program, step).run("vote");
}

#[test]
fn deeds() {
    let stage = Setup::new();
    let program = stage.deploy("deeds");
    program.call("register").by(&stage.alice).expect_ok(0u32);
    let deeds = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let (owner, other) = (stage.by(turn / 2), stage.by(turn / 2 + 1));
        let call = |name: &str| deeds.call(name);
        let message = match turn % 2 {
            0 => call("owner").arg(turn % 3).by(other),
            _ => call("transfer").arg(0u32).arg(other.id()).by(owner),
        };
        vec![message]
    };
    stage.work(program, step).run("deeds");
}

/// The register says no, so that the sale stays open: the buyer is paid back by the hook.
#[test]
fn escrow() {
    let stage = Setup::new();
    let deeds = stage.deploy("deeds");
    deeds.call("register").by(&stage.bob).expect_ok(0u32);
    let deploy = stage.chain.deploy(built("escrow")).init("new");
    let program = deploy.arg(deeds.id()).arg(0u32).arg(UNIT).by(&stage.alice);
    let escrow = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let call: NamedSend = match turn % 4 {
            0 => escrow.call("settle"),
            _ => escrow.call("buy").value(UNIT),
        };
        vec![call.by(stage.by(turn))]
    };
    let mut work = stage.work(program, step);
    work.is_refused = true;
    // Nobody can buy while somebody does: without a block between them almost all are refused.
    let (chain, mut step) = (work.chain.clone(), work.step);
    work.step = Box::new(move |turn| {
        let sent = step(turn);
        chain.next_block();
        sent
    });
    let seen = work.program.clone();
    assert_eq!(seen.ask("phase").answer::<u8>(), 0, "it is open");
    work.run("escrow");
}

/// Of programs that cannot be made: the value comes back, by the hook. One in twenty accounts makes one that can.
#[test]
fn factory() {
    let stage = Setup::new();
    let code = |name: &str| stage.chain.upload(built(name)).by(&stage.alice).hash().0;
    let codes = [code("counter"), code("ledger")];
    let [program, other] = codes.map(|code| {
        let deploy = stage.chain.deploy(built("factory")).init("new").arg(code);
        deploy.value(UNIT).by(&stage.alice)
    });
    let (factories, mut accounts) = ([other, program.clone()], 0);
    let step = move |stage: &Setup, turn: u32| {
        let [refused, made] = &factories;
        let call = |factory: &Program| factory.call("create").arg(5u32).value(UNIT);
        let new = (turn.is_multiple_of(20)).then(|| {
            accounts += 1;
            stage.chain.user(&format!("account {accounts}"))
        });
        match new {
            Some(user) => vec![call(made).by(&user), call(refused).by(&user)],
            None => vec![call(made).by(stage.by(turn))],
        }
    };
    stage.work(program, step).run("factory");
}

#[test]
fn oracle() {
    asks("oracle");
}

#[test]
fn oracle_2() {
    asks("oracle-2");
}

/// Whoever is asked is a program, which has nothing to wait for in its mailbox.
fn asks(name: &'static str) {
    let stage = Setup::new();
    let mut asked = 0;
    let whom = stage.chain.mock("asked", move |_| {
        asked += 1;
        match asked % 5 {
            0 => MockReply::bytes(b"too late").after(9),
            1 => MockReply::bytes([7; 300]),
            2 => MockReply::panic("no"),
            3 => MockReply::bytes(b"").after(2),
            _ => MockReply::bytes(b"yes").value(5),
        }
    });
    let deploy = stage.chain.deploy(built(name)).init("new").arg(whom.id());
    let program = deploy.arg(3u32).by(&stage.alice);
    let oracle = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let question = turn.to_le_bytes().repeat(1 + turn as usize % 70);
        let call = oracle.call("ask").arg(question).value(MILLI_UNIT);
        vec![call.by(stage.by(turn))]
    };
    stage.work(program, step).run(name);
}

#[test]
fn upgrade_1() {
    let stage = Setup::new();
    let deploy = stage.chain.deploy(built("upgrade-1")).init("new");
    let program = deploy.by(&stage.alice);
    let book = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let call = match turn % 5 {
            0 => book.call("sign"),
            _ => book.call("later").arg(turn % 3 + 1),
        };
        vec![call.by(stage.by(turn))]
    };
    stage.work(program, step).run("upgrade-1");
}

#[test]
fn upgrade_2() {
    let stage = Setup::new();
    let deploy = stage.chain.deploy(built("upgrade-2")).init("new");
    let program = deploy.arg("Guests").by(&stage.alice);
    let book = program.clone();
    let step = move |stage: &Setup, turn: u32| {
        let line = "x".repeat(turn as usize % 500);
        vec![book.call("sign").arg(line).by(stage.by(turn))]
    };
    stage.work(program, step).run("upgrade-2");
}
