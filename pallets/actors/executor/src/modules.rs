//! Code that is ready to run, kept for the turns that follow.

use actors_primitives::CodeHash;
use alloc::{collections::BTreeMap, rc::Rc};
use core::fmt;

use crate::{image::Image, sandbox, sandbox::Stop, CodeInfo, Limits};

/// Programs' code as the engine has read and translated it, for as long as a block's service
/// lasts, and how much of it was read.
///
/// It changes time and nothing else: each turn pays for loading as if its code had never been
/// seen, and runs the same.
///
/// Reading and translating code takes pieces of the heap of many sizes, and a runtime's allocator
/// gives what was freed only to pieces of the same size. So whatever gas there is, a budget bounds
/// how many bytes of code are read anew, and all that was read within it is kept: dropping it
/// would give nothing back that other code can count on. Code that is read beyond the budget runs
/// like any other, and is not kept: whoever has a budget to keep asks [`Self::has_room`] first.
///
/// It must not outlive the code that it has read: one that stays in use while code is removed
/// would run what is there no more.
pub struct Modules {
    budget: u32,
    spent: u32,
    entries: BTreeMap<CodeHash, Rc<Loaded>>,
}

/// One code, ready to run.
pub(crate) struct Loaded {
    info: CodeInfo,
    limits: Limits,
    /// What the engine has of it.
    pub(crate) module: sandbox::Module,
    /// What it says of memory and globals.
    pub(crate) image: Image,
}

impl Loaded {
    /// Reads code, which must be what `info` was made of.
    pub(crate) fn read(wasm: &[u8], info: &CodeInfo, limits: &Limits) -> Result<Self, Stop> {
        Ok(Self {
            module: sandbox::module(wasm, info, limits)?,
            image: Image::read(wasm, info.wasm_pages),
            info: info.clone(),
            limits: limits.clone(),
        })
    }
}

impl Modules {
    /// The bytes of code that one block may read anew, uploads included: what
    /// [`Limits::worst_heap`] counts with. Four of the longest code of [`Limits::default`].
    pub const BUDGET: u32 = 4 * (512 * 1024 + Self::EACH);
    /// The bytes of code that one block may judge besides, in uploads that are undone: nothing in
    /// storage can count those.
    pub const UNDONE: u32 = 768 * 1024;
    /// The bytes of code that each module counts besides its own: an engine comes with it.
    pub const EACH: u32 = 1024;

    /// Nothing yet, with `bytes` bytes of code to be read.
    #[must_use]
    pub fn with_budget(bytes: u32) -> Self {
        Self {
            budget: bytes,
            spent: 0,
            entries: BTreeMap::new(),
        }
    }

    /// What reading code of that length takes of the budget.
    #[must_use]
    pub fn cost(code_len: u32) -> u32 {
        code_len.saturating_add(Self::EACH)
    }

    /// Whether a turn on that code keeps the budget: the code is kept already, or there is enough
    /// left to read it.
    #[must_use]
    pub fn has_room(&self, hash: &CodeHash, code: &CodeInfo, limits: &Limits) -> bool {
        let spent = self.spent.saturating_add(Self::cost(code.code_len));
        // Code that a chain admitted under higher limits may be longer than a half: it is read where
        // nothing else has been.
        let is_alone = self.spent == 0 && self.budget == Self::BUDGET / 2;
        let is_long = Self::cost(code.code_len) > Self::BUDGET / 2;
        spent <= self.budget || is_alone && is_long || self.get(hash, code, limits).is_some()
    }

    /// What was taken of the budget, and beyond it.
    #[must_use]
    pub fn spent(&self) -> u32 {
        self.spent
    }

    /// How many modules it keeps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it keeps none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Notes that code of that length is read: to be judged again, to be run, or both, which takes
    /// the same pieces of the heap twice.
    pub(crate) fn spend(&mut self, code_len: u32) {
        self.spent = self.spent.saturating_add(Self::cost(code_len));
    }

    /// The module of that code, if it is kept and was made as it would be now.
    pub(crate) fn get(
        &self,
        hash: &CodeHash,
        info: &CodeInfo,
        limits: &Limits,
    ) -> Option<&Rc<Loaded>> {
        let loaded = self.entries.get(hash)?;
        (loaded.info == *info && loaded.limits == *limits).then_some(loaded)
    }

    /// Keeps a module that was read within the budget.
    pub(crate) fn keep(&mut self, hash: CodeHash, loaded: &Rc<Loaded>) {
        if self.spent <= self.budget {
            self.entries.insert(hash, Rc::clone(loaded));
        }
    }
}

impl Default for Modules {
    fn default() -> Self {
        Self::with_budget(Self::BUDGET)
    }
}

impl fmt::Debug for Modules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Modules")
            .field("budget", &self.budget)
            .field("spent", &self.spent)
            .field("codes", &self.entries.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code of `length` bytes, most of which are ignored.
    fn loaded(length: usize, limits: &Limits) -> (CodeInfo, Rc<Loaded>) {
        let mut wasm =
            wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "handle")))"#)
                .expect("it assembles");
        let rest = u32::try_from(length - wasm.len() - 6).expect("it is short");
        wasm.push(0);
        // The size of the custom section, in five bytes.
        wasm.extend(
            (0..5u32).map(|at| (rest >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 }),
        );
        wasm.extend([1, b'x']);
        wasm.resize(length, 0);
        let info = crate::validate(&wasm, limits).expect("it is valid");
        assert_eq!(info.code_len as usize, length);
        let loaded = Loaded::read(&wasm, &info, limits).expect("it can be read");
        (info, Rc::new(loaded))
    }

    fn hash(number: u8) -> CodeHash {
        CodeHash([number; 32])
    }

    #[test]
    fn what_is_read_within_the_budget_is_kept() {
        let limits = Limits::default();
        let (info, module) = loaded(100, &limits);
        let (longer, _) = loaded(101, &limits);
        let cost = Modules::cost(100);
        assert_eq!(cost, 100 + Modules::EACH);
        let mut modules = Modules::with_budget(3 * cost);
        for number in 1..=2 {
            assert!(modules.has_room(&hash(number), &info, &limits));
            modules.spend(info.code_len);
            modules.keep(hash(number), &module);
        }
        assert_eq!((modules.len(), modules.spent()), (2, 2 * cost));
        let is_a_byte_too_much = !modules.has_room(&hash(3), &longer, &limits);
        assert!(is_a_byte_too_much);
        assert!(modules.has_room(&hash(3), &info, &limits));
        modules.spend(info.code_len);
        modules.keep(hash(3), &module);
        // What is at hand needs none of it.
        assert!(modules.has_room(&hash(1), &info, &limits));
        assert!(!modules.has_room(&hash(4), &info, &limits));
        // Beyond it nothing is kept, and it is counted.
        modules.spend(info.code_len);
        modules.keep(hash(4), &module);
        assert_eq!((modules.len(), modules.spent()), (3, 4 * cost));
    }

    #[test]
    fn code_longer_than_half_of_a_block_is_read_where_nothing_else_is() {
        let limits = Limits::default();
        let (info, _) = loaded(100, &limits);
        // Only its length counts.
        let long = CodeInfo {
            code_len: Modules::BUDGET / 2,
            ..info.clone()
        };
        let mut modules = Modules::with_budget(Modules::BUDGET / 2);
        assert!(modules.has_room(&hash(1), &long, &limits));
        // Not beside other code, and not where uploads have taken something.
        modules.spend(info.code_len);
        assert!(!modules.has_room(&hash(1), &long, &limits));
        let modules = Modules::with_budget(Modules::BUDGET / 2 - 1);
        assert!(!modules.has_room(&hash(1), &long, &limits));
    }

    #[test]
    fn what_was_made_otherwise_is_made_again() {
        let limits = Limits::default();
        let (info, module) = loaded(100, &limits);
        let mut modules = Modules::default();
        modules.keep(hash(1), &module);
        assert!(modules.get(&hash(1), &info, &limits).is_some());
        let shallow = Limits {
            call_depth: 1,
            ..limits.clone()
        };
        assert!(modules.get(&hash(1), &info, &shallow).is_none());
        let older = CodeInfo {
            version: 0,
            ..info.clone()
        };
        assert!(modules.get(&hash(1), &older, &limits).is_none());
        assert!(modules.get(&hash(2), &info, &limits).is_none());
    }
}
