//! Calling cargo so that the same source becomes the same code, whoever calls and from where. In another folder the
//! compiler may put functions in another order.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    package::{Package, Workspace},
    paths::remaps,
    Error,
};

/// What programs are compiled for.
const TARGET: &str = "wasm32v1-none";

/// What the linker is told.
const LINK: [&str; 3] = [
    // 32 KiB of stack instead of 1 MiB: every turn sets the whole memory up.
    "-zstack-size=32768",
    // Tell the chain where the stack is: it is not kept from turn to turn.
    "--export=__stack_low",
    "--export=__stack_high",
];

/// What the compiler may use besides the MVP. Without `memory.copy` and `memory.fill`, which the
/// chain accepts, a program brings loops of its own: 1.2 KB, a quarter of a small one.
const FEATURES: &str = "+bulk-memory";

/// What decides the bytes of a program besides its own profile. Names are kept for errors and
/// stripped later. Arithmetic that overflows fails the turn instead of answering a wrong number; a
/// package that means to wrap says `overflow-checks = false` in `[profile.release.package.NAME]`.
const PROFILE: [(&str, &str); 7] = [
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_STRIP", "none"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "false"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true"),
];

/// The SDK says where it means to wrap, so its own code needs no checks. They would make the
/// smallest program four times as large. Generic code of it is checked with the program that uses it.
const SDK: &str = "profile.release.package.actors-std.overflow-checks=false";

/// How programs are compiled.
pub(crate) struct Flags {
    /// What cargo is told.
    cargo: Vec<String>,
    /// What the compiler is told.
    compiler: Vec<String>,
}

/// Cargo, and how it is called.
pub(crate) struct Cargo {
    folder: PathBuf,
    manifest: PathBuf,
    locked: bool,
    offline: bool,
}

impl Cargo {
    /// Cargo for the package or workspace of that manifest.
    pub(crate) fn new(manifest: &Path, locked: bool, offline: bool) -> Self {
        Self {
            // Its configuration and its toolchain are those of the program's folder.
            folder: manifest.parent().unwrap_or(Path::new(".")).to_path_buf(),
            manifest: manifest.to_path_buf(),
            locked,
            offline,
        }
    }

    /// Finds out what there is to build.
    pub(crate) fn workspace(&self) -> Result<Workspace, Error> {
        let mut command = self.command("metadata");
        command.args(["--format-version", "1", "--filter-platform", TARGET]);
        let output = self.run(command)?;
        let metadata = serde_json::from_slice(&output).unwrap_or(Value::Null);
        Workspace::read(&metadata).ok_or_else(|| {
            Error::new(
                "what `cargo metadata` writes is not understood",
                "use the cargo that rust-toolchain.toml names",
            )
        })
    }

    /// Compiles a program and returns what the linker made of it.
    ///
    /// One at a time: together, packages would lend each other features of their dependencies.
    pub(crate) fn build(
        &self,
        package: &Package,
        flags: &Flags,
        features: Option<&str>,
    ) -> Result<Vec<u8>, Error> {
        let mut command = self.command("build");
        command.args(["--release", "--target", TARGET, "--lib"]);
        command.args(["--message-format", "json-render-diagnostics"]);
        command.args(["--package", &package.id]);
        command.args(&flags.cargo);
        if let Some(features) = features {
            command.args(["--features", features]);
        }
        // Besides these no flags count: not those of the environment, nor of a configuration.
        command.env("CARGO_ENCODED_RUSTFLAGS", flags.compiler.join("\x1f"));
        command.envs(PROFILE);
        let output = self.run(command)?;
        let path = artifact(&output, &package.id).ok_or_else(|| {
            Error::new(
                format!("cargo made no Wasm file of `{}`", package.name),
                "a program is a library of the type `cdylib`",
            )
        })?;
        std::fs::read(&path).map_err(|error| Error::file("read", &path, &error))
    }

    /// How the programs of a workspace are compiled.
    pub(crate) fn flags(&self, workspace: &Workspace) -> Result<Flags, Error> {
        let mut compiler = Vec::new();
        for argument in LINK {
            compiler.push("-C".into());
            compiler.push(format!("link-arg={argument}"));
        }
        compiler.extend(["-C".into(), format!("target-feature={FEATURES}")]);
        // What the compiler tells the author keeps its paths.
        compiler.push("--remap-path-scope=object".into());
        let sources = self.compiler_sources()?;
        let remaps = remaps(workspace, sources);
        compiler.extend(remaps.map(|(from, to)| format!("--remap-path-prefix={from}={to}")));
        // Cargo warns of a profile for a package that is not there.
        let cargo = match workspace.has_sdk {
            true => vec!["--config".into(), SDK.into()],
            false => Vec::new(),
        };
        Ok(Flags { cargo, compiler })
    }

    /// Where the compiler's own sources are, and what they are called where they are not.
    fn compiler_sources(&self) -> Result<(PathBuf, String), Error> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let ask = |question: &[&str]| {
            let mut command = Command::new(&rustc);
            command.args(question).current_dir(&self.folder);
            let output = self.run(command)?;
            Ok(String::from_utf8_lossy(&output).into_owned())
        };
        let root = ask(&["--print", "sysroot"])?;
        let version = ask(&["--version", "--verbose"])?;
        let hash = version
            .lines()
            .find_map(|line| line.strip_prefix("commit-hash: "))
            .unwrap_or("unknown");
        let sources = Path::new(root.trim()).join("lib/rustlib/src/rust");
        Ok((sources, format!("/rustc/{hash}")))
    }

    fn command(&self, what: &str) -> Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.arg(what).arg("--manifest-path").arg(&self.manifest);
        command.current_dir(&self.folder);
        if self.locked {
            command.arg("--locked");
        }
        if self.offline {
            command.arg("--offline");
        }
        for (name, _) in env::vars_os().filter(|(name, _)| changes_bytes(name)) {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, mut command: Command) -> Result<Vec<u8>, Error> {
        command.stdin(Stdio::null()).stderr(Stdio::inherit());
        let name = command.get_program().to_string_lossy().into_owned();
        let output = command.output().map_err(|error| {
            Error::new(
                format!("cannot run `{name}`: {error}"),
                "install Rust: https://rustup.rs, or .ci/setup in the repository of Actors",
            )
        })?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(Error::new(
            format!("`{name}` failed ({}), see above", output.status),
            format!(
                "what the compiler says comes first; if it cannot find `core`, run \
                 `rustup target add {TARGET}`"
            ),
        ))
    }
}

/// Variables of the caller that would make other bytes of the same source.
fn changes_bytes(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let flags = [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_INCREMENTAL",
    ];
    flags.contains(&&*name) || name.starts_with("CARGO_PROFILE_RELEASE_")
}

/// The Wasm file of a package, among cargo's messages.
fn artifact(messages: &[u8], id: &str) -> Option<PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let files = messages
        .filter(|it| it["reason"] == "compiler-artifact" && it["package_id"] == id)
        .flat_map(|it| it["filenames"].as_array().cloned().unwrap_or_default());
    let mut files = files.filter_map(|file| file.as_str().map(PathBuf::from));
    files.rfind(|file| file.extension().is_some_and(|it| it == "wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_that_of_the_package() {
        let messages =
            br#"{"reason":"compiler-artifact","package_id":"a","filenames":["/t/liba.rlib"]}
no json
{"reason":"compiler-artifact","package_id":"b","filenames":["/t/libb.rlib","/t/b.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(artifact(messages, "b"), Some(PathBuf::from("/t/b.wasm")));
        assert_eq!(artifact(messages, "a"), None);
    }

    #[test]
    fn what_would_change_the_bytes_is_taken_away() {
        for (name, expected) in [
            ("RUSTFLAGS", true),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", true),
            ("CARGO_TARGET_DIR", false),
            ("CARGO_HOME", false),
        ] {
            assert_eq!(changes_bytes(&name.into()), expected, "{name}");
        }
    }
}
