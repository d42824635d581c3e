//! The programs that are run: built kernels and assembled texts.

use std::{fs, path::PathBuf};

/// The directory of built kernels.
pub(crate) fn kernels() -> PathBuf {
    std::env::var_os("KERNELS").map_or_else(|| PathBuf::from("target/kernels"), PathBuf::from)
}

/// A kernel for pallet-actors.
pub(crate) fn actor(name: &str) -> Vec<u8> {
    read(&kernels().join(format!("actors/{name}.wasm")))
}

/// The same kernel for pallet-contracts, which refuses exports that the linker adds.
pub(crate) fn contract(name: &str) -> Vec<u8> {
    let wasm = read(&kernels().join(format!("contracts/{name}.wasm")));
    keep_exports(&wasm, &["call", "deploy"]).expect("the compiler's modules are well-formed")
}

/// A program of the pallet's cases, assembled.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/programs");
    let path = format!("{folder}/{name}.wat");
    wat::parse_file(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The text of a program that waits.
pub(crate) fn waiting(name: &str) -> String {
    let path = format!("{}/../waiting/{name}.wat", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A text, assembled.
pub(crate) fn assemble(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn read(path: &PathBuf) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|error| panic!("{}: {error}; run .ci/bench", path.display()))
}

/// The module with no other exports than those.
fn keep_exports(wasm: &[u8], kept: &[&str]) -> Option<Vec<u8>> {
    const EXPORTS: u8 = 7;
    let mut result = wasm.get(..8)?.to_vec();
    let mut rest = wasm.get(8..)?;
    while let Some((id, after)) = rest.split_first() {
        let mut after = after;
        let length = number(&mut after)?;
        let body = take(&mut after, length)?;
        rest = after;
        let body = match *id {
            EXPORTS => exports(body, kept)?,
            _ => body.to_vec(),
        };
        result.push(*id);
        put(&mut result, body.len());
        result.extend(body);
    }
    Some(result)
}

fn exports(mut body: &[u8], kept: &[&str]) -> Option<Vec<u8>> {
    let mut left = Vec::<u8>::new();
    let mut count = 0;
    for _ in 0..number(&mut body)? {
        let start = body;
        let length = number(&mut body)?;
        let name = take(&mut body, length)?;
        take(&mut body, 1)?;
        number(&mut body)?;
        if kept.iter().any(|kept| kept.as_bytes() == name) {
            left.extend(start.get(..start.len() - body.len())?);
            count += 1;
        }
    }
    let mut result = Vec::new();
    put(&mut result, count);
    result.extend(left);
    Some(result)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = bytes.split_at_checked(length)?;
    *bytes = tail;
    Some(head)
}

fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let byte = *take(bytes, 1)?.first()?;
        value |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put(bytes: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_dropped() {
        let text = r#"(module (memory 1) (func) (func)
            (export "memory" (memory 0)) (export "call" (func 0)) (export "deploy" (func 1)))"#;
        let wasm = wat::parse_str(text).expect("it is well-formed");
        let left = keep_exports(&wasm, &["call", "deploy"]).expect("it is well-formed");
        let same = r#"(module (memory 1) (func) (func)
            (export "call" (func 0)) (export "deploy" (func 1)))"#;
        assert_eq!(left, wat::parse_str(same).expect("it is well-formed"));
    }
}
