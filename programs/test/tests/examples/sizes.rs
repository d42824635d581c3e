//! How large the examples are, without their interface: that lies beside the code, and no turn reads it.

use crate::built::built;

fn size(name: &str) -> usize {
    let wasm = std::fs::read(built(name)).expect("it can be read");
    let blob = actors_executor::split_idl(&wasm).expect("it is well-formed");
    println!("{name} has {} bytes", blob.code.len());
    blob.code.len()
}

#[test]
fn programs_stay_small() {
    for (name, most) in [
        ("ping", 2_048),
        ("counter", 4_096),
        ("oracle", 12_672),
        ("factory", 12_288),
    ] {
        let size = size(name);
        assert!(size < most, "{name} has {size} bytes, and may have {most}");
    }
}

#[test]
fn a_program_that_computes_is_not_much_larger_for_being_typed() {
    let (raw, typed) = (size("raw-hash-chain"), size("hash-chain"));
    assert!(typed * 100 <= raw * 110, "{typed} for {raw} bytes");
}
