//! Keeps entries of every kind.

#![cfg_attr(target_family = "wasm", no_std)]

use actors_std::{collections, prelude::*};

const ONE: collections::Value<u64> = collections::Value::new(b"one");
const LONG: collections::Value<Vec<u8>> = collections::Value::new(b"long");
const NUMBERS: Map<u32, u64> = Map::new(b"number");
const TEXTS: Map<(u8, String), String> = Map::new(b"text");
const KEYS: Map<Vec<u8>, u8> = Map::new(b"k");
const MEMBERS: Set<ActorId> = Set::new(b"member");
const LIST: List<String> = List::new(b"list");

/// A program without state but entries.
#[derive(Default)]
pub struct Entries;

#[actors_std::program]
impl Entries {
    /// Does with the value what that number says. Answers whether there was one, what it is, and whether there is one.
    #[method]
    pub fn one(&mut self, what: u8, value: u64) -> (bool, Option<u64>, bool) {
        let before = ONE.exists();
        let got = match what {
            0 => ONE.get(),
            1 => {
                ONE.set(&value);
                ONE.get()
            }
            2 => Some(ONE.update(|old| {
                *old += value;
                *old
            })),
            3 => ONE.take(),
            _ => {
                ONE.remove();
                None
            }
        };
        (before, got, ONE.exists())
    }

    /// Likewise, with the value of a key.
    #[method]
    pub fn number(&mut self, what: u8, key: u32, value: u64) -> (bool, Option<u64>, bool) {
        let before = NUMBERS.contains(&key);
        let got = match what {
            0 => NUMBERS.get(&key),
            1 => {
                NUMBERS.insert(&key, &value);
                NUMBERS.get(&key)
            }
            2 => Some(NUMBERS.update(&key, |old| {
                *old = old.wrapping_add(value);
                *old
            })),
            3 => NUMBERS.take(&key),
            _ => {
                NUMBERS.remove(&key);
                None
            }
        };
        (before, got, NUMBERS.contains(&key))
    }

    /// Writes many numbers.
    #[method]
    pub fn fill(&mut self, from: u32, to: u32) {
        for key in from..to {
            NUMBERS.insert(&key, &key.into());
        }
    }

    /// Reads one.
    #[method]
    pub fn read(&mut self, key: u32) -> Option<u64> {
        NUMBERS.get(&key)
    }

    /// A key of several parts.
    #[method]
    pub fn text(&mut self, first: u8, second: String, text: Option<String>) -> Option<String> {
        let key = (first, second);
        if let Some(text) = text {
            TEXTS.insert(&key, &text);
        }
        TEXTS.get(&key)
    }

    /// A key of that many bytes, its length among them.
    #[method]
    pub fn key(&mut self, bytes: u32) -> u8 {
        KEYS.update(&vec![7; bytes as usize], |count| {
            *count += 1;
            *count
        })
    }

    /// A value of that many bytes, its length among them.
    #[method]
    pub fn long(&mut self, bytes: u32) -> u32 {
        LONG.set(&vec![7; bytes as usize]);
        LONG.get().map_or(0, |value| value.len() as u32)
    }

    /// Makes somebody a member, or none; says what it was.
    #[method]
    pub fn member(&mut self, account: ActorId, is: bool) -> (bool, bool) {
        let changed = match is {
            true => MEMBERS.insert(&account),
            false => MEMBERS.remove(&account),
        };
        (changed, MEMBERS.contains(&account))
    }

    /// Does with the list what that number says.
    #[method]
    pub fn list(&mut self, what: u8, place: u32, text: String) -> (Option<String>, u32) {
        let got = match what {
            0 => LIST.get(place),
            1 => Some(LIST.push(&text).to_string()),
            2 => LIST.pop(),
            3 => LIST.swap_remove(place),
            4 => LIST.set(place, &text).then_some(text),
            _ => {
                LIST.clear();
                None
            }
        };
        (got, LIST.len())
    }

    /// All of the list.
    #[query]
    pub fn elements(&self) -> Vec<String> {
        LIST.iter().collect()
    }

    /// One number.
    #[query]
    pub fn get(&self, key: u32) -> Option<u64> {
        NUMBERS.get(&key)
    }

    /// Writes where nothing may be written.
    #[query]
    pub fn write(&self, key: u32) -> bool {
        NUMBERS.insert(&key, &1);
        true
    }
}
