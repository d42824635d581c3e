//! The runtime runs on a stock node: it imports no host function that Substrate's own set lacks.

use std::collections::BTreeSet;

use sp_wasm_interface::HostFunctions;
use wasmparser::{Parser, Payload, TypeRef};

/// The module under which a runtime imports host functions.
const HOST_MODULE: &str = "env";

/// Far more than the runtime has; protects from a blob that unpacks without end.
const MAX_RUNTIME_BYTES: usize = 64 * 1024 * 1024;

/// The functions that `wasm` imports and the stock host does not offer, as `module.name`.
fn foreign_imports(wasm: &[u8]) -> BTreeSet<String> {
    let stock: BTreeSet<_> = sp_io::SubstrateHostFunctions::host_functions()
        .iter()
        .map(|f| f.name())
        .collect();
    let mut foreign = BTreeSet::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::ImportSection(imports) = payload.expect("the module is well formed") else {
            continue;
        };
        for import in imports {
            let import = import.expect("the import is well formed");
            let is_stock = import.module == HOST_MODULE && stock.contains(import.name);
            if matches!(import.ty, TypeRef::Func(_)) && !is_stock {
                foreign.insert(format!("{}.{}", import.module, import.name));
            }
        }
    }
    foreign
}

#[test]
fn runtime_needs_only_stock_host_functions() {
    let blob = actors_runtime::WASM_BINARY.expect("the runtime is built with its Wasm");
    let wasm =
        sp_maybe_compressed_blob::decompress(blob, MAX_RUNTIME_BYTES).expect("the runtime unpacks");
    assert_eq!(foreign_imports(&wasm), BTreeSet::new());
}

#[test]
fn foreign_host_functions_are_found() {
    let wasm = wat::parse_str(
        r#"(module
            (import "env" "memory" (memory 1))
            (import "env" "ext_storage_get_version_1" (func (param i64) (result i64)))
            (import "env" "ext_actors_run_version_1" (func (param i64) (result i64)))
            (import "other" "ext_storage_get_version_1" (func (param i64) (result i64))))"#,
    )
    .expect("the text is a module");
    let expected = [
        "env.ext_actors_run_version_1",
        "other.ext_storage_get_version_1",
    ];
    assert_eq!(foreign_imports(&wasm), expected.map(String::from).into());
}
