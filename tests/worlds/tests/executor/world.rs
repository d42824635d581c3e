//! Both worlds behind the functions that the executor's tests call: what the native one says is
//! the answer, and the runtime has to say the same, byte for byte.

use std::{
    io::Write,
    sync::{
        atomic::{AtomicUsize, Ordering::Relaxed},
        Once,
    },
};

use actors_executor::{CodeInfo, Invalid, Limits, Request, Turn};
use actors_worlds::call_runtime;
use codec::Encode;
use sp_io::TestExternalities;

use super::native;
pub(crate) use super::native::{stand_in_signature, Asked, World};

static VALIDATION: Calls = Calls::new("executor's validation", "validate_code");
static EXECUTION: Calls = Calls::new("executor's turns", "execute_turn");

/// The calls of one function so far.
struct Calls {
    what: &'static str,
    export: &'static str,
    natively: AtomicUsize,
    in_runtime: AtomicUsize,
    equal: AtomicUsize,
}

impl Calls {
    const fn new(what: &'static str, export: &'static str) -> Self {
        Self {
            what,
            export,
            natively: AtomicUsize::new(0),
            in_runtime: AtomicUsize::new(0),
            equal: AtomicUsize::new(0),
        }
    }

    /// Makes the call that gave `native` in the runtime as well, and compares.
    fn compare(&self, arguments: &impl Encode, native: &impl Encode) {
        self.natively.fetch_add(1, Relaxed);
        report_at_exit();
        // The executor is given all that it knows: the chain around it is empty.
        let mut chain = TestExternalities::default();
        let other = call_runtime(&mut chain, self.export, &arguments.encode())
            .unwrap_or_else(|error| panic!("in the runtime: {error}"));
        self.in_runtime.fetch_add(1, Relaxed);
        assert!(
            other == native.encode(),
            "natively and in the runtime the same, in SCALE:\n  {}\n  {}",
            sp_core::hexdisplay::HexDisplay::from(&native.encode()),
            sp_core::hexdisplay::HexDisplay::from(&other),
        );
        self.equal.fetch_add(1, Relaxed);
    }

    fn counts(&self) -> [usize; 3] {
        [&self.natively, &self.in_runtime, &self.equal].map(|count| count.load(Relaxed))
    }
}

/// Prints the numbers when every test has run, which the harness has no place for.
fn report_at_exit() {
    extern "C" {
        fn atexit(callback: extern "C" fn()) -> core::ffi::c_int;
    }
    extern "C" fn report() {
        for calls in [&VALIDATION, &EXECUTION] {
            let [natively, in_runtime, equal] = calls.counts();
            // Nothing can be done about output that is closed.
            let _ = writeln!(
                std::io::stdout(),
                "{}: {natively} calls natively, {in_runtime} in the wasm runtime, {equal} results \
                 equal",
                calls.what,
            );
        }
    }
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: the callback has C's calling convention, cannot unwind into C (it reads
        // counters and ignores failed output) and lives as long as the process.
        let failed = unsafe { atexit(report) };
        assert_eq!(failed, 0, "the numbers can be reported");
    });
}

/// Judges a module.
pub(crate) fn validate(wasm: &[u8], limits: &Limits) -> Result<CodeInfo, Invalid> {
    let judgement = native::validate(wasm, limits);
    VALIDATION.compare(&(wasm, limits), &judgement);
    judgement
}

/// Runs a turn.
pub(crate) fn execute(request: Request<'_>, world: &mut World) -> Turn {
    let arguments = (
        (request.code, request.code_hash, request.entry),
        (
            &request.context,
            &request.memory,
            request.replaced_pages,
            request.gas_limit,
        ),
        (request.schedule, request.limits, &*world),
    )
        .encode();
    let turn = native::execute(request, world);
    // It is encoded: tuples in tuples are what the runtime reads as one.
    EXECUTION.compare(&Encoded(arguments), &(&turn, &*world));
    turn
}

/// What is encoded already.
struct Encoded(Vec<u8>);

impl Encode for Encoded {
    fn encode_to<T: codec::Output + ?Sized>(&self, output: &mut T) {
        output.write(&self.0);
    }
}

#[test]
fn each_call_is_made_in_both_worlds() {
    let [natively, in_runtime, equal] = VALIDATION.counts();
    let refused = validate(b"no module", &Limits::default());
    assert!(refused.is_err());
    let after = VALIDATION.counts();
    assert!(after[0] > natively && after[1] > in_runtime && after[2] > equal);
}

#[test]
#[should_panic(expected = "natively and in the runtime the same")]
fn a_difference_is_found() {
    static TRIAL: Calls = Calls::new("trial", "validate_code");
    let judgement = native::validate(b"no module", &Limits::default());
    TRIAL.compare(&(&b"\0asm"[..], Limits::default()), &judgement.map(|_| ()));
}
