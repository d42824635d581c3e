//! Making a module smaller, with the one pinned wasm-opt: the same on every machine.

use wasm_opt::{Feature, OptimizationError, OptimizationOptions};

use crate::Error;

/// A smaller module that does the same. With `keep_names`, functions keep theirs, so that an
/// error can name them.
pub(crate) fn optimise(wasm: &[u8], keep_names: bool) -> Result<Vec<u8>, Error> {
    let folder = tempfile::tempdir().map_err(|error| {
        let path = std::env::temp_dir();
        Error::file("make a temporary folder in", &path, &error)
    })?;
    let before = folder.path().join("before.wasm");
    let after = folder.path().join("after.wasm");
    std::fs::write(&before, wasm).map_err(|error| Error::file("write", &before, &error))?;
    options(keep_names)
        .run(&before, &after)
        .map_err(|error| refused(&error))?;
    std::fs::read(&after).map_err(|error| Error::file("read", &after, &error))
}

/// Measured on the examples: this makes the smallest of all levels, and what runs in them burns the
/// least gas too, since the price of a turn is mostly that of loading. Against the compiler's own
/// output some 15% of the bytes go, and 5% of a program that mostly computes.
///
/// Only features that the chain accepts, so that no pass brings in another.
fn options(keep_names: bool) -> OptimizationOptions {
    let mut options = OptimizationOptions::new_optimize_for_size_aggressively();
    options
        .mvp_features_only()
        .enable_feature(Feature::SignExt)
        .enable_feature(Feature::BulkMemory)
        .enable_feature(Feature::MutableGlobals)
        .set_converge()
        .debug_info(keep_names);
    options
}

fn refused(error: &OptimizationError) -> Error {
    Error::new(
        format!("wasm-opt refuses the module: {error}"),
        "build without it (--no-opt) and let the chain's rules say what is wrong",
    )
}
