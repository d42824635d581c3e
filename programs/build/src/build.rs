//! From a package to a blob, step by step.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use actors_idl::{compare, lost, Change, Idl};

use crate::{
    artifact,
    cargo::{Cargo, Flags},
    describe::describe,
    json,
    package::{Package, Workspace},
    paths,
    source::Source,
    Blob, Error, Finished, Options,
};

/// What to build, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// A Cargo.toml, or the folder of one: of a program, or of a workspace of programs.
    pub path: PathBuf,
    /// The programs to build; none is that of `path`, or all of its workspace.
    pub packages: Vec<String>,
    /// The folder to write to; none is `programs` in cargo's target folder.
    pub out: Option<PathBuf>,
    /// What to compare the interface with: a blob, a section, or a folder of blobs.
    pub against: Option<PathBuf>,
    /// Write a program also if its interface would break those who deal with the older one.
    pub allow_breaking: bool,
    /// How each becomes a blob.
    pub options: Options,
    /// Refuse to change Cargo.lock.
    pub locked: bool,
    /// Fetch nothing.
    pub offline: bool,
}

impl Request {
    /// To build what is at `path`, as it should be built.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            packages: Vec::new(),
            out: None,
            against: None,
            allow_breaking: false,
            options: Options::default(),
            locked: false,
            offline: false,
        }
    }
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// Asking cargo what there is.
    Looking,
    /// Compiling a program.
    Compiling(&'a str),
    /// Compiling it once more, so that it describes itself.
    Describing(&'a str),
    /// Making it smaller, and judging it.
    Finishing(&'a str),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Looking => write!(formatter, "looking for programs"),
            Self::Compiling(name) => write!(formatter, "{name}: compiling"),
            Self::Describing(name) => write!(formatter, "{name}: compiling its interface"),
            Self::Finishing(name) => write!(formatter, "{name}: optimising and validating"),
        }
    }
}

/// A program that was built and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The name of its package.
    pub name: String,
    /// Where it was written to.
    pub path: PathBuf,
    /// What was written.
    pub blob: Blob,
    /// The bytes that the compiler made, without an interface.
    pub before: usize,
    /// What its author should know.
    pub notes: Vec<String>,
    /// How its interface differs from the older one, if there is one to compare it with.
    pub changes: Option<Vec<Change>>,
}

/// Builds programs and writes each once it is whole: `NAME.wasm`, and `NAME.idl.json` beside it
/// if it has a typed interface. `progress` is told of each step before it is taken.
///
/// # Errors
///
/// The first thing that goes wrong. Programs that were finished before stay written.
pub fn build(request: &Request, progress: &mut dyn FnMut(Step<'_>)) -> Result<Vec<Built>, Error> {
    let manifest = manifest(&request.path)?;
    progress(Step::Looking);
    let cargo = Cargo::new(&manifest, request.locked, request.offline);
    let workspace = cargo.workspace()?;
    let packages = workspace.select(&manifest, &request.packages)?;
    let against = match &request.against {
        Some(path) => Some(Source::open(path, packages.len())?),
        None => None,
    };
    let out = match &request.out {
        Some(out) => out.clone(),
        None => workspace.target.join("programs"),
    };
    std::fs::create_dir_all(&out).map_err(|error| Error::file("make", &out, &error))?;
    let flags = cargo.flags(&workspace)?;

    let mut built = Vec::new();
    for package in &packages {
        let name = &package.name;
        let Finished {
            blob,
            before,
            mut notes,
            ..
        } = finished(request, &cargo, &workspace, &flags, package, progress)
            .map_err(|error| error.of(name))?;
        notes.extend(blob.warnings());
        let changes = match &against {
            Some(against) => Some(changes(against, package, blob.idl.as_ref(), request)?),
            None => None,
        };
        let path = out.join(format!("{name}.wasm"));
        let beside = out.join(format!("{name}.idl.json"));
        blob.write(&path)?;
        match &blob.idl {
            Some(idl) => artifact::write(&beside, json::text(&json::idl(idl)).as_bytes())?,
            None => artifact::remove(&beside)?,
        }
        built.push(Built {
            name: name.clone(),
            path,
            blob,
            before,
            notes,
            changes,
        });
    }
    Ok(built)
}

fn finished(
    request: &Request,
    cargo: &Cargo,
    workspace: &Workspace,
    flags: &Flags,
    package: &Package,
    progress: &mut dyn FnMut(Step<'_>),
) -> Result<Finished, Error> {
    let name = &package.name;
    let described = match &package.idl_feature {
        Some(feature) => {
            progress(Step::Describing(name));
            describe(&cargo.build(package, flags, Some(feature))?)?
        }
        None => None,
    };
    progress(Step::Compiling(name));
    let linked = cargo.build(package, flags, None)?;
    progress(Step::Finishing(name));
    let section = described.as_ref().map(|(section, _)| section.as_slice());
    let finished = Blob::make(&linked, section, request.options)?;
    paths::check(workspace, &finished.blob.bytes)?;
    Ok(finished)
}

/// How the interface differs from the older one; an error if it breaks somebody.
fn changes(
    against: &Source,
    package: &Package,
    new: Option<&Idl>,
    request: &Request,
) -> Result<Vec<Change>, Error> {
    let name = &package.name;
    let Some(old) = against.idl(name)? else {
        return Ok(Vec::new());
    };
    let Some(new) = new else {
        return Err(Error::new(
            format!("{name}: the older program has a typed interface, and this one has none"),
            "write it with #[actors_std::program], or do not compare",
        ));
    };
    let mut changes = compare(&old, new);
    changes.extend(lost(&old, new));
    let breaking: Vec<_> = changes.iter().filter(|it| it.is_breaking()).collect();
    if breaking.is_empty() || request.allow_breaking {
        return Ok(changes);
    }
    let list: String = breaking.iter().map(|it| format!("\n    {it}")).collect();
    Err(Error::new(
        format!("{name}: its interface breaks those who deal with the older one:{list}"),
        "keep what they rely on and add beside it, or say --allow-breaking",
    ))
}

fn manifest(path: &Path) -> Result<PathBuf, Error> {
    let path = match path.is_dir() {
        true => path.join("Cargo.toml"),
        false => path.to_path_buf(),
    };
    path.canonicalize().map_err(|_| {
        Error::new(
            format!("there is no {}", path.display()),
            "name the folder of a program, or of a workspace of programs",
        )
    })
}
