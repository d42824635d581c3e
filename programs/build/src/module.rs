//! A Wasm module as a list of sections: what is kept of it, and what is added.

use std::{borrow::Cow, collections::BTreeMap};

use wasmparser::{
    BinaryReader, ExportSectionReader, ExternalKind, Name, NameSectionReader, Parser,
};

use crate::Error;

const CUSTOM: u8 = 0;
const EXPORTS: u8 = 7;
const DATA_COUNT: u8 = 12;

/// A module's sections, in order.
#[derive(Clone)]
pub(crate) struct Module<'a> {
    sections: Vec<Section<'a>>,
}

#[derive(Clone)]
struct Section<'a> {
    id: u8,
    body: Cow<'a, [u8]>,
}

/// An export, as far as it decides whether it stays.
pub(crate) struct Export<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: ExternalKind,
}

/// The names of a module's functions, by index, as its author wrote them.
#[derive(Default)]
pub(crate) struct Names(BTreeMap<u32, String>);

impl Names {
    /// What a function is called in the source.
    pub(crate) fn of(&self, function: u32) -> Option<&str> {
        self.0.get(&function).map(String::as_str)
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
            let body = wasm.get(range).unwrap_or_default();
            sections.push(Section {
                id,
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

    /// Drops the custom sections that `keep` does not name.
    pub(crate) fn keep_custom(&mut self, keep: &[&str]) {
        self.sections.retain(|section| {
            section.id != CUSTOM
                || split_custom(&section.body).is_some_and(|(name, _)| keep.contains(&name))
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
            body: Cow::Owned(body),
        });
    }

    /// Drops the exports that `keep` refuses.
    pub(crate) fn keep_exports(&mut self, keep: impl Fn(&Export<'_>) -> bool) -> Result<(), Error> {
        for section in self.sections.iter_mut().filter(|it| it.id == EXPORTS) {
            let reader = ExportSectionReader::new(BinaryReader::new(&section.body, 0))
                .map_err(|error| malformed(&error))?;
            let mut kept = Vec::new();
            let mut count = 0usize;
            for export in reader {
                let export = export.map_err(|error| malformed(&error))?;
                let judged = Export {
                    name: export.name,
                    kind: export.kind,
                };
                if keep(&judged) {
                    push_number(&mut kept, export.name.len());
                    kept.extend_from_slice(export.name.as_bytes());
                    kept.push(match export.kind {
                        ExternalKind::Func => 0,
                        ExternalKind::Table => 1,
                        ExternalKind::Memory => 2,
                        ExternalKind::Global => 3,
                        ExternalKind::Tag => 4,
                    });
                    push_number(&mut kept, export.index as usize);
                    count = count.saturating_add(1);
                }
            }
            let mut body = Vec::new();
            push_number(&mut body, count);
            body.append(&mut kept);
            section.body = Cow::Owned(body);
        }
        Ok(())
    }

    /// The names of functions, demangled. One that cannot be read is as good as none.
    pub(crate) fn names(&self) -> Names {
        let mut names = Names::default();
        let Some(content) = self.custom("name") else {
            return names;
        };
        for part in NameSectionReader::new(BinaryReader::new(content, 0)) {
            let Ok(Name::Function(functions)) = part else {
                continue;
            };
            for naming in functions.into_iter().flatten() {
                let demangled = format!("{:#}", rustc_demangle::demangle(naming.name));
                names.0.insert(naming.index, demangled);
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
        module.keep_custom(&["name"]);
        assert_eq!(module.custom("producers"), None);
        assert!(module.custom("name").is_some());
        module
            .keep_exports(|export| export.name != "__data_end")
            .expect("exports");
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
