//! The names that the module's author gave its functions.

use alloc::{collections::BTreeMap, string::String};

use super::{cursor::Cursor, FunctionRef};

/// Characters of a name that an error message shows.
const SHOWN: usize = 80;

/// The id of custom sections.
const CUSTOM: u8 = 0;
/// The id of the subsection that names functions.
const FUNCTIONS: u8 = 1;

/// Function names, by index.
#[derive(Debug, Default)]
pub(crate) struct Names<'a>(BTreeMap<u32, &'a str>);

impl<'a> Names<'a> {
    /// Reads the name section. It is for people only, so one that is malformed, as far as it is
    /// readable, is as good as none. It is read here because wasmparser trusts the lengths in it.
    pub(crate) fn read(wasm: &'a [u8], functions: u32) -> Self {
        let mut names = Self::default();
        let _ = Cursor::sections(wasm).and_then(|first| names.read_sections(first, functions));
        names
    }

    fn read_sections(&mut self, mut cursor: Cursor<'a>, functions: u32) -> Option<()> {
        loop {
            let id = cursor.byte()?;
            let size = cursor.number()?;
            let mut section = cursor.take(size)?;
            if id == CUSTOM && text(&mut section) == Some("name") {
                // Another name section may be in order where this one is not.
                let _ = self.read_subsections(section, functions);
            }
        }
    }

    fn read_subsections(&mut self, mut section: Cursor<'a>, functions: u32) -> Option<()> {
        loop {
            let id = section.byte()?;
            let size = section.number()?;
            let mut subsection = section.take(size)?;
            if id != FUNCTIONS {
                continue;
            }
            for _ in 0..subsection.number()? {
                let index = subsection.number()?;
                let name = text(&mut subsection)?;
                if index < functions {
                    self.0.entry(index).or_insert(name);
                }
            }
        }
    }

    /// The function with that index, by name if it has one.
    pub(crate) fn function(&self, index: u32) -> FunctionRef {
        FunctionRef {
            index,
            name: self.0.get(&index).map(|name| shown(name)),
        }
    }
}

/// The text behind its length that comes next.
pub(super) fn text<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let length = cursor.number()?;
    core::str::from_utf8(cursor.take(length)?.bytes()).ok()
}

/// A name out of an untrusted blob as it may stand in a message.
pub(crate) fn shown(name: &str) -> String {
    name.chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect()
}
