//! One suite, two worlds: runs a case natively and in a runtime under the node's executor, from
//! the same state, and compares what came of it bit for bit.

pub mod memory;

use std::{
    any::Any,
    collections::BTreeMap,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::LazyLock,
};

use codec::Encode;
use sc_executor::WasmExecutor;
use sp_core::{
    hexdisplay::HexDisplay,
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
    call_runtime_within(None, chain, export, arguments)
}

/// Calls an export of the runtime on a chain, with so many pages of 64 KiB for its heap instead of
/// those that a node gives it.
///
/// # Errors
///
/// As [`call_runtime`].
pub fn call_runtime_within(
    heap_pages: Option<u64>,
    chain: &mut TestExternalities,
    export: &str,
    arguments: &[u8],
) -> Result<Vec<u8>, String> {
    let code = actors_worlds_runtime::WASM_BINARY.ok_or("the runtime was not built")?;
    let code = WrappedRuntimeCode(code.into());
    let code = RuntimeCode {
        code_fetcher: &code,
        heap_pages,
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
        let mut native = (self.genesis)();
        let result = catch_unwind(AssertUnwindSafe(|| native.execute_with(case)));
        let natively = result
            .map(|()| root(&mut native))
            .map_err(|panic| said(&*panic));
        self.natively += usize::from(natively.is_ok());

        let mut other = (self.genesis)();
        let in_runtime = call_runtime(&mut other, export, &arguments.encode());
        let in_runtime = in_runtime.map(|_| root(&mut other));
        self.in_runtime += usize::from(in_runtime.is_ok());

        if natively.is_ok() && natively == in_runtime {
            self.equal += 1;
            return;
        }
        let mut failure = name.to_string();
        if natively.is_ok() && in_runtime.is_ok() {
            failure += &format!(", first at {}", first_difference(&mut native, &mut other));
        }
        for (world, result) in [("natively", natively), ("in the runtime", in_runtime)] {
            failure += &format!("\n    {world}: {}", told(result));
        }
        self.failures.push(failure);
    }

    /// Prints the numbers under a heading, and every difference. Whether something ran, and all
    /// of it in both worlds to the same state.
    #[must_use]
    pub fn finish(self, what: &str) -> bool {
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
        failures.is_empty() && natively == in_runtime && in_runtime == equal && equal > 0
    }
}

/// The root of everything that is stored.
fn root(chain: &mut TestExternalities) -> H256 {
    *chain.as_backend().root()
}

/// The key and both values of the first thing that is stored otherwise.
fn first_difference(native: &mut TestExternalities, other: &mut TestExternalities) -> String {
    let (native, other) = (stored(native), stored(other));
    let differs = |key: &&Vec<u8>| native.get(*key) != other.get(*key);
    let key = native.keys().chain(other.keys()).filter(differs).min();
    let told = |value: Option<&Vec<u8>>| {
        value.map_or("nothing".to_string(), |value| {
            HexDisplay::from(value).to_string()
        })
    };
    key.map_or("no key".to_string(), |key| {
        format!(
            "the key {}:\n      {}\n      {}",
            HexDisplay::from(key),
            told(native.get(key)),
            told(other.get(key))
        )
    })
}

/// Everything that is stored.
fn stored(chain: &mut TestExternalities) -> BTreeMap<Vec<u8>, Vec<u8>> {
    chain.execute_with(|| {
        let keys = std::iter::successors(Some(Vec::new()), |key| sp_io::storage::next_key(key));
        keys.filter_map(|key| sp_io::storage::get(&key).map(|value| (key, value.to_vec())))
            .collect()
    })
}

fn told(result: Result<H256, String>) -> String {
    match result {
        Ok(root) => format!("state root {root:?}"),
        Err(error) => error.trim().replace('\n', "\n      "),
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
