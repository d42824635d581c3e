//! One suite, two worlds: runs a case natively and in a runtime under the node's executor, from
//! the same state, and compares what came of it bit for bit.

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::LazyLock,
};

use codec::Encode;
use sc_executor::WasmExecutor;
use sp_core::{
    traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode},
    H256,
};
use sp_io::TestExternalities;

/// Runs the runtime with the host functions of a stock node, as the node does.
type Executor = WasmExecutor<sp_io::SubstrateHostFunctions>;

static EXECUTOR: LazyLock<Executor> = LazyLock::new(|| Executor::builder().build());

/// Calls an export of the runtime on a chain.
///
/// # Errors
///
/// What the runtime's panic says, or why it could not run.
pub fn call_runtime(
    chain: &mut TestExternalities,
    export: &str,
    arguments: &[u8],
) -> Result<Vec<u8>, String> {
    let code = actors_worlds_runtime::WASM_BINARY.ok_or("the runtime was not built")?;
    let code = WrappedRuntimeCode(code.into());
    let code = RuntimeCode {
        code_fetcher: &code,
        heap_pages: None,
        // There is one code in a process: its name is enough for the executor's cache.
        hash: b"worlds".to_vec(),
    };
    let context = CallContext::Onchain { import: false };
    let (result, _) = EXECUTOR.call(&mut chain.ext(), &code, export, arguments, context);
    result.map_err(|error| error.to_string())
}

/// What the two worlds did with a number of cases.
pub struct Tally {
    genesis: fn() -> TestExternalities,
    natively: usize,
    in_runtime: usize,
    equal: usize,
    failures: Vec<String>,
}

impl Tally {
    /// No case yet; each is going to begin with `genesis`.
    pub fn new(genesis: fn() -> TestExternalities) -> Self {
        Self {
            genesis,
            natively: 0,
            in_runtime: 0,
            equal: 0,
            failures: Vec::new(),
        }
    }

    /// Runs a case in both worlds: `case` natively, and what the runtime exports as `export`.
    pub fn run(&mut self, name: &str, case: impl FnOnce(), export: &str, arguments: impl Encode) {
        let mut chain = (self.genesis)();
        let result = catch_unwind(AssertUnwindSafe(|| chain.execute_with(case)));
        let natively = result
            .map(|()| root(&mut chain))
            .map_err(|panic| said(&*panic));
        self.natively += usize::from(natively.is_ok());

        let mut chain = (self.genesis)();
        let in_runtime = call_runtime(&mut chain, export, &arguments.encode());
        let in_runtime = in_runtime.map(|_| root(&mut chain));
        self.in_runtime += usize::from(in_runtime.is_ok());

        match (natively, in_runtime) {
            (Ok(native), Ok(other)) if native == other => self.equal += 1,
            (native, other) => self.failures.push(format!(
                "{name}\n    natively:   {}\n    in runtime: {}",
                told(native),
                told(other)
            )),
        }
    }

    /// Prints the numbers under a heading, and every difference.
    ///
    /// # Errors
    ///
    /// When nothing ran, or not everything ran in both worlds to the same state.
    pub fn finish(self, what: &str) -> Result<(), ()> {
        let Self {
            natively,
            in_runtime,
            equal,
            failures,
            ..
        } = self;
        println!(
            "{what}: {natively} cases natively, {in_runtime} in the wasm runtime, \
             {equal} state roots equal"
        );
        for failure in &failures {
            println!("  {failure}");
        }
        let agree = natively == in_runtime && in_runtime == equal;
        (failures.is_empty() && agree && equal > 0)
            .then_some(())
            .ok_or(())
    }
}

/// The root of everything that is stored.
fn root(chain: &mut TestExternalities) -> H256 {
    *chain.as_backend().root()
}

fn told(result: Result<H256, String>) -> String {
    match result {
        Ok(root) => format!("state root {root:?}"),
        Err(error) => error.trim().replace('\n', "\n                "),
    }
}

/// The text of a panic.
fn said(panic: &dyn Any) -> String {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("no text"))
}
