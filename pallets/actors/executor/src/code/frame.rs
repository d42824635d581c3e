//! The lengths in a blob: each must fit what encloses it.
//!
//! They are checked before wasmparser sees the blob. The version that the engine uses adds a
//! length to a position in `usize`: inside a runtime, where that has 32 bits, a length near 4 GiB
//! wraps around its check and panics, which no native test can show.

use alloc::format;

use super::{cursor::Cursor, Invalid, InvalidKind};

const CODE: u8 = 10;
const DATA: u8 = 11;

const END: u8 = 0x0b;

/// Checks the length of every section, function body and data segment.
pub(crate) fn check(wasm: &[u8]) -> Result<(), Invalid> {
    let mut cursor = Cursor::sections(wasm).ok_or_else(|| cut_off(&Cursor::new(wasm)))?;
    while cursor.left() > 0 {
        let id = cursor.byte().ok_or_else(|| cut_off(&cursor))?;
        let mut section = enclosed(&mut cursor, "section")?;
        match id {
            CODE => {
                for _ in 0..count(&mut section)? {
                    enclosed(&mut section, "function")?;
                }
            }
            DATA => {
                for _ in 0..count(&mut section)? {
                    data_segment(&mut section)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn count(cursor: &mut Cursor<'_>) -> Result<u32, Invalid> {
    cursor.number().ok_or_else(|| cut_off(cursor))
}

/// What the length that comes next encloses.
fn enclosed<'a>(cursor: &mut Cursor<'a>, what: &str) -> Result<Cursor<'a>, Invalid> {
    let start = cursor.offset();
    let length = count(cursor)?;
    let left = cursor.left();
    cursor.take(length).ok_or_else(|| {
        malformed(format!(
            "a {what} says it has {length} bytes, and {left} are left"
        ))
        .at(start)
    })
}

fn data_segment(section: &mut Cursor<'_>) -> Result<(), Invalid> {
    let start = section.offset();
    let kind = count(section)?;
    if kind == 2 {
        count(section)?;
    }
    if kind != 1 {
        offset_expression(section)
            .ok_or_else(|| malformed("the offset of a data segment is not constant").at(start))?;
    }
    enclosed(section, "data segment").map(drop)
}

/// Steps over a constant expression: those of every version of WebAssembly that numbers can be
/// made with, so that the scan can say what is wrong with them.
fn offset_expression(cursor: &mut Cursor<'_>) -> Option<()> {
    loop {
        match cursor.byte()? {
            END => return Some(()),
            // i32.const, global.get, ref.func, ref.null
            0x41 | 0x23 | 0xd2 | 0xd0 => cursor.skip_number(5)?,
            // i64.const
            0x42 => cursor.skip_number(10)?,
            // f32.const
            0x43 => cursor.take(4).map(drop)?,
            // f64.const
            0x44 => cursor.take(8).map(drop)?,
            // add, subtract, multiply
            0x6a..=0x6c | 0x7c..=0x7e => {}
            _ => return None,
        }
    }
}

fn cut_off(cursor: &Cursor<'_>) -> Invalid {
    malformed("the file is cut off, or a number in it is too large").at(cursor.offset())
}

fn malformed(found: impl Into<alloc::string::String>) -> Invalid {
    Invalid::module(
        InvalidKind::Malformed,
        found,
        "this is not valid WebAssembly; build it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(wasm: &[u8]) -> alloc::string::String {
        check(wasm).expect_err("the length is wrong").found
    }

    const MAGIC: &[u8] = b"\0asm\x01\0\0\0";
    /// 2^32 - 1.
    const HUGE: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0x0f];

    #[test]
    fn no_length_near_four_gigabytes_gets_past() {
        let section = [MAGIC, &[1], HUGE].concat();
        assert_eq!(
            refusal(&section),
            "a section says it has 4294967295 bytes, and 0 are left"
        );
        let function = [MAGIC, &[10, 7, 1], HUGE, &[0]].concat();
        assert_eq!(
            refusal(&function),
            "a function says it has 4294967295 bytes, and 1 are left"
        );
        let data = [MAGIC, &[11, 10, 1, 0, 0x41, 0, 0x0b], HUGE].concat();
        assert_eq!(
            refusal(&data),
            "a data segment says it has 4294967295 bytes, and 0 are left"
        );
        let passive = [MAGIC, &[11, 7, 1, 1], HUGE].concat();
        assert_eq!(
            refusal(&passive),
            "a data segment says it has 4294967295 bytes, and 0 are left"
        );
        let indexed = [MAGIC, &[11, 11, 1, 2, 0, 0x23, 0, 0x0b], HUGE].concat();
        assert_eq!(
            refusal(&indexed),
            "a data segment says it has 4294967295 bytes, and 0 are left"
        );
    }

    #[test]
    fn an_offset_that_cannot_be_read_is_refused() {
        let vector = [MAGIC, &[11, 4, 1, 0, 0xfd, 12]].concat();
        assert_eq!(
            refusal(&vector),
            "the offset of a data segment is not constant"
        );
    }

    #[test]
    fn every_truncation_is_refused_or_ends_at_a_section() {
        let module = wat::parse_str(
            "(module (memory 1) (func nop) (data (i32.const 8) \"abc\") (data \"passive\"))",
        )
        .expect("the text is a module");
        assert_eq!(check(&module), Ok(()));
        let accepted = (0..module.len()).filter(|end| check(&module[..*end]).is_ok());
        // After the header, and after each of the five sections but the last.
        assert_eq!(accepted.count(), 5);
    }
}
