//! The test suite of the WebAssembly specification, whole.

use actors_oracle::suite::{files, run, Tally};

#[test]
fn every_assertion_about_what_the_chain_allows_holds() {
    let mut tally = Tally::default();
    for file in files() {
        tally.add(run(&file, false));
    }
    println!("{tally}");
    assert!(tally.failed.is_empty(), "{:#?}", tally.failed);
    let expected = include_str!("suite.txt");
    assert_eq!(
        tally.to_string().trim(),
        expected.trim(),
        "what is run of the suite, and what is not, has changed: see tests/suite.txt"
    );
}
