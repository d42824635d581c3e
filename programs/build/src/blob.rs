//! What is uploaded: a module, and its interface as the last custom section.

use actors_executor::CodeInfo;
use actors_idl::{Idl, SECTION};

use crate::{
    judge::{judge, judge_unoptimised},
    module::{Export, Module},
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
        // The chain's own function first: it trusts no length.
        let names = match judge(&bytes, &Default::default()) {
            Ok(_) => Default::default(),
            Err(error) => match Module::parse(&bytes) {
                Ok(module) => module.names(),
                Err(_) => return Err(error),
            },
        };
        let info = judge(&bytes, &names)?;
        let module = Module::parse(&bytes)?;
        let section = module.custom(SECTION);
        let idl = section
            .map(Idl::decode_section)
            .transpose()
            .map_err(|error| {
                Error::new(
                    format!("its interface cannot be read: {error}"),
                    "build it again, with actors-std and actors-build of the same release",
                )
            })?;
        let mut without = module.clone();
        without.drop_custom(SECTION);
        let idl_bytes = bytes.len().saturating_sub(without.encode().len());
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
        if let Err(nameless) = judge(&module.encode(), &Default::default()) {
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
