//! Files that are whole or not there.

use std::{fs, path::Path};

use crate::Error;

/// Writes a file in one step: whoever reads it sees the old one or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    fs::write(&beside, bytes)
        .and_then(|()| fs::rename(&beside, path))
        .map_err(|error| {
            // What is left of it is of no use, and the error says enough.
            let _ = fs::remove_file(&beside);
            Error::file("write", path, &error)
        })
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", path, &error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.wasm");
        write(&path, b"old").expect("it is written");
        write(&path, b"new").expect("it is written again");
        assert_eq!(fs::read(&path).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        remove(&path)
            .and_then(|()| remove(&path))
            .expect("it is gone");
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("p.wasm");
        fs::create_dir(&path).expect("in the way");
        let error = write(&path, b"new").expect_err("a folder is in the way");
        assert!(error.to_string().contains("p.wasm"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
