//! The names that the module's author gave its functions.

use alloc::{collections::BTreeMap, string::String};
use wasmparser::{KnownCustom, Name, Parser, Payload};

use super::FunctionRef;

/// Characters of a name that an error message shows.
const SHOWN: usize = 80;

/// Function names, by index.
#[derive(Debug, Default)]
pub(crate) struct Names<'a>(BTreeMap<u32, &'a str>);

impl<'a> Names<'a> {
    /// Reads the name section. It is for people only, so one that is malformed, as far as it is
    /// readable, is as good as none.
    pub(crate) fn read(wasm: &'a [u8], functions: u32) -> Self {
        let mut names = BTreeMap::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let Ok(payload) = payload else { break };
            let Payload::CustomSection(section) = payload else {
                continue;
            };
            let KnownCustom::Name(subsections) = section.as_known() else {
                continue;
            };
            for subsection in subsections {
                let Ok(subsection) = subsection else { break };
                let Name::Function(map) = subsection else {
                    continue;
                };
                for naming in map {
                    let Ok(naming) = naming else { break };
                    if naming.index < functions {
                        names.entry(naming.index).or_insert(naming.name);
                    }
                }
            }
        }
        Self(names)
    }

    /// The function with that index, by name if it has one.
    pub(crate) fn function(&self, index: u32) -> FunctionRef {
        FunctionRef {
            index,
            name: self.0.get(&index).map(|name| shown(name)),
        }
    }
}

/// A name out of an untrusted blob as it may stand in a message.
pub(crate) fn shown(name: &str) -> String {
    name.chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect()
}
