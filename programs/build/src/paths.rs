//! Paths of this machine, which have no place in a program.

use std::{env, path::PathBuf};

use crate::{package::Workspace, Error};

/// Which paths are called what, so that a program says where it panics, but not on whose machine
/// it was built. Of those that fit, the compiler takes the last.
pub(crate) fn remaps(
    workspace: &Workspace,
    sources: (PathBuf, String),
) -> impl Iterator<Item = (String, String)> + '_ {
    let mut folders: Vec<_> = workspace.folders.iter().collect();
    // Those further in come later.
    folders.sort();
    let root = (workspace.root.clone(), ".".to_string());
    let target = (workspace.target.clone(), "target".to_string());
    let packages = folders.into_iter().map(|(folder, name)| {
        let inside = folder.strip_prefix(&workspace.root);
        let name = match inside {
            Ok(inside) if !inside.as_os_str().is_empty() => inside.display().to_string(),
            Ok(_) => ".".into(),
            Err(_) => name.clone(),
        };
        (folder.clone(), name)
    });
    [sources, root]
        .into_iter()
        .chain(packages)
        .chain([target])
        .map(|(from, to)| (from.display().to_string(), to))
}

/// Refuses a program that names a folder of this machine: it would have another hash on any
/// other, and tell whose machine this is.
pub(crate) fn check(workspace: &Workspace, wasm: &[u8]) -> Result<(), Error> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|it| PathBuf::from(it).join(".cargo")));
    let folders = [
        Some(workspace.root.clone()),
        Some(workspace.target.clone()),
        home,
    ];
    for folder in folders.into_iter().flatten() {
        let text = folder.display().to_string();
        // The root folder, or none, would be found anywhere.
        if text.len() > 1 && contains(wasm, text.as_bytes()) {
            return Err(Error::new(
                format!("it contains the path {text} of this machine"),
                "take it out of what the program includes: env!, file paths made by a build \
                 script, include_str!",
            ));
        }
    }
    Ok(())
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_of_a_machine_stays() {
        let workspace = Workspace {
            root: "/home/me/w".into(),
            target: "/home/me/w/target".into(),
            programs: Vec::new(),
            has_sdk: false,
            folders: vec![
                (
                    "/home/me/.cargo/registry/src/x-1/dep-1.0.0".into(),
                    "dep-1.0.0".into(),
                ),
                ("/home/me/w/p".into(), "p-0.1.0".into()),
                ("/home/me/std".into(), "actors-std-0.1.0".into()),
            ],
        };
        let sources = ("/rust/lib/rustlib/src/rust".into(), "/rustc/abc".into());
        let remaps: Vec<_> = remaps(&workspace, sources).collect();
        let remaps: Vec<_> = remaps
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            remaps,
            [
                ("/rust/lib/rustlib/src/rust", "/rustc/abc"),
                ("/home/me/w", "."),
                ("/home/me/.cargo/registry/src/x-1/dep-1.0.0", "dep-1.0.0"),
                ("/home/me/std", "actors-std-0.1.0"),
                ("/home/me/w/p", "p"),
                ("/home/me/w/target", "target"),
            ]
        );
    }

    #[test]
    fn a_path_that_stays_is_found() {
        let workspace = Workspace {
            root: "/home/me/w".into(),
            target: "/".into(),
            programs: Vec::new(),
            has_sdk: false,
            folders: Vec::new(),
        };
        assert_eq!(check(&workspace, b"at w/src/lib.rs:3, /"), Ok(()));
        let error = check(&workspace, b"at /home/me/w/src/lib.rs:3").expect_err("a path");
        assert!(
            error.to_string().contains("the path /home/me/w "),
            "{error}"
        );
    }
}
