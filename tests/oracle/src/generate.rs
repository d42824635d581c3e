//! Modules made at random, dense in what an engine fuses: compares in front of selects and
//! branches, values that lie below loops, locals that change after they were read, tees, narrow
//! loads and stores, shifts at their edges, branches with values, calls with permuted arguments.
//!
//! Every module is valid, and every call of it ends: loops count down locals of their own, and a
//! function calls only later ones.

use rand::{seq::SliceRandom, Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use wasm_encoder::{BlockType, Instruction as I, MemArg, MemArgTarget};

use crate::module::{count, op, Export, Function, Global, Module, Signature, Value};

use Value::{I32, I64};

/// Functions of one module.
const FUNCTIONS: u32 = 4;
/// The deepest that operators nest.
const DEPTH: u32 = 6;
/// Operators of one function, about.
const OPERATORS: usize = 160;
/// Elements of the table: a power of two.
const TABLE: u32 = 8;

/// The module of a seed.
#[must_use]
pub fn module(seed: u64) -> Module {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut types = Vec::new();
    for _ in 0..FUNCTIONS {
        let params = (0..random.gen_range(0..=5)).map(|_| value(&mut random));
        types.push(Signature {
            params: params.collect(),
            result: (!random.gen_ratio(1, 8)).then(|| value(&mut random)),
        });
    }
    let imports = vec![
        ("message_size".to_string(), count(&types)),
        ("message_read".to_string(), count(&types) + 1),
    ];
    types.push(Signature {
        params: Vec::new(),
        result: Some(I32),
    });
    types.push(Signature {
        params: vec![I32; 3],
        result: Some(I32),
    });
    let globals = (0..random.gen_range(1..=4)).map(|_| Global {
        ty: value(&mut random),
        mutable: true,
        value: edge(&mut random),
    });
    let globals = globals.collect();
    let first = count(&imports);
    let mut module = Module {
        types,
        imports,
        table: Some((TABLE, Some(TABLE))),
        memory: Some((random.gen_range(1..=2), random.gen_bool(0.5).then_some(3))),
        globals,
        data: vec![(
            random.gen_range(0..60_000),
            (0..random.gen_range(1..300))
                .map(|_| random.gen())
                .collect(),
        )],
        ..Module::default()
    };
    // Only the last function is in the table: an indirect call must not go in a circle.
    let last = first + FUNCTIONS - 1;
    module.elements = vec![(random.gen_range(0..3), vec![last; 5])];
    for number in 0..FUNCTIONS {
        let function = Writer::function(&module, number, &mut random);
        module.functions.push(function);
        module.exports.push(Export {
            name: format!("f{number}"),
            kind: wasm_encoder::ExportKind::Func,
            index: first + number,
        });
    }
    module
}

fn value(random: &mut ChaCha8Rng) -> Value {
    match random.gen_ratio(3, 5) {
        true => I32,
        false => I64,
    }
}

/// A number at the edge of something, mostly.
pub(crate) fn edge(random: &mut ChaCha8Rng) -> i64 {
    const EDGES: [i64; 32] = [
        0,
        0,
        0,
        1,
        -1,
        2,
        3,
        7,
        8,
        15,
        16,
        31,
        32,
        33,
        63,
        64,
        65,
        127,
        128,
        255,
        256,
        0x7fff,
        0x8000,
        0xffff,
        0x7fff_ffff,
        0x8000_0000,
        0xffff_ffff,
        -0x8000_0000,
        i64::MAX,
        i64::MIN,
        -128,
        0x1_0000_0000,
    ];
    match random.gen_ratio(4, 5) {
        true => *EDGES.choose(random).unwrap_or(&0),
        false => random.gen(),
    }
}

/// A function that is being written.
struct Writer<'r> {
    random: &'r mut ChaCha8Rng,
    module: &'r Module,
    /// Its number among the module's own.
    number: u32,
    /// Types of parameters and locals that operators may use.
    locals: Vec<Value>,
    /// Locals that count loops: no other operator sets them.
    counters: u32,
    /// What a branch to each enclosing block carries; `None` in the outer option for a loop.
    labels: Vec<Option<Option<Value>>>,
    body: Vec<Vec<u8>>,
    /// Loops around the place that is written.
    loops: u32,
}

impl<'r> Writer<'r> {
    fn function(module: &'r Module, number: u32, random: &'r mut ChaCha8Rng) -> Function {
        let ty = &module.types[number as usize];
        let own = random.gen_range(0..=4);
        let mut locals = ty.params.clone();
        for _ in 0..own {
            locals.push(value(random));
        }
        let mut writer = Self {
            random,
            module,
            number,
            locals: locals.clone(),
            counters: 0,
            labels: vec![Some(ty.result)],
            body: Vec::new(),
            loops: 0,
        };
        writer.block(ty.result, 0);
        writer.push(&I::End);
        let counters = writer.counters;
        let body = writer.body;
        let params = ty.params.len();
        let mut declared = locals.split_off(params);
        declared.extend((0..counters).map(|_| I32));
        Function {
            ty: number,
            locals: declared,
            body,
        }
    }

    fn push(&mut self, instruction: &I<'_>) {
        self.body.push(op(instruction));
    }

    fn chance(&mut self, of: u32) -> bool {
        self.random.gen_ratio(1, of)
    }

    /// Whether the function has become long.
    fn is_full(&self) -> bool {
        self.body.len() > OPERATORS
    }

    /// Statements, and a value of type `result` behind them.
    fn block(&mut self, result: Option<Value>, depth: u32) {
        for _ in 0..self.random.gen_range(0..=3) {
            self.statement(depth + 1);
        }
        if let Some(ty) = result {
            self.value(ty, depth + 1);
        }
    }

    fn local(&mut self, ty: Value) -> Option<u32> {
        let of_type = (0..).zip(&self.locals).filter(|(_, local)| **local == ty);
        let of_type: Vec<u32> = of_type.map(|(index, _)| index).collect();
        of_type.choose(self.random).copied()
    }

    fn global(&mut self, ty: Value) -> Option<u32> {
        let globals = (0..).zip(&self.module.globals);
        let of_type = globals.filter(|(_, global)| global.ty == ty);
        let of_type: Vec<u32> = of_type.map(|(index, _)| index).collect();
        of_type.choose(self.random).copied()
    }

    fn constant(&mut self, ty: Value) {
        let number = edge(self.random);
        match ty {
            I32 => self.push(&I::I32Const(number as i32)),
            I64 => self.push(&I::I64Const(number)),
        }
    }

    fn leaf(&mut self, ty: Value) {
        match self.random.gen_range(0..10) {
            0..=6 => match self.local(ty) {
                Some(local) => self.push(&I::LocalGet(local)),
                None => self.constant(ty),
            },
            7 => match self.global(ty) {
                Some(global) => self.push(&I::GlobalGet(global)),
                None => self.constant(ty),
            },
            _ => self.constant(ty),
        }
    }

    /// Something that happens while values lie on the stack.
    fn interlude(&mut self, depth: u32) {
        if self.chance(6) {
            self.statement(depth + 2);
        }
    }

    fn value(&mut self, ty: Value, depth: u32) {
        if depth >= DEPTH || self.is_full() {
            return self.leaf(ty);
        }
        let depth = depth + 1;
        match self.random.gen_range(0..25) {
            0..=3 => self.leaf(ty),
            4..=6 => {
                self.value(ty, depth);
                self.unary(ty);
            }
            7..=11 => {
                self.value(ty, depth);
                self.interlude(depth);
                self.value(ty, depth);
                self.binary(ty);
            }
            12..=14 => {
                if ty == I32 {
                    return self.condition(depth);
                }
                self.value(I32, depth);
                let widen = [I::I64ExtendI32S, I::I64ExtendI32U];
                let widen = widen.choose(self.random).cloned();
                self.push(&widen.unwrap_or(I::Nop));
            }
            15 | 16 => {
                self.value(ty, depth);
                self.interlude(depth);
                self.value(ty, depth);
                self.interlude(depth);
                self.condition(depth);
                self.admit();
                self.push(&I::Select);
            }
            17 => {
                self.condition(depth);
                self.push(&I::If(BlockType::Result(ty.encoded())));
                self.labels.push(Some(Some(ty)));
                self.block(Some(ty), depth);
                self.push(&I::Else);
                self.block(Some(ty), depth);
                self.labels.pop();
                self.push(&I::End);
            }
            18 => {
                self.push(&I::Block(BlockType::Result(ty.encoded())));
                self.labels.push(Some(Some(ty)));
                self.block(Some(ty), depth);
                self.labels.pop();
                self.push(&I::End);
            }
            19 => self.counted(Some(ty), depth),
            20 => {
                if let Some(local) = self.local(ty) {
                    self.value(ty, depth);
                    self.push(&I::LocalTee(local));
                } else {
                    self.leaf(ty);
                }
            }
            21 => {
                self.address(depth);
                self.load(ty);
            }
            22 => self.call(ty, depth),
            23 => {
                // A branch with a value that goes on as one.
                let Some(label) = self.label(Some(ty)) else {
                    return self.leaf(ty);
                };
                self.value(ty, depth);
                self.condition(depth);
                self.push(&I::BrIf(label));
            }
            _ if ty == I32 => match self.random.gen_range(0..5) {
                0 => self.push(&I::MemorySize(0)),
                1 => self.push(&I::Call(0)),
                2 => {
                    self.leaf(I32);
                    self.small(4);
                    self.push(&I::I32And);
                    self.small(50);
                    self.address(depth);
                    self.push(&I::Call(1));
                }
                3 => {
                    self.small(3);
                    self.push(&I::MemoryGrow(0));
                }
                _ => self.value_of_other(depth),
            },
            _ => self.leaf(ty),
        }
    }

    /// Makes a condition one that the chain lets a `select` have, most of the time: it refuses
    /// those by whether an `i32` is zero. What was written last tells them well enough.
    fn admit(&mut self) {
        let mut last = self.body.iter().rev();
        let compare = last.next().cloned().unwrap_or_default();
        let is_equality = compare == op(&I::I32Eq) || compare == op(&I::I32Ne);
        let is_zero = compare == op(&I::I32Eqz) || is_equality;
        if is_zero && !self.chance(16) {
            self.push(&I::I32Const(1));
            self.push(&I::I32And);
        }
    }

    fn value_of_other(&mut self, depth: u32) {
        self.value(I64, depth);
        self.push(&I::I32WrapI64);
    }

    fn small(&mut self, below: i32) {
        let number = self.random.gen_range(0..below);
        self.push(&I::I32Const(number));
    }

    /// An `i32` that is a compare, most of the time.
    fn condition(&mut self, depth: u32) {
        match self.random.gen_range(0..8) {
            // One of several parts is never reached.
            0 if self.chance(4) => self.constant(I32),
            0 => self.value(I32, depth),
            1 | 2 => {
                self.value(I32, depth);
                self.push(&I::I32Eqz);
            }
            3 => {
                self.value(I64, depth);
                self.push(&I::I64Eqz);
            }
            4 => {
                // With zero on either side.
                let ty = value(self.random);
                let zero = match ty {
                    I32 => I::I32Const(0),
                    I64 => I::I64Const(0),
                };
                let first = self.random.gen();
                if first {
                    self.push(&zero);
                }
                self.value(ty, depth);
                if !first {
                    self.push(&zero);
                }
                self.compare(ty);
            }
            5 => {
                self.condition(depth + 1);
                self.condition(depth + 1);
                let join = [I::I32And, I::I32Or, I::I32Xor, I::I32Eq, I::I32Ne];
                let join = join.choose(self.random).cloned().unwrap_or(I::I32And);
                self.push(&join);
            }
            _ => {
                let ty = value(self.random);
                self.value(ty, depth);
                self.interlude(depth);
                self.value(ty, depth);
                self.compare(ty);
            }
        }
        if self.chance(6) {
            self.push(&I::I32Eqz);
        }
        if self.chance(8) {
            if let Some(local) = self.local(I32) {
                self.push(&I::LocalTee(local));
            }
        }
    }

    fn compare(&mut self, ty: Value) {
        let compares = match ty {
            I32 => [
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
            ],
            I64 => [
                I::I64Eq,
                I::I64Ne,
                I::I64LtS,
                I::I64LtU,
                I::I64GtS,
                I::I64GtU,
                I::I64LeS,
                I::I64LeU,
                I::I64GeS,
                I::I64GeU,
            ],
        };
        let compare = compares.choose(self.random).cloned();
        self.push(&compare.unwrap_or(I::Nop));
    }

    fn unary(&mut self, ty: Value) {
        let unary = match ty {
            I32 => [
                I::I32Clz,
                I::I32Ctz,
                I::I32Popcnt,
                I::I32Extend8S,
                I::I32Extend16S,
                I::I32Eqz,
            ]
            .choose(self.random)
            .cloned(),
            I64 => [
                I::I64Clz,
                I::I64Ctz,
                I::I64Popcnt,
                I::I64Extend8S,
                I::I64Extend16S,
                I::I64Extend32S,
            ]
            .choose(self.random)
            .cloned(),
        };
        self.push(&unary.unwrap_or(I::Nop));
    }

    fn binary(&mut self, ty: Value) {
        let binary = match ty {
            I32 => [
                I::I32Add,
                I::I32Sub,
                I::I32Mul,
                I::I32DivS,
                I::I32DivU,
                I::I32RemS,
                I::I32RemU,
                I::I32And,
                I::I32Or,
                I::I32Xor,
                I::I32Shl,
                I::I32ShrS,
                I::I32ShrU,
                I::I32Rotl,
                I::I32Rotr,
                I::I32Add,
                I::I32Sub,
                I::I32And,
                I::I32Or,
                I::I32Xor,
            ],
            I64 => [
                I::I64Add,
                I::I64Sub,
                I::I64Mul,
                I::I64DivS,
                I::I64DivU,
                I::I64RemS,
                I::I64RemU,
                I::I64And,
                I::I64Or,
                I::I64Xor,
                I::I64Shl,
                I::I64ShrS,
                I::I64ShrU,
                I::I64Rotl,
                I::I64Rotr,
                I::I64Add,
                I::I64Sub,
                I::I64And,
                I::I64Or,
                I::I64Xor,
            ],
        };
        let mut binary = binary.choose(self.random).cloned().unwrap_or(I::Nop);
        // A division traps most of the time, if it may be by anything.
        let divides = matches!(
            binary,
            I::I32DivS
                | I::I32DivU
                | I::I32RemS
                | I::I32RemU
                | I::I64DivS
                | I::I64DivU
                | I::I64RemS
                | I::I64RemU
        );
        if divides && !self.chance(8) {
            match ty {
                I32 => {
                    self.push(&I::I32Const(3));
                    self.push(&I::I32Or);
                }
                I64 => {
                    self.push(&I::I64Const(3));
                    self.push(&I::I64Or);
                }
            }
        }
        if divides && self.chance(10) {
            binary = match ty {
                I32 => I::I32RemS,
                I64 => I::I64RemS,
            };
        }
        self.push(&binary);
    }

    /// An address that is within the first page, most of the time.
    fn address(&mut self, depth: u32) {
        if self.chance(20) {
            // A local as it is, perhaps in the engine's register.
            return self.leaf(I32);
        }
        self.value(I32, depth);
        if !self.chance(12) {
            let mask = *[0xff, 0xfff, 0x7fff].choose(self.random).unwrap_or(&0xff);
            self.push(&I::I32Const(mask));
            self.push(&I::I32And);
        }
    }

    fn place(&mut self, align: u32) -> MemArg {
        // The last is the first without a short form in the engine.
        const OFFSETS: [u64; 11] = [0, 0, 0, 1, 3, 4, 8, 255, 16_383, 65_535, 65_536];
        let offset = match self.chance(40) {
            true => 0xffff_fff0,
            false => *OFFSETS.choose(self.random).unwrap_or(&0),
        };
        MemArg {
            offset,
            align: self.random.gen_range(0..=align),
            target: MemArgTarget::Memory(0),
            ordering: None,
        }
    }

    fn load(&mut self, ty: Value) {
        let pick = self.random.gen_range(0..7);
        let load = match (ty, pick) {
            (I32, 0) => I::I32Load8S(self.place(0)),
            (I32, 1) => I::I32Load8U(self.place(0)),
            (I32, 2) => I::I32Load16S(self.place(1)),
            (I32, 3) => I::I32Load16U(self.place(1)),
            (I32, _) => I::I32Load(self.place(2)),
            (I64, 0) => I::I64Load8S(self.place(0)),
            (I64, 1) => I::I64Load8U(self.place(0)),
            (I64, 2) => I::I64Load16S(self.place(1)),
            (I64, 3) => I::I64Load16U(self.place(1)),
            (I64, 4) => I::I64Load32S(self.place(2)),
            (I64, 5) => I::I64Load32U(self.place(2)),
            (I64, _) => I::I64Load(self.place(3)),
        };
        self.push(&load);
    }

    fn store(&mut self, ty: Value) {
        let pick = self.random.gen_range(0..4);
        let store = match (ty, pick) {
            (I32, 0) => I::I32Store8(self.place(0)),
            (I32, 1) => I::I32Store16(self.place(1)),
            (I32, _) => I::I32Store(self.place(2)),
            (I64, 0) => I::I64Store8(self.place(0)),
            (I64, 1) => I::I64Store16(self.place(1)),
            (I64, 2) => I::I64Store32(self.place(2)),
            (I64, _) => I::I64Store(self.place(3)),
        };
        self.push(&store);
    }

    /// A call of a later function that returns `ty`, with arguments that are often locals in
    /// another order.
    fn call(&mut self, ty: Value, depth: u32) {
        let later = self.number + 1..FUNCTIONS;
        let fitting = later.filter(|number| self.module.types[*number as usize].result == Some(ty));
        let fitting: Vec<u32> = fitting.collect();
        // A call in a loop in a loop takes too long, and teaches nothing.
        let (Some(callee), true) = (fitting.choose(self.random).copied(), self.loops < 2) else {
            return self.leaf(ty);
        };
        for param in self.module.types[callee as usize].params.clone() {
            match self.chance(3) {
                true => self.value(param, depth + 1),
                false => self.leaf(param),
            }
        }
        if callee == FUNCTIONS - 1 && self.random.gen() {
            self.value(I32, depth + 1);
            let mask = if self.chance(8) { -1 } else { 7 };
            self.push(&I::I32Const(mask));
            self.push(&I::I32And);
            self.push(&I::CallIndirect {
                type_index: callee,
                table_index: 0,
            });
        } else {
            self.push(&I::Call(self.module.first_function() + callee));
        }
    }

    /// A block that a branch with such a value may leave.
    fn label(&mut self, carries: Option<Value>) -> Option<u32> {
        let labels = (0..).zip(self.labels.iter().rev());
        let fitting = labels.filter(|(_, label)| **label == Some(carries));
        let fitting: Vec<u32> = fitting.map(|(depth, _)| depth).collect();
        fitting.choose(self.random).copied()
    }

    /// A loop that ends, with a value behind it.
    fn counted(&mut self, result: Option<Value>, depth: u32) {
        if self.loops >= 3 {
            return match result {
                Some(ty) => self.leaf(ty),
                None => self.push(&I::Nop),
            };
        }
        let counter = count(&self.locals) + self.counters;
        // Counters come behind all other locals, which are all known by now.
        self.counters += 1;
        let rounds = self.random.gen_range(1..=3);
        self.push(&I::I32Const(rounds));
        self.push(&I::LocalSet(counter));
        let ty = result.map_or(BlockType::Empty, |ty| BlockType::Result(ty.encoded()));
        self.push(&I::Loop(ty));
        self.labels.push(None);
        self.loops += 1;
        self.block(result, depth);
        self.push(&I::LocalGet(counter));
        self.push(&I::I32Const(1));
        self.push(&I::I32Sub);
        self.push(&I::LocalTee(counter));
        self.push(&I::BrIf(0));
        self.loops -= 1;
        self.labels.pop();
        self.push(&I::End);
    }

    fn statement(&mut self, depth: u32) {
        if depth >= DEPTH || self.is_full() {
            return;
        }
        let depth = depth + 1;
        let ty = value(self.random);
        match self.random.gen_range(0..16) {
            0..=4 => {
                if let Some(local) = self.local(ty) {
                    self.value(ty, depth);
                    self.push(&I::LocalSet(local));
                }
            }
            5 => {
                if let Some(global) = self.global(ty) {
                    self.value(ty, depth);
                    self.push(&I::GlobalSet(global));
                }
            }
            6 | 7 => {
                self.address(depth);
                self.value(ty, depth);
                self.store(ty);
            }
            8 => {
                self.value(ty, depth);
                self.push(&I::Drop);
            }
            9 => {
                self.condition(depth);
                self.push(&I::If(BlockType::Empty));
                self.labels.push(Some(None));
                self.block(None, depth);
                if self.random.gen() {
                    self.push(&I::Else);
                    self.block(None, depth);
                }
                self.labels.pop();
                self.push(&I::End);
            }
            10 => {
                self.push(&I::Block(BlockType::Empty));
                self.labels.push(Some(None));
                self.block(None, depth);
                self.labels.pop();
                self.push(&I::End);
            }
            11 => self.counted(None, depth),
            12 => {
                if let Some(label) = self.label(None) {
                    self.condition(depth);
                    self.push(&I::BrIf(label));
                }
            }
            13 => self.table(depth),
            14 => {
                let instruction = match self.random.gen() {
                    true => I::MemoryFill(0),
                    false => I::MemoryCopy {
                        src_mem: 0,
                        dst_mem: 0,
                    },
                };
                self.address(depth);
                match matches!(instruction, I::MemoryFill(_)) {
                    true => self.value(I32, depth),
                    false => self.address(depth),
                }
                self.small(70);
                self.push(&instruction);
            }
            _ => {
                // It ends a branch: what follows is never run, and must not matter.
                if self.labels.len() > 1 && self.chance(6) {
                    match self.label(None) {
                        Some(label) => self.push(&I::Br(label)),
                        None => self.push(&I::Nop),
                    }
                } else {
                    self.push(&I::Nop);
                }
            }
        }
    }

    /// A `br_table` among blocks around it.
    fn table(&mut self, depth: u32) {
        let blocks = self.random.gen_range(1..=4u32);
        let carries = self.random.gen_bool(0.5).then(|| value(self.random));
        let ty = carries.map_or(BlockType::Empty, |ty| BlockType::Result(ty.encoded()));
        for _ in 0..blocks {
            self.push(&I::Block(ty));
            self.labels.push(Some(carries));
        }
        if let Some(ty) = carries {
            self.value(ty, depth);
        }
        self.value(I32, depth);
        if !self.chance(4) {
            self.push(&I::I32Const(7));
            self.push(&I::I32And);
        }
        let targets = (0..self.random.gen_range(0..6)).map(|_| self.random.gen_range(0..blocks));
        let targets: Vec<u32> = targets.collect();
        let default = self.random.gen_range(0..blocks);
        self.push(&I::BrTable(targets.into(), default));
        for _ in 0..blocks {
            self.labels.pop();
            self.push(&I::End);
            match (carries, self.random.gen::<bool>()) {
                (Some(ty), true) => self.unary(ty),
                (Some(ty), false) => {
                    self.leaf(ty);
                    self.binary(ty);
                }
                (None, true) => self.statement(depth),
                (None, false) => {}
            }
        }
        if carries.is_some() {
            self.push(&I::Drop);
        }
    }
}
