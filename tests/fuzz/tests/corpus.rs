//! Replays what fuzzing has found so far, and what it began with.

use std::path::Path;

fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    assert!(
        files.len() > 20,
        "{} has {} inputs",
        folder.display(),
        files.len()
    );
    for file in files {
        let bytes =
            std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // The harness shows this of a test that fails.
        println!("{}", file.display());
        target(&bytes);
    }
}

#[test]
fn arguments_of_calls() {
    replay("calls", actors_fuzz::calls);
}

#[test]
fn interfaces() {
    replay("idl", actors_fuzz::idl);
}

#[test]
fn payloads_of_a_program() {
    replay("program", actors_fuzz::program);
}
