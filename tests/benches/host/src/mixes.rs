//! Straight-line code that no processor foresees: operators in random order, in one long loop.
//!
//! What an operator takes depends above all on whether the processor foresees where the engine
//! jumps next. In a short loop it does. Here it cannot.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, GlobalSection, GlobalType, Instruction as I, MemArg, MemArgTarget,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

/// Bytes of one body: a little less than a chain allows.
pub(crate) const BODY: usize = 60_000;

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

/// What a body is made of: pieces and operators in random order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mix {
    /// How often each of [`PIECES`] is drawn.
    pub(crate) weights: [u8; KINDS],
    /// Which operators of a piece are drawn: a bit for each, from the lowest; all if none of them.
    pub(crate) operators: u32,
    /// Bytes of the body, after which it begins anew.
    pub(crate) bytes: u32,
    /// How many locals there are, 1 at least.
    pub(crate) locals: u32,
    /// The order.
    pub(crate) seed: u64,
}

impl Mix {
    /// All that there is, as long as a body can be.
    pub(crate) const ALL: Self = Self {
        weights: [1; KINDS],
        operators: u32::MAX,
        bytes: BODY as u32 - 400,
        locals: 16,
        seed: 1,
    };

    /// Nothing but one piece.
    fn of(piece: usize) -> Self {
        let mut weights = [0; KINDS];
        weights[piece] = 1;
        Self {
            weights,
            ..Self::ALL
        }
    }

    /// A program that runs it for ever.
    pub(crate) fn wasm(&self) -> Vec<u8> {
        let pieces: Vec<Piece> = PIECES
            .iter()
            .zip(self.weights)
            .flat_map(|((_, piece), weight)| std::iter::repeat_n(*piece, weight.into()))
            .collect();
        let mut draw = Draw {
            random: Random(self.seed),
            operators: self.operators,
            locals: self.locals,
        };
        straight(&mut draw, self.bytes as usize, |draw| {
            let piece = draw.random.pick(&pieces);
            piece(draw)
        })
    }
}

/// Draws the parts of a mix.
#[derive(Clone, Debug)]
struct Draw {
    random: Random,
    operators: u32,
    locals: u32,
}

impl Draw {
    fn one(&mut self, of: &[I<'static>]) -> I<'static> {
        let allowed: Vec<&I<'static>> = of
            .iter()
            .enumerate()
            .filter(|(index, _)| self.operators >> (index % 32) & 1 == 1)
            .map(|(_, operator)| operator)
            .collect();
        match allowed.len() {
            0 => of[self.random.below(of.len())].clone(),
            some => allowed[self.random.below(some)].clone(),
        }
    }

    /// Never zero or minus one: a division must not trap.
    fn constant(&mut self) -> I<'static> {
        I::I32Const((self.random.next() as i32 & 0x7fff_fffe) | 2)
    }

    fn local(&mut self) -> u32 {
        self.random.below(self.locals as usize) as u32
    }

    fn place(&mut self) -> MemArg {
        MemArg {
            offset: self.random.pick(&[0, 1, 61, 125, 16_383, 65_000, 131_072]),
            align: 0,
            target: MemArgTarget::Memory(0),
            ordering: None,
        }
    }
}

/// A piece of code that takes an `i32` from the stack and puts one there.
type Piece = fn(&mut Draw) -> Vec<I<'static>>;

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

const NARROW: &[I<'static>] = &[I::I32WrapI64, I::I64Eqz];

fn unary(draw: &mut Draw) -> Vec<I<'static>> {
    vec![draw.one(UNARY)]
}

fn with_constant(draw: &mut Draw) -> Vec<I<'static>> {
    vec![draw.constant(), draw.one(BINARY)]
}

fn with_local(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::LocalGet(draw.local()), draw.one(BINARY)]
}

fn tee(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::LocalTee(draw.local()), draw.one(UNARY)]
}

fn set_get(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::LocalSet(draw.local()), I::LocalGet(draw.local())]
}

fn divide(draw: &mut Draw) -> Vec<I<'static>> {
    vec![draw.constant(), draw.one(DIVIDE)]
}

fn wide(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::I64ExtendI32U, draw.one(WIDE), draw.one(NARROW)]
}

fn load(draw: &mut Draw) -> Vec<I<'static>> {
    let load = match draw.random.below(5) {
        0 => I::I32Load8S(draw.place()),
        1 => I::I32Load8U(draw.place()),
        2 => I::I32Load16S(draw.place()),
        3 => I::I32Load16U(draw.place()),
        _ => I::I32Load(draw.place()),
    };
    vec![I::I32Const(0xfff), I::I32And, load]
}

fn store(draw: &mut Draw) -> Vec<I<'static>> {
    let store = match draw.random.below(3) {
        0 => I::I32Store8(draw.place()),
        1 => I::I32Store16(draw.place()),
        _ => I::I32Store(draw.place()),
    };
    let get = I::LocalGet(draw.local());
    vec![I::I32Const(0xfff), I::I32And, get.clone(), store, get]
}

fn global(_: &mut Draw) -> Vec<I<'static>> {
    vec![I::GlobalSet(0), I::GlobalGet(0)]
}

fn select(draw: &mut Draw) -> Vec<I<'static>> {
    vec![
        I::LocalGet(draw.local()),
        I::LocalGet(draw.local()),
        I::Select,
    ]
}

fn branch(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::If(BlockType::Empty), I::End, I::LocalGet(draw.local())]
}

fn branch_if(draw: &mut Draw) -> Vec<I<'static>> {
    let condition = draw.local();
    vec![
        I::LocalSet(condition),
        I::Block(BlockType::Empty),
        I::LocalGet(condition),
        I::BrIf(0),
        I::End,
        I::LocalGet(draw.local()),
    ]
}

fn branch_with_value(draw: &mut Draw) -> Vec<I<'static>> {
    let condition = draw.local();
    vec![
        I::LocalSet(condition),
        I::Block(BlockType::Result(ValType::I32)),
        I::LocalGet(draw.local()),
        I::LocalGet(condition),
        I::BrIf(0),
        I::End,
    ]
}

fn table(draw: &mut Draw) -> Vec<I<'static>> {
    let place = draw.local();
    vec![
        I::LocalSet(place),
        I::Block(BlockType::Result(ValType::I32)),
        I::Block(BlockType::Result(ValType::I32)),
        I::LocalGet(draw.local()),
        I::LocalGet(place),
        I::BrTable(vec![0, 1].into(), 0),
        I::End,
        I::End,
    ]
}

fn block_result(draw: &mut Draw) -> Vec<I<'static>> {
    let inner = match draw.random.below(2) {
        0 => I::LocalGet(draw.local()),
        _ => draw.constant(),
    };
    vec![
        I::Drop,
        I::Block(BlockType::Result(ValType::I32)),
        inner,
        I::End,
    ]
}

fn call(draw: &mut Draw) -> Vec<I<'static>> {
    let callee = 1 + draw.random.below(CALLEES as usize - 1) as u32;
    vec![I::Call(callee)]
}

/// Locals below a block: the engine copies each away from its place.
fn locals_below(draw: &mut Draw) -> Vec<I<'static>> {
    let many = 1 + draw.random.below(6);
    let mut code: Vec<_> = (0..many).map(|_| I::LocalGet(draw.local())).collect();
    code.extend([I::Block(BlockType::Empty), I::End]);
    code.extend(vec![I::Drop; many]);
    code
}

/// Results below one another: each makes room for the next.
fn results_below(draw: &mut Draw) -> Vec<I<'static>> {
    let many = 1 + draw.random.below(6);
    let mut code = Vec::new();
    for _ in 0..many {
        match draw.random.below(3) {
            0 => code.push(I::GlobalGet(0)),
            1 => code.push(I::MemorySize(0)),
            _ => code.extend([I::LocalGet(draw.local()), draw.one(UNARY)]),
        }
    }
    code.extend(vec![I::Drop; many]);
    code
}

fn operand(draw: &mut Draw) -> I<'static> {
    match draw.random.below(2) {
        0 => I::LocalGet(draw.local()),
        _ => draw.constant(),
    }
}

/// A call with as many arguments as `wide` takes, of any kind.
fn wide_call(draw: &mut Draw) -> Vec<I<'static>> {
    let mut code: Vec<_> = (1..WIDE_PARAMS).map(|_| operand(draw)).collect();
    code.push(I::Call(WIDE_CALLEE));
    code
}

/// A call with as many constants as code may pass, of either width: each is copied.
fn constants_call(draw: &mut Draw) -> Vec<I<'static>> {
    let callee = draw.random.below(MIXED_CALLEES);
    let mut code = vec![I::Drop];
    for ty in mixed_params(callee) {
        code.push(match ty {
            ValType::I64 => I::I64Const(draw.random.pick(&[0, 1, -1])),
            _ => I::I32Const(draw.random.pick(&[0, 1, -1])),
        });
    }
    code.push(I::Call(WIDE_CALLEE + 1 + callee as u32));
    code
}

/// Results that a block lies over: the engine moves each out of its register, to another place.
fn blocks_over(draw: &mut Draw) -> Vec<I<'static>> {
    let over = [I::Block(BlockType::Empty), I::End];
    let (mut code, mut above) = (over.to_vec(), 0);
    for _ in 0..12 {
        if above > 0 && draw.random.below(2) == 0 {
            above -= 1;
            code.extend([I::Drop, draw.one(UNARY)]);
        } else if above < 8 {
            above += 1;
            code.push(I::MemorySize(0));
        }
        code.extend(over.clone());
    }
    code.extend(vec![I::Drop; above]);
    code
}

/// A branch with a value, taken or not, whose condition is the last result.
fn branch_over(draw: &mut Draw) -> Vec<I<'static>> {
    let local = draw.local();
    vec![
        I::LocalSet(local),
        I::Block(RESULT),
        operand(draw),
        I::LocalGet(draw.local()),
        draw.one(UNARY),
        I::BrIf(0),
        I::Drop,
        operand(draw),
        I::Br(0),
        I::End,
    ]
}

/// Both branches of a condition give one operand.
fn if_result(draw: &mut Draw) -> Vec<I<'static>> {
    vec![I::If(RESULT), operand(draw), I::Else, operand(draw), I::End]
}

fn ladder(draw: &mut Draw) -> Vec<I<'static>> {
    vec![
        I::If(BlockType::Result(ValType::I32)),
        I::LocalGet(draw.local()),
        draw.one(UNARY),
        I::Else,
        I::LocalGet(draw.local()),
        draw.one(UNARY),
        I::End,
    ]
}

/// How many kinds of pieces there are.
pub(crate) const KINDS: usize = 25;

/// What a mix is made of, by name.
const PIECES: [(&str, Piece); KINDS] = [
    ("unary", unary),
    ("constant", with_constant),
    ("local", with_local),
    ("tee", tee),
    ("set and get", set_get),
    ("divide", divide),
    ("wide", wide),
    ("load", load),
    ("store", store),
    ("global", global),
    ("select", select),
    ("if", branch),
    ("br_if", branch_if),
    ("br_if with a value", branch_with_value),
    ("br_table", table),
    ("block result", block_result),
    ("call", call),
    ("locals below", locals_below),
    ("results below", results_below),
    ("wide call", wide_call),
    ("branch over", branch_over),
    ("if result", if_result),
    ("ladder", ladder),
    ("constants call", constants_call),
    ("blocks over", blocks_over),
];

fn straight(
    draw: &mut Draw,
    most: usize,
    mut piece: impl FnMut(&mut Draw) -> Vec<I<'static>>,
) -> Vec<u8> {
    let mut body = vec![I::Loop(BlockType::Empty)];
    for index in 0..draw.locals {
        body.push(I::I32Const(draw.random.next() as i32));
        body.push(I::LocalSet(index));
    }
    body.push(I::LocalGet(0));
    let mut bytes = 0;
    while bytes < most {
        for instruction in piece(draw) {
            let mut encoded = Vec::new();
            wasm_encoder::Encode::encode(&instruction, &mut encoded);
            bytes += encoded.len();
            body.push(instruction);
        }
    }
    body.extend([I::Drop, I::Br(0), I::End, I::End]);
    program(&body, draw.locals, 4, None)
}

/// Functions that a mix may call, besides; behind them one that takes more, and others that take
/// as many values of either width as code may pass.
const CALLEES: u32 = 65;
const WIDE_CALLEE: u32 = CALLEES;
const WIDE_PARAMS: usize = 8;
const MIXED_CALLEES: usize = 16;
const MIXED_PARAMS: usize = 32;

fn mixed_params(callee: usize) -> [ValType; MIXED_PARAMS] {
    let mut random = Random(callee as u64);
    core::array::from_fn(|_| random.pick(&[ValType::I32, ValType::I64]))
}

const RESULT: BlockType = BlockType::Result(ValType::I32);

/// A module of `handle`; functions to call; and as many as a table wants, which do nothing.
fn program(body: &[I<'static>], locals: u32, wasm_pages: u32, table: Option<u32>) -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32], [ValType::I32]);
    types
        .ty()
        .function([ValType::I32; WIDE_PARAMS], [ValType::I32]);
    for callee in 0..MIXED_CALLEES {
        types.ty().function(mixed_params(callee), [ValType::I32]);
    }
    module.section(&types);
    let mut functions = FunctionSection::new();
    functions.function(0);
    for _ in 1..CALLEES {
        functions.function(1);
    }
    functions.function(2);
    for callee in 0..MIXED_CALLEES as u32 {
        functions.function(3 + callee);
    }
    for _ in 0..table.unwrap_or(0) {
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
    let mut globals = GlobalSection::new();
    let ty = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared: false,
    };
    globals.global(ty, &ConstExpr::i32_const(1));
    module.section(&globals);
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    exports.export("handle", ExportKind::Func, 0);
    module.section(&exports);
    if let Some(elements) = table {
        let all: Vec<u32> = (1..=elements)
            .map(|index| WIDE_CALLEE + MIXED_CALLEES as u32 + index)
            .collect();
        let mut segments = ElementSection::new();
        segments.active(
            None,
            &ConstExpr::i32_const(0),
            Elements::Functions(all.into()),
        );
        module.section(&segments);
    }
    let mut code = CodeSection::new();
    let mut handle = Function::new([(locals, ValType::I32)]);
    for instruction in body {
        handle.instruction(instruction);
    }
    code.function(&handle);
    for index in 0..CALLEES as usize {
        let mut callee = Function::new([]);
        callee.instruction(&I::LocalGet(0));
        callee.instruction(&UNARY[index % UNARY.len()]);
        callee.instruction(&I::End);
        code.function(&callee);
    }
    for _ in 0..MIXED_CALLEES {
        let mut callee = Function::new([]);
        callee.instruction(&I::I32Const(1));
        callee.instruction(&I::End);
        code.function(&callee);
    }
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
    program(&step, 1, 1, Some(elements))
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
    program(&body, 1, 64, None)
}

/// The worst that the search has found so far, with where that was.
const FOUND: &[(&str, Mix)] = &[
    (
        "results and locals below blocks, two locals",
        Mix {
            weights: [
                0, 1, 1, 2, 5, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 5, 5, 0, 1, 5, 1, 0, 0,
            ],
            operators: 619_085_487,
            bytes: 38_645,
            locals: 2,
            seed: 15_005_097_639_916_929_077,
        },
    ),
    (
        "all but a few, three locals",
        Mix {
            weights: [
                1, 2, 5, 5, 0, 5, 2, 1, 0, 1, 2, 2, 0, 5, 1, 1, 1, 5, 5, 1, 1, 5, 2, 0, 0,
            ],
            operators: 915_337_209,
            bytes: 50_783,
            locals: 3,
            seed: 17_079_833_689_411_323_398,
        },
    ),
    (
        "of an hour, five locals",
        Mix {
            weights: [
                2, 5, 1, 2, 1, 1, 2, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 5, 0, 0, 2, 1, 5, 1,
            ],
            operators: 4_131_279_451,
            bytes: 30_450,
            locals: 5,
            seed: 10_973_342_776_896_231_931,
        },
    ),
    (
        "of an hour, three locals",
        Mix {
            weights: [
                2, 5, 1, 2, 5, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 5, 0, 0, 2, 1, 5, 1,
            ],
            operators: 2_877_182_467,
            bytes: 28_780,
            locals: 3,
            seed: 3_438_070_893_187_155_463,
        },
    ),
];

/// Follows a chain through the largest memory, in which each link is the place of the next one, in
/// another line.
fn chase() -> Vec<u8> {
    /// Lines of 64 bytes in 4 MiB.
    const LINES: i32 = 65_536;
    let word = MemArg {
        offset: 0,
        align: 2,
        target: MemArgTarget::Memory(0),
        ordering: None,
    };
    // A generator of a full period, as a permutation: line i leads to line 5 i + 12,345.
    let mut body = vec![I::Loop(BlockType::Empty)];
    body.extend([I::LocalGet(1), I::I32Const(64), I::I32Mul]);
    body.extend([
        I::LocalGet(1),
        I::I32Const(20_485),
        I::I32Mul,
        I::I32Const(12_345),
        I::I32Add,
    ]);
    body.extend([
        I::I32Const(LINES - 1),
        I::I32And,
        I::I32Const(64),
        I::I32Mul,
    ]);
    body.push(I::I32Store(word));
    body.extend([I::LocalGet(1), I::I32Const(1), I::I32Add, I::LocalTee(1)]);
    body.extend([I::I32Const(LINES), I::I32LtU, I::BrIf(0), I::End]);
    body.extend([I::Loop(BlockType::Empty), I::LocalGet(0)]);
    body.extend(std::iter::repeat_n(I::I32Load(word), 2_000));
    body.extend([I::LocalSet(0), I::Br(0), I::End, I::End]);
    program(&body, 2, 64, None)
}

/// Hostile programs that are made rather than written.
pub(crate) fn programs() -> Vec<(String, Vec<u8>)> {
    let mut programs = Vec::new();
    for (place, (name, _)) in PIECES.iter().enumerate() {
        programs.push((format!("random {name}"), Mix::of(place).wasm()));
    }
    for (place, (name, _)) in PIECES.iter().enumerate() {
        // The engine has operators of their own for the first few.
        let few = Mix {
            locals: 3,
            ..Mix::of(place)
        };
        programs.push((format!("random {name}, three locals"), few.wasm()));
    }
    programs.push(("random mix of all".into(), Mix::ALL.wasm()));
    for (name, mix) in FOUND {
        programs.push((format!("found: {name}"), mix.wasm()));
    }
    let mut same = |name: &str, piece: &[I<'static>]| {
        let mut draw = Draw {
            random: Random(3),
            operators: u32::MAX,
            locals: 16,
        };
        let wasm = straight(&mut draw, BODY - 400, |_| piece.to_vec());
        programs.push((format!("one piece, {name}"), wasm));
    };
    same("tee eqz", &[I::LocalTee(0), I::I32Eqz]);
    same("popcnt", &[I::I32Popcnt]);
    same("clz", &[I::I32Clz]);
    same("eqz", &[I::I32Eqz]);
    same("shr_u of a constant", &[I::I32Const(3), I::I32ShrU]);
    programs.push(("indirect calls in random order".into(), indirect(4_096)));
    programs.push(("random loads, largest memory".into(), random_access(false)));
    programs.push(("random stores, largest memory".into(), random_access(true)));
    programs.push(("a chain of loads, largest memory".into(), chase()));
    programs
}
