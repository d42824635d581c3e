//! The benchmark runtime under the node's executor, over storage in memory.

use bench_interface::bench;
use codec::{Decode, Encode};
use sc_executor::WasmExecutor;
use sp_core::{
    storage::StateVersion,
    traits::{CallContext, CodeExecutor, Externalities, RuntimeCode, WrappedRuntimeCode},
    Blake2Hasher, H256,
};
use sp_state_machine::{
    BasicExternalities, Ext, InMemoryBackend, OverlayedChanges, TrieBackendBuilder,
};
use sp_trie::PrefixedMemoryDB;

use crate::{counting::Counting, placement};

type HostFunctions = (sp_io::SubstrateHostFunctions, bench::HostFunctions);

/// The runtime, compiled once.
pub(crate) struct Runtime {
    executor: WasmExecutor<HostFunctions>,
    wasm: Vec<u8>,
}

impl Runtime {
    /// Set up as a node sets its executor up: Cranelift, a pool of instances, a growing heap.
    pub(crate) fn new() -> Self {
        Self::of(bench_runtime::WASM_BINARY)
    }

    /// The same code elsewhere: every function but the first begins at another address.
    pub(crate) fn moved(steps: u32) -> Self {
        let mut runtime = Self::of(bench_runtime::WASM_BINARY_BLOATY);
        runtime.wasm = placement::moved(&runtime.wasm, steps);
        runtime
    }

    fn of(wasm: Option<&[u8]>) -> Self {
        Self {
            executor: WasmExecutor::builder().build(),
            wasm: wasm.expect("the build script makes it").to_vec(),
        }
    }

    fn call<R: Decode>(&self, storage: &mut dyn Externalities, name: &str, data: &[u8]) -> R {
        let fetcher = WrappedRuntimeCode(self.wasm.as_slice().into());
        let code = RuntimeCode {
            code_fetcher: &fetcher,
            heap_pages: None,
            hash: b"the one runtime there is".to_vec(),
        };
        let context = CallContext::Onchain { import: false };
        let (result, _) = self.executor.call(storage, &code, name, data, context);
        let bytes = result.unwrap_or_else(|error| panic!("{name}: {error}"));
        R::decode(&mut &bytes[..]).expect("runtime and host share their types")
    }
}

/// A chain of its own.
pub(crate) struct Chain<'r> {
    runtime: &'r Runtime,
    storage: BasicExternalities,
}

impl<'r> Chain<'r> {
    /// At its first block.
    pub(crate) fn new(runtime: &'r Runtime) -> Self {
        let mut chain = Self {
            runtime,
            storage: BasicExternalities::new_empty(),
        };
        chain.call::<()>("genesis", ());
        chain
    }

    /// Calls an export of the runtime.
    pub(crate) fn call<R: Decode>(&mut self, name: &str, arguments: impl Encode) -> R {
        self.runtime
            .call(&mut self.storage, name, &arguments.encode())
    }

    /// The same, counting storage accesses; what it says of time means nothing.
    pub(crate) fn count<R: Decode>(&mut self, name: &str, arguments: impl Encode) -> R {
        let mut counting = Counting(&mut self.storage);
        self.runtime.call(&mut counting, name, &arguments.encode())
    }

    /// Adds so many keys that mean nothing, all over the map.
    pub(crate) fn fill(&mut self, keys: u32) {
        for number in 0..keys {
            let key = sp_io::hashing::blake2_256(&number.to_le_bytes()).to_vec();
            self.storage
                .insert([&key[..], b"filler"].concat(), vec![0; 128]);
        }
    }

    /// The same chain again, from everything in its storage.
    pub(crate) fn from_storage(runtime: &'r Runtime, storage: sp_core::storage::Storage) -> Self {
        Self {
            runtime,
            storage: BasicExternalities::new(storage),
        }
    }

    /// Everything in storage.
    pub(crate) fn into_storage(self) -> sp_core::storage::Storage {
        self.storage.into_storages()
    }
}

/// A chain at the end of a block, as a trie that proves what the next one touches.
#[derive(Clone)]
pub(crate) struct Trie<'r> {
    runtime: &'r Runtime,
    backend: InMemoryBackend<Blake2Hasher>,
}

impl<'r> Trie<'r> {
    pub(crate) fn of(chain: Chain<'r>) -> Self {
        let storage = chain.storage.into_storages();
        Self {
            runtime: chain.runtime,
            backend: InMemoryBackend::from((storage, StateVersion::V1)),
        }
    }

    /// A block that changes nothing for the next.
    pub(crate) fn block<R>(&self, work: impl FnOnce(&mut Block<'_, 'r>) -> R) -> Proof<R> {
        self.prove(work).0
    }

    /// A block that the next one follows.
    pub(crate) fn advance<R>(&mut self, work: impl FnOnce(&mut Block<'_, 'r>) -> R) -> Proof<R> {
        let (proof, root, nodes) = self.prove(work);
        self.backend.apply_transaction(root, nodes);
        proof
    }

    /// Records a block; returns the root that follows and the nodes that changed as well.
    fn prove<R>(
        &self,
        work: impl FnOnce(&mut Block<'_, 'r>) -> R,
    ) -> (Proof<R>, H256, PrefixedMemoryDB<Blake2Hasher>) {
        let backend = TrieBackendBuilder::wrap(&self.backend)
            .with_recorder(Default::default())
            .build();
        let mut changes = OverlayedChanges::default();
        let mut extensions = sp_externalities::Extensions::default();
        let result = work(&mut Block {
            runtime: self.runtime,
            storage: &mut Ext::new(&mut changes, &backend, Some(&mut extensions)),
        });
        // What was changed is proven as well: the new root follows from it.
        let changed = changes
            .drain_storage_changes(&backend, StateVersion::V1)
            .expect("every transaction of storage has ended");
        let proof = backend.extract_proof().expect("it records");
        let bytes = proof.encode().len() as u64;
        let (root, nodes) = (changed.transaction_storage_root, changed.transaction);
        (Proof { result, bytes }, root, nodes)
    }
}

/// What came of a block, and the bytes that prove it.
pub(crate) struct Proof<R> {
    pub(crate) result: R,
    pub(crate) bytes: u64,
}

/// A block that is being made.
pub(crate) struct Block<'s, 'r> {
    runtime: &'r Runtime,
    storage: &'s mut dyn Externalities,
}

impl Block<'_, '_> {
    /// Calls an export of the runtime.
    pub(crate) fn call<R: Decode>(&mut self, name: &str, arguments: impl Encode) -> R {
        self.runtime.call(self.storage, name, &arguments.encode())
    }
}
