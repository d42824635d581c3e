//! Compiles the runtime to WebAssembly.

fn main() {
    #[cfg(feature = "std")]
    substrate_wasm_builder::WasmBuilder::init_with_defaults()
        // It is no chain's: nothing asks for its version.
        .disable_runtime_version_section_check()
        .build();
}
