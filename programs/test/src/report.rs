//! What programs cost, in a file beside the tests: a change is seen before it is made.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
};

use crate::{
    show::{number, signed},
    Message, Wasm,
};

/// What the file begins with.
const HEADER: &str = "\
# What a test measured. `UPDATE=1 cargo test` writes this file anew; docs/testing.md tells of it.
# Gas is counted in what the compiler made of a program, and sizes are of that: another build of the
# compiler, or of the optimiser, gives other numbers.
";

/// A report of gas and sizes, which is compared with the one that is committed.
///
/// ```no_run
/// # use actors_test::{Chain, Report, Wasm};
/// # let chain = Chain::new();
/// # let alice = chain.user("alice");
/// # let wasm = Wasm::from("ping.wasm");
/// # let ping = chain.deploy(&wasm).by(&alice);
/// let mut report = Report::new("tests/report/ping.txt");
/// report.gas("ping", &ping.send(b"PING").by(&alice));
/// report.size("ping.wasm", &wasm);
/// report.check();
/// ```
///
/// Tests that cargo runs stand in the folder of their package, from where a relative path leads.
#[must_use = "a report that is not checked says nothing"]
pub struct Report {
    path: PathBuf,
    rows: Vec<Row>,
    is_checked: bool,
}

/// A line of a report.
#[derive(Clone, PartialEq, Eq)]
struct Row {
    name: String,
    value: u128,
    unit: String,
}

impl Report {
    /// A report that is to be compared with that file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_path_buf(),
            rows: Vec::new(),
            is_checked: false,
        }
    }

    /// Adds the gas that a message and all it caused burned. Waits for its reply.
    ///
    /// # Panics
    ///
    /// When there is no reply, and as [`Report::figure`].
    #[track_caller]
    pub fn gas(&mut self, name: &str, message: &Message) {
        let _ = message.reply();
        self.figure(name, message.cascade_gas(), "gas");
    }

    /// Adds the size of a program's code.
    ///
    /// # Panics
    ///
    /// As [`Report::figure`].
    #[track_caller]
    pub fn size(&mut self, name: &str, wasm: impl Into<Wasm>) {
        self.figure(name, wasm.into().bytes().len() as u64, "bytes");
    }

    /// Adds any number, with its unit: one word.
    ///
    /// # Panics
    ///
    /// When there is a row of that name already, or when the name or unit cannot stand in a line.
    #[track_caller]
    pub fn figure(&mut self, name: &str, value: impl Into<u128>, unit: &str) {
        let is_line = !name.trim().is_empty() && !name.starts_with('#') && !name.contains('\n');
        assert!(is_line, "a row of a report cannot be called {name:?}");
        let is_word = !unit.is_empty() && !unit.contains(char::is_whitespace);
        assert!(is_word, "a unit is one word, and {unit:?} is not");
        let name = name.trim().to_string();
        assert!(
            self.rows.iter().all(|row| row.name != name),
            "the report has a row {name:?} already"
        );
        self.rows.push(Row {
            name,
            value: value.into(),
            unit: unit.to_string(),
        });
    }

    /// Compares the report with the file, or writes it where the environment has `UPDATE=1`.
    ///
    /// # Panics
    ///
    /// When they differ: with each difference and the command that accepts it. When there is no such
    /// file, likewise.
    #[track_caller]
    pub fn check(mut self) {
        self.is_checked = true;
        let is_update = std::env::var("UPDATE").is_ok_and(|update| !["", "0"].contains(&&*update));
        match is_update {
            true => self.write(),
            false => self.compare(),
        }
    }

    #[track_caller]
    fn write(&self) {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let made = match folder.as_os_str().is_empty() {
            true => Ok(()),
            false => std::fs::create_dir_all(folder),
        };
        let written = made.and_then(|()| std::fs::write(&self.path, self.text()));
        if let Err(error) = written {
            panic!("cannot write {}: {error}", self.path.display());
        }
    }

    #[track_caller]
    fn compare(&self) {
        let path = self.path.display();
        let accept = accept();
        let file = match std::fs::read_to_string(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => panic!(
                "there is no report {path} to compare with. `{accept}` creates it; commit it then.\
                 \n\n{}",
                self.text()
            ),
            Err(error) => panic!("cannot read {path}: {error}"),
        };
        let old = match parse(&file) {
            Ok(old) => old,
            Err(line) => {
                panic!("{path} is no report: it has the line {line:?}. `{accept}` writes it anew.")
            }
        };
        if old != self.rows {
            panic!(
                "{path} has other figures than the test:\n{}`{accept}` accepts them; commit the \
                 file then.",
                differences(&old, &self.rows)
            );
        }
    }

    fn text(&self) -> String {
        let numbers: Vec<_> = self.rows.iter().map(|row| number(row.value)).collect();
        let names = self.rows.iter().map(|row| row.name.chars().count());
        let (wide, long) = (
            names.max().unwrap_or(0),
            numbers.iter().map(String::len).max().unwrap_or(0),
        );
        let mut text = format!("{HEADER}\n");
        for (row, number) in self.rows.iter().zip(numbers) {
            // Writing into a string does not fail.
            let _ = writeln!(text, "{:wide$}  {number:>long$} {}", row.name, row.unit);
        }
        text
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.is_checked && !std::thread::panicking() {
            panic!(
                "the report {} was not checked: call `check()` when it is complete",
                self.path.display()
            );
        }
    }
}

/// The rows of a file, or the line that is none.
fn parse(file: &str) -> Result<Vec<Row>, &str> {
    let lines = file.lines().map(str::trim);
    let rows = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let mut words = line.rsplitn(3, ' ');
        let (unit, value, name) = (words.next(), words.next(), words.next());
        let value = value.map(|value| value.replace(',', ""));
        match (unit, value.map(|value| value.parse()), name) {
            (Some(unit), Some(Ok(value)), Some(name)) => Ok(Row {
                name: name.trim().to_string(),
                value,
                unit: unit.to_string(),
            }),
            _ => Err(line),
        }
    })
    .collect()
}

/// What is otherwise, a line each.
fn differences(old: &[Row], new: &[Row]) -> String {
    let find = |rows: &[Row], name: &str| rows.iter().find(|row| row.name == name).cloned();
    let mut text = String::new();
    let mut is_only_order = true;
    for row in new {
        let Row { name, value, unit } = row;
        let line = match find(old, name) {
            Some(before) if before == *row => continue,
            Some(before) if before.unit == *unit => {
                format!("{} {unit}", change(before.value, *value))
            }
            Some(before) => format!(
                "{} {} -> {} {unit}",
                number(before.value),
                before.unit,
                number(*value)
            ),
            None => format!("{} {unit}, new", number(*value)),
        };
        is_only_order = false;
        // Writing into a string does not fail.
        let _ = writeln!(text, "  {name}: {line}");
    }
    for Row { name, value, unit } in old {
        if find(new, name).is_none() {
            is_only_order = false;
            let _ = writeln!(text, "  {name}: {} {unit}, gone", number(*value));
        }
    }
    if is_only_order {
        text.push_str("  the same rows in another order\n");
    }
    text
}

fn change(old: u128, new: u128) -> String {
    let change = signed(new as i128 - old as i128);
    let share = match old {
        0 => String::new(),
        old => format!(", {:+.2} %", (new as f64 / old as f64 - 1.0) * 100.0),
    };
    format!("{} -> {} ({change}{share})", number(old), number(new))
}

/// The command that accepts what was measured.
fn accept() -> String {
    let package = std::env::var("CARGO_PKG_NAME").map(|name| format!(" -p {name}"));
    let test = std::thread::current().name().map(|name| format!(" {name}"));
    format!(
        "UPDATE=1 cargo test{}{}",
        package.unwrap_or_default(),
        test.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, rows: &[(&str, u64, &str)]) -> Report {
        let mut report = Report::new(std::env::temp_dir().join(format!("actors-test-{name}.txt")));
        for (name, value, unit) in rows {
            report.figure(name, *value, unit);
        }
        report
    }

    fn refusal(report: Report) -> String {
        let compare = std::panic::AssertUnwindSafe(|| report.check());
        let panic = std::panic::catch_unwind(compare).expect_err("it differs");
        *panic.downcast::<String>().expect("it is a text")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let rows = [
            ("ping", 612_345, "gas"),
            ("the code, whole", 1_234, "bytes"),
        ];
        let written = report("same", &rows);
        written.write();
        let text = std::fs::read_to_string(&written.path).expect("it is there");
        assert!(text.starts_with("# What a test measured."), "{text}");
        let end = "\nping             612,345 gas\nthe code, whole    1,234 bytes\n";
        assert!(text.ends_with(end), "{text}");
        written.check();
        report("same", &rows).check();
    }

    #[test]
    fn a_difference_is_told_in_numbers_and_percent() {
        let old = [
            ("ping", 200_000, "gas"),
            ("pong", 5, "gas"),
            ("code", 1_000, "bytes"),
        ];
        let written = report("other", &old);
        written.write();
        written.check();
        let new = [
            ("ping", 201_500, "gas"),
            ("code", 900, "bytes"),
            ("more", 1, "planck"),
        ];
        let text = refusal(report("other", &new));
        let lines = "has other figures than the test:\n  \
                     ping: 200,000 -> 201,500 (+1,500, +0.75 %) gas\n  \
                     code: 1,000 -> 900 (-100, -10.00 %) bytes\n  \
                     more: 1 planck, new\n  \
                     pong: 5 gas, gone\n`UPDATE=1 cargo test -p actors-test report::tests::a_diff";
        assert!(text.contains(lines), "{text}");
        let turned = [
            ("pong", 5, "gas"),
            ("ping", 200_000, "gas"),
            ("code", 1_000, "bytes"),
        ];
        let text = refusal(report("other", &turned));
        assert!(text.contains("the same rows in another order"), "{text}");
    }

    #[test]
    fn a_missing_file_is_told_with_what_creates_it() {
        let text = refusal(report("missing", &[("ping", 1, "gas")]));
        assert!(text.contains("there is no report "), "{text}");
        assert!(text.contains("actors-test-missing.txt"), "{text}");
        assert!(
            text.contains("`UPDATE=1 cargo test -p actors-test"),
            "{text}"
        );
        assert!(
            text.contains("creates it; commit it then.\n\n# What"),
            "{text}"
        );
    }

    #[test]
    fn a_file_that_is_no_report_is_told() {
        let broken = report("broken", &[]);
        std::fs::write(&broken.path, "ping costs much\n").expect("it is written");
        let text = refusal(broken);
        assert!(
            text.contains("is no report: it has the line \"ping costs much\""),
            "{text}"
        );
    }

    #[test]
    #[should_panic(expected = "has a row \"ping\" already")]
    fn rows_have_names_of_their_own() {
        report("twice", &[("ping", 1, "gas"), ("ping", 2, "gas")]).check();
    }

    #[test]
    #[should_panic(expected = "actors-test-forgotten.txt was not checked")]
    fn a_report_that_is_forgotten_is_told() {
        drop(report("forgotten", &[]));
    }
}
