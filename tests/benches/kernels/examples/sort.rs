//! Sorts pseudo-random numbers: comparisons and memory.
//!
//! They lie on the stack, which programs do not keep from turn to turn: no flavour stores them.

#![cfg_attr(target_family = "wasm", no_std, no_main)]

const MOST: usize = 60_000;

fn work(input: &[u8]) -> [u8; 4] {
    let mut numbers = [0u32; MOST];
    let count = (kernels::number(input) as usize).min(MOST);
    let mut seed = 0x2545_f491_u32;
    for number in &mut numbers[..count] {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        *number = seed;
    }
    numbers[..count].sort_unstable();
    let sum = numbers[..count].iter().enumerate();
    sum.fold(0u32, |sum, (index, number)| {
        sum.wrapping_mul(31).wrapping_add(*number ^ index as u32)
    })
    .to_le_bytes()
}

kernels::kernel!(super::work);

#[cfg(test)]
#[test]
fn computes() {
    assert_ne!(work(&60_000u32.to_le_bytes()), [0; 4]);
}
