//! Fills and copies in every alignment, at every length near a bound of the loops that do them.

use core::hint::black_box;

/// What memory is after all of them: the same in every world.
pub fn moved() -> u64 {
    let mut memory = [0u8; 1_024];
    for (place, byte) in (0u8..=255).cycle().zip(&mut memory) {
        *byte = place.wrapping_mul(37);
    }
    let mut sum = 0xcbf2_9ce4_8422_2325;
    let lengths = (0..=72).chain(120..=136).chain(250..=260);
    for length in lengths.map(black_box) {
        for to in (16..24).map(black_box) {
            let value = (length as u8).wrapping_mul(3).wrapping_add(to as u8);
            memory[to..to + length].fill(black_box(value));
            add(&mut sum, &memory);
            for from in (512..520).map(black_box) {
                let (target, source) = memory.split_at_mut(500);
                let source = &source[from - 500..][..length];
                target[to..to + length].copy_from_slice(source);
                add(&mut sum, &memory);
            }
        }
    }
    sum
}

/// FNV-1a, of the bytes one by one.
fn add(sum: &mut u64, memory: &[u8]) {
    for byte in memory {
        *sum = (*sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
}
