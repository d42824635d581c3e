//! How a type is written: as in Rust.

use alloc::{format, string::String};
use scale_info::{form::PortableForm, PortableRegistry, TypeDef, TypeDefPrimitive};

use crate::TypeId;

/// Types inside types that are spelt out; the rest is `…`.
const DEEPEST: u8 = 12;
/// Bytes of a name after which the rest is `…`: names grow faster than registries.
const LONGEST: usize = 512;

/// The name of a type.
#[must_use]
pub(crate) fn spell(types: &PortableRegistry, id: TypeId) -> String {
    let mut name = String::new();
    write(types, id, DEEPEST, &mut name);
    name
}

fn write(types: &PortableRegistry, id: TypeId, depth: u8, out: &mut String) {
    let Some(ty) = types.resolve(id) else {
        return out.push('?');
    };
    let Some(depth) = depth.checked_sub(1).filter(|_| out.len() < LONGEST) else {
        return out.push('…');
    };
    match &ty.type_def {
        TypeDef::Composite(_) | TypeDef::Variant(_) => {
            match ty.path.segments.last() {
                Some(name) => out.push_str(name),
                None => out.push('_'),
            }
            let params = ty.type_params.iter().filter_map(|param| param.ty);
            list(types, params.map(|it| it.id), depth, ("<", ">"), out);
        }
        TypeDef::Sequence(sequence) => {
            list(types, [sequence.type_param.id], depth, ("Vec<", ">"), out);
        }
        TypeDef::Array(array) => {
            out.push('[');
            write(types, array.type_param.id, depth, out);
            out.push_str(&format!("; {}]", array.len));
        }
        TypeDef::Tuple(tuple) if tuple.fields.is_empty() => out.push_str("()"),
        TypeDef::Tuple(tuple) => {
            list(
                types,
                tuple.fields.iter().map(|it| it.id),
                depth,
                ("(", ")"),
                out,
            );
        }
        TypeDef::Primitive(primitive) => out.push_str(name_of(primitive)),
        TypeDef::Compact(compact) => {
            list(
                types,
                [compact.type_param.id],
                depth,
                ("Compact<", ">"),
                out,
            );
        }
        TypeDef::BitSequence(_) => out.push_str("BitVec"),
    }
}

/// Writes a list of types, and nothing if there are none.
fn list(
    types: &PortableRegistry,
    ids: impl IntoIterator<Item = TypeId>,
    depth: u8,
    around: (&str, &str),
    out: &mut String,
) {
    let mut is_first = true;
    for id in ids {
        out.push_str(if is_first { around.0 } else { ", " });
        is_first = false;
        if out.len() >= LONGEST {
            out.push('…');
            break;
        }
        write(types, id, depth, out);
    }
    if !is_first {
        out.push_str(around.1);
    }
}

fn name_of(primitive: &TypeDefPrimitive) -> &'static str {
    match primitive {
        TypeDefPrimitive::Bool => "bool",
        TypeDefPrimitive::Char => "char",
        TypeDefPrimitive::Str => "String",
        TypeDefPrimitive::U8 => "u8",
        TypeDefPrimitive::U16 => "u16",
        TypeDefPrimitive::U32 => "u32",
        TypeDefPrimitive::U64 => "u64",
        TypeDefPrimitive::U128 => "u128",
        TypeDefPrimitive::U256 => "U256",
        TypeDefPrimitive::I8 => "i8",
        TypeDefPrimitive::I16 => "i16",
        TypeDefPrimitive::I32 => "i32",
        TypeDefPrimitive::I64 => "i64",
        TypeDefPrimitive::I128 => "i128",
        TypeDefPrimitive::I256 => "I256",
    }
}

/// Whether a type is one that Rust programmers and wallets know, so that it needs no definition.
pub(crate) fn is_known(ty: &scale_info::Type<PortableForm>) -> bool {
    match ty.path.segments.as_slice() {
        [] | [_] => true,
        [.., last] => last == "AccountId32",
    }
}
