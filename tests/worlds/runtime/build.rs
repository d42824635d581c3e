//! Compiles the cases to WebAssembly and embeds them.

fn main() {
    // No chain runs this, so it has no version.
    #[cfg(feature = "std")]
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        .disable_runtime_version_section_check()
        .build();
}
