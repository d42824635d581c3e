//! The command as its users meet it: what it writes, what it says, and with which code it ends.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use actors_build::Blob;
use actors_idl::{Builder, Call};
use serde_json::json;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");

/// The command in a folder that has nothing to do with what it builds.
fn command(target: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_actors-build"));
    command.current_dir(std::env::temp_dir());
    command.env("CARGO_TARGET_DIR", target);
    command
}

/// Where fixtures are built; they have no dependencies, so it does not take long.
fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests")
}

/// Where the examples are built as well: their dependencies compile once.
fn shared() -> PathBuf {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"));
    own.parent().expect("it is in the target folder").into()
}

fn run(command: &mut Command, code: i32) -> (String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("the command runs");
    let (out, err) = (String::from_utf8(stdout), String::from_utf8(stderr));
    let (out, err) = (out.expect("text"), err.expect("text"));
    assert_eq!(status.code(), Some(code), "{out}\n{err}");
    (out, err)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("src")).expect("a folder");
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs"] {
        fs::copy(from.join(file), to.join(file)).expect("it is copied");
    }
}

#[test]
fn a_program_of_raw_bytes_is_the_same_wherever_it_is_built() {
    let out = tempfile::tempdir().expect("a folder");
    let raw = Path::new(FIXTURES).join("raw");
    let (table, steps) = run(
        command(&scratch())
            .args(["--locked", "--out"])
            .arg(out.path())
            .arg(&raw),
        0,
    );
    assert!(
        table.contains("code hash") && table.contains("raw "),
        "{table}"
    );
    assert!(!table.contains('\x1b'), "no colours but on a terminal");
    assert!(steps.contains("raw: compiling"), "{steps}");
    let bytes = fs::read(out.path().join("raw.wasm")).expect("it was written");
    let blob = Blob::read(bytes.clone()).expect("the chain accepts it");
    assert!(blob.code_bytes() < 256, "{}", blob.code_bytes());
    assert_eq!((blob.idl, blob.idl_bytes), (None, 0));
    // Nothing lies below the stack: where it overflows, the turn fails.
    assert_eq!(blob.info.stack, Some((0, 32 * 1024)));
    assert_eq!(blob.info.wasm_pages, 1);
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 1);

    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = elsewhere.path().join("a/b");
    copy(&raw, &other);
    run(
        command(&elsewhere.path().join("target"))
            .env("RUSTFLAGS", "-C opt-level=0 -C link-arg=-zstack-size=65536")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .arg("--manifest-path")
            .arg(other.join("Cargo.toml")),
        0,
    );
    let there = elsewhere.path().join("target/programs/raw.wasm");
    assert_eq!(fs::read(there).expect("it was written"), bytes);
}

#[test]
fn what_the_chain_would_refuse_is_named_as_in_the_source_and_not_written() {
    let out = tempfile::tempdir().expect("a folder");
    let floats = Path::new(FIXTURES).join("floats");
    for options in [&[][..], &["--no-opt"]] {
        let mut command = command(&scratch());
        command
            .args(options)
            .arg("--out")
            .arg(out.path())
            .arg(&floats);
        let (_, said) = run(&mut command, 1);
        assert!(said.contains("floats::rates::interest"), "{said}");
        assert!(said.contains("f64"), "{said}");
        assert!(said.contains("mend it: "), "{said}");
    }
    assert_eq!(fs::read_dir(out.path()).expect("a folder").count(), 0);
}

#[test]
fn a_typed_program_carries_its_interface() {
    let out = tempfile::tempdir().expect("a folder");
    let build = |options: &[&str], code| {
        let mut command = command(&shared());
        command
            .args([EXAMPLES, "--locked", "-p", "ping", "--out"])
            .arg(out.path());
        run(command.args(options), code)
    };
    build(&[], 0);
    let wasm = out.path().join("ping.wasm");
    let blob = Blob::read(fs::read(&wasm).expect("it was written")).expect("it is accepted");
    let idl = blob.idl.expect("it has an interface");
    assert_eq!(idl.name, "ping");
    let json = fs::read_to_string(out.path().join("ping.idl.json")).expect("it was written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["format"], 1);
    assert_eq!(json["methods"][0]["name"], idl.methods[0].name.as_str());
    assert!(json["types"]
        .as_array()
        .is_some_and(|types| !types.is_empty()));

    let (shown, _) = run(command(&shared()).arg("idl").arg(&wasm), 0);
    assert_eq!(shown, idl.to_string());
    let (row, _) = run(command(&shared()).args(["check", "--json"]).arg(&wasm), 0);
    let row: serde_json::Value = serde_json::from_str(&row).expect("it is JSON");
    assert_eq!(row["idlBytes"], blob.idl_bytes);
    // One page of memory, of which half is stack.
    assert_eq!((blob.info.wasm_pages, &row["notes"]), (1, &json!([])));

    // An older interface that has a method which is gone.
    let mut older = Builder::new("ping", "0.0.1", &[]);
    let gone = Call {
        name: "gone".into(),
        route: 200,
        docs: Vec::new(),
        args: Vec::new(),
        payable: false,
        is_async: false,
        returns: older.ty::<()>(),
        error: None,
    };
    older.method(gone);
    let old = out.path().join("old.idl");
    fs::write(&old, older.encode()).expect("it is written");
    let old = old.to_str().expect("a path");
    fs::remove_file(&wasm).expect("it was written");
    let (_, said) = build(&["--against", old], 1);
    assert!(
        said.contains("handle `gone`: is gone (breaks callers"),
        "{said}"
    );
    assert!(!wasm.exists(), "nothing that breaks is written");
    let (told, _) = build(&["--against", old, "--allow-breaking"], 0);
    assert!(told.contains("breaks  ping: handle `gone`"), "{told}");
    let diff =
        |old: &Path, new: &Path, code| run(command(&shared()).arg("diff").args([old, new]), code).0;
    assert!(diff(Path::new(old), &wasm, 1).contains("is gone"));
    let same = diff(&wasm, &wasm, 0);
    assert!(same.contains("Nothing"), "{same}");
    assert!(
        same.contains("note  upgrade: what is in memory is lost"),
        "{same}"
    );
}

#[test]
fn what_another_compiler_made_becomes_a_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let [from, to] = ["zig.wasm", "program.wasm"].map(|name| folder.path().join(name));
    // As Zig's default writes it, with a megabyte of stack.
    let module = "(module $zig
        (memory (export \"memory\") 17) (global (mut i32) (i32.const 1048576))
        (export \"__stack_pointer\" (global 0))
        (func $handle (export \"handle\")) (@custom \".debug_info\" \"0123456789\"))";
    fs::write(&from, wat::parse_str(module).expect("a module")).expect("it is written");
    let (_, refused) = run(command(&scratch()).arg("check").arg(&from), 1);
    assert!(refused.contains("__stack_pointer"), "{refused}");

    let mut optimise = command(&scratch());
    let (said, _) = run(optimise.arg("optimise").args([&from, &to]), 0);
    let saved = "names, debug information and the like";
    for text in ["made from", "17 pages", "--export=__stack_low", saved] {
        assert!(said.contains(text), "{text}: {said}");
    }
    let blob = Blob::read(fs::read(&to).expect("it was written")).expect("it is accepted");
    let (json, _) = run(
        command(&scratch())
            .args(["optimise", "--names", "--json"])
            .args([&from, &to]),
        0,
    );
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let named = json["codeBytes"].as_u64().expect("a number");
    assert!(named > blob.code_bytes() as u64, "{json}");
    assert_eq!(json["notes"].as_array().map(Vec::len), Some(3), "{json}");
}

#[test]
fn what_is_not_understood_ends_with_another_code_than_what_fails() {
    let (_, usage) = run(command(&scratch()).arg("--sideways"), 2);
    assert!(usage.contains("--help"), "{usage}");
    let (_, missing) = run(command(&scratch()).arg("/nowhere"), 1);
    assert!(missing.contains("/nowhere"), "{missing}");
    let text = Path::new(FIXTURES).join("raw/src/lib.rs");
    let (_, text) = run(command(&scratch()).arg("check").arg(text), 1);
    assert!(text.contains("does not start like WebAssembly"), "{text}");
    let raw = Path::new(FIXTURES).join("raw");
    let mut other = command(&scratch());
    let (_, other) = run(other.args(["-p", "other"]).arg(raw), 1);
    assert!(other.contains("name one of these: raw"), "{other}");
}
