//! The two patterns that the engine does not get right. `tests/oracle` finds no other.
//!
//! **A `select` that tests an `i32` for zero.** wasmi 2.0.0 fuses a compare with the `select` behind
//! it. Where an `i32` is compared with zero, and lies in a local or on the stack, the fused operator
//! tests whatever was computed last instead. It does so silently, and on every machine the same:
//! such code must not be stored.
//!
//! Operators for which the engine emits nothing may come between the two: `nop`, what is dropped,
//! a widening, an addition of zero, another compare with zero, which negates the first one. And
//! zero may be written in many ways, since the engine folds constants and passes over branches
//! that are never taken. So this follows what each value *may* be, and rather refuses too much:
//! compilers that optimise leave none of it behind, since the compare is needless. They swap the
//! two values instead.
//!
//! **A store of a local at itself, with an offset above 65,535.** Where the local is in the engine's
//! register, its translator panics, and with it the runtime.

use alloc::vec::Vec;
use wasmparser::{BlockType, Operator};

use super::operators::{is_load, is_numeric};

/// What a value on the operand stack may be to the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    held: Held,
    local: Local,
    /// It may be whether an `i32` is zero, and be what the engine has computed last.
    is_test: bool,
}

/// How the engine may hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// In a local, or as the result of an operator that it has emitted: never as a constant.
    Computed,
    /// As that constant.
    Number(i32),
    /// As a constant.
    Constant,
}

use Held::{Computed, Constant, Number};

/// Whether a value may be a local, read and not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Local {
    None,
    /// The local of that index, perhaps as it was before a write: the engine leaves out writes of a
    /// local to itself, and those that it passes over.
    One(u32),
    Any,
}

impl Local {
    fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => false,
            (Self::One(..), Self::One(..)) => self == other,
            _ => true,
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, some) | (some, Self::None) => some,
            _ if self == other => self,
            _ => Self::Any,
        }
    }
}

/// What the engine would not get right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pitfall {
    /// A `select` that tests an `i32` for zero.
    Select,
    /// A store of a local at itself, far from there.
    Store,
}

impl Known {
    /// A value that is computed, and no compare with zero.
    pub(crate) const COMPUTED: Self = Self {
        held: Computed,
        local: Local::None,
        is_test: false,
    };
    /// A constant, perhaps.
    pub(crate) const CONSTANT: Self = Self {
        held: Constant,
        ..Self::COMPUTED
    };

    fn may_be_constant(self) -> bool {
        self.held != Computed
    }

    fn may_be_zero(self) -> bool {
        matches!(self.held, Constant | Number(0))
    }

    /// One or the other.
    fn or(self, other: Self) -> Self {
        Self {
            held: match self.held == other.held {
                true => self.held,
                false => Constant,
            },
            local: self.local.or(other.local),
            is_test: self.is_test || other.is_test,
        }
    }
}

/// A block, loop or if around the operator.
#[derive(Debug)]
struct Frame {
    has_result: bool,
    /// Its result, as far as one part of it is known already.
    result: Option<Known>,
    /// Whether the end of what is being read cannot be reached.
    is_dead: bool,
    is_loop: bool,
}

impl Frame {
    fn new(block: BlockType, is_loop: bool) -> Self {
        Self {
            has_result: block != BlockType::Empty,
            result: None,
            is_dead: false,
            is_loop,
        }
    }

    /// A part of it ends with that value.
    fn end_part(&mut self, top: Known) {
        if !core::mem::take(&mut self.is_dead) {
            self.result = Some(self.result.map_or(top, |result| result.or(top)));
        }
    }
}

/// What is known of the values on the operand stack of a function.
#[derive(Debug, Default)]
pub(crate) struct Values {
    stack: Vec<Known>,
    frames: Vec<Frame>,
}

impl Values {
    /// Forgets the last function.
    pub(crate) fn clear(&mut self) {
        self.stack.clear();
        self.frames.clear();
    }

    /// Follows a valid operator, behind which `height` values are on the stack. `result` is what
    /// the module says of the result of a call or of a global that is read, if there is one.
    ///
    /// What the engine would not get right of it.
    pub(crate) fn follow(
        &mut self,
        operator: &Operator<'_>,
        height: u32,
        result: Option<Known>,
    ) -> Option<Pitfall> {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        let pitfall = self.pitfall(operator);
        let top = self.top(operator, height, result);
        self.stack.resize(height, Known::COMPUTED);
        if let Some(last) = self.stack.last_mut() {
            *last = top;
        }
        pitfall
    }

    fn pitfall(&self, operator: &Operator<'_>) -> Option<Pitfall> {
        /// The largest offset that the engine has a short form for, which it gets right.
        const SHORT: u64 = 0xffff;
        match operator {
            Operator::Select if self.peek(0).is_test => Some(Pitfall::Select),
            Operator::I32Store { memarg }
            | Operator::I32Store8 { memarg }
            | Operator::I32Store16 { memarg }
            | Operator::I64Store { memarg }
            | Operator::I64Store8 { memarg }
            | Operator::I64Store16 { memarg }
            | Operator::I64Store32 { memarg }
                if memarg.offset > SHORT && self.peek(0).local.may_be(self.peek(1).local) =>
            {
                Some(Pitfall::Store)
            }
            _ => None,
        }
    }

    /// What is on top of the stack behind an operator.
    fn top(&mut self, operator: &Operator<'_>, height: usize, result: Option<Known>) -> Known {
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.frames.push(Frame::new(*blockty, false));
            }
            Operator::Loop { blockty } => self.frames.push(Frame::new(*blockty, true)),
            // The engine may pass over either part.
            Operator::Else => {
                let top = self.at(height.saturating_add(1));
                if let Some(frame) = self.frames.last_mut() {
                    frame.end_part(top);
                }
            }
            Operator::End => {
                let top = self.at(height);
                return match self.frames.pop() {
                    Some(frame) if frame.has_result => end(frame, top),
                    _ => top,
                };
            }
            Operator::Unreachable
            | Operator::Return
            | Operator::Br { .. }
            | Operator::BrTable { .. } => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.is_dead = true;
                }
            }
            _ => {}
        }
        match operator {
            Operator::I32Const { value } => Known {
                held: Number(*value),
                ..Known::CONSTANT
            },
            Operator::I64Const { .. } => Known::CONSTANT,
            Operator::LocalGet { local_index } => Known {
                local: Local::One(*local_index),
                ..Known::COMPUTED
            },
            Operator::LocalTee { local_index } => Known {
                local: Local::One(*local_index),
                ..self.at(height)
            },
            Operator::MemorySize { .. } | Operator::MemoryGrow { .. } => Known::COMPUTED,
            _ if is_load(operator) => Known::COMPUTED,
            Operator::Select => self.selected(),
            _ if is_numeric(operator) => self.computed(operator, height),
            // What puts nothing on the stack leaves what is there as it was.
            _ => result.unwrap_or_else(|| self.at(height)),
        }
    }

    /// What a `select` leaves. The engine emits nothing where the condition is a constant, or both
    /// values are the same.
    fn selected(&self) -> Known {
        let [condition, a, b] = [0, 1, 2].map(|depth| self.peek(depth));
        let is_kept = condition.may_be_constant()
            || (a.may_be_constant() && b.may_be_constant())
            || a.local.may_be(b.local);
        match is_kept {
            true => a.or(b),
            false => Known::COMPUTED,
        }
    }

    /// What is left by an operator on integers, which leaves `height` values.
    fn computed(&self, operator: &Operator<'_>, height: usize) -> Known {
        let operands = self.stack.get(height.saturating_sub(1)..);
        let operands = operands.unwrap_or_default();
        let is_folded = operands.iter().all(|known| known.may_be_constant());
        let is_test = match operator {
            Operator::I32Eqz => true,
            // An exclusive or with zero is a compare with it, once that is compared with zero.
            Operator::I32Eq | Operator::I32Ne | Operator::I32Xor
                if operands.iter().any(|known| known.may_be_zero()) =>
            {
                true
            }
            // How to keep such a condition: a truth value that is computed.
            Operator::I32And if self.peek(0).held == Number(1) => false,
            Operator::I32LtS
            | Operator::I32LtU
            | Operator::I32GtS
            | Operator::I32GtU
            | Operator::I32LeS
            | Operator::I32LeU
            | Operator::I32GeS
            | Operator::I32GeU => false,
            // Of one operand, or of one and a constant, the engine may make nothing new.
            _ => match operands {
                [a, b] => (a.is_test && b.may_be_constant()) || (b.is_test && a.may_be_constant()),
                all => all.iter().any(|known| known.is_test),
            },
        };
        let local = match (operator, operands) {
            // The engine reads the same local in another width.
            (Operator::I64ExtendI32U | Operator::I32WrapI64, [a]) => a.local,
            // It may shift by nothing without an operator.
            (
                Operator::I32Shl
                | Operator::I32ShrS
                | Operator::I32ShrU
                | Operator::I32Rotl
                | Operator::I32Rotr
                | Operator::I64Shl
                | Operator::I64ShrS
                | Operator::I64ShrU
                | Operator::I64Rotl
                | Operator::I64Rotr,
                [a, by],
            ) if by.may_be_constant() => a.local,
            _ => Local::None,
        };
        Known {
            held: if is_folded { Constant } else { Computed },
            local,
            is_test,
        }
    }

    /// What is known of the value that lies that deep.
    fn peek(&self, depth: usize) -> Known {
        let known = self.stack.iter().rev().nth(depth);
        known.copied().unwrap_or(Known::COMPUTED)
    }

    /// What is known of the topmost of `height` values.
    fn at(&self, height: usize) -> Known {
        let place = height.checked_sub(1);
        let known = place.and_then(|place| self.stack.get(place));
        known.copied().unwrap_or(Known::COMPUTED)
    }
}

/// The result of a block that ends with that value.
fn end(mut frame: Frame, top: Known) -> Known {
    frame.end_part(top);
    // What branches to the end leaves there is computed; and if nothing does, this is the result.
    let result = frame.result.unwrap_or(Known::COMPUTED);
    Known {
        // Only behind a loop the engine goes on with its last operator.
        is_test: result.is_test && frame.is_loop,
        ..result
    }
}
