//! What `on_failure` does, and when not.

use actors_test::{Chain, Program, ReplyCode, User};

use crate::built::built;

struct Setup {
    chain: Chain,
    waits: Program,
    alice: User,
}

impl Setup {
    fn new() -> Self {
        let chain = Chain::new();
        let alice = chain.user("alice");
        let waits = chain.deploy(built("sdk-waits")).by(&alice);
        Self {
            chain,
            waits,
            alice,
        }
    }

    /// The message that goes on in that way has ended with that code; what its hooks have written.
    #[track_caller]
    fn log(&self, how: u8, code: ReplyCode) -> Vec<String> {
        let call = self.waits.call("hooked").arg(how).arg(3u32);
        let message = call.gas(45_000_000_000).by(&self.alice);
        message.expect_code(code);
        self.chain.settle();
        self.waits.ask("read").answer()
    }

    fn turns(&self) -> u32 {
        self.waits.ask("turns").answer()
    }
}

#[test]
fn hooks_do_not_run_on_success() {
    let stage = Setup::new();
    assert!(stage.log(0, ReplyCode::Replied).is_empty());
    assert_eq!(stage.turns(), 1);
}

#[test]
fn hooks_run_the_last_first_and_know_how_it_failed() {
    for (how, code, number) in [
        (1, ReplyCode::Reverted, "108"),
        (2, ReplyCode::Panicked, "101"),
        (3, ReplyCode::OutOfGas, "102"),
    ] {
        let stage = Setup::new();
        // Neither that which was dropped, nor that which came in the turn that failed.
        let expected = ["third", "first"].map(|name| format!("{name} {number}"));
        assert_eq!(stage.log(how, code), expected);
        assert_eq!(stage.turns(), 0, "the turn is undone");
    }
}

#[test]
fn hooks_of_later_turns_that_stand_run_too() {
    let stage = Setup::new();
    let expected = ["fourth 108", "third 108", "first 108"];
    assert_eq!(stage.log(4, ReplyCode::Reverted), expected);
    assert_eq!(stage.turns(), 1, "the turn in between stands");
}

#[test]
fn a_hook_is_for_methods_that_wait() {
    let stage = Setup::new();
    let message = stage.waits.call("misplaced").by(&stage.alice);
    message.expect_panic("`on_failure` in a method that does not wait");
    assert_eq!(stage.turns(), 0);
}
