//! The code of a program, from wherever a test has it.

use std::path::{Path, PathBuf};

/// The code of a program: bytes, a file, or WebAssembly text.
///
/// Made from bytes (`&[u8]`, `Vec<u8>`), from a path to a `.wasm` or `.wat` file (`&Path`,
/// `PathBuf`, or a `&str` that is one), or from WebAssembly text (a `&str` that begins with a
/// parenthesis or a comment).
///
/// # Panics
///
/// Making one panics with the reason when a file cannot be read or a text cannot be assembled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wasm(pub(crate) Vec<u8>);

impl Wasm {
    /// The bytes that are uploaded.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Wasm {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Wasm {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl<const N: usize> From<&[u8; N]> for Wasm {
    fn from(bytes: &[u8; N]) -> Self {
        Self(bytes.to_vec())
    }
}

impl From<&Wasm> for Wasm {
    fn from(wasm: &Wasm) -> Self {
        wasm.clone()
    }
}

impl From<&Path> for Wasm {
    #[track_caller]
    fn from(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap_or_else(|error| {
            panic!(
                "there is no program to read at {}: {error}. Build it first: the examples of \
                 this repository with `make programs`.",
                path.display()
            )
        });
        let is_text = path.extension().is_some_and(|extension| extension == "wat");
        if !is_text {
            return Self(bytes);
        }
        match wat::Parser::new().parse_bytes(Some(path), &bytes) {
            Ok(wasm) => Self(wasm.into_owned()),
            Err(error) => panic!("{error}"),
        }
    }
}

impl From<PathBuf> for Wasm {
    #[track_caller]
    fn from(path: PathBuf) -> Self {
        path.as_path().into()
    }
}

impl From<&PathBuf> for Wasm {
    #[track_caller]
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

impl From<&str> for Wasm {
    #[track_caller]
    fn from(text: &str) -> Self {
        let start = text.trim_start();
        if !start.starts_with('(') && !start.starts_with(";;") {
            return Path::new(text).into();
        }
        match wat::parse_str(text) {
            Ok(wasm) => Self(wasm),
            Err(error) => panic!("{error}"),
        }
    }
}
