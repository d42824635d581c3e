//! The description of a program's interface that a blob carries behind its code.

use actors_primitives::abi;
use alloc::format;

use super::{cursor::Cursor, names::text, Invalid, InvalidKind};
use crate::Limits;

/// The id of custom sections.
const CUSTOM: u8 = 0;

const MISPLACED_REMEDY: &str =
    "`actors-build` puts the one `actors:idl` section behind all others: build with it, and add \
     nothing to the file afterwards";

/// An uploaded blob, in its two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob<'a> {
    /// What is judged, loaded and run: all that comes before the IDL's section.
    pub code: &'a [u8],
    /// The IDL's section as it stands in the blob, its header included; empty if there is none.
    pub section: &'a [u8],
    /// What that section says.
    pub idl: Option<&'a [u8]>,
}

/// Splits a blob before its custom section [`abi::IDL`]. What it says is bytes and nothing else
/// here.
///
/// A blob whose sections cannot be told apart is left whole, for [`validate`](crate::validate) to
/// refuse.
///
/// # Errors
///
/// There are several such sections, or something comes behind.
pub fn split_idl(wasm: &[u8]) -> Result<Blob<'_>, Invalid> {
    let whole = Blob {
        code: wasm,
        section: &[],
        idl: None,
    };
    let Some(mut cursor) = Cursor::sections(wasm) else {
        return Ok(whole);
    };
    let mut found = None;
    while cursor.left() > 0 {
        let start = cursor.offset();
        let Some((id, section)) = section(&mut cursor) else {
            return Ok(whole);
        };
        let idl = content(id, section);
        match (found, idl) {
            (None, None) => {}
            (None, Some(idl)) => found = Some((start, idl)),
            (Some(_), Some(_)) => {
                return Err(misplaced("the module has a second `actors:idl` section").at(start))
            }
            (Some((first, _)), None) => {
                let found = "the `actors:idl` section is not the module's last";
                return Err(misplaced(found).at(first));
            }
        }
    }
    let blob = found.and_then(|(start, idl)| {
        let (code, section) = wasm.split_at_checked(start)?;
        Some(Blob {
            code,
            section,
            idl: Some(idl),
        })
    });
    Ok(blob.unwrap_or(whole))
}

/// What a [`Blob::section`] says.
#[must_use]
pub fn idl_of(section: &[u8]) -> Option<&[u8]> {
    let (id, section) = self::section(&mut Cursor::new(section))?;
    content(id, section)
}

/// Refuses an IDL that is too long.
pub(crate) fn check(blob: &Blob<'_>, limits: &Limits) -> Result<(), Invalid> {
    let length = blob.idl.map_or(0, <[u8]>::len);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    if length <= limits.idl {
        return Ok(());
    }
    Err(Invalid::module(
        InvalidKind::IdlTooLarge,
        format!(
            "the `actors:idl` section has {length} bytes, and the limit is {}",
            limits.idl
        ),
        "shorten the comments that describe the program, or have fewer types",
    )
    .at(blob.code.len()))
}

/// The next section: its id, and what its length encloses.
fn section<'a>(cursor: &mut Cursor<'a>) -> Option<(u8, Cursor<'a>)> {
    let id = cursor.byte()?;
    let length = cursor.number()?;
    Some((id, cursor.take(length)?))
}

/// What a section says, if it is the IDL's.
fn content(id: u8, mut section: Cursor<'_>) -> Option<&[u8]> {
    let is_idl = id == CUSTOM && text(&mut section)? == abi::IDL;
    is_idl.then(|| section.bytes())
}

fn misplaced(found: &str) -> Invalid {
    Invalid::module(InvalidKind::IdlMisplaced, found, MISPLACED_REMEDY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    const MODULE: &[u8] = b"\0asm\x01\0\0\0\x05\x03\x01\0\x01";

    /// A custom section.
    fn custom(name: &str, says: &[u8]) -> Vec<u8> {
        let body = [&[name.len() as u8], name.as_bytes(), says].concat();
        [&[0, body.len() as u8], &body[..]].concat()
    }

    fn idl(says: &[u8]) -> Vec<u8> {
        custom("actors:idl", says)
    }

    fn kind(wasm: &[u8]) -> (InvalidKind, Option<u32>) {
        let error = split_idl(wasm).expect_err("it is misplaced");
        (error.kind, error.offset)
    }

    #[test]
    fn what_is_behind_the_code_is_split_off_as_it_is() {
        for says in [&b"\x01\xff{}"[..], b""] {
            let section = idl(says);
            let wasm = [MODULE, &section].concat();
            let blob = split_idl(&wasm).expect("it is the last");
            assert_eq!((blob.code, blob.section), (MODULE, &section[..]));
            assert_eq!(blob.idl, Some(says));
            assert_eq!(idl_of(blob.section), Some(says));
        }
        // A length may be written longer than it has to be.
        let long = [&[0, 0x8e, 0x80, 0][..], &idl(b"abc")[2..]].concat();
        let wasm = [MODULE, &long].concat();
        let blob = split_idl(&wasm).expect("it is the last");
        assert_eq!((blob.section, blob.idl), (&long[..], Some(&b"abc"[..])));
    }

    #[test]
    fn other_sections_stay_where_they_are() {
        let others = [custom("name", b""), custom("actors:idl2", b"x"), vec![0, 0]];
        for wasm in [MODULE, &[MODULE, &others.concat()].concat(), &MODULE[..8]] {
            let blob = split_idl(wasm).expect("it has none");
            assert_eq!((blob.code, blob.section, blob.idl), (wasm, &[][..], None));
            assert_eq!(idl_of(blob.section), None);
        }
    }

    #[test]
    fn it_is_one_and_the_last() {
        let twice = [MODULE, &idl(b"a"), &idl(b"b")].concat();
        let second = MODULE.len() + idl(b"a").len();
        assert_eq!(
            kind(&twice),
            (InvalidKind::IdlMisplaced, Some(second as u32))
        );
        let first = (InvalidKind::IdlMisplaced, Some(MODULE.len() as u32));
        assert_eq!(
            kind(&[MODULE, &idl(b"a"), &custom("name", b"")].concat()),
            first
        );
        let amid = [&MODULE[..8], &idl(b"a"), &MODULE[8..]].concat();
        assert_eq!(kind(&amid), (InvalidKind::IdlMisplaced, Some(8)));
    }

    #[test]
    fn what_is_cut_off_is_left_whole() {
        let wasm = [MODULE, &idl(b"abc")].concat();
        for end in MODULE.len() + 1..wasm.len() {
            let blob = split_idl(&wasm[..end]).expect("no section is misplaced");
            assert_eq!((blob.code.len(), blob.idl), (end, None));
        }
        let garbage = [&wasm[..], &[1]].concat();
        assert_eq!(
            split_idl(&garbage).map(|blob| blob.code.len()),
            Ok(garbage.len())
        );
        for text in [&b""[..], b"(module)", b"\0asm"] {
            assert_eq!(split_idl(text).map(|blob| blob.code), Ok(text));
        }
    }

    #[test]
    fn a_section_has_room_for_the_longest_header() {
        let limits = Limits::default();
        let number = |number: u32| {
            let low = [0, 7, 14, 21].map(|shift| (number >> shift) as u8 | 0x80);
            [&low[..], &[(number >> 28) as u8]].concat()
        };
        let says = vec![7; limits.idl as usize];
        let body = [&number(10)[..], b"actors:idl", &says].concat();
        let section = [&[0][..], &number(body.len() as u32), &body].concat();
        let wasm = [MODULE, &section].concat();
        let blob = split_idl(&wasm).expect("it is the last");
        assert_eq!(blob.idl, Some(&says[..]));
        assert_eq!(check(&blob, &limits), Ok(()));
        assert_eq!(section.len(), limits.idl_section() as usize);
    }
}
