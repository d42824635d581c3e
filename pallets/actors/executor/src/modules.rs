//! Code that is ready to run, kept for the turns that follow.

use actors_primitives::CodeHash;
use alloc::{collections::BTreeMap, rc::Rc};
use core::fmt;

use crate::{limits::EXPANSION, memory::Image, sandbox, sandbox::Stop, CodeInfo, Limits};

/// Programs' code as the engine has read and translated it, for as long as a block's service
/// lasts.
///
/// It changes time and nothing else: each turn pays for loading as if its code had never been
/// seen, and runs the same.
///
/// What it keeps is bounded by the bytes of code that it was made of, each module counted with at
/// least [`Self::LEAST`], and with more where it fills memory from little code. When another
/// module does not fit, the one that was longest not used goes; code that alone is too large is
/// not kept.
///
/// It must not outlive the code that it has read: one that stays in use while code is removed
/// would run what is there no more.
pub struct Modules {
    capacity: u32,
    used: u32,
    clock: u64,
    cold: u32,
    entries: BTreeMap<CodeHash, Entry>,
}

struct Entry {
    loaded: Rc<Loaded>,
    bytes: u32,
    last_used: u64,
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
    /// The bytes of code that the default keeps modules of: two of the largest allowed by
    /// default.
    pub const CAPACITY: u32 = 1024 * 1024;
    /// The bytes of code that any module counts as at least: an engine comes with each.
    pub const LEAST: u32 = 8 * 1024;

    /// An empty cache that keeps modules of at most `bytes` bytes of code.
    #[must_use]
    pub fn with_capacity(bytes: u32) -> Self {
        Self {
            capacity: bytes,
            used: 0,
            clock: 0,
            cold: 0,
            entries: BTreeMap::new(),
        }
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

    /// Bytes of code that were read since this began to be: also those that are not kept.
    ///
    /// Translating code takes pieces of the heap of many sizes, and a runtime's allocator gives
    /// what was freed only to pieces of the same size: so this bounds what a block may load,
    /// whatever gas it has.
    #[must_use]
    pub fn cold_bytes(&self) -> u32 {
        self.cold
    }

    pub(crate) fn note_cold(&mut self, bytes: u32) {
        self.cold = self.cold.saturating_add(bytes);
    }

    /// The module of that code, if it is kept and was made as it would be now.
    pub(crate) fn get(
        &mut self,
        hash: &CodeHash,
        info: &CodeInfo,
        limits: &Limits,
    ) -> Option<Rc<Loaded>> {
        let entry = self.entries.get_mut(hash)?;
        if entry.loaded.info != *info || entry.loaded.limits != *limits {
            return None;
        }
        self.clock = self.clock.saturating_add(1);
        entry.last_used = self.clock;
        Some(Rc::clone(&entry.loaded))
    }

    /// Keeps a module, and drops others for it.
    pub(crate) fn keep(&mut self, hash: CodeHash, loaded: &Rc<Loaded>) {
        let image = loaded.image.bytes().checked_div(EXPANSION).unwrap_or(0);
        let image = u32::try_from(image).unwrap_or(u32::MAX);
        let bytes = loaded.info.code_len.max(Self::LEAST).saturating_add(image);
        self.remove(&hash);
        if bytes > self.capacity {
            return;
        }
        while self.used.saturating_add(bytes) > self.capacity {
            // No two were used at the same time, so there is one oldest.
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_used);
            let Some(oldest) = oldest.map(|(hash, _)| *hash) else {
                break;
            };
            self.remove(&oldest);
        }
        self.clock = self.clock.saturating_add(1);
        self.used = self.used.saturating_add(bytes);
        self.entries.insert(
            hash,
            Entry {
                loaded: Rc::clone(loaded),
                bytes,
                last_used: self.clock,
            },
        );
    }

    fn remove(&mut self, hash: &CodeHash) {
        if let Some(entry) = self.entries.remove(hash) {
            self.used = self.used.saturating_sub(entry.bytes);
        }
    }
}

impl Default for Modules {
    fn default() -> Self {
        Self::with_capacity(Self::CAPACITY)
    }
}

impl fmt::Debug for Modules {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Modules")
            .field("capacity", &self.capacity)
            .field("used", &self.used)
            .field("codes", &self.entries.keys())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const LEAST: u32 = Modules::LEAST;

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
    fn the_one_longest_unused_goes_first() {
        let limits = Limits::default();
        let (info, module) = loaded(100, &limits);
        let mut modules = Modules::with_capacity(3 * LEAST);
        for number in [1, 2, 3] {
            modules.keep(hash(number), &module);
        }
        assert!(modules.get(&hash(1), &info, &limits).is_some());
        modules.keep(hash(4), &module);
        let kept: Vec<_> = modules.entries.keys().copied().collect();
        assert_eq!(kept, [hash(1), hash(3), hash(4)]);
        // Another of the same hash takes its place.
        modules.keep(hash(4), &module);
        assert_eq!((modules.len(), modules.used), (3, 3 * LEAST));
    }

    #[test]
    fn what_is_kept_is_bounded_by_bytes() {
        let limits = Limits::default();
        let (_, small) = loaded(100, &limits);
        let (info, large) = loaded(3 * LEAST as usize, &limits);
        let mut modules = Modules::with_capacity(4 * LEAST);
        for number in 1..=4 {
            modules.keep(hash(number), &small);
        }
        modules.keep(hash(5), &large);
        assert_eq!((modules.len(), modules.used), (2, 4 * LEAST));
        assert!(modules.get(&hash(5), &info, &limits).is_some());
        let (_, larger) = loaded(4 * LEAST as usize + 1, &limits);
        modules.keep(hash(6), &larger);
        assert_eq!(
            modules.len(),
            2,
            "it would push out everything, and is not kept"
        );
        Modules::with_capacity(0).keep(hash(1), &small);
    }

    #[test]
    fn memory_that_little_code_fills_counts() {
        let segments: alloc::string::String = (0..200)
            .map(|page| alloc::format!("(data (i32.const {}) \"x\")", page * 16384))
            .collect();
        let wasm = wat::parse_str(alloc::format!(
            r#"(module (memory (export "memory") 64) (func (export "handle")) {segments})"#
        ))
        .expect("it assembles");
        let limits = Limits::default();
        let info = crate::validate(&wasm, &limits).expect("it is valid");
        let module = Rc::new(Loaded::read(&wasm, &info, &limits).expect("it can be read"));
        let mut modules = Modules::default();
        for number in 0..=255 {
            modules.keep(hash(number), &module);
        }
        // 3.2 MB each.
        assert_eq!(modules.len(), 7);
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
