//! Where the built programs are.

use std::path::{Path, PathBuf};

/// The built example of that name: from the folder that `ACTORS_PROGRAMS` names, else from where
/// `.ci/programs` puts it.
///
/// # Panics
///
/// When it is not there: a test of a program that is not built has not passed.
#[track_caller]
pub(crate) fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("ACTORS_PROGRAMS").map_or_else(
        || {
            // Cargo keeps a folder for tests in the target directory.
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
            target.unwrap_or(Path::new("target")).join("programs")
        },
        PathBuf::from,
    );
    let path = folder.join(name).with_extension("wasm");
    assert!(
        path.is_file(),
        "the example program {name} is not built: there is no {}. Build the examples with `make \
         programs`, or name the folder they are in by ACTORS_PROGRAMS.",
        path.display()
    );
    path
}

#[test]
#[should_panic(expected = "Build the examples with `make programs`")]
fn a_missing_program_is_told_with_the_command_that_builds_it() {
    built("no-such-program");
}
