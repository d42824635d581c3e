//! Counts the primes below a bound: short loops over bytes.
//!
//! The sieve lies on the stack, which programs do not keep from turn to turn.

#![cfg_attr(target_family = "wasm", no_std, no_main)]

const MOST: usize = 60_000;
/// Sieved so often that the work outweighs the start.
const ROUNDS: u32 = 5;

fn work(input: &[u8]) -> [u8; 4] {
    let bound = (kernels::number(input) as usize).min(MOST);
    let mut count = 0;
    for _ in 0..ROUNDS {
        count = sieve(bound);
    }
    count.to_le_bytes()
}

#[inline(never)]
fn sieve(bound: usize) -> u32 {
    let mut composite = [false; MOST];
    let mut count = 0;
    for number in 2..bound {
        if composite[number] {
            continue;
        }
        count += 1;
        let mut multiple = number * number;
        while multiple < bound {
            composite[multiple] = true;
            multiple += number;
        }
    }
    count
}

kernels::kernel!(super::work);

#[cfg(test)]
#[test]
fn computes() {
    assert_eq!(work(&60_000u32.to_le_bytes()), 6_057u32.to_le_bytes());
}
