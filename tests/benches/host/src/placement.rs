//! The same runtime at other addresses.
//!
//! How fast an interpreter's loop runs depends on where the compiler lays it, by a third on some
//! processors, and any change anywhere in a runtime moves it. A figure of one blob alone says little.

use wasm_encoder::{BlockType, Encode, Instruction as I, MemArg, MemArgTarget};

use crate::{
    chain::Runtime,
    median,
    table::{time, Bound, Table},
};

/// How far the runtime is moved, in steps: blobs whose loops lie elsewhere.
const PLACEMENTS: [u32; 5] = [0, 1, 3, 7, 13];
/// How often both sides are measured in each.
const ROUNDS: usize = 3;

/// Runtimes that differ in the addresses of their functions alone.
pub(crate) fn all() -> [Runtime; PLACEMENTS.len()] {
    PLACEMENTS.map(Runtime::moved)
}

/// Two sides of a comparison, measured in several runtimes.
#[derive(Default)]
pub(crate) struct Sides {
    ours: Vec<u64>,
    theirs: Vec<u64>,
    /// One of each runtime.
    ratios: Vec<f64>,
}

impl Sides {
    /// Measures both in one runtime.
    pub(crate) fn add(&mut self, mut measure: impl FnMut() -> (u64, u64)) {
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let (ours, theirs) = measure();
            ratios.push(ours as f64 / theirs as f64);
            self.ours.push(ours);
            self.theirs.push(theirs);
        }
        self.ratios.push(median::of_ratios(ratios));
    }

    /// Their medians, with the least and the largest ratio of a runtime.
    pub(crate) fn row(self, table: &mut Table, name: &str, bound: Bound) {
        let least = self.ratios.iter().copied().fold(f64::MAX, f64::min);
        let most = self.ratios.iter().copied().fold(0.0, f64::max);
        let cells = vec![
            time(median::of(self.ours)),
            time(median::of(self.theirs)),
            format!("{least:.2}"),
            format!("{most:.2}"),
        ];
        table.row(name, cells, median::of_ratios(self.ratios), bound);
    }
}

/// The id of the code section.
const CODE: u8 = 10;
/// Stores in a step: some 16 bytes of machine code each.
const STORES: u32 = 5;

/// The module with code in its first function that never runs, and so with every other function
/// that much further on.
///
/// # Panics
///
/// where it is no module with a function.
pub(crate) fn moved(wasm: &[u8], steps: u32) -> Vec<u8> {
    let mut at = 8;
    while let Some(&id) = wasm.get(at) {
        let (size, start) = number(wasm, at + 1);
        let end = start + size;
        if id == CODE {
            let section = with_padding(&wasm[start..end], steps);
            let mut moved = wasm[..=at].to_vec();
            section.as_slice().encode(&mut moved);
            moved.extend(&wasm[end..]);
            return moved;
        }
        at = end;
    }
    panic!("a runtime has functions");
}

/// The section with padding at the start of its first function.
fn with_padding(section: &[u8], steps: u32) -> Vec<u8> {
    let (_, first) = number(section, 0);
    let (size, body) = number(section, first);
    let (groups, mut code) = number(section, body);
    for _ in 0..groups {
        let (_, kind) = number(section, code);
        code = kind + 1;
    }
    let mut function = section[body..code].to_vec();
    function.extend(padding(steps));
    function.extend(&section[code..body + size]);
    let mut padded = section[..first].to_vec();
    function.as_slice().encode(&mut padded);
    padded.extend(&section[body + size..]);
    padded
}

/// Stores behind a branch that is always taken: no memory has 0 pages.
fn padding(steps: u32) -> Vec<u8> {
    let place = MemArg {
        offset: 0,
        align: 2,
        target: MemArgTarget::Memory(0),
        ordering: None,
    };
    let mut code = vec![I::Block(BlockType::Empty), I::MemorySize(0), I::BrIf(0)];
    for index in 0..steps * STORES {
        let value = 0x0101_0101 + index as i32;
        code.extend([
            I::I32Const(4 * index as i32),
            I::I32Const(value),
            I::I32Store(place),
        ]);
    }
    code.push(I::End);
    let mut bytes = Vec::new();
    for instruction in code {
        instruction.encode(&mut bytes);
    }
    bytes
}

/// A number in LEB128, and where what follows begins.
fn number(bytes: &[u8], mut at: usize) -> (usize, usize) {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[at];
        value |= usize::from(byte & 0x7f) << shift;
        (at, shift) = (at + 1, shift + 7);
        if byte < 0x80 {
            return (value, at);
        }
    }
}
