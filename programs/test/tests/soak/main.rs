//! What becomes of programs in the long run: after very many turns they have as many pages of memory as after a hundred.
//!
//! A part runs with all other tests. `make soak` plays 100,000 turns of each program (`TURNS=…`).

#[path = "../examples/built.rs"]
mod built;
mod examples;
mod mix;

use actors_test::{Chain, Message, Program, Reply, ReplyCode};

/// Turns after which a program has all the memory that it ever needs.
const SETTLED: u32 = 100;
/// Messages of a block.
const BATCH: u32 = 20;

/// A program, and what is done to it over and over.
struct Work {
    chain: Chain,
    program: Program,
    /// Sends the messages of one step.
    step: Box<dyn FnMut(u32) -> Vec<Message>>,
    /// What is done where it is to come to rest, besides waiting.
    calm: Box<dyn Fn()>,
    /// Whether each message is refused.
    is_refused: bool,
}

/// How a program ended its messages.
#[derive(Default)]
struct Tally {
    succeeded: u32,
    reverted: u32,
}

impl Tally {
    fn count(&mut self, reply: &Reply) {
        match reply.code {
            code if code.is_success() => self.succeeded += 1,
            ReplyCode::Reverted => self.reverted += 1,
            _ => panic!("a message fails that should not: {reply:?}"),
        }
    }
}

impl Work {
    /// Makes blocks until nothing is queued and nothing waits any more.
    fn rest(&self) {
        while self.chain.queue_length() > 0 || self.chain.has_schedule() {
            self.chain.next_block();
        }
        (self.calm)();
    }

    /// Wasm pages of memory, and pages of it that are stored.
    fn pages(&self) -> (u32, u32) {
        let info = self.program.info().expect("it is there");
        (info.wasm_pages, info.stored_pages)
    }

    fn run(mut self, name: &str) {
        let turns =
            std::env::var("TURNS").map_or(300, |turns| turns.parse().expect("TURNS is a number"));
        assert!(turns > SETTLED, "TURNS is more than {SETTLED}");
        let (mut open, mut tally) = (Vec::new(), Tally::default());
        let (mut turn, mut settled) = (0, None);
        for step in 0.. {
            let sent = (self.step)(step);
            turn += sent.len() as u32;
            open.extend(sent);
            if step % BATCH == 0 {
                self.chain.next_block();
                open.retain(|message: &Message| match message.reply_so_far() {
                    Some(reply) => {
                        tally.count(&reply);
                        false
                    }
                    None => true,
                });
            }
            if turn >= SETTLED && settled.is_none() {
                self.rest();
                settled = Some(self.pages());
            }
            if turn >= turns {
                break;
            }
        }
        self.rest();
        for message in open {
            tally.count(&message.reply());
        }
        let Tally {
            succeeded,
            reverted,
        } = tally;
        let pages = self.pages();
        println!("{name}: {turn} messages, {succeeded} succeeded and {reverted} were reverted; (Wasm pages, stored pages): {pages:?}");
        assert_eq!(succeeded == 0, self.is_refused);
        assert_eq!(
            settled,
            Some(pages),
            "pages of {name} after {SETTLED} and {turn} messages"
        );
    }
}

/// Numbers that look like chance, and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % most
    }
}
