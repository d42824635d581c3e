//! What does not compile, and what the compiler says of it. `TRYBUILD=overwrite cargo test -p actors-macros` writes the
//! texts anew.

#[test]
fn wrong_programs_are_told_why() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}
