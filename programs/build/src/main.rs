//! `actors-build`, the command.

mod report;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use actors_build::{build, interface, json, Blob, Error, Options, Request};
use actors_idl::{compare, lost};
use clap::{Args, Parser, Subcommand};
use report::{Report, Row};
use serde_json::{json, Value};

/// Builds programs of the Actors pallet.
///
/// Compiles each for wasm32v1-none, asks it for its interface, strips and optimises it, embeds
/// the interface, validates it with the chain's own rules, and writes NAME.wasm, with
/// NAME.idl.json beside it. The same source and compiler make the same bytes in the same folder, and
/// in another one the same functions, perhaps in another order: flags
/// of the environment do not count.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = AFTER)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    build: BuildArgs,
}

const AFTER: &str = "\
Examples:
  actors-build                              the program in this folder
  actors-build programs/examples -p ping    one of a workspace
  actors-build --against old.wasm           and refuse to break those who use it
  actors-build optimise zig.wasm p.wasm     the last steps, for a module of another compiler

Exit codes: 0 done; 1 something is wrong, as it says; 2 not understood.
NO_COLOR, CARGO_TARGET_DIR and CARGO are respected.";

#[derive(Args)]
struct BuildArgs {
    /// The folder of a program, or of a workspace of programs
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Its Cargo.toml, instead of DIR
    #[arg(long, value_name = "PATH", conflicts_with = "folder")]
    manifest_path: Option<PathBuf>,
    /// A program of the workspace; several may be named
    #[arg(short, long, value_name = "PACKAGE")]
    package: Vec<String>,
    /// The folder to write to [default: `programs` in cargo's target folder]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Compare the interface with that of an older program, and write nothing that breaks those
    /// who deal with it: a .wasm, what `actorsApi.idl` returns, or a folder of NAME.wasm
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
    /// Write it all the same
    #[arg(long, requires = "against")]
    allow_breaking: bool,
    /// Print what was built as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    finish: FinishArgs,
    /// Refuse to change Cargo.lock
    #[arg(long)]
    locked: bool,
    /// Fetch nothing
    #[arg(long)]
    offline: bool,
}

#[derive(Args)]
struct FinishArgs {
    /// Leave the code as the compiler made it, stripped
    #[arg(long)]
    no_opt: bool,
    /// Keep the names of functions: each turn pays for their bytes
    #[arg(long)]
    names: bool,
}

impl From<FinishArgs> for Options {
    fn from(args: FinishArgs) -> Self {
        Self {
            optimise: !args.no_opt,
            names: args.names,
        }
    }
}

#[derive(Subcommand)]
enum Task {
    /// Makes a program of a module that another compiler made: strips and optimises it, exports
    /// what the chain is to keep, and validates it with the chain's own rules
    #[command(alias = "optimize")]
    Optimise {
        /// The module
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Where to write the program
        #[arg(value_name = "PROGRAM.wasm")]
        out: PathBuf,
        #[command(flatten)]
        finish: FinishArgs,
        /// Print what was made as JSON
        #[arg(long)]
        json: bool,
    },
    /// Judges a file as the chain would, and says why it would refuse it
    Check {
        /// The program
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Print what was found as JSON
        #[arg(long)]
        json: bool,
    },
    /// Shows the interface of a program
    Idl {
        /// The program, or what `actorsApi.idl` returns
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Print it as JSON, for tools
        #[arg(long)]
        json: bool,
    },
    /// Says how two interfaces differ, and fails if the new one breaks those who use the old one
    Diff {
        /// The older program, or what `actorsApi.idl` returns
        old: PathBuf,
        /// The newer one
        new: PathBuf,
        /// Print the differences as JSON
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = Report::new();
    let done = match cli.task {
        None => run_build(cli.build, &report),
        Some(Task::Optimise {
            file,
            out,
            finish,
            json,
        }) => optimise(&file, &out, finish.into(), json, &report),
        Some(Task::Check { file, json }) => check(&file, json, &report),
        Some(Task::Idl { file, json }) => show(&file, json),
        Some(Task::Diff { old, new, json }) => diff(&old, &new, json, &report),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            report.error(&error);
            ExitCode::FAILURE
        }
    }
}

fn run_build(args: BuildArgs, report: &Report) -> Result<ExitCode, Error> {
    let request = Request {
        packages: args.package,
        out: args.out,
        against: args.against,
        allow_breaking: args.allow_breaking,
        options: args.finish.into(),
        locked: args.locked,
        offline: args.offline,
        ..Request::new(args.manifest_path.unwrap_or(args.folder))
    };
    let built = build(&request, &mut |step| report.step(&step))?;
    if args.json {
        let all = built.iter().map(|built| {
            let mut row = row(&built.name, &built.blob);
            row["path"] = json!(built.path);
            row["madeFrom"] = json!(built.before);
            row["notes"] = json!(built.notes);
            row["changes"] = match &built.changes {
                Some(changes) => changes.iter().map(report::change).collect(),
                None => Value::Null,
            };
            row
        });
        print!("{}", json::text(&all.collect()));
        return Ok(ExitCode::SUCCESS);
    }
    let rows = built.iter().map(|built| Row {
        name: &built.name,
        blob: &built.blob,
        before: Some(built.before),
    });
    report.table(&rows.collect::<Vec<_>>());
    for built in &built {
        report.notes(&built.name, &built.notes);
        for change in built.changes.iter().flatten() {
            report.change(&built.name, change);
        }
    }
    if let Some(folder) = built.first().and_then(|built| built.path.parent()) {
        println!("Written to {}", folder.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn optimise(
    file: &Path,
    out: &Path,
    options: Options,
    json: bool,
    report: &Report,
) -> Result<ExitCode, Error> {
    let finished = Blob::finish(&read(file)?, options);
    let finished = finished.map_err(|error| error.of(&file.display().to_string()))?;
    let blob = &finished.blob;
    blob.write(out)?;
    let (name, before) = (stem(out), finished.before);
    let notes = [finished.notes, blob.warnings()].concat();
    if json {
        let mut row = row(&name, blob);
        row["madeFrom"] = json!(before);
        row["notes"] = json!(notes);
        print!("{}", json::text(&row));
        return Ok(ExitCode::SUCCESS);
    }
    report.table(&[Row {
        name: &name,
        blob,
        before: Some(before),
    }]);
    report.notes(&name, &notes);
    let (custom, after) = (finished.custom, blob.code_bytes());
    let rest = before.saturating_sub(custom).saturating_sub(after);
    println!(
        "Of {before} bytes {custom} were names, debug information and the like, and {rest} went \
         by optimising."
    );
    Ok(ExitCode::SUCCESS)
}

fn check(file: &Path, json: bool, report: &Report) -> Result<ExitCode, Error> {
    let blob = Blob::read(read(file)?).map_err(|error| error.of(&file.display().to_string()))?;
    let (name, warnings) = (stem(file), blob.warnings());
    if json {
        let mut row = row(&name, &blob);
        row["notes"] = json!(warnings);
        print!("{}", json::text(&row));
        return Ok(ExitCode::SUCCESS);
    }
    report.table(&[Row {
        name: &name,
        blob: &blob,
        before: None,
    }]);
    report.notes(&name, &warnings);
    let names = report::entries(&blob).join(", ");
    let pages = blob.info.wasm_pages;
    println!("The chain accepts it. Entries: {names}; memory: {pages} × 64 KiB.");
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|error| {
        Error::new(
            format!("cannot read {}: {error}", file.display()),
            "name a file that exists and that you may read",
        )
    })
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn show(file: &Path, json: bool) -> Result<ExitCode, Error> {
    let idl = required(file)?;
    match json {
        true => print!("{}", json::text(&json::idl(&idl))),
        false => print!("{idl}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn diff(old: &Path, new: &Path, json: bool, report: &Report) -> Result<ExitCode, Error> {
    let (old, new) = (required(old)?, required(new)?);
    let mut changes = compare(&old, &new);
    if changes.is_empty() && !json {
        println!("Nothing that callers see has changed.");
    }
    changes.extend(lost(&old, &new));
    if json {
        let all: Value = changes.iter().map(report::change).collect();
        print!("{}", json::text(&all));
    } else {
        for change in &changes {
            report.change("", change);
        }
    }
    Ok(match changes.iter().any(actors_idl::Change::is_breaking) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

fn required(file: &Path) -> Result<actors_idl::Idl, Error> {
    interface(file)?.ok_or_else(|| {
        Error::new(
            format!("{} has no typed interface", file.display()),
            "it is a program of raw bytes; what it takes is in its documentation",
        )
    })
}

fn row(name: &str, blob: &Blob) -> Value {
    json!({
        "name": name,
        "codeBytes": blob.code_bytes(),
        "idlBytes": blob.idl_bytes,
        "codeHash": report::hash(blob),
        "entries": report::entries(blob),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        let parse = |args: &str| Cli::try_parse_from(args.split(' '));
        assert!(matches!(parse("actors-build"), Ok(Cli { task: None, .. })));
        assert!(parse("actors-build dir -p a -p b --out x --json").is_ok());
        assert!(parse("actors-build --allow-breaking").is_err());
        assert!(parse("actors-build check").is_err());
        assert!(parse("actors-build optimise a").is_err());
        assert!(parse("actors-build optimize a b --names").is_ok());
        assert!(matches!(
            parse("actors-build diff a b"),
            Ok(Cli {
                task: Some(Task::Diff { .. }),
                ..
            })
        ));
    }
}
