//! Takes arguments of every kind, and counts the calls that it carried out.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

use actors_std::{codec::Compact, prelude::*};
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

/// How many calls were carried out.
pub struct Calls {
    count: u32,
}

/// A type that nests.
#[actors_std::data]
pub enum Tree {
    /// Nothing below.
    Leaf,
    /// One below.
    Node(Box<Tree>),
    /// Many below.
    Many(Vec<Tree>),
}

/// A type with fields of several kinds.
#[actors_std::data]
pub struct Mixed {
    /// Either.
    pub either: Option<Result<bool, String>>,
    /// A number of one to sixteen bytes.
    pub compact: Compact<u128>,
    /// Two.
    pub pair: (u8, i64),
}

/// As many bytes as it says.
#[actors_std::data]
pub struct Fixed<const N: usize>(pub [u8; N]);

/// An error that carries something.
#[actors_std::error]
pub enum CallError {
    /// Too much.
    TooMuch {
        /// What was asked for.
        asked: u32,
        /// Why.
        text: String,
    },
}

/// What it tells.
#[actors_std::event]
pub struct Counted(pub u32);

#[actors_std::program(events = Counted)]
impl Calls {
    /// Begins with a number.
    #[constructor]
    pub fn new(count: u32) -> Self {
        Self { count }
    }

    /// Begins with the sum of numbers, if that is small.
    #[constructor]
    pub fn sum(numbers: Vec<u32>) -> Result<Self, CallError> {
        let count = numbers
            .iter()
            .fold(0, |sum: u32, number| sum.saturating_add(*number));
        check(count)?;
        Ok(Self { count })
    }

    /// Begins with what came along.
    #[constructor]
    pub fn paid(funds: Funds) -> Self {
        Self {
            count: funds.0 as u32,
        }
    }

    /// Begins anew.
    #[migrate]
    pub fn again(numbers: Vec<u32>, text: String) -> Result<Self, CallError> {
        let count = numbers.len().saturating_add(text.len()) as u32;
        check(count)?;
        Ok(Self { count })
    }

    /// Takes nothing.
    #[method]
    pub fn nothing(&mut self) {
        self.count += 1;
    }

    /// Takes numbers.
    #[method]
    pub fn numbers(&mut self, first: u32, second: u64, third: bool) -> u64 {
        self.count += 1;
        second.wrapping_add(first.into()).wrapping_add(third.into())
    }

    /// Takes bytes.
    #[method]
    pub fn bytes(&mut self, bytes: Vec<u8>) -> u32 {
        self.count += 1;
        bytes.len() as u32
    }

    /// Takes a text.
    #[method]
    pub fn text(&mut self, text: String) -> String {
        self.count += 1;
        text
    }

    /// Takes what nests.
    #[method]
    pub fn tree(&mut self, tree: Tree) -> u32 {
        self.count += 1;
        depth(&tree)
    }

    /// Takes what takes no bytes.
    #[method]
    pub fn units(&mut self, units: Vec<()>, nested: Vec<Vec<()>>) -> u32 {
        self.count += 1;
        units.len().wrapping_add(nested.len()) as u32
    }

    /// Takes a map.
    #[method]
    pub fn map(&mut self, map: BTreeMap<u32, String>) -> u32 {
        self.count += 1;
        map.len() as u32
    }

    /// Takes sets.
    #[method]
    pub fn sets(&mut self, set: BTreeSet<[u8; 32]>, empty: BTreeSet<()>) -> u32 {
        self.count += 1;
        set.len().wrapping_add(empty.len()) as u32
    }

    /// Takes lists.
    #[method]
    pub fn lists(
        &mut self,
        list: BTreeMap<u8, ()>,
        deque: VecDeque<u16>,
        heap: BinaryHeap<u8>,
    ) -> u32 {
        self.count += 1;
        (list.len() + deque.len() + heap.len()) as u32
    }

    /// Takes what is short when encoded and long in memory.
    #[method]
    pub fn long(&mut self, many: Vec<Option<[u64; 64]>>) -> u32 {
        self.count += 1;
        many.len() as u32
    }

    /// Takes fields.
    #[method]
    pub fn mixed(&mut self, mixed: Mixed, array: [u64; 16]) -> u64 {
        self.count += 1;
        array
            .iter()
            .fold(mixed.pair.0.into(), |sum, number| sum ^ number)
    }

    /// Takes value.
    #[method]
    pub fn pay(&mut self, funds: Funds) -> u128 {
        self.count += 1;
        funds.0
    }

    /// Does something, and then fails.
    #[method]
    pub fn fail(&mut self, asked: u32) -> Result<(), CallError> {
        self.count += 1;
        Counted(self.count).emit();
        check(asked)
    }

    /// Panics with numbers in the text.
    #[method]
    pub fn panic(&mut self, number: u32) {
        self.count += 1;
        panic!("the number is {number}, and the count {}", self.count);
    }

    /// Panics with a text that is always the same.
    #[method]
    pub fn fixed(&mut self) {
        self.count += 1;
        actors_std::panic("nothing but this");
    }

    /// Indexes past the end.
    #[method]
    pub fn index(&mut self, place: u32) -> u8 {
        self.count += 1;
        b"abc"[place as usize]
    }

    /// Takes one type at two lengths.
    #[method]
    pub fn lengths(&mut self, short: Fixed<10>, long: Fixed<20>) -> (Fixed<20>, Fixed<10>) {
        self.count += 1;
        (long, short)
    }

    /// Multiplies, and means no other number than that.
    #[method]
    pub fn triple(&self, number: u32) -> u32 {
        3 * number
    }

    /// How many calls there were.
    #[method(route = 200)]
    #[query]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Takes bytes.
    #[query]
    pub fn length(&self, bytes: Vec<u8>) -> u32 {
        bytes.len() as u32
    }

    /// Takes what nests.
    #[query]
    pub fn depth(&self, tree: Tree) -> u32 {
        depth(&tree)
    }

    /// Fails.
    #[query]
    pub fn check(&self, asked: u32) -> Result<u32, CallError> {
        check(asked).map(|()| asked)
    }
}

fn check(asked: u32) -> Result<(), CallError> {
    match asked {
        0..=99 => Ok(()),
        _ => Err(CallError::TooMuch {
            asked,
            text: "above 99".into(),
        }),
    }
}

fn depth(tree: &Tree) -> u32 {
    match tree {
        Tree::Leaf => 0,
        Tree::Node(below) => depth(below) + 1,
        Tree::Many(below) => below.iter().map(depth).max().unwrap_or(0) + 1,
    }
}
