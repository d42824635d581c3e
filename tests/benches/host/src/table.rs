//! What is printed.

use std::io::IsTerminal;

/// Whether a figure keeps its bound.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// It is only told.
    None,
    /// At most this.
    Most(f64),
    /// Between the inverse of this and this.
    Within(f64),
}

impl Bound {
    fn is_kept(self, ratio: f64) -> bool {
        match self {
            Self::None => true,
            Self::Most(most) => ratio <= most,
            Self::Within(factor) => ratio <= factor && ratio >= 1.0 / factor,
        }
    }

    fn text(self) -> String {
        match self {
            Self::None => String::new(),
            Self::Most(most) => format!("≤ {most:.2}"),
            Self::Within(factor) => format!("1 ± {:.0}%", (factor - 1.0) * 100.0),
        }
    }
}

/// A line: its name, its figures, and a ratio to judge.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cells: Vec<String>,
    pub(crate) ratio: f64,
    pub(crate) bound: Bound,
}

/// A table of one scenario.
#[derive(Debug)]
pub(crate) struct Table {
    title: &'static str,
    notes: Vec<String>,
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

impl Table {
    pub(crate) fn new(title: &'static str, columns: &'static [&'static str]) -> Self {
        Self {
            title,
            notes: Vec::new(),
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a line above the figures.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Adds a line of figures.
    pub(crate) fn row(
        &mut self,
        name: impl Into<String>,
        cells: Vec<String>,
        ratio: f64,
        bound: Bound,
    ) {
        self.rows.push(Row {
            name: name.into(),
            cells,
            ratio,
            bound,
        });
    }

    /// The rows that break their bound.
    pub(crate) fn broken(&self) -> impl Iterator<Item = String> + '_ {
        let broken = self.rows.iter().filter(|row| !row.bound.is_kept(row.ratio));
        broken.map(|row| {
            format!(
                "{}: {}: {:.2}, {}",
                self.title,
                row.name.trim(),
                row.ratio,
                row.bound.text()
            )
        })
    }

    pub(crate) fn print(&self) {
        let paint = Paint::new();
        println!("\n{}", paint.bold(self.title));
        for note in &self.notes {
            println!("  {note}");
        }
        let name_width = width(self.rows.iter().map(|row| row.name.as_str()), 24);
        let widths: Vec<_> = (0..self.columns.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
                width(
                    cells.map(String::as_str),
                    self.columns[column].chars().count(),
                )
            })
            .collect();
        print!("  {:name_width$}", "");
        for (column, width) in self.columns.iter().zip(&widths) {
            print!("  {column:>width$}");
        }
        println!("  {:>7}  {:<8}", "ratio", "bound");
        for row in &self.rows {
            print!("  {:name_width$}", row.name);
            for (index, width) in widths.iter().enumerate() {
                let cell = row.cells.get(index).map_or("", String::as_str);
                print!("  {cell:>width$}");
            }
            if row.ratio.is_nan() {
                println!();
                continue;
            }
            let ratio = format!("{:>7.2}", row.ratio);
            let (ratio, verdict) = match row.bound {
                Bound::None => (ratio, ""),
                bound if bound.is_kept(row.ratio) => (paint.green(&ratio), "ok"),
                _ => (paint.red(&ratio), "BROKEN"),
            };
            println!("  {ratio}  {:<8} {verdict}", row.bound.text());
        }
    }
}

fn width<'a>(texts: impl Iterator<Item = &'a str>, least: usize) -> usize {
    texts
        .map(|text| text.chars().count())
        .fold(least, usize::max)
}

/// Colours, where they are wanted.
pub(crate) struct Paint(bool);

impl Paint {
    pub(crate) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(!unwanted && std::io::stdout().is_terminal())
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.with("1", text)
    }

    pub(crate) fn green(&self, text: &str) -> String {
        self.with("32", text)
    }

    pub(crate) fn red(&self, text: &str) -> String {
        self.with("31", text)
    }

    fn with(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Nanoseconds as a reader wants them.
pub(crate) fn time(nanoseconds: u64) -> String {
    let value = nanoseconds as f64;
    match nanoseconds {
        0..10_000 => format!("{nanoseconds} ns"),
        10_000..10_000_000 => format!("{:.1} us", value / 1e3),
        _ => format!("{:.1} ms", value / 1e6),
    }
}

/// Picoseconds as a reader wants them.
pub(crate) fn weight(picoseconds: u64) -> String {
    time(picoseconds / 1_000)
}
