//! The reference pages list the ABI as it is: `docs/abi.md` the table of imports, and
//! `docs/protocol.md` the reply codes.
//!
//! `UPDATE=1 cargo test -p actors-primitives --test reference` writes it anew.

use actors_primitives::{
    abi::{Entries, Entry, Import, ValType, IMPORTS},
    ReplyCode,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/abi.md");
const CODES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/protocol.md");
const BEGIN: &str = "<!-- begin: the table of imports, written by a test -->\n";
const END: &str = "<!-- end -->\n";

fn signature(import: &Import) -> String {
    let params: Vec<_> = import
        .params
        .iter()
        .map(|(name, ty)| match ty {
            ValType::I32 => (*name).to_string(),
            ValType::I64 => format!("{name}: i64"),
        })
        .collect();
    let result = match import.result {
        None => "",
        Some(ValType::I32) => " -> i32",
        Some(ValType::I64) => " -> i64",
    };
    format!("`{}({}){result}`", import.name, params.join(", "))
}

fn entries(entries: Entries) -> String {
    if entries == Entries::ALL {
        return "everywhere".into();
    }
    if entries == Entries::READERS {
        return "everywhere but `_initialize`".into();
    }
    if entries == Entries::TURNS {
        return "where a program acts".into();
    }
    let names: Vec<_> = Entry::ALL
        .into_iter()
        .filter(|entry| entries.contains(*entry))
        .map(|entry| format!("`{}`", entry.export()))
        .collect();
    names.join(", ")
}

fn rows() -> String {
    let mut text = "| import | where | what it does |\n|---|---|---|\n".to_string();
    for import in IMPORTS {
        let (signature, entries) = (signature(import), entries(import.entries));
        text.push_str(&format!(
            "| {signature} | {entries} | {} |\n",
            import.doc.trim()
        ));
    }
    text
}

#[test]
fn the_reference_page_lists_the_table() {
    let page = std::fs::read_to_string(PAGE).expect("the reference page is there");
    let (head, rest) = page
        .split_once(BEGIN)
        .expect("the page has the table's beginning");
    let (_, tail) = rest.split_once(END).expect("the page has the table's end");
    let expected = format!("{head}{BEGIN}\n{}\n{END}{tail}", rows());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &expected).expect("the reference page can be written");
        return;
    }
    assert!(
        page == expected,
        "docs/abi.md differs from the table in src/abi.rs; \
         UPDATE=1 cargo test -p actors-primitives --test reference writes it anew"
    );
}

#[test]
fn every_reply_code_has_its_row() {
    let page = std::fs::read_to_string(CODES).expect("the reference page is there");
    for reply in ReplyCode::ALL {
        let number = match reply.code() {
            small @ ..=0xff => small.to_string(),
            large => format!("{large:#x}"),
        };
        let row = format!("\n| {number} | `{reply:?}` | ");
        assert!(page.contains(&row), "no row like {row:?}");
    }
}
