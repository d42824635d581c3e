//! A Wasm module as a list of sections: what is kept of it, and what is added.

use std::{borrow::Cow, collections::BTreeMap};

use wasmparser::{
    BinaryReader, BinaryReaderError, CodeSectionReader, ExportSectionReader, ExternalKind,
    GlobalSectionReader, Name, NameMap, NameSectionReader, Parser,
};

use crate::Error;

const CUSTOM: u8 = 0;
const GLOBALS: u8 = 6;
const EXPORTS: u8 = 7;
const START: u8 = 8;
const ELEMENTS: u8 = 9;
const CODE: u8 = 10;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;

/// A module's sections, in order.
#[derive(Clone)]
pub(crate) struct Module<'a> {
    sections: Vec<Section<'a>>,
}

#[derive(Clone)]
struct Section<'a> {
    id: u8,
    /// Where its body was read from.
    start: usize,
    body: Cow<'a, [u8]>,
}

/// An export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Export {
    pub(crate) name: String,
    pub(crate) kind: ExternalKind,
    pub(crate) index: u32,
}

/// The names of a module's functions and globals, by index, as its author wrote them.
#[derive(Default)]
pub(crate) struct Names {
    functions: BTreeMap<u32, String>,
    globals: BTreeMap<u32, String>,
}

impl Names {
    /// What a function is called in the source.
    pub(crate) fn of(&self, function: u32) -> Option<&str> {
        self.functions.get(&function).map(String::as_str)
    }

    /// What a global is called.
    pub(crate) fn global(&self, global: u32) -> Option<&str> {
        self.globals.get(&global).map(String::as_str)
    }
}

impl<'a> Module<'a> {
    /// Reads the framing of a module.
    pub(crate) fn parse(wasm: &'a [u8]) -> Result<Self, Error> {
        let mut sections = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(|error| malformed(&error))?;
            let Some((id, range)) = payload.as_section() else {
                continue;
            };
            let start = range.start;
            let body = wasm.get(range).unwrap_or_default();
            sections.push(Section {
                id,
                start,
                body: Cow::Borrowed(body),
            });
        }
        Ok(Self { sections })
    }

    /// The content of the last custom section of that name.
    pub(crate) fn custom(&self, name: &str) -> Option<&[u8]> {
        let custom = self.sections.iter().rev().filter(|it| it.id == CUSTOM);
        custom
            .filter_map(|section| split_custom(&section.body))
            .find_map(|(found, content)| (found == name).then_some(content))
    }

    /// Drops the custom sections of such names.
    pub(crate) fn drop_custom(&mut self, goes: impl Fn(&str) -> bool) {
        self.sections.retain(|section| {
            section.id != CUSTOM || split_custom(&section.body).is_some_and(|(name, _)| !goes(name))
        });
    }

    /// Drops the count of data segments, which only passive ones need.
    pub(crate) fn drop_data_count(&mut self) {
        self.sections.retain(|section| section.id != DATA_COUNT);
    }

    /// Adds a custom section at the end.
    pub(crate) fn push_custom(&mut self, name: &str, content: &[u8]) {
        let mut body = Vec::new();
        push_number(&mut body, name.len());
        body.extend_from_slice(name.as_bytes());
        body.extend_from_slice(content);
        self.sections.push(Section {
            id: CUSTOM,
            start: 0,
            body: Cow::Owned(body),
        });
    }

    /// The bytes of custom sections, with their framing.
    pub(crate) fn custom_bytes(&self) -> usize {
        let custom = self.sections.iter().filter(|it| it.id == CUSTOM);
        custom.map(|section| framed(&section.body)).sum()
    }

    /// The exports, in order.
    pub(crate) fn exports(&self) -> Result<Vec<Export>, Error> {
        let Some(body) = self.body(EXPORTS) else {
            return Ok(Vec::new());
        };
        let read = |body| -> Result<Vec<Export>, BinaryReaderError> {
            let exports = ExportSectionReader::new(BinaryReader::new(body, 0))?;
            let owned = |export: wasmparser::Export<'_>| Export {
                name: export.name.into(),
                kind: export.kind,
                index: export.index,
            };
            exports
                .into_iter()
                .map(|export| export.map(owned))
                .collect()
        };
        read(body).map_err(|error| malformed(&error))
    }

    /// Says what is exported.
    pub(crate) fn set_exports(&mut self, exports: &[Export]) {
        let mut body = Vec::new();
        push_number(&mut body, exports.len());
        for export in exports {
            push_number(&mut body, export.name.len());
            body.extend_from_slice(export.name.as_bytes());
            body.push(match export.kind {
                ExternalKind::Func => 0,
                ExternalKind::Table => 1,
                ExternalKind::Memory => 2,
                ExternalKind::Global => 3,
                ExternalKind::Tag => 4,
            });
            push_number(&mut body, export.index as usize);
        }
        self.sections.retain(|section| section.id != EXPORTS);
        if exports.is_empty() {
            return;
        }
        let behind = [START, ELEMENTS, DATA_COUNT, CODE, DATA];
        let place = self.sections.iter().position(|it| behind.contains(&it.id));
        let section = Section {
            id: EXPORTS,
            start: 0,
            body: Cow::Owned(body),
        };
        let place = place.unwrap_or(self.sections.len());
        self.sections.insert(place, section);
    }

    /// Whether each global that the module defines is mutable.
    pub(crate) fn mutable_globals(&self) -> Result<Vec<bool>, Error> {
        let Some(body) = self.body(GLOBALS) else {
            return Ok(Vec::new());
        };
        let read = |body| -> Result<Vec<bool>, BinaryReaderError> {
            let globals = GlobalSectionReader::new(BinaryReader::new(body, 0))?;
            globals
                .into_iter()
                .map(|global| global.map(|global| global.ty.mutable))
                .collect()
        };
        read(body).map_err(|error| malformed(&error))
    }

    /// Takes the start function away, and returns its index.
    pub(crate) fn take_start(&mut self) -> Result<Option<u32>, Error> {
        let Some(body) = self.body(START) else {
            return Ok(None);
        };
        let mut reader = BinaryReader::new(body, 0);
        let index = reader.read_var_u32().map_err(|error| malformed(&error))?;
        self.sections.retain(|section| section.id != START);
        Ok(Some(index))
    }

    /// Puts operators before the one that was read from byte `at` of the module.
    pub(crate) fn insert(&mut self, at: usize, operators: &[u8]) -> Result<(), Error> {
        for section in self.sections.iter_mut().filter(|it| it.id == CODE) {
            let at = at.saturating_sub(section.start);
            let code = insert(&section.body, at, operators).map_err(|error| malformed(&error))?;
            section.body = Cow::Owned(code);
        }
        Ok(())
    }

    fn body(&self, id: u8) -> Option<&[u8]> {
        let found = self.sections.iter().find(|section| section.id == id);
        found.map(|section| &*section.body)
    }

    /// The names of functions and globals, demangled. One that cannot be read is as good as none.
    pub(crate) fn names(&self) -> Names {
        let mut names = Names::default();
        let Some(content) = self.custom("name") else {
            return names;
        };
        let demangled = |map: NameMap<'_>| -> BTreeMap<u32, String> {
            let namings = map.into_iter().flatten();
            namings
                .map(|it| (it.index, format!("{:#}", rustc_demangle::demangle(it.name))))
                .collect()
        };
        for part in NameSectionReader::new(BinaryReader::new(content, 0)) {
            match part {
                Ok(Name::Function(functions)) => names.functions = demangled(functions),
                Ok(Name::Global(globals)) => names.globals = demangled(globals),
                _ => {}
            }
        }
        names
    }

    /// The module as bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut wasm = Vec::from(*b"\0asm\x01\0\0\0");
        for section in &self.sections {
            wasm.push(section.id);
            push_number(&mut wasm, section.body.len());
            wasm.extend_from_slice(&section.body);
        }
        wasm
    }
}

/// The content of a code section with operators inserted before that at a byte of it.
fn insert(code: &[u8], at: usize, operators: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    let bodies = CodeSectionReader::new(BinaryReader::new(code, 0))?;
    let mut written = Vec::new();
    push_number(&mut written, bodies.count() as usize);
    for body in bodies {
        let body = body?;
        let bytes = body.as_bytes();
        let place = at.checked_sub(body.range().start);
        let (before, operators, behind) =
            match place.and_then(|place| bytes.split_at_checked(place)) {
                Some((before, behind)) => (before, operators, behind),
                None => (bytes, &[][..], &[][..]),
            };
        let parts = [before, operators, behind];
        push_number(&mut written, parts.map(<[u8]>::len).iter().sum());
        written.extend(parts.concat());
    }
    Ok(written)
}

/// The bytes of a section with that body.
fn framed(body: &[u8]) -> usize {
    let mut length = Vec::new();
    push_number(&mut length, body.len());
    // Its id comes first.
    body.len().saturating_add(length.len()).saturating_add(1)
}

/// The name of a custom section and its content.
fn split_custom(body: &[u8]) -> Option<(&str, &[u8])> {
    let mut reader = BinaryReader::new(body, 0);
    let name = reader.read_string().ok()?;
    let content = body.get(reader.current_position()..)?;
    Some((name, content))
}

/// Appends an unsigned LEB128 number.
fn push_number(out: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    loop {
        let low = (rest & 0x7f) as u8;
        rest >>= 7;
        if rest == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn malformed(error: &wasmparser::BinaryReaderError) -> Error {
    Error::new(
        format!(
            "this is not valid WebAssembly: {} at byte {:#x}",
            error.message(),
            error.offset()
        ),
        "build it again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module() -> Vec<u8> {
        wat::parse_str(
            "(module
                (func $f) (memory 1)
                (global (mut i32) (i32.const 0)) (global i32 (i32.const 8))
                (export \"handle\" (func $f)) (export \"memory\" (memory 0))
                (export \"kept\" (global 0)) (export \"__data_end\" (global 1))
                (@custom \"producers\" \"x\"))",
        )
        .expect("the text is a module")
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let wasm = module();
        let read = Module::parse(&wasm).expect("a module");
        assert_eq!(read.encode(), wasm);
        assert_eq!(read.custom("producers"), Some(&b"x"[..]));
        assert_eq!(read.names().of(0), Some("f"));
    }

    #[test]
    fn sections_and_exports_are_dropped_one_by_one() {
        let wasm = module();
        let mut module = Module::parse(&wasm).expect("a module");
        module.drop_custom(|name| name != "name");
        assert_eq!(module.custom("producers"), None);
        assert!(module.custom("name").is_some());
        let mut exports = module.exports().expect("exports");
        assert_eq!(exports.len(), 4);
        exports.retain(|export| export.name != "__data_end");
        module.set_exports(&exports);
        module.push_custom("last", &[1, 2]);
        let wasm = module.encode();
        wasmparser::validate(&wasm).expect("still a module");
        let text = String::from_utf8_lossy(&wasm).into_owned();
        assert!(text.contains("kept") && !text.contains("__data_end"));
        assert!(wasm.ends_with(&[0, 7, 4, b'l', b'a', b's', b't', 1, 2]));
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let number = |number| {
            let mut out = Vec::new();
            push_number(&mut out, number);
            out
        };
        assert_eq!(number(0), [0]);
        assert_eq!(number(127), [0x7f]);
        assert_eq!(number(624_485), [0xe5, 0x8e, 0x26]);
    }
}
