//! Modules of `wasm-smith`, in the subset that the chain allows.

use arbitrary::Unstructured;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wasm_smith::Config;

use crate::{
    module::{Export, Module},
    part::{part, Part},
};

/// Loop rounds and calls of one call, after which the module ends it with a trap.
const PATIENCE: u32 = 1_000;

/// The module of a seed; `None` where it makes nothing that can be called.
///
/// # Panics
///
/// If `wasm-smith` leaves the subset, or makes what is no module.
#[must_use]
pub fn module(seed: u64) -> Option<Module> {
    let mut bytes = vec![0; 4_096];
    ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
    let config = Config {
        allow_floats: false,
        allow_start_export: false,
        bulk_memory_enabled: false,
        custom_page_sizes_enabled: false,
        disallow_traps: false,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        max_data_segments: 8,
        max_elements: 20,
        max_element_segments: 4,
        max_funcs: 12,
        max_globals: 8,
        max_imports: 0,
        max_instructions: 400,
        max_memories: 1,
        max_memory32_bytes: 3 * 65_536,
        max_nesting_depth: 64,
        max_table_elements: 100,
        max_tables: 1,
        max_types: 12,
        memory64_enabled: false,
        memory_max_size_required: true,
        memory_offset_choices: wasm_smith::MemoryOffsetChoices(90, 9, 1),
        min_funcs: 1,
        min_memories: 1,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: true,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    };
    let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(PATIENCE).ok()?;
    let Part {
        module, without, ..
    } = part(&module.to_bytes()).expect("it is of the subset");
    assert!(without.is_empty(), "it is of the subset: {without:?}");
    let is_callable = |export: &Export| export.kind == wasm_encoder::ExportKind::Func;
    module.exports.iter().any(is_callable).then_some(module)
}
