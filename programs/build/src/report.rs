//! What the command says, on a terminal and elsewhere.

use std::{
    fmt::Display,
    io::{stderr, stdout, IsTerminal},
};

use actors_build::{Blob, Error, Step};
use actors_idl::Change;
use serde_json::{json, Value};

/// How to speak.
pub(crate) struct Report {
    colour_out: bool,
    colour_err: bool,
}

const BOLD: &str = "1";
const RED: &str = "1;31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

impl Report {
    pub(crate) fn new() -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
        Self {
            colour_out: wanted && stdout().is_terminal(),
            colour_err: wanted && stderr().is_terminal(),
        }
    }

    /// Cargo is slow: say what it is busy with.
    pub(crate) fn step(&self, step: &Step<'_>) {
        eprintln!("{}  {step}", paint(self.colour_err, BOLD, "  .."));
    }

    pub(crate) fn error(&self, error: &Error) {
        eprintln!("{}  {}", paint(self.colour_err, RED, "fail"), error.what());
        eprintln!("      mend it: {}", error.remedy());
    }

    pub(crate) fn change(&self, name: &str, change: &Change) {
        let (colour, word) = match (change.is_breaking(), change.breaks()) {
            (true, _) => (RED, "breaks"),
            (false, Some(_)) => (YELLOW, "  note"),
            (false, None) => (GREEN, "    ok"),
        };
        let name = match name {
            "" => String::new(),
            name => format!("{name}: "),
        };
        println!("{}  {name}{change}", paint(self.colour_out, colour, word));
    }

    /// What the author of a program should know.
    pub(crate) fn notes(&self, name: &str, notes: &[String]) {
        for note in notes {
            println!(
                "{}  {name}: {note}",
                paint(self.colour_out, YELLOW, "  note")
            );
        }
    }

    /// Sizes and code hashes.
    pub(crate) fn table(&self, rows: &[Row<'_>]) {
        let lengths = rows.iter().map(|row| row.name.chars().count());
        let width = lengths.max().unwrap_or_default().max("program".len());
        let from = |before: Option<String>| match rows.iter().any(|row| row.before.is_some()) {
            true => format!("{:>9}  ", before.unwrap_or_default()),
            false => String::new(),
        };
        let head = format!(
            "{:width$}  {:>7}  {}{:>6}  code hash",
            "program",
            "bytes",
            from(Some("made from".into())),
            "IDL"
        );
        println!("{}", paint(self.colour_out, BOLD, &head));
        for Row { name, blob, before } in rows {
            let (code, idl) = (blob.code_bytes(), blob.idl_bytes);
            let from = from(before.map(|bytes| bytes.to_string()));
            println!("{name:width$}  {code:>7}  {from}{idl:>6}  {}", hash(blob));
        }
    }
}

/// A program in the table.
pub(crate) struct Row<'a> {
    pub(crate) name: &'a str,
    pub(crate) blob: &'a Blob,
    /// The bytes that the compiler made, if that is known.
    pub(crate) before: Option<usize>,
}

/// A code hash as wallets show it.
pub(crate) fn hash(blob: &Blob) -> String {
    let digits = blob.code_hash().map(|byte| format!("{byte:02x}"));
    format!("0x{}", digits.concat())
}

/// The entries that a program exports.
pub(crate) fn entries(blob: &Blob) -> Vec<&'static str> {
    let all = actors_primitives::abi::Entry::ALL.iter();
    let exported = all.filter(|entry| blob.info.exports.contains(**entry));
    exported.map(|entry| entry.export()).collect()
}

pub(crate) fn change(change: &Change) -> Value {
    json!({
        "breaking": change.is_breaking(),
        "breaks": change.breaks().map(|audience| audience.to_string()),
        "place": change.place,
        "what": change.what,
    })
}

fn paint(colour: bool, code: &str, text: impl Display) -> String {
    match colour {
        true => format!("\x1b[{code}m{text}\x1b[0m"),
        false => text.to_string(),
    }
}
