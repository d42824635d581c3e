//! Which packages of a workspace are programs.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Error;

/// A workspace, as `cargo metadata` describes it.
pub(crate) struct Workspace {
    /// Its folder.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// Its programs: members that are a `cdylib`.
    pub(crate) programs: Vec<Package>,
    /// Whether the SDK may be compiled.
    pub(crate) has_sdk: bool,
    /// The folder of every package that may be compiled, and its name and version.
    pub(crate) folders: Vec<(PathBuf, String)>,
}

/// A package that is a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// What cargo calls it, unambiguously.
    pub(crate) id: String,
    pub(crate) manifest: PathBuf,
    /// The feature that makes it describe its interface, if it can.
    pub(crate) idl_feature: Option<String>,
    /// Whether cargo builds it where none is named.
    pub(crate) is_default: bool,
}

impl Workspace {
    /// Reads what `cargo metadata` wrote.
    pub(crate) fn read(metadata: &Value) -> Option<Self> {
        let packages = metadata["packages"].as_array()?;
        let folders = packages.iter().filter_map(|package| {
            let name = format!("{}-{}", text(&package["name"])?, text(&package["version"])?);
            let folder = Path::new(text(&package["manifest_path"])?).parent()?;
            Some((folder.to_path_buf(), name))
        });
        let describes = packages.iter().any(|package| {
            text(&package["name"]) == Some(STD) && !package["features"]["idl"].is_null()
        });
        let members = metadata["workspace_members"].as_array()?;
        let defaults = &metadata["workspace_default_members"];
        let programs = packages
            .iter()
            .filter(|package| members.contains(&package["id"]) && is_program(package))
            .filter_map(|package| {
                Some(Package {
                    name: text(&package["name"])?.into(),
                    id: text(&package["id"])?.into(),
                    manifest: text(&package["manifest_path"])?.into(),
                    idl_feature: idl_feature(package).filter(|_| describes),
                    is_default: match defaults.as_array() {
                        Some(defaults) => defaults.contains(&package["id"]),
                        None => true,
                    },
                })
            });
        Some(Self {
            root: text(&metadata["workspace_root"])?.into(),
            target: text(&metadata["target_directory"])?.into(),
            programs: programs.collect(),
            has_sdk: packages.iter().any(|it| text(&it["name"]) == Some(STD)),
            folders: folders.collect(),
        })
    }

    /// The programs that are meant: those named, or that of `manifest`, or all.
    pub(crate) fn select(&self, manifest: &Path, names: &[String]) -> Result<Vec<Package>, Error> {
        if names.is_empty() {
            let own = self.programs.iter().find(|it| it.manifest == manifest);
            let chosen: Vec<_> = match own {
                Some(own) => vec![own.clone()],
                None if self.root.join("Cargo.toml") == manifest => {
                    let default = self.programs.iter().filter(|it| it.is_default);
                    default.cloned().collect()
                }
                None => Vec::new(),
            };
            if chosen.is_empty() {
                return Err(Error::new(
                    format!("{} is no program, and has none", manifest.display()),
                    "a program is a library of the type `cdylib`: put [lib] crate-type = \
                     [\"cdylib\"] into its Cargo.toml",
                ));
            }
            return Ok(chosen);
        }
        let find = |name: &String| {
            let found = self.programs.iter().find(|it| it.name == *name);
            found.cloned().ok_or_else(|| {
                let all: Vec<_> = self.programs.iter().map(|it| it.name.as_str()).collect();
                Error::new(
                    format!("there is no program `{name}` in {}", self.root.display()),
                    if all.is_empty() {
                        "there is no other either: a program is a library of the type `cdylib`"
                            .to_string()
                    } else {
                        format!("name one of these: {}", all.join(", "))
                    },
                )
            })
        };
        names.iter().map(find).collect()
    }
}

/// The guest SDK, which knows how a program describes itself.
const STD: &str = "actors-std";

fn is_program(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    let mut types =
        targets.flat_map(|target| target["crate_types"].as_array().into_iter().flatten());
    types.any(|ty| ty == "cdylib")
}

/// The feature of `actors-std`, by the name under which the package depends on that.
fn idl_feature(package: &Value) -> Option<String> {
    let mut dependencies = package["dependencies"].as_array()?.iter();
    let found = dependencies.find(|it| text(&it["name"]) == Some(STD) && it["kind"].is_null())?;
    let name = text(&found["rename"]).unwrap_or(STD);
    Some(format!("{name}/idl"))
}

fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, kind: &str, dependencies: Value) -> Value {
        json!({
            "name": name, "version": "0.1.0", "id": format!("path#{name}"),
            "manifest_path": format!("/w/{name}/Cargo.toml"),
            "targets": [{ "crate_types": [kind] }],
            "features": { "idl": [] },
            "dependencies": dependencies,
        })
    }

    fn workspace() -> Workspace {
        let std = json!([{ "name": "actors-std", "kind": null, "rename": null }]);
        let renamed = json!([{ "name": "actors-std", "kind": null, "rename": "sdk" }]);
        let only_tests = json!([{ "name": "actors-std", "kind": "dev", "rename": null }]);
        let metadata = json!({
            "packages": [
                package("typed", "cdylib", std),
                package("renamed", "cdylib", renamed),
                package("raw", "cdylib", only_tests),
                package("actors-std", "lib", json!([])),
                package("elsewhere", "cdylib", json!([])),
            ],
            "workspace_members": ["path#typed", "path#renamed", "path#raw", "path#actors-std"],
            "workspace_default_members": ["path#typed", "path#raw"],
            "workspace_root": "/w",
            "target_directory": "/w/target",
        });
        Workspace::read(&metadata).expect("it is complete")
    }

    fn selected(manifest: &str, names: &[&str]) -> Result<Vec<String>, String> {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        workspace()
            .select(Path::new(manifest), &names)
            .map(|found| found.into_iter().map(|it| it.name).collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn programs_are_members_that_are_a_cdylib() {
        let found = workspace();
        let features: Vec<_> = found
            .programs
            .iter()
            .map(|it| (it.name.as_str(), it.idl_feature.as_deref()))
            .collect();
        assert_eq!(
            features,
            [
                ("typed", Some("actors-std/idl")),
                ("renamed", Some("sdk/idl")),
                ("raw", None)
            ]
        );
        assert_eq!(found.folders.len(), 5, "paths of all may be in a program");
    }

    #[test]
    fn those_are_built_that_are_meant() {
        let here = |names: &[&str]| Ok(names.iter().map(ToString::to_string).collect());
        assert_eq!(selected("/w/Cargo.toml", &[]), here(&["typed", "raw"]));
        assert_eq!(selected("/w/renamed/Cargo.toml", &[]), here(&["renamed"]));
        assert_eq!(selected("/w/Cargo.toml", &["raw"]), here(&["raw"]));
        let none = selected("/w/actors-std/Cargo.toml", &[]).expect_err("no program");
        assert!(none.contains("cdylib"), "{none}");
        let other = selected("/w/Cargo.toml", &["rwa"]).expect_err("no such program");
        assert!(other.contains("typed, renamed, raw"), "{other}");
    }
}
