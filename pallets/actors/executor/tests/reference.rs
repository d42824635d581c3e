//! The page `docs/limits.md` has a row for each limit and each price, with its default, in order.

use actors_executor::{Limits, Schedule};
use std::fmt::Debug;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docs/limits.md");

/// The names and numbers of a flat struct, as its `Debug` writes them.
fn fields(value: &impl Debug) -> Vec<(String, u64)> {
    let text = format!("{value:?}");
    let (_, inner) = text.split_once('{').expect("it is a struct");
    let inner = inner.trim_end_matches('}');
    let fields = inner.split(',').map(|field| {
        let (name, number) = field.split_once(':').expect("it is a field");
        let number = number.trim().parse().expect("it is a number");
        (name.trim().to_string(), number)
    });
    fields.collect()
}

/// The first two columns of the table that the page marks with a name.
fn rows(table: &str) -> Vec<(String, u64)> {
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (_, rest) = page
        .split_once(&format!("<!-- begin: {table} -->"))
        .expect("the page has the table's beginning");
    let (table, _) = rest
        .split_once("<!-- end -->")
        .expect("the page has the table's end");
    let rows = table.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let name = cells.next()?.trim().trim_end_matches('`');
        let number = cells.next()?.trim().replace(',', "");
        let number = number.parse().expect("the second column is a number");
        Some((name.to_string(), number))
    });
    rows.collect()
}

#[test]
fn the_page_lists_the_limits() {
    assert_eq!(rows("limits"), fields(&Limits::default()));
}

#[test]
fn the_page_lists_the_prices() {
    assert_eq!(rows("schedule"), fields(&Schedule::default()));
}
