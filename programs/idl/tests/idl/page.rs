//! `docs/idl.md` shows a section byte by byte.
//!
//! `UPDATE=1 cargo test -p actors-idl` writes it anew.

use actors_idl::{Builder, Call, Idl, VERSION};
use codec::Encode;

use crate::token::call;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/idl.md");
const BEGIN: &str = "<!-- begin: a section byte by byte, written by a test -->\n";
const END: &str = "<!-- end -->\n";

/// The program of the page: one method, which takes a number and returns it.
fn echo() -> Idl {
    let mut builder = Builder::new("echo", "0.1.0", &[]);
    let say = Call {
        docs: vec![" Says it again.".into()],
        args: vec![builder.arg::<u32>("it")],
        payable: false,
        returns: builder.ty::<u32>(),
        ..call("say", 0)
    };
    builder.method(say);
    builder.finish()
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// The section in parts, each with what it is.
fn parts(idl: &Idl) -> Vec<(Vec<u8>, &'static str)> {
    let one = |count: usize| vec![(count as u8) << 2];
    let mut parts = vec![
        (vec![VERSION], "the version of the format"),
        (idl.name.encode(), "`name`: 4 bytes, \"echo\""),
        (idl.version.encode(), "`version`: 5 bytes, \"0.1.0\""),
        (idl.docs.encode(), "`docs`: no line"),
        (one(idl.types.types.len()), "`types`: one"),
    ];
    for ty in &idl.types.types {
        parts.push((
            ty.encode(),
            "type 0: no path, no parameters, a primitive (5), `u32` (5), no docs",
        ));
    }
    parts.push((idl.constructors.encode(), "`constructors`: none"));
    parts.push((one(idl.methods.len()), "`methods`: one"));
    for method in &idl.methods {
        parts.push((method.name.encode(), "its `name`: \"say\""));
        parts.push((method.route.encode(), "its `route`"));
        parts.push((
            method.docs.encode(),
            "its `docs`: one line, \" Says it again.\"",
        ));
        parts.push((method.args.encode(), "its `args`: one, \"it\", of type 0"));
        parts.push((method.payable.encode(), "not `payable`"));
        parts.push((method.is_async.encode(), "not `is_async`"));
        parts.push((
            method.returns.encode(),
            "it `returns` type 0, a `u32` in four bytes",
        ));
        parts.push((method.error.encode(), "no `error`"));
    }
    parts.push((idl.queries.encode(), "`queries`: none"));
    parts.push((idl.migrations.encode(), "`migrations`: none"));
    parts.push((idl.events.encode(), "no `events`"));
    parts.push((idl.state_version.encode(), "no `state_version`"));
    parts
}

#[test]
fn the_page_shows_a_section_byte_by_byte() {
    let idl = echo();
    let parts = parts(&idl);
    let whole: Vec<u8> = parts.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
    assert_eq!(whole, idl.encode_section());
    assert_eq!(Idl::decode_section(&whole), Ok(idl));

    let mut rows = String::from("| bytes | what they are |\n|---|---|\n");
    for (bytes, what) in &parts {
        rows.push_str(&format!("| `{}` | {what} |\n", hex(bytes)));
    }
    let page = std::fs::read_to_string(PAGE).expect("the page is there");
    let (head, rest) = page.split_once(BEGIN).expect("the page has the beginning");
    let (_, tail) = rest.split_once(END).expect("the page has the end");
    let expected = format!("{head}{BEGIN}\n{rows}\n{END}{tail}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &expected).expect("the page can be written");
        return;
    }
    assert!(
        page == expected,
        "docs/idl.md differs from the format; UPDATE=1 cargo test -p actors-idl writes it anew"
    );
}
