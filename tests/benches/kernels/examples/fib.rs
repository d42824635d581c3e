//! A Fibonacci number by two calls for each: nothing but calls.

#![cfg_attr(target_family = "wasm", no_std, no_main)]

fn work(input: &[u8]) -> [u8; 8] {
    fib(kernels::number(input)).to_le_bytes()
}

fn fib(n: u32) -> u64 {
    if n < 2 {
        n.into()
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

kernels::kernel!(super::work);

#[cfg(test)]
#[test]
fn computes() {
    assert_eq!(work(&27u32.to_le_bytes()), 196_418u64.to_le_bytes());
}
