//! Storage that counts what it is asked for.

use bench_interface::tally;
use sp_core::{
    storage::{ChildInfo, StateVersion, TrackedStorageKey},
    traits::Externalities,
};
use sp_externalities::{Error, Extension, ExtensionStore, MultiRemovalResults};
use std::any::{Any, TypeId};

/// Passes everything on, and tells the tally. Child storage counts like any other: its keys
/// follow the name of the child.
pub(crate) struct Counting<'a>(pub(crate) &'a mut dyn Externalities);

fn child_key(child: &ChildInfo, key: &[u8]) -> Vec<u8> {
    [child.storage_key(), key].concat()
}

impl Externalities for Counting<'_> {
    fn set_offchain_storage(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.0.set_offchain_storage(key, value);
    }

    fn storage(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(key);
        self.0.storage(key)
    }

    fn storage_hash(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(key);
        self.0.storage_hash(key)
    }

    fn child_storage_hash(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(&child_key(child, key));
        self.0.child_storage_hash(child, key)
    }

    fn child_storage(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(&child_key(child, key));
        self.0.child_storage(child, key)
    }

    fn exists_storage(&mut self, key: &[u8]) -> bool {
        tally::read(key);
        self.0.exists_storage(key)
    }

    fn exists_child_storage(&mut self, child: &ChildInfo, key: &[u8]) -> bool {
        tally::read(&child_key(child, key));
        self.0.exists_child_storage(child, key)
    }

    fn next_storage_key(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(key);
        self.0.next_storage_key(key)
    }

    fn next_child_storage_key(&mut self, child: &ChildInfo, key: &[u8]) -> Option<Vec<u8>> {
        tally::read(&child_key(child, key));
        self.0.next_child_storage_key(child, key)
    }

    fn kill_child_storage(
        &mut self,
        child: &ChildInfo,
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        tally::write(child.storage_key());
        self.0.kill_child_storage(child, limit, cursor)
    }

    fn clear_prefix(
        &mut self,
        prefix: &[u8],
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        tally::write(prefix);
        self.0.clear_prefix(prefix, limit, cursor)
    }

    fn clear_child_prefix(
        &mut self,
        child: &ChildInfo,
        prefix: &[u8],
        limit: Option<u32>,
        cursor: Option<&[u8]>,
    ) -> MultiRemovalResults {
        tally::write(&child_key(child, prefix));
        self.0.clear_child_prefix(child, prefix, limit, cursor)
    }

    fn place_storage(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) {
        tally::write(&key);
        self.0.place_storage(key, value);
    }

    fn place_child_storage(&mut self, child: &ChildInfo, key: Vec<u8>, value: Option<Vec<u8>>) {
        tally::write(&child_key(child, &key));
        self.0.place_child_storage(child, key, value);
    }

    fn storage_root(&mut self, version: StateVersion) -> Vec<u8> {
        self.0.storage_root(version)
    }

    fn child_storage_root(&mut self, child: &ChildInfo, version: StateVersion) -> Vec<u8> {
        self.0.child_storage_root(child, version)
    }

    fn storage_append(&mut self, key: Vec<u8>, value: Vec<u8>) {
        tally::write(&key);
        self.0.storage_append(key, value);
    }

    fn storage_start_transaction(&mut self) {
        self.0.storage_start_transaction();
    }

    fn storage_rollback_transaction(&mut self) -> Result<(), ()> {
        self.0.storage_rollback_transaction()
    }

    fn storage_commit_transaction(&mut self) -> Result<(), ()> {
        self.0.storage_commit_transaction()
    }

    fn wipe(&mut self) {
        self.0.wipe();
    }

    fn commit(&mut self) {
        self.0.commit();
    }

    fn read_write_count(&self) -> (u32, u32, u32, u32) {
        self.0.read_write_count()
    }

    fn reset_read_write_count(&mut self) {
        self.0.reset_read_write_count();
    }

    fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
        self.0.get_whitelist()
    }

    fn set_whitelist(&mut self, new: Vec<TrackedStorageKey>) {
        self.0.set_whitelist(new);
    }

    fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
        self.0.get_read_and_written_keys()
    }
}

impl ExtensionStore for Counting<'_> {
    fn extension_by_type_id(&mut self, id: TypeId) -> Option<&mut dyn Any> {
        self.0.extension_by_type_id(id)
    }

    fn register_extension_with_type_id(
        &mut self,
        id: TypeId,
        extension: Box<dyn Extension>,
    ) -> Result<(), Error> {
        self.0.register_extension_with_type_id(id, extension)
    }

    fn deregister_extension_by_type_id(&mut self, id: TypeId) -> Result<(), Error> {
        self.0.deregister_extension_by_type_id(id)
    }
}
