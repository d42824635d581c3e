//! Comparing two types of two registries by what they are encoded as, not by what they are called.
//!
//! A structure of one field is encoded as that field, a tuple as a structure. Types may refer to
//! themselves, so pairs that were seen are taken to be equal, and nothing here recurses: a
//! registry with a long chain of types must not exhaust the stack.

use alloc::{collections::BTreeSet, format, string::String, vec, vec::Vec};
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, TypeDefVariant, Variant};

use crate::{spelling::spell, TypeId};

/// Which way values of a type go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// To the program: it may come to understand more.
    In,
    /// From the program: it may not come to say what nobody understands.
    Out,
    /// From the program, and the outermost enum may grow: who does not know a case of it knows at
    /// least where it ends.
    OutOpen,
}

/// A difference between two types.
pub(crate) struct Difference {
    /// Where in the type, such as `.list[].amount`.
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) why: &'static str,
    pub(crate) breaks: bool,
}

/// The most differences that are told of one type.
const MOST: usize = 16;

/// The most pairs of types that are compared. Types that refer to themselves in circles of
/// different lengths make as many as the product of these lengths.
const LONGEST: usize = 65_536;

/// How the type `new` differs from `old`.
pub(crate) fn differences(
    old: (&PortableRegistry, TypeId),
    new: (&PortableRegistry, TypeId),
    way: Way,
) -> Vec<Difference> {
    let mut walk = Walk {
        old: old.0,
        new: new.0,
        steps: Vec::new(),
        seen: BTreeSet::new(),
        found: Vec::new(),
        way,
    };
    walk.push(None, String::new(), old.1, new.1, way);
    let mut next = 0;
    while next < walk.steps.len() && walk.found.len() < MOST {
        if next == LONGEST {
            let what = "the types are too intricate to be compared".into();
            walk.tell(0, what, "they may be incompatible", true);
            break;
        }
        walk.visit(next);
        next = next.saturating_add(1);
    }
    walk.found
}

struct Step {
    parent: Option<usize>,
    name: String,
    /// What is compared there; a variant is only a place.
    types: Option<(TypeId, TypeId)>,
    way: Way,
}

struct Walk<'a> {
    old: &'a PortableRegistry,
    new: &'a PortableRegistry,
    steps: Vec<Step>,
    seen: BTreeSet<(TypeId, TypeId, Way)>,
    found: Vec<Difference>,
    way: Way,
}

/// A part of a structure: its name, if it has one, and its type.
type Part<'a> = (Option<&'a str>, TypeId);

impl Walk<'_> {
    fn push(&mut self, parent: Option<usize>, name: String, old: TypeId, new: TypeId, way: Way) {
        let (old, new) = (transparent(self.old, old), transparent(self.new, new));
        if self.seen.insert((old, new, way)) {
            self.steps.push(Step {
                parent,
                name,
                types: Some((old, new)),
                way,
            });
        }
    }

    /// Pushes a part of the types of a step. Only the outermost type is open.
    fn descend(&mut self, at: usize, name: String, old: TypeId, new: TypeId) {
        let way = match self.way {
            Way::OutOpen => Way::Out,
            other => other,
        };
        self.push(Some(at), name, old, new, way);
    }

    fn tell(&mut self, at: usize, what: String, why: &'static str, breaks: bool) {
        let mut names = Vec::new();
        let mut step = Some(at);
        while let Some(it) = step.and_then(|at| self.steps.get(at)) {
            names.push(it.name.as_str());
            step = it.parent;
        }
        let path = names.into_iter().rev().collect();
        self.found.push(Difference {
            path,
            what,
            why,
            breaks,
        });
    }

    fn visit(&mut self, at: usize) {
        let Some(step) = self.steps.get(at) else {
            return;
        };
        let way = step.way;
        let Some((old_id, new_id)) = step.types else {
            return;
        };
        let (old_types, new_types) = (self.old, self.new);
        let (Some(old), Some(new)) = (old_types.resolve(old_id), new_types.resolve(new_id)) else {
            return self.tell(at, "a type is missing".into(), "", true);
        };
        match (&old.type_def, &new.type_def) {
            (TypeDef::Variant(old), TypeDef::Variant(new)) => {
                self.variants(at, old, new, way);
            }
            (TypeDef::Sequence(old), TypeDef::Sequence(new)) => {
                self.descend(at, "[]".into(), old.type_param.id, new.type_param.id);
            }
            (TypeDef::Array(old), TypeDef::Array(new)) if old.len == new.len => {
                self.descend(at, "[]".into(), old.type_param.id, new.type_param.id);
            }
            (TypeDef::Compact(old), TypeDef::Compact(new)) => {
                self.descend(at, String::new(), old.type_param.id, new.type_param.id);
            }
            (TypeDef::BitSequence(old), TypeDef::BitSequence(new)) => {
                let (store, order) = (old.bit_store_type.id, old.bit_order_type.id);
                self.descend(at, String::new(), store, new.bit_store_type.id);
                // The order is an empty structure, which only its name tells from the other.
                let other = new.bit_order_type.id;
                let (old, new) = (spell(old_types, order), spell(new_types, other));
                if old != new {
                    let what = format!("the order of bits was {old} and is {new}");
                    self.tell(at, what, BYTES, true);
                }
            }
            (TypeDef::Primitive(old), TypeDef::Primitive(new)) if old == new => {}
            (old_def, new_def) => match (parts(old_def), parts(new_def)) {
                (Some(old), Some(new)) => self.parts(at, "field", &old, &new),
                _ => {
                    let (old, new) = (spell(old_types, old_id), spell(new_types, new_id));
                    self.tell(at, format!("was {old} and is {new}"), BYTES, true);
                }
            },
        }
    }

    fn variants(
        &mut self,
        at: usize,
        old: &TypeDefVariant<PortableForm>,
        new: &TypeDefVariant<PortableForm>,
        way: Way,
    ) {
        for variant in &old.variants {
            let (name, index) = (&variant.name, variant.index);
            match new.variants.iter().find(|it| it.index == index) {
                Some(same) if same.name == *name => self.variant(at, variant, same),
                Some(other) => {
                    let what = match new.variants.iter().find(|it| it.name == *name) {
                        Some(moved) => format!(
                            "`{name}` was variant {index} and is variant {}",
                            moved.index
                        ),
                        None => format!("variant {index} was `{name}` and is `{}`", other.name),
                    };
                    self.tell(at, what, "a case is told by its number alone", true);
                }
                None => {
                    let what = match new.variants.iter().find(|it| it.name == *name) {
                        Some(moved) => format!(
                            "`{name}` was variant {index} and is variant {}",
                            moved.index
                        ),
                        None => format!("variant `{name}` is gone"),
                    };
                    let why = match way {
                        Way::In => "it is refused now",
                        _ => "who acts on it waits in vain, and its number is free for another",
                    };
                    self.tell(at, what, why, true);
                }
            }
        }
        let added = new.variants.iter().filter(|variant| {
            let mut known = old.variants.iter();
            !known.any(|it| it.index == variant.index || it.name == variant.name)
        });
        for variant in added {
            let what = format!("variant `{}` is new", variant.name);
            match way {
                Way::In => self.tell(at, what, "older callers need not know it", false),
                Way::OutOpen => self.tell(
                    at,
                    what,
                    "who does not know it still knows where it ends, and must pass it over",
                    false,
                ),
                Way::Out => self.tell(at, what, "older callers cannot decode it", true),
            }
        }
    }

    fn variant(&mut self, at: usize, old: &Variant<PortableForm>, new: &Variant<PortableForm>) {
        let name = format!("::{}", old.name);
        let (old, new) = (named(&old.fields), named(&new.fields));
        // A step of its own, so that differences inside are told with the variant's name.
        let step = Step {
            parent: Some(at),
            name,
            types: None,
            way: self.way,
        };
        if old.is_empty() && new.is_empty() {
            return;
        }
        let inside = self.steps.len();
        self.steps.push(step);
        self.parts(inside, "field", &old, &new);
    }

    /// Compares what comes one after another.
    pub(crate) fn parts(&mut self, at: usize, noun: &str, old: &[Part<'_>], new: &[Part<'_>]) {
        for told in order(noun, old, new) {
            self.tell(at, told.what, told.why, told.breaks);
        }
        for (name, old, new) in pairs(old, new) {
            self.descend(at, format!(".{name}"), old, new);
        }
    }
}

const BYTES: &str = "the same bytes mean something else";

/// How lists of fields or arguments differ, apart from their types.
pub(crate) fn order(noun: &str, old: &[Part<'_>], new: &[Part<'_>]) -> Vec<Difference> {
    let tell = |what, why, breaks| Difference {
        path: String::new(),
        what,
        why,
        breaks,
    };
    let names = |parts: &[Part<'_>]| -> Vec<String> {
        let parts = parts.iter().enumerate();
        parts
            .map(|(at, (name, _))| name.map_or_else(|| format!("{at}"), Into::into))
            .collect()
    };
    let (before, after) = (names(old), names(new));
    let gone = || before.iter().filter(|name| !after.contains(name));
    let added = || after.iter().filter(|name| !before.contains(name));
    if before == after {
        return Vec::new();
    }
    if old.len() != new.len() {
        let gone = gone().map(|name| format!("{noun} `{name}` is gone"));
        let added = added().map(|name| format!("{noun} `{name}` is new"));
        return gone
            .chain(added)
            .map(|what| tell(what, BYTES, true))
            .collect();
    }
    if gone().next().is_none() {
        let what = format!(
            "the {noun}s ({}) became ({})",
            before.join(", "),
            after.join(", ")
        );
        return vec![tell(what, "their order decides which is which", true)];
    }
    // One that comes in another place is more than a name.
    let mut told = Vec::new();
    for (old, new) in before.iter().zip(&after).filter(|(old, new)| old != new) {
        let moved = after.contains(old) || before.contains(new);
        let what = format!("{noun} `{old}` is now `{new}`");
        let why = match moved {
            true => "their order decides which is which",
            false => "the same bytes; see that it means the same",
        };
        told.push(tell(what, why, moved));
    }
    told
}

/// Which parts are compared with which: by place if there are as many, else by name.
pub(crate) fn pairs<'a>(old: &'a [Part<'a>], new: &'a [Part<'a>]) -> Vec<(String, TypeId, TypeId)> {
    if old.len() == new.len() {
        let both = old.iter().zip(new).enumerate();
        return both
            .map(|(at, ((name, old), (_, new)))| {
                (name.map_or_else(|| format!("{at}"), Into::into), *old, *new)
            })
            .collect();
    }
    let found = old.iter().filter_map(|(name, old)| {
        let name = (*name)?;
        let (_, new) = new.iter().find(|(it, _)| *it == Some(name))?;
        Some((name.into(), *old, *new))
    });
    found.collect()
}

fn named(fields: &[Field<PortableForm>]) -> Vec<Part<'_>> {
    fields
        .iter()
        .map(|it| (it.name.as_deref(), it.ty.id))
        .collect()
}

/// The parts of a structure or a tuple.
fn parts(def: &TypeDef<PortableForm>) -> Option<Vec<Part<'_>>> {
    match def {
        TypeDef::Composite(composite) => Some(named(&composite.fields)),
        TypeDef::Tuple(tuple) => Some(tuple.fields.iter().map(|it| (None, it.id)).collect()),
        _ => None,
    }
}

/// What a type is encoded as, if it is a structure of one field.
fn transparent(types: &PortableRegistry, id: TypeId) -> TypeId {
    let mut found = id;
    // A type that contains nothing but itself has no end.
    for _ in 0..types.types.len() {
        let Some(ty) = types.resolve(found) else {
            return found;
        };
        match parts(&ty.type_def).as_deref() {
            Some([(_, inner)]) => found = *inner,
            _ => return found,
        }
    }
    id
}
