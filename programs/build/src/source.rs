//! Where an older interface is read from.

use std::{
    fs,
    path::{Path, PathBuf},
};

use actors_idl::Idl;

use crate::{Blob, Error};

/// An interface to compare with, or a folder of them.
pub(crate) enum Source {
    One(Option<Idl>),
    Folder(PathBuf),
}

impl Source {
    /// Opens a file, or a folder that has a file for each of `programs` programs.
    pub(crate) fn open(path: &Path, programs: usize) -> Result<Self, Error> {
        if path.is_dir() {
            return Ok(Self::Folder(path.to_path_buf()));
        }
        if programs > 1 {
            return Err(Error::new(
                format!(
                    "{} is one interface, and {programs} programs are built",
                    path.display()
                ),
                "name the program (-p), or a folder that has a NAME.wasm of each",
            ));
        }
        Ok(Self::One(interface(path)?))
    }

    /// The older interface of that program.
    pub(crate) fn idl(&self, name: &str) -> Result<Option<Idl>, Error> {
        match self {
            Self::One(idl) => Ok(idl.clone()),
            Self::Folder(folder) => {
                let path = folder.join(format!("{name}.wasm"));
                // A program that is new breaks nobody.
                match path.exists() {
                    true => interface(&path),
                    false => Ok(None),
                }
            }
        }
    }
}

/// The interface in a file: a blob, the content of its section, or that as the chain shows it,
/// in hexadecimal. A blob may have none.
///
/// # Errors
///
/// If the file cannot be read, or is none of these.
pub fn interface(path: &Path) -> Result<Option<Idl>, Error> {
    let bytes = fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    if bytes.starts_with(b"\0asm") {
        let blob = Blob::read(bytes).map_err(|error| error.of(&path.display().to_string()))?;
        return Ok(blob.idl);
    }
    let section = match std::str::from_utf8(&bytes).ok().and_then(hex) {
        Some(section) => section,
        None => bytes,
    };
    Idl::decode_section(&section).map(Some).map_err(|error| {
        Error::new(
            format!("{} is no interface: {error}", path.display()),
            "name a program (.wasm), or a file with what `actorsApi.idl` returns",
        )
    })
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim().strip_prefix("0x")?.as_bytes();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|it| it.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_read_as_bytes_and_as_the_chain_shows_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("old.idl");
        let section = actors_idl::Builder::new("p", "1.0.0", &[]).encode();
        let text: String = section.iter().map(|byte| format!("{byte:02x}")).collect();
        for content in [section, format!("0x{text}\n").into_bytes()] {
            fs::write(&path, content).expect("it is written");
            let idl = interface(&path).expect("it is one").expect("it is there");
            assert_eq!(idl.name, "p");
        }
        fs::write(&path, "0xabc").expect("it is written");
        let error = interface(&path).expect_err("half a byte").to_string();
        assert!(error.contains("is no interface"), "{error}");
    }

    #[test]
    fn one_interface_is_not_that_of_several_programs() {
        let error = Source::open(Path::new("old.wasm"), 2).err().expect("two");
        assert!(error.to_string().contains("-p"), "{error}");
    }
}
