//! Calls by name, for programs that have an interface.

use actors_idl::{Entry, Idl};
use actors_primitives::{Balance, Gas, ReplyCode};
use codec::Encode;
use std::{fmt, rc::Rc};

use crate::{interface::Asked, reply::decode, show::Bytes, Message, Program, Refused, Send, User};

/// A call by its name, and the arguments that it has so far.
#[derive(Clone)]
pub(crate) struct Named {
    name: String,
    args: Vec<Vec<u8>>,
}

impl Named {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_string(),
            args: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, arg: impl Encode) {
        self.args.push(arg.encode());
    }

    /// The payload, which the interface decides.
    ///
    /// # Errors
    ///
    /// What does not fit, with what would.
    pub(crate) fn payload(&self, idl: Option<&Idl>, entry: Entry) -> Result<Vec<u8>, String> {
        let name = &self.name;
        let Some(idl) = idl else {
            return Err(format!(
                "`{name}` cannot be found: the program's code has no interface, or none that can be \
                 read. Build it with actors-build, or send a payload."
            ));
        };
        let Some(call) = idl.call(entry, name) else {
            let calls = idl.calls(entry).iter();
            let others: Vec<_> = calls
                .map(|call| format!("\n  {}", idl.signature(call)))
                .collect();
            return Err(match others.is_empty() {
                true => format!("{} has nothing to call in `{entry}`", idl.name),
                false => format!(
                    "{} has no `{name}` in `{entry}`. It has:{}",
                    idl.name,
                    others.concat()
                ),
            });
        };
        let signature = idl.signature(call);
        if call.args.len() != self.args.len() {
            let (wanted, given) = (call.args.len(), self.args.len());
            return Err(format!(
                "`{name}` takes {wanted} arguments, and has been given {given}: {signature}"
            ));
        }
        let mut payload = vec![call.route];
        for (arg, given) in call.args.iter().zip(&self.args) {
            if let Err(error) = idl.value_text(arg.ty, given) {
                return Err(format!(
                    "what is given for `{}` is another type, since {error}: {signature}",
                    arg.name
                ));
            }
            payload.extend(given);
        }
        Ok(payload)
    }
}

/// A call of a program's by its name, which waits for its arguments and to be told who makes it.
#[must_use = "nothing is sent until `by` says who does it"]
pub struct NamedSend {
    program: Program,
    call: Named,
    send: Send,
}

impl NamedSend {
    pub(crate) fn new(program: &Program, name: &str) -> Self {
        Self {
            program: program.clone(),
            call: Named::new(name),
            send: program.send(b""),
        }
    }

    /// Adds the next argument.
    pub fn arg(mut self, arg: impl Encode) -> Self {
        self.call.push(arg);
        self
    }

    /// Sends this value along, in planck.
    pub fn value(mut self, value: Balance) -> Self {
        self.send = self.send.value(value);
        self
    }

    /// As [`Send::gas`].
    pub fn gas(mut self, gas: Gas) -> Self {
        self.send = self.send.gas(gas);
        self
    }

    /// As [`Send::deposit`].
    pub fn deposit(mut self, deposit: Balance) -> Self {
        self.send = self.send.deposit(deposit);
        self
    }

    /// Makes the call as `user`, as [`Send::by`].
    ///
    /// # Panics
    ///
    /// When the program's interface has no such call or other arguments, with those that it has; and
    /// with the reason when the chain refuses it.
    #[track_caller]
    pub fn by(self, user: &User) -> Message {
        match self.try_by(user) {
            Ok(message) => message,
            Err(refused) => panic!("{refused}"),
        }
    }

    /// As [`NamedSend::by`], for a call that the chain may refuse.
    ///
    /// # Errors
    ///
    /// Why the chain refused it.
    ///
    /// # Panics
    ///
    /// When the program's interface has no such call, or other arguments.
    #[track_caller]
    pub fn try_by(self, user: &User) -> Result<Message, Refused> {
        let payload = expect(&self.program, &self.call, Entry::Handle);
        self.send.payload(payload).try_by(user)
    }
}

/// A query of a program's by its name, which waits for its arguments.
#[must_use = "nothing is asked until `answer` or `expect` asks it"]
pub struct NamedQuery {
    program: Program,
    call: Named,
}

impl NamedQuery {
    pub(crate) fn new(program: &Program, name: &str) -> Self {
        Self {
            program: program.clone(),
            call: Named::new(name),
        }
    }

    /// Adds the next argument.
    pub fn arg(mut self, arg: impl Encode) -> Self {
        self.call.push(arg);
        self
    }

    /// The answer.
    ///
    /// # Panics
    ///
    /// When the program's interface has no such query or other arguments, when it does not answer,
    /// or not with the encoding of a `T`.
    #[track_caller]
    #[must_use]
    pub fn answer<T: codec::Decode>(self) -> T {
        decode(&self.bytes().1)
    }

    /// Expects that answer.
    ///
    /// # Panics
    ///
    /// When there is another, or none, and as [`NamedQuery::answer`].
    #[track_caller]
    pub fn expect(self, answer: impl Encode + fmt::Debug) {
        let (payload, bytes) = self.bytes();
        if bytes != answer.encode() {
            let asked = self.program.interface().map(|idl| Asked {
                idl,
                entry: Entry::State,
                payload,
            });
            let says = asked.and_then(|asked| asked.reply(ReplyCode::Replied, &bytes));
            panic!(
                "expected the answer {answer:?} to {},\n     got {}",
                self.call.name,
                says.unwrap_or_else(|| Bytes(&bytes).to_string())
            );
        }
    }

    /// What is asked, and the answer.
    #[track_caller]
    fn bytes(&self) -> (Vec<u8>, Vec<u8>) {
        let payload = expect(&self.program, &self.call, Entry::State);
        let answer = self.program.read_state(&payload);
        (payload, answer)
    }
}

#[track_caller]
fn expect(program: &Program, call: &Named, entry: Entry) -> Vec<u8> {
    program.expect_there();
    let idl: Option<Rc<Idl>> = program.interface();
    match call.payload(idl.as_deref(), entry) {
        Ok(payload) => payload,
        Err(error) => panic!("{error}"),
    }
}
