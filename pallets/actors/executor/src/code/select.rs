//! The one pattern that the engine gets wrong: a `select` by whether an `i32` is zero.
//!
//! wasmi 2.0.0 fuses a compare with the `select` behind it. Where an `i32` is compared with zero,
//! and lies in a local or on the stack, the fused operator tests whatever was computed last
//! instead. It does so silently, and on every machine the same: such code must not be stored.
//! `tests/oracle` finds no other pattern.
//!
//! What the engine writes nothing for may stand between the two: `nop`, what is dropped, a widening,
//! an addition of zero, another compare with zero, which turns the first one round. So this follows
//! values, and rather refuses too much: compilers that optimise leave none of it behind, since the
//! compare is needless. The two values change places instead.

use alloc::vec::Vec;
use wasmparser::{BlockType, Operator};

use super::operators::{is_load, is_numeric};

/// What is known of a value on the operand stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It may be anything.
    Nothing,
    /// It is that `i32`.
    Number(i32),
    /// It is a constant, or made of constants, which the engine folds; it may be zero.
    Constant,
    /// It says whether an `i32` is zero, and may be the engine's last compare still.
    IsZero,
}

use Known::{Constant, IsZero, Nothing, Number};

impl Known {
    fn is_constant(self) -> bool {
        matches!(self, Number(_) | Constant)
    }

    fn may_be_zero(self) -> bool {
        matches!(self, Number(0) | Constant)
    }
}

/// What is known of the values on the operand stack of a function.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    stack: Vec<Known>,
    /// For each block, loop and if around the operator, whether its result may come from elsewhere
    /// than from the operator before its end.
    joins: Vec<bool>,
}

impl Conditions {
    /// Forgets the last function.
    pub(crate) fn clear(&mut self) {
        self.stack.clear();
        self.joins.clear();
    }

    /// Follows a valid operator, behind which `height` values are on the stack. `result` is what
    /// the module says of the result of a call or of a global that is read, if there is one.
    ///
    /// Whether it is a `select` that the engine gets wrong.
    pub(crate) fn is_miscompiled(
        &mut self,
        operator: &Operator<'_>,
        height: u32,
        result: Option<Known>,
    ) -> bool {
        let height = usize::try_from(height).unwrap_or(usize::MAX);
        match operator {
            Operator::Block { blockty } | Operator::If { blockty } => {
                self.joins.push(*blockty != BlockType::Empty);
            }
            // A branch to a loop leads to its start.
            Operator::Loop { .. } => self.joins.push(false),
            _ => {}
        }
        let mut is_wrong = false;
        let top = match operator {
            Operator::I32Const { value } => Number(*value),
            Operator::I64Const { .. } => Constant,
            Operator::I32Eqz if !self.are_constant(1) => IsZero,
            // An exclusive or with zero is a compare with it, once that is compared with zero.
            Operator::I32Eq | Operator::I32Ne | Operator::I32Xor
                if !self.are_constant(2)
                    && (self.peek(0).may_be_zero() || self.peek(1).may_be_zero()) =>
            {
                IsZero
            }
            Operator::Select => {
                is_wrong = self.peek(0) == IsZero;
                // By a constant condition it is one of its values as it is.
                match (self.peek(1), self.peek(2)) {
                    (IsZero, _) | (_, IsZero) => IsZero,
                    (a, b) if a.is_constant() && b.is_constant() => Constant,
                    _ => Nothing,
                }
            }
            Operator::LocalGet { .. }
            | Operator::MemorySize { .. }
            | Operator::MemoryGrow { .. } => Nothing,
            _ if is_load(operator) => Nothing,
            Operator::End if self.joins.pop().unwrap_or(false) => match self.at(height) {
                // Where nothing branches to the end, the engine keeps the constant.
                known if known.is_constant() => Constant,
                _ => Nothing,
            },
            // How to keep such a condition: a truth value that is computed.
            Operator::I32And if self.peek(0) == Number(1) && !self.are_constant(2) => Nothing,
            Operator::I32LtS
            | Operator::I32LtU
            | Operator::I32GtS
            | Operator::I32GtU
            | Operator::I32LeS
            | Operator::I32LeU
            | Operator::I32GeS
            | Operator::I32GeU
                if !self.are_constant(2) =>
            {
                Nothing
            }
            _ if is_numeric(operator) => self.folded(height),
            // What puts nothing on the stack leaves what is there as it was.
            _ => result.unwrap_or_else(|| self.at(height)),
        };
        self.stack.resize(height, Nothing);
        if let Some(last) = self.stack.last_mut() {
            *last = top;
        }
        is_wrong
    }

    /// What is known of the value that lies that deep.
    fn peek(&self, depth: usize) -> Known {
        let known = self.stack.iter().rev().nth(depth);
        known.copied().unwrap_or(Nothing)
    }

    /// Whether the topmost `count` values are constants, of which the engine makes one more.
    fn are_constant(&self, count: usize) -> bool {
        (0..count).all(|depth| self.peek(depth).is_constant())
    }

    /// What is known of the topmost of `height` values.
    fn at(&self, height: usize) -> Known {
        let place = height.checked_sub(1);
        let known = place.and_then(|place| self.stack.get(place));
        known.copied().unwrap_or(Nothing)
    }

    /// What is known of a result that leaves `height` values and is made of its operands alone.
    ///
    /// Of one operand, or of one and a constant, the engine may make nothing new.
    fn folded(&self, height: usize) -> Known {
        let operands = self.stack.get(height.saturating_sub(1)..);
        match operands.unwrap_or_default() {
            [IsZero] => IsZero,
            [IsZero, other] | [other, IsZero] if other.is_constant() => IsZero,
            [] => Nothing,
            all if all.iter().all(|known| known.is_constant()) => Constant,
            _ => Nothing,
        }
    }
}
