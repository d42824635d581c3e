//! Straight-line code that no processor foresees: operators in random order, in one long loop.
//!
//! What an operator takes depends above all on whether the processor foresees where the engine
//! jumps next. In a short loop it does. Here it cannot.

use std::fmt::Write;

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, Instruction as I, MemArg, MemArgTarget, MemorySection, MemoryType,
    Module, RefType, TableSection, TableType, TypeSection, ValType,
};

/// Bytes of one body: a little less than a chain allows.
const BODY: usize = 60_000;

/// A small generator of numbers, the same in each run.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A piece of code that takes an `i32` from the stack and puts one there.
type Piece = fn(&mut Random) -> Vec<I<'static>>;

const UNARY: &[I<'static>] = &[
    I::I32Clz,
    I::I32Ctz,
    I::I32Popcnt,
    I::I32Eqz,
    I::I32Extend8S,
    I::I32Extend16S,
];
const BINARY: &[I<'static>] = &[
    I::I32Add,
    I::I32Sub,
    I::I32Mul,
    I::I32And,
    I::I32Or,
    I::I32Xor,
    I::I32Shl,
    I::I32ShrS,
    I::I32ShrU,
    I::I32Rotl,
    I::I32Rotr,
    I::I32Eq,
    I::I32Ne,
    I::I32LtS,
    I::I32LtU,
    I::I32GtS,
    I::I32GtU,
    I::I32LeS,
    I::I32LeU,
    I::I32GeS,
    I::I32GeU,
];
const WIDE: &[I<'static>] = &[
    I::I64Clz,
    I::I64Ctz,
    I::I64Popcnt,
    I::I64Extend8S,
    I::I64Extend16S,
    I::I64Extend32S,
];
const DIVIDE: &[I<'static>] = &[I::I32DivU, I::I32RemU, I::I32DivS, I::I32RemS];

fn one(random: &mut Random, of: &[I<'static>]) -> I<'static> {
    of[random.below(of.len())].clone()
}

fn constant(random: &mut Random) -> I<'static> {
    // Never zero or minus one: a division must not trap.
    I::I32Const((random.next() as i32 & 0x7fff_fffe) | 2)
}

fn local(random: &mut Random) -> u32 {
    random.below(LOCALS as usize) as u32
}

const LOCALS: u32 = 16;

fn place(random: &mut Random) -> MemArg {
    MemArg {
        offset: random.pick(&[0, 1, 61, 125, 16_383, 65_000, 131_072]),
        align: 0,
        target: MemArgTarget::Memory(0),
        ordering: None,
    }
}

fn unary(random: &mut Random) -> Vec<I<'static>> {
    vec![one(random, UNARY)]
}

fn with_constant(random: &mut Random) -> Vec<I<'static>> {
    vec![constant(random), one(random, BINARY)]
}

fn with_local(random: &mut Random) -> Vec<I<'static>> {
    vec![I::LocalGet(local(random)), one(random, BINARY)]
}

fn tee(random: &mut Random) -> Vec<I<'static>> {
    vec![I::LocalTee(local(random)), one(random, UNARY)]
}

fn tee_eqz(_: &mut Random) -> Vec<I<'static>> {
    vec![I::LocalTee(0), I::I32Eqz]
}

fn divide(random: &mut Random) -> Vec<I<'static>> {
    vec![constant(random), one(random, DIVIDE)]
}

fn wide(random: &mut Random) -> Vec<I<'static>> {
    vec![I::I64ExtendI32U, one(random, WIDE), I::I32WrapI64]
}

fn load(random: &mut Random) -> Vec<I<'static>> {
    let load = match random.below(5) {
        0 => I::I32Load8S(place(random)),
        1 => I::I32Load8U(place(random)),
        2 => I::I32Load16S(place(random)),
        3 => I::I32Load16U(place(random)),
        _ => I::I32Load(place(random)),
    };
    vec![I::I32Const(0xfff), I::I32And, load]
}

fn select(random: &mut Random) -> Vec<I<'static>> {
    vec![
        I::LocalGet(local(random)),
        I::LocalGet(local(random)),
        I::Select,
    ]
}

fn branch(random: &mut Random) -> Vec<I<'static>> {
    vec![I::If(BlockType::Empty), I::End, I::LocalGet(local(random))]
}

fn ladder(random: &mut Random) -> Vec<I<'static>> {
    vec![
        I::If(BlockType::Result(ValType::I32)),
        I::LocalGet(local(random)),
        one(random, UNARY),
        I::Else,
        I::LocalGet(local(random)),
        one(random, UNARY),
        I::End,
    ]
}

/// What a mix is made of, by name.
pub(crate) const PIECES: &[(&str, Piece)] = &[
    ("unary", unary),
    ("constant", with_constant),
    ("local", with_local),
    ("tee", tee),
    ("divide", divide),
    ("wide", wide),
    ("load", load),
    ("select", select),
    ("branch", branch),
    ("ladder", ladder),
];

/// A program that runs the pieces of `weights` in random order, as many as a body holds, for ever.
pub(crate) fn mix(weights: &[u32], seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let pieces: Vec<Piece> = PIECES
        .iter()
        .zip(weights)
        .flat_map(|((_, piece), weight)| std::iter::repeat_n(*piece, *weight as usize))
        .collect();
    straight(&mut random, |random| {
        let piece = random.pick(&pieces);
        piece(random)
    })
}

fn straight(random: &mut Random, mut piece: impl FnMut(&mut Random) -> Vec<I<'static>>) -> Vec<u8> {
    let mut body = vec![I::Loop(BlockType::Empty)];
    for index in 0..LOCALS {
        body.push(I::I32Const(random.next() as i32));
        body.push(I::LocalSet(index));
    }
    body.push(I::LocalGet(0));
    let mut bytes = 0;
    while bytes < BODY - 400 {
        for instruction in piece(random) {
            let mut encoded = Vec::new();
            wasm_encoder::Encode::encode(&instruction, &mut encoded);
            bytes += encoded.len();
            body.push(instruction);
        }
    }
    body.extend([I::Drop, I::Br(0), I::End, I::End]);
    program(&body, 4, None)
}

/// A module of one function `handle`, and as many others as a table wants.
fn program(body: &[I<'static>], wasm_pages: u32, table: Option<u32>) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    module.section(&types);
    let mut functions = FunctionSection::new();
    for _ in 0..=table.unwrap_or(0) {
        functions.function(0);
    }
    module.section(&functions);
    if let Some(elements) = table {
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: elements.into(),
            maximum: Some(elements.into()),
            shared: false,
        });
        module.section(&tables);
    }
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: wasm_pages.into(),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    module.section(&memories);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("handle", ExportKind::Func, 0);
    module.section(&exports);
    if let Some(elements) = table {
        let all: Vec<u32> = (1..=elements).collect();
        let mut segments = ElementSection::new();
        segments.active(
            None,
            &ConstExpr::i32_const(0),
            Elements::Functions(all.into()),
        );
        module.section(&segments);
    }
    let mut code = CodeSection::new();
    let mut handle = Function::new([(LOCALS, ValType::I32)]);
    for instruction in body {
        handle.instruction(instruction);
    }
    code.function(&handle);
    for _ in 0..table.unwrap_or(0) {
        let mut nothing = Function::new([]);
        nothing.instruction(&I::End);
        code.function(&nothing);
    }
    module.section(&code);
    module.finish()
}

/// The next of a sequence of numbers, from local 0 and into it: on the stack as well.
const NEXT: [I<'static>; 6] = [
    I::LocalGet(0),
    I::I32Const(1_664_525),
    I::I32Mul,
    I::I32Const(1_013_904_223),
    I::I32Add,
    I::LocalTee(0),
];

/// Calls through every element of a full table, in random order.
fn indirect(elements: u32) -> Vec<u8> {
    let mut step = vec![I::Loop(BlockType::Empty)];
    step.extend(NEXT);
    step.extend([
        I::I32Const(7),
        I::I32ShrU,
        I::I32Const(elements as i32 - 1),
        I::I32And,
        I::CallIndirect {
            type_index: 0,
            table_index: 0,
        },
        I::Br(0),
        I::End,
        I::End,
    ]);
    program(&step, 1, Some(elements))
}

/// Loads and stores anywhere in the largest memory, one after the other, each where the last one
/// says.
fn random_access(stores: bool) -> Vec<u8> {
    let mut body = vec![I::Loop(BlockType::Empty)];
    for _ in 0..600 {
        let place = MemArg {
            offset: 0,
            align: 2,
            target: MemArgTarget::Memory(0),
            ordering: None,
        };
        body.extend(NEXT);
        body.extend([
            I::I32Const(8),
            I::I32ShrU,
            I::I32Const(0x3f_fffc),
            I::I32And,
        ]);
        match stores {
            true => body.extend([I::LocalGet(0), I::I32Store(place)]),
            false => body.extend([I::I32Load(place), I::LocalGet(0), I::I32Add, I::LocalSet(0)]),
        }
    }
    body.extend([I::Br(0), I::End, I::End]);
    program(&body, 64, None)
}

/// Hostile programs that are made rather than written.
pub(crate) fn programs() -> Vec<(String, Vec<u8>)> {
    let mut programs = Vec::new();
    for (place, (name, _)) in PIECES.iter().enumerate() {
        let mut weights = vec![0; PIECES.len()];
        weights[place] = 1;
        programs.push((format!("random {name} operators"), mix(&weights, 1)));
    }
    programs.push(("random mix of all".into(), mix(&vec![1; PIECES.len()], 2)));
    let mut random = Random(3);
    programs.push((
        "tee and eqz, a chain".into(),
        straight(&mut random, tee_eqz),
    ));
    for (name, operator) in [
        ("popcnt", I::I32Popcnt),
        ("clz", I::I32Clz),
        ("eqz", I::I32Eqz),
    ] {
        let text = format!("one operator, {name}");
        programs.push((text, straight(&mut random, |_| vec![operator.clone()])));
    }
    programs.push((
        "one operator, shr_u of a constant".into(),
        straight(&mut random, |_| vec![I::I32Const(3), I::I32ShrU]),
    ));
    programs.push(("indirect calls in random order".into(), indirect(4_096)));
    programs.push(("random loads, largest memory".into(), random_access(false)));
    programs.push(("random stores, largest memory".into(), random_access(true)));
    programs
}

/// Shapes that are short for what the engine makes of them.
const SHAPES: &[(&str, &str, usize)] = &[
    ("if else end", "(if (local.get 0) (then) (else)) ", 6),
    ("loop end", "(loop) ", 3),
    ("block br_if", "(block (br_if 0 (local.get 0))) ", 7),
    ("call drop", "(drop (call $one)) ", 3),
    ("block end", "(block) ", 3),
    (
        "select",
        "(drop (select (local.get 0) (local.get 1) (local.get 0))) ",
        8,
    ),
    ("eqz chain", "(drop (i32.eqz (memory.size))) ", 4),
    ("local.tee chain", "(drop (local.tee 0 (local.get 1))) ", 5),
    (
        "br_table of one",
        "(block (br_table 0 0 (local.get 0))) ",
        9,
    ),
    ("global", "(global.set 0 (global.get 0)) ", 4),
    ("store", "(i32.store (local.get 0) (local.get 1)) ", 7),
    ("grow", "(drop (memory.grow (i32.const 0))) ", 5),
];

/// Programs whose loading is as much work as it can be, each shape at its largest.
pub(crate) fn shapes(bytes: usize) -> Vec<(String, Vec<u8>)> {
    SHAPES
        .iter()
        .map(|(name, text, size)| {
            let each = BODY / size;
            let count = bytes / (each * size + 16);
            let mut module = String::from(
                "(module (memory (export \"memory\") 1) \
                 (global (export \"g\") (mut i32) (i32.const 0)) \
                 (func $one (result i32) (i32.const 1))",
            );
            for _ in 0..count {
                let _ = write!(
                    module,
                    "(func (local i32 i32) (if (i32.eqz (global.get 0)) \
                    (then (return))) {})",
                    text.repeat(each)
                );
            }
            module += "(func (export \"handle\")";
            for index in 1..=count {
                let _ = write!(module, "(call {index})");
            }
            module += "))";
            let wasm = wat::parse_str(&module).expect("the generated text is well-formed");
            (format!("largest code, {name}, translated"), wasm)
        })
        .collect()
}
