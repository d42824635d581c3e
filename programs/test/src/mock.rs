//! Mocks: programs whose answers are written in the test.

use std::{cell::RefCell, fmt, ops::Deref, rc::Rc};

use crate::{mock_call::MockCall, mock_reply::MockReply, puppet, stage::Act, Chain, Program};

/// A program whose answers a closure of the test gives.
///
/// It stands at an address, and whoever sends it messages finds no difference but these:
///
/// - it burns what a program burns that reads its answer from keyed state, whatever the closure
///   does;
/// - it has only `handle`: no `state` to read, no `handle_reply`, no events, no messages of its own;
/// - its money is no matter: it has what it gives.
///
/// It dereferences to its [`Program`].
#[derive(Clone)]
pub struct Mock {
    program: Program,
    name: String,
}

impl Chain {
    /// Deploys a mock, which answers each message with what `act` returns:
    ///
    /// ```
    /// use actors_test::{Chain, MockReply};
    ///
    /// let chain = Chain::new();
    /// let alice = chain.user("alice");
    /// let mut asked = 0u32;
    /// let bank = chain.mock("bank", move |call| {
    ///     asked += 1;
    ///     match call.value {
    ///         0 => MockReply::panic("nothing came"),
    ///         value => MockReply::ok(asked).value(value / 2),
    ///     }
    /// });
    /// bank.send(b"").value(10).by(&alice).expect_reply([1, 0, 0, 0]);
    /// bank.send(b"").by(&alice).expect_panic("nothing came");
    /// bank.expect_called(2);
    /// ```
    ///
    /// The closure is called once for each message, just before the program's turn. It may keep and
    /// change what it has captured; it cannot use the chain. If it panics, so does the test.
    ///
    /// The name decides the address. Deploying makes blocks, as [`Chain::deploy`] does.
    ///
    /// # Panics
    ///
    /// When there is a mock of that name already.
    #[track_caller]
    pub fn mock(&self, name: &str, act: impl FnMut(&MockCall) -> MockReply + 'static) -> Mock {
        let stagehand = self.user("who deploys the mocks");
        let salt = sp_io::hashing::blake2_256(name.as_bytes());
        let deploy = self.deploy(puppet::code()).salt(salt).named(name);
        let program = match deploy.try_by(&stagehand) {
            Ok(program) => program,
            Err(failure) => panic!("there is a mock {name} already, or it cannot be: {failure}"),
        };
        let act: Act = Rc::new(RefCell::new(act));
        self.world_mut().stage.add(program.account().clone(), act);
        Mock {
            program,
            name: name.to_string(),
        }
    }
}

impl Mock {
    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program that stands for it on the chain.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The messages that it has had so far, in order.
    #[track_caller]
    #[must_use]
    pub fn calls(&self) -> Vec<MockCall> {
        self.program.expect_there();
        let world = self.program.chain().world();
        let scenes = world.stage.scenes.iter();
        scenes
            .filter(|scene| scene.mock == *self.program.account())
            .map(|scene| scene.call.clone())
            .collect()
    }

    /// Expects it to have had so many messages so far, and returns them. It makes no block: ask for
    /// a reply first, or [`Chain::settle`].
    ///
    /// # Panics
    ///
    /// When it had more or less: with what it had.
    #[track_caller]
    pub fn expect_called(&self, times: usize) -> Vec<MockCall> {
        let calls = self.calls();
        if calls.len() != times {
            let mut text = format!(
                "expected {times} calls of the mock {},\n     got {}",
                self.name,
                calls.len()
            );
            for call in &calls {
                text.push_str(&format!("\n  {call}"));
            }
            let queued = self.program.chain().queue_length();
            if queued > 0 {
                text.push_str(&format!(
                    "\n{queued} messages are queued: `chain.settle()` serves them"
                ));
            }
            panic!("{text}");
        }
        calls
    }
}

impl Deref for Mock {
    type Target = Program;

    fn deref(&self) -> &Program {
        &self.program
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mock {}", self.name)
    }
}
