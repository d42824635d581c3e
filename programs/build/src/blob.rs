//! What is uploaded: a module, and its interface as the last custom section.

use actors_executor::{split_idl, CodeInfo};
use actors_idl::{Idl, SECTION};

use crate::{
    judge::{judge, judge_unoptimised},
    module::{Export, Module, Names},
    optimise::optimise,
    Error,
};

/// A blob that the chain accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// All of it.
    pub bytes: Vec<u8>,
    /// What the chain says of it.
    pub info: CodeInfo,
    /// The interface that it carries, if it has one.
    pub idl: Option<Idl>,
    /// The bytes that the interface takes, with the framing of its section.
    pub idl_bytes: usize,
}

impl Blob {
    /// Judges a file as the chain would.
    ///
    /// # Errors
    ///
    /// If the chain would refuse it, or if its interface cannot be read.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        // The chain's own function comes first: it trusts no length.
        let info = judge(&bytes, &Names::default()).map_err(|nameless| {
            let Ok(module) = Module::parse(&bytes) else {
                return nameless;
            };
            judge(&bytes, &module.names()).err().unwrap_or(nameless)
        })?;
        let (content, idl_bytes) = match split_idl(&bytes) {
            Ok(parts) => (parts.idl, parts.section.len()),
            Err(_) => (None, 0),
        };
        let idl = content.map(Idl::decode_section).transpose();
        let idl = idl.map_err(|error| {
            Error::new(
                format!("its interface cannot be read: {error}"),
                "build it again, with actors-std and actors-build of the same release",
            )
        })?;
        Ok(Self {
            bytes,
            info,
            idl,
            idl_bytes,
        })
    }

    /// Makes a blob of what the linker made and of the content of the interface's section.
    pub(crate) fn make(linked: &[u8], idl: Option<&[u8]>, with_opt: bool) -> Result<Self, Error> {
        let mut module = Module::parse(linked)?;
        module.keep_custom(&["name"]);
        module.keep_exports(is_kept)?;
        let named = module.encode();
        let names = module.names();
        judge_unoptimised(&named, &names)?;

        let smaller = |keep_names| match with_opt {
            true => optimise(&named, keep_names),
            false => Ok(named.clone()),
        };
        let optimised = smaller(false)?;
        let mut module = Module::parse(&optimised)?;
        module.keep_custom(&[]);
        module.drop_data_count();
        if let Err(nameless) = judge(&module.encode(), &Names::default()) {
            // The same module again, with the names.
            let named = smaller(true)?;
            let names = Module::parse(&named)?.names();
            judge(&named, &names)?;
            return Err(nameless);
        }
        if let Some(content) = idl {
            module.push_custom(SECTION, content);
        }
        Self::read(module.encode())
    }

    /// The bytes of the module alone.
    #[must_use]
    pub fn code_bytes(&self) -> usize {
        self.bytes.len().saturating_sub(self.idl_bytes)
    }

    /// The name under which the chain keeps the code.
    #[must_use]
    pub fn code_hash(&self) -> [u8; 32] {
        sp_crypto_hashing::blake2_256(&self.bytes)
    }
}

/// What the chain needs of a module's exports. Toolchains add immutable globals, which it
/// ignores; each costs bytes in every turn. The rest is judged.
fn is_kept(export: &Export<'_>) -> bool {
    export.kind != wasmparser::ExternalKind::Global
        || !matches!(
            export.name,
            "__data_end"
                | "__heap_base"
                | "__heap_end"
                | "__dso_handle"
                | "__global_base"
                | "__memory_base"
                | "__table_base"
                | "__rodata_end"
                | "__wasm_first_page_end"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "(module (memory (export \"memory\") 1)
        (global (export \"__data_end\") i32 (i32.const 1024))
        (func $handle (export \"handle\") (drop (i32.add (i32.const 1) (i32.const 2))))";

    fn linked(more: &str) -> Vec<u8> {
        wat::parse_str(format!("{PROGRAM} {more})")).expect("the text is a module")
    }

    #[test]
    fn a_blob_is_the_smallest_module_and_its_interface() {
        let wasm = linked("(@custom \"producers\" \"x\")");
        let idl = actors_idl::Builder::new("p", "1.0.0", &[]);
        let section = idl.encode();
        let blob = Blob::make(&wasm, Some(&section), true).expect("it is accepted");
        assert_eq!(blob.idl.map(|idl| idl.name), Some("p".into()));
        // The section's id, its length, its name's length and its name.
        assert_eq!(blob.idl_bytes, section.len() + 13);
        assert!(blob.bytes.ends_with(&section));
        let bare = Blob::make(&wasm, None, true).expect("it is accepted");
        assert_eq!(blob.bytes.len(), bare.bytes.len() + blob.idl_bytes);
        assert_eq!(bare.bytes.len(), bare.info.code_len as usize);
        let plain = Blob::make(&wasm, None, false).expect("it is accepted");
        assert!(bare.bytes.len() < plain.bytes.len());
        for blob in [&bare, &plain] {
            let text = String::from_utf8_lossy(&blob.bytes);
            assert!(
                !text.contains("producers") && !text.contains("__data_end"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_too_large_only_before_is_no_error() {
        // A body beyond the limit, all of which is dead.
        let dead = "(drop (i32.const 123456))".repeat(20_000);
        let wasm = linked(&format!("(func $dead {dead})"));
        assert!(Blob::make(&wasm, None, true).is_ok());
        let error = Blob::make(&wasm, None, false).expect_err("it is kept");
        assert!(error.to_string().contains("function `dead`"), "{error}");
    }

    #[test]
    fn an_interface_that_cannot_be_read_is_no_blob() {
        let wasm = linked("(@custom \"actors:idl\" \"\\09\")");
        let mut module = Module::parse(&wasm).expect("a module");
        module.keep_custom(&[SECTION]);
        let error = Blob::read(module.encode()).expect_err("another version");
        assert!(
            error.to_string().contains("version 9 of the format"),
            "{error}"
        );
        let amid = linked("(@custom \"actors:idl\" \"\\01\")");
        let error = Blob::read([&amid[..], &[0, 2, 1, b'x']].concat()).expect_err("not last");
        assert!(
            error.to_string().contains("not the module's last"),
            "{error}"
        );
    }
}
