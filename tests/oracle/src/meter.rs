//! What the operators of a call cost, counted without the chain's engine.
//!
//! The rule, as `docs/limits.md` says it: a function, a `loop`, the `then` and the `else` of an
//! `if` each pay when they are entered, for all operators in them up to the next of those, whether
//! they are reached or not. Here that rule is written into the module itself: at each such place a
//! global is raised, and wasmtime runs it.

use wasm_encoder::Instruction as I;
use wasmparser::{BinaryReader, Operator, OperatorsReader};

use crate::module::{count, op, Global, Module, Value};

/// What operators cost in fuel, and what one does besides.
pub type Price = fn(&Operator<'_>) -> u64;

/// A module that counts what its operators cost.
#[derive(Clone, Debug)]
pub struct Metered {
    /// The module without counting: what the chain runs.
    pub plain: Module,
    /// The module that counts in its last global.
    pub counting: Module,
}

/// The lowest price of whatever is entered.
const LEAST: u64 = 1;
/// What any system call costs in fuel: 200 ns.
const SYSCALL: i64 = 200;
/// The number of `message_read` among what [`crate::generate`] imports.
const MESSAGE_READ: u32 = 1;

/// Makes a module count, by the price of each operator and of each local that a call zeroes.
///
/// Both of its modules differ from `module` in that no condition and no address is known before they
/// run: the engine leaves out what is never reached behind a constant condition, or behind an access
/// that no memory allows, and counts otherwise then.
///
/// # Panics
///
/// If the module is not valid.
#[must_use]
pub fn meter(module: &Module, price: Price) -> Metered {
    let mut plain = module.clone();
    let zero = count(&plain.globals);
    plain.globals.push(Global {
        ty: Value::I32,
        mutable: true,
        value: 0,
    });
    for function in &mut plain.functions {
        let params = plain.types[function.ty as usize].params.len();
        let stored = (params + function.locals.len()) as u32;
        function.locals.extend([Value::I32, Value::I64]);
        function.body = obscured(&function.body, zero, stored);
    }
    let mut counting = plain.clone();
    let counter = count(&counting.globals);
    counting.globals.push(Global {
        ty: Value::I64,
        mutable: true,
        value: 0,
    });
    let most = plain.functions.iter().map(|function| function.locals.len());
    let locals = (most.max().unwrap_or(0) as u64).div_ceil(2);
    for function in &mut counting.functions {
        let params = plain.types[function.ty as usize].params.len();
        let scratch = (params + function.locals.len()) as u32;
        function.locals.extend([Value::I32, Value::I32]);
        let walk = Walk {
            price,
            imports: plain.first_function(),
            locals,
            counter,
            scratch,
        };
        function.body = walk.body(&function.body);
    }
    Metered { plain, counting }
}

/// The body with `xor` with a global that is always zero before whatever asks a condition, and for
/// each address. From `stored` on there is a local for what is stored, of each type.
fn obscured(body: &[Vec<u8>], zero: u32, stored: u32) -> Vec<Vec<u8>> {
    let xor = [I::GlobalGet(zero), I::I32Xor].map(|operator| op(&operator));
    let mut obscured = Vec::new();
    let whole = body.concat();
    for (bytes, operator) in body.iter().zip(read(&whole)) {
        let value = match operator {
            Operator::I32Store { .. }
            | Operator::I32Store8 { .. }
            | Operator::I32Store16 { .. } => Some(stored),
            Operator::I64Store { .. }
            | Operator::I64Store8 { .. }
            | Operator::I64Store16 { .. }
            | Operator::I64Store32 { .. } => Some(stored + 1),
            _ => None,
        };
        let asks = matches!(
            operator,
            Operator::If { .. } | Operator::BrIf { .. } | Operator::BrTable { .. }
        );
        // The first byte of loads.
        let loads = matches!(bytes[..], [0x28..=0x35, ..]);
        obscured.extend(value.map(|local| op(&I::LocalSet(local))));
        if asks || loads || value.is_some() {
            obscured.extend(xor.clone());
        }
        obscured.extend(value.map(|local| op(&I::LocalGet(local))));
        obscured.push(bytes.clone());
    }
    obscured
}

/// The operators of a body, which is given as one piece.
fn read(body: &[u8]) -> Vec<Operator<'_>> {
    let operators = OperatorsReader::new(BinaryReader::new(body, 0));
    let operators: Result<_, _> = operators.into_iter().collect();
    operators.expect("a body is made of operators")
}

/// A frame of control.
struct Frame {
    /// What pays for what stands in it, by number.
    pays: usize,
    kind: Kind,
    /// Whether a branch leads to it.
    branched_to: bool,
    /// Of an `else`: whether the end of the `then` was reached.
    then_reached: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Block,
    Loop,
    If,
    Else,
    /// It is never reached, and nothing in it pays for itself.
    Dead,
}

struct Walk {
    price: Price,
    /// Functions that are imported.
    imports: u32,
    locals: u64,
    counter: u32,
    /// The first of two locals to keep an operand and a result in.
    scratch: u32,
}

impl Walk {
    fn body(&self, body: &[Vec<u8>]) -> Vec<Vec<u8>> {
        // First what each place pays, then the operators that pay it.
        let mut costs = vec![LEAST];
        let mut starts = vec![(0, 0)];
        let mut frames = vec![Frame {
            pays: 0,
            kind: Kind::Block,
            branched_to: false,
            then_reached: false,
        }];
        let mut reached = true;
        let whole = body.concat();
        let operators = read(&whole);
        for (place, operator) in operators.iter().cloned().enumerate() {
            let pays = frames.last().map_or(0, |frame| frame.pays);
            costs[pays] += (self.price)(&operator);
            if let Operator::Call { .. } | Operator::CallIndirect { .. } = operator {
                costs[pays] += self.locals;
            }
            let mut enter = |kind, then_reached, branched_to| {
                let pays = match kind {
                    Kind::Loop | Kind::If | Kind::Else => {
                        costs.push(LEAST);
                        starts.push((place + 1, costs.len() - 1));
                        costs.len() - 1
                    }
                    Kind::Block | Kind::Dead => pays,
                };
                Frame {
                    pays,
                    kind,
                    branched_to,
                    then_reached,
                }
            };
            let branch = |frames: &mut Vec<Frame>, depth: u32| {
                let place = frames.len() - 1 - depth as usize;
                frames[place].branched_to = true;
            };
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => {
                    let kind = match operator {
                        _ if !reached => Kind::Dead,
                        Operator::Block { .. } => Kind::Block,
                        Operator::Loop { .. } => Kind::Loop,
                        _ => Kind::If,
                    };
                    let frame = enter(kind, false, false);
                    frames.push(frame);
                }
                Operator::Else => {
                    let frame = frames.pop().expect("it is valid");
                    if frame.kind == Kind::Dead {
                        frames.push(frame);
                        continue;
                    }
                    let new = enter(Kind::Else, reached, frame.branched_to);
                    frames.push(new);
                    reached = true;
                }
                Operator::End => {
                    let frame = frames.pop().expect("it is valid");
                    reached = match frame.kind {
                        Kind::Dead => false,
                        Kind::Block => reached || frame.branched_to,
                        Kind::Loop => reached,
                        Kind::If => true,
                        Kind::Else => reached || frame.then_reached || frame.branched_to,
                    };
                }
                Operator::Br { relative_depth } if reached => {
                    branch(&mut frames, relative_depth);
                    reached = false;
                }
                Operator::BrIf { relative_depth } if reached => {
                    branch(&mut frames, relative_depth);
                }
                Operator::BrTable { targets } if reached => {
                    for target in targets.targets().chain([Ok(targets.default())]) {
                        branch(&mut frames, target.expect("it is valid"));
                    }
                    reached = false;
                }
                Operator::Return | Operator::Unreachable => reached = false,
                _ => {}
            }
        }
        let mut counted = Vec::new();
        let mut starts = starts.into_iter().peekable();
        for (place, (bytes, operator)) in body.iter().zip(&operators).enumerate() {
            while let Some((_, pays)) = starts.next_if(|(start, _)| *start == place) {
                self.raise(&mut counted, &[I::I64Const(costs[pays] as i64)]);
            }
            self.operator(&mut counted, bytes, operator);
        }
        counted
    }

    /// Raises the counter by what `by` puts on the stack.
    fn raise(&self, body: &mut Vec<Vec<u8>>, by: &[I<'_>]) {
        body.push(op(&I::GlobalGet(self.counter)));
        body.extend(by.iter().map(op));
        body.push(op(&I::I64Add));
        body.push(op(&I::GlobalSet(self.counter)));
    }

    /// An operator, and what it pays by the byte.
    fn operator(&self, body: &mut Vec<Vec<u8>>, bytes: &[u8], operator: &Operator<'_>) {
        const BYTES_OF_A_PAGE: i64 = 65_536;
        let (operand, result) = (self.scratch, self.scratch + 1);
        let wide = |local| [I::LocalGet(local), I::I64ExtendI32U];
        match operator {
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => {
                body.push(op(&I::LocalTee(operand)));
                self.raise(body, &wide(operand));
                body.push(bytes.to_vec());
            }
            Operator::MemoryGrow { .. } => {
                body.push(op(&I::LocalTee(operand)));
                body.push(bytes.to_vec());
                body.push(op(&I::LocalTee(result)));
                // Nothing is paid for pages that were not added.
                let added = [I::I64Const(BYTES_OF_A_PAGE), I::I64Mul];
                let is_added = [
                    I::LocalGet(result),
                    I::I32Const(-1),
                    I::I32Ne,
                    I::I64ExtendI32U,
                    I::I64Mul,
                ];
                let [get, widen] = wide(operand);
                let by = [get, widen].into_iter().chain(added).chain(is_added);
                self.raise(body, &by.collect::<Vec<_>>());
            }
            Operator::Call { function_index } if *function_index < self.imports => {
                body.push(bytes.to_vec());
                self.raise(body, &[I::I64Const(SYSCALL)]);
                // The other one copies as many bytes as it returns, unless that is an error.
                if *function_index == MESSAGE_READ {
                    body.push(op(&I::LocalTee(result)));
                    let [get, widen] = wide(result);
                    let is_copied = [
                        I::LocalGet(result),
                        I::I32Const(0),
                        I::I32GeS,
                        I::I64ExtendI32U,
                        I::I64Mul,
                    ];
                    let by = [get, widen].into_iter().chain(is_copied);
                    self.raise(body, &by.collect::<Vec<_>>());
                }
            }
            _ => body.push(bytes.to_vec()),
        }
    }
}
