//! What is uploaded: a module, and its interface as the last custom section.

use std::path::Path;

use actors_executor::{split_idl, CodeInfo, Schedule};
use actors_idl::{Idl, SECTION};

use crate::{
    artifact,
    judge::{judge, judge_unoptimised},
    module::{Module, Names},
    optimise::optimise,
    respell::respell,
    stage::prepare,
    Error,
};

/// The custom section that names functions.
const NAMES: &str = "name";

/// As many Wasm pages to begin with are more than most programs need.
const MANY_PAGES: u32 = 3;

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

    /// Makes the smallest blob of a module that some compiler made. An interface that it has
    /// stays.
    ///
    /// # Errors
    ///
    /// If it is no module, or one that the chain would refuse.
    pub fn finish(module: &[u8], options: Options) -> Result<Finished, Error> {
        let idl = Module::parse(module)?.custom(SECTION).map(<[u8]>::to_vec);
        Self::make(module, idl.as_deref(), options)
    }

    /// Makes a blob of what the linker made and of the content of the interface's section.
    pub(crate) fn make(
        linked: &[u8],
        idl: Option<&[u8]>,
        options: Options,
    ) -> Result<Finished, Error> {
        let mut module = Module::parse(linked)?;
        module.drop_custom(|name| name == SECTION);
        let before = module.encode().len();
        let custom = module.custom_bytes();
        module.drop_custom(|name| name != NAMES);
        let names = module.names();
        let notes = prepare(&mut module, &names)?;
        let named = module.encode();
        judge_unoptimised(&named, &names)?;

        let code = shrink(&named, options)?;
        if let Err(nameless) = judge(&code, &Names::default()) {
            // The same module again, with the names.
            let named = shrink(&named, options.with_names())?;
            let names = Module::parse(&named)?.names();
            judge(&named, &names)?;
            return Err(nameless);
        }
        let mut module = Module::parse(&code)?;
        let custom = custom.saturating_sub(module.custom_bytes());
        if let Some(content) = idl {
            module.push_custom(SECTION, content);
        }
        let blob = Self::read(module.encode())?;
        Ok(Finished {
            before,
            custom,
            notes,
            blob,
        })
    }

    /// What is accepted, and dearer than it need be.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let schedule = Schedule::default();
        let price = |info: &CodeInfo| schedule.load_code(info, info.wasm_pages);
        let saves = |less: CodeInfo| price(&self.info).saturating_sub(price(&less));
        let pages = self.info.wasm_pages;
        if pages >= MANY_PAGES {
            let gas = saves(CodeInfo {
                wasm_pages: 1,
                ..self.info.clone()
            });
            warnings.push(format!(
                "memory starts with {pages} pages of 64 KiB, and each turn takes {} gas more than \
                 with one: link with a smaller stack (-z stack-size=32768; with Zig --stack 32768)",
                digits(gas)
            ));
        }
        let module = Module::parse(&self.bytes);
        let custom = module.map_or(0, |it| it.custom_bytes().saturating_sub(self.idl_bytes));
        if custom > 0 {
            let bytes = u32::try_from(custom).unwrap_or(u32::MAX);
            let gas = saves(CodeInfo {
                code_len: self.info.code_len.saturating_sub(bytes),
                ..self.info.clone()
            });
            warnings.push(format!(
                "{} bytes are names or debug information, and each turn takes {} gas to load them",
                digits(bytes),
                digits(gas)
            ));
        }
        warnings
    }

    /// Writes it in one step: whoever reads the file sees the old one or the new one.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        artifact::write(path, &self.bytes)
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

/// How a module becomes a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Optimise it with wasm-opt.
    pub optimise: bool,
    /// Keep the names of functions, which each turn pays for.
    pub names: bool,
}

impl Options {
    fn with_names(self) -> Self {
        Self {
            names: true,
            ..self
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            optimise: true,
            names: false,
        }
    }
}

/// A blob, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// What is uploaded.
    pub blob: Blob,
    /// The bytes that the module had, without an interface.
    pub before: usize,
    /// How many of them were names, debug information and the like, and are gone.
    pub custom: usize,
    /// What its author should know of what was changed.
    pub notes: Vec<String>,
}

/// A module as the chain gets it, without its interface.
fn shrink(named: &[u8], options: Options) -> Result<Vec<u8>, Error> {
    let smaller = match options.optimise {
        true => optimise(named, options.names)?,
        false => named.to_vec(),
    };
    let mut module = Module::parse(&smaller)?;
    module.drop_custom(|name| !options.names || name != NAMES);
    module.drop_data_count();
    respell(module.encode())
}

/// A number as people read it.
pub(crate) fn digits(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let groups = digits.as_bytes().rchunks(3).rev();
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join(",")
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

    const PLAIN: Options = Options {
        optimise: false,
        names: false,
    };

    fn made(wasm: &[u8], idl: Option<&[u8]>, options: Options) -> Finished {
        Blob::make(wasm, idl, options).expect("it is accepted")
    }

    #[test]
    fn a_blob_is_the_smallest_module_and_its_interface() {
        let wasm = linked("(@custom \"producers\" \"x\")");
        let idl = actors_idl::Builder::new("p", "1.0.0", &[]);
        let section = idl.encode();
        let blob = made(&wasm, Some(&section), Options::default()).blob;
        assert_eq!(blob.idl.as_ref().map(|idl| &*idl.name), Some("p"));
        // The section's id, its length, its name's length and its name.
        assert_eq!(blob.idl_bytes, section.len() + 13);
        assert!(blob.bytes.ends_with(&section));
        let bare = made(&wasm, None, Options::default()).blob;
        assert_eq!(blob.bytes.len(), bare.bytes.len() + blob.idl_bytes);
        assert_eq!(bare.bytes.len(), bare.info.code_len as usize);
        let plain = made(&wasm, None, PLAIN).blob;
        assert!(bare.bytes.len() < plain.bytes.len());
        for blob in [&bare, &plain] {
            let text = String::from_utf8_lossy(&blob.bytes);
            assert!(
                !text.contains("producers") && !text.contains("__data_end"),
                "{text}"
            );
            assert_eq!(blob.warnings(), [""; 0]);
        }
        // Whatever is a blob already stays one, with its interface.
        let again = Blob::finish(&blob.bytes, Options::default()).expect("it is accepted");
        assert_eq!((again.blob, again.custom), (blob, 0));
    }

    #[test]
    fn names_and_debug_information_go_and_are_counted() {
        let debug = "(@custom \".debug_info\" \"0123456789\")";
        let wasm = linked(debug);
        let blob = made(&wasm, None, PLAIN);
        assert_eq!(blob.before, wasm.len());
        let stripped = wasm.len() - blob.custom;
        // The export that goes too.
        assert_eq!(blob.blob.bytes.len(), stripped - "__data_end".len() - 3);

        // As the compiler left it, and where names are asked for.
        let raw = Blob::read(wasm).expect("the chain accepts it");
        let [warning] = &raw.warnings()[..] else {
            panic!("{:?}", raw.warnings());
        };
        assert!(
            warning.starts_with(&format!("{} bytes are names", blob.custom)),
            "{warning}"
        );
        let gas = Schedule::default().load_byte * blob.custom as u64;
        assert!(warning.contains(&digits(gas)), "{warning}");
        let named = made(&linked(debug), None, PLAIN.with_names());
        let text = String::from_utf8_lossy(&named.blob.bytes).into_owned();
        assert!(text.contains("name") && !text.contains("0123456789"));
        assert!(0 < named.custom && named.custom < blob.custom);
        assert_eq!(named.blob.warnings().len(), 1);
    }

    #[test]
    fn a_large_memory_is_told_of_with_what_it_costs() {
        let with = |pages| {
            let text =
                format!("(module (memory (export \"memory\") {pages}) (func (export \"handle\")))");
            let wasm = wat::parse_str(text).expect("the text is a module");
            Blob::read(wasm).expect("it is accepted")
        };
        assert_eq!(with(2).warnings(), [""; 0]);
        let blob = with(17);
        let schedule = Schedule::default();
        let gas = schedule.load_code(&blob.info, 17) - schedule.load_code(&with(1).info, 1);
        let [warning] = &blob.warnings()[..] else {
            panic!("{:?}", blob.warnings());
        };
        assert!(warning.contains("17 pages"), "{warning}");
        assert!(
            warning.contains(&format!("{} gas", digits(gas))),
            "{warning}"
        );
        assert_eq!(digits(1_234_567u32), "1,234,567");
        assert_eq!([digits(0u32), digits(999u32)], ["0", "999"]);
    }

    /// A program as unoptimised compilers write it: it answers 25 if the number that it is sent
    /// is 0, and 0 else, and counts in a global that it does not export.
    const UNOPTIMISED: &str = "(module
        (import \"actors_v1\" \"message_read\" (func $read (param i32 i32 i32) (result i32)))
        (import \"actors_v1\" \"reply\" (func $reply (param i32 i32 i32) (result i32)))
        (memory (export \"memory\") 1)
        (global $count (mut i32) (i32.const 0))
        (global $ready (mut i32) (i32.const 0))
        (global (export \"__stack_pointer\") (mut i32) (i32.const 1024))
        (func $begin (global.set $ready (i32.const 1)))
        (func $next (result i32)
            (global.set $count (i32.add (global.get $count) (i32.const 1)))
            global.get $count)
        (func $handle (local i32)
            (drop (call $read (i32.const 0) (i32.const 4) (i32.const 64)))
            (local.set 0 (i32.load (i32.const 64)))
            (i32.store (i32.const 64)
                (select (i32.const 25) (i32.const 0) (i32.eqz (local.get 0))))
            (i32.store (i32.const 68)
                (select (call $next) (call $next) (i32.eq (local.get 0) (i32.const 0))))
            (drop (call $reply (i32.const 64) (i32.const 8) (i32.const 0))))
        (export \"handle\" (func $handle))
        (start $begin))";

    #[test]
    fn what_another_compiler_made_is_finished_too() {
        let wasm = wat::parse_str(UNOPTIMISED).expect("the text is a module");
        for options in [Options::default(), PLAIN, PLAIN.with_names()] {
            let made = Blob::finish(&wasm, options).expect("it is accepted");
            assert_eq!(made.notes.len(), 3, "{:?}", made.notes);
            let exports = made.blob.info.exports;
            assert!(exports.contains(actors_primitives::abi::Entry::Initialize));
            assert_eq!(made.blob.info.kept_globals, 2);
        }
        let error = Blob::finish(b"\0asm", Options::default()).expect_err("cut off");
        assert!(
            error.to_string().contains("not valid WebAssembly"),
            "{error}"
        );
    }

    #[test]
    fn what_is_too_large_only_before_is_no_error() {
        // A body beyond the limit, all of which is dead.
        let dead = "(drop (i32.const 123456))".repeat(20_000);
        let wasm = linked(&format!("(func $dead {dead})"));
        assert!(Blob::make(&wasm, None, Options::default()).is_ok());
        let error = Blob::make(&wasm, None, PLAIN).expect_err("it is kept");
        assert!(error.to_string().contains("function `dead`"), "{error}");
    }

    #[test]
    fn an_interface_that_cannot_be_read_is_no_blob() {
        let wasm = linked("(@custom \"actors:idl\" \"\\09\")");
        let mut module = Module::parse(&wasm).expect("a module");
        module.drop_custom(|name| name != SECTION);
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
