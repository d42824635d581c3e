//! Calls between the pallet's files go in one direction. Imports do not show it, since methods of
//! `Pallet` need none: so this reads the sources.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Each file, or folder of files, that has methods of `Pallet`. Each calls only those before it.
const ORDER: &[&str] = &[
    "agenda",
    "share",
    "place",
    "till",
    "purse",
    "ledger",
    "deposit",
    "code",
    "heirs",
    "value",
    "mailbox",
    "graves",
    "exit",
    "program",
    "queue",
    "record",
    "waiting",
    "reply",
    "calls",
    "delivery",
    "pages",
    "upgrade",
    "commit",
    "sweep",
    "host",
    "turn",
    "service",
    "migrations",
    "views",
    "integrity",
    "invariants",
    "lib",
];

/// What is no part of a chain.
const OUTSIDE: &[&str] = &["mock", "suite", "tests"];

/// A file's name without its ending, or the name of its folder; and what it says.
type Sources = Vec<(String, String)>;

#[test]
fn calls_go_in_one_direction() {
    let sources = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let methods = methods(&sources).unwrap();
    assert!(methods.len() > 150, "only {} methods found", methods.len());
    let calls = calls(&sources, &methods);
    assert!(calls.len() > 150, "only {} calls found", calls.len());
    let wrong = against(&calls, ORDER);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_call_against_the_order_is_found() {
    let source = |room: &str, method: &str, body: &str| {
        let text = format!(
            "impl<T: Config> Pallet<T> {{\n    pub(crate) fn {method}() {{\n        {body}\n    }}\n}}\n"
        );
        (room.to_string(), text)
    };
    let judge = |body| {
        let sources = vec![
            source("low", "low", body),
            source("high", "high", "Self::low();"),
        ];
        against(
            &calls(&sources, &methods(&sources).unwrap()),
            &["low", "high"],
        )
    };
    assert!(judge("").is_empty());
    assert!(judge("// Self::high() is not called.").is_empty());
    assert_eq!(
        judge("Self::high()"),
        ["low must not call high::high: it stands before it"]
    );
    assert_eq!(judge("[1].map(Pallet::<T>::high)").len(), 1);
    let homeless = vec![
        source("low", "low", ""),
        source("new", "new", "Self::low();"),
    ];
    let found = against(&calls(&homeless, &methods(&homeless).unwrap()), &["low"]);
    assert_eq!(found, ["new has no place in the order"]);
    let twice = vec![source("low", "same", ""), source("high", "same", "")];
    assert!(methods(&twice).is_err());
}

fn read(folder: &Path) -> Sources {
    let mut sources = Vec::new();
    for path in files(folder) {
        let inner = path.strip_prefix(folder).unwrap().with_extension("");
        let room = inner.iter().next().unwrap().to_str().unwrap().to_string();
        if !OUTSIDE.contains(&room.as_str()) {
            sources.push((room, fs::read_to_string(path).unwrap()));
        }
    }
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

/// The room of each method of `Pallet`.
fn methods(sources: &Sources) -> Result<BTreeMap<String, String>, String> {
    let mut methods = BTreeMap::new();
    for (room, text) in sources {
        let blocks = text.split("impl<T: Config> Pallet<T> {").skip(1);
        for block in blocks {
            let block = block.split("\n}").next().unwrap_or_default();
            for line in block.lines().filter(|line| !line.starts_with("     ")) {
                let Some((_, rest)) = line.split_once("fn ") else {
                    continue;
                };
                let name = identifier(rest).to_string();
                if let Some(other) = methods.insert(name.clone(), room.clone()) {
                    if other != *room {
                        return Err(format!("both {other} and {room} have a method `{name}`"));
                    }
                }
            }
        }
    }
    Ok(methods)
}

/// Who calls whom: a room, the other room, its method.
fn calls(sources: &Sources, methods: &BTreeMap<String, String>) -> Vec<[String; 3]> {
    let mut calls = Vec::new();
    for (room, text) in sources {
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        let code = code.collect::<Vec<_>>().join("\n");
        for prefix in ["Self::", "Pallet::<T>::"] {
            for rest in code.split(prefix).skip(1) {
                let name = identifier(rest);
                if let Some(other) = methods.get(name).filter(|other| *other != room) {
                    calls.push([room.clone(), other.clone(), name.to_string()]);
                }
            }
        }
    }
    calls.sort();
    calls.dedup();
    calls
}

/// What breaks the order.
fn against(calls: &[[String; 3]], order: &[&str]) -> Vec<String> {
    let place = |room: &String| order.iter().position(|known| known == room);
    let judge = |[caller, callee, method]: &[String; 3]| match (place(caller), place(callee)) {
        (None, _) => Some(format!("{caller} has no place in the order")),
        (_, None) => Some(format!("{callee} has no place in the order")),
        (Some(from), Some(to)) => (from < to)
            .then(|| format!("{caller} must not call {callee}::{method}: it stands before it")),
    };
    calls.iter().filter_map(judge).collect()
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}
