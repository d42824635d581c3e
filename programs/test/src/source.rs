//! Programs that are built for a test.

use actors_build::{build, Request};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use crate::Wasm;

/// What was built in this process, or why it was not.
static BUILT: Mutex<BTreeMap<PathBuf, Result<Vec<u8>, String>>> = Mutex::new(BTreeMap::new());

impl Wasm {
    /// Builds a program from its source, as `actors-build` does, and once in a process: tests that
    /// run side by side wait for each other.
    ///
    /// The path is that of the program's package, from the folder of the package that is tested,
    /// where cargo lets tests stand: `Wasm::from_crate("../ping")`.
    ///
    /// # Panics
    ///
    /// When it cannot be built: with all that the build says.
    #[track_caller]
    #[must_use]
    pub fn from_crate(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let key = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let built = {
            // A test that failed meanwhile has left nothing half done.
            let mut all = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(key).or_insert_with(|| one(path)).clone()
        };
        match built {
            Ok(bytes) => bytes.into(),
            Err(error) => panic!("{} cannot be built.\n{error}", path.display()),
        }
    }
}

fn one(path: &Path) -> Result<Vec<u8>, String> {
    let built = build(&Request::new(path), &mut |_| ()).map_err(|error| error.to_string())?;
    match <[_; 1]>::try_from(built) {
        Ok([built]) => Ok(built.blob.bytes),
        Err(built) => {
            let names: Vec<_> = built.iter().map(|built| &*built.name).collect();
            Err(format!(
                "It is a workspace of {} programs: name the folder of one. They are: {}.",
                names.len(),
                names.join(", ")
            ))
        }
    }
}
