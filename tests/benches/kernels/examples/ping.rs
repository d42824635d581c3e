//! Answers `PING` with `PONG`.

#![cfg_attr(target_family = "wasm", no_std, no_main)]

fn pong(input: &[u8]) -> [u8; 4] {
    if input == b"PING" {
        *b"PONG"
    } else {
        *b"WHAT"
    }
}

kernels::kernel!(super::pong);

#[cfg(test)]
#[test]
fn computes() {
    assert_eq!(pong(b"PING"), *b"PONG");
}
