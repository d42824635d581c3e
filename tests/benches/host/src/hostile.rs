//! Programs that try to take more time than they pay for.

use std::{fs, path::Path, sync::OnceLock};

use crate::{
    chain::{Chain, Runtime},
    charge, mixes, modules,
    ping::try_deploy,
    table::Table,
};

/// Gas of a message: tight loops run into its end. A text that says `;; Gas: N ms` gets that.
pub(crate) const GAS: u64 = 30_000_000_000;
const MILLISECOND: u64 = 1_000_000_000;
/// Gas for programs that cost much to load, and do little.
const GAS_TO_LOAD: u64 = 240_000_000_000;

/// What the names of programs must contain to be measured.
pub(crate) static NAMED: OnceLock<String> = OnceLock::new();

pub(crate) fn run(runtime: &Runtime, laps: u32) -> Table {
    let mut table = Table::new(
        "hostile: serving a message to a program that means ill, against what it is charged",
        charge::COLUMNS,
    );
    charge::explain(&mut table);
    table.note(
        "`ps/gas` is the time over the gas alone, which pays for 1 ps each. `ratio` is the worse",
    );
    table.note("of the two: gas alone must pay for a turn as well.");
    let laps = (laps / 10).max(5);
    let named = NAMED.get().map_or("", String::as_str);
    for (name, wasm, gas) in programs() {
        if !name.contains(named) {
            continue;
        }
        let mut chain = Chain::new(runtime);
        let program = try_deploy(&mut chain, wasm, b"").unwrap_or_else(|error| {
            panic!("{name} is refused, so that it measures nothing: {error}")
        });
        let (serve, _) = charge::message(&mut chain, program, b"", gas, laps);
        serve.row_by_gas(&mut table, name);
    }
    table
}

fn gas(text: &str) -> u64 {
    let said = text.lines().find_map(|line| {
        let number = line.strip_prefix(";; Gas: ")?.strip_suffix(" ms")?;
        number.parse::<u64>().ok()
    });
    said.map_or(GAS, |said| said * MILLISECOND)
}

fn programs() -> Vec<(String, Vec<u8>, u64)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../hostile");
    let entries =
        fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut programs: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("the directory can be read").path();
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("the file can be read");
            let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, wasm, gas(&text))
        })
        .collect();
    programs.sort();
    for (name, wasm) in mixes::programs() {
        programs.push((name, wasm, GAS));
    }
    let half = 510 * 1024;
    for (name, wasm) in modules::shapes(half) {
        programs.push((name, wasm, GAS_TO_LOAD));
    }
    for (name, wasm) in [
        ("largest code, ordinary, all run", modules::ordinary(half)),
        ("largest code, dense, all run", modules::dense(half)),
        ("largest code, nested, all run", modules::nested(half)),
        ("largest code, jump tables, all run", modules::tables(half)),
        ("16 KiB code, dense, all run", modules::dense(16 * 1024)),
        ("most functions, all run", modules::small_functions(8_192)),
        ("most of an instance", modules::furnished()),
        ("most data, over the largest memory", modules::data(half)),
    ] {
        programs.push((name.to_owned(), wasm, GAS_TO_LOAD));
    }
    programs
}
